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
Node `reid`: compute what every detected person looks like.

Hears `image_raw` and `detections`, says `features`; the network is `models.reid.ReidEncoder`.
"""

from dataclasses import dataclass

from person_tracker.core.look_plan import LookPlan
from person_tracker.core.look_plan import LookPlanConfig
from person_tracker.core.settings import group
from person_tracker.models.errors import ModelError
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import SharedSessions
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import detections_from_msg
from person_tracker.nodes.conversions import is_skipped
from person_tracker.nodes.conversions import tracks_from_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.feature_teller import FeatureTeller
from person_tracker.nodes.frame_exchange import FrameBuffer
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameInput
from person_tracker.nodes.managed_node import ManagedNode
from person_tracker.nodes.motion_source import motion_source
from person_tracker.nodes.motion_source import MotionSourceConfig
from person_tracker.nodes.newest import NewestWorker
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import TrackedPersonArray
from vision_msgs.msg import Detection2DArray

_PATIENCE_S = 0.2  # how long detections wait for their image, which is larger and may come later


@dataclass(frozen=True)
class ReidNodeConfig(ReidConfig):
    """The encoder's settings, which looks are left out, and how the camera's motion is known."""

    looks: LookPlanConfig = group(LookPlanConfig)
    camera_motion: MotionSourceConfig = group(MotionSourceConfig)


class ReidNode(ManagedNode):
    """Turn `detections` and their image into `features`; late detections are left out."""

    expected_errors = (*ManagedNode.expected_errors, ModelError)

    def __init__(self, hub: FrameHub | None = None, shared: SharedSessions | None = None,
                 **options: object) -> None:
        super().__init__('reid', hub, **options)
        self._shared = shared
        self._config = declare_config(self, ReidNodeConfig, self._apply)
        self._teller = FeatureTeller(self)
        self._encoder: ReidEncoder
        self._worker: NewestWorker[Detection2DArray]
        self._frames = FrameBuffer()
        self._without_image = 0
        self._looks = LookPlan(self._config.looks)
        self._motion = motion_source(self, self._config.camera_motion)
        self._tracks = TrackedPersonArray()
        self.create_subscription(TrackedPersonArray, 'tracks', self._on_tracks, qos.RESULT)
        self._diagnostics = Diagnostics(self, self._health)

    def open_parts(self) -> None:
        """Load the network."""
        self._encoder = ReidEncoder(self._config, self._shared)
        self.get_logger().info(self._encoder.description)

    def start_parts(self) -> None:
        """Take images and detections."""
        self._worker = NewestWorker(self._encode, 'encode', self.fail)
        self._input = FrameInput(self, self.hub, self._frames.put)
        self._subscription = self.create_subscription(
            Detection2DArray, 'detections', self._worker.put, qos.RESULT)

    def stop_parts(self) -> None:
        """Take no more images and detections."""
        self.destroy_subscription(self._subscription)
        self._input.close()
        self._worker.stop()

    def close_parts(self) -> None:
        """Give the network back."""
        del self._encoder

    def _encode(self, msg: Detection2DArray) -> None:
        frame = self._frames.find(
            nanoseconds(msg.header.stamp), msg.header.frame_id, _PATIENCE_S)
        if frame is None:
            self._without_image += 1
            return
        detections = detections_from_msg(msg)
        heard = self._tracks  # another thread replaces it
        tracks, tracks_s = tracks_from_msg(heard), seconds(heard.header.stamp)
        moving = detections.boxes_xyxy if len(detections) else tracks.boxes_xyxy
        motion = self._motion.between(frame, moving)
        needed = self._looks.needed(detections, frame.time_s, tracks, tracks_s)
        looks = self._encoder.encode(frame.image, detections.boxes_xyxy[needed]).spread(needed)
        self._teller.tell(detections, looks, msg.header, motion, is_skipped=is_skipped(msg))
        self._diagnostics.count(msg.header.stamp)

    def _on_tracks(self, msg: TrackedPersonArray) -> None:
        self._tracks = msg

    def _apply(self, config: ReidNodeConfig) -> None:
        self._config = config
        self._looks.config = config.looks
        self._motion.config = config.camera_motion
        if self.is_open:
            self._encoder.config = config

    def _health(self) -> Health:
        if not self.is_running:
            return OK, 'not active', {}
        return OK, 'encoding', {
            'model': self._encoder.name, 'dropped': self._worker.dropped,
            'without_image': self._without_image}


def main() -> int:
    """Run the node."""
    return run(ReidNode)
