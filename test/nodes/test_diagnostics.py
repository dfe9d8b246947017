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

"""A node says on /diagnostics how it is, how much it has done and how late."""

from diagnostic_msgs.msg import DiagnosticStatus
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import ERROR
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.stamps import stamp_from_nanoseconds
import pytest
import rclpy


def values_of(status: DiagnosticStatus) -> dict[str, str]:
    return {item.key: item.value for item in status.values}


@pytest.fixture
def arrays(ros):
    """Return what is heard on /diagnostics."""
    from diagnostic_msgs.msg import DiagnosticArray
    return ros.heard(DiagnosticArray, '/diagnostics')


def test_health_is_said_once_a_second_unasked(ros, arrays):
    node = ros.add(rclpy.create_node('eye', namespace='/left'))
    Diagnostics(node, lambda: (ERROR, 'blind', {'lost': 3}))
    ros.until(lambda: len(arrays) >= 2)
    status = arrays[0].status[0]
    assert (status.name, status.level, status.message) == ('left/eye', ERROR, 'blind')
    assert values_of(status) == {'lost': '3', 'processed': '0'}
    stamps_s = [array.header.stamp.sec + 1e-9 * array.header.stamp.nanosec for array in arrays]
    assert stamps_s[1] - stamps_s[0] == pytest.approx(1.0, abs=0.5)


def test_latency_is_the_age_of_the_images_answered(ros, arrays):
    node = ros.add(rclpy.create_node('eye'))
    diagnostics = Diagnostics(node, lambda: (OK, 'seeing', {}))
    now_ns = node.get_clock().now().nanoseconds
    for age_ns in (10_000_000_000, 20_000_000_000, 30_000_000_000):
        diagnostics.count(stamp_from_nanoseconds(now_ns - age_ns))
    diagnostics.publish()
    ros.until(lambda: any(values_of(array.status[0])['processed'] == '3' for array in arrays))
    values = values_of(arrays[-1].status[0])
    assert float(values['latency_median_s']) == pytest.approx(20.0, abs=1.0)
    assert float(values['latency_p95_s']) == pytest.approx(29.0, abs=1.0)


def test_figures_are_of_the_latest_images(ros, arrays):
    node = ros.add(rclpy.create_node('eye'))
    diagnostics = Diagnostics(node, lambda: (OK, 'seeing', {}))
    now = node.get_clock().now().nanoseconds
    for age_s in [1000] * 300 + [5] * 300:
        diagnostics.count(stamp_from_nanoseconds(now - age_s * 1_000_000_000))
    diagnostics.publish()
    ros.until(lambda: any(values_of(array.status[0])['processed'] == '600' for array in arrays))
    assert float(values_of(arrays[-1].status[0])['latency_p95_s']) < 100.0
