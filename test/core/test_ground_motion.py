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

"""Laws of walking: a constant-velocity Kalman filter, of each as if the others were not there."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.ground import GroundPoints
from person_tracker.core.ground_motion import Walkers
import pytest

STEPS = strategies.lists(strategies.floats(0.01, 2.0), min_size=1, max_size=20)


def walk(velocity_mps, times_s, places_at, start_m=(0.0, 0.0)):
    """Return somebody who was seen without error walking straight on."""
    walker, before_s = None, times_s[0]
    for time_s in times_s:
        place = places_at(np.asarray(start_m) + np.multiply(velocity_mps, time_s - times_s[0]))
        walker = Walkers.at(place) if walker is None else walker.moved(
            np.array([time_s - before_s])).corrected(place)
        before_s = time_s
    return walker


def test_who_is_seen_first_stands_where_seen_and_may_walk_anywhere(places_at):
    walker = Walkers.at(places_at([[3.0, -2.0]], 0.5))
    np.testing.assert_array_equal(walker.x, [[3.0, -2.0, 0.0, 0.0]])
    np.testing.assert_array_equal(walker.places.covariances_m2[0], 0.25 * np.eye(2))
    assert np.array_equal(walker.P[0, :2, 2:], np.zeros((2, 2)))
    assert np.all(np.diag(walker.P[0])[2:] > 0.0)


@given(steps_s=STEPS, seed=strategies.integers(0, 2**32 - 1))
def test_covariances_stay_symmetric_and_positive(places_at, steps_s, seed):
    random = np.random.default_rng(seed)
    walkers = Walkers.at(places_at(random.normal(size=(3, 2)), 0.3))
    for step_s in steps_s:
        seen = places_at(random.normal(scale=5.0, size=(3, 2)), random.uniform(0.01, 3.0))
        walkers = walkers.moved(np.full(3, step_s)).corrected(seen)
        np.testing.assert_allclose(walkers.P, walkers.P.transpose(0, 2, 1), atol=1e-9)
        assert np.linalg.eigvalsh(walkers.P).min() > 0.0


@pytest.mark.parametrize('step_s', [0.5, 2.0, -0.5, -2.0])
def test_people_go_straight_on_and_backwards_in_time_straight_back(places_at, step_s):
    walker = walk((1.0, -0.5), np.arange(0.0, 5.0, 0.1), places_at)
    moved = walker.moved(np.array([step_s]))
    np.testing.assert_allclose(moved.x[0, :2], walker.x[0, :2] + step_s * walker.x[0, 2:])
    np.testing.assert_array_equal(moved.x[0, 2:], walker.x[0, 2:])


@given(step_s=strategies.floats(-5.0, 5.0))
def test_there_and_back_is_the_same_place_known_no_better(places_at, step_s):
    walker = walk((1.0, -0.5), np.arange(0.0, 3.0, 0.1), places_at)
    back = walker.moved(np.array([step_s])).moved(np.array([-step_s]))
    np.testing.assert_allclose(back.x, walker.x, atol=1e-9)
    assert np.linalg.eigvalsh(back.P - walker.P).min() >= -1e-9


def test_no_step_changes_nothing(places_at):
    walker = walk((1.0, 0.0), [0.0, 0.5, 1.0], places_at)
    same = walker.moved(np.zeros(1))
    np.testing.assert_array_equal(same.x, walker.x)
    np.testing.assert_array_equal(same.P, walker.P)


@pytest.mark.parametrize('velocity_mps', [(1.4, 0.0), (-0.7, 0.7), (0.0, 0.0)])
def test_the_velocity_of_who_walks_straight_on_is_learnt(places_at, velocity_mps):
    walker = walk(velocity_mps, np.arange(0.0, 20.0, 0.1), places_at)
    np.testing.assert_allclose(walker.x[0, 2:], velocity_mps, atol=1e-3)
    np.testing.assert_allclose(walker.x[0, :2], np.multiply(velocity_mps, 19.9), atol=1e-3)


def test_a_place_as_sure_as_the_expectation_is_met_half_way():
    P = np.eye(4)[None].copy()
    P[0, 0, 2] = P[0, 2, 0] = 0.5  # who is farther on than expected walks faster
    seen = GroundPoints(np.array([[2.0, 0.0]]), np.eye(2)[None])
    walker = Walkers(np.zeros((1, 4)), P).corrected(seen)
    # S = 2, so K = (1, .5) / 2 along x, and P falls by K S K'.
    np.testing.assert_allclose(walker.x, [[1.0, 0.0, 0.5, 0.0]])
    np.testing.assert_allclose(walker.P[0], [
        [0.5, 0.0, 0.25, 0.0], [0.0, 0.5, 0.0, 0.0], [0.25, 0.0, 0.875, 0.0],
        [0.0, 0.0, 0.0, 1.0]])


def test_uncertainty_grows_with_the_velocitys():
    P = np.diag([1.0, 1.0, 0.25, 0.25])[None]
    moved = Walkers(np.zeros((1, 4)), P).moved(np.array([2.0]))
    # F P F' = 1 + 2^2 0.25, and the accelerations of the step, 1 m/s^2: (2^2 / 2)^2.
    assert moved.P[0, 0, 0] == pytest.approx(1.0 + 1.0 + 4.0)
    assert moved.P[0, 0, 2] == pytest.approx(2.0 * 0.25 + 2.0 * 2.0)
    assert moved.P[0, 2, 2] == pytest.approx(0.25 + 4.0)


def test_each_walks_alone(places_at):
    random = np.random.default_rng(1)
    first, then = random.normal(size=(2, 5, 2))
    steps_s = random.uniform(0.1, 1.0, 5)
    together = Walkers.at(places_at(first)).moved(steps_s).corrected(places_at(then))
    for row in range(5):
        alone = Walkers.at(places_at(first[row])).moved(steps_s[row:row + 1]).corrected(
            places_at(then[row]))
        np.testing.assert_allclose(together[np.array([row])].x, alone.x)
        np.testing.assert_allclose(together[np.array([row])].P, alone.P)


def test_nobody_walks_nowhere(places_at):
    nobody = Walkers.at(places_at([]))
    nobody = nobody.moved(np.empty(0)).corrected(places_at([]))
    assert nobody.x.shape == (0, 4)
    assert len(nobody.places) == 0


def test_what_is_given_is_never_changed(places_at):
    places = places_at([[1.0, 2.0]])
    walker = Walkers.at(places)
    x, P = walker.x.copy(), walker.P.copy()
    walker.moved(np.array([1.0])).corrected(places)
    np.testing.assert_array_equal(walker.x, x)
    np.testing.assert_array_equal(walker.P, P)
    np.testing.assert_array_equal(places.positions_m, [[1.0, 2.0]])
