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

"""Bars are met, or they are not."""

from benchmarks.bar import Bar
import pytest


@pytest.mark.parametrize('value, least, most, is_met', [
    (2.0, 2.0, float('inf'), True),  # exactly enough
    (1.99, 2.0, float('inf'), False),
    (2.0, float('-inf'), 2.0, True),
    (2.01, float('-inf'), 2.0, False),
    (2.0, 1.0, 3.0, True),  # both ends
    (float('nan'), float('-inf'), float('inf'), False),  # nothing was measured
])
def test_both_ends_of_a_bar_are_good_enough(value, least, most, is_met):
    assert Bar('figure', value, least, most).is_met is is_met


def test_a_bar_is_one_row():
    assert Bar('HOTA', 69.34, least=69.3, digits=1).cells() == (
        'HOTA', '69.3', '>= 69.3', 'pass')
    assert Bar('ratio', 1.5, most=1.25).cells() == ('ratio', '1.50', '<= 1.25', '**fail**')
