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

"""
Changes of people as statements in one transaction.

Every change may be applied twice and has then the effect of once, so that a caller who does not
know whether a commit reached the server applies the same changes again.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from person_tracker.core.camera_links import CameraLink
from person_tracker.core.people import Change
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.store.errors import NameTakenError
from person_tracker.store.errors import StoreError
from person_tracker.store.errors import UnknownPersonError
from person_tracker.store.schema import ERASED
from person_tracker.store.schema import LINKS
from person_tracker.store.schema import MAX_VECTOR_LENGTH
from person_tracker.store.schema import PEOPLE
from person_tracker.store.schema import PROTOTYPES
from person_tracker.store.schema import STATE
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite

_INSERT: dict[str, Any] = {'sqlite': sqlite.insert, 'postgresql': postgresql.insert}


class ChangeWriter:
    """
    Write changes within one transaction, which gets a revision of its own.

    Attributes
    ----------
    revision
        Number of this transaction; that of an earlier commit is lower.
    previous
        For each person written, the revision before; 0: the store did not know this person.

    """

    def __init__(self, connection: sa.engine.Connection, now_s: float) -> None:
        """Wait for other writers and take the next revision."""
        self._connection = connection
        self._now_s = now_s
        connection.execute(STATE.update().values(revision=STATE.c.revision + 1))
        self.revision: int = connection.execute(sa.select(STATE.c.revision)).scalar_one()
        self.previous: dict[str, int] = {}

    def write(self, change: Change) -> None:
        """
        Write one change; one about a person that is gone is left out.

        Raises
        ------
        NameTakenError
            A created or renamed person's name belongs to somebody else.
        UnknownPersonError
            The person to rename is not known.

        """
        match change:
            case PersonCreated(person):
                self._create(person)
            case PersonRenamed(person_id, name):
                self._rename(person_id, name)
            case PersonSeen(person_id, first_seen_s, last_seen_s):
                self._see(person_id, first_seen_s, last_seen_s)
            case PrototypesAdded(person_id, prototypes):
                self._add(person_id, prototypes)
            case PrototypesRemoved(person_id, prototype_ids):
                self._remove(person_id, prototype_ids)
            case PeopleMerged(person_id, other_person_id):
                self._merge(person_id, other_person_id)
            case PersonForgotten(person_id):
                if self._row(person_id) is not None:
                    self._erase(person_id)
            case LinksLearnt(links):
                self._replace_links(links)

    def drop_old_marks(self, before_s: float) -> None:
        """Drop the ids of people who were erased before this time."""
        self._connection.execute(ERASED.delete().where(ERASED.c.erased_s < before_s))

    def _create(self, person: Person) -> None:
        row = self._row(person.person_id)
        if row is None:
            self._check_name_is_free(person.person_id, person.name)
            self._connection.execute(ERASED.delete().where(
                ERASED.c.person_id == person.person_id))
            self._connection.execute(PEOPLE.insert().values(
                person_id=person.person_id, name=person.name, created_s=person.created_s,
                first_seen_s=person.first_seen_s, last_seen_s=person.last_seen_s,
                revision=self.revision))
        else:
            if person.name and not row.name:
                self._rename(person.person_id, person.name)
            self._see(person.person_id, person.first_seen_s, person.last_seen_s)
        self._insert(person.person_id, person.prototypes)

    def _rename(self, person_id: str, name: str) -> None:
        if self._row(person_id) is None:
            raise UnknownPersonError(person_id)
        self._check_name_is_free(person_id, name)
        self._update(person_id, name=name)

    def _see(self, person_id: str, first_seen_s: float, last_seen_s: float) -> None:
        row = self._row(person_id)
        if row is not None:
            self._update(person_id, first_seen_s=_earliest(row.first_seen_s, first_seen_s),
                         last_seen_s=max(row.last_seen_s, last_seen_s))

    def _add(self, person_id: str, prototypes: Sequence[Prototype]) -> None:
        if self._row(person_id) is not None:
            self._insert(person_id, prototypes)
            self._update(person_id)

    def _remove(self, person_id: str, prototype_ids: Iterable[str]) -> None:
        rows = [{'gone': prototype_id} for prototype_id in prototype_ids]
        if rows and self._row(person_id) is not None:
            self._connection.execute(PROTOTYPES.delete().where(
                PROTOTYPES.c.person_id == person_id,
                PROTOTYPES.c.prototype_id == sa.bindparam('gone')), rows)
            self._update(person_id)

    def _merge(self, person_id: str, other_person_id: str) -> None:
        first, other = self._row(person_id), self._row(other_person_id)
        if first is None or other is None or person_id == other_person_id:
            return
        self._connection.execute(PROTOTYPES.update().where(
            PROTOTYPES.c.person_id == other_person_id).values(person_id=person_id))
        self._erase(other_person_id)  # before the first can have its name
        self._update(person_id, name=first.name or other.name,
                     created_s=_earliest(first.created_s, other.created_s),
                     first_seen_s=_earliest(first.first_seen_s, other.first_seen_s),
                     last_seen_s=max(first.last_seen_s, other.last_seen_s))

    def _erase(self, person_id: str) -> None:
        for table in (PROTOTYPES, PEOPLE):
            self._connection.execute(table.delete().where(table.c.person_id == person_id))
        self._connection.execute(ERASED.insert().values(
            person_id=person_id, revision=self.revision, erased_s=self._now_s))

    def _replace_links(self, links: Iterable[CameraLink]) -> None:
        insert = _INSERT[self._connection.dialect.name](LINKS)
        statement = insert.on_conflict_do_update(
            index_elements=[LINKS.c.from_camera, LINKS.c.to_camera],
            set_={'counts': insert.excluded.counts})
        for link in links:
            self._connection.execute(statement, {
                'from_camera': link.from_camera, 'to_camera': link.to_camera,
                'counts': list(link.counts)})

    def _row(self, person_id: str) -> sa.engine.Row | None:
        row = self._connection.execute(
            sa.select(PEOPLE).where(PEOPLE.c.person_id == person_id)).one_or_none()
        self.previous.setdefault(person_id, 0 if row is None else row.revision)
        return row

    def _update(self, person_id: str, **values: object) -> None:
        self._connection.execute(PEOPLE.update().where(
            PEOPLE.c.person_id == person_id).values(revision=self.revision, **values))

    def _check_name_is_free(self, person_id: str, name: str) -> None:
        holder = self._connection.execute(sa.select(PEOPLE.c.person_id).where(
            PEOPLE.c.name == name, PEOPLE.c.person_id != person_id)).scalar() if name else None
        if holder is not None:
            raise NameTakenError(holder)

    def _insert(self, person_id: str, prototypes: Sequence[Prototype]) -> None:
        too_long = max((p.embedding.size for p in prototypes), default=0)
        if self._connection.dialect.name == 'postgresql' and too_long > MAX_VECTOR_LENGTH:
            raise StoreError(f'an embedding must have up to {MAX_VECTOR_LENGTH} numbers to be '
                             f'kept by PostgreSQL, got {too_long}')
        rows = [{'prototype_id': p.prototype_id, 'person_id': person_id, 'kind': p.kind,
                 'model': p.model, 'quality': float(p.quality), 'time_s': float(p.time_s),
                 'is_negative': bool(p.is_negative), 'embedding': p.embedding}
                for p in prototypes]
        if rows:
            statement = _INSERT[self._connection.dialect.name](PROTOTYPES)
            self._connection.execute(statement.on_conflict_do_nothing(), rows)


def _earliest(time_s: float, other_time_s: float) -> float:
    # 0 means that the time is not known.
    return min(time_s, other_time_s) if time_s and other_time_s else time_s or other_time_s
