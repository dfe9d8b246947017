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

"""
Node `lifecycle_manager`: bring lifecycle nodes up in order, and up again when they come back.

Asks each node for its state and tells it to configure and to activate, one node after the other,
so that the one listed last, the camera, starts when everybody listens. A node that refuses at the
start ends the executable with status 1, and launch with it; the node itself has logged why.
"""

from dataclasses import dataclass
import time

from lifecycle_msgs.msg import State
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from lifecycle_msgs.srv import GetState
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import FAILED
from person_tracker.nodes.runner import Finished
from person_tracker.nodes.runner import run
from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future

_NEXT = {State.PRIMARY_STATE_UNCONFIGURED: (Transition.TRANSITION_CONFIGURE, 'configured'),
         State.PRIMARY_STATE_INACTIVE: (Transition.TRANSITION_ACTIVATE, 'activated')}
# A killed node never answers, and for some 20 s it looks as if it were there. A network takes its
# time to load.
_PATIENCE_S = {GetState: 2.0, ChangeState: 60.0}


@dataclass(frozen=True)
class LifecycleManagerConfig:
    """Which nodes are managed."""

    nodes: tuple[str, ...] = setting(
        ('detector', 'reid', 'face', 'camera'),
        'Lifecycle nodes in the order in which they start.',
        live=False)
    period_s: float = setting(
        0.2, 'Time between two looks at the nodes.', minimum=0.01, maximum=60.0, unit='s',
        live=False)

    def __post_init__(self) -> None:
        """Refuse values out of range and an empty list."""
        validate(self)
        if not self.nodes:
            raise SettingError('nodes must name at least one lifecycle node, got none')


class LifecycleManager(Node):
    """Drives the transitions of other nodes; one request is under way at a time."""

    def __init__(self, **options: object) -> None:
        super().__init__('lifecycle_manager', **options)
        config = declare_config(self, LifecycleManagerConfig)
        self.finished = Finished()
        self._names = config.nodes
        self._position = 0
        self._was_all_up = False
        self._pending: tuple[Client, Future, float] | None = None
        self._getters = [self.create_client(GetState, f'{name}/get_state')
                         for name in self._names]
        self._changers = [self.create_client(ChangeState, f'{name}/change_state')
                          for name in self._names]
        self.create_timer(config.period_s, self._look)

    def _look(self) -> None:
        if self._is_waiting():
            return
        getter = self._getters[self._position]
        if getter.service_is_ready() and self._changers[self._position].service_is_ready():
            self._ask(getter, GetState.Request(), self._on_state)
        elif self._was_all_up:
            self._go_on()

    def _is_waiting(self) -> bool:
        if self._pending is None:
            return False
        client, answer, until_s = self._pending
        gave_up = not answer.done() and time.monotonic() > until_s
        if answer.done() or gave_up or not client.service_is_ready():
            client.remove_pending_request(answer)
            self._pending = None
        if gave_up and self._was_all_up:
            self._go_on()
        return self._pending is not None

    def _ask(self, client: Client, request: object, on_answer: object) -> None:
        answer = client.call_async(request)
        self._pending = (client, answer, time.monotonic() + _PATIENCE_S[client.srv_type])
        answer.add_done_callback(on_answer)

    def _on_state(self, answer: Future) -> None:
        state = answer.result().current_state.id
        if state in _NEXT:
            request = ChangeState.Request()
            request.transition.id, done = _NEXT[state]
            self._ask(self._changers[self._position], request,
                      lambda result: self._on_change(result, done))
        elif state == State.PRIMARY_STATE_ACTIVE:
            self._go_on()

    def _on_change(self, answer: Future, done: str) -> None:
        name = self._names[self._position]
        if answer.result().success:
            self.get_logger().info(f'{name} is {done}')
        elif self._was_all_up:
            self.get_logger().error(
                f'{name} could not be {done}; trying again', throttle_duration_sec=10.0)
        else:
            self.get_logger().error(f'{name} could not be {done}; its own message says why')
            self.finished.end(FAILED)

    def _go_on(self) -> None:
        self._position = (self._position + 1) % len(self._names)
        if self._position == 0 and not self._was_all_up:
            self._was_all_up = True
            self.get_logger().info(f'{", ".join(self._names)} are active')


def main() -> int:
    """Run the node."""
    return run(LifecycleManager)
