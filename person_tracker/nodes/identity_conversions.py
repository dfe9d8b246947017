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

"""Identities, events and people as kept to messages, and features to looks of tracks."""

from collections.abc import Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.types import Appearance
from person_tracker.nodes.stamps import stamp_from_seconds
from person_tracker_msgs.msg import IdentityEvent as IdentityEventMsg
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import PersonRecord
from person_tracker_msgs.msg import PersonView
from person_tracker_msgs.msg import TrackedPerson
from std_msgs.msg import Header


def looks_from_features(msg: PersonFeaturesArray, rows: NDArray[np.intp]) -> Appearance:
    """Return the looks of some of an image's detections; zeros where a look is unknown."""
    people = [msg.people[row] for row in rows.tolist()]
    dimension = max((len(person.embedding) for person in people), default=0)
    embeddings = np.zeros((len(people), dimension), np.float32)
    for row, person in zip(embeddings, people):
        if person.embedding:
            row[:] = np.frombuffer(person.embedding, np.float32)
    qualities = np.array([person.quality for person in people], np.float32)
    return Appearance(embeddings, qualities, msg.model)


def people_to_msgs(camera: str, tracks: Sequence[TrackedPerson],
                   identities: Sequence[Identity]) -> list[TrackedPerson]:
    """Return a camera's tracks as people with an identity; the tracks stay as they are."""
    people = []
    for track, identity in zip(tracks, identities):
        person = copy(track)  # to make a message and all its parts anew takes far longer
        person.camera = camera
        person.person_id, person.name = identity.person_id, identity.name
        person.identity_source = int(identity.source)
        person.identity_confidence = identity.confidence
        person.identity_margin = identity.margin
        person.views = [PersonView(
            camera=camera, track_id=track.track_id, state=track.state, score=track.score,
            bbox=track.bbox, last_seen=track.last_seen)]
        people.append(person)
    return people


def event_to_msg(event: IdentityEvent) -> IdentityEventMsg:
    """Return the message of an event."""
    return IdentityEventMsg(
        header=Header(stamp=stamp_from_seconds(event.time_s)), kind=int(event.kind),
        person_id=event.person_id, other_person_id=event.other_person_id, name=event.name,
        camera=event.camera, track_id=event.track_id, identity_source=int(event.source),
        confidence=event.confidence)


def person_to_record(person: Person, *, present: bool) -> PersonRecord:
    """Return what is kept of a person, without the looks themselves."""
    kinds = [each.kind for each in person.prototypes if not each.is_negative]
    return PersonRecord(
        person_id=person.person_id, name=person.name,
        first_seen=stamp_from_seconds(person.first_seen_s),
        last_seen=stamp_from_seconds(person.last_seen_s),
        face_prototypes=kinds.count(FACE), body_prototypes=kinds.count(BODY), present=present)
