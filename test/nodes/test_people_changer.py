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

"""What is asked for is stored and holds, or neither, whatever happens in the meantime."""

from collections.abc import Iterator
from contextlib import contextmanager
import sqlite3
import time
from typing import Any

from person_tracker.core.identity import IdentityManager
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.nodes.people_changer import PeopleChanger
from person_tracker.nodes.people_keeper import PeopleKeeper
from person_tracker.store.people_store import PeopleStore
import pytest


def run(coroutine: Any) -> str:
    """Return what a coroutine returns."""
    end_s = time.monotonic() + 30.0
    try:
        while time.monotonic() < end_s:
            coroutine.send(None)
            time.sleep(0.01)
    except StopIteration as end:
        return end.value
    pytest.fail('the store has not answered')


class World:
    """A manager of people, a changer, and the file behind them."""

    def __init__(self, file: str) -> None:
        self.file = file
        store = PeopleStore(file)
        store.apply([PersonCreated(Person('p1', created_s=1.0)),
                     PersonCreated(Person('p2', created_s=2.0))])
        self.identities = IdentityManager(people=store.people())
        self.edits = self.identities.edits
        self.keeper = PeopleKeeper(store, lambda: None)
        self.reports = 0
        self.changer = PeopleChanger(self.identities, self.keeper, lambda: 5.0, self._report)

    def rename(self, person_id: str, name: str) -> Any:
        return self.changer.carry_out(lambda: self.edits.renaming(person_id, name))

    def names(self) -> dict[str, str]:
        return {person.person_id: person.name for person in self.identities.gallery}

    def stored(self) -> dict[str, str]:
        store = PeopleStore(self.file)
        names = {person.person_id: person.name for person in store.people()}
        store.close()
        return names

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Let nobody write for a while."""
        connection = sqlite3.connect(self.file, isolation_level=None)
        connection.execute('BEGIN IMMEDIATE')
        yield
        connection.execute('ROLLBACK')
        connection.close()

    def _report(self) -> None:
        self.reports += 1


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    """Return a world of two people."""
    world = World(str(tmp_path / 'people.sqlite'))
    yield world
    world.keeper.close()


def test_wish_holds_and_is_stored_when_it_is_done(world):
    assert run(world.rename('p1', 'Ann')) == ''
    assert world.names() == world.stored() == {'p1': 'Ann', 'p2': ''}
    assert world.reports == 1


def test_wish_that_cannot_be_is_refused_and_stores_nothing(world):
    assert 'printable' in run(world.rename('p1', ' '))
    assert world.names() == world.stored() == {'p1': '', 'p2': ''}
    assert world.reports == 0


def test_wish_that_the_store_refuses_does_not_hold(world):
    other = PeopleStore(world.file)
    other.apply([PersonCreated(Person('p3', 'Ann'))])
    other.close()
    said = run(world.rename('p1', 'Ann'))
    assert said.startswith('nothing was changed: this name already belongs to p3')
    assert world.names() == {'p1': '', 'p2': ''}


def test_person_whom_another_robot_forgot_just_now_is_told(world):
    other = PeopleStore(world.file)
    other.apply([PersonForgotten('p1')])
    other.close()
    said = run(world.rename('p1', 'Ann'))
    assert said == "nothing was changed: the store knows nobody with the person_id 'p1'"
    assert world.stored() == {'p2': ''}


def test_person_who_is_forgotten_here_while_the_store_writes_does_not_come_back(world):
    with world.occupied():
        waiting = world.rename('p1', 'Ann')
        waiting.send(None)
        world.edits.absorb([], ['p1'], 5.0)
    said = run(waiting)
    assert said == "nobody is known as 'p1'; list the people to see who is"
    assert world.names() == {'p2': ''}


def test_wish_is_worked_out_again_where_its_person_became_part_of_another(world):
    def wish() -> list:
        return world.edits.renaming('p1' if 'p1' in world.identities.gallery else 'p2', 'Ann')

    with world.occupied():
        waiting = world.changer.carry_out(wish)
        waiting.send(None)
        merger = world.edits.merging('p2', 'p1')
        world.edits.carry_out(merger, 5.0)
        world.keeper.keep(merger)
    assert run(waiting) == ''
    assert world.names() == world.stored() == {'p2': 'Ann'}
