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
Node `recorder`: keep what one camera's chain says as video, tracks and figures.

Hears `image_annotated`, `people` and `/diagnostics`, says nothing; writes its files through
`nodes.recording.Recording` when it ends.
"""

from dataclasses import dataclass
from pathlib import Path
import sys

from diagnostic_msgs.msg import DiagnosticArray
import numpy as np
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.types import NANOSECONDS
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.images import frame_from_msg
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.recording import Recording
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.nodes.views import image_of
from person_tracker.nodes.views import seen_by
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from tqdm import tqdm


@dataclass(frozen=True)
class RecorderConfig:
    """What is recorded, and where."""

    output: str = setting('out', 'Folder for the files.', live=False)
    name: str = setting('camera', 'First part of the names of video and sheet.', live=False)
    camera: str = setting('camera', 'Name of the camera whose people are kept.', live=False)
    frame_rate_hz: float = setting(
        10.0, 'Nominal rate of the camera, by which images are numbered.', minimum=0.0,
        maximum=1000.0, exclusive_minimum=True, unit='Hz', live=False)

    expected_images: int = setting(
        0, 'How many images will come, for the progress bar; 0: unknown.', minimum=0, live=False)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class RecorderNode(Node):
    """Writes down what it hears; people heard before the camera's first stamp is known wait."""

    def __init__(self, **options: object) -> None:
        super().__init__('recorder', **options)
        self._config = declare_config(self, RecorderConfig)
        self._recording = Recording(
            Path(self._config.output), self._config.name, self._config.frame_rate_hz)
        self._nodes: dict[str, dict[str, str]] = {}
        self._waiting: list[tuple[TrackedPersonArray, int, float]] = []
        self._first_stamp_ns = 0
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 50)
        self.create_subscription(TrackedPersonArray, 'people', self._on_people, qos.RESULT)
        self.create_subscription(Image, 'image_annotated', self._on_image, qos.RESULT)
        # A log file gets a line now and then instead of an animation.
        self._bar = tqdm(total=self._config.expected_images or None, unit=' images',
                         mininterval=0.2 if sys.stderr.isatty() else 10.0)

    def destroy_node(self) -> None:
        """Finish the files."""
        self._bar.close()
        self._write_waiting()
        published = self._nodes.get('camera', {}).get('processed', '0')
        for path in self._recording.close(int(published), self._nodes):
            self.get_logger().info(f'wrote {path}')
        super().destroy_node()

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            values = {item.key: item.value for item in status.values}
            self._nodes[status.name.rpartition('/')[2]] = values
            if int(values.get('first_stamp_ns', 0)) > 0:
                self._first_stamp_ns = int(values['first_stamp_ns'])

    def _on_people(self, msg: TrackedPersonArray) -> None:
        header = image_of(msg, self._config.camera)
        if header is None:
            return
        self._bar.update()
        stamp_ns = nanoseconds(header.stamp)
        age_ns = self.get_clock().now().nanoseconds - stamp_ns
        self._waiting.append((msg, stamp_ns, age_ns / NANOSECONDS))
        if self._first_stamp_ns:
            self._write_waiting()

    def _write_waiting(self) -> None:
        if self._waiting and not self._first_stamp_ns:  # a driver does not say when it started
            self._first_stamp_ns = self._waiting[0][1]
        for msg, stamp_ns, latency_s in self._waiting:
            people = [person for person in seen_by(msg.people, self._config.camera)
                      if person.state == TrackedPerson.CONFIRMED]
            self._recording.add_people(
                stamp_ns, self._first_stamp_ns, latency_s,
                np.array([person.track_id for person in people], np.int64),
                boxes_from_msgs([person.bbox for person in people]),
                np.array([person.score for person in people], np.float32))
        self._waiting.clear()

    def _on_image(self, msg: Image) -> None:
        frame = frame_from_msg(msg)
        self._recording.add_image(frame, self._first_stamp_ns or frame.stamp_ns)


def main() -> int:
    """Run the node."""
    return run(RecorderNode)
