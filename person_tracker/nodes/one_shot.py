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
Node `one_shot`: find people and what they look like in the newest image, with one network.

Hears `image_raw`, says `detections` and `features`, in place of `detector` and `reid`; the network
is `models.one_shot.OneShot`.
"""

from dataclasses import dataclass

from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.core.types import Frame
from person_tracker.models.errors import ModelError
from person_tracker.models.one_shot import OneShot
from person_tracker.models.one_shot import OneShotConfig
from person_tracker.models.session import SharedSessions
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.conversions import detections_to_msg
from person_tracker.nodes.conversions import skipped_to_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.feature_teller import FeatureTeller
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameInput
from person_tracker.nodes.managed_node import ManagedNode
from person_tracker.nodes.motion_source import motion_source
from person_tracker.nodes.motion_source import MotionSourceConfig
from person_tracker.nodes.newest import NewestWorker
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import header_of
from person_tracker_msgs.msg import TrackedPersonArray
from vision_msgs.msg import Detection2DArray


@dataclass(frozen=True)
class OneShotNodeConfig(OneShotConfig):
    """The network's settings, how often it runs, and how the camera's motion is known."""

    every: int = setting(
        1, 'Look for people in every n-th image; between, the tracker predicts.',
        minimum=1, maximum=10)
    camera_motion: MotionSourceConfig = group(MotionSourceConfig)


class OneShotNode(ManagedNode):
    """Turn `image_raw` into `features`; images that come while it works are left out."""

    expected_errors = (*ManagedNode.expected_errors, ModelError)

    def __init__(self, hub: FrameHub | None = None, shared: SharedSessions | None = None,
                 **options: object) -> None:
        super().__init__('one_shot', hub, **options)
        self._shared = shared
        self._config = declare_config(self, OneShotNodeConfig, self._apply)
        self._publisher = self.create_publisher(Detection2DArray, 'detections', qos.RESULT)
        self._teller = FeatureTeller(self)
        self._network: OneShot
        self._images = 0
        self._worker: NewestWorker[Frame]
        self._motion = motion_source(self, self._config.camera_motion)
        self._tracks = TrackedPersonArray()
        self.create_subscription(TrackedPersonArray, 'tracks', self._on_tracks, qos.RESULT)
        self._diagnostics = Diagnostics(self, self._health)

    def open_parts(self) -> None:
        """Load the network."""
        self._network = OneShot(self._config, self._shared)
        self.get_logger().info(self._network.description)

    def start_parts(self) -> None:
        """Take images."""
        self._worker = NewestWorker(self._look, 'look', self.fail)
        self._input = FrameInput(self, self.hub, self._worker.put)

    def stop_parts(self) -> None:
        """Take no more images."""
        self._input.close()
        self._worker.stop()

    def close_parts(self) -> None:
        """Give the network back."""
        del self._network

    def _look(self, frame: Frame) -> None:
        header = header_of(frame)
        is_skipped = self._images % self._config.every != 0
        self._images += 1
        detections, looks = Detections.empty(), Appearance()
        if not is_skipped:
            detections, looks = self._network.look(frame.image)
        moving = (detections.boxes_xyxy if len(detections) else
                  boxes_from_msgs([person.bbox for person in self._tracks.people]))
        motion = self._motion.between(frame, moving)
        self._publisher.publish(
            skipped_to_msg(header) if is_skipped else detections_to_msg(detections, header))
        self._teller.tell(detections, looks, header, motion, is_skipped=is_skipped)
        self._diagnostics.count(header.stamp)

    def _on_tracks(self, msg: TrackedPersonArray) -> None:
        self._tracks = msg

    def _apply(self, config: OneShotNodeConfig) -> None:
        self._config = config
        self._motion.config = config.camera_motion
        if self.is_open:
            self._network.config = config

    def _health(self) -> Health:
        if not self.is_running:
            return OK, 'not active', {}
        return OK, 'looking', {
            'model': self._network.description, 'dropped': self._worker.dropped}


def main() -> int:
    """Run the node."""
    return run(OneShotNode)
