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

"""A lifecycle node whose parts are opened in configure, run in activate and all undone after."""

from typing import ClassVar

from person_tracker.core.settings import SettingError
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.runner import FAILED
from person_tracker.nodes.runner import Finished
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle import LifecycleState
from rclpy.lifecycle import TransitionCallbackReturn


class ManagedNode(LifecycleNode):
    """
    Maps the transitions of a lifecycle node to four steps that a node fills in.

    Attributes
    ----------
    hub
        Hands frames between the nodes of this process.
    finished
        The node's end, where it comes to one by itself.
    is_open, is_running
        Whether the parts are there, and whether frames flow.
    expected_errors
        Exceptions of `open_parts` whose text is the whole story; others show where they arose.

    """

    expected_errors: ClassVar[tuple[type[Exception], ...]] = (SettingError,)

    def __init__(self, name: str, hub: FrameHub | None = None, **options: object) -> None:
        super().__init__(name, **options)
        self.hub = hub or FrameHub()
        self.finished = Finished()
        self.is_open = False
        self.is_running = False

    def open_parts(self) -> None:
        """Open the device or the model; raise where that fails."""
        raise NotImplementedError

    def start_parts(self) -> None:
        """Let frames flow."""
        raise NotImplementedError

    def stop_parts(self) -> None:
        """Stop the flow; may be started again."""
        raise NotImplementedError

    def close_parts(self) -> None:
        """Give everything back that `open_parts` took."""
        raise NotImplementedError

    def fail(self, error: Exception) -> None:
        """End the executable because a thread of this node broke."""
        self.get_logger().fatal(f'{type(error).__name__}: {error}')
        self.finished.end(FAILED)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Open the parts; a failure is logged and leaves the node unconfigured."""
        try:
            self.open_parts()
        except self.expected_errors as error:
            self.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        except Exception as error:  # rclpy would swallow it without a word
            self.get_logger().fatal(f'cannot configure: {type(error).__name__}: {error}')
            raise
        self.is_open = True
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start the parts."""
        self.start_parts()
        self.is_running = True
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the parts."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Close the parts."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop and close, from any state."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Close what is open, so that the node can be configured again."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def destroy_node(self) -> None:
        """Stop and close before the node goes."""
        self._close()
        super().destroy_node()

    def _stop(self) -> None:
        if self.is_running:
            self.is_running = False
            self.stop_parts()

    def _close(self) -> None:
        self._stop()
        if self.is_open:
            self.is_open = False
            self.close_parts()
