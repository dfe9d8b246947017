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

"""Laws of trails."""

import numpy as np
from person_tracker.rendering.trails import Trails
import pytest


def test_points_come_oldest_first():
    trails = Trails(10.0)
    for number in range(3):
        trails.update(number, {'a': (number, 2 * number), 'b': (9, 9)})
    np.testing.assert_array_equal(trails.points('a'), [[0, 0], [1, 2], [2, 4]])
    assert trails.points('a').dtype == np.float32


def test_unknown_key_has_an_empty_trail():
    assert Trails().points('a').shape == (0, 2)


def test_points_older_than_the_limit_go():
    trails = Trails(1.0)
    for number in range(30):
        trails.update(number / 10, {'a': (number, 0)})
    assert trails.points('a')[:, 0].tolist() == list(range(19, 30))


def test_trail_of_somebody_gone_ages_and_vanishes():
    trails = Trails(1.0)
    trails.update(0.0, {'a': (1, 1)})
    trails.update(0.9, {})
    assert len(trails.points('a')) == 1
    trails.update(1.1, {})
    assert len(trails.points('a')) == 0
    assert len(trails) == 0


def test_memory_stays_bounded_over_days_and_at_any_rate():
    trails = Trails(2.0)
    for number in range(5000):
        trails.update(number * 0.5, {f'{number}': (0, 0)})
        assert len(trails) <= 5
    for _ in range(5000):
        trails.update(5000.0, {'a': (0, 0)})
    assert len(trails.points('a')) <= 512


def test_time_stepping_back_drops_the_points_of_the_future():
    trails = Trails(100.0)
    for time in (1.0, 2.0, 50.0):
        trails.update(time, {'a': (time, 0), 'b': (0, 0)} if time > 40 else {'a': (time, 0)})
    trails.update(2.0, {'a': (7, 0)})
    assert trails.points('a')[:, 0].tolist() == [1.0, 2.0, 7.0]
    assert len(trails.points('b')) == 0


@pytest.mark.parametrize('age', [0.0, -1.0, float('nan')])
def test_impossible_age_is_refused(age):
    with pytest.raises(ValueError, match='max_age_s must be > 0 s'):
        Trails(age)
