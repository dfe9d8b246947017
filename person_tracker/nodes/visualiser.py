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
Node `visualiser`: show the people of one camera on its images and in RViz.

Hears `image_raw`, `camera_info` and `people`, says `image_annotated` and `markers`, each only
while somebody listens; the drawing is in `rendering.overlay`, the markers are in `nodes.markers`.
"""

from dataclasses import dataclass

from person_tracker.core.geometry import CameraModel
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import camera_info_from_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.frame_exchange import FrameBuffer
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameInput
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.newest import NewestWorker
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.people_view import PeopleView
from person_tracker.nodes.runner import FAILED
from person_tracker.nodes.runner import Finished
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.nodes.views import image_of
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

_LOOK_FOR_SUBSCRIBERS_S = 0.25
_PATIENCE_S = 0.2  # how long people wait for their image, which is larger and may come later


@dataclass(frozen=True)
class VisualiserConfig:
    """What is shown."""

    camera: str = setting('camera', 'Name of the camera whose people are shown.', live=False)
    trail_s: float = setting(
        3.0, 'Length of the trails.', minimum=0.0, maximum=60.0, exclusive_minimum=True, unit='s',
        live=False)
    body_height_m: float = setting(
        1.7, 'Height of a body, from which its distance is estimated where no better is known.',
        minimum=0.5, maximum=3.0, unit='m', live=False)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class VisualiserNode(Node):
    """Draws the newest `people` on the image they were found in."""

    def __init__(self, hub: FrameHub | None = None, **options: object) -> None:
        super().__init__('visualiser', **options)
        self._config = declare_config(self, VisualiserConfig)
        self._hub = hub or FrameHub()
        self.finished = Finished()
        self._view = PeopleView(
            self._config.camera, self._config.trail_s, self._config.body_height_m)
        self._frames = FrameBuffer()
        self._input: FrameInput | None = None
        self._camera: CameraModel | None = None
        self._images = self.create_publisher(Image, 'image_annotated', qos.IMAGE)
        self._markers = self.create_publisher(MarkerArray, 'markers', qos.RESULT)
        self._diagnostics = Diagnostics(self, self._health)
        self._worker: NewestWorker[tuple[TrackedPersonArray, Header]] = NewestWorker(
            self._show, 'show', self._on_error)
        self._subscription: Subscription | None = None
        self.create_timer(_LOOK_FOR_SUBSCRIBERS_S, self._follow_subscribers)
        self.create_subscription(CameraInfo, 'camera_info', self._on_camera_info, qos.IMAGE)

    def destroy_node(self) -> None:
        """Finish the drawing under way before the node goes."""
        self._worker.stop()
        super().destroy_node()

    def _follow_subscribers(self) -> None:
        """Hear people while somebody wants to see them, and images while they are wanted back."""
        has_viewer = self._images.get_subscription_count() > 0
        is_wanted = has_viewer or self._markers.get_subscription_count() > 0
        if is_wanted and self._subscription is None:
            self._subscription = self.create_subscription(
                TrackedPersonArray, 'people', self._on_people, qos.RESULT)
        elif not is_wanted and self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None
        if has_viewer and self._input is None:
            self._input = FrameInput(self, self._hub, self._frames.put)
        elif not has_viewer and self._input is not None:
            self._input.close()
            self._input = None

    def _on_people(self, msg: TrackedPersonArray) -> None:
        header = image_of(msg, self._config.camera)
        if header is not None:
            self._worker.put((msg, header))

    def _on_camera_info(self, msg: CameraInfo) -> None:
        self._camera = camera_info_from_msg(msg)

    def _show(self, people: tuple[TrackedPersonArray, Header]) -> None:
        msg, header = people
        self._view.update(msg, header, self._camera)
        if self._markers.get_subscription_count():
            self._markers.publish(MarkerArray(markers=self._view.markers()))
        patience_s = _PATIENCE_S if self._input is not None else 0.0
        frame = self._frames.find(nanoseconds(header.stamp), header.frame_id, patience_s)
        if frame is not None:
            drawn = Frame(self._view.draw(frame.image), frame.stamp_ns, frame_id=frame.frame_id)
            self._images.publish(frame_to_msg(drawn))
            self._diagnostics.count(header.stamp)

    def _on_error(self, error: Exception) -> None:
        self.get_logger().fatal(f'{type(error).__name__}: {error}')
        self.finished.end(FAILED)

    def _health(self) -> Health:
        return OK, 'showing' if self._input else 'nobody listens', {
            'dropped': self._worker.dropped}


def main() -> int:
    """Run the node."""
    return run(VisualiserNode)
