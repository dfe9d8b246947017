# Copyright 2026 The person_tracker authors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Stamps survive the way to numbers and back."""

import numpy as np
from person_tracker.core.types import Frame
from person_tracker.nodes import stamps
import pytest


@pytest.mark.parametrize('time_ns', [
    0,
    1,
    999_999_999,  # the last before a whole second
    1_000_000_000,
    1_767_225_600_123_456_789,  # more digits than a float holds
])
def test_nanoseconds_come_back_exactly(time_ns):
    stamp = stamps.stamp_from_nanoseconds(time_ns)
    assert 0 <= stamp.nanosec < 1_000_000_000
    assert stamps.nanoseconds(stamp) == time_ns


@pytest.mark.parametrize('time_s', [0.0, 0.1, 0.999_999_999_9, 1_767_225_600.123_456])
def test_seconds_come_back_to_a_microsecond(time_s):
    assert stamps.seconds(stamps.stamp_from_seconds(time_s)) == pytest.approx(time_s, abs=1e-6)


def test_header_says_when_and_where_the_frame_was_taken():
    header = stamps.header_of(Frame(np.zeros((1, 1, 3), np.uint8), 5_000_000_007, frame_id='eye'))
    assert (header.stamp.sec, header.stamp.nanosec, header.frame_id) == (5, 7, 'eye')
