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

"""One entry per person over all cameras, and each camera's part of it."""

from copy import deepcopy

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.nodes.views import image_of
from person_tracker.nodes.views import seen_by
from person_tracker.nodes.views import united
from person_tracker_msgs.msg import CameraImage
from person_tracker_msgs.msg import PersonView
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from std_msgs.msg import Header
from vision_msgs.msg import BoundingBox2D

FACE, BODY = TrackedPerson.IDENTITY_FACE, TrackedPerson.IDENTITY_BODY
SEEN, HIDDEN = TrackedPerson.CONFIRMED, TrackedPerson.OCCLUDED


def entry(camera, track_id, person_id='p1', height_px=100.0, state=SEEN, first_s=1, last_s=9,
          **identity):
    """Return what one camera says of a person."""
    about = {'track_id': track_id, 'camera': camera, 'state': state, 'score': 0.5,
             'bbox': BoundingBox2D(size_x=40.0, size_y=height_px), 'last_seen': Time(sec=last_s)}
    return TrackedPerson(person_id=person_id, first_seen=Time(sec=first_s),
                         views=[PersonView(**about)], **about, **identity)


def test_who_is_seen_by_two_cameras_is_one_entry_with_both_views():
    left = entry('left', 3, height_px=80.0, first_s=5, last_s=7)
    right = entry('right', 8, height_px=200.0, first_s=6, last_s=9)
    for order in ([left, right], [right, left]):
        person, = united(order)
        assert (person.camera, person.track_id, person.bbox.size_y) == ('right', 8, 200.0)
        assert [view.camera for view in person.views] == ['right', 'left']
        assert (person.first_seen.sec, person.last_seen.sec) == (5, 9)


def test_a_view_that_is_seen_is_better_than_a_larger_one_that_is_predicted():
    person, = united([entry('left', 3, height_px=300.0, state=HIDDEN), entry('right', 8)])
    assert person.camera == 'right'


def test_the_strongest_evidence_tells_the_name():
    by_face = entry('left', 3, height_px=50.0, name='Anna', identity_source=FACE,
                    identity_confidence=0.9, identity_margin=4.0)
    by_body = entry('right', 8, identity_source=BODY, identity_confidence=0.99)
    person, = united([by_body, by_face])
    assert (person.camera, person.name, person.identity_source) == ('right', 'Anna', FACE)
    assert person.identity_margin == 4.0


@pytest.mark.parametrize('people', [
    [],                                                             # nobody
    [entry('left', 1, 'p1')],                                       # one
    [entry('left', 1, 'p1'), entry('right', 1, 'p2')],              # two people
    [entry('left', 1, ''), entry('right', 1, ''), entry('left', 2, '')],  # nobody decided
])
def test_who_is_not_known_to_be_one_stays_apart_and_in_order(people):
    assert united(people) == people


def test_what_is_given_stays_as_it_is():
    people = [entry('left', 3), entry('right', 8, height_px=200.0, name='Anna',
                                      identity_source=FACE)]
    before = deepcopy(people)
    united(people)
    seen_by(united(people), 'left')
    assert people == before


def test_each_camera_finds_its_own_track_and_box():
    people = united([entry('left', 3, height_px=80.0), entry('right', 8, height_px=200.0),
                     entry('left', 4, 'p2')])
    left = {person.person_id: (person.track_id, person.bbox.size_y)
            for person in seen_by(people, 'left')}
    assert left == {'p1': (3, 80.0), 'p2': (4, 100.0)}
    assert [person.track_id for person in seen_by(people, 'right')] == [8]
    assert seen_by(people, 'back') == []


def test_a_velocity_of_another_camera_is_not_told_as_ones_own():
    best = entry('right', 8, height_px=200.0, velocity_px=[5.0, 0.0])
    person, = united([entry('left', 3), best])
    assert np.isnan(seen_by([person], 'left')[0].velocity_px).all()
    assert seen_by([person], 'right')[0].velocity_px.tolist() == [5.0, 0.0]


def test_image_of_a_camera_is_found_where_it_is_answered():
    headers = [Header(frame_id='left_eye'), Header(frame_id='right_eye')]
    array = TrackedPersonArray(images=[
        CameraImage(header=header, camera=camera)
        for header, camera in zip(headers, ('left', 'right'))])
    assert image_of(array, 'right') == headers[1]
    assert image_of(array, 'back') is None
