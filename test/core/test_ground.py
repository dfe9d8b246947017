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

"""Places on the ground: maps there and back, and how sure they are."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.core.ground import feet
from person_tracker.core.ground import GroundPoints
from person_tracker.core.ground import homography_from_camera
from person_tracker.core.ground import homography_from_pairs
from person_tracker.core.ground import on_ground
from person_tracker.core.ground import squared_distances
import pytest
from scipy.spatial.transform import Rotation

CAMERA = CameraModel.from_field_of_view(1280, 720, 1.2)
SIZE = 1280, 720


def pose(yaw_deg, tilt_deg, height_m, x_m=0.0, y_m=0.0):
    """Return a camera that looks along x when yaw and tilt are zero; tilt is downwards."""
    level = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    matrix = np.eye(4)
    turned = Rotation.from_euler('ZY', (yaw_deg, tilt_deg), degrees=True).as_matrix()
    matrix[:3, :3], matrix[:3, 3] = turned @ level, (x_m, y_m, height_m)
    return matrix


def seen(places_m, world_from_optical):
    """Return where a camera sees places on the ground, by the pinhole model alone."""
    world = np.column_stack((places_m, np.zeros(len(places_m)), np.ones(len(places_m))))
    optical = (np.linalg.inv(world_from_optical) @ world.T)[:3]
    assert np.all(optical[2] > 0.0)
    projected = CAMERA.K @ optical
    return (projected[:2] / projected[2]).T


def places_before(world_from_optical, count=6, seed=0):
    random = np.random.default_rng(seed)
    points = random.uniform((0, 500), SIZE, (count, 2))
    H = homography_from_camera(CAMERA, world_from_optical)
    return on_ground(points, H, noise_px=1.0).positions_m


@given(yaw=strategies.floats(-180, 180), tilt=strategies.floats(5, 60),
       height=strategies.floats(0.3, 10))
def test_what_a_camera_sees_on_the_ground_is_found_there(yaw, tilt, height):
    where = pose(yaw, tilt, height, 3.0, -2.0)
    H = homography_from_camera(CAMERA, where)
    points = np.array([[100.0, 600.0], [640.0, 700.0], [1200.0, 650.0]])
    places = on_ground(points, H, noise_px=1.0).positions_m
    np.testing.assert_allclose(seen(places, where), points, atol=1e-6)


@given(yaw=strategies.floats(-180, 180), tilt=strategies.floats(10, 60),
       seed=strategies.integers(0, 100), count=strategies.integers(4, 12))
def test_pairs_of_points_give_the_cameras_homography(yaw, tilt, seed, count):
    where = pose(yaw, tilt, 2.0)
    places = places_before(where, count, seed)
    try:
        H = homography_from_pairs(seen(places, where), places)
    except ValueError:
        assert count == 4  # three of so few happened to stand nearly on a line
        return
    points = np.array([[300.0, 710.0], [900.0, 690.0]])
    expected = on_ground(points, homography_from_camera(CAMERA, where), noise_px=1.0)
    found = on_ground(points, H, noise_px=1.0)
    np.testing.assert_allclose(found.positions_m, expected.positions_m, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(found.covariances_m2, expected.covariances_m2, rtol=1e-2)


@pytest.mark.parametrize('points', [
    np.zeros((4, 2)),  # one place
    np.column_stack((np.arange(6.0), 2.0 * np.arange(6.0))),  # a line
    np.array([[0, 0], [1, 1], [2, 2], [3, 3], [0, 5.0]]),  # a line and one more
    np.array([[0, 0], [1, 0], [0, 1], [0, 1.0]]),  # three different ones
], ids=['place', 'line', 'line and one', 'repeated'])
def test_pairs_that_settle_nothing_are_refused(points):
    with pytest.raises(ValueError, match='do not settle a homography'):
        homography_from_pairs(points, points * 2.0 + 1.0)


@pytest.mark.parametrize('points, places, message', [
    (np.eye(3)[:, :2], np.eye(3)[:, :2], 'at least 4 pairs, got 3'),
    (np.zeros((5, 2)), np.zeros((4, 2)), r'must both have shape \(N, 2\)'),
    (np.zeros((5, 3)), np.zeros((5, 3)), r'must both have shape \(N, 2\)'),
    (np.full((5, 2), np.nan), np.zeros((5, 2)), 'must be finite'),
])
def test_what_are_no_pairs_is_refused(points, places, message):
    with pytest.raises(ValueError, match=message):
        homography_from_pairs(points, places)


def test_pairs_across_the_horizon_are_refused():
    H = homography_from_camera(CAMERA, pose(0.0, 10.0, 2.0))
    points = np.array([[100.0, 700.0], [1100.0, 690.0], [600.0, 500.0], [700.0, 100.0],
                       [300.0, 50.0]])
    mapped = H @ np.column_stack((points, np.ones(5))).T
    with pytest.raises(ValueError, match='beyond the horizon'):
        homography_from_pairs(points, (mapped[:2] / mapped[2]).T)


def test_nothing_is_on_the_ground_from_the_horizon_upwards():
    H = homography_from_camera(CAMERA, pose(0.0, 0.0, 1.5))
    centre = CAMERA.K[1, 2]
    points = [[640.0, centre - 100.0], [640.0, centre], [640.0, centre + 100.0], [np.nan, 700.0]]
    assert on_ground(points, H, noise_px=1.0).known.tolist() == [False, False, True, False]


@pytest.mark.parametrize('tilt', [8.0, 25.0])
def test_uncertainty_is_that_of_many_noisy_points(tilt):
    random = np.random.default_rng(0)
    H, point = homography_from_camera(CAMERA, pose(30.0, tilt, 2.0)), np.array([900.0, 650.0])
    told = on_ground(point, H, noise_px=1.5).covariances_m2[0]
    noisy = on_ground(point + random.normal(0.0, 1.5, (40000, 2)), H, noise_px=1.0)
    np.testing.assert_allclose(np.cov(noisy.positions_m.T), told, rtol=0.05,
                               atol=0.05 * np.sqrt(np.linalg.det(told)))


def test_two_views_of_one_place_differ_as_chi_square_says():
    random = np.random.default_rng(1)
    first, second = pose(0.0, 15.0, 2.0), pose(90.0, 20.0, 3.0, 8.0, -8.0)
    place = np.array([[8.0, 1.0]])
    found = []
    for where in (first, second):
        points = seen(place, where) + random.normal(0.0, 3.0, (5000, 2))
        found.append(on_ground(points, homography_from_camera(CAMERA, where), noise_px=3.0))
    distances = np.array([squared_distances(found[0][i:i + 1], found[1][i:i + 1])[0, 0]
                          for i in range(5000)])
    assert np.mean(distances < 5.99) == pytest.approx(0.95, abs=0.01)  # chi-square, 2 degrees


def test_distances_are_symmetric_and_unknown_where_a_place_is():
    random = np.random.default_rng(2)
    roots = random.normal(size=(4, 2, 2))
    some = GroundPoints(random.normal(size=(4, 2)), roots @ roots.transpose(0, 2, 1))
    some.positions_m[3] = np.nan
    distances = squared_distances(some, some)
    np.testing.assert_allclose(distances, distances.T)
    np.testing.assert_allclose(np.diag(distances)[:3], 0.0)
    assert np.isnan(distances[3]).all()
    assert squared_distances(some[:0], some).shape == (0, 4)


def test_a_spread_adds_to_the_uncertainty():
    some = GroundPoints(np.zeros((1, 2)), np.diag([1.0, 4.0])[None])
    np.testing.assert_allclose(some.widened(2.0).covariances_m2[0], np.diag([5.0, 8.0]))


@pytest.mark.parametrize('box, is_known', [
    ((100, 100, 200, 400), True),  # whole
    ((-50, 100, 200, 400), True),  # cut off at the side: still on its feet
    ((100, 100, 200, 720), False),  # cut off below
    ((100, 100, 200, 719), False),  # nearly so, as detectors end it
    ((100, 100, 200, 717), True),
    ((100, 100, 100, 400), False),  # no width
    ((100, 400, 200, 100), False),  # upside down
    ((100, np.nan, 200, 400), False),
])
def test_feet_are_known_where_a_box_has_them(box, is_known):
    found = feet([box], SIZE)
    assert np.isfinite(found).all() == is_known
    if is_known:
        assert found.tolist() == [[(box[0] + box[2]) / 2, box[3]]]


def test_nobody_has_no_feet():
    assert feet(np.empty((0, 4)), SIZE).shape == (0, 2)
    H = homography_from_camera(CAMERA, pose(0.0, 10.0, 2.0))
    assert len(on_ground(np.empty((0, 2)), H, noise_px=1.0)) == 0


@pytest.mark.parametrize('change, message', [
    (lambda p: p[:3], 'must be 4 x 4'),
    (lambda p: p * np.nan, 'must be 4 x 4 finite'),
    (lambda p: p @ np.diag([2.0, 1, 1, 1]), 'must be a rotation and a shift'),
    (lambda p: p @ np.diag([-1.0, 1, 1, 1]), 'must be a rotation and a shift'),
    (lambda p: p - np.diag([0, 0, 0, 1.0]), 'must be a rotation and a shift'),
    (lambda p: pose(0.0, 10.0, 0.0), 'must not lie in the ground plane'),
])
def test_what_is_no_pose_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        homography_from_camera(CAMERA, change(pose(0.0, 10.0, 2.0)))
