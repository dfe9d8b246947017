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

"""The other end of `worker`: a process of its own for each tracker."""

from dataclasses import dataclass
from dataclasses import field
import json
import os
from pathlib import Path
import subprocess
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(
    ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS'), '1')


class WorkerError(RuntimeError):
    """The process ended before it answered; what it said stands on stderr."""


@dataclass(frozen=True)
class Entry:
    """
    A tracker as it takes part.

    Attributes
    ----------
    label
        Name in the tables.
    kind
        Name among `contender.CONTENDERS`.
    options
        Arguments of its own, beside the rate of the camera; none: its defaults.
    least_score
        Detections below it are not given to this tracker.
    use_looks
        It compares embeddings where there are any.
    needs_looks
        It cannot do without.
    most_people
        It is not asked to follow more.

    """

    label: str
    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    least_score: float = 0.0
    use_looks: bool = False
    needs_looks: bool = False
    most_people: int = 1000


class WorkerProcess:
    """One tracker in a process with one thread."""

    def __init__(self, python: Path, entry: Entry) -> None:
        """Start the interpreter."""
        self._entry = entry
        self._process = subprocess.Popen(
            (python, '-m', 'benchmarks.worker'), cwd=ROOT, text=True,
            env={**os.environ, **ONE_THREAD}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, task: str, **arguments: Any) -> Any:
        """
        Let it do a task.

        Raises
        ------
        WorkerError
            It failed.

        """
        request = {'task': task, 'kind': self._entry.kind, 'options': self._entry.options}
        self._process.stdin.write(json.dumps({**request, **arguments}) + '\n')
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise WorkerError(f'{self._entry.label}: the process failed at task {task!r}')
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> 'WorkerProcess':
        """Return the process itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """End the process."""
        self.close()
