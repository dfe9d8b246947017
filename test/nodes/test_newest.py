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

"""Slow work gets the newest item, and says how many it missed."""

from collections.abc import Iterator
import threading

from person_tracker.nodes.newest import NewestWorker
import pytest

_TIMEOUT_S = 10.0


class SlowWork:
    """Work that lasts until it is let go."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self.errors: list[Exception] = []
        self.began = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.failed = threading.Event()
        self.worker: NewestWorker[int] = NewestWorker(self._work, 'slow', self._on_error)

    def _work(self, item: int) -> None:
        self.began.release()
        assert self.may_end.acquire(timeout=_TIMEOUT_S)
        self.items.append(item)
        if item < 0:
            raise ValueError(f'no work for {item}')

    def _on_error(self, error: Exception) -> None:
        self.errors.append(error)
        self.failed.set()

    def wait_until_begun(self) -> None:
        assert self.began.acquire(timeout=_TIMEOUT_S)


@pytest.fixture
def slow() -> Iterator[SlowWork]:
    """Return slow work that is let go at the end."""
    work = SlowWork()
    yield work
    work.may_end.release(100)
    work.worker.stop()


def test_newest_item_wins_and_the_others_are_counted(slow):
    slow.worker.put(0)
    slow.wait_until_begun()
    for item in range(1, 6):
        slow.worker.put(item)
    slow.may_end.release(2)
    slow.wait_until_begun()
    slow.worker.put(9)
    slow.may_end.release()
    slow.wait_until_begun()
    slow.worker.stop()
    assert slow.items == [0, 5, 9]
    assert (slow.worker.taken, slow.worker.dropped) == (3, 4)


def test_item_that_comes_while_none_is_in_work_is_taken_at_once(slow):
    slow.may_end.release(100)
    for item in range(20):
        slow.worker.put(item)
        slow.wait_until_begun()
    slow.worker.stop()
    assert slow.items == list(range(20)) and slow.worker.dropped == 0


def test_stop_finishes_the_item_in_work_and_leaves_the_one_waiting(slow):
    slow.worker.put(0)
    slow.wait_until_begun()
    slow.worker.put(1)
    threading.Timer(0.1, slow.may_end.release, (100,)).start()
    slow.worker.stop()
    slow.worker.stop()  # a second one does nothing
    assert slow.items == [0]


def test_nothing_is_done_after_the_stop(slow):
    slow.worker.stop()
    slow.worker.put(1)
    assert not slow.began.acquire(timeout=0.1)


def test_error_is_handed_over_and_ends_the_work(slow):
    slow.may_end.release(100)
    slow.worker.put(-1)
    assert slow.failed.wait(_TIMEOUT_S)
    slow.worker.put(1)
    slow.worker.stop()
    assert [str(error) for error in slow.errors] == ['no work for -1']
    assert slow.items == [-1]


def test_work_may_stop_its_own_worker():
    done = threading.Event()

    def work(item: int) -> None:
        worker.stop()
        done.set()

    worker = NewestWorker(work, 'suicidal', lambda error: None)
    worker.put(1)
    assert done.wait(_TIMEOUT_S)
    worker.stop()
    assert worker.taken == 1
