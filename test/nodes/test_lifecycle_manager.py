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

"""Node `lifecycle_manager`: nodes come up in their order, and again when they come back."""

from collections.abc import Callable

from lifecycle_msgs.msg import State
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from lifecycle_msgs.srv import GetState
from person_tracker.core.settings import SettingError
from person_tracker.nodes.lifecycle_manager import LifecycleManager
from person_tracker.nodes.lifecycle_manager import LifecycleManagerConfig
import pytest
import rclpy

UNCONFIGURED, INACTIVE, ACTIVE = (
    State.PRIMARY_STATE_UNCONFIGURED, State.PRIMARY_STATE_INACTIVE, State.PRIMARY_STATE_ACTIVE)
UP = ['one configured', 'one activated', 'two configured', 'two activated']


class Part:
    """Two services of a lifecycle node; rclpy's own leaves them behind when it is destroyed."""

    def __init__(self, name: str, diary: list[str], state: int, failures: int) -> None:
        self.node = rclpy.create_node(name, namespace='/camera')
        self.state = state
        self._diary = diary
        self._failures = failures
        self.node.create_service(GetState, f'{name}/get_state', self._on_get)
        self.node.create_service(ChangeState, f'{name}/change_state', self._on_change)

    def _on_get(self, request: GetState.Request, answer: GetState.Response) -> GetState.Response:
        answer.current_state.id = self.state
        return answer

    def _on_change(self, request: ChangeState.Request,
                   answer: ChangeState.Response) -> ChangeState.Response:
        wanted = request.transition.id
        assert (self.state, wanted) in (
            (UNCONFIGURED, Transition.TRANSITION_CONFIGURE),
            (INACTIVE, Transition.TRANSITION_ACTIVATE))
        self._failures -= 1
        if self._failures < 0:
            answer.success = True
            self.state = INACTIVE if self.state == UNCONFIGURED else ACTIVE
            done = 'configured' if self.state == INACTIVE else 'activated'
            self._diary.append(f'{self.node.get_name()} {done}')
        return answer


@pytest.fixture
def diary() -> list[str]:
    """Return what the parts note."""
    return []


@pytest.fixture
def add(ros, diary) -> Callable[..., Part]:
    """Return a function that adds a part."""
    def make(name: str, *, state: int = UNCONFIGURED, failures: int = 0) -> Part:
        part = Part(name, diary, state, failures)
        ros.add(part.node)
        return part
    return make


@pytest.fixture
def manager(ros) -> LifecycleManager:
    """Return a manager of two parts."""
    return ros.make(LifecycleManager, {'nodes': ['one', 'two'], 'period_s': 0.02})


@pytest.fixture
def parts(ros, add, diary, manager) -> dict[str, Part]:
    """Return two parts that are up."""
    both = {name: add(name) for name in ('one', 'two')}
    ros.until(lambda: len(diary) == 4)
    ros.spin(0.1)  # for the manager to have noticed
    diary.clear()
    return both


def test_nodes_come_up_one_after_the_other_in_the_order_of_the_list(ros, add, diary, manager):
    add('two')
    ros.spin(0.5)
    assert diary == []  # `two` waits for `one`
    add('one')
    ros.until(lambda: len(diary) == 4)
    ros.spin(0.2)
    assert diary == UP and not manager.finished.future.done()


@pytest.mark.parametrize('name', ['one', 'two'])
def test_node_that_comes_back_is_brought_up_again(ros, add, diary, parts, name):
    ros.destroy(parts[name].node)
    ros.spin(0.3)
    add(name)
    ros.until(lambda: len(diary) == 2)
    assert diary == [f'{name} configured', f'{name} activated']


def test_node_that_is_there_again_at_once_is_brought_up_again(ros, add, diary, parts):
    parts['two'].state = UNCONFIGURED
    ros.until(lambda: len(diary) == 2)
    assert diary == UP[2:]


def test_node_that_was_configured_already_is_only_activated(ros, add, diary, manager):
    add('one', state=INACTIVE)
    add('two', state=ACTIVE)
    ros.until(lambda: diary)
    ros.spin(0.2)
    assert diary == ['one activated']


def test_node_that_refuses_at_the_start_ends_the_manager_with_status_1(ros, add, diary, manager):
    add('one')
    add('two', failures=1)
    ros.until(manager.finished.future.done)
    assert manager.finished.future.result() == 1
    assert diary == UP[:2]


def test_node_that_refuses_later_is_asked_again(ros, add, diary, manager, parts):
    ros.destroy(parts['two'].node)
    ros.spin(0.3)
    add('two', failures=2)
    ros.until(lambda: len(diary) == 2)
    assert diary == UP[2:] and not manager.finished.future.done()


@pytest.mark.parametrize('is_up', [False, True])
def test_node_that_dies_without_an_answer_does_not_block_the_others(
        ros, add, diary, manager, request, is_up):
    if is_up:
        ros.destroy(request.getfixturevalue('parts')['one'].node)
        ros.spin(0.3)
    dying = Part('one', diary, UNCONFIGURED, 0)  # never spun, so it is asked and never answers
    ros.until(lambda: ros.node.get_service_names_and_types_by_node('one', '/camera'))
    ros.spin(0.5)
    dying.node.destroy_node()
    ros.spin(0.3)
    add('one')
    if not is_up:
        add('two')
    expected = UP[:2] if is_up else UP
    ros.until(lambda: len(diary) == len(expected))
    assert diary == expected


def test_killed_node_does_not_hide_its_successor(ros, add, diary, parts):
    # The middleware takes 20 s to notice that a process was killed.
    ros.destroy(parts['one'].node)
    ros.spin(0.3)
    dead = Part('one', diary, UNCONFIGURED, 0)  # never spun, so it is asked and never answers
    ros.spin(0.5)
    add('one')
    ros.until(lambda: len(diary) == 2)
    assert diary == UP[:2]
    dead.node.destroy_node()


def test_list_without_a_node_is_refused():
    with pytest.raises(SettingError, match='nodes must name at least one lifecycle node'):
        LifecycleManagerConfig(nodes=())
