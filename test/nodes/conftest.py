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
Nodes in this process and a node that talks to them, on a domain of their own.

Everything here is skipped, loudly, where there is no ROS 2. Two test processes on one machine
never hear each other: each claims its own domain, and nothing leaves the machine.
"""

from collections.abc import Callable
from collections.abc import Iterator
import fcntl
import os
from pathlib import Path
import tempfile
import time
from typing import Any

import numpy as np
import pytest

_ROOT = Path(__file__).resolve().parents[2]
_DOMAINS = range(1, 102)  # those above take ports that the system hands out
_TIMEOUT_S = 30.0


def pytest_pycollect_makemodule() -> None:
    """Skip every test of this folder where ROS 2 or the workspace's messages are missing."""
    pytest.importorskip('rclpy')
    pytest.importorskip('person_tracker_msgs')


@pytest.fixture(scope='session', autouse=True)
def ros_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Claim a domain for this process and its children as long as the session lasts."""
    for offset in _DOMAINS:
        domain = _DOMAINS[(os.getpid() + offset) % len(_DOMAINS)]
        try:
            lock = Path(tempfile.gettempdir(), f'person_tracker_domain_{domain}.lock').open('a')
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        break
    else:
        pytest.fail('every ROS domain is taken by another test process')
    with lock, pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_DOMAIN_ID', str(domain))
        patch.setenv('ROS_LOG_DIR', str(tmp_path_factory.mktemp('ros_log')))
        patch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        if os.environ.get('ROS_DISTRO') == 'humble':  # which does not know the line above
            patch.setenv('ROS_LOCALHOST_ONLY', '1')
        yield domain


class Ros:
    """
    The nodes of one test, and `node`, which talks to them; all are spun while one is waited for.

    Attributes
    ----------
    node
        A plain node of the test's own.

    """

    def __init__(self) -> None:
        import rclpy
        from rclpy.executors import SingleThreadedExecutor
        from rclpy.signals import SignalHandlerOptions
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._executor = SingleThreadedExecutor()
        self._nodes: list[Any] = []
        self.node = self.add(rclpy.create_node('test'))

    def __enter__(self) -> 'Ros':
        return self

    def __exit__(self, *_: object) -> None:
        import rclpy
        for node in reversed(self._nodes):
            node.destroy_node()
        self._executor.shutdown(timeout_sec=1.0)
        rclpy.try_shutdown()

    def add(self, node: Any) -> Any:
        """Spin a node with the others, and destroy it at the end."""
        self._nodes.append(node)
        self._executor.add_node(node)
        return node

    def make(self, node_class: type, parameters: dict[str, Any] | None = None,
             **options: object) -> Any:
        """Make a node with parameters, in the namespace `camera` unless told otherwise."""
        from rclpy.parameter import Parameter
        overrides = [Parameter(name, value=value) for name, value in (parameters or {}).items()]
        options = {'namespace': '/camera', **options}
        return self.add(node_class(parameter_overrides=overrides, **options))

    def destroy(self, node: Any) -> None:
        """Destroy a node before the end."""
        self._nodes.remove(node)
        self._executor.remove_node(node)
        node.destroy_node()

    def heard(self, kind: type, topic: str, depth: int = 100) -> list[Any]:
        """Return the list of messages heard from now on."""
        messages: list[Any] = []
        self.node.create_subscription(kind, topic, messages.append, depth)
        return messages

    def speaker(self, kind: type, topic: str, depth: int = 100, listeners: int = 1) -> Any:
        """Return a publisher that has found its listeners."""
        publisher = self.node.create_publisher(kind, topic, depth)
        self.until(lambda: publisher.get_subscription_count() >= listeners)
        return publisher

    def until(self, condition: Callable[[], Any], timeout_s: float = _TIMEOUT_S) -> None:
        """Spin until something is true; fail where it does not come true."""
        end_s = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end_s, f'not within {timeout_s:g} s'
            self._executor.spin_once(timeout_sec=0.02)

    def spin(self, duration_s: float) -> None:
        """Spin for a while, to see that something does not happen."""
        end_s = time.monotonic() + duration_s
        while time.monotonic() < end_s:
            self._executor.spin_once(timeout_sec=0.02)

    def call(self, kind: type, service: str, request: Any) -> Any:
        """Return a service's answer."""
        client = self.node.create_client(kind, service)
        self.until(client.service_is_ready)
        future = client.call_async(request)
        self.until(future.done)
        self.node.destroy_client(client)
        return future.result()

    def diagnostics_of(self, node: str) -> Callable[[], dict[str, str]]:
        """Return a function that gives a node's latest diagnostics; empty before the first."""
        from diagnostic_msgs.msg import DiagnosticArray
        arrays = self.heard(DiagnosticArray, '/diagnostics')

        def latest() -> dict[str, str]:
            for status in reversed([one for array in arrays for one in array.status]):
                if status.name == node:
                    values = {item.key: item.value for item in status.values}
                    return {**values, 'message': status.message}
            return {}
        return latest


@pytest.fixture(scope='session')
def environment(ros_domain: int) -> dict[str, str]:
    """Return the environment for other processes: this domain, and the package as it is here."""
    paths = [str(_ROOT), *filter(None, [os.environ.get('PYTHONPATH')])]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(paths), 'PYTHONUNBUFFERED': '1'}


@pytest.fixture(scope='session')
def open_ros(ros_domain: int) -> type[Ros]:
    """Return the context manager behind `ros`, for fixtures that outlive one test."""
    return Ros


@pytest.fixture
def ros(open_ros: type[Ros]) -> Iterator[Ros]:
    """Give a test its nodes."""
    with open_ros() as ros:
        yield ros


@pytest.fixture(scope='session')
def block_image() -> Callable[..., np.ndarray]:
    """Return a function that makes a black image with a white block, or without where None."""
    def make(left: int | None = 4, width: int = 64, height: int = 64) -> np.ndarray:
        image = np.zeros((height, width, 3), np.uint8)
        if left is not None:
            image[16:48, left:left + 16] = 255
        return image
    return make
