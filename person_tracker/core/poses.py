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
Where things are in space: poses as matrices, and the body and optical frames of cameras.

A pose `a_from_b`, shape (4, 4), brings homogeneous points from frame b to frame a: it is a
rotation and a shift, metres. Bodies look along x with y to the left and z up, optical frames along
z with x to the right and y down (REP-103).
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

Pose = NDArray[np.float64]

# Orientation x, y, z, w of an optical frame in the body of its camera.
QUATERNION_OF_OPTICAL = (-0.5, 0.5, -0.5, 0.5)


def pose_from_quaternion(position_m: ArrayLike, quaternion_xyzw: ArrayLike) -> Pose:
    """
    Return a pose.

    Parameters
    ----------
    position_m
        Shape (3,), metres.
    quaternion_xyzw
        Shape (4,), of any length but zero.

    Raises
    ------
    ValueError
        A number is not finite, or the quaternion is zero.

    """
    position = np.asarray(position_m, np.float64)
    quaternion = np.asarray(quaternion_xyzw, np.float64)
    norm = math.sqrt(float(quaternion @ quaternion))
    if not (np.isfinite(position).all() and math.isfinite(norm) and norm > 0.0):
        raise ValueError('a pose must be a finite position and a quaternion that is not zero, got '
                         f'{position.tolist()} and {quaternion.tolist()}')
    x, y, z, w = (quaternion / norm).tolist()
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), position[0]],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w), position[1]],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y), position[2]],
        [0.0, 0.0, 0.0, 1.0]])


def quaternion_from_rpy(roll: float, pitch: float, yaw: float) -> NDArray[np.float64]:
    """Return the quaternion x, y, z, w of turns about fixed x, then y, then z axes, radians."""
    (sr, cr), (sp, cp), (sy, cy) = ((math.sin(angle / 2.0), math.cos(angle / 2.0))
                                    for angle in (roll, pitch, yaw))
    return np.array([
        sr * cp * cy - cr * sp * sy, cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy, cr * cp * cy + sr * sp * sy])


def quaternion_between(start_xyzw: ArrayLike, end_xyzw: ArrayLike,
                       share: float) -> NDArray[np.float64]:
    """Return the orientation a share of the way, in [0, 1], along the shorter arc (slerp)."""
    start, end = np.asarray(start_xyzw, np.float64), np.asarray(end_xyzw, np.float64)
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    cosine = float(start @ end)
    if cosine < 0.0:  # the same orientation, the other way round the sphere
        end, cosine = -end, -cosine
    angle = math.acos(min(cosine, 1.0))
    if angle < 1e-6:
        return np.asarray(start + share * (end - start))
    return np.asarray((math.sin((1.0 - share) * angle) * start + math.sin(share * angle) * end)
                      / math.sin(angle))


def inverse(pose: Pose) -> Pose:
    """Return `b_from_a` of a pose `a_from_b`."""
    R = pose[:3, :3].T
    inverted = np.eye(4)
    inverted[:3, :3], inverted[:3, 3] = R, -R @ pose[:3, 3]
    return inverted


BODY_FROM_OPTICAL = pose_from_quaternion((0.0, 0.0, 0.0), QUATERNION_OF_OPTICAL)
BODY_FROM_OPTICAL.setflags(write=False)
