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

"""Where a camera is, as a list of cameras says it."""

from dataclasses import dataclass
from dataclasses import fields
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.poses import Pose
from person_tracker.core.poses import pose_from_quaternion
from person_tracker.core.poses import quaternion_from_rpy
from person_tracker.core.settings import SettingError

GROUND_FRAME = 'map'


@dataclass(frozen=True)
class CameraPose:
    """
    Where a camera is: the pose of its body, which looks along x with y to the left and z up.

    Attributes
    ----------
    frame
        What the pose is given in; its z = 0 is the ground where it is the ground frame.
    x, y, z
        Position, metres.
    roll, pitch, yaw
        Turns about the fixed x, y and z axes, in this order, radians; a positive pitch looks down.

    """

    frame: str = GROUND_FRAME
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no pose."""
        if not isinstance(self.frame, str) or not self.frame:
            raise SettingError(f'frame of a pose must be a name, got {self.frame!r}')
        for item in fields(self)[1:]:
            value = getattr(self, item.name)
            if not is_number(value):
                raise SettingError(f'{item.name} of a pose must be a number, got {value!r}')

    @property
    def quaternion_xyzw(self) -> NDArray[np.float64]:
        """Return the orientation, shape (4,)."""
        return quaternion_from_rpy(self.roll, self.pitch, self.yaw)

    @property
    def frame_from_body(self) -> Pose:
        """Return the pose of the body, shape (4, 4)."""
        return pose_from_quaternion((self.x, self.y, self.z), self.quaternion_xyzw)


def pose_from_content(camera: object, pose: object) -> CameraPose | None:
    """
    Return a camera's pose as a list of cameras has it, None where it has none.

    Raises
    ------
    SettingError
        It is no pose; names the camera.

    """
    if pose is None:
        return None
    known = [item.name for item in fields(CameraPose)]
    if not isinstance(pose, dict) or not set(pose) <= set(known):
        raise SettingError(f'pose of camera {camera!r} must be a mapping with keys of '
                           f'{", ".join(known)}, got {pose!r}')
    try:
        return CameraPose(**pose)
    except SettingError as error:
        raise SettingError(f'camera {camera!r}: {error}') from None


def is_number(value: object) -> bool:
    """Tell whether a value of a YAML file is a finite number."""
    return (isinstance(value, (int, float)) and not isinstance(value, bool)
            and math.isfinite(value))
