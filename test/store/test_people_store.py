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

"""What every store does with people, whichever database does the work."""

from dataclasses import replace

import numpy as np
from person_tracker.core.camera_links import CameraLink
from person_tracker.core.camera_links import GAPS_S
from person_tracker.core.people import FACE
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.store.people_store import NameTakenError
from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError
from person_tracker.store.people_store import UnknownPersonError
import pytest


def test_people_come_back_bit_by_bit_the_oldest_first(store, make_person, contents):
    people = [make_person('p2', 'Ann', 4, created_s=5.5, first_seen_s=6.25, last_seen_s=1.7e9),
              make_person('p1', 'Zoë O’Neil "; DROP', 1, created_s=1.0),
              make_person('p3', '', 0, created_s=9.0)]
    store.apply([PersonCreated(person) for person in people])
    expected = [contents(people[index]) for index in (1, 0, 2)]
    assert [contents(person) for person in store.people()] == expected
    assert contents(store.person('p2')) == contents(people[0])
    assert store.person('p4') is None


@pytest.mark.parametrize('values', [
    [1.0],                                      # the shortest embedding
    [0.0, -0.0, 1e-38, -1e-38],                 # zero and hardly more
    [3.4028235e38, -1.1754944e-38, 1 / 3],      # the largest, the smallest normal, no short text
    np.linspace(-1, 1, 2048),                   # longer than a page's part of a row
])
def test_every_bit_of_an_embedding_is_kept(store, make_person, values):
    prototype = Prototype(FACE, 'm', np.array(values, np.float32))
    store.apply([PersonCreated(replace(make_person('p1'), prototypes=(prototype,)))])
    kept = store.person('p1').prototypes[0].embedding
    assert np.array_equal(kept, prototype.embedding) and kept.dtype == np.float32


def test_applying_changes_twice_has_the_effect_of_once(store, make_person, contents):
    ann, bob, cleo = make_person('p1', 'Ann'), make_person('p2'), make_person('p3', 'Cleo')
    looks = make_person('p4', looks=3).prototypes
    changes = [PersonCreated(ann), PersonCreated(bob), PersonCreated(cleo),
               PersonRenamed('p1', 'Anna'), PersonSeen('p1', 5, 9), PrototypesAdded('p1', looks),
               PrototypesRemoved('p1', (looks[0].prototype_id, 'never there'))]
    endings = [PeopleMerged('p1', 'p2'), PersonForgotten('p3')]
    store.apply(changes)
    once = [contents(person) for person in store.people()]
    store.apply(changes)
    assert [contents(person) for person in store.people()] == once
    store.apply(endings)
    once = [contents(person) for person in store.people()]
    store.apply(endings)
    assert [contents(person) for person in store.people()] == once
    assert [person.person_id for person in store.people()] == ['p1']


def test_a_name_belongs_to_one_person(store, make_person):
    store.apply([PersonCreated(make_person('p1', 'Ann')), PersonCreated(make_person('p2'))])
    for change in (PersonRenamed('p2', 'Ann'), PersonCreated(make_person('p3', 'Ann'))):
        with pytest.raises(NameTakenError, match='p1') as caught:
            store.apply([change])
        assert caught.value.person_id == 'p1'
        assert 'Ann' not in str(caught.value)
    store.apply([PersonRenamed('p1', 'Ann'), PersonRenamed('p1', ''), PersonRenamed('p2', 'Ann')])
    assert [person.name for person in store.people()] == ['', 'Ann']


def test_nothing_of_a_refused_list_is_applied(store, make_person):
    store.apply([PersonCreated(make_person('p1'))])
    with pytest.raises(UnknownPersonError, match='p9'):
        store.apply([PersonCreated(make_person('p2')), PersonSeen('p1', 3, 4),
                     PersonRenamed('p9', 'Ann')])
    assert [(p.person_id, p.last_seen_s) for p in store.people()] == [('p1', 0)]


@pytest.mark.parametrize('change', [
    PersonSeen('p9', 1, 2),
    PrototypesAdded('p9', (Prototype(FACE, 'm', np.ones(3, np.float32)),)),
    PrototypesRemoved('p9', ('x',)),
    PeopleMerged('p1', 'p9'),
    PeopleMerged('p9', 'p1'),
    PeopleMerged('p1', 'p1'),                   # with oneself: nobody is erased
    PersonForgotten('p9'),
])
def test_changes_about_nobody_are_left_out(store, make_person, contents, change):
    person = make_person('p1', 'Ann')
    store.apply([PersonCreated(person), change])
    assert [contents(kept) for kept in store.people()] == [contents(person)]


@pytest.mark.parametrize('times, seen, expected', [
    ((0, 0), (5, 9), (5, 9)),       # seen for the first time
    ((5, 9), (7, 12), (5, 12)),     # later
    ((5, 9), (2, 3), (2, 9)),       # earlier, told late
    ((5, 9), (0, 0), (5, 9)),       # not known
])
def test_times_of_being_seen_are_united(store, make_person, times, seen, expected):
    person = make_person('p1', first_seen_s=times[0], last_seen_s=times[1])
    store.apply([PersonCreated(person), PersonSeen('p1', *seen)])
    kept = store.person('p1')
    assert (kept.first_seen_s, kept.last_seen_s) == expected


@pytest.mark.parametrize('names, expected', [
    (('Ann', ''), 'Ann'),
    (('', 'Bob'), 'Bob'),           # taken over
    (('Ann', 'Bob'), 'Ann'),
    (('', ''), ''),
])
def test_merged_people_are_one(store, make_person, names, expected):
    first = make_person('p1', names[0], 2, created_s=7, first_seen_s=8, last_seen_s=20)
    other = make_person('p2', names[1], 3, created_s=3, first_seen_s=4, last_seen_s=9)
    store.apply([PersonCreated(first), PersonCreated(other), PeopleMerged('p1', 'p2')])
    (kept,) = store.people()
    assert (kept.person_id, kept.name) == ('p1', expected)
    assert (kept.created_s, kept.first_seen_s, kept.last_seen_s) == (3, 4, 20)
    assert [p.prototype_id for p in kept.prototypes] == [
        p.prototype_id for p in first.prototypes + other.prototypes]


def test_a_forgotten_person_can_be_created_again(store, make_person, contents):
    person = make_person('p1', 'Ann')
    store.apply([PersonCreated(person), PersonForgotten('p1')])
    assert store.people() == []
    store.apply([PersonCreated(person)])
    store.apply([PersonForgotten('p1'), PersonCreated(person)])
    assert [contents(kept) for kept in store.people()] == [contents(person)]


def test_own_changes_are_no_news(store, make_person):
    store.apply([PersonCreated(make_person('p1')), PersonSeen('p1', 1, 2)])
    store.apply([PersonForgotten('p1')])
    assert not store.wait_for_news(0)
    assert not store.news()


def link(from_camera, to_camera, seed):
    counts = np.random.default_rng(seed).random(len(GAPS_S)) * 100.0
    return CameraLink(from_camera, to_camera, tuple(counts.tolist()))


def test_links_come_back_bit_by_bit(store):
    assert store.links() == []
    links = [link('hall', 'lab', 1), link('lab', 'hall', 2), link('Ö "; DROP', 'lab', 3)]
    store.apply([LinksLearnt(tuple(links))])
    assert sorted(store.links(), key=links.index) == links
    store.apply([LinksLearnt(())])
    assert sorted(store.links(), key=links.index) == links


def test_the_last_word_on_a_link_stands(store):
    kept, old, new = link('lab', 'hall', 1), link('hall', 'lab', 2), link('hall', 'lab', 3)
    for change in [LinksLearnt((kept, old)), LinksLearnt((new,)), LinksLearnt((new,))]:
        store.apply([change])
    assert store.links() == [new, kept]


def test_links_outlive_people_and_people_links(store, make_person):
    way = link('hall', 'lab', 1)
    store.apply([PersonCreated(make_person('p1')), LinksLearnt((way,))])
    store.apply([PersonForgotten('p1')])
    assert store.links() == [way]


def test_a_closed_store_says_so(store, make_person):
    store.close()
    store.close()
    assert not store.wait_for_news(60)
    with pytest.raises(StoreError, match='closed'):
        store.apply([PersonCreated(make_person('p1'))])


def test_memory_keeps_nothing(make_person, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('XDG_DATA_HOME', str(tmp_path))
    store = PeopleStore('memory')
    store.apply([PersonCreated(make_person('p1'))])
    store.close()
    assert list(tmp_path.iterdir()) == []
    assert PeopleStore('memory').people() == []
