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

"""Node `detector`: every image is answered by what is in it, under the image's own header."""

from array import array

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import detections_from_msg
from person_tracker.nodes.conversions import is_skipped
from person_tracker.nodes.detector import DetectorNode
from person_tracker.nodes.images import frame_to_msg
import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

SUCCESS = TransitionCallbackReturn.SUCCESS
IMAGE_RAW = '/camera/image_raw'
HEADER = Header(stamp=Time(sec=1_700_000_000, nanosec=123_456_789), frame_id='eye')


@pytest.fixture
def detector(ros, block_detector):
    """Return an active detector that finds the white block."""
    node = ros.make(DetectorNode, {'model': str(block_detector)})
    assert node.trigger_configure() == SUCCESS
    assert node.trigger_activate() == SUCCESS
    return node


@pytest.fixture
def ask(ros, detector):
    """Return a function that publishes an image and gives the answer."""
    answers = ros.heard(Detection2DArray, '/camera/detections')
    camera = ros.speaker(Image, IMAGE_RAW, qos.IMAGE)
    ros.until(lambda: ros.node.count_publishers('/camera/detections'))

    def send(msg: Image) -> Detection2DArray:
        answers.clear()
        camera.publish(msg)
        ros.until(lambda: answers)
        return answers[0]
    return send


def image_of(pixels: np.ndarray) -> Image:
    msg = frame_to_msg(Frame(pixels, 0))
    msg.header = HEADER
    return msg


def test_person_is_found_and_the_header_is_that_of_the_image(ask, block_image):
    answer = ask(image_of(block_image(left=20)))
    assert answer.header == HEADER
    detections = detections_from_msg(answer)
    assert detections.boxes_xyxy.tolist() == [[20, 16, 36, 48]]
    assert detections.scores.tolist() == pytest.approx([0.9])


def test_nobody_is_an_empty_array_with_the_header_of_the_image(ask, block_image):
    answer = ask(image_of(block_image(left=None)))
    assert answer.header == HEADER and answer.detections == []


def test_grey_and_16_bit_images_show_the_same_people(ask, block_image):
    grey = block_image(left=20)[:, :, 0]
    deep = grey.astype('<u2') * 257
    for encoding, pixels, step in (('mono8', grey, 64), ('mono16', deep, 128)):
        msg = Image(header=HEADER, encoding=encoding, height=64, width=64, step=step,
                    data=array('B', pixels.tobytes()))
        assert detections_from_msg(ask(msg)).boxes_xyxy.tolist() == [[20, 16, 36, 48]], encoding


def test_images_may_change_their_size_and_have_an_odd_one(ask, block_image):
    # The network sees 64x64; boxes come back in the pixels of each image.
    for scale, height, width in [(1, 64, 64), (2, 128, 128), (1, 61, 37), (3, 191, 101)]:
        pixels = block_image(left=20).repeat(scale, 0).repeat(scale, 1)[:height, :width]
        boxes = detections_from_msg(ask(image_of(pixels))).boxes_xyxy
        assert len(boxes) == 1, (height, width)
        assert abs(boxes[0, :2] - scale * np.array([20, 16])).max() <= 4 * scale


def test_unreadable_image_is_left_out_and_the_next_one_answered(ros, ask, block_image):
    broken = image_of(block_image())
    broken.encoding = 'bgra8'
    ros.node.create_publisher(Image, IMAGE_RAW, qos.IMAGE).publish(broken)
    answer = ask(image_of(block_image(left=20)))
    assert len(answer.detections) == 1


def test_low_scores_are_dropped_as_soon_as_that_is_set(detector, ask, block_image):
    assert len(ask(image_of(block_image())).detections) == 1
    result = detector.set_parameters([Parameter('min_score', value=0.95)])[0]
    assert result.successful
    assert ask(image_of(block_image())).detections == []


def test_people_are_looked_for_in_every_nth_image_and_n_changes_live(detector, ask, block_image):
    for every in range(1, 11):
        assert detector.set_parameters([Parameter('every', value=every)])[0].successful
        answers = [ask(image_of(block_image(left=20))) for _ in range(2 * every)]
        assert all(answer.header == HEADER for answer in answers)
        looked = [number for number, answer in enumerate(answers) if not is_skipped(answer)]
        assert len(looked) == 2 and looked[1] - looked[0] == every
        assert [len(detections_from_msg(answer)) for answer in answers] == [
            int(number in looked) for number in range(2 * every)]


@pytest.mark.parametrize('every', [0, 11, -1])
def test_n_out_of_range_is_refused_and_the_old_one_stays(detector, ask, block_image, every):
    assert not detector.set_parameters([Parameter('every', value=every)])[0].successful
    assert not any(is_skipped(ask(image_of(block_image()))) for _ in range(3))


def test_detector_can_be_stopped_undone_and_started_again(ros, detector, ask, block_image):
    for undo, redo in (('deactivate',), ('activate',)), (
            ('deactivate', 'cleanup'), ('configure', 'activate')):
        for transition in undo:
            assert getattr(detector, f'trigger_{transition}')() == SUCCESS
        ros.until(lambda: not ros.node.count_subscribers(IMAGE_RAW))
        for transition in redo:
            assert getattr(detector, f'trigger_{transition}')() == SUCCESS
        ros.until(lambda: ros.node.count_subscribers(IMAGE_RAW))
        ros.spin(0.2)  # for the two ends to have found each other
        assert len(ask(image_of(block_image())).detections) == 1


def test_network_that_cannot_be_loaded_leaves_the_node_unconfigured(ros, tmp_path):
    (tmp_path / 'no.onnx').write_bytes(b'no network')
    for model in ('no.onnx', 'missing.onnx'):
        node = ros.make(DetectorNode, {'model': str(tmp_path / model)}, namespace=f'/{model[:2]}')
        assert node.trigger_configure() == TransitionCallbackReturn.FAILURE


def test_health_names_the_network_and_counts_images(ros, detector, ask, block_image):
    latest = ros.diagnostics_of('camera/detector')
    for _ in range(3):
        ask(image_of(block_image()))
    ros.until(lambda: latest().get('processed') == '3')
    values = latest()
    assert 'block_detector' in values['model'] and values['dropped'] == '0'
    assert values['message'] == 'detecting'
