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

"""Laws of kinship: whether two people are one, by faces, clothes, names and company."""

from person_tracker.core.evidence import Calibration
from person_tracker.core.kinship import Kinship
from person_tracker.core.people import BODY
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.track_book import TrackBook
import pytest

FACES, BODIES = 'a face network', 'a body network'
SCALES = {FACES: Calibration(0.4, 30.0), BODIES: Calibration(0.5, 20.0)}
RED, BLUE, ROSE = [1, 0, 0], [0, 1, 0], [0.9, 0, 0.44]
ANNA, BOB = [1, 0, 0], [0, 1, 0]


@pytest.fixture
def kin(look):
    """Return a function that makes two people, of faces and clothes, and compares them."""
    def make(one=(), other=(), names=('', '')):
        gallery = PersonGallery([
            Person(person_id, name, prototypes=tuple(
                look(values, FACES if kind == 'face' else BODIES, kind, quality=0.9, **rest)
                for kind, values, rest in looks))
            for person_id, name, looks in zip(('p1', 'p2'), names, (one, other))])
        return Kinship(gallery, ScaleBook(SCALES), TrackBook())
    return make


def face(values):
    return 'face', values, {}


def body(values):
    return BODY, values, {}


def both_ways(judge):
    """Return what is judged, which must not depend on who is named first."""
    answer = judge('p1', 'p2')
    assert judge('p2', 'p1') == answer
    return answer


@pytest.mark.parametrize('one, other, may_be_one, by_face, is_double, has_face', [
    # The same face, whatever they wear.
    ([face(ANNA)], [face(ANNA)], True, True, True, True),
    ([face(ANNA), body(RED)], [face(ANNA), body(BLUE)], True, True, True, True),
    # Two faces, even in the same clothes.
    ([face(ANNA)], [face(BOB)], False, False, False, False),
    ([face(ANNA), body(RED)], [face(BOB), body(RED)], False, False, False, False),
    # One has no face: clothes must agree, unless a face has shown it elsewhere.
    ([face(ANNA), body(RED)], [body(RED)], True, True, True, None),
    ([face(ANNA), body(RED)], [body(ROSE)], True, True, True, None),
    ([face(ANNA), body(RED)], [body(BLUE)], False, True, False, None),
    ([body(RED)], [body(BLUE)], False, True, False, None),
    # Nothing to compare speaks against nothing, and for nothing.
    ([face(ANNA)], [body(RED)], True, True, False, None),
    ([], [face(ANNA)], True, True, False, None),
    ([], [], True, True, False, None),
])
def test_looks_tell_whether_two_are_one(
        kin, one, other, may_be_one, by_face, is_double, has_face):
    kinship = kin(one, other)
    assert both_ways(kinship.may_be_one) == may_be_one
    assert both_ways(lambda *pair: kinship.may_be_one(*pair, by_face=True)) == by_face
    assert both_ways(kinship.is_double) == is_double
    assert both_ways(kinship.has_face_of) is has_face


def test_the_first_may_not_have_worn_what_the_other_has_not(kin):
    kinship = kin([body(RED)], [body(RED), body(BLUE)])
    assert kinship.may_be_one('p1', 'p2')  # the other was seen in these clothes, and in more
    assert not kinship.may_be_one('p2', 'p1')


@pytest.mark.parametrize('names, may_be_one', [
    (('Anna', ''), True),
    (('', 'Anna'), True),
    (('Anna', 'Bea'), False),  # whoever named them knew why
])
def test_two_with_names_are_never_one(kin, names, may_be_one):
    kinship = kin([face(ANNA)], [face(ANNA)], names)
    assert both_ways(kinship.may_be_one) == may_be_one
    assert both_ways(lambda *pair: kinship.may_be_one(*pair, by_face=True)) == may_be_one
    assert both_ways(kinship.is_double) == may_be_one
    assert both_ways(kinship.has_face_of)  # which says nothing of names


@pytest.mark.parametrize('similarity, may_be_one, is_same', [
    (0.38, False, False),  # rather two
    (0.45, True, False),   # rather one, but not for sure
    (0.60, True, True),
])
def test_faces_must_agree_for_sure_to_be_the_same(kin, similarity, may_be_one, is_same):
    kinship = kin([face(ANNA)], [face([similarity, (1 - similarity ** 2) ** 0.5, 0])])
    assert both_ways(kinship.may_be_one) == may_be_one
    assert both_ways(kinship.is_double) == both_ways(kinship.has_face_of) == is_same


def test_looks_of_another_network_and_those_ruled_out_are_not_compared(kin, look):
    gallery = PersonGallery([
        Person('p1', prototypes=(look(ANNA, FACES), look(BOB, FACES, is_negative=True))),
        Person('p2', prototypes=(look(BOB, 'another network'),)),
        Person('p3', prototypes=(look(BOB, FACES, is_negative=True), look(ANNA, FACES)))])
    kinship = Kinship(gallery, ScaleBook(SCALES), TrackBook())
    assert kinship.has_face_of('p1', 'p2') is None
    assert kinship.may_be_one('p1', 'p2')
    assert kinship.has_face_of('p1', 'p3')


class TestCompany:

    @pytest.fixture
    def tracks(self):
        return TrackBook()

    @pytest.fixture
    def kinship(self, look, tracks):
        gallery = PersonGallery([Person('p1', prototypes=(look(ANNA, FACES),)),
                                 Person('p2', prototypes=(look(ANNA, FACES),))])
        return Kinship(gallery, ScaleBook(SCALES), tracks)

    def show(self, tracks, camera, is_visible):
        first, second = tracks.see(camera, [1, 2], is_visible, 0.0)
        first.person_id, second.person_id = 'p1', 'p2'

    @pytest.mark.parametrize('is_visible, are_two', [
        ([True, True], True),
        ([True, False], False),  # one is believed to be there, but not seen
    ])
    def test_who_are_in_one_image_are_two(self, kinship, tracks, is_visible, are_two):
        self.show(tracks, 'door', is_visible)
        assert both_ways(kinship.are_two) == are_two
        assert both_ways(kinship.may_be_one) == both_ways(kinship.is_double) != are_two

    def test_two_cameras_may_see_one_person(self, kinship, tracks):
        for camera, person_id in (('door', 'p1'), ('hall', 'p2')):
            track, = tracks.see(camera, [1], [True], 0.0)
            track.person_id = person_id
        assert not both_ways(kinship.are_two)
        assert both_ways(kinship.is_double)

    def test_who_were_seen_together_often_enough_stay_two(self, kinship):
        for _ in range(5):
            kinship.companies.note(['p1', 'p2'])
        assert both_ways(kinship.are_two)
        assert not both_ways(kinship.may_be_one)
        assert not both_ways(lambda *pair: kinship.may_be_one(*pair, by_face=True))
        assert not both_ways(kinship.is_double)
