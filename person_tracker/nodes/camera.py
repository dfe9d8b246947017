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
Node `camera`: stamped images of a device, file, stream or image folder.

Says `image_raw` and `camera_info`; the work is `sources.reconnecting.ReconnectingSource`.
"""

from dataclasses import replace
import math
import threading

from person_tracker.core.geometry import CameraModel
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.camera_config import CameraConfig
from person_tracker.nodes.conversions import camera_info_to_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import ERROR
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameOutput
from person_tracker.nodes.managed_node import ManagedNode
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import header_of
from person_tracker.sources.calibration import CalibrationError
from person_tracker.sources.calibration import read_calibration
from person_tracker.sources.playback import Playback
from person_tracker.sources.reconnecting import ReconnectingSource
from person_tracker.sources.source import SourceError
from sensor_msgs.msg import CameraInfo

_LOOK_EVERY_S = 0.05
_MATCHING_S = 0.5  # between seeing a node and reaching all of its subscriptions
_LONGEST_STOP_S = 2.0  # a stalled stream is given up at the end, so that Ctrl-C takes under 3 s


class CameraNode(ManagedNode):
    """Publishes images as they come, those of a file when they are due."""

    expected_errors = (*ManagedNode.expected_errors, SourceError, CalibrationError)

    def __init__(self, hub: FrameHub | None = None, **options: object) -> None:
        super().__init__('camera', hub, **options)
        self._config = declare_config(self, CameraConfig)
        self._stopped = threading.Event()
        self._images = FrameOutput(self, self.hub)
        self._infos = self.create_publisher(CameraInfo, 'camera_info', qos.IMAGE)
        self._calibration: CameraModel | None = None
        self._source: ReconnectingSource
        self._thread: threading.Thread | None = None
        self._first_stamp_ns = 0
        self._diagnostics = Diagnostics(self, self._health)

    def open_parts(self) -> None:
        """Open the source, and the calibration where there is one."""
        if self._config.calibration:
            self._calibration = read_calibration(self._config.calibration)
        self._source = ReconnectingSource(self._config.source, stop=self._stopped)
        if self._source.source is not None:
            self.get_logger().info(f'opened {self._source.source.description}')

    def start_parts(self) -> None:
        """Publish images from a thread of its own."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name='camera', daemon=True)
        self._thread.start()

    def stop_parts(self) -> None:
        """Publish no more; a file can go on from here."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_LONGEST_STOP_S)

    def close_parts(self) -> None:
        """Give the source back, unless its thread hangs in it, which then ends with it."""
        if self._thread is None or not self._thread.is_alive():
            self._source.close()
        self._thread = None
        del self._source

    def _run(self) -> None:
        try:
            self._publish_all(self._source)
        except Exception as error:  # the one supervising place of this thread
            self.fail(error)

    def _publish_all(self, source: ReconnectingSource) -> None:
        source.refresh()
        playback = Playback(
            source, lambda: self.get_clock().now().nanoseconds, self._stopped)
        for frame in playback.frames(self._wait_for_others):
            self._publish(frame)
        if not self._stopped.wait(self._config.linger_s):
            self.get_logger().info('the source has ended')
            self._diagnostics.publish()
            self.finished.end()

    def _publish(self, frame: Frame) -> None:
        self._first_stamp_ns = self._first_stamp_ns or frame.stamp_ns
        frame = replace(frame, frame_id=self._config.frame_id)
        height, width = frame.image.shape[:2]
        header = header_of(frame)
        self._infos.publish(camera_info_to_msg(self._model(width, height), header))
        self._images.publish(frame)
        self._diagnostics.count(header.stamp)

    def _model(self, width: int, height: int) -> CameraModel:
        if self._calibration is None:
            fov_rad = math.radians(self._config.horizontal_fov_deg)
            return CameraModel.from_field_of_view(width, height, fov_rad)
        return self._calibration.scaled(width, height)

    def _wait_for_others(self) -> None:
        for _ in range(round(self._config.max_start_delay_s / _LOOK_EVERY_S)):
            if self._others_are_there() or self._stopped.wait(_LOOK_EVERY_S):
                break
        if self._config.wait_for_nodes:
            self._stopped.wait(_MATCHING_S)

    def _others_are_there(self) -> bool:
        there = {f'{namespace.rstrip("/")}/{name}'
                 for name, namespace in self.get_node_names_and_namespaces()}
        return self._images.listeners() > 0 and there.issuperset(self._config.wait_for_nodes)

    def _health(self) -> Health:
        if not self.is_open:
            return OK, 'not configured', {}
        connection = self._source.connection
        values = {
            'first_stamp_ns': self._first_stamp_ns, 'corrupt_frames': self._source.corrupt_frames,
            'losses': connection.losses, 'attempts': connection.attempts,
            'last_error': connection.last_error}
        if connection.last_error and not connection.is_connected:
            return ERROR, 'reconnecting', values
        return OK, 'connected' if connection.is_connected else 'no image yet', values


def main() -> int:
    """Run the node."""
    return run(CameraNode)
