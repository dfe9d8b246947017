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

"""Tells on `people` whom the cameras see, once for each moment."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

from builtin_interfaces.msg import Time
from person_tracker.core.camera_rounds import CameraRounds
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_events import Identity
from person_tracker.nodes import qos
from person_tracker.nodes.identity_conversions import people_to_msgs
from person_tracker.nodes.identity_settings import IdentityNodeConfig
from person_tracker.nodes.positions import Positions
from person_tracker.nodes.stamps import seconds
from person_tracker.nodes.views import united
from person_tracker_msgs.msg import CameraImage
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from std_msgs.msg import Header


@dataclass(frozen=True, eq=False)
class _Decided:
    """Who is on the tracks of an image: N tracks and their identities."""

    header: Header
    tracks: Sequence[TrackedPerson]
    identities: Sequence[Identity]

    @property
    def time_s(self) -> float:
        """Return when the image was taken, seconds."""
        return seconds(self.header.stamp)


class PeopleTeller:
    """
    Publishes who is on the latest image of every camera.

    Images of several cameras that are of one moment are told of in one message, which waits a
    little for those that are due; one camera alone waits for nobody. Nothing is made of it while
    nobody listens. A camera that is not heard of any more shows nobody.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.

    """

    def __init__(self, node: Node, config: IdentityNodeConfig, identities: IdentityManager,
                 on_answer: Callable[[Time], None]) -> None:
        """Publish for a node; `on_answer` hears the stamp of every image that was answered."""
        self.config = config
        self._identities = identities
        self._on_answer = on_answer
        self._positions = Positions(identities.fused_places)
        self._latest: dict[str, _Decided] = {}
        self._rounds = CameraRounds()
        self._publisher = node.create_publisher(TrackedPersonArray, 'people', qos.RESULT)
        # Stamps, and with them the node's clock, may stand still.
        self._patience = node.create_timer(
            config.gather_s, self._tell, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._patience.cancel()

    def put(self, camera: str, header: Header, tracks: Sequence[TrackedPerson],
            identities: Sequence[Identity]) -> None:
        """Take in who is on the tracks of one image."""
        if camera in self._rounds:
            self._tell()
        self._latest[camera] = _Decided(header, tracks, identities)
        self._rounds.add(camera, self._latest[camera].time_s)
        if self._rounds.is_complete(self.config.gather_s):
            self._tell()
        elif len(self._rounds) == 1:
            self._patience.reset()

    def _tell(self) -> None:
        self._patience.cancel()
        cameras = self._rounds.end()
        if not cameras:
            return
        self._leave_out_silent(cameras)
        if self._publisher.get_subscription_count():
            self._publisher.publish(self._array(cameras))
        for camera in cameras:
            self._on_answer(self._latest[camera].header.stamp)

    def _leave_out_silent(self, cameras: Sequence[str]) -> None:
        time_s = self._latest[cameras[-1]].time_s
        for camera, image in list(self._latest.items()):
            age_s = abs(time_s - image.time_s)  # a recording may have started again
            if camera not in cameras and age_s > self.config.max_camera_age_s:
                del self._latest[camera]
                self._identities.note_silence(camera)

    def _array(self, cameras: Sequence[str]) -> TrackedPersonArray:
        newest = self._latest[cameras[-1]]
        people = united(person for camera, image in self._latest.items()
                        for person in people_to_msgs(camera, image.tracks, image.identities))
        self._positions.fill(people, newest.time_s)
        return TrackedPersonArray(
            header=newest.header, camera=cameras[-1], pose_frame=self.config.ground_frame,
            images=[CameraImage(header=self._latest[camera].header, camera=camera)
                    for camera in cameras], people=people)
