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

"""Several robots, or a robot and the command line, use one store at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from threading import Thread

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

LONG_S = 60  # a test that waits this long has failed


@pytest.fixture
def robots(shared_url) -> Iterator[tuple[PeopleStore, PeopleStore]]:
    """Return two stores on the same people."""
    first, second = PeopleStore(shared_url), PeopleStore(shared_url)
    yield first, second
    first.close()
    second.close()


def told(store: PeopleStore) -> tuple[list, list]:
    news = store.news()
    return [person.person_id for person in news.saved], list(news.removed)


def test_each_change_reaches_the_other(robots, make_person, contents):
    here, there = robots
    ann, bob, cleo = make_person('p1', 'Ann'), make_person('p2'), make_person('p3')
    more = make_person('p9').prototypes
    for changes, expected in [
            ([PersonCreated(ann)], (['p1'], [])),
            ([PersonCreated(bob), PersonCreated(cleo)], (['p2', 'p3'], [])),
            ([PersonRenamed('p2', 'Bob')], (['p2'], [])),
            ([PersonSeen('p1', 3, 4)], (['p1'], [])),
            ([PrototypesAdded('p1', more)], (['p1'], [])),
            ([PrototypesRemoved('p1', (more[0].prototype_id,))], (['p1'], [])),
            ([PeopleMerged('p1', 'p2')], (['p1'], ['p2'])),
            ([PersonForgotten('p3')], ([], ['p3']))]:
        here.apply(changes)
        assert there.wait_for_news(LONG_S)
        assert told(there) == expected
        assert not there.wait_for_news(0)
        assert told(there) == ([], [])
    assert list(map(contents, there.people())) == list(map(contents, here.people()))
    assert told(here) == ([], [])


def test_who_waits_is_woken_by_a_commit(robots, make_person):
    here, there = robots
    assert not there.wait_for_news(0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(there.wait_for_news, LONG_S)
        here.apply([PersonCreated(make_person('p1', 'Ann'))])
        assert waiting.result()
    assert told(there) == (['p1'], [])


def test_who_waits_is_woken_by_closing(robots):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(robots[1].wait_for_news, 10 * LONG_S)
        robots[1].close()
        assert not waiting.result(LONG_S)


def test_changes_of_both_between_two_looks_are_told_once_and_only_those_of_the_other(
        robots, make_person):
    here, there = robots
    here.apply([PersonCreated(make_person('p1')), PersonCreated(make_person('p2'))])
    there.people()
    there.apply([PersonSeen('p2', 1, 1)])       # there alone
    here.apply([PersonSeen('p1', 1, 1)])        # here, then there: there must be told
    there.apply([PersonSeen('p1', 2, 2), PersonCreated(make_person('p3'))])
    there.apply([PersonSeen('p3', 2, 2), PersonSeen('p2', 2, 2)])
    assert told(there) == (['p1'], [])
    assert sorted(told(here)[0]) == ['p1', 'p2', 'p3']


def test_links_are_shared_but_no_news(robots, make_person):
    here, there = robots
    links = [CameraLink('hall', 'lab', (count,) * len(GAPS_S)) for count in (1.0, 2.0)]
    here.apply([LinksLearnt((links[0],))])
    there.apply([LinksLearnt((links[1],))])
    assert here.links() == there.links() == [links[1]]
    assert not here.wait_for_news(0) and not there.wait_for_news(0)
    here.apply([PersonCreated(make_person('p1'))])
    assert told(there) == (['p1'], [])


def test_people_are_no_news_once_they_were_read(robots, make_person):
    here, there = robots
    here.apply([PersonCreated(make_person('p1'))])
    assert [person.person_id for person in there.people()] == ['p1']
    assert told(there) == ([], [])


def test_changes_about_a_person_whom_the_other_erased_are_left_out(robots, make_person):
    here, there = robots
    here.apply([PersonCreated(make_person('p1', 'Ann')), PersonCreated(make_person('p2'))])
    there.people()
    here.apply([PersonForgotten('p1')])
    there.apply([PersonSeen('p1', 5, 5), PrototypesAdded('p1', make_person('p9').prototypes),
                 PeopleMerged('p2', 'p1'), PersonSeen('p2', 6, 6)])
    assert [(person.person_id, person.last_seen_s) for person in here.people()] == [('p2', 6)]
    with pytest.raises(UnknownPersonError):
        there.apply([PersonRenamed('p1', 'Ann')])
    assert told(there) == ([], ['p1'])


def test_both_cannot_give_the_same_name(robots, make_person):
    here, there = robots
    here.apply([PersonCreated(make_person('p1', 'Ann'))])
    with pytest.raises(NameTakenError, match='p1'):
        there.apply([PersonCreated(make_person('p2', 'Ann'))])


def test_writers_at_the_same_time_lose_nothing(robots, make_person):
    people = [[make_person(f'p{robot}_{number}') for number in range(25)] for robot in range(2)]

    def enrol(robot: int) -> None:
        for person in people[robot]:
            robots[robot].apply([PersonCreated(person)])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(enrol, range(2)))
    expected = {person.person_id for group in people for person in group}
    for robot, store in enumerate(robots):
        assert set(told(store)[0]) == {person.person_id for person in people[1 - robot]}
        assert {person.person_id for person in store.people()} == expected
        assert all(len(person.prototypes) == 2 for person in store.people())


def test_a_thread_that_waits_holds_nobody_up(robots, make_person):
    here, _ = robots
    closed = Event()
    thread = Thread(target=lambda: (here.wait_for_news(LONG_S), closed.set()))
    thread.start()
    for number in range(20):
        here.apply([PersonCreated(make_person(f'p{number}'))])
    assert len(here.people()) == 20
    assert not closed.is_set()
    here.close()
    thread.join(LONG_S)
    assert closed.is_set()


def test_a_server_that_went_away_and_came_back(postgres_server, postgres_url, make_person):
    here, there = PeopleStore(postgres_url), PeopleStore(postgres_url)
    here.apply([PersonCreated(make_person('p1', 'Ann'))])
    there.people()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(there.wait_for_news, 2 * LONG_S)
        postgres_server.stop()
        try:
            with pytest.raises(StoreError, match='postgresql://robot@'):
                here.apply([PersonCreated(make_person('p2'))])
        finally:
            postgres_server.start()
        here.apply([PersonCreated(make_person('p2')), PersonForgotten('p1')])
        assert waiting.result()
    assert told(there) == (['p2'], ['p1'])
    assert [person.person_id for person in there.people()] == ['p2']
    here.close()
    there.close()


def test_an_embedding_longer_than_pgvector_allows_is_refused(postgres_url, make_person):
    store = PeopleStore(postgres_url)
    longest, longer = (Prototype(FACE, 'm', np.ones(size, np.float32)) for size in (16000, 16001))
    store.apply([PersonCreated(make_person('p1', looks=0)), PrototypesAdded('p1', (longest,))])
    with pytest.raises(StoreError, match='16001'):
        store.apply([PrototypesAdded('p1', (longer,))])
    assert [p.prototype_id for p in store.person('p1').prototypes] == [longest.prototype_id]
    store.close()


def test_a_database_without_pgvector_says_what_to_install(postgres_url):
    sqlalchemy = pytest.importorskip('sqlalchemy')
    PeopleStore(postgres_url).close()
    engine = sqlalchemy.create_engine(postgres_url.replace('postgresql:', 'postgresql+psycopg2:'))
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP EXTENSION vector CASCADE')
        connection.exec_driver_sql('DROP ROLE IF EXISTS guest')
        connection.exec_driver_sql('CREATE ROLE guest LOGIN')
    engine.dispose()
    with pytest.raises(StoreError, match='postgresql-VERSION-pgvector'):
        PeopleStore(postgres_url.replace('robot@', 'guest@'))
