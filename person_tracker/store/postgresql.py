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

"""People in a PostgreSQL database with pgvector, which several robots share."""

import select
from threading import Event
from threading import Lock
from typing import Any

from person_tracker.store.errors import StoreError
import sqlalchemy as sa

CHANNEL = 'person_tracker_people'
_LOOK_PERIOD_S = .2  # how soon a waiting thread sees that the store was closed
_PREPARATION = 0x70656F706C65  # any number that is ours: the advisory lock of the preparation
# A robot that leaves the network is noticed in seconds, and does not hold the others up.
_CONNECT_ARGS = {
    'application_name': 'person_tracker', 'connect_timeout': 5, 'keepalives_idle': 5,
    'keepalives_interval': 2, 'keepalives_count': 3, 'tcp_user_timeout': 10_000,
    'options': '-c lock_timeout=10s -c idle_in_transaction_session_timeout=10s',
}
_SECRETS = ('password', 'sslpassword', 'passfile')


class PostgresDatabase:
    """See `Database`; one connection works, another one listens."""

    def __init__(self, url: sa.engine.URL) -> None:
        """Remember where the database is; the first transaction connects."""
        try:
            import psycopg2
        except ImportError as error:
            raise StoreError('a store in PostgreSQL needs the package psycopg2: install '
                             'person_tracker[postgresql] or python3-psycopg2') from error
        self._driver = psycopg2
        self.url_text = url.difference_update_query(_SECRETS).render_as_string()
        self.writing = sa.create_engine(
            url.set(drivername='postgresql+psycopg2'), connect_args=_CONNECT_ARGS,
            pool_pre_ping=True, hide_parameters=True, future=True)
        self.reading: sa.engine.Engine = self.writing.execution_options(
            isolation_level='REPEATABLE READ')
        self._listener: sa.engine.Connection | None = None
        self._listener_lock = Lock()

    def begin_preparation(self, connection: sa.engine.Connection) -> None:
        """Keep others from preparing, and make sure of pgvector."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_PREPARATION)))
        has_vector = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_extension WHERE extname = 'vector'").scalar_one()
        if has_vector:
            return
        try:
            connection.exec_driver_sql('CREATE EXTENSION vector')
        except sa.exc.DBAPIError as error:
            reason = str(error.orig).partition('\n')[0]
            raise StoreError(
                f'the database has no pgvector and it cannot be added from here ({reason}); '
                'install the package postgresql-VERSION-pgvector on the server and let an '
                'administrator run CREATE EXTENSION vector in this database') from error

    def check_in_place(self) -> None:
        """Raise StoreError where what is written would be lost: never with a server."""

    def is_damaged(self, error: sa.exc.SQLAlchemyError) -> bool:
        """Tell whether an error means that the data are damaged: the server's affair."""
        return False

    def erase_traces(self) -> bool:
        """Overwrite what deleted rows left behind: the server's affair."""
        return True

    def announce(self, connection: sa.engine.Connection) -> None:
        """Wake the other processes when this transaction is committed."""
        connection.execute(sa.select(sa.func.pg_notify(CHANNEL, '')))

    def listen(self) -> None:
        """Be awake for what is committed from now on."""
        with self._listener_lock:
            if self._listener is None:
                listener = self.writing.connect().execution_options(isolation_level='AUTOCOMMIT')
                listener.exec_driver_sql(f'LISTEN {CHANNEL}')
                self._listener = listener

    def wait(self, closed: Event, timeout_s: float) -> None:
        """Return when something may have been committed, the store is closed, or it is time."""
        with self._listener_lock:
            if self._listener is None:
                return
            driver: Any = self._listener.connection.driver_connection
            try:
                select.select([driver], [], [], min(timeout_s, _LOOK_PERIOD_S))
                driver.poll()
                driver.notifies.clear()
            except self._driver.Error as error:
                self._drop_listener()
                reason = str(error).partition('\n')[0]
                raise StoreError(f'{self.url_text} hung up: {reason}') from error

    def close(self) -> None:
        """Let go of the connections."""
        with self._listener_lock:
            self._drop_listener()
        self.writing.dispose()

    def _drop_listener(self) -> None:
        if self._listener is not None:
            self._listener.invalidate()  # it listens, so it must not go back to the others
            self._listener.close()
            self._listener = None
