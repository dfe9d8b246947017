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

"""Each caller gets its own answer, and what waits for a busy network is computed together."""

from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
import threading
import time

import numpy as np
from person_tracker.models.batching import JoinedRuns
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.errors import ModelError
import pytest

_TIMEOUT_S = 30.0
MOST_ROWS = 16


class Network:
    """
    Answers each row with its double, and with its sum; the first calls stay until let go.

    Attributes
    ----------
    sizes
        Rows of every call, in the order in which they began.

    """

    def __init__(self, held: int = 1) -> None:
        self.sizes: list[int] = []
        self.gates = [threading.Event() for _ in range(held)]
        self._lock = threading.Lock()

    def __call__(self, rows: Rows) -> Outputs:
        with self._lock:
            number = len(self.sizes)
            self.sizes.append(len(rows))
        if number < len(self.gates):
            assert self.gates[number].wait(_TIMEOUT_S)
        if (rows < 0.0).any():
            raise ModelError('negative')
        return [rows * 2.0, rows.sum(axis=1)]


class Callers:
    """Threads that ask one after another, each only when the one before waits."""

    def __init__(self, network: Network, lanes: int = 1) -> None:
        self.network = network
        self.runs = JoinedRuns(network, MOST_ROWS, lanes)
        self._pool = ThreadPoolExecutor(64)

    def ask(self, *rows: Rows) -> list['Future[Outputs]']:
        asked = []
        for each in rows:
            before = self._known()
            asked.append(self._pool.submit(self.runs, each))
            end_s = time.monotonic() + _TIMEOUT_S
            while self._known() == before:
                assert time.monotonic() < end_s
                time.sleep(0.001)
        return asked

    def close(self) -> None:
        for gate in self.network.gates:
            gate.set()
        self._pool.shutdown()

    def _known(self) -> int:
        """Return how many calls began, or wait to be joined."""
        return len(self.network.sizes) + len(self.runs._waiting)


@pytest.fixture
def callers() -> Iterator[Callers]:
    """Let threads ask for a network whose first call is held."""
    made = Callers(Network())
    yield made
    made.close()


def rows_of(value: float, count: int = 1, width: int = 3) -> Rows:
    return np.full((count, width), value, np.float32)


def assert_answers(asked: 'Future[Outputs]', rows: Rows) -> None:
    doubles, sums = asked.result(_TIMEOUT_S)
    np.testing.assert_array_equal(doubles, rows * 2.0)
    np.testing.assert_array_equal(sums, rows.sum(axis=1))


def test_one_caller_is_answered_at_once_and_alone() -> None:
    network = Network(held=0)
    runs = JoinedRuns(network, MOST_ROWS)
    for count in (1, 3, 0):
        doubles, _ = runs(rows_of(1.0, count))
        assert doubles.tolist() == [[2.0] * 3] * count
    assert network.sizes == [1, 3, 0]


def test_what_came_while_the_network_was_busy_is_one_batch(callers: Callers) -> None:
    given = [rows_of(1.0), rows_of(2.0), rows_of(3.0, 4), rows_of(4.0)]
    asked = callers.ask(*given)
    callers.network.gates[0].set()
    for future, rows in zip(asked, given):
        assert_answers(future, rows)
    assert callers.network.sizes == [1, 6]


@pytest.mark.parametrize(('counts', 'sizes'), [
    ([1] * MOST_ROWS, [MOST_ROWS]),                       # just as many
    ([1] * (MOST_ROWS + 2), [MOST_ROWS, 2]),              # the rest is the next batch
    ([MOST_ROWS + 5, 1], [MOST_ROWS + 5, 1]),             # one caller's own are never cut
    ([2, MOST_ROWS - 1, 3], [5, MOST_ROWS - 1]),          # one that does not fit is passed over
])
def test_batch_is_bounded_and_the_longest_waiting_comes_first(
        callers: Callers, counts: list[int], sizes: list[int]) -> None:
    given = [rows_of(number, count) for number, count in enumerate(counts)]
    first, = callers.ask(rows_of(9.0))
    asked = callers.ask(*given)
    callers.network.gates[0].set()
    for future, rows in zip([first, *asked], [rows_of(9.0), *given]):
        assert_answers(future, rows)
    assert callers.network.sizes == [1, *sizes]


def test_rows_of_another_shape_are_another_batch(callers: Callers) -> None:
    given = [rows_of(0.0), rows_of(1.0), rows_of(2.0, width=5), rows_of(3.0)]
    asked = callers.ask(*given)
    callers.network.gates[0].set()
    for future, rows in zip(asked, given):
        assert_answers(future, rows)
    assert callers.network.sizes == [1, 2, 1]


def test_error_of_one_caller_is_not_that_of_the_others(callers: Callers) -> None:
    given = [rows_of(0.0), rows_of(1.0), rows_of(-1.0), rows_of(3.0)]
    asked = callers.ask(*given)
    callers.network.gates[0].set()
    with pytest.raises(ModelError, match='negative'):
        asked.pop(2).result(_TIMEOUT_S)
    for future, value in zip(asked, (0.0, 1.0, 3.0)):
        assert_answers(future, rows_of(value))
    assert_answers(callers.ask(rows_of(5.0))[0], rows_of(5.0))  # and the network is free again


@pytest.mark.parametrize('error', [ModelError('refused'), MemoryError(), RuntimeError('odd')])
def test_every_error_reaches_its_caller_and_frees_the_network(error: Exception) -> None:
    def run(rows: Rows) -> Outputs:
        if rows[0, 0] < 0.0:
            raise error
        return [rows]

    runs = JoinedRuns(run, MOST_ROWS)
    for _ in range(2):
        with pytest.raises(type(error)):
            runs(rows_of(-1.0))
    assert len(runs(rows_of(1.0))[0]) == 1


def test_whatever_goes_wrong_with_the_batch_each_is_tried_alone() -> None:
    network = Network()

    def run(rows: Rows) -> Outputs:
        outputs = network(rows)
        if len(rows) > 1:
            raise MemoryError
        return outputs

    callers = Callers(network)
    callers.runs = JoinedRuns(run, MOST_ROWS)
    asked = callers.ask(rows_of(0.0), rows_of(1.0), rows_of(2.0))
    callers.close()
    for future, value in zip(asked, (0.0, 1.0, 2.0)):
        assert_answers(future, rows_of(value))
    assert network.sizes == [1, 2, 1, 1]


def test_network_with_fewer_answers_than_rows_is_asked_for_each_alone() -> None:
    network = Network()

    def one_answer(rows: Rows) -> Outputs:
        return [network(rows)[0][:1]]

    callers = Callers(network)
    callers.runs = JoinedRuns(one_answer, MOST_ROWS)
    asked = callers.ask(rows_of(0.0), rows_of(1.0), rows_of(2.0))
    callers.close()
    assert [future.result()[0].tolist() for future in asked] == [
        [[0.0] * 3], [[2.0] * 3], [[4.0] * 3]]
    assert network.sizes == [1, 2, 1, 1]


def test_with_two_lanes_two_calls_go_on_at_once_and_a_third_waits() -> None:
    callers = Callers(Network(held=2), lanes=2)
    given = [rows_of(float(value)) for value in range(4)]
    asked = callers.ask(*given)
    assert callers.network.sizes == [1, 1]
    callers.network.gates[1].set()
    for future, rows in zip(asked[1:], given[1:]):
        assert_answers(future, rows)
    assert not asked[0].done() and callers.network.sizes == [1, 1, 2]
    callers.close()
    assert_answers(asked[0], given[0])


@pytest.mark.parametrize('lanes', [1, 3])
def test_many_threads_all_get_their_own(lanes: int) -> None:
    network = Network(held=0)
    runs = JoinedRuns(network, MOST_ROWS, lanes)

    def ask(number: int) -> bool:
        rows = rows_of(number, 1 + number % 5, 3 + number % 2)
        return bool((runs(rows)[0] == rows * 2.0).all())

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(2000)))
    assert sum(network.sizes) == sum(1 + number % 5 for number in range(2000))
