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

"""Laws of stamps and of the rate limit."""

from hypothesis import given
from hypothesis import strategies
from person_tracker.sources.timeline import RateLimit
from person_tracker.sources.timeline import Timeline
import pytest

PERIOD = 100


@pytest.mark.parametrize(('times', 'stamps'), [
    ([0, 100, 200], [0, 100, 200]),  # regular
    ([700, 800, 900], [0, 100, 200]),  # the file does not begin at 0
    ([-50, 50, 150], [0, 100, 200]),  # the file begins before 0
    ([0, 30, 400], [0, 30, 400]),  # variable rate
    ([None, None, None], [0, 100, 200]),  # no time at all
    ([0, None, 200], [0, 100, 200]),  # one missing
    ([None, 500, 600], [0, 100, 200]),  # the first missing
    ([0, 0, 100], [0, 50, 100]),  # repeated: the next keeps its own time
    ([0, 100, 90, 200], [0, 100, 150, 200]),  # a small step back
    ([0, 100, 200, 0, 100], [0, 100, 200, 300, 400]),  # joined recordings
    ([0, 100, 90000], [0, 100, 90000]),  # a pause in the recording stays
])
def test_stamps_follow_the_file_and_repair_it(times, stamps):
    timeline = Timeline(PERIOD)
    assert [timeline.stamp_ns(time) for time in times] == stamps


@given(strategies.lists(strategies.one_of(
    strategies.none(), strategies.just('restart'), strategies.integers(-10**6, 10**6))),
    strategies.integers(0, 1000))
def test_stamps_rise_strictly_whatever_the_file_says(times, period):
    timeline = Timeline(period)
    stamps = []
    for time in times:
        if time == 'restart':
            timeline.restart()
        else:
            stamps.append(timeline.stamp_ns(time))
    assert stamps[:1] in ([], [0])
    assert all(later > earlier for earlier, later in zip(stamps, stamps[1:]))


def test_restart_goes_on_one_period_after_the_last_frame():
    timeline = Timeline(PERIOD)
    stamps = [timeline.stamp_ns(time) for time in (5, 105)]
    timeline.restart()
    stamps += [timeline.stamp_ns(time) for time in (5, 105)]
    assert stamps == [0, 100, 200, 300]


@pytest.mark.parametrize(('rate', 'limit', 'kept_in_10_s'), [
    (30, 0, 300),  # no limit
    (30, 10, 100),  # every third
    (25, 10, 100),  # not a whole multiple
    (30, 30, 300),  # the rate itself
    (10, 30, 100),  # slower than the limit
    (30, 0.5, 5),  # below one a second
])
def test_limit_keeps_the_mean_rate(rate, limit, kept_in_10_s):
    limiter = RateLimit(limit)
    kept = sum(limiter.admits(1000 + number / rate) for number in range(10 * rate))
    assert kept == kept_in_10_s


def test_jitter_of_a_camera_at_the_limit_costs_no_frame():
    limiter = RateLimit(10.0)
    assert all(limiter.admits(number / 10 + (-1) ** number * 0.004) for number in range(1, 100))


def test_frames_after_a_gap_come_in_no_burst():
    limiter = RateLimit(10.0)
    assert limiter.admits(0.0)
    assert [limiter.admits(5.0 + number / 100) for number in range(9)] == [True] + [False] * 8
