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

"""Where people are kept over restarts, whichever database does the work."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from threading import Event
from threading import RLock
import time

from person_tracker.core.camera_links import CameraLink
from person_tracker.core.people import Change
from person_tracker.core.people import Person
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import Prototype
from person_tracker.store.changes import ChangeWriter
from person_tracker.store.errors import CorruptStoreError
from person_tracker.store.errors import NameTakenError
from person_tracker.store.errors import StoreError
from person_tracker.store.errors import UnknownPersonError
from person_tracker.store.opening import open_database
from person_tracker.store.schema import ERASED
from person_tracker.store.schema import LINKS
from person_tracker.store.schema import PEOPLE
from person_tracker.store.schema import prepare_schema
from person_tracker.store.schema import PROTOTYPES
from person_tracker.store.schema import STATE
import sqlalchemy as sa

__all__ = ['CorruptStoreError', 'NameTakenError', 'News', 'PeopleStore', 'StoreError',
           'UnknownPersonError']

ERASED_KEPT_S = 30 * 24 * 3600.  # the ids of the erased, for robots that were switched off
_RETRY_PERIOD_S = 1.  # between attempts to reach a server again


@dataclass(frozen=True, eq=False)
class News:
    """
    What other writers changed.

    Attributes
    ----------
    saved
        People who are new or changed, as they are now.
    removed
        Ids of people who exist no more: forgotten, or merged into another.

    """

    saved: tuple[Person, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.saved or self.removed)


class PeopleStore:
    """
    People, kept. Its methods may be called from several threads at once.

    Attributes
    ----------
    url_text
        What this store is called in messages, without password.

    """

    def __init__(self, url: str = '') -> None:
        """
        Open a store; a file or the tables are made where they are missing.

        Parameters
        ----------
        url
            A file that ends in .sqlite, .sqlite3 or .db, also as `sqlite:///file`;
            `postgresql://user@host/database`; `memory`, which keeps nothing when the process
            ends; empty: `person_tracker/people.sqlite` in the user's data folder.

        Raises
        ------
        CorruptStoreError
            The file is damaged; it was put aside.
        StoreError
            It cannot be opened, or was written by a newer version.

        """
        self._database = open_database(url)
        self.url_text = self._database.url_text
        self._lock = RLock()
        self._closed = Event()
        self._has_traces = False
        # Everything up to the revision `_seen` was told to the caller or done by this store, and
        # after it this store alone made the revisions of `_own`, by person_id.
        self._own: dict[str, int] = {}
        try:
            with self._transaction(self._database.writing) as connection:
                self._database.begin_preparation(connection)
                prepare_schema(connection, self.url_text)
                self._seen = _revision(connection)
        except StoreError:
            self.close()
            raise

    def people(self) -> list[Person]:
        """Return everybody, the oldest first; what is known thereby is no news any more."""
        with self._transaction(self._database.reading) as connection:
            people = _read_people(connection)
            self._now_seen(_revision(connection))
        return people

    def person(self, person_id: str) -> Person | None:
        """Return one person, None where nobody has this id."""
        with self._transaction(self._database.reading) as connection:
            return next(iter(_read_people(connection, PEOPLE.c.person_id == person_id)), None)

    def links(self) -> list[CameraLink]:
        """Return how people go between cameras, as whoever learnt it last wrote it."""
        with self._transaction(self._database.reading) as connection:
            rows = connection.execute(sa.select(LINKS).order_by(
                LINKS.c.from_camera, LINKS.c.to_camera))
            return [CameraLink(row.from_camera, row.to_camera, tuple(row.counts))
                    for row in rows]

    def apply(self, changes: Sequence[Change]) -> None:
        """
        Make changes lasting, all or none; they survive a kill from the return of this call on.

        Changes about people whom another writer has erased meanwhile are left out. Where it is not
        known whether they were applied (StoreError), they may be applied again.

        Raises
        ------
        NameTakenError
            The name of a created or renamed person belongs to somebody else.
        UnknownPersonError
            A person to rename does not exist.
        StoreError
            The database cannot be written or reached; a later call may succeed.

        """
        if not changes:
            return
        now_s = time.time()
        with self._lock:
            with self._transaction(self._database.writing) as connection:
                writer = ChangeWriter(connection, now_s)
                for change in changes:
                    writer.write(change)
                writer.drop_old_marks(now_s - ERASED_KEPT_S)
                self._database.announce(connection)
            self._remember_own(writer)
            self._has_traces |= any(isinstance(change, PersonForgotten) for change in changes)
            self._erase_traces()

    def news(self) -> News:
        """Return what other writers changed since the last call or since `people`."""
        with self._transaction(self._database.reading) as connection:
            saved, removed = self._changed_by_others(connection)
            people = _read_people(connection, PEOPLE.c.revision > self._seen) if saved else []
            self._now_seen(_revision(connection))
        self._erase_traces()
        return News(tuple(person for person in people if person.person_id in saved),
                    tuple(removed))

    def wait_for_news(self, timeout_s: float) -> bool:
        """
        Wait until `news` has something to tell; meant for a thread of its own.

        A server that cannot be reached is tried again and again; what changed meanwhile is news
        when it is back.

        Returns
        -------
        bool
            There is news; False: it took too long or the store was closed.

        """
        end_s = time.monotonic() + timeout_s
        while not self._closed.is_set():
            left_s = end_s - time.monotonic()
            try:
                self._database.listen()
                if self._has_news():
                    return True
                if left_s <= 0:
                    return False
                self._database.wait(self._closed, left_s)
            except (StoreError, sa.exc.SQLAlchemyError):
                if left_s <= 0:
                    return False
                self._closed.wait(min(left_s, _RETRY_PERIOD_S))
        with self._lock:
            self._database.close()  # this thread may have connected again just after `close`
        return False

    def close(self) -> None:
        """Close the store and wake who waits for news; a second call does nothing."""
        with self._lock:
            if not self._closed.is_set():
                self._erase_traces()
            self._closed.set()
            self._database.close()

    @contextmanager
    def _transaction(self, engine: sa.engine.Engine) -> Iterator[sa.engine.Connection]:
        with self._lock:
            if self._closed.is_set():
                raise StoreError(f'{self.url_text} was closed')
            self._database.check_in_place()
            try:
                with engine.begin() as connection:
                    yield connection
            except sa.exc.SQLAlchemyError as error:
                reason = str(getattr(error, 'orig', None) or error).partition('\n')[0]
                if self._database.is_damaged(error):
                    raise CorruptStoreError(f'{self.url_text} is damaged ({reason}); start again '
                                            'to have it checked and put aside') from error
                raise StoreError(f'{self.url_text}: {reason}') from error

    def _changed_by_others(self, connection: sa.engine.Connection) -> list[list[str]]:
        found = []
        for table in (PEOPLE, ERASED):
            rows = connection.execute(sa.select(table.c.person_id, table.c.revision).where(
                table.c.revision > self._seen).order_by(table.c.revision))
            found.append([row.person_id for row in rows
                          if self._own.get(row.person_id) != row.revision])
        return found

    def _has_news(self) -> bool:
        with self._transaction(self._database.reading) as connection:
            return (_revision(connection) != self._seen
                    and any(self._changed_by_others(connection)))

    def _now_seen(self, revision: int) -> None:
        self._seen = revision
        self._own.clear()

    def _remember_own(self, writer: ChangeWriter) -> None:
        if writer.revision == self._seen + 1:  # nobody wrote in between
            self._now_seen(writer.revision)
            return
        for person_id, previous in writer.previous.items():
            if previous <= self._seen or self._own.get(person_id) == previous:
                self._own[person_id] = writer.revision

    def _erase_traces(self) -> None:
        with self._lock:
            if self._has_traces:
                self._has_traces = not self._database.erase_traces()


def _revision(connection: sa.engine.Connection) -> int:
    revision: int = connection.execute(sa.select(STATE.c.revision)).scalar_one()
    return revision


def _read_people(connection: sa.engine.Connection,
                 *conditions: sa.sql.ColumnElement[bool]) -> list[Person]:
    rows = connection.execute(
        sa.select(PEOPLE).where(*conditions).order_by(PEOPLE.c.created_s, PEOPLE.c.person_id))
    of_person = _read_prototypes(connection, conditions)
    return [Person(row.person_id, row.name, row.created_s, row.first_seen_s, row.last_seen_s,
                   of_person.get(row.person_id, ())) for row in rows]


def _read_prototypes(connection: sa.engine.Connection,
                     conditions: Sequence[sa.sql.ColumnElement[bool]],
                     ) -> dict[str, tuple[Prototype, ...]]:
    columns = PROTOTYPES.c
    query = sa.select(columns.person_id, columns.kind, columns.model, columns.embedding,
                      columns.quality, columns.time_s, columns.is_negative,
                      columns.prototype_id).order_by(columns.person_id, columns.position)
    if conditions:
        query = query.where(columns.person_id.in_(
            sa.select(PEOPLE.c.person_id).where(*conditions)))
    rows = connection.execute(query)
    return {person_id: tuple(Prototype(*row[1:]) for row in group)
            for person_id, group in groupby(rows, key=lambda row: row[0])}
