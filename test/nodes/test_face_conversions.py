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

"""Faces and messages say the same, whichever way they are turned."""

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.faces import Faces
from person_tracker.nodes.face_conversions import faces_from_msg
from person_tracker.nodes.face_conversions import faces_to_msg
from person_tracker.nodes.face_conversions import settled_tracks
from person_tracker_msgs.msg import PersonView
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from std_msgs.msg import Header

HEADER = Header(stamp=Time(sec=12, nanosec=345), frame_id='left_optical_frame')


def some_faces(count: int) -> Faces:
    """Return a good face, one that is too small to be described, and one of nobody's track."""
    landmarks = np.arange(30, dtype=np.float32).reshape(3, 5, 2)
    landmarks[1] = np.nan
    return Faces(
        boxes_xyxy=np.float32([[10, 20, 30, 60], [-5.5, 0, 3.25, 100], [7, 7, 9, 9]])[:count],
        landmarks=landmarks[:count], scores=np.float32([0.9, 0.25, 1.0])[:count],
        sharpnesses=np.float32([0.5, 0.0, 1.0])[:count],
        brightnesses=np.float32([0.75, 0.25, 0.5])[:count],
        frontalities=np.float32([1.0, np.nan, 0.5])[:count],
        qualities=np.float32([0.5, 0.0, 0.25])[:count],
        embeddings=np.float32([[0.6, 0.8], [0, 0], [1, 0]])[:count],
        track_ids=np.array([4_000_000_000, 7, 0])[:count], model='net-1')


@pytest.mark.parametrize('count', [0, 1, 3])
def test_faces_come_back_and_an_embedding_not_computed_stays_away(count):
    faces = some_faces(count)
    msg = faces_to_msg(faces, HEADER, 'left')
    assert (msg.header, msg.camera, msg.model) == (HEADER, 'left', 'net-1')
    assert [len(face.embedding) for face in msg.faces] == [2, 0, 2][:count]
    assert [face.track_id for face in msg.faces] == [4_000_000_000, 7, 0][:count]
    back = faces_from_msg(msg)
    assert back.model == 'net-1'
    for name in ('boxes_xyxy', 'landmarks', 'scores', 'sharpnesses', 'brightnesses',
                 'frontalities', 'qualities', 'track_ids'):
        assert getattr(back, name).dtype == getattr(faces, name).dtype, name
        np.testing.assert_allclose(getattr(back, name), getattr(faces, name), err_msg=name)
    if count:
        np.testing.assert_array_equal(back.embeddings, faces.embeddings)


def test_no_face_at_all_is_a_message_without_faces():
    msg = faces_to_msg(Faces.empty('net-1'), HEADER, '')
    assert msg.faces == [] and msg.model == 'net-1' and msg.header == HEADER
    assert len(faces_from_msg(msg)) == 0


def test_landmarks_are_in_the_order_of_the_message():
    face, = faces_to_msg(some_faces(1), HEADER, 'left').faces
    assert [(point.x, point.y) for point in face.landmarks] == [
        (0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]


NONE, BODY, FACE, OPERATOR = (
    TrackedPerson.IDENTITY_NONE, TrackedPerson.IDENTITY_BODY, TrackedPerson.IDENTITY_FACE,
    TrackedPerson.IDENTITY_OPERATOR)


@pytest.mark.parametrize(('person_id', 'source', 'is_settled'), [
    ('', NONE, False),       # not decided
    ('p1', NONE, False),     # a stranger without evidence
    ('p1', BODY, False),     # clothes alone
    ('p1', FACE, True),
    ('p1', OPERATOR, True),
    ('', FACE, False),       # nobody: whatever the source is said to be
])
def test_track_is_settled_where_a_face_or_an_operator_told_a_person(
        person_id, source, is_settled):
    person = TrackedPerson(
        track_id=3, camera='left', person_id=person_id, identity_source=source)
    assert settled_tracks(TrackedPersonArray(people=[person]), 'left') == {3: is_settled}


def test_tracks_are_those_of_the_camera_in_whichever_view_they_are():
    both = TrackedPerson(
        track_id=3, camera='left', person_id='p1', identity_source=FACE, views=[
            PersonView(camera='left', track_id=3), PersonView(camera='right', track_id=8)])
    other = TrackedPerson(track_id=3, camera='right', person_id='p2', identity_source=BODY)
    away = TrackedPerson(track_id=0, camera='right', person_id='p3', identity_source=FACE)
    people = TrackedPersonArray(camera='left', people=[both, other, away])
    assert settled_tracks(people, 'left') == {3: True}
    assert settled_tracks(people, 'right') == {8: True, 3: False}
    assert settled_tracks(people, 'rear') == {}
