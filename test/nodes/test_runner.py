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

"""Executables end as they should: by their own work, by a signal, by a setting that is refused."""

from collections.abc import Callable
from collections.abc import Iterator
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys
import time
from person_tracker.core.settings import SettingError
from person_tracker.nodes.runner import Finished
from person_tracker.nodes.runner import run_all
from rclpy.node import Node


class Eye(Node):
    def __init__(self, name):
        super().__init__(name)
        self.finished = Finished()
        self.create_timer(0.01, lambda: print('ready', flush=True))

    def destroy_node(self):
        {before_destroy}
        print('destroyed', self.get_name(), flush=True)
        super().destroy_node()


def make():
    eyes = [Eye('left'), Eye('right')]
    {after_making}
    return eyes


def start(eyes):
    {start}


sys.exit(run_all(make, start))
"""


class Run:
    """A program under way."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self._said = ''

    def wait_until(self, said: str = 'ready') -> None:
        for line in self._process.stdout:
            self._said += line
            if line.strip() == said:
                return
        pytest.fail(f'ended before it said {said}:\n{self._said}')

    def is_running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self, timeout_s: float = 60.0) -> tuple[int, str, float]:
        """Return the status, everything said, and how long that took, seconds."""
        began_s = time.monotonic()
        said = self._process.communicate(timeout=timeout_s)[0]
        return self._process.returncode, self._said + said, time.monotonic() - began_s


@pytest.fixture
def start(environment) -> Iterator[Callable[..., Run]]:
    """Return a function that starts a program of two nodes with some lines of its own."""
    running = []

    def begin(*arguments: str, after_making: str = 'pass', start: str = 'pass',
              before_destroy: str = 'pass') -> Run:
        program = PROGRAM.format(
            after_making=after_making, start=start, before_destroy=before_destroy)
        running.append(subprocess.Popen(
            [sys.executable, '-c', program, *arguments], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        return Run(running[-1])
    yield begin
    for process in running:
        process.kill()
        process.communicate()


def assert_clean(said: str) -> None:
    assert 'Traceback' not in said and 'rror' not in said, said
    assert said.endswith('destroyed right\ndestroyed left\n'), said


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_is_an_ordinary_end_within_3_s(start, number):
    run = start()
    run.wait_until()
    run.send(number)
    status, said, took_s = run.end()
    assert status == 0 and took_s < 3.0
    assert_clean(said)


def test_the_same_signal_twice_at_once_is_one(start):
    # A terminal sends Ctrl-C to all processes, and a launcher passes its own on.
    run = start(before_destroy='time.sleep(0.3)')
    run.wait_until()
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
        run.send(number)
    status, said, took_s = run.end()
    assert status == 0 and took_s < 3.0
    assert_clean(said)


def test_signal_that_comes_when_all_is_over_does_no_harm(start):
    run = start(start='eyes[0].finished.end()')
    run.wait_until('destroyed left')
    while run.is_running():
        run.send(signal.SIGINT)
        time.sleep(0.001)
    status, said, _ = run.end()
    assert status == 0
    assert_clean(said)


def test_signal_while_the_nodes_are_made_ends_the_executable_too(start):
    run = start(after_making='print("ready", flush=True); time.sleep(0.5)')
    run.wait_until()
    run.send(signal.SIGINT)
    status, said, _ = run.end()
    assert status == 0
    assert_clean(said)


def test_second_signal_ends_what_does_not_end_by_itself(start):
    run = start(before_destroy='time.sleep(60)')
    run.wait_until()
    run.send(signal.SIGINT)
    time.sleep(2.5)
    run.send(signal.SIGINT)
    status, said, took_s = run.end()
    assert status == 130 and took_s < 3.0
    assert 'Traceback' not in said


@pytest.mark.parametrize('status', [0, 3])
def test_node_that_has_finished_ends_the_executable_with_its_status(start, status):
    run = start(start=f'eyes[0].finished.end({status}); eyes[0].finished.end(9)')
    ended, said, _ = run.end()
    assert ended == status
    assert_clean(said)


def test_only_the_first_node_ends_the_executable(start):
    run = start(start='eyes[1].finished.end(3)')
    run.wait_until()
    run.send(signal.SIGINT)
    assert run.end()[0] == 0


def test_refused_setting_is_one_line_and_status_1(start):
    status, said, _ = start(after_making='raise SettingError("gain must be > 0, got -1")').end()
    assert (status, said) == (1, 'error: gain must be > 0, got -1\n')


@pytest.mark.parametrize('arguments', [
    ('-p', 'no value'),
    ('-r', '__ns:=2nd'),
    ('--params-file', 'missing.yaml'),
    ('--no-such-option',),
])
def test_command_line_that_ros_refuses_is_told_without_a_traceback(start, arguments):
    status, said, _ = start('--ros-args', *arguments).end()
    assert status == 1 and 'Traceback' not in said
    errors = [line for line in said.splitlines() if line.startswith('error: ')]
    assert len(errors) == 1 and arguments[-1].rpartition('=')[2] in errors[0]


def test_mistake_in_the_program_shows_where_it_was_made(start):
    status, said, _ = start(start='1 / 0').end()
    assert status == 1 and 'ZeroDivisionError' in said
    assert said.count('destroyed') == 2
