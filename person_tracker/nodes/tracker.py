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
Node `tracker`: give every detected person a track id within one camera.

Hears `features` (or `detections`, where no appearance is wanted), says `tracks`; the algorithm is
`core.tracker.Tracker`.
"""

from dataclasses import asdict
from dataclasses import dataclass

from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.types import Detections
from person_tracker.nodes import conversions
from person_tracker.nodes import qos
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.node import Node
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

_WARN_EVERY_S = 5.0


@dataclass(frozen=True)
class TrackerNodeConfig(TrackerConfig):
    """The tracker's settings and what the node hears."""

    camera: str = setting('', 'Name of the camera, repeated in every track.', live=False)
    listens_to: str = setting(
        'features', 'Features: detections with their looks; detections: places only.',
        choices=('features', 'detections'), live=False)

    def __post_init__(self) -> None:
        """Refuse values out of range or contradicting each other."""
        validate(self)
        super().__post_init__()


class TrackerNode(Node):
    """Turn `features` or `detections` into `tracks`."""

    def __init__(self, **options: object) -> None:
        super().__init__('tracker', **options)
        self._config = declare_config(self, TrackerNodeConfig, self._apply)
        self._tracker = Tracker(self._config)
        self._tracks_now = 0
        self._refused = 0
        self._publisher = self.create_publisher(TrackedPersonArray, 'tracks', qos.RESULT)
        self._diagnostics = Diagnostics(self, self._health)
        if self._config.listens_to == 'features':
            self.create_subscription(
                PersonFeaturesArray, 'features', self._on_features, qos.RESULT)
        else:
            self.create_subscription(
                Detection2DArray, 'detections', self._on_detections, qos.RESULT)

    def _on_features(self, msg: PersonFeaturesArray) -> None:
        try:
            detections = (None if msg.detector_skipped
                          else conversions.detections_from_features(msg))
            self._track(detections, msg.header, conversions.camera_motion_from_features(msg))
        except ValueError as error:  # such as the embeddings of another network
            self._refused += 1
            self.get_logger().warning(
                f'left {self._refused} messages out, the last because {error}',
                throttle_duration_sec=_WARN_EVERY_S)

    def _on_detections(self, msg: Detection2DArray) -> None:
        is_skipped = conversions.is_skipped(msg)
        self._track(None if is_skipped else conversions.detections_from_msg(msg), msg.header)

    def _track(self, detections: Detections | None, header: Header,
               camera_motion: conversions.CameraMotion | None = None) -> None:
        time_s = seconds(header.stamp)
        tracks = (self._tracker.predict(time_s, camera_motion) if detections is None
                  else self._tracker.update(detections, time_s, camera_motion)).present()
        self._tracks_now = len(tracks)
        self._publisher.publish(conversions.tracks_to_msg(tracks, header, self._config.camera))
        self._diagnostics.count(header.stamp)

    def _apply(self, config: TrackerNodeConfig) -> None:
        self._config = config
        self._tracker.config = config

    def _health(self) -> Health:
        return OK, 'tracking', {'tracks': self._tracks_now, 'refused': self._refused,
                                **asdict(self._tracker.counters)}


def main() -> int:
    """Run the node."""
    return run(TrackerNode)
