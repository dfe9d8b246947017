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

"""Laws of the gallery: after any changes it holds what a plain dict of people would hold."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonError
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.person_gallery import PersonGallery
import pytest

IDS = [f'p{number}' for number in range(6)]
NAMES = ['', 'Anna', 'Bob', 'Cleo']
SPACES = [(FACE, 'a', 4), (FACE, 'b', 3), (BODY, 'a', 3)]
SLOTS = 3


class PlainGallery:
    """The same, one person after the other, and no index at all."""

    def __init__(self):
        self.people = {}

    def apply(self, change):
        if isinstance(change, PersonCreated):
            self._take_name(change.person.person_id, change.person.name)
            self.people[change.person.person_id] = change.person
        elif isinstance(change, PersonForgotten):
            self.people.pop(change.person_id, None)
        elif change.person_id in self.people:
            self._change(change)

    def _take_name(self, person_id, name):
        if name and any(each.name == name and each.person_id != person_id
                        for each in self.people.values()):
            raise PersonError('taken')

    def _change(self, change):
        person = self.people[change.person_id]
        if isinstance(change, PersonRenamed):
            self._take_name(change.person_id, change.name)
            person = replace(person, name=change.name)
        elif isinstance(change, PrototypesAdded):
            person = replace(person, prototypes=person.prototypes + change.prototypes)
        elif isinstance(change, PrototypesRemoved):
            person = replace(person, prototypes=tuple(
                each for each in person.prototypes
                if each.prototype_id not in change.prototype_ids))
        elif isinstance(change, PersonSeen):
            firsts = [each for each in (person.first_seen_s, change.first_seen_s) if each]
            person = replace(person, first_seen_s=min(firsts), last_seen_s=max(
                person.last_seen_s, change.last_seen_s))
        elif change.other_person_id in self.people:
            other = self.people.pop(change.other_person_id)
            firsts = [each for each in (person.first_seen_s, other.first_seen_s) if each]
            person = replace(
                person, name=person.name or other.name, first_seen_s=min(firsts, default=0.0),
                last_seen_s=max(person.last_seen_s, other.last_seen_s),
                prototypes=person.prototypes + other.prototypes)
        self.people[change.person_id] = person

    def similarity(self, kind, model, look, person_id, is_negative=False):
        """Return how alike a look is to the newest looks of a person; NaN: nothing comparable."""
        person = self.people.get(person_id)
        kept = [] if person is None else [
            each.embedding for each in person.prototypes
            if (each.kind, each.model, each.is_negative) == (kind, model, is_negative)]
        newest = kept if is_negative else kept[-SLOTS:]
        return max((float(each @ look) for each in newest), default=np.nan)


def random_units(random, dimension):
    looks = random.normal(size=(2, dimension)).astype(np.float32)
    return looks / np.linalg.norm(looks, axis=1, keepdims=True)


def random_look(random, number):
    kind, model, dimension = SPACES[random.integers(len(SPACES))]
    embedding = random.normal(size=dimension)
    return Prototype(kind, model, embedding / np.linalg.norm(embedding),
                     time_s=float(random.integers(100)), is_negative=random.random() < 0.2,
                     prototype_id=f'look{number}')


def random_change(random, number, plain):
    one, other = random.permutation(IDS)[:2]
    deed = random.integers(9)
    if deed == 0:
        return PersonCreated(Person(str(one), str(random.choice(NAMES)), float(number)))
    if deed == 1:
        return PersonRenamed(str(one), str(random.choice(NAMES)))
    if deed == 2:
        first_s = float(random.integers(1, 50))
        return PersonSeen(str(one), first_s, first_s + float(random.integers(50)))
    if deed == 3 and one in plain.people:
        looks = plain.people[one].prototypes
        return PrototypesRemoved(str(one), tuple(
            each.prototype_id for each in looks if random.random() < 0.5) + ('none',))
    if deed == 4:
        return PeopleMerged(str(one), str(other))
    if deed == 5 and random.random() < 0.5:
        return PersonForgotten(str(one))
    looks = tuple(random_look(random, f'{number}_{each}') for each in range(random.integers(1, 4)))
    return PrototypesAdded(str(one), looks)


def applied(change, gallery):
    try:
        gallery.apply(change)
    except PersonError:
        return False
    return True


def played(seed, count=60):
    random = np.random.default_rng(seed)
    gallery, plain = PersonGallery(slots=SLOTS), PlainGallery()
    for person_id in IDS[:4]:
        for each in (gallery, plain):
            each.apply(PersonCreated(Person(person_id)))
    for number in range(count):
        change = random_change(random, number, plain)
        assert applied(change, gallery) == applied(change, plain), change
    return random, gallery, plain


SEEDS = given(strategies.integers(0, 2**31))


@SEEDS
def test_people_are_those_of_a_plain_dict_after_any_changes(contents, seed):
    _, gallery, plain = played(seed)
    assert contents(gallery) == contents(plain.people.values())
    assert len(gallery) == len(plain.people)
    for person in plain.people.values():
        assert person.person_id in gallery
        assert gallery.find(person.person_id) is gallery.get(person.person_id)


@SEEDS
def test_a_name_is_one_persons_after_any_changes(seed):
    _, gallery, plain = played(seed)
    names = [person.name for person in gallery if person.name]
    assert len(names) == len(set(names))
    for name in NAMES[1:]:
        holder = [each for each in plain.people.values() if each.name == name]
        found = gallery.named(name)
        assert (found.person_id if found else None) == (holder[0].person_id if holder else None)


@SEEDS
def test_looks_are_found_as_in_a_plain_search_after_any_changes(seed):
    random, gallery, plain = played(seed)
    for kind, model, dimension in SPACES:
        looks = random_units(random, dimension)
        expected = np.array([[plain.similarity(kind, model, row, each) for each in IDS]
                             for row in looks])
        np.testing.assert_allclose(
            gallery.similarities(kind, model, looks, IDS), expected, rtol=0, atol=1e-5)
        known = {each for each, nearest in zip(IDS, expected[0]) if not np.isnan(nearest)}
        assert set(gallery.nearest(kind, model, looks, len(IDS))) == known
        assert gallery.size(kind, model) == len(known)
        assert (model in gallery.models(kind)) == bool(known)


@SEEDS
def test_looks_that_are_not_the_persons_are_found_beside_those_that_are(seed):
    random, gallery, plain = played(seed)
    for kind, model, dimension in SPACES:
        looks = random_units(random, dimension)
        found = gallery.negative_similarities(kind, model, looks, IDS)
        for column, person_id in enumerate(IDS):
            if np.isnan(plain.similarity(kind, model, looks[0], person_id)):
                continue  # of no weight where nothing speaks for the person
            expected = [plain.similarity(kind, model, row, person_id, True) for row in looks]
            np.testing.assert_allclose(found[:, column], expected, rtol=0, atol=1e-5)


@SEEDS
def test_no_body_is_older_than_asked_once_the_stale_ones_are_removed(seed):
    _, gallery, _ = played(seed)
    for change in gallery.stale_bodies(50.0):
        gallery.apply(change)
    assert gallery.stale_bodies(50.0) == []
    for person in gallery:
        for each in person.prototypes:
            assert each.kind == FACE or each.is_negative or (
                max(each.time_s, person.last_seen_s) >= 50.0)


@SEEDS
def test_names_revision_grows_with_each_change_of_a_named_persons_looks(seed):
    random, gallery, plain = played(seed, 20)
    for number in range(100, 130):
        change = random_change(random, number, plain)
        before = {each.person_id: (each.name, each.prototypes) for each in gallery if each.name}
        revision = gallery.names_revision
        if applied(change, gallery):
            plain.apply(change)
        after = {each.person_id: (each.name, each.prototypes) for each in gallery if each.name}
        assert gallery.names_revision > revision or before == after


def test_merging_loses_no_look_and_keeps_a_name(look):
    one, other = look([1, 0]), look([0, 1])
    gallery = PersonGallery([Person('p1', '', 5.0, 20.0, 30.0, (one,)),
                             Person('p2', 'Anna', 9.0, 10.0, 25.0, (other,))])
    gallery.apply(PeopleMerged('p1', 'p2'))
    merged = gallery.get('p1')
    assert (merged.name, merged.first_seen_s, merged.last_seen_s) == ('Anna', 10.0, 30.0)
    assert merged.prototypes == (one, other)
    assert gallery.named('Anna') is merged
    assert 'p2' not in gallery


def test_a_change_about_nobody_is_nothing(look):
    gallery = PersonGallery([Person('p1')])
    for change in (PersonRenamed('p9', 'Anna'), PersonSeen('p9', 1.0, 2.0), PersonForgotten('p9'),
                   PrototypesAdded('p9', (look([1, 0]),)), PrototypesRemoved('p9', ('x',)),
                   PeopleMerged('p9', 'p1'), PeopleMerged('p1', 'p9')):
        gallery.apply(change)
    assert [person.person_id for person in gallery] == ['p1']


def test_how_people_go_between_cameras_changes_nobody():
    gallery = PersonGallery([Person('p1', 'Ann')])
    gallery.apply(LinksLearnt(()))
    assert [person.person_id for person in gallery] == ['p1']
    assert gallery.names_revision == PersonGallery([Person('p1', 'Ann')]).names_revision


def test_a_name_that_is_taken_is_refused_and_nothing_changes():
    gallery = PersonGallery([Person('p1', 'Anna'), Person('p2', 'Bob')])
    with pytest.raises(PersonError, match="'Anna' belongs to p1 already"):
        gallery.apply(PersonRenamed('p2', 'Anna'))
    assert gallery.named('Bob').person_id == 'p2'
    assert gallery.named('Anna').person_id == 'p1'


def test_who_is_not_known_cannot_be_got():
    with pytest.raises(PersonError, match="nobody is known as 'p9'"):
        PersonGallery().get('p9')
    assert PersonGallery().find('p9') is None


@pytest.mark.parametrize('model, dimension', [
    ('another', 4),         # a network of another name
    ('a face network', 3),  # the same name, but the size tells that it is another
])
def test_embeddings_of_another_network_are_never_compared(look, model, dimension):
    gallery = PersonGallery([Person('p1', prototypes=(look([1, 0, 0, 0]),))])
    looks = np.eye(dimension, dtype=np.float32)[:1]
    assert gallery.nearest(FACE, model, looks, 8) == []
    assert np.isnan(gallery.similarities(FACE, model, looks, ['p1'])).all()
    assert np.isnan(gallery.negative_similarities(FACE, model, looks, ['p1'])).all()


def test_looks_of_another_size_are_found_once_those_of_the_first_are_gone(look):
    gallery = PersonGallery([Person('p1', prototypes=(look([1, 0, 0]),))])
    gallery.apply(PersonForgotten('p1'))
    gallery.apply(PersonCreated(Person('p2', prototypes=(look([1, 0]),))))
    assert gallery.nearest(FACE, 'a face network', np.float32([[1, 0]]), 8) == ['p2']


def test_a_person_may_have_looks_of_two_networks(look):
    gallery = PersonGallery([Person('p1', prototypes=(
        look([1, 0, 0], 'a'), look([1, 0], 'b'), look([0, 1, 0], 'a')))])
    np.testing.assert_array_equal(
        gallery.similarities(FACE, 'a', np.float32([[0, 1, 0]]), ['p1']), [[1]])
    np.testing.assert_array_equal(
        gallery.similarities(FACE, 'b', np.float32([[1, 0]]), ['p1']), [[1]])


def test_faces_and_bodies_of_one_network_are_apart(look):
    gallery = PersonGallery([Person('p1', prototypes=(look([1, 0], 'a', BODY),))])
    assert gallery.nearest(FACE, 'a', np.float32([[1, 0]]), 8) == []
    assert gallery.models(BODY) == {'a'}
    assert gallery.models(FACE) == set()
