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

"""Node `identity`: every believed track is a person, of all cameras, for as long as it lives."""

from builtin_interfaces.msg import Time
from person_tracker.core.settings import SettingError
from person_tracker.nodes.identity import IdentityNode
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from std_msgs.msg import Header

CONFIRMED, OCCLUDED, TENTATIVE = (
    TrackedPerson.CONFIRMED, TrackedPerson.OCCLUDED, TrackedPerson.TENTATIVE)


def tracks_at(time_s: float, *people: tuple[int, int],
              camera: str = 'left') -> TrackedPersonArray:
    sec, nanosec = divmod(round(time_s * 1e9), 1_000_000_000)
    header = Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id=f'{camera}_eye')
    return TrackedPersonArray(header=header, camera=camera, people=[
        TrackedPerson(track_id=track_id, camera=camera, state=state)
        for track_id, state in people])


@pytest.fixture
def feed(ros):
    """Return a function that sends a camera's tracks and gives the people."""
    ros.make(IdentityNode, {'cameras': ['left', 'right'], 'max_camera_age_s': 0.5}, namespace='/')
    heard = ros.heard(TrackedPersonArray, '/people')
    speakers = {camera: ros.speaker(TrackedPersonArray, f'/{camera}/tracks')
                for camera in ('left', 'right')}
    ros.until(lambda: ros.node.count_publishers('/people'))

    def send(tracks: TrackedPersonArray) -> TrackedPersonArray:
        heard.clear()
        speakers[tracks.camera].publish(tracks)
        ros.until(lambda: heard)
        return heard[0]
    return send


def test_person_keeps_the_id_of_its_track_and_the_header_is_that_of_the_image(feed):
    first = feed(tracks_at(10.0, (1, CONFIRMED), (2, CONFIRMED)))
    second = feed(tracks_at(10.1, (2, OCCLUDED), (1, CONFIRMED)))
    assert first.header == tracks_at(10.0).header
    ids = {person.track_id: person.person_id for person in first.people}
    assert {person.track_id: person.person_id for person in second.people} == ids
    assert len(set(ids.values())) == 2 and all(name[0].isalpha() for name in ids.values())
    assert second.people[0].state == OCCLUDED
    assert [person.name for person in second.people] == ['', '']


def test_nobody_is_an_empty_array_with_the_header_of_the_image(feed):
    people = feed(tracks_at(10.0))
    assert people.people == [] and people.header == tracks_at(10.0).header


def test_track_not_yet_believed_is_nobody(feed):
    assert feed(tracks_at(10.0, (1, TENTATIVE))).people == []
    assert len(feed(tracks_at(10.1, (1, CONFIRMED))).people) == 1


def test_people_of_all_cameras_are_told_together_while_they_are_fresh(feed):
    left = feed(tracks_at(10.0, (1, CONFIRMED))).people[0]
    both = feed(tracks_at(10.1, (1, CONFIRMED), camera='right'))
    assert [(person.camera, person.track_id) for person in both.people] == [
        ('left', 1), ('right', 1)]
    assert both.header.frame_id == 'right_eye' and both.people[0].person_id == left.person_id
    assert both.people[1].person_id != left.person_id
    late = feed(tracks_at(10.7, (1, CONFIRMED), camera='right'))
    assert [person.camera for person in late.people] == ['right']


@pytest.mark.parametrize('cameras', [[''], ['left', 'left'], ['left', '2nd']])
def test_list_that_names_no_camera_is_refused(ros, cameras):
    with pytest.raises(SettingError, match='camera'):
        ros.make(IdentityNode, {'cameras': cameras})
