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

"""One network for several threads: what waits while it is busy is computed together."""

from collections.abc import Callable
from dataclasses import dataclass
import math
import threading

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.errors import ModelError

Rows = NDArray[np.float32]
Outputs = list[NDArray[np.generic]]

# Rows that several threads' are joined to. A CPU takes as long for each of more, and every row
# needs memory; other devices have cores to fill.
MOST_ROWS, MOST_ROWS_ON_CPU = 16, 4


def check_rows_stay_apart(run: Callable[[Rows], Outputs], row_shape: tuple[int, ...]) -> None:
    """
    Refuse a network that sees something else in a row because of another beside it.

    Parameters
    ----------
    run
        Takes rows, shape (N, ...), and returns all outputs.
    row_shape
        Shape of one row.

    Raises
    ------
    ModelError
        Two rows together do not give what each gives alone.

    """
    ramp = np.linspace(0.0, 255.0, math.prod(row_shape), dtype=np.float32)
    rows = np.stack((ramp, ramp[::-1])).reshape(2, *row_shape)
    together = run(rows)
    for number in range(len(rows)):
        alone = run(rows[number:number + 1])
        for both, one in zip(together, alone):
            fits = both.shape == (len(rows), *one.shape[1:])
            if not fits or not np.allclose(both[number], one[0], 1e-3, 1e-3, equal_nan=True):
                raise ModelError('the network mixes up the images of a batch')


class JoinedRuns:
    """
    Calls a network for several threads, each of which gets the answer to its own rows.

    Nobody waits for others to come, and there is no thread besides the callers': the one that has
    waited longest calls the network, with the rows of those that came while it was busy.
    """

    def __init__(self, run: Callable[[Rows], Outputs], most_rows: int, lanes: int = 1) -> None:
        """
        Take a network.

        Parameters
        ----------
        run
            Takes rows, shape (N, ...), and returns outputs of one row for each of them; more than
            one lane call it from several threads at once.
        most_rows
            How many rows of several callers are joined; one caller's own are never cut.
        lanes
            How many calls go on at once; more than the cores have room for cost time.

        """
        self._run = run
        self._most_rows = most_rows
        self._free = lanes
        self._waiting: list[_Request] = []
        self._changed = threading.Condition()

    def __call__(self, rows: Rows) -> Outputs:
        """
        Return the network's outputs for these rows, or raise what it raises for them alone.

        Rows that the network refuses together are tried again, those of each caller alone.
        """
        request = _Request(rows)
        with self._changed:
            self._waiting.append(request)
            self._changed.wait_for(lambda: request.is_answered or (
                self._free > 0 and self._waiting[:1] == [request]))
            joined = [] if request.is_answered else self._take()
        if joined:
            self._answer(joined)
        if request.error is not None:
            raise request.error
        return request.outputs or []

    def _take(self) -> list['_Request']:
        """Occupy the network for the request that waited longest and those that fit it."""
        first = self._waiting[0]
        joined, count = [first], len(first.rows)
        for other in self._waiting[1:]:
            fits = other.rows.shape[1:] == first.rows.shape[1:]
            if fits and count + len(other.rows) <= self._most_rows:
                joined.append(other)
                count += len(other.rows)
        self._waiting = [each for each in self._waiting if each not in joined]
        self._free -= 1
        self._changed.notify_all()  # another is the first now, and may find a lane free
        return joined

    def _answer(self, joined: list['_Request']) -> None:
        try:
            if len(joined) == 1 or not self._answer_together(joined):
                for request in joined:
                    request.answer_alone(self._run)
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _answer_together(self, joined: list['_Request']) -> bool:
        """Give each request its rows of the outputs; tell whether that was possible."""
        lengths = [len(request.rows) for request in joined]
        try:
            outputs = self._run(np.concatenate([request.rows for request in joined]))
        except Exception:  # what stays wrong is raised again by the rows that cause it
            return False
        if any(output.shape[:1] != (sum(lengths),) for output in outputs):
            return False  # not one row for each row
        parts = [np.split(output, np.cumsum(lengths)[:-1]) for output in outputs]
        for request, own in zip(joined, zip(*parts)):
            request.outputs = list(own)
        return True


@dataclass(eq=False)
class _Request:
    rows: Rows
    outputs: Outputs | None = None
    error: Exception | None = None

    @property
    def is_answered(self) -> bool:
        return self.outputs is not None or self.error is not None

    def answer_alone(self, run: Callable[[Rows], Outputs]) -> None:
        try:
            self.outputs = run(self.rows)
        except Exception as error:  # raised again where the request came from
            self.error = error
