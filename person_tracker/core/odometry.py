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
How the image moves because the robot turns: the camera's rotation between two images.

Of the robot's motion only the rotation is used. It moves the whole image alike; translation moves
near things more than far ones, which no affine map describes, and is small from image to image.
"""

from collections import deque

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from person_tracker.core.geometry import CameraModel
from scipy.spatial.transform import Rotation
from scipy.spatial.transform import Slerp

# Directions of a body frame (x forward, y left, z up) in an optical one (z forward, x right, y
# down), REP-103.
_OPTICAL_FROM_BODY = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
_SPAN_S = 5.0  # orientations kept
_LONGEST_GAP_S = 0.5  # between orientations that may be interpolated
_SMALLEST_COSINE = 0.5  # of the turn between two images; beyond 60 degrees they share nothing


class Orientations:
    """The robot's orientation over the last seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, NDArray[np.float64]]] = deque()

    def __len__(self) -> int:
        """Return the number of orientations kept."""
        return len(self._samples)

    def add(self, time_s: float, quaternion_xyzw: ArrayLike) -> None:
        """
        Take in an orientation of the body in a fixed frame.

        A second one of the same time is left out; one before the last starts anew.
        """
        quaternion = np.asarray(quaternion_xyzw, np.float64)
        if not np.isfinite(quaternion).all() or not np.linalg.norm(quaternion) > 0.0:
            raise ValueError(
                f'an orientation must be a finite quaternion, got {quaternion.tolist()}')
        if self._samples and time_s == self._samples[-1][0]:
            return
        if self._samples and time_s < self._samples[-1][0]:
            self._samples.clear()
        self._samples.append((time_s, quaternion))
        while self._samples[0][0] < time_s - _SPAN_S:
            self._samples.popleft()

    def rotation(self, start_s: float, end_s: float) -> NDArray[np.float64] | None:
        """
        Return how directions at the body turned from one time to another.

        Parameters
        ----------
        start_s, end_s
            Seconds.

        Returns
        -------
        ndarray or None
            Shape (3, 3): maps a direction in the body frame at the start to that at the end; None
            where there is no orientation near enough to either time.

        """
        start, end = self._at(start_s), self._at(end_s)
        if start is None or end is None:
            return None
        turned: NDArray[np.float64] = (end.inv() * start).as_matrix()
        return turned

    def _at(self, time_s: float) -> Rotation | None:
        times = np.array([sample_s for sample_s, _ in self._samples])
        after = int(np.searchsorted(times, time_s))
        if after == len(times):
            return None
        if after == 0 or times[after] == time_s:
            exact = times[after] == time_s
            return Rotation.from_quat(self._samples[after][1]) if exact else None
        if times[after] - times[after - 1] > _LONGEST_GAP_S:
            return None
        pair = [self._samples[after - 1][1], self._samples[after][1]]
        return Slerp(times[after - 1:after + 1], Rotation.from_quat(pair))(time_s)


def rotation_affine(camera: CameraModel, body_rotation: NDArray[np.float64],
                    mount_rpy_rad: ArrayLike = (0.0, 0.0, 0.0)) -> NDArray[np.float64] | None:
    """
    Return how the image moves when the camera turns.

    The homography K R K^-1 of a pure rotation, to first order at the centre of the image.

    Parameters
    ----------
    camera
        The camera; distortion is ignored.
    body_rotation
        Shape (3, 3): maps directions in the body frame at the last image to those at this one.
    mount_rpy_rad
        Roll, pitch and yaw of the camera on the body, radians; zeros look forward.

    Returns
    -------
    ndarray or None
        Shape (2, 3): maps pixels of the last image to this one; None where the camera turned so
        far that it sees something else.

    """
    mount = Rotation.from_euler('xyz', np.asarray(mount_rpy_rad, np.float64)).as_matrix()
    optical = _OPTICAL_FROM_BODY @ mount.T
    homography = camera.K @ optical @ body_rotation @ optical.T @ np.linalg.inv(camera.K)
    centre = np.array([camera.width / 2.0, camera.height / 2.0, 1.0])
    image = homography @ centre
    if image[2] < _SMALLEST_COSINE:
        return None
    place = image[:2] / image[2]
    # Derivative of the projection (h x) / (h3 x) at the centre.
    linear = (homography[:2, :2] - np.outer(place, homography[2, :2])) / image[2]
    return np.column_stack((linear, place - linear @ centre[:2]))
