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

"""Poses of frames as messages of `/tf` and `/tf_static`, heard and said."""

from collections.abc import Sequence

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion
from geometry_msgs.msg import TransformStamped
from geometry_msgs.msg import Vector3
from person_tracker.core.transforms import Transform
from person_tracker.core.transforms import TransformTree
from person_tracker.nodes import qos
from person_tracker.nodes.stamps import seconds
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

_WARN_EVERY_S = 5.0


class TransformListener:
    """
    Keeps a tree of frames as `/tf` and `/tf_static` tell it.

    Not tf2's own listener, which keeps every frame in a C++ buffer behind Python, needs a package
    that is not everywhere, and tells no more than is asked for here.
    """

    def __init__(self, node: Node, tree: TransformTree) -> None:
        self._log = node.get_logger()
        self._tree = tree
        node.create_subscription(TFMessage, '/tf', self._on_moving, qos.MOVING_FRAMES)
        node.create_subscription(TFMessage, '/tf_static', self._on_static, qos.FIXED_FRAMES)

    def _on_moving(self, msg: TFMessage) -> None:
        for stamped in msg.transforms:
            transform = self._transform(stamped)
            if transform is not None:
                self._tree.add(transform, seconds(stamped.header.stamp))

    def _on_static(self, msg: TFMessage) -> None:
        for stamped in msg.transforms:
            transform = self._transform(stamped)
            if transform is not None:
                self._tree.add_static(transform)

    def _transform(self, stamped: TransformStamped) -> Transform | None:
        shift, turn = stamped.transform.translation, stamped.transform.rotation
        try:
            return Transform(
                stamped.header.frame_id.lstrip('/'), stamped.child_frame_id.lstrip('/'),
                (shift.x, shift.y, shift.z), (turn.x, turn.y, turn.z, turn.w))
        except ValueError as error:
            self._log.warning(f'left tf out: {error}', throttle_duration_sec=_WARN_EVERY_S)
            return None


def say_fixed_frames(node: Node, transforms: Sequence[Transform]) -> None:
    """Say where frames are that do not move, to whoever listens now or later."""
    stamp = node.get_clock().now().to_msg()
    node.create_publisher(TFMessage, '/tf_static', qos.FIXED_FRAMES).publish(TFMessage(
        transforms=[_stamped(transform, stamp) for transform in transforms]))


def _stamped(transform: Transform, stamp: Time) -> TransformStamped:
    (x, y, z), turn = transform.position_m, transform.quaternion_xyzw
    msg = TransformStamped(child_frame_id=transform.child)
    msg.header.stamp, msg.header.frame_id = stamp, transform.parent
    msg.transform.translation = Vector3(x=float(x), y=float(y), z=float(z))
    msg.transform.rotation = Quaternion(**dict(zip('xyzw', map(float, turn))))
    return msg
