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
Node `detector`: find people in the newest image.

Hears `image_raw`, says `detections`; the network is `models.detector.Detector`.
"""

from dataclasses import dataclass

from person_tracker.core.settings import setting
from person_tracker.core.types import Frame
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.session import SharedSessions
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import detections_to_msg
from person_tracker.nodes.conversions import skipped_to_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameInput
from person_tracker.nodes.managed_node import ManagedNode
from person_tracker.nodes.newest import NewestWorker
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import header_of
from vision_msgs.msg import Detection2DArray


@dataclass(frozen=True)
class DetectorNodeConfig(DetectorConfig):
    """The detector's settings, and how often it runs."""

    every: int = setting(
        1, 'Look for people in every n-th image; between, the tracker predicts.',
        minimum=1, maximum=10)


class DetectorNode(ManagedNode):
    """Turn `image_raw` into `detections`; images that come while it works are left out."""

    expected_errors = (*ManagedNode.expected_errors, ModelError)

    def __init__(self, hub: FrameHub | None = None, shared: SharedSessions | None = None,
                 **options: object) -> None:
        super().__init__('detector', hub, **options)
        self._shared = shared
        self._config = declare_config(self, DetectorNodeConfig, self._apply)
        self._publisher = self.create_publisher(Detection2DArray, 'detections', qos.RESULT)
        self._detector: Detector
        self._images = 0
        self._worker: NewestWorker[Frame]
        self._diagnostics = Diagnostics(self, self._health)

    def open_parts(self) -> None:
        """Load the network."""
        self._detector = Detector(self._config, self._shared)
        self.get_logger().info(self._detector.description)

    def start_parts(self) -> None:
        """Take images."""
        self._worker = NewestWorker(self._detect, 'detect', self.fail)
        self._input = FrameInput(self, self.hub, self._worker.put)

    def stop_parts(self) -> None:
        """Take no more images."""
        self._input.close()
        self._worker.stop()

    def close_parts(self) -> None:
        """Give the network back."""
        del self._detector

    def _detect(self, frame: Frame) -> None:
        header = header_of(frame)
        if self._images % self._config.every:
            self._publisher.publish(skipped_to_msg(header))
        else:
            detections = self._detector.detect(frame.image)
            self._publisher.publish(detections_to_msg(detections, header))
        self._images += 1
        self._diagnostics.count(header.stamp)

    def _apply(self, config: DetectorNodeConfig) -> None:
        self._config = config
        if self.is_open:
            self._detector.config = config

    def _health(self) -> Health:
        if not self.is_running:
            return OK, 'not active', {}
        return OK, 'detecting', {
            'model': self._detector.description, 'dropped': self._worker.dropped}


def main() -> int:
    """Run the node."""
    return run(DetectorNode)
