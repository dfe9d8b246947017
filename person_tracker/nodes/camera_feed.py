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

"""What one camera tells of its tracks, brought together and handed to identity as evidence."""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.identity import IdentityManager
from person_tracker.nodes.camera_grounds import CameraGrounds
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.look_check import LookCheck
from person_tracker.nodes.look_feed import LookFeed
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray

_BELIEVED = (TrackedPerson.CONFIRMED, TrackedPerson.OCCLUDED)


class CameraFeed:
    """
    Hands what one camera's `features` and `tracks` say to an `IdentityManager`.

    Attributes
    ----------
    camera
        Name of the camera.

    """

    def __init__(self, camera: str, identities: IdentityManager, looks: LookCheck,
                 grounds: CameraGrounds) -> None:
        self.camera = camera
        self._identities = identities
        self._looks = LookFeed(looks)
        self._grounds = grounds
        self._first_seen_ns: dict[int, int] = {}

    def put(self, features: PersonFeaturesArray) -> None:
        """Keep a message until the tracks of the same image come."""
        self._looks.put(features)

    def observe(self, tracks: TrackedPersonArray) -> tuple[list[TrackedPerson],
                                                           NDArray[np.bool_]]:
        """
        Hand over how the tracks of an image look and where they stand.

        Parameters
        ----------
        tracks
            All tracks of the image.

        Returns
        -------
        tuple
            The N tracks that are believed, and which of them are seen in the image, shape (N,).

        """
        time_s = seconds(tracks.header.stamp)
        if self._is_other_run(tracks):
            self._identities.restart_camera(self.camera)
        people = [person for person in tracks.people if person.state in _BELIEVED]
        seen = np.array([person.state == TrackedPerson.CONFIRMED for person in people], np.bool_)
        shown = [person for person, visible in zip(people, seen) if visible]
        ids = [person.track_id for person in shown]
        wanted = self._identities.wants_bodies(self.camera, ids, time_s)
        looks = self._looks.looks_of(shown, wanted, nanoseconds(tracks.header.stamp))
        if looks is not None:
            self._identities.observe_bodies(self.camera, *looks, time_s)
        wants_places = self._identities.wants_places(self.camera, time_s)
        ground = self._grounds.at(self.camera, tracks.header) if wants_places else None
        if ground is not None:
            places = ground.places(boxes_from_msgs([person.bbox for person in shown]))
            self._identities.observe_places(self.camera, ids, places, time_s)
        return people, seen

    def _is_other_run(self, tracks: TrackedPersonArray) -> bool:
        """
        Tell whether the camera's tracker was started anew, so that its numbers mean others.

        A track of a number that is known, but that began at another time, shows it.
        """
        told = {person.track_id: nanoseconds(person.first_seen) for person in tracks.people}
        known = self._first_seen_ns
        is_other = any(known.get(number, began_ns) != began_ns
                       for number, began_ns in told.items())
        kept = {} if is_other else {
            number: began_ns for number, began_ns in known.items()
            if self._identities.track_of(self.camera, number) is not None}
        self._first_seen_ns = {**kept, **told}
        return is_other
