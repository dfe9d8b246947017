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

"""The people's store behind the identity node: written and watched by threads of its own."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
import threading

from person_tracker.core.people import Change
from person_tracker.store.people_store import News
from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError
from rclpy.task import Future

_RETRY_S = 1.0
_WATCH_S = 1.0
_AWAY = StoreError, OSError  # as of a file on a disk that is gone
_MOST_PENDING = 20000  # changes kept while the store cannot be reached; older ones are given up


@dataclass
class _Request:
    """Changes that somebody waits for; the answer is the error, None where all is well."""

    changes: Sequence[Change]
    answer: Future = field(default_factory=Future)


class PeopleKeeper:
    """
    Writes changes in the order in which they happened, and gathers what others changed.

    What the node learns by itself is written when it can be: a store that cannot be reached is
    tried again. What somebody asked for is written at once or refused.

    Attributes
    ----------
    error
        Why the last attempt to write failed; empty where it did not.
    lost
        Changes given up because the store could not be reached for too long.

    """

    def __init__(self, store: PeopleStore, on_news: Callable[[], None]) -> None:
        """Start the threads; `on_news` is called in one of them."""
        self.error = ''
        self.lost = 0
        self._store = store
        self._on_news = on_news
        self._pending: list[Change] = []
        self._requests: list[_Request] = []
        self._news: list[News] = []
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=work, name=work.__name__.strip('_'), daemon=True)
                         for work in (self._write, self._watch)]
        for thread in self._threads:
            thread.start()

    @property
    def pending(self) -> int:
        """Return how many changes are not written yet."""
        return len(self._pending)

    def keep(self, changes: Sequence[Change]) -> None:
        """Write changes soon."""
        if not changes:
            return
        with self._changed:
            self._pending.extend(changes)
            surplus = max(0, len(self._pending) - _MOST_PENDING)
            self.lost += surplus
            del self._pending[:surplus]
            self._changed.notify()

    def commit(self, changes: Sequence[Change]) -> Future:
        """Write changes now; the future's result is None when they are safe, else the error."""
        request = _Request(changes)
        with self._changed:
            self._requests.append(request)
            self._changed.notify()
        return request.answer

    def take_news(self) -> list[News]:
        """Return what others changed since the last call."""
        with self._changed:
            news, self._news = self._news, []
        return news

    def close(self) -> None:
        """Write what is pending, once, and close the store."""
        with self._changed:
            self._ended.set()
            self._changed.notify()
        self._threads[0].join()
        self._store.close()
        self._threads[1].join()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._requests or self._ended.is_set()
                    or (self._pending and not self.error), _RETRY_S if self.error else None)
                pending, self._pending = self._pending, []
                requests, self._requests = self._requests, []
                is_last = self._ended.is_set()
            self._write_all(pending, requests)
            if is_last:
                return

    def _write_all(self, pending: list[Change], requests: Sequence[_Request]) -> None:
        try:
            self._store.apply(pending)
            self.error = ''
        except _AWAY as error:
            self.error = str(error)
            with self._changed:
                self._pending = pending + self._pending
        for request in requests:
            # What was asked for may be about people whose creation is still pending.
            request.answer.set_result(StoreError(self.error) if self.error
                                      else self._applied(request.changes))

    def _applied(self, changes: Sequence[Change]) -> Exception | None:
        try:
            self._store.apply(changes)
        except _AWAY as error:
            return error
        return None

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                if not self._store.wait_for_news(_WATCH_S):
                    continue
                news = self._store.news()
            except _AWAY:  # what changed is news when it is back
                self._ended.wait(_RETRY_S)
                continue
            with self._changed:
                self._news.append(news)
            self._on_news()
