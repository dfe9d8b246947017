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

"""How the camera moved between two images, from the images or from the robot's odometry."""

from dataclasses import dataclass
import math
import threading
from typing import Protocol

from nav_msgs.msg import Odometry
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.geometry import CameraModel
from person_tracker.core.odometry import Orientations
from person_tracker.core.odometry import rotation_affine
from person_tracker.core.settings import setting
from person_tracker.core.types import Frame
from person_tracker.models.camera_motion import CameraMotion
from person_tracker.models.camera_motion import CameraMotionConfig
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import camera_info_from_msg
from person_tracker.nodes.stamps import seconds
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

_WARN_EVERY_S = 5.0


@dataclass(frozen=True)
class MotionSourceConfig(CameraMotionConfig):
    """The settings of camera motion, and how the camera is mounted."""

    mount_roll_deg: float = setting(
        0.0, 'Roll of the camera on the body that odometry describes.', minimum=-180.0,
        maximum=180.0, unit='deg', live=False)
    mount_pitch_deg: float = setting(
        0.0, 'Pitch, positive looks down.', minimum=-180.0, maximum=180.0, unit='deg', live=False)
    mount_yaw_deg: float = setting(
        0.0, 'Yaw, positive looks left.', minimum=-180.0, maximum=180.0, unit='deg', live=False)


class MotionSource(Protocol):
    """
    Anything that knows how the camera moved.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.

    """

    config: CameraMotionConfig

    def between(self, frame: Frame,
                boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Return the motion from the last frame asked for, shape (2, 3); None: not known."""


class NoMotion:
    """A camera that never moves."""

    def __init__(self, config: CameraMotionConfig) -> None:
        self.config = config

    def between(self, frame: Frame, boxes_xyxy: NDArray[np.floating]) -> None:
        """Return that nothing is known, which is what a camera at rest needs."""
        return None


class ImageMotion(CameraMotion):
    """Motion seen in the images."""

    def between(self, frame: Frame,
                boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Return the motion of the background."""
        return self.estimate(frame.image, boxes_xyxy)


class OdometryMotion:
    """Rotation of the robot, from `odom`, as the camera of `camera_info` sees it."""

    def __init__(self, node: Node, config: MotionSourceConfig) -> None:
        self.config: CameraMotionConfig = config
        self._log = node.get_logger()
        self._lock = threading.Lock()  # messages come in another thread than frames
        self._mount_rad = tuple(math.radians(angle) for angle in (
            config.mount_roll_deg, config.mount_pitch_deg, config.mount_yaw_deg))
        self._orientations = Orientations()
        self._camera: CameraModel | None = None
        self._last_s: float | None = None
        node.create_subscription(Odometry, 'odom', self._on_odometry, qos.SENSOR)
        node.create_subscription(CameraInfo, 'camera_info', self._on_camera_info, qos.SENSOR)

    def between(self, frame: Frame,
                boxes_xyxy: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """Return the motion that the robot's turning causes."""
        last_s, self._last_s = self._last_s, frame.time_s
        if last_s is None or self._camera is None:
            return None
        with self._lock:
            rotation = self._orientations.rotation(last_s, frame.time_s)
        if rotation is None:
            return None
        return rotation_affine(self._camera, rotation, self._mount_rad)

    def _on_odometry(self, msg: Odometry) -> None:
        turn = msg.pose.pose.orientation
        try:
            with self._lock:
                self._orientations.add(
                    seconds(msg.header.stamp), (turn.x, turn.y, turn.z, turn.w))
        except ValueError as error:
            self._log.warning(f'left odometry out: {error}', throttle_duration_sec=_WARN_EVERY_S)

    def _on_camera_info(self, msg: CameraInfo) -> None:
        self._camera = camera_info_from_msg(msg)


def motion_source(node: Node, config: MotionSourceConfig) -> MotionSource:
    """Return what the settings ask for."""
    if config.origin == 'odometry':
        return OdometryMotion(node, config)
    return ImageMotion(config) if config.origin == 'image' else NoMotion(config)
