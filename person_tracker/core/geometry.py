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
Where things are that a camera sees: the pinhole model and what follows from it.

Symbols, as in OpenCV and ROS: `K` the 3x3 matrix of focal lengths `fx, fy` and principal point
`cx, cy`, pixels, the centre of the first pixel at (0, 0); `R` the rectifying rotation; `P` the
3x4 projection of the rectified camera. The optical frame looks along z, x right, y down (REP-103).
"""

from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

# Number of coefficients that each model of the ROS message CameraInfo takes.
DISTORTION_SIZES = {'plumb_bob': 5, 'rational_polynomial': 8, 'equidistant': 4}


@dataclass(frozen=True, eq=False)
class CameraModel:
    """
    How a camera maps directions to pixels, in the terms of the ROS message CameraInfo.

    Attributes
    ----------
    width, height
        Size of the image, pixels.
    distortion_model
        One of `DISTORTION_SIZES`.
    distortion
        Shape (D,), float64, as many coefficients as the model takes; zeros: none.
    K
        Shape (3, 3), float64: of the image as it comes, distorted.
    R
        Shape (3, 3), float64: identity for a single camera.
    P
        Shape (3, 4), float64: of the rectified image.

    """

    width: int
    height: int
    distortion_model: str
    distortion: NDArray[np.float64]
    K: NDArray[np.float64]
    R: NDArray[np.float64]
    P: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse sizes, shapes and values that no camera has; make the arrays read-only."""
        if self.width <= 0 or self.height <= 0:
            raise ValueError(f'image size must be positive, got {self.width} x {self.height}')
        if self.distortion_model not in DISTORTION_SIZES:
            raise ValueError(
                f'distortion_model must be one of {", ".join(DISTORTION_SIZES)}, '
                f'got {self.distortion_model!r}')
        size = DISTORTION_SIZES[self.distortion_model]
        shapes = {'distortion': (size,), 'K': (3, 3), 'R': (3, 3), 'P': (3, 4)}
        for name, shape in shapes.items():
            object.__setattr__(self, name, _checked(name, getattr(self, name), shape))
        for name in ('K', 'P'):
            matrix = getattr(self, name)
            if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
                raise ValueError(
                    f'focal lengths in {name} must be positive, '
                    f'got {matrix[0, 0]:g} and {matrix[1, 1]:g}')

    @classmethod
    def from_field_of_view(
            cls, width: int, height: int, horizontal_fov_rad: float) -> 'CameraModel':
        """
        Return an ideal camera: square pixels, principal point in the middle, no distortion.

        Parameters
        ----------
        width, height
            Size of the image, pixels.
        horizontal_fov_rad
            Angle between the left and the right edge of the image, radians, in (0, pi).

        """
        if not 0.0 < horizontal_fov_rad < math.pi:
            raise ValueError(
                f'horizontal_fov_rad must be in (0, pi) rad, got {horizontal_fov_rad:g}')
        focal_px = width / 2.0 / math.tan(horizontal_fov_rad / 2.0)
        K = np.array([
            [focal_px, 0.0, (width - 1) / 2.0], [0.0, focal_px, (height - 1) / 2.0],
            [0.0, 0.0, 1.0]])
        P = np.hstack([K, np.zeros((3, 1))])
        return cls(width, height, 'plumb_bob', np.zeros(5), K, np.eye(3), P)

    def scaled(self, width: int, height: int) -> 'CameraModel':
        """Return the model of the same camera's image resized to another size, pixels."""
        if (width, height) == (self.width, self.height):
            return self
        scale_x, scale_y = width / self.width, height / self.height
        # Edges map to edges, so the centre of the first pixel moves by half a pixel.
        S = np.array([
            [scale_x, 0.0, (scale_x - 1.0) / 2.0], [0.0, scale_y, (scale_y - 1.0) / 2.0],
            [0.0, 0.0, 1.0]])
        return CameraModel(
            width, height, self.distortion_model, self.distortion, S @ self.K, self.R,
            S @ self.P)


def positions_from_body_height(
        boxes_xyxy: ArrayLike, camera: CameraModel, *,
        body_height_m: float = 1.7) -> NDArray[np.float64]:
    """
    Estimate where people are from the height of their boxes.

    A pinhole camera held level shows a body of height H at distance z as H fy / z pixels high.
    Distortion is ignored, and so is everything that makes a box shorter than its person: sitting,
    bending, an occluder or the edge of the image all put the person too far away.

    Parameters
    ----------
    boxes_xyxy
        Shape (N, 4), `x_min, y_min, x_max, y_max`, pixels of the camera's image.
    camera
        The camera.
    body_height_m
        Height of a standing person, metres.

    Returns
    -------
    NDArray[np.float64]
        Shape (N, 3): centre of each body in the optical frame, metres; NaN where a box has no
        area or is not finite.

    """
    if not body_height_m > 0:
        raise ValueError(f'body_height_m must be > 0 m, got {body_height_m:g}')
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    size = boxes[:, 2:] - boxes[:, :2]
    usable = np.isfinite(boxes).all(axis=1) & (size > 0).all(axis=1)
    height_px = np.where(usable, size[:, 1], np.nan)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2.0
    z = camera.K[1, 1] * body_height_m / height_px
    x = (centre[:, 0] - camera.K[0, 2]) / camera.K[0, 0] * z
    y = (centre[:, 1] - camera.K[1, 2]) / camera.K[1, 1] * z
    return np.column_stack([x, y, z])


def _checked(name: str, values: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.array(values, np.float64)
    if array.shape != shape:
        raise ValueError(f'{name} must have shape {shape}, got {array.shape}')
    if not np.isfinite(array).all():
        raise ValueError(f'{name} must be finite, got {array.tolist()}')
    array.setflags(write=False)
    return array
