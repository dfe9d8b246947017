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

"""A managed node opens, starts, stops and closes its parts once each, in that order."""

from typing import ClassVar

from person_tracker.core.settings import SettingError
from person_tracker.nodes.managed_node import ManagedNode
import pytest
from rclpy.lifecycle import TransitionCallbackReturn

SUCCESS = TransitionCallbackReturn.SUCCESS
FAILURE = TransitionCallbackReturn.FAILURE
ERROR = TransitionCallbackReturn.ERROR


class OpenError(RuntimeError):
    """The part is not there."""


class Diary(ManagedNode):
    """Writes its steps down."""

    expected_errors: ClassVar = (*ManagedNode.expected_errors, OpenError)

    def __init__(self, **options: object) -> None:
        super().__init__('diary', **options)
        self.steps: list[str] = []
        self.failing: Exception | None = None

    def open_parts(self) -> None:
        self.steps.append('open')
        if self.failing is not None:
            raise self.failing

    def start_parts(self) -> None:
        self.steps.append('start')

    def stop_parts(self) -> None:
        self.steps.append('stop')

    def close_parts(self) -> None:
        self.steps.append('close')


@pytest.fixture
def diary(ros) -> Diary:
    """Return a node that writes its steps down."""
    return ros.make(Diary)


def test_transitions_open_start_stop_and_close_and_again(diary):
    for transition in ('configure', 'activate', 'deactivate', 'activate', 'deactivate', 'cleanup',
                       'configure', 'activate'):
        assert getattr(diary, f'trigger_{transition}')() == SUCCESS
    assert diary.steps == ['open', 'start', 'stop', 'start', 'stop', 'close', 'open', 'start']


@pytest.mark.parametrize('error', [OpenError('no such part'), SettingError('x must be > 0')])
def test_expected_failure_leaves_the_node_unconfigured_and_ready_for_another_try(diary, error):
    diary.failing = error
    assert diary.trigger_configure() == FAILURE
    diary.failing = None
    assert diary.trigger_configure() == SUCCESS
    assert diary.trigger_activate() == SUCCESS
    assert diary.steps == ['open', 'open', 'start']


def test_unexpected_failure_does_not_break_the_node(diary):
    diary.failing = ZeroDivisionError('a mistake')
    assert diary.trigger_configure() != SUCCESS
    diary.failing = None
    assert diary.trigger_configure() == SUCCESS


@pytest.mark.parametrize('transitions, steps', [
    ((), []),
    (('configure',), ['close']),
    (('configure', 'activate'), ['stop', 'close']),
    (('configure', 'activate', 'deactivate'), ['close']),
    (('configure', 'cleanup'), []),
])
@pytest.mark.parametrize('end', ['shutdown', 'destroy'])
def test_end_undoes_what_is_still_open(ros, diary, transitions, steps, end):
    for transition in transitions:
        getattr(diary, f'trigger_{transition}')()
    diary.steps.clear()
    if end == 'shutdown':
        assert diary.trigger_shutdown() == SUCCESS
    else:
        ros.destroy(diary)
    assert diary.steps == steps


def test_transition_out_of_turn_is_refused_and_does_nothing(diary):
    with pytest.raises(Exception, match='[Tt]ransition'):
        diary.trigger_activate()
    assert diary.steps == []


def test_failure_of_a_thread_ends_the_executable_with_a_status(diary):
    diary.fail(OpenError('unplugged'))
    assert diary.finished.future.result() == 1
    diary.finished.end(0)  # the first end counts
    assert diary.finished.future.result() == 1
