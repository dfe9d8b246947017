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

"""The chain on a camera driver's topic, which may publish anything."""

from array import array

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.nodes import qos
from person_tracker.nodes.stamps import nanoseconds
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image
from std_msgs.msg import Header
import yaml

pytestmark = pytest.mark.graph

TOPIC = '/driver/image'


def image_msg(stamp_ns: int, pixels: np.ndarray, encoding: str) -> Image:
    header = Header(stamp=Time(sec=stamp_ns // 10 ** 9, nanosec=stamp_ns % 10 ** 9),
                    frame_id='driver_eye')
    return Image(header=header, encoding=encoding, height=pixels.shape[0], width=pixels.shape[1],
                 step=pixels.strides[0], data=array('B', pixels.tobytes()))


@pytest.fixture
def parameters(write_parameters, tmp_path):
    """Return a file with the networks of the tiny world."""
    return write_parameters(tmp_path / 'driver.yaml')


def test_images_of_every_kind_are_answered_under_their_own_header(
        ros, run_node, parameters, block_image, press_ctrl_c):
    people = ros.heard(TrackedPersonArray, '/people')
    composed = run_node('composed', '--params-file', parameters, image_topic=TOPIC)
    driver = ros.speaker(Image, TOPIC, qos.IMAGE)
    ros.until(lambda: ros.node.count_publishers('/people'))
    ros.spin(0.5)  # for the two ends to have found each other
    values = ros.diagnostics_of('camera/tracker')
    colour = block_image(left=20)
    grey = np.ascontiguousarray(colour[:, :, 0])
    deep = grey.astype('<u2') * 257
    large = colour.repeat(2, 0).repeat(2, 1)
    odd = np.ascontiguousarray(colour[:61, :37])
    start_ns = 1_700_000_000_000_000_000
    for number, (pixels, encoding) in enumerate([
            (colour, 'bgr8'), (colour, 'rgb8'), (grey, 'mono8'), (deep, 'mono16'), (large, 'bgr8'),
            (odd, 'bgr8'), (colour, 'bgr8')]):
        people.clear()
        stamp_ns = start_ns + number * 100_000_000
        driver.publish(image_msg(stamp_ns, pixels, encoding))
        ros.until(lambda: people)
        assert nanoseconds(people[0].header.stamp) == stamp_ns, encoding
        assert people[0].header.frame_id == 'driver_eye'
    assert len(people[0].people) == 1
    people.clear()
    broken = image_msg(start_ns + 10 ** 9, colour, 'bgra8')  # says more than it holds
    driver.publish(broken)
    ros.spin(0.3)
    assert people == []
    driver.publish(image_msg(start_ns + 500_000_000, colour, 'bgr8'))  # earlier than the last
    ros.until(lambda: people)
    ros.until(lambda: values().get('dropped_images') == '1')
    press_ctrl_c(composed)
    assert composed.said().count('dropped an image') == 1


def test_best_effort_driver_is_heard_where_that_is_set(
        ros, run_node, parameters, block_image, press_ctrl_c):
    content = yaml.safe_load(parameters.read_text())
    content['/**/detector']['ros__parameters']['qos_overrides'] = {
        TOPIC: {'subscription': {'reliability': 'best_effort'}}}
    parameters.write_text(yaml.safe_dump(content))
    people = ros.heard(TrackedPersonArray, '/people')
    composed = run_node(
        'composed', '--params-file', parameters, image_topic=TOPIC, use_reid=False)
    driver = ros.speaker(
        Image, TOPIC, QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
    ros.until(lambda: ros.node.count_publishers('/people'))
    ros.spin(0.5)
    driver.publish(image_msg(10 ** 9, block_image(), 'bgr8'))
    ros.until(lambda: people)
    press_ctrl_c(composed)
