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

"""Laws of places by a camera's boxes: found where people stand, unknown where nobody can tell."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.geometry import CameraModel
import pytest
from scipy.spatial.transform import Rotation

SIZE = 1280, 720
CAMERA = CameraModel.from_field_of_view(*SIZE, 1.2)
# Feet in view of a camera that is 2.5 m high and looks down by 15 degrees.
PLACES = np.array([[6.0, 0.0], [7.0, 1.5], [8.0, -2.0], [15.0, 3.0]])


def pose(yaw_deg=0.0, tilt_deg=15.0, height_m=2.5):
    """Return a camera that looks along x when yaw and tilt are zero; tilt is downwards."""
    level = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    matrix = np.eye(4)
    turned = Rotation.from_euler('ZY', (yaw_deg, tilt_deg), degrees=True).as_matrix()
    matrix[:3, :3], matrix[:3, 3] = turned @ level, (0.0, 0.0, height_m)
    return matrix


def seen(points_m, world_from_optical):
    """Return where a camera sees points of the world, shape (N, 3), by the pinhole model alone."""
    world = np.column_stack((points_m, np.ones(len(points_m))))
    projected = CAMERA.K @ (np.linalg.inv(world_from_optical) @ world.T)[:3]
    return (projected[:2] / projected[2]).T


def boxes_of(places_m, world_from_optical, height_m=1.7, hidden_m=0.0):
    """Return boxes of people from `hidden_m` above the ground to the top of their heads."""
    feet = seen(np.column_stack((places_m, np.full(len(places_m), hidden_m))), world_from_optical)
    heads = seen(np.column_stack((places_m, np.full(len(places_m), height_m))),
                 world_from_optical)
    return np.column_stack((feet[:, 0] - 20, heads[:, 1], feet[:, 0] + 20, feet[:, 1]))


@given(yaw=strategies.floats(-180, 180), tilt=strategies.floats(10, 20),
       height=strategies.floats(2.2, 3.0))
def test_people_are_found_where_they_stand(yaw, tilt, height):
    where = pose(yaw, tilt, height)
    turned = PLACES @ Rotation.from_euler('Z', yaw, degrees=True).as_matrix()[:2, :2].T
    found = CameraGround.from_pose(CAMERA, where).places(boxes_of(turned, where))
    np.testing.assert_allclose(found.positions_m, turned, atol=1e-6)


def test_points_whose_places_are_known_are_as_good_as_a_pose():
    boxes = boxes_of(PLACES, pose())
    points = np.column_stack(((boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]))
    found = CameraGround.from_pairs(points, PLACES, SIZE).places(boxes)
    expected = CameraGround.from_pose(CAMERA, pose()).places(boxes)
    np.testing.assert_allclose(found.positions_m, expected.positions_m, atol=1e-6)
    np.testing.assert_allclose(found.covariances_m2, expected.covariances_m2, atol=1e-6)


def test_who_is_farther_away_is_less_surely_placed():
    along = np.column_stack((np.arange(6.0, 20.0), np.zeros(14)))
    found = CameraGround.from_pose(CAMERA, pose()).places(boxes_of(along, pose()))
    assert np.all(np.diff(found.covariances_m2[:, 0, 0]) > 0.0)
    assert np.all(np.linalg.eigvalsh(found.covariances_m2) > 0.0)


def test_the_taller_the_box_the_less_sure_its_lower_edge():
    ground = CameraGround.from_pose(CAMERA, pose())
    small, tall = (ground.places(boxes_of(PLACES, pose(), height_m)) for height_m in (1.5, 1.9))
    np.testing.assert_allclose(small.positions_m, tall.positions_m, atol=1e-6)
    assert np.all(tall.covariances_m2[:, 0, 0] > small.covariances_m2[:, 0, 0])


@pytest.mark.parametrize('box, why', [
    ([600, 300, 640, 719], 'the feet are below the image'),
    ([600, 20, 640, 60], 'a box above the horizon'),
    ([600, 300, 600, 500], 'no width'),
    ([600, 500, 640, 300], 'upside down'),
    ([600, np.nan, 640, 500], 'not a number'),
])
def test_a_place_is_unknown_where_no_feet_are_seen_on_the_ground(box, why):
    ground = CameraGround.from_pose(CAMERA, pose())
    known = boxes_of(PLACES[:1], pose())[0]
    found = ground.places([known, box])
    assert found.known.tolist() == [True, False], why
    assert np.isnan(found.covariances_m2[1]).all()


@pytest.mark.parametrize('height_m, hidden_m, is_known', [
    (1.9, 0.0, True),
    (1.5, 0.0, True),
    (0.8, 0.0, False),  # sits, or is a dog
    (1.7, 1.0, False),  # behind a table: the lower edge is no foot
])
def test_who_would_be_too_short_does_not_stand_there(height_m, hidden_m, is_known):
    boxes = boxes_of(PLACES, pose(), height_m, hidden_m)
    found = CameraGround.from_pose(CAMERA, pose()).places(boxes)
    assert found.known.tolist() == [is_known] * len(PLACES)


def test_without_a_pose_nobody_knows_how_tall_people_are():
    points = seen(np.column_stack((PLACES, np.zeros(4))), pose())
    ground = CameraGround.from_pairs(points, PLACES, SIZE)
    assert ground.places(boxes_of(PLACES, pose(), 0.8)).known.all()


def test_no_boxes_are_no_places():
    assert len(CameraGround.from_pose(CAMERA, pose()).places(np.empty((0, 4)))) == 0


def test_boxes_are_left_as_they_are():
    boxes = boxes_of(PLACES, pose(), 0.8)
    before = boxes.copy()
    CameraGround.from_pose(CAMERA, pose()).places(boxes)
    np.testing.assert_array_equal(boxes, before)


SQUARE = [[100, 600], [900, 600], [800, 400], [200, 400]], [[0, 0], [4, 0], [4, 4], [0, 4]]


@pytest.mark.parametrize('image_size', [(0, 720), (1280, -1)])
def test_an_image_without_a_size_is_refused(image_size):
    with pytest.raises(ValueError, match='image_size must be two positive numbers'):
        CameraGround.from_pairs(*SQUARE, image_size)


@pytest.mark.parametrize('points, places, message', [
    (SQUARE[0][:3], SQUARE[1][:3], 'at least 4 pairs'),
    (SQUARE[0], SQUARE[1][:3], 'must both have shape'),
    (SQUARE[0], [[0, 0], [1, 0], [2, 0], [3, 0]], 'do not settle'),  # on a line
])
def test_pairs_that_tell_nothing_are_refused(points, places, message):
    with pytest.raises(ValueError, match=message):
        CameraGround.from_pairs(points, places, SIZE)


@pytest.mark.parametrize('world_from_optical, message', [
    (2.0 * np.eye(4), 'a rotation and a shift'),
    (pose(height_m=0.0), 'must not lie in the ground plane'),
])
def test_a_pose_that_is_none_is_refused(world_from_optical, message):
    with pytest.raises(ValueError, match=message):
        CameraGround.from_pose(CAMERA, world_from_optical)
