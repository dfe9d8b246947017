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
Node `identity`: say which person is behind every track of every camera.

Hears each camera's `tracks`, `features` and `faces`, says `people` (one array per moment, with the
people of all cameras: `people_teller`) and `identity_events`. The work is
`core.identity.IdentityManager`; people are kept by a store. Where the cameras are comes from the
list of cameras or from tf and `camera_info` (`camera_grounds`).
"""

from functools import partial

from person_tracker.core.people import FACE
from person_tracker.nodes import qos
from person_tracker.nodes.camera_feed import CameraFeed
from person_tracker.nodes.camera_grounds import CameraGrounds
from person_tracker.nodes.camera_health import CameraHealth
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.diagnostics import WARN
from person_tracker.nodes.enrolment_server import EnrolmentServer
from person_tracker.nodes.face_conversions import faces_from_msg
from person_tracker.nodes.identity_conversions import event_to_msg
from person_tracker.nodes.identity_services import IdentityServices
from person_tracker.nodes.identity_settings import IdentityNodeConfig
from person_tracker.nodes.identity_settings import open_people
from person_tracker.nodes.look_check import LookCheck
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.people_changer import PeopleChanger
from person_tracker.nodes.people_keeper import PeopleKeeper
from person_tracker.nodes.people_teller import PeopleTeller
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import FaceObservationArray
from person_tracker_msgs.msg import IdentityEvent
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.node import Node


class IdentityNode(Node):
    """Turn every camera's `tracks` into `people`."""

    def __init__(self, **options: object) -> None:
        super().__init__('identity', **options)
        self._config = declare_config(self, IdentityNodeConfig, self._apply)
        store, self._identities = open_people(self._config)
        self._news = self.create_guard_condition(self._on_news)
        self._keeper = PeopleKeeper(store, self._news.trigger)
        self.get_logger().info(
            f'people: {len(self._identities.gallery)}, kept in {store.url_text}')
        self._looks = LookCheck(self.get_logger())
        self._time_s, cameras = self._now_s(), self._config.cameras
        self._grounds = CameraGrounds(self, self._config)
        self._cameras = CameraHealth(cameras, self._time_s)
        self._events = self.create_publisher(IdentityEvent, 'identity_events', qos.RESULT)
        told = (lambda: self._time_s), self._report
        changer = PeopleChanger(self._identities, self._keeper, *told)
        self._operators = IdentityServices(self, self._identities, changer, *told)
        self._enrolments = EnrolmentServer(self, self._identities, changer, *told)
        self._enrolments.config = self._config.enrolment
        self._diagnostics = Diagnostics(self, self._health)
        self._teller = PeopleTeller(
            self, self._config, self._identities, self._diagnostics.count)
        for camera in cameras:
            feed = CameraFeed(camera, self._identities, self._looks, self._grounds)
            for kind, topic, callback in (
                    (PersonFeaturesArray, 'features', feed.put),
                    (FaceObservationArray, 'faces', partial(self._on_faces, camera)),
                    (TrackedPersonArray, 'tracks', partial(self._on_tracks, feed))):
                self.create_subscription(kind, f'{camera}/{topic}', callback, qos.RESULT)

    def destroy_node(self) -> None:
        """Write what is not written yet before the node goes."""
        self._enrolments.close()
        self._identities.finish()
        self._keeper.keep(self._identities.take_changes())
        self._keeper.close()
        super().destroy_node()

    def _on_tracks(self, feed: CameraFeed, tracks: TrackedPersonArray) -> None:
        self._time_s = time_s = seconds(tracks.header.stamp)
        self._cameras.heard(feed.camera, time_s, self._now_s())
        people, seen = feed.observe(tracks)
        identities = self._identities.update(
            feed.camera, [person.track_id for person in people], seen, time_s)
        self._teller.put(feed.camera, tracks.header, people, identities)
        self._keeper.keep(self._identities.take_changes())
        self._report()

    def _on_faces(self, camera: str, msg: FaceObservationArray) -> None:
        if not self._looks.accepts(msg.model, msg.faces):
            return
        faces, time_s = faces_from_msg(msg), seconds(msg.header.stamp)
        self._identities.observe_faces(camera, faces, time_s)
        self._enrolments.observe(camera, faces, time_s)
        self._looks.compare_faces(msg.model, self._identities.gallery.models(FACE))

    def _on_news(self) -> None:
        for news in self._keeper.take_news():
            self._identities.edits.absorb(news.saved, news.removed, self._time_s)
        self._report()

    def _report(self) -> None:
        for event in self._identities.take_events():
            self._events.publish(event_to_msg(event))

    def _apply(self, config: IdentityNodeConfig) -> None:
        self._config = self._identities.config = self._teller.config = config
        self._enrolments.config = config.enrolment

    def _now_s(self) -> float:
        return seconds(self.get_clock().now().to_msg())

    def _health(self) -> Health:
        now_s = self._now_s()
        troubles = [*filter(None, [self._keeper.error]),
                    *self._cameras.troubles(now_s, self._config.geometry.max_skew_s)]
        return WARN if troubles else OK, '; '.join(troubles) or 'identifying', {
            'tracks': len(self._identities), 'people': len(self._identities.gallery),
            'unwritten_changes': self._keeper.pending, 'lost_changes': self._keeper.lost,
            'refused': self._looks.refused, **self._cameras.values(now_s, self._grounds.origin_of)}


def main() -> int:
    """Run the node."""
    return run(IdentityNode)
