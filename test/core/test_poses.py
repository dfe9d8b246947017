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

"""Poses bring points where they belong, and turns go the short way."""

import math

import numpy as np
from person_tracker.core.poses import BODY_FROM_OPTICAL
from person_tracker.core.poses import inverse
from person_tracker.core.poses import pose_from_quaternion
from person_tracker.core.poses import quaternion_between
from person_tracker.core.poses import quaternion_from_rpy
import pytest
from scipy.spatial.transform import Rotation

TURNS = [  # roll, pitch, yaw
    (0.0, 0.0, 0.0),  # none
    (0.0, 0.0, math.pi / 2),  # one axis
    (0.3, -0.4, 2.5),  # all
    (math.pi, 0.0, 0.0),  # upside down
    (0.1, math.pi / 2, 0.2),  # straight down
]


@pytest.mark.parametrize('turn', TURNS)
def test_turns_are_those_of_scipy(turn):
    quaternion = quaternion_from_rpy(*turn)
    pose = pose_from_quaternion((1.0, 2.0, 3.0), quaternion)
    np.testing.assert_allclose(
        pose[:3, :3], Rotation.from_euler('xyz', turn).as_matrix(), atol=1e-12)
    np.testing.assert_allclose(pose[:, 3], (1.0, 2.0, 3.0, 1.0))
    np.testing.assert_allclose(
        pose_from_quaternion((1.0, 2.0, 3.0), -7.0 * quaternion), pose, atol=1e-12)


@pytest.mark.parametrize('turn', TURNS)
def test_inverse_undoes(turn):
    pose = pose_from_quaternion((1.0, -2.0, 3.0), quaternion_from_rpy(*turn))
    np.testing.assert_allclose(inverse(pose) @ pose, np.eye(4), atol=1e-12)


def test_what_is_ahead_in_the_image_is_ahead_of_the_camera():
    ahead, right, down = np.eye(4)[[2, 0, 1]]
    np.testing.assert_allclose(BODY_FROM_OPTICAL @ ahead, (1.0, 0.0, 0.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(BODY_FROM_OPTICAL @ right, (0.0, -1.0, 0.0, 0.0), atol=1e-12)
    np.testing.assert_allclose(BODY_FROM_OPTICAL @ down, (0.0, 0.0, -1.0, 0.0), atol=1e-12)


@pytest.mark.parametrize(('start', 'end', 'share', 'between'), [
    (0.0, 1.0, 0.25, 0.25),  # a quarter of the way
    (0.0, 1.0, 0.0, 0.0),  # the start
    (0.0, 1.0, 1.0, 1.0),  # the end
    (3.0, -3.0, 0.5, math.pi),  # over the seam, not all the way back
    (0.5, 0.5, 0.3, 0.5),  # no turn
    (0.5, 0.5 + 1e-9, 0.5, 0.5),  # hardly any
])
def test_turn_goes_evenly_along_the_shorter_arc(start, end, share, between):
    found = quaternion_between(
        quaternion_from_rpy(0.0, 0.0, start), quaternion_from_rpy(0.0, 0.0, end), share)
    expected = quaternion_from_rpy(0.0, 0.0, between)
    assert abs(found @ expected) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(('position', 'quaternion'), [
    ((0.0, 0.0, math.nan), (0.0, 0.0, 0.0, 1.0)),  # no position
    ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)),  # no turn, and no way to look
    ((0.0, 0.0, 0.0), (0.0, math.inf, 0.0, 1.0)),
])
def test_what_is_no_pose_is_refused(position, quaternion):
    with pytest.raises(ValueError, match='a pose must be a finite position and a quaternion'):
        pose_from_quaternion(position, quaternion)
