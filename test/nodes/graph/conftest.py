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

"""Executables as a user starts them, on small videos of the tiny world, and what they say."""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
import os
from pathlib import Path
import signal
import subprocess
import time
from typing import Any

import pytest
import yaml

LONGEST_END_S = 3.0
RATE_HZ = 2  # slow enough for a busy machine to answer every image
COUNT = 28
EMPTY = (0, 1, 2, 3, 4, 13, *range(20, COUNT))  # nobody at first, an occluder, nobody at the end


class Child:
    """
    A process with all that it starts, in a session of its own as under a terminal.

    Attributes
    ----------
    name
        For messages of tests.

    """

    def __init__(self, name: str, command: list[str], environment: dict[str, str],
                 log: Path) -> None:
        self.name = name
        self._log = log
        with log.open('wb') as file:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT, start_new_session=True, cwd=log.parent)

    @property
    def status(self) -> int | None:
        """Exit status, None while it runs."""
        return self._process.poll()

    def said(self) -> str:
        """Return all that it has printed."""
        return self._log.read_text(encoding='utf-8', errors='replace')

    def members(self) -> list[int]:
        """Return the processes of its session that still live."""
        found = []
        for stat in Path('/proc').glob('[0-9]*/stat'):
            try:
                state, _, _, session = stat.read_text().rpartition(')')[2].split()[:4]
            except OSError:  # ended meanwhile
                continue
            if int(session) == self._process.pid and state != 'Z':
                found.append(int(stat.parent.name))
        return found

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal tells every process in the foreground."""
        os.killpg(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it and all that it started, the hard way."""
        for member in self.members():
            os.kill(member, signal.SIGKILL)
        self._process.wait()

    def wait(self, timeout_s: float = 60.0) -> int:
        """Return its exit status when it has ended."""
        return self._process.wait(timeout_s)

    def assert_clean_end(self, timeout_s: float = LONGEST_END_S) -> None:
        """Check that it ends in time, with status 0, no traceback and nothing left behind."""
        try:
            status = self.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f'{self.name} did not end within {timeout_s:g} s:\n{self.said()}')
        assert status == 0, f'{self.name} ended with {status}:\n{self.said()}'
        assert 'Traceback' not in self.said(), self.said()
        assert not self.members(), f'{self.name} left processes behind'


class Children:
    """Starts commands, each with a name, a log and a folder for people who are to be kept."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._environment = {**environment, 'PERSON_TRACKER_MODELS': str(folder / 'no_models')}
        self._folder = folder
        self._all: list[Child] = []

    def __call__(self, name: str, *command: object) -> Child:
        log = self._folder / f'{len(self._all)}_{name}.txt'
        parts = [str(part) for part in command]
        environment = {**self._environment, 'XDG_DATA_HOME': str(log.with_suffix(''))}
        self._all.append(Child(name, parts, environment, log))
        return self._all[-1]

    def said(self) -> str:
        """Return what all of them have printed."""
        return '\n'.join(f'--- {child.name}\n{child.said()}' for child in self._all)

    def kill(self) -> None:
        """End what still runs."""
        for child in self._all:
            child.kill()


@pytest.fixture(scope='module')
def start(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory,
          ) -> Children:
    """Return what starts a command by a name; what still runs after a test is killed."""
    return Children(environment, tmp_path_factory.mktemp('children'))


@pytest.fixture(autouse=True)
def end_children(start: Children) -> Iterator[None]:
    """Print the logs after each test, which pytest shows after a failure, and kill the rest."""
    yield
    print(start.said())
    start.kill()


@pytest.fixture(scope='module')
def run_node(start: Children) -> Callable[..., Child]:
    """Return a function that starts an executable of the package with ROS arguments."""
    packages = pytest.importorskip('ament_index_python.packages')
    try:
        prefix = packages.get_package_prefix('person_tracker')
    except packages.PackageNotFoundError:
        pytest.skip('the workspace is not built or not sourced: person_tracker is not found')
    folder = Path(prefix, 'lib', 'person_tracker')

    def run(name: str, *arguments: object, namespace: str = '/', **parameters: object) -> Child:
        given = [f'{key.replace("__", ".")}:={value}' for key, value in parameters.items()]
        return start(
            name, folder / name, '--ros-args', '-r', f'__ns:={namespace}',
            *(part for text in given for part in ('-p', text)), *arguments)
    return run


@pytest.fixture(scope='session')
def write_parameters(block_detector: Path, block_encoder: Path) -> Callable[..., Path]:
    """
    Return a function that writes a file with the networks of the tiny world, which has no faces.

    It takes further parameters by node.
    """
    def write(path: Path, **nodes: dict[str, Any]) -> Path:
        parameters: dict[str, dict[str, Any]] = {
            'camera': {'max_start_delay_s': 60.0, 'linger_s': 2.5},
            'composed': {'use_faces': False},
            'detector': {'model': str(block_detector)},
            'reid': {'model': str(block_encoder), 'min_quality': 0.0}}
        for node, values in nodes.items():
            parameters.setdefault(node, {}).update(values)
        content = {f'/**/{node}': {'ros__parameters': values}
                   for node, values in parameters.items()}
        path.write_text(yaml.safe_dump(content), encoding='utf-8')
        return path
    return write


@dataclass(frozen=True)
class Walk:
    """
    A video of one person who walks, is hidden for a moment, and leaves.

    Attributes
    ----------
    path, rate_hz, count
        The file, and how many images it holds at which rate.

    """

    path: Path
    rate_hz: int = RATE_HZ
    count: int = COUNT


@pytest.fixture(scope='session')
def walk(block_video: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Return the video."""
    path = tmp_path_factory.mktemp('video') / 'walk.mp4'
    return Walk(block_video(path, count=COUNT, rate=RATE_HZ, empty=EMPTY))


@pytest.fixture
def assert_refused() -> Callable[..., None]:
    """Return a function that checks for a failure that is told in one clear line."""
    def check(child: Child, *parts: str) -> None:
        status = child.wait()
        said = child.said()
        assert status not in (0, None) and status > 0, said
        assert 'Traceback' not in said, said
        told = [line for line in said.splitlines()
                if line.startswith('error: ') or '[ERROR]' in line or '[FATAL]' in line]
        assert len(told) == 1, said
        for part in parts:
            assert part in told[0], said
        assert not child.members()
    return check


@pytest.fixture
def press_ctrl_c() -> Callable[..., None]:
    """Return a function that ends children as Ctrl-C does, and checks that all end cleanly."""
    def press(*children: Child) -> None:
        began_s = time.monotonic()
        for child in children:
            child.interrupt()
        for child in children:
            child.assert_clean_end(max(0.1, began_s + LONGEST_END_S - time.monotonic()))
    return press
