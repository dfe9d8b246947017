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

"""The tables' version: old ones are brought up to date, newer ones are left alone."""

from pathlib import Path
import sqlite3

from person_tracker.core.camera_links import CameraLink
from person_tracker.core.camera_links import GAPS_S
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import PersonCreated
from person_tracker.store import schema
from person_tracker.store.opening import open_database
from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError
import pytest
import sqlalchemy as sa

# What version 1 wrote, kept for ever: a store of that time must open in every later version.
VERSION_1 = """
CREATE TABLE store_state (
    state_id INTEGER NOT NULL, schema_version INTEGER NOT NULL, revision BIGINT NOT NULL,
    PRIMARY KEY (state_id));
CREATE TABLE people (
    person_id TEXT NOT NULL, name TEXT NOT NULL, created_s FLOAT NOT NULL,
    first_seen_s FLOAT NOT NULL, last_seen_s FLOAT NOT NULL, revision BIGINT NOT NULL,
    PRIMARY KEY (person_id));
CREATE UNIQUE INDEX one_person_per_name ON people (name) WHERE name != '';
CREATE INDEX ix_people_revision ON people (revision);
CREATE TABLE prototypes (
    position INTEGER NOT NULL, prototype_id TEXT NOT NULL, person_id TEXT NOT NULL,
    kind TEXT NOT NULL, model TEXT NOT NULL, quality FLOAT NOT NULL, time_s FLOAT NOT NULL,
    is_negative BOOLEAN NOT NULL, embedding BLOB NOT NULL,
    PRIMARY KEY (position), UNIQUE (prototype_id),
    FOREIGN KEY(person_id) REFERENCES people (person_id));
CREATE INDEX ix_prototypes_person_id ON prototypes (person_id);
CREATE TABLE erased_people (
    person_id TEXT NOT NULL, revision BIGINT NOT NULL, erased_s FLOAT NOT NULL,
    PRIMARY KEY (person_id));
CREATE INDEX ix_erased_people_revision ON erased_people (revision);
INSERT INTO store_state VALUES (1, 1, 7);
INSERT INTO people VALUES ('p1', 'Ann', 1.5, 2.5, 3.5, 7);
INSERT INTO prototypes VALUES
    (1, 'look', 'p1', 'face', 'a network', 0.5, 4.5, 0, x'0000803f000000c0');
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """Return a store as version 1 wrote it."""
    path = tmp_path / 'people.sqlite'
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    connection.execute('PRAGMA journal_mode=WAL')
    connection.close()
    return path


def layout(path: Path) -> set[tuple]:
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute('SELECT name FROM sqlite_master')]
    found = {(name, *row[1:]) for name in names for pragma in ('table_info', 'index_info')
             for row in connection.execute(f'PRAGMA {pragma}("{name}")')}
    connection.close()
    return found


def add_note(connection: sa.engine.Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")


def fill_note(connection: sa.engine.Connection) -> None:
    connection.exec_driver_sql("UPDATE people SET note = 'is ' || name")


def fail(connection: sa.engine.Connection) -> None:
    connection.exec_driver_sql('UPDATE no_such_table SET x = 1')


def migrated(path: Path, *migrations: schema.Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema.prepare_schema, '__defaults__', (migrations,))
        PeopleStore(str(path)).close()


def test_a_file_of_version_1_is_read(old_file):
    store = PeopleStore(str(old_file))
    (person,) = store.people()
    (look,) = person.prototypes
    store.close()
    assert (person.name, person.created_s, person.last_seen_s) == ('Ann', 1.5, 3.5)
    assert (look.kind, look.model, look.quality, look.time_s) == ('face', 'a network', .5, 4.5)
    assert look.embedding.tolist() == [1, -2] and not look.is_negative


def test_a_file_of_version_1_can_keep_what_later_versions_know(old_file):
    link = CameraLink('hall', 'lab', (1.0,) * len(GAPS_S))
    store = PeopleStore(str(old_file))
    store.apply([LinksLearnt((link,))])
    store.close()
    store = PeopleStore(str(old_file))
    assert store.links() == [link] and [each.name for each in store.people()] == ['Ann']
    store.close()


def test_an_older_shared_store_is_brought_up_to_date(shared_url, make_person, contents):
    store = PeopleStore(shared_url)
    person = make_person('p1', 'Ann', 4)
    store.apply([PersonCreated(person)])
    store.close()
    database = open_database(shared_url)
    with database.writing.begin() as connection:  # as version 1 left it
        connection.exec_driver_sql('DROP TABLE camera_links')
        connection.exec_driver_sql('UPDATE store_state SET schema_version = 1')
    database.close()
    store = PeopleStore(shared_url)
    link = CameraLink('hall', 'lab', (1.0,) * len(GAPS_S))
    store.apply([LinksLearnt((link,)), LinksLearnt((link,))])
    assert store.links() == [link]
    assert [contents(each) for each in store.people()] == [contents(person)]
    store.close()


def test_tables_made_today_are_those_of_the_newest_version(old_file, tmp_path):
    # Who changes the tables must append a migration, or an old file stays as it was.
    PeopleStore(str(old_file)).close()
    PeopleStore(str(tmp_path / 'new.sqlite')).close()
    assert layout(old_file) == layout(tmp_path / 'new.sqlite')


def test_each_migration_runs_once_and_in_order(old_file, monkeypatch):
    for migrations in [(add_note,), (add_note, fill_note), (add_note, fill_note)]:
        migrated(old_file, *migrations, monkeypatch=monkeypatch)
    connection = sqlite3.connect(old_file)
    assert connection.execute('SELECT note FROM people').fetchall() == [('is Ann',)]
    assert connection.execute('SELECT schema_version, revision FROM store_state').fetchall() == [
        (3, 7)]
    connection.close()


def test_a_migration_that_fails_changes_nothing(old_file, monkeypatch):
    before = layout(old_file)
    with pytest.raises(StoreError, match='no_such_table'):
        migrated(old_file, add_note, fail, monkeypatch=monkeypatch)
    assert layout(old_file) == before
    PeopleStore(str(old_file)).close()


def test_a_newer_file_is_left_untouched(old_file, monkeypatch):
    migrated(old_file, *schema.MIGRATIONS, add_note, monkeypatch=monkeypatch)
    before = old_file.read_bytes()
    newer = len(schema.MIGRATIONS) + 2
    with pytest.raises(StoreError, match=f'newer person_tracker .schema version {newer}'):
        PeopleStore(str(old_file))
    assert old_file.read_bytes() == before
    assert [file.name for file in old_file.parent.iterdir()] == [old_file.name]
