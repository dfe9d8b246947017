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

"""Health of a node once a second: counts, ages and latencies, on `/diagnostics`."""

from collections import deque
from collections.abc import Callable
from collections.abc import Mapping

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
import numpy as np
from person_tracker.core.types import NANOSECONDS
from person_tracker.nodes.stamps import nanoseconds
from rclpy.node import Node

PERIOD_S = 1.0
_WINDOW = 300  # latencies kept for the percentiles

OK = DiagnosticStatus.OK
WARN = DiagnosticStatus.WARN
ERROR = DiagnosticStatus.ERROR
Health = tuple[bytes, str, Mapping[str, object]]


class Diagnostics:
    """Publishes what a node says of itself, and how old images are when it has answered them."""

    def __init__(self, node: Node, describe: Callable[[], Health]) -> None:
        self._node = node
        self._describe = describe
        self._latencies_s: deque[float] = deque(maxlen=_WINDOW)
        self._processed = 0
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._timer = node.create_timer(PERIOD_S, self.publish)

    def count(self, stamp: Time) -> None:
        """Note that the image of that stamp was answered now."""
        age_ns = self._node.get_clock().now().nanoseconds - nanoseconds(stamp)
        self._latencies_s.append(age_ns / NANOSECONDS)
        self._processed += 1

    def publish(self) -> None:
        """Publish now, besides once a second."""
        level, message, values = self._describe()
        values = {**values, 'processed': self._processed, **self._latency()}
        status = DiagnosticStatus(
            level=level, name=self._node.get_fully_qualified_name().lstrip('/'), message=message,
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()])
        array = DiagnosticArray(status=[status])
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _latency(self) -> dict[str, str]:
        if not self._latencies_s:
            return {}
        median, p95 = np.percentile(list(self._latencies_s), (50, 95))
        return {'latency_median_s': f'{median:.4f}', 'latency_p95_s': f'{p95:.4f}'}
