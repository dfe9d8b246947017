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

"""Laws of the ledger: the journal says all that changed, and who is too old is given up."""

import numpy as np
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.ledger import last_known_s
from person_tracker.core.ledger import Ledger
from person_tracker.core.ledger import limits_of
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonRenamed
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.settings import updated
import pytest


def ledger_of(*people, seed=1):
    return Ledger(people, np.random.default_rng(seed))


def config(**values):
    return updated(IdentityConfig(), {
        name.replace('__', '.'): value for name, value in values.items()})


def known(ledger):
    return [person.person_id for person in ledger.gallery]


def test_ids_are_opaque_start_with_a_letter_and_follow_the_seed():
    ids = [ledger_of().create(1.0) for _ in range(2)]
    assert ids[0] == ids[1] != ledger_of(seed=2).create(1.0)
    assert ids[0].isalnum() and ids[0][0].isalpha()


def test_journal_is_taken_once_and_in_order():
    ledger = ledger_of(Person('p1'))
    ledger.record(PersonRenamed('p1', 'Anna'))
    person_id = ledger.create(5.0)
    changes = ledger.take_changes()
    assert changes[0] == PersonRenamed('p1', 'Anna')
    assert isinstance(changes[1], PersonCreated)
    assert changes[1].person.person_id == person_id
    assert ledger.take_changes() == []


def test_of_two_the_older_stays_and_of_equals_the_lesser_id():
    ledger = ledger_of(Person('pB', 'Anna', 5.0), Person('pA', '', 9.0), Person('pC', '', 9.0))
    assert ledger.merge('pC', 'pA', limits_of(config())) == ('pA', 'pC')
    assert ledger.merge('pA', 'pB', limits_of(config())) == ('pB', 'pA')
    assert ledger.gallery.get('pB').name == 'Anna'


def test_who_was_merged_has_no_more_looks_than_allowed(look):
    random = np.random.default_rng(1)
    people = [Person(person_id, prototypes=tuple(
        look(random.normal(size=8), kind=kind) for kind in [FACE, BODY] * 8))
        for person_id in ('pA', 'pB')]
    ledger = ledger_of(*people)
    ledger.merge('pA', 'pB', {FACE: 3, BODY: 5})
    kinds = [each.kind for each in ledger.gallery.get('pA').prototypes]
    assert (kinds.count(FACE), kinds.count(BODY)) == (3, 5)


@pytest.mark.parametrize('name, settings, now_s, is_kept', [
    ('', {'retention__anonymous_s': 100.0}, 199.0, True),       # not yet
    ('', {'retention__anonymous_s': 100.0}, 201.0, False),
    ('', {'retention__anonymous_s': 0.0}, 1e9, True),           # never
    ('Anna', {'retention__anonymous_s': 100.0}, 1e9, True),     # has a name
    ('Anna', {'retention__named_s': 100.0}, 199.0, True),
    ('Anna', {'retention__named_s': 100.0}, 201.0, False),
    ('Anna', {'retention__named_s': 0.0}, 1e9, True),
    ('', {'retention__named_s': 100.0, 'retention__anonymous_s': 0.0}, 1e9, True),
    ('', {'retention__anonymous_s': 100.0}, -1e9, True),        # a recording of before
])
def test_people_are_kept_as_long_as_their_settings_say(name, settings, now_s, is_kept):
    ledger = ledger_of(Person('pA', name, 50.0, 60.0, 100.0))
    forgotten = ledger.keep_house(now_s, config(**settings), set())
    assert known(ledger) == ['pA'] * is_kept
    assert forgotten == ['pA'] * (not is_kept)


def test_who_is_present_is_kept_whatever_the_age():
    ledger = ledger_of(Person('pA', created_s=1.0), Person('pB', created_s=1.0))
    ledger.keep_house(1e9, config(), {'pA'})
    assert known(ledger) == ['pA']


def test_who_was_never_seen_is_as_old_as_known():
    assert last_known_s(Person('pA', created_s=50.0)) == 50.0
    assert last_known_s(Person('pA', created_s=50.0, last_seen_s=70.0)) == 70.0


@pytest.mark.parametrize('most', [0, 1, 3, 10])
def test_of_too_many_without_a_name_those_seen_last_are_kept(most):
    people = [Person(f'p{number}', created_s=1.0, last_seen_s=10.0 * (number * 3 % 7 + 1))
              for number in range(6)]
    ledger = ledger_of(*people, Person('pAnna', 'Anna', 1.0))
    ledger.keep_house(1000.0, config(retention__max_anonymous=most), set())
    newest = sorted(people, key=lambda each: -each.last_seen_s)[:most]
    assert set(known(ledger)) == {'pAnna', *(each.person_id for each in newest)}


def test_bodies_are_given_up_after_memory_s_and_faces_are_not(look):
    person = Person('pA', 'Anna', prototypes=(
        look([1, 0], kind=BODY, time_s=10.0), look([0, 1], kind=BODY, time_s=50.0),
        look([1, 0], time_s=1.0), look([1, 0], kind=BODY, time_s=1.0, is_negative=True)))
    ledger = ledger_of(person)
    ledger.keep_house(120.0, config(body__memory_s=100.0), set())
    left = ledger.gallery.get('pA').prototypes
    assert [(each.kind, each.time_s) for each in left] == [(BODY, 50.0), (FACE, 1.0), (BODY, 1.0)]


def test_replayed_journal_gives_the_same_people(look, contents):
    ledger = ledger_of()
    ids = [ledger.create(float(number)) for number in range(6)]
    ledger.record(PersonRenamed(ids[2], 'Anna'))
    ledger.merge(ids[3], ids[2], limits_of(config()))
    ledger.note_seen(ids[0], 5.0, 7.0)
    ledger.keep_house(100.0, config(retention__max_anonymous=2), set())
    replayed = PersonGallery()
    for change in ledger.take_changes():
        replayed.apply(change)
    assert contents(replayed) == contents(ledger.gallery)
    assert len(replayed) == 3
