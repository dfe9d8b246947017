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

"""Laws of erasing: of a person nothing stays, of the others all that is not the person's."""

import numpy as np
from person_tracker.core.erasure import erasing
from person_tracker.core.people import BODY
from person_tracker.core.people import Person
from person_tracker.core.people import PersonError
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.scale_book import ScaleBook
import pytest

MODEL = 'net'
ANNA, BERT = [1.0, 0, 0, 0], [0, 1.0, 0, 0]
LIKE_ANNA, LIKE_BERT = [1.0, 0, 0.5, 0], [0, 1.0, 0.5, 0]


@pytest.fixture
def against(look):
    """Return a function that makes a look of which an operator said that it is not the person."""
    def make(values, **options):
        return look(values, MODEL, is_negative=True, **options)
    return make


@pytest.fixture
def known(look, against):
    """Return a function that makes a gallery of Anna and of Bert, with looks that are not his."""
    def make(*negatives):
        return PersonGallery([
            Person('p1', 'Anna', prototypes=(look(ANNA, MODEL), against(BERT))),
            Person('p2', 'Bert', prototypes=(look(BERT, MODEL), *negatives))])
    return make


def erased(gallery: PersonGallery, person_id: str) -> PersonGallery:
    for change in erasing(gallery, person_id, ScaleBook()):
        gallery.apply(change)
    return gallery


def test_person_goes_with_every_look(known):
    gallery = erased(known(), 'p1')
    assert [person.person_id for person in gallery] == ['p2']
    assert gallery.named('Anna') is None


def test_looks_of_the_person_kept_against_somebody_else_go_too(known, against):
    mine = against(LIKE_ANNA, prototype_id='of Anna')
    changes = erasing(known(mine), 'p1', ScaleBook())
    assert changes == [PrototypesRemoved('p2', ('of Anna',)), PersonForgotten('p1')]


def test_looks_of_a_third_person_stay_and_so_do_the_others_own(known, against):
    third = against([0, 0, 0, 1.0])
    own = against(LIKE_BERT)  # an operator was wrong once; they are not Anna's for all that
    gallery = erased(known(third, own), 'p1')
    assert [each.prototype_id for each in gallery.get('p2').prototypes][1:] == [
        third.prototype_id, own.prototype_id]


def test_looks_of_another_network_or_kind_are_not_taken_for_the_persons(known, look):
    others = (look(ANNA, 'another net', is_negative=True),
              look(ANNA, MODEL, BODY, is_negative=True))
    gallery = erased(known(*others), 'p1')
    assert len(gallery.get('p2').prototypes) == 3


def test_what_the_person_was_said_not_to_be_goes_with_the_person(known):
    gallery = erased(known(), 'p1')
    kept = np.array([each.embedding for person in gallery for each in person.prototypes])
    assert kept.tolist() == [BERT]


def test_nobody_cannot_be_erased(known):
    gallery = known()
    with pytest.raises(PersonError, match="'p9'"):
        erasing(gallery, 'p9', ScaleBook())
    assert len(gallery) == 2
