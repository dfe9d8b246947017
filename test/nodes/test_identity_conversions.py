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

"""Who is who, in messages: nothing is lost, nothing is invented, and inputs stay as they are."""

from array import array
import copy
import math

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.enrolment import Hint
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.nodes.conversions import tracks_to_msg
from person_tracker.nodes.identity_conversions import event_to_msg
from person_tracker.nodes.identity_conversions import looks_from_features
from person_tracker.nodes.identity_conversions import people_to_msgs
from person_tracker.nodes.identity_conversions import person_to_record
from person_tracker_msgs.action import EnrolPerson
from person_tracker_msgs.msg import IdentityEvent as IdentityEventMsg
from person_tracker_msgs.msg import PersonFeatures
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
import pytest
from std_msgs.msg import Header

HEADER = Header(stamp=Time(sec=12, nanosec=345), frame_id='left_optical_frame')
IDENTITIES = [
    Identity('p1', 'Ann', Source.FACE, 0.99, 4.5),
    Identity('p2', '', Source.BODY, 0.9, math.inf),  # nobody else is likely
    Identity(),                                      # not decided
]


@pytest.fixture
def tracks():
    """Return the message of three tracks."""
    boxes = np.array([[10, 20, 30, 60], [-5.5, 0, 3.25, 100], [7, 7, 7, 7]], np.float32)
    return tracks_to_msg(Tracks(
        track_ids=np.array([1, 7, 4_000_000_000]), boxes_xyxy=boxes,
        scores=np.array([0.9, 0.25, 1.0], np.float32),
        states=np.array([TrackState.CONFIRMED, TrackState.OCCLUDED, TrackState.CONFIRMED],
                        np.uint8),
        velocities_px=np.array([[1, -2], [0, 0], [30.5, 4]], np.float32),
        first_seen_s=np.array([1.0, 2.5, 3.0]), last_seen_s=np.array([12.0, 12.0, 11.75]),
        detection_indices=np.array([0, 1, -1])), HEADER, 'left')


def test_people_are_the_tracks_with_an_identity_and_the_tracks_stay(tracks):
    before = copy.deepcopy(tracks)
    people = people_to_msgs('left', tracks.people, IDENTITIES)
    assert [person.person_id for person in people] == ['p1', 'p2', '']
    for person, track in zip(people, tracks.people, strict=True):
        for name in ('track_id', 'state', 'score', 'bbox', 'first_seen', 'last_seen'):
            assert getattr(person, name) == getattr(track, name), name
        assert person.camera == 'left' and list(person.velocity_px) == list(track.velocity_px)
        assert [(view.camera, view.track_id, view.bbox) for view in person.views] == [
            ('left', track.track_id, track.bbox)]
    assert repr(tracks) == repr(before)  # NaN is not equal to itself


def test_evidence_is_told_and_what_is_not_known_is_nan(tracks):
    people = people_to_msgs('left', tracks.people, IDENTITIES)
    assert [person.name for person in people] == ['Ann', '', '']
    assert [person.identity_source for person in people] == [
        TrackedPerson.IDENTITY_FACE, TrackedPerson.IDENTITY_BODY, TrackedPerson.IDENTITY_NONE]
    assert [person.identity_confidence for person in people[:2]] == pytest.approx([0.99, 0.9])
    assert [person.identity_margin for person in people[:2]] == [4.5, math.inf]
    assert math.isnan(people[2].identity_confidence) and math.isnan(people[2].identity_margin)
    for person in people:
        assert person.position_source == TrackedPerson.POSITION_NONE
        assert math.isnan(person.pose.pose.position.x)
        assert all(math.isnan(number) for number in person.twist.covariance)


def test_event_is_told_as_it_is():
    msg = event_to_msg(IdentityEvent(
        EventKind.SPLIT, 'p1', 12.5, other_person_id='p2', name='Ann', camera='left', track_id=7,
        source=Source.FACE, confidence=0.5))
    assert msg == IdentityEventMsg(
        header=Header(stamp=Time(sec=12, nanosec=500_000_000)), kind=IdentityEventMsg.SPLIT,
        person_id='p1', other_person_id='p2', name='Ann', camera='left', track_id=7,
        identity_source=TrackedPerson.IDENTITY_FACE, confidence=0.5)


def test_event_without_a_track_or_confidence_leaves_them_out():
    msg = event_to_msg(IdentityEvent(EventKind.FORGOTTEN, 'p1', 0.0))
    assert (msg.camera, msg.track_id, msg.other_person_id, msg.name) == ('', 0, '', '')
    assert math.isnan(msg.confidence)


@pytest.mark.parametrize('numbers, message, prefix', [
    (EventKind, IdentityEventMsg, ''), (Source, TrackedPerson, 'IDENTITY_'),
    (Hint, EnrolPerson.Feedback, 'HINT_')])
def test_core_and_messages_have_the_same_numbers(numbers, message, prefix):
    for number in numbers:
        assert getattr(message, prefix + number.name) == number


def test_record_counts_the_looks_that_are_kept_and_holds_none():
    looks = [Prototype(kind, 'net', np.ones(2), is_negative=negative) for kind, negative in (
        (FACE, False), (FACE, False), (BODY, False), (FACE, True), (BODY, True))]
    person = Person('p1', 'Ann', 1.0, 2.0, 3.5, tuple(looks))
    record = person_to_record(person, present=True)
    assert (record.person_id, record.name, record.present) == ('p1', 'Ann', True)
    assert (record.face_prototypes, record.body_prototypes) == (2, 1)
    assert (record.first_seen, record.last_seen) == (Time(sec=2), Time(sec=3, nanosec=500_000_000))
    assert not any('float' in kind for kind in record.get_fields_and_field_types().values())


def test_person_never_seen_has_no_times():
    record = person_to_record(Person('p1', created_s=5.0), present=False)
    assert (record.first_seen, record.last_seen, record.present) == (Time(), Time(), False)


def features(*looks: list[float]) -> PersonFeaturesArray:
    return PersonFeaturesArray(header=HEADER, model='net', people=[
        PersonFeatures(embedding=array('f', look), quality=0.5 if look else 0.0)
        for look in looks])


@pytest.mark.parametrize('rows, embeddings, qualities', [
    ([], [], []),
    ([2, 0], [[0, 1], [1, 0]], [0.5, 0.5]),
    ([1, 0], [[0, 0], [1, 0]], [0, 0.5]),  # the look at 1 is unknown
])
def test_looks_come_in_the_order_asked_for(rows, embeddings, qualities):
    looks = looks_from_features(features([1, 0], [], [0, 1]), np.array(rows, np.intp))
    assert looks.embeddings.tolist() == embeddings and looks.model == 'net'
    assert looks.qualities.tolist() == qualities
    assert looks.embeddings.dtype == np.float32


def test_looks_unknown_of_all_are_no_numbers_at_all():
    looks = looks_from_features(features([], []), np.array([0, 1]))
    assert looks.embeddings.shape == (2, 0)
