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

"""Laws of enrolment: good and different looks of one face, and a hint at what is missing."""

from dataclasses import replace

import numpy as np
from person_tracker.core.enrolment import agreement
from person_tracker.core.enrolment import check_looks
from person_tracker.core.enrolment import check_not_known
from person_tracker.core.enrolment import Enrolment
from person_tracker.core.enrolment import EnrolmentConfig
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.enrolment import Hint
from person_tracker.core.enrolment import same_face
from person_tracker.core.enrolment import SENTENCES
from person_tracker.core.evidence import Calibration
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
import pytest

MODEL, SCALE = 'a face network', Calibration(0.4, 30.0)


def at(degrees):
    """Return a look in the plane, at so many degrees."""
    return np.float32([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


@pytest.fixture
def image(faces_of):
    """Return a function that makes an image of one face at some degrees, well seen or not."""
    def make(degrees=0.0, quality=0.9, track_id=1, model=MODEL, **values):
        faces = faces_of([(at(degrees), quality)], [track_id], model)
        return replace(faces, **{name: np.full(1, value, np.float32)
                                 for name, value in values.items()})
    return make


@pytest.fixture
def enrolment():
    return Enrolment('door', 1, 3, EnrolmentConfig())


def test_looks_that_differ_are_gathered_until_there_are_enough(enrolment, image):
    for number, degrees in enumerate([0, 40, 80]):
        assert not enrolment.is_complete
        enrolment.observe(image(degrees), float(number))
        assert enrolment.gathered == number + 1
        assert enrolment.hint == Hint.NONE
    assert enrolment.is_complete
    assert [each.time_s for each in enrolment.looks] == [0.0, 1.0, 2.0]
    assert {(each.kind, each.model) for each in enrolment.looks} == {(FACE, MODEL)}


def test_a_look_alike_one_is_not_taken_and_the_head_is_to_be_turned(enrolment, image):
    for number in range(3):
        enrolment.observe(image(0.1 * number), float(number))
    assert enrolment.gathered == 1
    assert enrolment.hint == Hint.TURN_HEAD


@pytest.mark.parametrize('most', [1, 2, 4])
def test_who_cannot_turn_is_enrolled_all_the_same(image, most):
    enrolment = Enrolment('door', 1, 3, EnrolmentConfig(max_alike=most))
    counts = []
    for number in range(2 * most + 1):
        enrolment.observe(image(), float(number))
        counts.append(enrolment.gathered)
    assert counts[0] == 1
    assert counts[most] == 2
    assert enrolment.is_complete


@pytest.mark.parametrize('values, hint', [
    ({'frontalities': 0.1}, Hint.FACE_CAMERA),
    ({'brightnesses': 0.1}, Hint.MORE_LIGHT),
    ({'sharpnesses': 0.1}, Hint.HOLD_STILL),
    ({}, Hint.COME_CLOSER),                                          # all well but small
    ({'frontalities': 0.1, 'brightnesses': 0.1}, Hint.FACE_CAMERA),  # the worst first
    ({'frontalities': np.nan}, Hint.COME_CLOSER),                    # not known is not bad
])
def test_a_poor_look_is_not_taken_and_the_hint_says_why(enrolment, image, values, hint):
    enrolment.observe(image(quality=0.2, **values), 0.0)
    assert enrolment.gathered == 0
    assert enrolment.hint == hint


@pytest.mark.parametrize('shown, hint', [
    ([], Hint.FACE_CAMERA),            # nothing seen yet
    ([2], Hint.FACE_CAMERA),           # somebody else's face only
    ([0], Hint.FACE_CAMERA),           # a face of no track
])
def test_without_a_face_it_is_to_be_shown(enrolment, image, shown, hint):
    for track_id in shown:
        enrolment.observe(image(track_id=track_id), 0.0)
    assert enrolment.gathered == 0
    assert enrolment.hint == hint


@pytest.mark.parametrize('shift, hint', [
    (30.0, Hint.STAND_ALONE),   # cheek to cheek
    (200.0, Hint.NONE),         # far enough
])
def test_another_face_close_by_is_in_the_way(enrolment, faces_of, shift, hint):
    faces = faces_of([(at(0), 0.9), (at(90), 0.9)], [1, 2], MODEL)
    boxes = np.float32([[0, 0, 40, 50], [shift, 0, shift + 40, 50]])
    enrolment.observe(replace(faces, boxes_xyxy=boxes), 0.0)
    assert enrolment.hint == hint


def test_who_is_out_of_sight_is_to_come_back(enrolment, image):
    enrolment.observe(image(), 0.0)
    enrolment.miss()
    assert enrolment.hint == Hint.COME_BACK


def test_the_hint_is_what_was_missing_most_often_of_late(enrolment, image):
    for number in range(10):
        enrolment.observe(image(quality=0.2, brightnesses=0.1), float(number))
    for number in range(3):
        enrolment.observe(image(quality=0.2), float(number))
    assert enrolment.hint == Hint.COME_CLOSER


def test_another_network_starts_anew(enrolment, image):
    enrolment.observe(image(0), 0.0)
    enrolment.observe(image(40, model='b'), 1.0)
    assert enrolment.gathered == 1
    assert enrolment.model == 'b'


def test_every_hint_has_a_sentence():
    assert set(SENTENCES) == set(Hint)
    assert all(sentence.endswith('.') for sentence in SENTENCES.values())


@pytest.mark.parametrize('degrees', [
    [0],                 # one look is one person
    [0, 10, 20],
    [0, 60, 120, 180],   # a head that turned: each resembles its neighbour
])
def test_looks_of_one_face_are_accepted(degrees):
    check_looks(np.stack([at(each) for each in degrees]), SCALE)


@pytest.mark.parametrize('degrees, odd', [
    ([0, 10, 90], 3),
    ([90, 0, 10], 1),
    ([0, 180, 5, 10], 2),
])
def test_looks_of_two_people_are_refused_and_the_odd_one_is_named(degrees, odd):
    with pytest.raises(EnrolmentError, match=f'number {odd} of {len(degrees)} does not fit'):
        check_looks(np.stack([at(each) for each in degrees]), SCALE)


class TestWhoIsKnown:

    @pytest.fixture
    def gallery(self, look):
        return PersonGallery([Person('pA', 'Anna', prototypes=(look(at(0)),)),
                              Person('pB', 'Bob', prototypes=(look(at(90)),)),
                              Person('pC', 'Cleo'),
                              Person('pX', '', prototypes=(look(at(180)),))])

    @pytest.mark.parametrize('degrees, name', [
        (270, 'Dan'),  # a new face under a new name
        (10, 'Anna'),  # herself once more
        (180, 'Dan'),  # a face that has no name yet
    ])
    def test_a_face_and_a_name_that_fit_are_accepted(self, gallery, degrees, name):
        check_not_known(gallery, at(degrees)[None], MODEL, SCALE, name)

    @pytest.mark.parametrize('degrees, name, message', [
        (10, 'Dan', "this face belongs to 'Anna' already"),
        (10, 'Bob', "this face belongs to 'Anna' already"),
        (270, 'Anna', "'Anna' is the name of another person .* whose face differs"),
        (270, 'Cleo', "'Cleo' is the name of another person .* is not known"),
    ])
    def test_a_face_of_another_name_and_a_name_of_another_face_are_refused(
            self, gallery, degrees, name, message):
        with pytest.raises(EnrolmentError, match=message):
            check_not_known(gallery, at(degrees)[None], MODEL, SCALE, name)

    def test_one_bad_photo_among_good_ones_is_enough_to_refuse(self, gallery):
        looks = np.stack([at(270), at(280), at(5)])
        with pytest.raises(EnrolmentError, match='Anna'):
            check_not_known(gallery, looks, MODEL, SCALE, 'Dan')

    def test_people_of_the_same_face_come_best_first(self, look):
        gallery = PersonGallery([Person('pA', prototypes=(look(at(20)),)),
                                 Person('pB', prototypes=(look(at(5)),)),
                                 Person('pC', prototypes=(look(at(120)),))])
        assert same_face(gallery, at(0)[None], MODEL, SCALE, 5.0) == ['pB', 'pA']
        assert same_face(PersonGallery(), at(0)[None], MODEL, SCALE, 5.0) == []

    def test_agreement_is_not_known_where_nothing_can_be_compared(self, gallery):
        assert agreement(gallery, 'pA', at(0)[None], MODEL, SCALE) == pytest.approx(18, abs=1e-3)
        assert np.isnan(agreement(gallery, 'pC', at(0)[None], MODEL, SCALE))
        assert np.isnan(agreement(gallery, 'pA', at(0)[None], 'b', SCALE))
