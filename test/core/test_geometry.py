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

"""Laws of the camera model and of distance from body height."""

import math

import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.core.geometry import positions_from_body_height
import pytest

CAMERA = CameraModel.from_field_of_view(640, 480, math.radians(60))


def project(points, camera):
    """Return the pixels of points in the optical frame."""
    pixels = np.asarray(points) @ camera.K.T
    return pixels[:, :2] / pixels[:, 2:]


def test_field_of_view_reaches_from_edge_to_edge():
    x = math.tan(math.radians(30))
    edges = project([[-x, 0, 1], [x, 0, 1]], CAMERA)
    np.testing.assert_allclose(edges, [[-0.5, 239.5], [639.5, 239.5]])


@pytest.mark.parametrize('angle', [0.0, -1.0, math.pi, math.nan])
def test_impossible_field_of_view_is_refused(angle):
    with pytest.raises(ValueError, match=r'horizontal_fov_rad must be in \(0, pi\) rad'):
        CameraModel.from_field_of_view(640, 480, angle)


@pytest.mark.parametrize(('change', 'message'), [
    ({'width': 0}, 'image size must be positive, got 0 x 480'),
    ({'distortion_model': 'fish'}, "distortion_model must be one of .* got 'fish'"),
    ({'distortion': np.zeros(4)}, r'distortion must have shape \(5,\), got \(4,\)'),
    ({'K': np.eye(4)}, r'K must have shape \(3, 3\), got \(4, 4\)'),
    ({'K': -np.eye(3)}, 'focal lengths in K must be positive, got -1 and -1'),
    ({'R': np.full((3, 3), np.nan)}, 'R must be finite'),
    ({'P': np.zeros((3, 4))}, 'focal lengths in P must be positive'),
])
def test_wrong_camera_is_refused(change, message):
    values = {
        'width': 640, 'height': 480, 'distortion_model': 'plumb_bob', 'distortion': np.zeros(5),
        'K': np.eye(3), 'R': np.eye(3), 'P': np.eye(3, 4)}
    CameraModel(**values)
    with pytest.raises(ValueError, match=message):
        CameraModel(**{**values, **change})


def test_camera_cannot_be_changed_through_its_arrays():
    K = np.eye(3)
    camera = CameraModel(2, 2, 'plumb_bob', np.zeros(5), K, np.eye(3), np.eye(3, 4))
    K[0, 0] = 7.0
    assert camera.K[0, 0] == 1.0
    with pytest.raises(ValueError, match='read-only'):
        camera.K[0, 0] = 7.0


def test_scaled_camera_sees_the_same_point_at_the_scaled_place():
    point = [[0.3, -0.2, 2.0]]
    scaled = CAMERA.scaled(320, 120)
    pixel = project(point, CAMERA)[0]
    expected = (pixel + 0.5) * [0.5, 0.25] - 0.5
    np.testing.assert_allclose(project(point, scaled)[0], expected)
    np.testing.assert_allclose(scaled.P[:, :3], scaled.K)
    np.testing.assert_allclose(scaled.scaled(640, 480).K, CAMERA.K)


def test_position_of_a_projected_body_is_found_again():
    feet, head = np.array([1.0, 1.2, 4.0]), np.array([1.0, -0.5, 4.0])
    (x, bottom), (_, top) = project([feet, head], CAMERA)
    position = positions_from_body_height([[x - 20, top, x + 20, bottom]], CAMERA)
    np.testing.assert_allclose(position, [(feet + head) / 2])


def test_distance_is_proportional_to_body_height():
    boxes = [[100, 100, 150, 300]]
    adult = positions_from_body_height(boxes, CAMERA, body_height_m=1.7)
    child = positions_from_body_height(boxes, CAMERA, body_height_m=0.85)
    np.testing.assert_allclose(adult, 2 * child)


@pytest.mark.parametrize('box', [
    [10, 50, 30, 50],  # no height
    [10, 50, 10, 90],  # no width
    [10, 90, 30, 50],  # upside down
    [10, np.nan, 30, 90],  # not a number
    [10, 50, 30, np.inf],  # infinite
])
def test_box_without_area_has_no_position_and_harms_no_other(box):
    good = [300, 100, 340, 300]
    positions = positions_from_body_height([good, box, good], CAMERA)
    assert np.isnan(positions[1]).all()
    assert np.isfinite(positions[[0, 2]]).all()


def test_no_box_gives_no_position():
    assert positions_from_body_height(np.empty((0, 4)), CAMERA).shape == (0, 3)


@pytest.mark.parametrize('height', [0.0, -1.7, math.nan])
def test_impossible_body_height_is_refused(height):
    with pytest.raises(ValueError, match='body_height_m must be > 0 m'):
        positions_from_body_height([[0, 0, 1, 1]], CAMERA, body_height_m=height)
