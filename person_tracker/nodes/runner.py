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

"""Start and end of every executable, held once."""

import atexit
from collections.abc import Callable
from collections.abc import Sequence
import contextlib
import os
import signal
import sys
import threading
import time

from person_tracker.core.settings import SettingError
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from threadpoolctl import threadpool_limits

FAILED = 1
_INTERRUPTED = 130
_SAME_SIGNAL_S = 2.0  # a terminal and a launcher both pass one Ctrl-C on
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Finished:
    """
    Whether an executable, or a node that can come to an end, has done its work.

    Attributes
    ----------
    future
        Done when the work is; its result is the exit status.

    """

    def __init__(self) -> None:
        self.future = Future()
        self._lock = threading.Lock()

    def end(self, status: int = 0) -> None:
        """End the work with an exit status; the first call counts."""
        with self._lock:
            if not self.future.done():
                self.future.set_result(status)


def run(make_node: Callable[[], Node]) -> int:
    """
    Spin one node until it has finished or is interrupted.

    Parameters
    ----------
    make_node
        Makes the node. Where it has an attribute `finished`, that ends the spinning too.

    Returns
    -------
    int
        Exit status: 0 for every ordinary end, 1 where a setting or the command line was refused,
        else the node's own.

    """
    return run_all(lambda: [make_node()])


def run_all(make_nodes: Callable[[], Sequence[Node]],
            start: Callable[[Sequence[Node]], None] = lambda nodes: None) -> int:
    """
    Spin several nodes in one process until the first of them has finished.

    Parameters
    ----------
    make_nodes
        Makes the nodes; the first one is the leader.
    start
        Called once with the nodes before they are spun.

    Returns
    -------
    int
        As of `run`, for the leader.

    """
    stop = Finished()
    _end_on_signal(stop)
    # The matrices of tracking and identity are small: more threads would gain nothing and take the
    # cores from the networks.
    threadpool_limits(1, user_api='blas')
    try:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # rclpy's own classes for this have no public name
        print('error: ROS refuses the command line:', *str(error).split(), file=sys.stderr)
        return FAILED
    executor = SingleThreadedExecutor()
    nodes: Sequence[Node] = ()
    try:
        nodes = make_nodes()
        _end_with(nodes[0], stop)
        for node in nodes:
            executor.add_node(node)
        start(nodes)
        executor.spin_until_future_complete(stop.future)
        return stop.future.result() or 0
    except SettingError as error:
        print(f'error: {error}', file=sys.stderr)
        return FAILED
    finally:
        for node in reversed(nodes):
            node.destroy_node()
        executor.shutdown(timeout_sec=1.0)
        rclpy.try_shutdown()


def _end_on_signal(stop: Finished) -> None:
    # rclpy's own handlers shut the context down at once, under the feet of the threads that still
    # publish; Python's run only when the main thread returns from waiting in C. The signal's
    # number comes through a pipe instead, to a thread. A later signal ends the process hard.
    receiver, sender = os.pipe()
    os.set_blocking(sender, False)
    for number in _ENDING_SIGNALS:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(sender)

    def wait() -> None:
        os.read(receiver, 1)
        stop.end()
        time.sleep(_SAME_SIGNAL_S)
        os.set_blocking(receiver, False)
        with contextlib.suppress(BlockingIOError):
            os.read(receiver, 1024)
        os.set_blocking(receiver, True)
        os.read(receiver, 1)
        os._exit(_INTERRUPTED)

    threading.Thread(target=wait, name='signals', daemon=True).start()
    # Ending, Python gives signals their default back, and the launcher's would kill the process.
    for number in _ENDING_SIGNALS:
        atexit.register(signal.signal, number, signal.SIG_IGN)


def _end_with(leader: Node, stop: Finished) -> None:
    finished = getattr(leader, 'finished', None)
    if finished is not None:
        finished.future.add_done_callback(lambda ended: stop.end(ended.result()))
