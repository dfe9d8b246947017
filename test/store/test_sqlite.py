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

"""The file of a SQLite store: private, durable, erased where asked, kept when damaged."""

from pathlib import Path
import random
import signal
import sqlite3
import stat
import subprocess
import sys

from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import PrototypesAdded
from person_tracker.store.people_store import CorruptStoreError
from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError
import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of a store that is not there yet, in a folder that is not there yet."""
    return tmp_path / 'made' / 'people.sqlite'


def filled(path: Path, make_person, count: int = 50) -> None:
    store = PeopleStore(str(path))
    store.apply([PersonCreated(make_person(f'p{number}')) for number in range(count)])
    store.close()


def all_bytes(folder: Path) -> bytes:
    return b''.join(file.read_bytes() for file in sorted(folder.iterdir()))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read(path, make_person):
    store = PeopleStore(str(path))
    store.apply([PersonCreated(make_person('p1'))])
    files = {file.name: mode(file) for file in path.parent.iterdir()}
    assert files == {f'people.sqlite{suffix}': 0o600 for suffix in ('', '-wal', '-shm')}
    assert mode(path.parent) == 0o700
    store.close()
    path.chmod(0o644)
    PeopleStore(str(path)).close()
    assert mode(path) == 0o600


def test_a_folder_that_was_there_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o755)
    PeopleStore(str(tmp_path / 'people.sqlite')).close()
    assert mode(tmp_path) == 0o755


def test_a_forgotten_person_leaves_no_byte(path, make_person):
    store, reader = PeopleStore(str(path)), PeopleStore(str(path))
    people = [make_person(f'p{number}', f'called {number:03}', 3) for number in range(300)]
    for person in people:
        store.apply([PersonCreated(person)])
    for person in people[::7]:  # rows move between pages
        store.apply([PrototypesAdded(person.person_id, make_person('p_', '', 4).prototypes)])
    forgotten, kept = people[1::50], people[2]
    for person in forgotten:
        assert reader.person(person.person_id).name == person.name
        store.apply([PersonForgotten(person.person_id)])
        content = all_bytes(path.parent)
        assert person.name.encode() not in content
        for prototype in person.prototypes:
            assert prototype.prototype_id.encode() not in content
            assert not any(prototype.embedding.tobytes()[start:start + 16] in content
                           for start in range(0, prototype.embedding.nbytes, 64))
    assert kept.prototypes[0].embedding.tobytes()[:16] in content
    assert len(reader.people()) == len(people) - len(forgotten)
    store.close()
    reader.close()


def test_traces_are_erased_later_where_somebody_reads_meanwhile(path, make_person, monkeypatch):
    monkeypatch.setattr('person_tracker.store.sqlite.BUSY_TIMEOUT_S', 0.05)
    store = PeopleStore(str(path))
    person = make_person('p1', 'a name to find')
    store.apply([PersonCreated(person)])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute('BEGIN')
    reader.execute('SELECT count(*) FROM people').fetchall()
    store.apply([PersonForgotten('p1')])
    assert b'a name to find' in all_bytes(path.parent)  # the reader has a right to it
    assert reader.execute('SELECT name FROM people').fetchall() == [('a name to find',)]
    reader.execute('COMMIT')
    store.news()
    assert b'a name to find' not in all_bytes(path.parent)
    reader.close()
    store.close()


def test_the_mark_of_an_erased_person_goes_in_time(path, make_person, monkeypatch):
    store = PeopleStore(str(path))
    store.apply([PersonCreated(make_person('p1')), PersonCreated(make_person('p2'))])
    store.apply([PersonForgotten('p1')])
    store.apply([PersonSeen('p2', 1, 1)])
    assert marks(path) == [('p1',)]
    monkeypatch.setattr('person_tracker.store.people_store.ERASED_KEPT_S', 0)
    store.apply([PersonSeen('p2', 2, 2)])
    assert marks(path) == []
    store.close()


def marks(path: Path) -> list[tuple]:
    connection = sqlite3.connect(path)
    found = connection.execute('SELECT person_id FROM erased_people').fetchall()
    connection.close()
    return found


def test_a_writer_is_waited_for(path, make_person):
    store = PeopleStore(str(path))
    other = subprocess.Popen(
        [sys.executable, '-c', f"""if True:
            import sqlite3, time
            connection = sqlite3.connect({str(path)!r}, isolation_level=None)
            connection.execute('BEGIN IMMEDIATE')
            print('writing', flush=True)
            time.sleep(.5)
            connection.execute('COMMIT')"""], stdout=subprocess.PIPE)
    assert other.stdout.readline() == b'writing\n'
    store.apply([PersonCreated(make_person('p1'))])
    assert other.wait(60) == 0
    store.close()


ENROL = """if True:
    import sys
    from uuid import uuid4
    import numpy as np
    from person_tracker.core.people import FACE, Person, PersonCreated, Prototype
    from person_tracker.store.people_store import PeopleStore
    store = PeopleStore(sys.argv[1])
    while True:
        person_id = f'p{uuid4().hex}'
        looks = tuple(Prototype(FACE, person_id, np.full(512, look, np.float32))
                      for look in range(5))
        store.apply([PersonCreated(Person(person_id, person_id, prototypes=looks))])
        print(person_id, flush=True)
"""


def test_all_that_was_acknowledged_survives_kill_9(path):
    generator = random.Random(3)
    acknowledged: list[str] = []
    while len(acknowledged) < 100:
        child = subprocess.Popen([sys.executable, '-c', ENROL, str(path)], text=True,
                                 cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)
        acknowledged += [child.stdout.readline().strip() for _ in range(generator.randint(1, 9))]
        child.send_signal(signal.SIGKILL)  # in the middle of whatever comes next
        acknowledged += child.stdout.read().split()
        child.stdout.close()
        assert child.wait(60) == -signal.SIGKILL
        store = PeopleStore(str(path))
        people = store.people()
        store.close()
        assert set(acknowledged) <= {person.person_id for person in people}
        for person in people:  # also one that was kept but not acknowledged any more is whole
            assert person.name == person.person_id
            assert [(p.model, p.embedding.tolist()) for p in person.prototypes] == [
                (person.person_id, [look] * 512) for look in range(5)]


def garbage(content: bytes) -> bytes:
    return random.Random(1).randbytes(len(content))


@pytest.mark.parametrize('damage', [
    garbage,
    lambda content: b'',                                            # emptied
    lambda content: content[:100],                                  # within the first page
    lambda content: content[:len(content) // 2],                    # half of it
    lambda content: content[:-4096],                                # the last page is missing
    lambda content: b'\0' * 4096 + content[4096:],                  # a page never written
    lambda content: content[:8192] + garbage(content[8192:]),       # only the head is sound
], ids=['garbage', 'empty', 'head', 'half', 'last page', 'zero page', 'pages'])
def test_a_damaged_file_is_kept_aside_and_never_begun_anew(path, make_person, damage):
    filled(path, make_person)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    aside = path.with_name('people.sqlite.corrupt-1')
    with pytest.raises(CorruptStoreError, match='people.sqlite.corrupt-1'):
        PeopleStore(str(path))
    assert aside.read_bytes() == damaged
    for _ in range(2):
        with pytest.raises(CorruptStoreError, match='backup'):
            PeopleStore(str(path))
        assert not path.exists()
    aside.rename(aside.with_name('looked at'))
    store = PeopleStore(str(path))
    assert store.people() == []
    store.close()


def test_a_backup_can_take_the_place_of_a_damaged_file(path, make_person):
    filled(path, make_person)
    backup = path.read_bytes()
    for number in (1, 2):
        path.write_bytes(garbage(backup))
        with pytest.raises(CorruptStoreError, match=f'corrupt-{number}'):
            PeopleStore(str(path))
        path.write_bytes(backup)
        store = PeopleStore(str(path))
        assert len(store.people()) == 50
        store.close()


def test_commits_without_their_file_are_kept_aside(path, make_person):
    store = PeopleStore(str(path))
    store.apply([PersonCreated(make_person('p1'))])
    commits = path.with_name('people.sqlite-wal').read_bytes()
    path.unlink()
    with pytest.raises(CorruptStoreError, match='missing'):
        PeopleStore(str(path))
    assert path.with_name('people.sqlite.corrupt-1-wal').read_bytes() == commits
    with pytest.raises(StoreError, match='removed or replaced'):
        store.apply([PersonSeen('p1', 1, 1)])
    store.close()


def test_damage_that_shows_later_is_told(path, make_person):
    filled(path, make_person, 400)
    store = PeopleStore(str(path))
    with open(path, 'r+b') as file:
        file.seek(8192)
        file.write(garbage(b' ' * (path.stat().st_size - 8192)))
    with pytest.raises(CorruptStoreError, match='damaged'):
        store.people()
    store.close()


def test_a_database_of_something_else_is_left_alone(path):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE songs (title TEXT)')
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match='of something else'):
        PeopleStore(str(path))
    assert b'songs' in path.read_bytes() and len(path.read_bytes()) == len(before)
