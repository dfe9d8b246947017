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

Hears each camera's `tracks`, says `people`: one array per image of a camera, with the people of
that image and those whom the other cameras saw last. The work is `core.identity.IdentityManager`.
"""

from dataclasses import dataclass
from functools import partial

from person_tracker.core.identity import IdentityConfig
from person_tracker.core.identity import IdentityManager
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.nodes import qos
from person_tracker.nodes.camera_list import check_name
from person_tracker.nodes.conversions import people_to_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.node import Node


@dataclass(frozen=True)
class IdentityNodeConfig(IdentityConfig):
    """The settings of identity and the cameras it hears."""

    cameras: tuple[str, ...] = setting(
        ('camera',), 'Namespaces of the cameras whose tracks are united.', live=False)
    max_camera_age_s: float = setting(
        0.5, 'People of another camera are left out when its last image is older.',
        minimum=0.0, maximum=60.0, unit='s')

    def __post_init__(self) -> None:
        """Refuse values out of range, no camera at all, and one named twice."""
        validate(self)
        super().__post_init__()
        if not self.cameras or len(set(self.cameras)) != len(self.cameras):
            raise SettingError(
                f'cameras must name each camera once and at least one, got {self.cameras}')
        for camera in self.cameras:
            check_name(camera)


class IdentityNode(Node):
    """Turn every camera's `tracks` into `people`."""

    def __init__(self, **options: object) -> None:
        super().__init__('identity', **options)
        self._config = declare_config(self, IdentityNodeConfig, self._apply)
        self._identities = IdentityManager(self._config)
        self._latest: dict[str, TrackedPersonArray] = {}
        self._publisher = self.create_publisher(TrackedPersonArray, 'people', qos.RESULT)
        self._diagnostics = Diagnostics(self, self._health)
        for camera in self._config.cameras:
            self.create_subscription(
                TrackedPersonArray, f'{camera}/tracks', partial(self._on_tracks, camera),
                qos.RESULT)

    def _on_tracks(self, camera: str, tracks: TrackedPersonArray) -> None:
        time_s = seconds(tracks.header.stamp)
        ids = self._identities.identify(
            camera, [person.track_id for person in tracks.people], time_s)
        self._latest[camera] = people_to_msg(tracks, camera, ids)
        people = TrackedPersonArray(
            header=tracks.header, camera=camera, people=self._believed(time_s))
        self._publisher.publish(people)
        self._diagnostics.count(tracks.header.stamp)

    def _believed(self, time_s: float) -> list[TrackedPerson]:
        """Return the people whom each camera saw last, without those not yet believed."""
        return [person for array in self._latest.values()
                if abs(time_s - seconds(array.header.stamp)) <= self._config.max_camera_age_s
                for person in array.people if person.state != TrackedPerson.TENTATIVE]

    def _apply(self, config: IdentityNodeConfig) -> None:
        self._config = config
        self._identities.config = config

    def _health(self) -> Health:
        return OK, 'identifying', {'tracks': len(self._identities)}


def main() -> int:
    """Run the node."""
    return run(IdentityNode)
