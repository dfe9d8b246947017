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

"""What the store needs of a database."""

from threading import Event
from typing import Protocol

import sqlalchemy as sa


class Database(Protocol):
    """
    A place for the tables.

    Attributes
    ----------
    url_text
        What it is called in messages, without password.
    writing, reading
        Engines whose transactions wait for other writers at their first statement, and whose
        transactions see one moment without holding anybody up.

    """

    url_text: str
    writing: sa.engine.Engine
    reading: sa.engine.Engine

    def begin_preparation(self, connection: sa.engine.Connection) -> None:
        """Keep others from preparing the tables until this transaction ends."""

    def check_in_place(self) -> None:
        """Raise StoreError where what is written would be lost."""

    def is_damaged(self, error: sa.exc.SQLAlchemyError) -> bool:
        """Tell whether an error means that the data are damaged."""

    def erase_traces(self) -> bool:
        """Overwrite what deleted rows left behind; False: somebody reads, try again later."""

    def announce(self, connection: sa.engine.Connection) -> None:
        """Wake the other processes when this transaction is committed."""

    def listen(self) -> None:
        """Be awake for what is committed from now on."""

    def wait(self, closed: Event, timeout_s: float) -> None:
        """Return when something may have been committed, the store is closed, or it is time."""

    def close(self) -> None:
        """Let go of everything."""
