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

"""Slow work on the newest item only, in a thread of its own."""

from collections.abc import Callable
import threading
from typing import Generic
from typing import TypeVar

Item = TypeVar('Item')


class NewestWorker(Generic[Item]):
    """
    Calls a function with the newest item; what it comes too late for is dropped and counted.

    A queue would make every answer later than the one before; a slot for one item cannot.
    An exception of the function ends the work and is handed to `on_error`, in the thread.
    """

    def __init__(self, work: Callable[[Item], None], name: str,
                 on_error: Callable[[Exception], None]) -> None:
        self._work = work
        self._on_error = on_error
        self._slot: list[Item] = []
        self._changed = threading.Condition()
        self._running = True
        self.taken = 0
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Hand over an item; one still waiting is dropped."""
        with self._changed:
            self.dropped += len(self._slot)
            self._slot = [item]
            self._changed.notify()

    def stop(self) -> None:
        """Finish the item in work, drop the one waiting, end the thread."""
        with self._changed:
            self._running = False
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._slot or not self._running)
                if not self._running:
                    return
                item = self._slot.pop()
                self.taken += 1
            try:
                self._work(item)
            except Exception as error:  # the one supervising place of this thread
                self._running = False
                self._on_error(error)
                return
