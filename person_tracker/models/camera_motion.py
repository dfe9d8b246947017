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
How the image moved because the camera did: sparse optical flow and RANSAC on a small grey image.

Corners outside the people are followed from the last image to this one (Shi, Tomasi 1994; Lucas,
Kanade 1981, pyramids after Bouguet), and a similarity is fitted to them that ignores outliers
(Fischler, Bolles 1981), through OpenCV.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

_MASK_MARGIN = 0.1  # around people, in parts of the box: their outline moves with them
_STILL_PX = 0.1  # of the small image: less is noise of a camera at rest
_LARGEST_ZOOM = 1.25  # between two images; more is a wrong fit, or another scene


@dataclass(frozen=True)
class CameraMotionConfig:
    """How the motion of the camera is known."""

    origin: str = setting(
        'image', 'image: points of the background are followed; odometry: the rotation of the '
        'robot; none: the camera does not move.', choices=('image', 'odometry', 'none'),
        live=False)
    width: int = setting(
        320, 'Width of the grey image that points are followed in; larger is finer and slower.',
        minimum=64, maximum=1920, unit='px')
    max_points: int = setting(
        120, 'Points followed at most.', minimum=8, maximum=2000)
    min_points: int = setting(
        12, 'With fewer points that agree the motion is not known.', minimum=4, maximum=2000)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class CameraMotion:
    """
    Motion of one camera from image to image.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.

    """

    def __init__(self, config: CameraMotionConfig | None = None) -> None:
        self.config = config or CameraMotionConfig()
        self._shape: tuple[int, ...] = ()
        self._last: NDArray[np.uint8] | None = None
        self._points: NDArray[np.float32] | None = None

    def estimate(self, image: NDArray[np.uint8],
                 boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """
        Return the motion from the last image given to this one.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, BGR.
        boxes_xyxy
            Shape (N, 4), pixels: people, whose own motion does not count.

        Returns
        -------
        ndarray or None
            Shape (2, 3): maps pixels of the last image to this one; None for the first image, one
            of another size, or where too few points agree.

        """
        scale = min(1.0, self.config.width / image.shape[1])
        size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
        grey: NDArray[np.uint8] = cv2.cvtColor(
            cv2.resize(image, size, interpolation=cv2.INTER_LINEAR),
            cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        affine = (self._between(self._last, self._points, grey)
                  if image.shape == self._shape else None)
        self._shape, self._last = image.shape, grey
        self._points = _corners(
            grey, self.config.max_points, _background(grey, boxes_xyxy * scale))
        if affine is not None:
            affine[:, 2] /= scale
        return affine

    def _between(self, last: NDArray[np.uint8] | None, points: NDArray[np.float32] | None,
                 grey: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        if last is None or points is None or last.shape != grey.shape:
            return None
        moved, found, _ = cv2.calcOpticalFlowPyrLK(
            last, grey, points, np.empty_like(points), winSize=(15, 15))
        found = found.ravel() == 1
        if np.count_nonzero(found) < self.config.min_points:
            return None
        start, end = points[found], moved[found]
        if np.median(np.linalg.norm(end - start, axis=-1)) < _STILL_PX:
            return np.eye(2, 3)
        affine, agrees = cv2.estimateAffinePartial2D(start, end, ransacReprojThreshold=1.0)
        if affine is None or np.count_nonzero(agrees) < self.config.min_points:
            return None
        zoom = float(np.hypot(affine[0, 0], affine[0, 1]))
        return affine if 1.0 / _LARGEST_ZOOM <= zoom <= _LARGEST_ZOOM else None


def _corners(grey: NDArray[np.uint8], count: int,
             mask: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return points that can be followed, shape (K, 1, 2); None where there is none."""
    corners = cv2.goodFeaturesToTrack(grey, count, 0.01, 8, mask=mask)
    return None if corners is None else corners.astype(np.float32, copy=False)


def _background(grey: NDArray[np.uint8], boxes_xyxy: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return a mask without the people."""
    mask = np.full(grey.shape, 255, np.uint8)
    boxes_xyxy = boxes_xyxy[np.isfinite(boxes_xyxy).all(axis=1)]
    margins = _MASK_MARGIN * (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2])
    size = grey.shape[::-1]
    low = np.clip(np.floor(boxes_xyxy[:, :2] - margins), 0, size).astype(int)
    high = np.clip(np.ceil(boxes_xyxy[:, 2:] + margins), 0, size).astype(int)
    for (x_min, y_min), (x_max, y_max) in zip(low.tolist(), high.tolist()):
        mask[y_min:y_max, x_min:x_max] = 0
    return mask
