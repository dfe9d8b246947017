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

"""What is learnt reaches the store, also one that is away for a while; news of others come in."""

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
import threading
import time
from types import SimpleNamespace

import numpy as np
from person_tracker.core.people import FACE
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.nodes.people_keeper import PeopleKeeper
from person_tracker.store.people_store import NameTakenError
from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError
import pytest

LONG_S = 30.0


def until(condition: Callable[[], object]) -> None:
    end_s = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def answer_of(future) -> StoreError | None:
    until(future.done)
    return future.result()


@pytest.fixture
def file(tmp_path) -> Path:
    """Return where people are kept."""
    return tmp_path / 'people.sqlite'


@pytest.fixture
def keep(file) -> Iterator[Callable[..., PeopleKeeper]]:
    """Return a function that makes a keeper, with a function to call when there are news."""
    keepers = []

    def make(url: object = file, on_news: Callable[[], None] = lambda: None) -> PeopleKeeper:
        keepers.append(PeopleKeeper(PeopleStore(str(url)), on_news))
        return keepers[-1]
    yield make
    for keeper in keepers:
        keeper.close()


@pytest.fixture
def away(file) -> SimpleNamespace:
    """Return what takes the file away, so that nobody can write it, and brings it back."""
    elsewhere = file.with_name('elsewhere.sqlite')
    return SimpleNamespace(take=lambda: file.rename(elsewhere),
                           bring_back=lambda: elsewhere.rename(file))


@pytest.fixture
def kept(file) -> Callable[[], dict[str, Person]]:
    """Return a function that reads who is in the store, by person_id."""
    def read() -> dict[str, Person]:
        store = PeopleStore(str(file))
        people = {person.person_id: person for person in store.people()}
        store.close()
        return people
    return read


def created(person_id: str, name: str = '') -> PersonCreated:
    return PersonCreated(Person(person_id, name))


def look() -> Prototype:
    return Prototype(FACE, 'net', np.ones(4, np.float32) / 2)


def test_what_is_learnt_is_written_soon_and_in_order(keep, kept):
    keeper = keep()
    keeper.keep([created('p1'), created('p2')])
    keeper.keep([PrototypesAdded('p2', (look(),)), PersonSeen('p2', 3.0, 4.0)])
    keeper.keep([PeopleMerged('p1', 'p2')])
    until(lambda: set(kept()) == {'p1'} and not keeper.pending)
    assert len(kept()['p1'].prototypes) == 1 and kept()['p1'].last_seen_s == 4.0
    assert (keeper.error, keeper.lost) == ('', 0)


def test_what_was_asked_for_is_in_the_store_when_the_answer_comes(keep, kept):
    keeper = keep()
    for number in range(20):
        assert answer_of(keeper.commit([created(f'p{number}', f'Name {number}')])) is None
        assert f'p{number}' in kept()


def test_what_was_asked_for_comes_after_what_was_learnt_before(keep, kept):
    keeper = keep()
    for number in range(20):
        keeper.keep([created(f'p{number}')])
        assert answer_of(keeper.commit([PersonRenamed(f'p{number}', f'Name {number}')])) is None
    assert len(kept()) == 20 and all(person.name for person in kept().values())


def test_refusal_of_the_store_is_the_answer_and_changes_nothing(keep, kept):
    keeper = keep()
    assert answer_of(keeper.commit([created('p1', 'Ann'), created('p2')])) is None
    refusal = answer_of(keeper.commit([PersonSeen('p2', 1.0, 2.0), PersonRenamed('p2', 'Ann')]))
    assert isinstance(refusal, NameTakenError)
    assert (kept()['p2'].name, kept()['p2'].last_seen_s) == ('', 0.0)
    assert keeper.error == ''


def test_nothing_learnt_is_lost_and_its_order_stays_while_the_store_is_away(keep, kept, away):
    keeper = keep()
    away.take()
    keeper.keep([created('p1')])
    until(lambda: 'was removed or replaced' in keeper.error)
    for number in range(2, 30):
        keeper.keep([created(f'p{number}')])
        keeper.keep([PeopleMerged('p1', f'p{number}')])  # of no effect before the line above
    assert keeper.pending == 57
    away.bring_back()
    until(lambda: not keeper.error)
    until(lambda: set(kept()) == {'p1'} and not keeper.pending)
    assert keeper.lost == 0


def test_what_is_asked_for_while_the_store_is_away_is_refused_at_once(keep, kept, away):
    keeper = keep()
    assert answer_of(keeper.commit([created('p1')])) is None
    away.take()
    for learnt in ([], [PersonSeen('p1', 1.0, 2.0)]):
        keeper.keep(learnt)
        refusal = answer_of(keeper.commit([PersonRenamed('p1', 'Ann')]))
        assert isinstance(refusal, StoreError) and 'people.sqlite' in str(refusal)
    away.bring_back()
    until(lambda: kept()['p1'].last_seen_s == 2.0)
    assert kept()['p1'].name == ''
    assert answer_of(keeper.commit([PersonRenamed('p1', 'Ann')])) is None
    assert kept()['p1'].name == 'Ann'


def test_a_disk_that_is_gone_is_no_end(tmp_path, keep):
    folder = tmp_path / 'disk'
    folder.mkdir()
    called = threading.Event()
    keeper = keep(folder / 'people.sqlite', called.set)
    folder.rename(tmp_path / 'elsewhere')
    folder.touch()
    keeper.keep([created('p1')])
    assert isinstance(answer_of(keeper.commit([created('p2')])), Exception)
    time.sleep(0.5)  # for who watches to have looked, too
    folder.unlink()
    (tmp_path / 'elsewhere').rename(folder)
    until(lambda: not keeper.error and not keeper.pending)
    other = PeopleStore(str(folder / 'people.sqlite'))
    assert [person.person_id for person in other.people()] == ['p1']
    other.apply([created('p3')])
    assert called.wait(LONG_S)
    other.close()


def test_of_too_many_changes_the_oldest_are_given_up_and_counted(
        keep, kept, away, monkeypatch):
    monkeypatch.setattr('person_tracker.nodes.people_keeper._MOST_PENDING', 10)
    keeper = keep()
    away.take()
    keeper.keep([created('p0')])
    until(lambda: keeper.error)
    for number in range(1, 25):
        keeper.keep([created(f'p{number}')])
    until(lambda: keeper.pending == 10 and keeper.lost == 15)
    away.bring_back()
    until(lambda: not keeper.error and not keeper.pending)
    assert set(kept()) == {f'p{number}' for number in range(15, 25)}


def test_closing_writes_what_is_pending(keep, kept):
    keeper = keep()
    keeper.keep([created(f'p{number}') for number in range(500)])
    keeper.close()
    assert len(kept()) == 500


def test_closing_ends_although_the_store_is_away(keep, away):
    keeper = keep()
    away.take()
    keeper.keep([created('p1')])
    until(lambda: keeper.error)
    before = threading.active_count()
    keeper.close()
    assert keeper.pending == 1 and threading.active_count() == before - 2


def test_what_others_change_is_news_and_what_is_written_here_is_not(keep, file):
    called = threading.Event()
    keeper = keep(on_news=called.set)
    assert answer_of(keeper.commit([created('p1', 'Ann')])) is None
    other = PeopleStore(str(file))
    other.apply([created('p2', 'Bob')])
    assert called.wait(LONG_S)
    assert [person.name for news in keeper.take_news() for person in news.saved] == ['Bob']
    called.clear()
    other.apply([PersonForgotten('p1')])
    assert called.wait(LONG_S)
    assert [news.removed for news in keeper.take_news()] == [('p1',)]
    assert keeper.take_news() == []
    other.close()


def test_news_come_in_again_when_a_server_is_back(keep, postgres_server, postgres_url):
    called = threading.Event()
    keeper = keep(postgres_url, called.set)
    postgres_server.stop()
    try:
        keeper.keep([created('p1')])
        until(lambda: keeper.error)
        assert 'postgresql://' in str(answer_of(keeper.commit([PersonRenamed('p1', 'Ann')])))
    finally:
        postgres_server.start()
    until(lambda: not keeper.pending and not keeper.error)
    assert answer_of(keeper.commit([PersonRenamed('p1', 'Ann')])) is None
    other = PeopleStore(postgres_url)
    assert [(person.person_id, person.name) for person in other.people()] == [('p1', 'Ann')]
    called.clear()
    other.apply([created('p2')])
    assert called.wait(LONG_S)
    assert [person.person_id for news in keeper.take_news() for person in news.saved] == ['p2']
    other.close()


def test_a_store_in_memory_does_all_of_it_too(keep):
    keeper = keep('memory')
    keeper.keep([created('p1')])
    assert answer_of(keeper.commit([PersonRenamed('p1', 'Ann')])) is None
    assert isinstance(answer_of(keeper.commit([PersonRenamed('p9', 'Bob')])), StoreError)
