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

"""Entries of `people` say where the person is, and how sure that is."""

import math

import numpy as np
from person_tracker.core.whereabouts import Whereabouts
from person_tracker.nodes.positions import Positions
from person_tracker_msgs.msg import PersonView
from person_tracker_msgs.msg import TrackedPerson
import pytest

NONE, PLANE, FUSED = (TrackedPerson.POSITION_NONE, TrackedPerson.POSITION_GROUND_PLANE,
                      TrackedPerson.POSITION_FUSED)


def person(*views: str, track_id: int = 1) -> TrackedPerson:
    """Return a person whom some cameras see, each on a track of the same number."""
    return TrackedPerson(camera=views[0], track_id=track_id, views=[
        PersonView(camera=camera, track_id=track_id) for camera in views])


class Walk:
    """Everybody is at (time, 2), seen by all their views; notes who was asked for."""

    def __init__(self, velocity=(1.0, 0.0), counts=None):
        self.velocity, self.counts, self.asked = velocity, counts, []

    def __call__(self, views, time_s):
        self.asked += [view for seen in views for view in seen]
        count = len(views)
        counts = [len(seen) for seen in views] if self.counts is None else self.counts
        place = np.where(np.array(counts)[:, None] > 0, (time_s, 2.0), np.nan)
        return Whereabouts(
            place.reshape(count, 2), np.full((count, 2, 2), [[0.04, 0.01], [0.01, 0.09]]),
            np.full((count, 2), self.velocity), np.full((count, 2, 2), np.eye(2)),
            np.array(counts))


def filled(walk, *people):
    Positions(walk).fill(people, 5.0)
    return people


@pytest.mark.parametrize(('views', 'source'), [(('left',), PLANE), (('left', 'right'), FUSED)])
def test_place_is_on_the_floor_and_says_how_many_see_it(views, source):
    found, = filled(Walk(), person(*views))
    assert found.position_source == source
    point = found.pose.pose.position
    assert (point.x, point.y, point.z) == (5.0, 2.0, 0.0)
    covariance = np.reshape(found.pose.covariance, (6, 6))
    assert covariance[:3, :3].tolist() == [[0.04, 0.01, 0.0], [0.01, 0.09, 0.0], [0.0, 0.0, 0.0]]
    assert np.isnan(covariance[3:]).all() and np.isnan(covariance[:, 3:]).all()
    linear = found.twist.twist.linear
    assert (linear.x, linear.y, linear.z) == (1.0, 0.0, 0.0)
    assert math.isnan(found.twist.twist.angular.z)
    assert np.reshape(found.twist.covariance, (6, 6))[0, 0] == 1.0


@pytest.mark.parametrize(('velocity', 'yaw'), [
    ((1.0, 0.0), 0.0), ((0.0, 1.0), math.pi / 2), ((-1.0, 0.0), math.pi),
    ((0.0, -0.5), -math.pi / 2),
    ((0.05, 0.05), None),  # stands
    ((math.nan, math.nan), None),  # not known
])
def test_orientation_is_the_direction_of_travel(velocity, yaw):
    found, = filled(Walk(velocity), person('left'))
    turn = found.pose.pose.orientation
    if yaw is None:
        assert all(math.isnan(number) for number in (turn.x, turn.y, turn.z, turn.w))
    else:
        assert 2.0 * math.atan2(turn.z, turn.w) == pytest.approx(yaw)
        assert (turn.x, turn.y) == (0.0, 0.0)


def test_unknown_place_is_no_number():
    found, = filled(Walk(counts=[0]), person('left'))
    assert found.position_source == NONE
    point = found.pose.pose.position
    assert all(math.isnan(number) for number in (point.x, point.y, point.z))
    assert math.isnan(found.twist.twist.linear.x)


def test_everybody_is_where_their_own_views_show_them():
    walk = Walk(counts=[2, 0, 1])
    anna, bert, cleo = filled(
        walk, person('right', 'left'), person('left', track_id=2), person('back', track_id=3))
    assert walk.asked == [('right', 1), ('left', 1), ('left', 2), ('back', 3)]
    assert [each.position_source for each in (anna, bert, cleo)] == [FUSED, NONE, PLANE]


def test_nobody_is_nowhere():
    assert filled(Walk()) == ()
