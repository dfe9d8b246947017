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

"""Laws of scales: given, careful where not known, stricter where strangers look alike."""

import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_BODY
from person_tracker.core.evidence import UNKNOWN_FACE
from person_tracker.core.people import BODY
from person_tracker.core.people import Person
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.scale_book import ScaleBook
import pytest

KNOWN = {'a': Calibration(0.5, 20.0)}
MOST_STRICT = 0.75  # half of the way from the midpoint to equality


def crowd(similarity, count=4):
    """Return looks of some people, each pair of this similarity."""
    looks = np.linalg.cholesky((1 - similarity) * np.eye(count) + similarity)
    return looks.astype(np.float32)


def after_crowds(similarity, images=100):
    book = ScaleBook(KNOWN)
    for _ in range(images):
        book.learn_strangers('a', crowd(similarity))
    return book


class Pupil:
    """A classifier that writes down what it is taught."""

    person_ids = ()

    def __init__(self):
        self.lessons = []

    def fit(self, embeddings, person_ids, calibration):
        self.lessons.append((embeddings, list(person_ids), calibration))


def test_networks_that_are_not_known_have_careful_scales():
    assert ScaleBook(KNOWN).face('a') == ScaleBook(KNOWN).body('a') == KNOWN['a']
    assert ScaleBook(KNOWN).face('b') == UNKNOWN_FACE
    assert ScaleBook(KNOWN).body('b') == UNKNOWN_BODY


@pytest.mark.parametrize('similarity, midpoint', [
    (0.2, 0.5),           # as expected of strangers: the given scale
    (0.5, 0.5),
    (0.6, 0.6),           # all wear white: alike begins later
    (0.99, MOST_STRICT),  # a double box is no stranger
])
def test_where_strangers_look_alike_resemblance_is_worth_less(similarity, midpoint):
    scale = after_crowds(similarity).body('a')
    assert scale.midpoint == pytest.approx(midpoint, abs=0.01)
    assert scale.slope == KNOWN['a'].slope


def test_a_few_strangers_teach_nothing_yet():
    assert after_crowds(0.7, images=3).body('a') == KNOWN['a']


def test_strangers_teach_their_network_only_and_nothing_of_faces():
    book = after_crowds(0.7)
    assert book.body('b') == UNKNOWN_BODY
    assert book.face('a') == KNOWN['a']


@pytest.mark.parametrize('count', [0, 1])
def test_who_is_alone_teaches_nothing(count):
    book = ScaleBook(KNOWN)
    for _ in range(300):
        book.learn_strangers('a', crowd(0.7)[:count])
    assert book.body('a') == KNOWN['a']


def test_a_classifier_is_taught_one_networks_faces_of_people_with_names(look):
    pupil = Pupil()
    book = ScaleBook(KNOWN, pupil)
    gallery = PersonGallery([
        Person('p1', 'Anna', prototypes=(
            look([1, 0], 'a'), look([0, 1], 'a', is_negative=True), look([0, 1], 'a', BODY),
            look([0, 1, 0], 'b'))),
        Person('p2', '', prototypes=(look([0, 1], 'a'),))])
    book.follow(gallery, 'a')
    (embeddings, person_ids, scale), = pupil.lessons
    np.testing.assert_array_equal(embeddings, [[1, 0]])
    assert person_ids == ['p1']
    assert scale == KNOWN['a']


def test_a_classifier_is_taught_again_only_when_somebody_with_a_name_changed(look):
    pupil = Pupil()
    book = ScaleBook(KNOWN, pupil)
    gallery = PersonGallery([Person('p1', 'Anna', prototypes=(look([1, 0], 'a'),)),
                             Person('p2', prototypes=(look([0, 1], 'a'),))])
    counts = []
    for change in (None, None, PersonRenamed('p2', 'Bob'), None, PersonForgotten('p1')):
        if change:
            gallery.apply(change)
        book.follow(gallery, 'a')
        counts.append(len(pupil.lessons))
    assert counts == [1, 1, 2, 2, 3]
    assert pupil.lessons[-1][1] == ['p2']


def test_when_the_last_name_is_gone_a_classifier_forgets_it(look):
    pupil = Pupil()
    book = ScaleBook(KNOWN, pupil)
    gallery = PersonGallery([Person('p1', 'Anna', prototypes=(look([1, 0], 'a'),))])
    book.follow(gallery, 'a')
    gallery.apply(PersonForgotten('p1'))
    book.follow(gallery, 'a')
    assert pupil.lessons[-1][0].shape[0] == len(pupil.lessons[-1][1]) == 0


def test_without_a_classifier_nothing_is_taught(look):
    book = ScaleBook(KNOWN)
    book.follow(PersonGallery([Person('p1', 'Anna', prototypes=(look([1, 0], 'a'),))]), 'a')
    assert book.of('a', 'a').classifier is None
