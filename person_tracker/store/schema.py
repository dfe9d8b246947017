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
Tables of the store, their version, and how an older version becomes this one.

A version is changed by appending to `MIGRATIONS`: entry k (from 0) turns version k + 1 into k + 2.
"""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from person_tracker.store.errors import StoreError
import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

Migration = Callable[[sa.engine.Connection], None]
MAX_VECTOR_LENGTH = 16_000  # of pgvector's type `vector`


class Float32Blob(UserDefinedType):
    """An embedding as its bytes: float32, little endian."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return 'BLOB'

    def bind_processor(self, _: Any) -> Any:
        """Return the way from an array to the database."""
        return lambda embedding: np.asarray(embedding, '<f4').tobytes()

    def result_processor(self, _: Any, __: Any) -> Callable[[bytes], NDArray[np.float32]]:
        """Return the way from the database to an array."""
        return lambda blob: np.frombuffer(blob, '<f4').astype(np.float32)


class PgVector(UserDefinedType):
    """
    An embedding as pgvector's `vector`, of any length up to `MAX_VECTOR_LENGTH`.

    It is written as text and read as the bytes that the server would send to a binary client
    (two int16, then float32, all big endian), which is ten times faster than reading text.
    """

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return 'vector'

    def bind_processor(self, _: Any) -> Any:
        """Return the way from an array to the database; 9 digits keep each bit of a float32."""
        return lambda embedding: '[' + ','.join(f'{value:.9g}' for value in embedding) + ']'

    def column_expression(self, column: Any) -> Any:
        """Read the column as bytes."""
        return sa.func.vector_send(column, type_=self)

    def result_processor(self, _: Any, __: Any) -> Callable[[bytes], NDArray[np.float32]]:
        """Return the way from the database to an array."""
        return lambda sent: np.frombuffer(sent, '>f4', offset=4).astype(np.float32)


TABLES = sa.MetaData()

STATE = sa.Table(
    'store_state', TABLES,
    sa.Column('state_id', sa.Integer, primary_key=True),  # the only row has 1
    sa.Column('schema_version', sa.Integer, nullable=False),
    # Counts the transactions; locking this row puts the writers in a line.
    sa.Column('revision', sa.BigInteger, nullable=False))

PEOPLE = sa.Table(
    'people', TABLES,
    sa.Column('person_id', sa.Text, primary_key=True),
    sa.Column('name', sa.Text, nullable=False),
    sa.Column('created_s', sa.Float(53), nullable=False),
    sa.Column('first_seen_s', sa.Float(53), nullable=False),
    sa.Column('last_seen_s', sa.Float(53), nullable=False),
    # That of the last transaction that changed the person or a prototype.
    sa.Column('revision', sa.BigInteger, nullable=False, index=True))
sa.Index('one_person_per_name', PEOPLE.c.name, unique=True,
         sqlite_where=PEOPLE.c.name != '', postgresql_where=PEOPLE.c.name != '')

PROTOTYPES = sa.Table(
    'prototypes', TABLES,
    sa.Column('position', sa.Integer, primary_key=True),  # in the order of being added
    sa.Column('prototype_id', sa.Text, nullable=False, unique=True),
    sa.Column('person_id', sa.Text, sa.ForeignKey(PEOPLE.c.person_id), nullable=False, index=True),
    sa.Column('kind', sa.Text, nullable=False),
    sa.Column('model', sa.Text, nullable=False),
    sa.Column('quality', sa.Float(53), nullable=False),
    sa.Column('time_s', sa.Float(53), nullable=False),
    sa.Column('is_negative', sa.Boolean, nullable=False),
    sa.Column('embedding', Float32Blob().with_variant(PgVector(), 'postgresql'), nullable=False))

LINKS = sa.Table(
    'camera_links', TABLES,
    sa.Column('from_camera', sa.Text, primary_key=True),
    sa.Column('to_camera', sa.Text, primary_key=True),
    sa.Column('counts', sa.JSON, nullable=False))

ERASED = sa.Table(
    'erased_people', TABLES,
    sa.Column('person_id', sa.Text, primary_key=True),
    sa.Column('revision', sa.BigInteger, nullable=False, index=True),
    sa.Column('erased_s', sa.Float(53), nullable=False))


def _add_camera_links(connection: sa.engine.Connection) -> None:
    connection.exec_driver_sql(
        'CREATE TABLE camera_links (from_camera TEXT NOT NULL, to_camera TEXT NOT NULL, '
        'counts JSON NOT NULL, PRIMARY KEY (from_camera, to_camera))')


# In words of their own, for the tables above go on changing.
MIGRATIONS: tuple[Migration, ...] = (_add_camera_links,)


def prepare_schema(connection: sa.engine.Connection, url_text: str,
                   migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """
    Make the tables of a new store, or bring those of an older version up to date.

    Parameters
    ----------
    connection
        In a transaction that nobody else's preparation can enter.
    url_text
        What the store is called in messages.
    migrations
        As `MIGRATIONS`.

    Raises
    ------
    StoreError
        The tables are of a newer version or of something else; nothing was changed.

    """
    newest = len(migrations) + 1
    present = sa.inspect(connection).get_table_names()
    if not present:
        TABLES.create_all(connection)
        connection.execute(STATE.insert().values(state_id=1, schema_version=newest, revision=0))
        return
    if STATE.name not in present:
        raise StoreError(f'{url_text} holds the tables of something else; people need a file or '
                         'a database of their own')
    version = connection.execute(sa.select(STATE.c.schema_version)).scalar_one()
    if version > newest:
        raise StoreError(f'{url_text} was written by a newer person_tracker (schema version '
                         f'{version}, this one knows up to {newest}); nothing was changed, '
                         'update person_tracker to use it')
    for migrate in migrations[version - 1:]:
        migrate(connection)
    if version < newest:
        connection.execute(STATE.update().values(schema_version=newest))
