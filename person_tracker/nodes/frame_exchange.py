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
Frames between nodes: as arrays inside one process, as Image messages between processes.

A node asks for `FrameInput` or `FrameOutput` and does not know which of the two it gets. Nodes of
one process share a `FrameHub`; a topic that no node of the process feeds (a camera driver's) is
subscribed to once, for all of them.
"""

from collections import OrderedDict
from collections.abc import Callable
import threading

from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.images import frame_from_msg
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.images import ImageError
from rclpy.node import Node
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import Image

FrameCallback = Callable[[Frame], None]
_WARN_EVERY_S = 5.0


class FrameHub:
    """Hands frames to every listener of a topic inside this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[FrameCallback]] = {}
        self._fed: set[str] = set()
        self._lock = threading.Lock()

    def feed(self, topic: str) -> bool:
        """Claim to be the one who publishes on a topic; False where somebody does already."""
        with self._lock:
            first = topic not in self._fed
            self._fed.add(topic)
            return first

    def starve(self, topic: str) -> None:
        """Give the claim back."""
        with self._lock:
            self._fed.discard(topic)

    def listen(self, topic: str, callback: FrameCallback) -> None:
        """Call back with every frame of a topic, in the publisher's thread."""
        with self._lock:
            self._listeners[topic] = [*self._listeners.get(topic, []), callback]

    def leave(self, topic: str, callback: FrameCallback) -> None:
        """Stop calling back."""
        with self._lock:
            self._listeners[topic] = [
                other for other in self._listeners.get(topic, []) if other != callback]

    def publish(self, topic: str, frame: Frame) -> None:
        """Hand a frame to all listeners; nobody may change it."""
        for callback in self._listeners.get(topic, ()):
            callback(frame)

    def listeners(self, topic: str) -> int:
        """Return how many listen to a topic."""
        return len(self._listeners.get(topic, ()))


class FrameOutput:
    """Publishes frames on `image_raw`: as arrays in the process, as messages for subscribers."""

    def __init__(self, node: Node, hub: FrameHub) -> None:
        self._node = node
        self._hub = hub
        self._publisher = node.create_publisher(Image, 'image_raw', qos.IMAGE)
        self._topic = self._publisher.topic_name
        hub.feed(self._topic)

    def publish(self, frame: Frame) -> None:
        """Publish a frame; an Image message is made only for a subscriber."""
        self._hub.publish(self._topic, frame)
        if self._publisher.get_subscription_count():
            self._publisher.publish(frame_to_msg(frame))

    def listeners(self) -> int:
        """Return how many listen, in this process and elsewhere."""
        return self._hub.listeners(self._topic) + self._publisher.get_subscription_count()

    def close(self) -> None:
        """Give the publisher back."""
        self._node.destroy_publisher(self._publisher)


class FrameInput:
    """Calls back with every frame of `image_raw`; unreadable ones are dropped with a warning."""

    def __init__(self, node: Node, hub: FrameHub, callback: FrameCallback) -> None:
        self._node = node
        self._hub = hub
        self._callback = callback
        self._subscription = None
        self._topic = node.resolve_topic_name('image_raw')
        hub.listen(self._topic, callback)
        if hub.feed(self._topic):
            self._subscription = node.create_subscription(
                Image, 'image_raw', self._on_image, qos.IMAGE,
                qos_overriding_options=QoSOverridingOptions.with_default_policies())

    def close(self) -> None:
        """Give the subscription back."""
        self._hub.leave(self._topic, self._callback)
        if self._subscription is not None:
            self._hub.starve(self._topic)
            self._node.destroy_subscription(self._subscription)

    def _on_image(self, msg: Image) -> None:
        try:
            frame = frame_from_msg(msg)
        except ImageError as error:
            self._node.get_logger().warning(
                f'dropped an image: {error}', throttle_duration_sec=_WARN_EVERY_S)
            return
        self._hub.publish(self._topic, frame)


class FrameBuffer:
    """The last few frames, found again by the stamp and frame of a result made from them."""

    def __init__(self, capacity: int = 8) -> None:
        self._capacity = capacity
        self._frames: OrderedDict[tuple[int, str], Frame] = OrderedDict()
        self._changed = threading.Condition()

    def put(self, frame: Frame) -> None:
        """Keep a frame; the oldest goes."""
        with self._changed:
            self._frames[frame.stamp_ns, frame.frame_id] = frame
            while len(self._frames) > self._capacity:
                self._frames.popitem(last=False)
            self._changed.notify_all()

    def find(self, stamp_ns: int, frame_id: str, patience_s: float = 0.0) -> Frame | None:
        """
        Return the frame of that stamp, None where it is gone or does not come.

        A result of a fast node can overtake its image, which is larger: wait up to `patience_s`,
        but no longer than until a later frame shows that this one was dropped.
        """
        key = (stamp_ns, frame_id)
        with self._changed:
            self._changed.wait_for(
                lambda: key in self._frames or any(stamp > stamp_ns for stamp, _ in self._frames),
                patience_s)
            return self._frames.get(key)
