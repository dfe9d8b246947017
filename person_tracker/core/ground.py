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

"""
Where on the ground people stand, and how sure that is.

Symbols: `H` a homography from pixels to the plane z = 0 of the world, shape (3, 3):
`H (u, v, 1)` is `w (x, y, 1)`, metres. Its sign is such that `w` is positive below the horizon,
where the ground is seen; `w` is zero on the horizon. `J` the Jacobian of (x, y) by (u, v).
Homographies from pairs of points are found by the normalised direct linear transform (Hartley,
PAMI 1997).
"""

from dataclasses import dataclass
from dataclasses import fields

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from person_tracker.core.geometry import CameraModel

_LEAST_PAIRS = 4
# A homography has eight degrees of freedom: of nine singular values only one may vanish. Lines of
# points leave a ratio of about 1e-16, pixels on a 1 m square seen from 100 m one of 1e-3.
_LEAST_RATIO = 1e-7
_EDGE_PX = 2.0  # detectors end a box that is cut off so near to the edge of the image


@dataclass(frozen=True, eq=False)
class GroundPoints:
    """
    Places on the ground.

    Attributes
    ----------
    positions_m
        Shape (N, 2), float64, x and y in the world, metres; NaN where unknown.
    covariances_m2
        Shape (N, 2, 2), float64, square metres; NaN where unknown.

    """

    positions_m: NDArray[np.float64]
    covariances_m2: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.positions_m)

    def __getitem__(self, index: NDArray[np.intp] | NDArray[np.bool_] | slice) -> 'GroundPoints':
        """Return the chosen places."""
        return GroundPoints(*(getattr(self, item.name)[index] for item in fields(self)))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which places are known, shape (N,)."""
        return np.asarray(np.isfinite(self.positions_m).all(axis=1))

    def widened(self, spread_m: float) -> 'GroundPoints':
        """Return the same places, less sure by an error of this standard deviation, metres."""
        return GroundPoints(self.positions_m, self.covariances_m2 + spread_m**2 * np.eye(2))


def feet(boxes_xyxy: ArrayLike, image_size: tuple[int, int], *,
         edge_px: float = _EDGE_PX) -> NDArray[np.float64]:
    """
    Return where the feet of people are in the image: the middle of the lower edge of each box.

    Parameters
    ----------
    boxes_xyxy
        Shape (N, 4), `x_min, y_min, x_max, y_max`, pixels.
    image_size
        Width and height, pixels.
    edge_px
        A box that ends so near to the lower edge of the image, pixels, has its feet outside.

    Returns
    -------
    NDArray[np.float64]
        Shape (N, 2), pixels; NaN where the feet are out of the image, or where a box has no area
        or is not finite.

    """
    boxes = np.array(boxes_xyxy, np.float64).reshape(-1, 4)
    points = np.column_stack(((boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]))
    is_usable = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    points[~is_usable | (boxes[:, 3] > image_size[1] - edge_px)] = np.nan
    return points


def on_ground(points_px: ArrayLike, ground_from_image: ArrayLike, *,
              noise_px: ArrayLike) -> GroundPoints:
    """
    Find the places on the ground that are seen at points of the image.

    Parameters
    ----------
    points_px
        Shape (N, 2), pixels.
    ground_from_image
        Shape (3, 3), a homography.
    noise_px
        Standard deviation of the points, pixels, in u and in v alike: one number, or shape (N,).

    Returns
    -------
    GroundPoints
        The places; unknown for points that are not finite, and from the horizon upwards.

    """
    H = np.asarray(ground_from_image, np.float64)
    points = np.asarray(points_px, np.float64).reshape(-1, 2)
    noise = np.broadcast_to(np.asarray(noise_px, np.float64), len(points))
    x_w, y_w, w = H @ np.vstack((points.T, np.ones(len(points))))
    w = np.where(w > 0.0, w, np.nan)
    positions = np.column_stack((x_w / w, y_w / w))
    J = (H[None, :2, :2] - positions[:, :, None] * H[None, None, 2, :2]) / w[:, None, None]
    covariances = (noise**2)[:, None, None] * (J @ J.transpose(0, 2, 1))
    return GroundPoints(positions, covariances)


def squared_distances(one: GroundPoints, other: GroundPoints) -> NDArray[np.float64]:
    """
    Return how far places are from each other in terms of how sure they are (Mahalanobis).

    Returns
    -------
    NDArray[np.float64]
        Shape (N, M); for the same place it is chi-square distributed with 2 degrees of freedom.
        NaN where a place is unknown.

    """
    gaps = one.positions_m[:, None] - other.positions_m[None]
    sums = one.covariances_m2[:, None] + other.covariances_m2[None]
    a, b, d = sums[..., 0, 0], sums[..., 0, 1], sums[..., 1, 1]
    x, y = gaps[..., 0], gaps[..., 1]
    with np.errstate(divide='ignore', invalid='ignore'):
        return np.asarray((d * x * x - 2.0 * b * x * y + a * y * y) / (a * d - b * b))


def homography_from_camera(camera: CameraModel,
                           world_from_optical: ArrayLike) -> NDArray[np.float64]:
    """
    Return the homography from a camera's pixels to the plane z = 0 of the world.

    Distortion is ignored.

    Parameters
    ----------
    camera
        The camera.
    world_from_optical
        Shape (4, 4): pose of the optical frame in the world.

    Raises
    ------
    ValueError
        The pose is no pose, or the camera lies in the plane.

    """
    pose = np.asarray(world_from_optical, np.float64)
    if pose.shape != (4, 4) or not np.isfinite(pose).all():
        raise ValueError(f'world_from_optical must be 4 x 4 finite numbers, got {pose.tolist()}')
    R, position = pose[:3, :3], pose[:3, 3]
    is_rotation = np.allclose(R @ R.T, np.eye(3), atol=1e-6) and np.linalg.det(R) > 0.0
    if not is_rotation or not np.allclose(pose[3], (0.0, 0.0, 0.0, 1.0)):
        raise ValueError(f'world_from_optical must be a rotation and a shift, got {pose.tolist()}')
    if position[2] == 0.0:
        raise ValueError('the camera must not lie in the ground plane, got height 0 m')
    image_from_ground = camera.K @ R.T @ np.column_stack((np.eye(3)[:, :2], -position))
    return np.linalg.inv(image_from_ground)


def homography_from_pairs(points_px: ArrayLike, ground_m: ArrayLike) -> NDArray[np.float64]:
    """
    Find the homography that maps points of the image to places on the ground.

    Parameters
    ----------
    points_px
        Shape (N, 2), pixels, N from 4.
    ground_m
        Shape (N, 2), metres. With more than four pairs the algebraic error is least.

    Raises
    ------
    ValueError
        There are too few pairs, they do not settle a homography (all but one on a line, or
        repeated), or some of them are seen from above the horizon of the others.

    """
    points, places = _pairs(points_px, ground_m)
    points_from_px, points = _normalised(points)
    places_from_m, places = _normalised(places)
    zeros, ones = np.zeros((len(points), 3)), np.ones((len(points), 1))
    rays = np.hstack((points, ones))
    A = np.vstack((np.hstack((rays, zeros, -places[:, :1] * rays)),
                   np.hstack((zeros, rays, -places[:, 1:] * rays))))
    singular, right = np.linalg.svd(A)[1:]
    if singular[7] < _LEAST_RATIO * singular[0]:
        raise ValueError('the pairs do not settle a homography: at least four points are needed '
                         'of which no three are on a line')
    normal = right[-1].reshape(3, 3)
    w = rays @ normal[2]
    if not (np.all(w > 0.0) or np.all(w < 0.0)):
        raise ValueError('the pairs contradict each other: some are beyond the horizon of others')
    H = np.linalg.inv(places_from_m) @ normal @ points_from_px
    return np.asarray(H / np.linalg.norm(H) * np.sign(w[0]), np.float64)


def _pairs(points_px: ArrayLike,
           ground_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points, places = np.asarray(points_px, np.float64), np.asarray(ground_m, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or points.shape != places.shape:
        raise ValueError('points_px and ground_m must both have shape (N, 2), '
                         f'got {points.shape} and {places.shape}')
    if len(points) < _LEAST_PAIRS:
        raise ValueError(f'a homography needs at least {_LEAST_PAIRS} pairs, got {len(points)}')
    if not (np.isfinite(points).all() and np.isfinite(places).all()):
        raise ValueError('points_px and ground_m must be finite')
    return points, places


def _normalised(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a map to points about 0 whose mean distance from it is sqrt(2), and those points."""
    centre = points.mean(axis=0)
    spread = np.linalg.norm(points - centre, axis=1).mean()
    scale = np.sqrt(2.0) / spread if spread > 0.0 else 1.0
    T = np.array([[scale, 0.0, -scale * centre[0]], [0.0, scale, -scale * centre[1]],
                  [0.0, 0.0, 1.0]])
    return T, scale * (points - centre)
