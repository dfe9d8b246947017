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

"""Node `reid`: every detection gets its looks from its own image, under the image's own header."""

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.types import Detections
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import detections_to_msg
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.reid import ReidNode
from person_tracker_msgs.msg import PersonFeaturesArray
import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

SUCCESS = TransitionCallbackReturn.SUCCESS
BOX = (20, 16, 36, 48)


class Camera:
    """Publishes images and detections of one stamp, in either order."""

    def __init__(self, ros) -> None:
        self.images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
        self.detections = ros.speaker(Detection2DArray, '/camera/detections')
        self.features = ros.heard(PersonFeaturesArray, '/camera/features')
        ros.until(lambda: ros.node.count_publishers('/camera/features'))

    def show(self, colour: tuple[int, int, int], sec: int) -> None:
        image = np.zeros((64, 64, 3), np.uint8)
        image[16:48, 20:36] = colour
        self.images.publish(frame_to_msg(Frame(image, sec * 1_000_000_000, frame_id='eye')))

    def detect(self, sec: int, *boxes: tuple[int, int, int, int]) -> None:
        detections = Detections(np.array(boxes, np.float32), np.full(len(boxes), 0.9, np.float32))
        self.detections.publish(detections_to_msg(detections, header_at(sec)))


def header_at(sec: int) -> Header:
    return Header(stamp=Time(sec=sec), frame_id='eye')


@pytest.fixture
def reid(ros, block_encoder):
    """Return an active node that describes a box by its mean colour."""
    node = ros.make(ReidNode, {'model': str(block_encoder), 'min_quality': 0.0})
    assert node.trigger_configure() == SUCCESS
    assert node.trigger_activate() == SUCCESS
    return node


@pytest.fixture
def camera(ros, reid) -> Camera:
    """Return the camera that the node hears."""
    return Camera(ros)


def test_looks_are_normalised_and_named_and_the_header_is_that_of_the_image(ros, reid, camera):
    camera.show((255, 255, 255), 5)
    camera.detect(5, BOX, (0, 0, 4, 4))  # the second one is too small to be looked at
    ros.until(lambda: camera.features)
    features = camera.features[0]
    assert features.header == header_at(5)
    assert features.model.startswith('block_encoder-')
    seen, too_small = features.people
    assert np.linalg.norm(seen.embedding) == pytest.approx(1.0, abs=1e-5)
    assert len(too_small.embedding) == 0 and too_small.quality == 0.0
    assert (seen.bbox.center.position.x, seen.bbox.size_y) == (28.0, 32.0)
    assert seen.score == pytest.approx(0.9)


def test_nobody_is_an_empty_array_with_the_header_of_the_image(ros, reid, camera):
    camera.show((255, 255, 255), 5)
    camera.detect(5)
    ros.until(lambda: camera.features)
    assert camera.features[0].header == header_at(5) and camera.features[0].people == []


def test_looks_are_those_of_the_image_with_the_same_stamp(ros, reid, camera):
    for sec, colour in ((1, (255, 0, 0)), (2, (0, 0, 255))):
        camera.show(colour, sec)
        ros.spin(0.1)
    for sec in (1, 2):  # both images have come already
        camera.detect(sec, BOX)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    blue, red = (np.array(features.people[0].embedding) for features in camera.features)
    assert blue @ red < 0.9  # the network sees red, green, blue
    assert np.argmax(blue - red) == 2 and np.argmin(blue - red) == 0


def test_detections_that_overtake_their_image_wait_for_it(ros, reid, camera):
    camera.detect(5, BOX)
    ros.spin(0.05)
    camera.show((255, 255, 255), 5)
    ros.until(lambda: camera.features)
    assert camera.features[0].header == header_at(5)


def test_detections_without_their_image_are_counted_and_left_out(ros, reid, camera):
    latest = ros.diagnostics_of('camera/reid')
    camera.show((255, 255, 255), 6)
    ros.spin(0.1)
    camera.detect(5, BOX)
    ros.until(lambda: latest().get('without_image') == '1')
    camera.detect(6, BOX)
    ros.until(lambda: camera.features)
    assert [features.header for features in camera.features] == [header_at(6)]


def test_reid_can_be_stopped_undone_and_started_again(ros, reid, camera):
    for undo, redo in (('deactivate',), ('activate',)), (
            ('deactivate', 'cleanup'), ('configure', 'activate')):
        for transition in undo:
            assert getattr(reid, f'trigger_{transition}')() == SUCCESS
        ros.until(lambda: not camera.images.get_subscription_count()
                  and not camera.detections.get_subscription_count())
        for transition in redo:
            assert getattr(reid, f'trigger_{transition}')() == SUCCESS
        ros.until(lambda: camera.images.get_subscription_count()
                  and camera.detections.get_subscription_count())
        ros.spin(0.2)  # for the other ends to have found ours
        camera.features.clear()
        camera.show((255, 255, 255), 5)
        camera.detect(5, BOX)
        ros.until(lambda: camera.features)
