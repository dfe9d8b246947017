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

"""Laws of fusion: the surer weigh more, more views are surer, nobody is known from nothing."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.ground_motion import Walkers
from person_tracker.core.whereabouts import fused
import pytest

SPREAD_M = 0.5
PLACES = strategies.lists(strategies.tuples(
    strategies.floats(-20, 20), strategies.floats(-20, 20), strategies.floats(0.05, 3.0)),
    min_size=1, max_size=5)


def fuse(people):
    """Fuse people who are given as lists of views, each one walker."""
    views = [view for person in people for view in person]
    walkers = Walkers(np.concatenate([np.empty((0, 4)), *(view.x for view in views)]),
                      np.concatenate([np.empty((0, 4, 4)), *(view.P for view in views)]))
    return fused(walkers, np.array([len(person) for person in people], np.int64), SPREAD_M)


@pytest.fixture(scope='module')
def walker(places_at):
    def at(x_m, y_m, deviation_m=0.1):
        return Walkers.at(places_at([[x_m, y_m]], deviation_m))
    return at


def test_of_views_equally_sure_the_mean_counts(walker):
    found = fuse([[walker(0.0, 0.0), walker(1.0, 2.0)]])
    np.testing.assert_allclose(found.positions_m, [[0.5, 1.0]])
    np.testing.assert_allclose(found.covariances_m2[0], (0.01 + 0.25) / 2.0 * np.eye(2))


def test_one_view_is_believed_as_far_as_its_calibration_goes(walker):
    found = fuse([[walker(3.0, -1.0)]])
    np.testing.assert_allclose(found.positions_m, [[3.0, -1.0]])
    np.testing.assert_allclose(found.covariances_m2[0], (0.01 + 0.25) * np.eye(2))


def test_the_surer_view_weighs_more(walker):
    found = fuse([[walker(0.0, 0.0, 0.1), walker(1.0, 0.0, 2.0)]])
    assert 0.0 < found.positions_m[0, 0] < 0.1


@given(PLACES)
def test_with_every_view_more_is_known(walker, places):
    views = [walker(*place) for place in places]
    sizes = [np.linalg.det(fuse([views[:count + 1]]).covariances_m2[0])
             for count in range(len(views))]
    assert all(after < before for before, after in zip(sizes, sizes[1:]))


@given(PLACES)
def test_order_of_the_views_does_not_matter(walker, places):
    views = [walker(*place) for place in places]
    one, other = fuse([views]), fuse([views[::-1]])
    np.testing.assert_allclose(one.positions_m, other.positions_m, atol=1e-9)
    np.testing.assert_allclose(one.covariances_m2, other.covariances_m2)


def test_who_is_not_seen_is_nowhere(walker):
    found = fuse([[], [walker(1.0, 1.0)], []])
    assert found.view_counts.tolist() == [0, 1, 0]
    for values in (found.positions_m, found.covariances_m2, found.velocities_mps,
                   found.velocity_covariances):
        assert np.isnan(values[[0, 2]]).all()
        assert np.isfinite(values[1]).all()


def test_people_do_not_notice_each_other(walker):
    one, other = [walker(0.0, 0.0), walker(1.0, 0.0)], [walker(9.0, 9.0)]
    together = fuse([one, other])
    np.testing.assert_allclose(together.positions_m[0], fuse([one]).positions_m[0])
    np.testing.assert_allclose(together.positions_m[1], fuse([other]).positions_m[0])


def test_velocities_are_fused_too():
    x = np.array([[0.0, 0.0, 1.0, 0.0]])
    P = np.eye(4)[None]
    found = fuse([[Walkers(x, P), Walkers(x + [0, 0, 1.0, 2.0], P)]])
    np.testing.assert_allclose(found.velocities_mps, [[1.5, 1.0]])
    np.testing.assert_allclose(found.velocity_covariances[0], 0.5 * np.eye(2))


@pytest.mark.parametrize('people', [[], [[]], [[], []]])
def test_nobody_is_fused_without_a_word(people):
    found = fuse(people)
    assert found.positions_m.shape == (len(people), 2)
    assert found.covariances_m2.shape == (len(people), 2, 2)
    assert found.view_counts.tolist() == [0] * len(people)
