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

"""Where people stand whom one camera sees: its boxes brought to the ground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from person_tracker.core.geometry import CameraModel
from person_tracker.core.ground import feet
from person_tracker.core.ground import GroundPoints
from person_tracker.core.ground import homography_from_camera
from person_tracker.core.ground import homography_from_pairs
from person_tracker.core.ground import on_ground

_NOISE = 0.05  # standard deviation of a box's lower edge, as part of the box's height
# Who seems shorter than this does not stand at the lower edge of the box: feet are hidden, or the
# person sits. Metres.
_SHORTEST_M = 1.2
_EDGE_PX = 2.0  # a box that begins so near to the upper edge of the image may go on above it


@dataclass(frozen=True, eq=False)
class CameraGround:
    """
    A camera and the ground it looks at; distortion is ignored.

    Attributes
    ----------
    ground_from_image
        Shape (3, 3): homography from pixels to the ground, metres; see `core.ground`.
    image_size
        Width and height of the image it is for, pixels.
    image_from_world
        Shape (3, 4): projection of points in the world, None where only the ground is known.

    """

    ground_from_image: NDArray[np.float64]
    image_size: tuple[int, int]
    image_from_world: NDArray[np.float64] | None = None

    @classmethod
    def from_pose(cls, camera: CameraModel, world_from_optical: ArrayLike) -> 'CameraGround':
        """
        Return what follows from a camera's model and pose.

        Parameters
        ----------
        camera
            The model.
        world_from_optical
            Shape (4, 4): pose of the optical frame; the ground is z = 0 of the world.

        Raises
        ------
        ValueError
            The pose is no pose, or the camera lies in the ground.

        """
        pose = np.asarray(world_from_optical, np.float64)
        ground_from_image = homography_from_camera(camera, pose)
        return cls(ground_from_image, (camera.width, camera.height),
                   camera.K @ np.linalg.inv(pose)[:3])

    @classmethod
    def from_pairs(cls, points_px: ArrayLike, ground_m: ArrayLike,
                   image_size: tuple[int, int]) -> 'CameraGround':
        """
        Return what follows from points of the image whose places on the ground are known.

        Parameters
        ----------
        points_px, ground_m
            Shape (N, 2) each, N from 4: pixels, and metres.
        image_size
            Width and height of the image, pixels.

        Raises
        ------
        ValueError
            The pairs settle no homography.

        """
        if min(image_size) <= 0:
            raise ValueError(f'image_size must be two positive numbers, got {image_size}')
        return cls(homography_from_pairs(points_px, ground_m), image_size)

    def places(self, boxes_xyxy: ArrayLike) -> GroundPoints:
        """
        Return where the people in boxes stand.

        Parameters
        ----------
        boxes_xyxy
            Shape (N, 4), pixels of an image of `image_size`.

        Returns
        -------
        GroundPoints
            N places; unknown where the feet are out of the image, or hidden as far as can be told:
            with a known pose, where the person would be too short.

        """
        boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
        heights_px = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        found = on_ground(feet(boxes, self.image_size), self.ground_from_image,
                          noise_px=_NOISE * heights_px)
        if self.image_from_world is not None:
            is_short = (boxes[:, 1] > _EDGE_PX) & (
                self._heights(boxes[:, 1], found, self.image_from_world) < _SHORTEST_M)
            found.positions_m[is_short] = np.nan
            found.covariances_m2[is_short] = np.nan
        return found

    @staticmethod
    def _heights(v: NDArray[np.float64], found: GroundPoints,
                 P: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how high above the places the image's rows `v` are, metres, shape (N,)."""
        ground = np.column_stack((found.positions_m, np.zeros(len(v)), np.ones(len(v))))
        return np.asarray((v * (ground @ P[2]) - ground @ P[1]) / (P[1, 2] - v * P[2, 2]))
