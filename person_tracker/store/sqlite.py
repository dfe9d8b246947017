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

"""People in one SQLite file, which several processes may use, or in this process's memory."""

from pathlib import Path
import sqlite3
from threading import Event

from person_tracker.store.errors import StoreError
from person_tracker.store.store_file import is_damage
from person_tracker.store.store_file import prepare_file
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

POLL_PERIOD_S = .2  # how often commits of other processes are looked for
BUSY_TIMEOUT_S = 10.  # how long another writer is waited for
# FULL: a commit is on the disk before it is acknowledged. secure_delete: what is deleted is
# overwritten with zeros. temp_store: no copy of the data in a temporary file.
_PRAGMAS = ('journal_mode=WAL', 'synchronous=FULL', 'foreign_keys=ON', 'secure_delete=ON',
            'temp_store=MEMORY')


class SqliteDatabase:
    """See `Database`; `None` as path keeps everything in memory only."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, which is made where it is missing."""
        if path is not None:
            prepare_file(path)
        self._path = path
        self._file_id = None if path is None else (path.stat().st_dev, path.stat().st_ino)
        self.url_text = 'memory' if path is None else f'sqlite:///{path}'
        self.writing = sa.create_engine('sqlite://', creator=self._connect, poolclass=StaticPool,
                                        hide_parameters=True, future=True)
        self.reading: sa.engine.Engine = self.writing.execution_options(only_reads=True)
        sa.event.listen(self.writing, 'begin', _begin)

    def begin_preparation(self, connection: sa.engine.Connection) -> None:
        """Keep others from preparing; the transaction does already."""

    def check_in_place(self) -> None:
        """Raise StoreError where what is written would be lost."""
        if self._path is None:
            return
        try:
            now = self._path.stat()
            is_same = (now.st_dev, now.st_ino) == self._file_id
        except OSError:  # gone, or its folder is
            is_same = False
        if not is_same:
            raise StoreError(f'{self._path} was removed or replaced while it was in use; start '
                             'again to use what is there now')

    def is_damaged(self, error: sa.exc.SQLAlchemyError) -> bool:
        """Tell whether an error means that the data are damaged."""
        return is_damage(getattr(error, 'orig', None))

    def erase_traces(self) -> bool:
        """Overwrite what deleted rows left behind; False: somebody reads, try again later."""
        if self._path is None:
            return True
        connection = self.writing.raw_connection()
        try:
            # secure_delete has overwritten them in the newest pages, the log holds older ones.
            cursor = connection.cursor().execute('PRAGMA wal_checkpoint(TRUNCATE)')
            return bool(cursor.fetchone()[0] == 0)
        except sqlite3.Error:  # somebody else holds it, or the disk is full
            return False
        finally:
            connection.close()

    def announce(self, connection: sa.engine.Connection) -> None:
        """Wake nobody: the others look by themselves."""

    def listen(self) -> None:
        """Do nothing: `wait` looks."""

    def wait(self, closed: Event, timeout_s: float) -> None:
        """Return when it is time to look for commits again."""
        closed.wait(min(timeout_s, POLL_PERIOD_S))

    def close(self) -> None:
        """Let go of the file."""
        self.writing.dispose()

    def _connect(self) -> sqlite3.Connection:
        # The store's lock keeps threads apart; transactions are begun by `_begin`.
        connection = sqlite3.connect(self._path or ':memory:', timeout=BUSY_TIMEOUT_S,
                                     check_same_thread=False, isolation_level=None)
        for pragma in _PRAGMAS:
            connection.execute(f'PRAGMA {pragma}').fetchall()
        return connection


def _begin(connection: sa.engine.Connection) -> None:
    only_reads = connection.get_execution_options().get('only_reads', False)
    connection.exec_driver_sql('BEGIN' if only_reads else 'BEGIN IMMEDIATE')
