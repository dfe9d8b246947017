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

"""How each camera sees the ground at a moment: by clicked points, by a given pose, or by tf."""

from dataclasses import dataclass
from dataclasses import field
from functools import partial

import numpy as np
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.geometry import CameraModel
from person_tracker.core.poses import Pose
from person_tracker.core.poses import QUATERNION_OF_OPTICAL
from person_tracker.core.transforms import Transform
from person_tracker.core.transforms import TransformTree
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import camera_info_from_msg
from person_tracker.nodes.identity_settings import IdentityNodeConfig
from person_tracker.nodes.stamps import seconds
from person_tracker.nodes.transforms import say_fixed_frames
from person_tracker.nodes.transforms import TransformListener
from person_tracker.sources.camera_list import CameraEntry
from person_tracker.sources.camera_list import ground_of
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

_WARN_EVERY_S = 10.0
_AFTER_STAMP = 12  # bytes of a serialised message with a header: encoding, seconds, nanoseconds


@dataclass
class _Camera:
    """What is known of a camera, and the ground made of it last."""

    entry: CameraEntry
    model: CameraModel | None = None
    info: bytes = b''
    pose: Pose = field(default_factory=lambda: np.full((4, 4), np.nan))
    ground: CameraGround | None = None
    origin: str = 'unknown'


class CameraGrounds:
    """
    Where the ground is in the images of every camera.

    Clicked points come first, then the pose that the list of cameras gives, then tf from the
    ground frame to the frame of the image; the last two need `camera_info`. Poses of the list are
    said on `/tf_static`, too. Nothing here waits: what is not known yet is not known.
    """

    def __init__(self, node: Node, config: IdentityNodeConfig) -> None:
        """Hear what is needed for the cameras; with an empty ground frame nothing is known."""
        self._log = node.get_logger()
        self._ground_frame = config.ground_frame
        self._tree = TransformTree()
        listed = {entry.name: entry for entry in config.entries()}
        self._cameras = {name: _Camera(listed.get(name) or CameraEntry(name))
                         for name in config.cameras}
        if not self._ground_frame:
            return
        for camera in self._cameras.values():
            self._remake_from_points(camera)
            node.create_subscription(CameraInfo, _info_topic(camera.entry),
                                     partial(self._on_info, camera), qos.SENSOR, raw=True)
        if not all(camera.entry.ground_points for camera in self._cameras.values()):
            TransformListener(node, self._tree)
        given = [transform for camera in self._cameras.values()
                 for transform in _transforms(camera.entry)]
        for transform in given:
            self._tree.add_static(transform)
        if given:
            say_fixed_frames(node, given)

    def origin_of(self, camera: str) -> str:
        """Return what tells a camera's places: `points`, `pose`, `tf`, or `unknown`."""
        return self._cameras[camera].origin

    def at(self, camera: str, header: Header) -> CameraGround | None:
        """Return the ground in a camera's image, None where it is not known."""
        if not self._ground_frame:
            return None
        known = self._cameras[camera]
        if not known.entry.ground_points:
            self._remake_from_pose(known, header)
        return known.ground

    def _remake_from_points(self, camera: _Camera) -> None:
        if camera.entry.ground_points:
            camera.ground, camera.origin = ground_of(camera.entry, camera.model), 'points'

    def _remake_from_pose(self, camera: _Camera, header: Header) -> None:
        has_pose = camera.entry.pose is not None
        frame = camera.entry.optical_frame if has_pose else header.frame_id.lstrip('/')
        pose = self._tree.between(self._ground_frame, frame, seconds(header.stamp))
        if pose is None or camera.model is None:
            camera.ground, camera.origin = None, 'unknown'
            return
        if camera.ground is not None and np.array_equal(pose, camera.pose):
            return
        try:
            camera.ground = CameraGround.from_pose(camera.model, pose)
        except ValueError as error:
            camera.ground = None
            self._log.warning(f'camera {camera.entry.name} tells no places: {error}',
                              throttle_duration_sec=_WARN_EVERY_S)
        camera.pose = pose
        known_from = 'pose' if has_pose else 'tf'
        camera.origin = known_from if camera.ground is not None else 'unknown'

    def _on_info(self, camera: _Camera, serialised: bytes) -> None:
        # It comes with every image and hardly ever changes: to read it each time would cost more
        # than all else that is done with it.
        if serialised[_AFTER_STAMP:] == camera.info:
            return
        camera.info = serialised[_AFTER_STAMP:]
        camera.model = camera_info_from_msg(deserialize_message(serialised, CameraInfo))
        if camera.entry.ground_points:
            self._remake_from_points(camera)
        else:
            camera.ground = None


def _info_topic(entry: CameraEntry) -> str:
    topic = entry.camera_info_topic or 'camera_info'
    return topic if topic.startswith('/') else f'{entry.name}/{topic}'


def _transforms(entry: CameraEntry) -> list[Transform]:
    """Return the frames of a camera whose pose is given."""
    if entry.pose is None:
        return []
    given = entry.pose
    return [
        Transform(given.frame, entry.body_frame, (given.x, given.y, given.z),
                  given.quaternion_xyzw.tolist()),
        Transform(entry.body_frame, entry.optical_frame, (0.0, 0.0, 0.0),
                  QUATERNION_OF_OPTICAL)]
