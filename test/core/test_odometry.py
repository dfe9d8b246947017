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

"""What the image does when the robot turns, by the laws of rotations."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.core.odometry import Orientations
from person_tracker.core.odometry import rotation_affine
import pytest
from scipy.spatial.transform import Rotation

CAMERA = CameraModel.from_field_of_view(640, 480, np.radians(60.0))
FOCAL_PX = CAMERA.K[0, 0]
CENTRE = np.array([320.0, 240.0])
# A body frame looks along x, y left, z up; an optical one along z, x right, y down.
OPTICAL_AXES = Rotation.from_matrix([[0, -1, 0], [0, 0, -1], [1, 0, 0]])
SMALL = strategies.floats(-0.1, 0.1)
ANGLES = strategies.floats(-3.0, 3.0)


def turned(yaw=0.0, pitch=0.0, roll=0.0):
    """Return an orientation, radians."""
    return Rotation.from_euler('xyz', [roll, pitch, yaw])


def orientations(*samples):
    """Return orientations kept from pairs of seconds and rotation."""
    kept = Orientations()
    for time_s, rotation in samples:
        kept.add(time_s, rotation.as_quat())
    return kept


def affine_of(start, end, mount_rpy_rad=(0.0, 0.0, 0.0)):
    """Return the motion of the image between two orientations of the body."""
    rotation = orientations((0.0, start), (0.1, end)).rotation(0.0, 0.1)
    return rotation_affine(CAMERA, rotation, mount_rpy_rad)


def pixels(directions, body, mount_rpy_rad=(0.0, 0.0, 0.0)):
    """Project directions of the world, shape (N, 3), by the camera on a body."""
    mount = Rotation.from_euler('xyz', mount_rpy_rad)
    optical = OPTICAL_AXES.apply(mount.inv().apply(body.inv().apply(directions)))
    image = optical @ CAMERA.K.T
    return image[:, :2] / image[:, 2:]


def carried(affine, points):
    """Apply a map of shape (2, 3)."""
    return points @ affine[:, :2].T + affine[:, 2]


def test_without_a_turn_nothing_moves():
    for pose in (turned(), turned(1.0, -0.3, 0.2)):
        np.testing.assert_allclose(affine_of(pose, pose), np.eye(2, 3), atol=1e-9)


@pytest.mark.parametrize(('turn', 'shift'), [
    ({'yaw': 0.05}, (1, 0)),       # to the left: everything goes right
    ({'yaw': -0.05}, (-1, 0)),
    ({'pitch': 0.05}, (0, -1)),    # nose down: everything goes up
    ({'pitch': -0.05}, (0, 1)),
])
def test_the_image_goes_against_the_turn_by_focal_length_times_tangent(turn, shift):
    moved = carried(affine_of(turned(), turned(**turn)), CENTRE) - CENTRE
    np.testing.assert_allclose(moved, FOCAL_PX * np.tan(0.05) * np.array(shift), atol=0.1)


def test_a_roll_turns_the_image_about_its_middle():
    affine = affine_of(turned(), turned(roll=0.1))  # clockwise: the image goes the other way
    np.testing.assert_allclose(carried(affine, CENTRE), CENTRE, atol=0.1)
    np.testing.assert_allclose(
        affine[:, :2], [[np.cos(0.1), np.sin(0.1)], [-np.sin(0.1), np.cos(0.1)]], atol=1e-6)


@given(SMALL, SMALL, SMALL)
def test_back_again_is_the_inverse(yaw, pitch, roll):
    there = affine_of(turned(), turned(yaw, pitch, roll))
    back = affine_of(turned(yaw, pitch, roll), turned())
    np.testing.assert_allclose(carried(back, carried(there, CENTRE)), CENTRE, atol=2.0)


@given(ANGLES, SMALL)
def test_only_the_change_counts_not_where_the_robot_looked_before(heading, yaw):
    np.testing.assert_allclose(
        affine_of(turned(heading), turned(heading + yaw)), affine_of(turned(), turned(yaw)),
        atol=1e-6)


@given(strategies.tuples(ANGLES, ANGLES, ANGLES), strategies.tuples(SMALL, SMALL, SMALL),
       strategies.tuples(ANGLES, ANGLES, ANGLES))
def test_far_points_near_the_middle_are_carried_to_where_the_camera_sees_them(pose, turn, mount):
    start = turned(*pose)
    end = start * turned(*turn)
    camera = start * Rotation.from_euler('xyz', mount) * OPTICAL_AXES.inv()
    ahead = camera.apply([[0.0, 0.0, 1.0], [0.02, 0.0, 1.0], [0.0, -0.02, 1.0]])
    expected = pixels(ahead, end, mount)
    found = carried(affine_of(start, end, mount), pixels(ahead, start, mount))
    np.testing.assert_allclose(found, expected, atol=0.3)


@pytest.mark.parametrize('degrees', [1.0, 3.0, 5.0])
def test_at_the_edges_the_error_is_small_beside_the_motion(degrees):
    end = turned(np.radians(degrees))
    edges = np.array([[20.0, 20.0], [620.0, 20.0], [20.0, 460.0], [620.0, 460.0]])
    rays = np.column_stack((edges, np.ones(4))) @ np.linalg.inv(CAMERA.K).T
    expected = pixels(OPTICAL_AXES.inv().apply(rays), end)
    found = carried(affine_of(turned(), end), edges)
    motion = np.linalg.norm(expected - edges, axis=1)
    assert (np.linalg.norm(found - expected, axis=1) < 0.35 * motion).all()


def test_a_camera_that_looks_left_sees_a_pitch_as_a_roll():
    affine = affine_of(turned(), turned(pitch=0.1), (0.0, 0.0, np.pi / 2))
    np.testing.assert_allclose(carried(affine, CENTRE), CENTRE, atol=0.1)
    np.testing.assert_allclose(abs(affine[0, 1]), np.sin(0.1), atol=1e-6)


def test_a_camera_that_looks_back_sees_a_yaw_as_any_other():
    np.testing.assert_allclose(
        affine_of(turned(), turned(0.05), (0.0, 0.0, np.pi)), affine_of(turned(), turned(0.05)),
        atol=1e-9)


@pytest.mark.parametrize('degrees', [65.0, 90.0, 135.0, 180.0])
def test_after_a_turn_to_another_scene_nothing_is_known(degrees):
    assert affine_of(turned(), turned(np.radians(degrees))) is None
    assert affine_of(turned(), turned(np.radians(50.0))) is not None


def test_between_two_samples_the_turn_is_even():
    kept = orientations((10.0, turned()), (10.2, turned(0.2)), (10.4, turned(0.2)))
    for start_s, end_s, yaw in [(10.0, 10.1, 0.1), (10.05, 10.15, 0.1), (10.1, 10.3, 0.1),
                                (10.2, 10.4, 0.0), (10.25, 10.35, 0.0)]:
        found = Rotation.from_matrix(kept.rotation(start_s, end_s))
        assert found.as_euler('xyz')[2] == pytest.approx(-yaw, abs=1e-9)


def test_either_sign_of_a_quaternion_is_the_same_orientation():
    kept = Orientations()
    kept.add(0.0, turned(0.1).as_quat())
    kept.add(0.2, -turned(0.3).as_quat())
    found = Rotation.from_matrix(kept.rotation(0.0, 0.1)).as_euler('xyz')[2]
    assert found == pytest.approx(-0.1, abs=1e-9)


def test_a_quaternion_of_any_length_is_taken():
    kept = Orientations()
    kept.add(0.0, turned().as_quat())
    kept.add(0.1, 2.5 * turned(0.1).as_quat())
    np.testing.assert_allclose(kept.rotation(0.0, 0.1), turned(0.1).inv().as_matrix(), atol=1e-9)


@pytest.mark.parametrize(('times_s', 'start_s', 'end_s'), [
    ((), 0.0, 0.1),                      # nothing heard
    ((0.0, 0.1), -0.1, 0.1),             # before the first
    ((0.0, 0.1), 0.0, 0.2),              # after the last
    ((0.0, 0.6), 0.0, 0.3),              # a gap
    ((0.0, 0.4, 0.8, 5.3), 0.0, 0.4),    # forgotten by now
    ((10.0, 10.1, 3.0), 10.0, 10.1),     # the clock went back: all before is void
    ((10.0, 10.1, 3.0), 3.0, 10.0),
])
def test_where_no_orientation_is_near_nothing_is_known(times_s, start_s, end_s):
    kept = orientations(*((time_s, turned()) for time_s in times_s))
    assert kept.rotation(start_s, end_s) is None


def test_after_the_clock_went_back_all_goes_on():
    kept = orientations((10.0, turned()), (3.0, turned()), (3.1, turned(0.1)))
    np.testing.assert_allclose(kept.rotation(3.0, 3.1), turned(0.1).inv().as_matrix(), atol=1e-9)


def test_a_sample_sent_twice_changes_nothing():
    kept = orientations((0.0, turned()), (0.1, turned(0.1)), (0.1, turned(0.1)))
    assert len(kept) == 2
    assert kept.rotation(0.0, 0.1) is not None


def test_memory_is_bounded():
    kept = orientations(*((0.01 * number, turned()) for number in range(3000)))
    assert len(kept) <= 502


@pytest.mark.parametrize('quaternion', [
    (0.0, 0.0, 0.0, 0.0),       # what a driver sends before it knows
    (np.nan, 0.0, 0.0, 1.0),
    (np.inf, 0.0, 0.0, 1.0),
])
def test_what_is_no_orientation_is_refused_and_leaves_the_others(quaternion):
    kept = orientations((0.0, turned()), (0.1, turned()))
    with pytest.raises(ValueError, match='must be a finite quaternion, got'):
        kept.add(0.2, quaternion)
    assert kept.rotation(0.0, 0.1) is not None
