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

"""Which database a URL names."""

import os
from pathlib import Path

from person_tracker.store.database import Database
from person_tracker.store.errors import StoreError
from person_tracker.store.postgresql import PostgresDatabase
from person_tracker.store.sqlite import SqliteDatabase
import sqlalchemy as sa

MEMORY = 'memory'
_POSTGRES = ('postgresql', 'postgres', 'postgresql+psycopg2')


def open_database(url: str) -> Database:
    """
    Open what a URL names; its forms are those of `PeopleStore`.

    Raises
    ------
    StoreError
        It names nothing, or what it names cannot be used.

    """
    if url == MEMORY:
        return SqliteDatabase(None)
    scheme, separator, rest = url.partition('://')
    if not separator:
        return SqliteDatabase(Path(url).expanduser().absolute() if url else _default_file())
    if scheme == 'sqlite' and rest.startswith('/') and len(rest) > 1:
        return SqliteDatabase(Path(rest[1:]).expanduser().absolute())
    if scheme in _POSTGRES:
        try:
            return PostgresDatabase(sa.engine.make_url(f'postgresql://{rest}'))
        except (sa.exc.ArgumentError, ValueError) as error:
            raise StoreError('a PostgreSQL store must be given as postgresql://user@host/database'
                             ) from error
    raise StoreError(f'a store must be a file, sqlite:///file, postgresql://user@host/database or '
                     f'{MEMORY!r}, got a URL that begins with {scheme}://')


def _default_file() -> Path:
    data_folder = os.environ.get('XDG_DATA_HOME')
    folder = Path(data_folder) if data_folder else Path.home() / '.local' / 'share'
    return folder / 'person_tracker' / 'people.sqlite'
