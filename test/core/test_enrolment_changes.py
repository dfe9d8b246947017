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

"""Who gets a name for a face, and what changes by that."""

import numpy as np
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.enrolment_changes import enrolment_changes
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
import pytest

SCALE, CONFIG = Calibration(0.4, 30.0), IdentityConfig()


@pytest.fixture
def at(look):
    """Return a function that makes a look in the plane, at so many degrees."""
    def make(degrees, **options):
        return look([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], **options)
    return make


@pytest.fixture
def gallery(at):
    return PersonGallery([
        Person('pA', 'Anna', 1.0, prototypes=(at(0),)),
        Person('pX', '', 2.0, prototypes=(at(180),)),
        Person('pC', 'Cleo', 3.0, prototypes=(at(90, kind=BODY),))])


def enrol(gallery, name, looks, person_id=''):
    """Enrol, and return who it was and what the person is thereafter."""
    who, changes = enrolment_changes(gallery, name, looks, SCALE, CONFIG, new_id='pNew',
                                     time_s=9.0, person_id=person_id)
    for change in changes:
        gallery.apply(change)
    return who, gallery.get(who)


@pytest.mark.parametrize('name, degrees, track_of, who', [
    ('Dan', 270, '', 'pNew'),    # nobody known
    ('Anna', 40, '', 'pA'),      # herself, another side
    ('Dan', 170, '', 'pX'),      # known by face, without a name
    ('Dan', 270, 'pX', 'pX'),    # in view as somebody without a name
    ('Cleo', 270, '', 'pC'),     # no face to compare with: the word counts
    ('Anna', 40, 'pX', 'pA'),    # was in view under another id
    ('Dan', 270, 'gone', 'pNew'),  # was forgotten meanwhile
])
def test_a_name_goes_to_whom_the_face_shows(gallery, at, name, degrees, track_of, who):
    person_id, person = enrol(gallery, name, [at(degrees)], track_of)
    assert person_id == who
    assert person.name == name
    assert any(float(each.embedding @ at(degrees).embedding) > 0.999
               for each in person.prototypes if each.kind == FACE)


def test_who_was_in_view_under_another_id_is_merged(gallery, at):
    _, person = enrol(gallery, 'Anna', [at(40)], 'pX')
    assert 'pX' not in gallery
    assert len(person.prototypes) == 3


@pytest.mark.parametrize('name, degrees, message', [
    ('Dan', 10, "belongs to 'Anna' already"),                  # the face of another name
    ('Anna', 270, "'Anna' is the name of another person"),     # the name of another face
    ('Cleo', 10, "belongs to 'Anna' already"),                 # trusted, but it is Anna's face
])
def test_a_doubtful_enrolment_is_refused_and_changes_nothing(
        gallery, at, contents, name, degrees, message):
    before = contents(gallery)
    with pytest.raises(EnrolmentError, match=message):
        enrol(gallery, name, [at(degrees)])
    assert contents(gallery) == before


def test_a_name_does_not_pass_from_a_named_person_in_view_to_another(gallery, at):
    person_id, _ = enrol(gallery, 'Dan', [at(270)], 'pA')
    assert person_id == 'pNew'
    assert gallery.get('pA').name == 'Anna'


def test_the_same_photo_twice_is_kept_once(gallery, at):
    enrol(gallery, 'Dan', [at(270), at(270)])
    assert len(gallery.get('pNew').prototypes) == 1
    assert enrolment_changes(gallery, 'Dan', [at(270)], SCALE, CONFIG, new_id='pB',
                             time_s=9.0) == ('pNew', [])


def test_of_more_looks_than_are_kept_those_stay_that_differ_most(look):
    random = np.random.default_rng(1)
    gallery = PersonGallery()
    side = [look(np.eye(40)[0] + 0.3 * np.eye(40)[number + 1]) for number in range(20)]
    front = [look(np.eye(40)[0] + 0.01 * random.normal(size=40)) for _ in range(20)]
    _, person = enrol(gallery, 'Dan', [*front, *side[:7]])
    assert len(person.prototypes) == CONFIG.face.max_looks
    assert all(each in person.prototypes for each in side[:7])


def test_bodies_are_not_touched(gallery, at):
    _, person = enrol(gallery, 'Cleo', [at(270)])
    assert [each.kind for each in person.prototypes] == [BODY, FACE]


def test_a_merge_at_an_enrolment_leaves_no_more_looks_than_are_kept(look):
    random = np.random.default_rng(1)
    sides = [look(np.eye(30)[0] + 0.4 * random.normal(size=30) / np.sqrt(30)) for _ in range(17)]
    gallery = PersonGallery([Person('pA', 'Anna', 1.0, prototypes=tuple(sides[:8])),
                             Person('pX', '', 2.0, prototypes=tuple(sides[8:16]))])
    who, changes = enrolment_changes(gallery, 'Anna', sides[16:], SCALE, CONFIG, new_id='pNew',
                                     time_s=9.0, person_id='pX')
    assert PeopleMerged('pA', 'pX') in changes
    for change in changes:
        gallery.apply(change)
    assert len(gallery.get(who).prototypes) <= CONFIG.face.max_looks
