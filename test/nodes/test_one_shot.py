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

"""Node `one_shot`: people and their looks come from one network, under the image's own header."""

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.one_shot import OneShotNode
from person_tracker.nodes.tracker import TrackerNode
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE
RED, GREEN = (0, 0, 255), (0, 255, 0)  # blue, green, red


class Camera:
    """Publishes images, and hears what is made of them."""

    def __init__(self, ros, listeners: int = 1) -> None:
        self._ros = ros
        self._images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE, listeners)
        self.detections = ros.heard(Detection2DArray, '/camera/detections')
        self.features = ros.heard(PersonFeaturesArray, '/camera/features')
        for topic in ('detections', 'features'):
            ros.until(lambda topic=topic: ros.node.count_publishers(f'/camera/{topic}'))

    def show(self, image: np.ndarray, stamp_ns: int) -> PersonFeaturesArray:
        """Publish an image, and return its features."""
        count = len(self.features)
        self._images.publish(frame_to_msg(Frame(image, stamp_ns, frame_id='eye')))
        self._ros.until(lambda: len(self.features) > count)
        return self.features[-1]


@pytest.fixture
def start(ros, blob_network):
    """Return a function that makes an active node that finds blobs and their colours."""
    def make(**parameters: object) -> OneShotNode:
        given = {name.replace('__', '.'): value for name, value in parameters.items()}
        node = ros.make(OneShotNode, {
            'model': str(blob_network()), 'min_quality': 0.0, 'threads': 1, **given})
        assert node.trigger_configure() == SUCCESS
        assert node.trigger_activate() == SUCCESS
        return node
    return make


def header_at(sec: int) -> Header:
    return Header(stamp=Time(sec=sec), frame_id='eye')


def test_people_and_looks_are_said_with_the_header_of_the_image(ros, start, blob_image):
    node = start(min_score=0.5)
    camera = Camera(ros)
    features = camera.show(blob_image((8, 16, RED), (61, 50, GREEN)), 5_000_000_000)
    assert features.header == header_at(5) and not features.detector_skipped
    assert features.model.startswith('blobs_2_logits_1-')
    red, green = features.people
    assert (red.bbox.center.position.x, red.bbox.size_y) == pytest.approx((16.0, 32.0))
    assert np.linalg.norm(red.embedding) == pytest.approx(1.0, abs=1e-5)
    assert np.dot(red.embedding, green.embedding) < 0.5
    ros.until(lambda: camera.detections)
    (detections,) = camera.detections
    assert detections.header == features.header
    assert [item.bbox for item in detections.detections] == [red.bbox, green.bbox]
    assert node.is_running


def test_nobody_is_an_empty_array(ros, start, blob_image):
    start()
    camera = Camera(ros)
    features = camera.show(blob_image(), 5_000_000_000)
    ros.until(lambda: camera.detections)
    assert features.people == [] and camera.detections[0].detections == []


def test_images_between_are_answered_as_skipped(ros, start, blob_image):
    start(every=2)
    camera = Camera(ros)
    answers = [camera.show(blob_image((8, 16, RED)), sec * 1_000_000_000) for sec in range(1, 5)]
    assert [answer.detector_skipped for answer in answers] == [False, True, False, True]
    assert [len(answer.people) for answer in answers] == [1, 0, 1, 0]
    ros.until(lambda: len(camera.detections) == 4)
    assert [msg.detections[0].id for msg in camera.detections] == ['', 'skipped', '', 'skipped']


def wall(left: int) -> np.ndarray:
    """Return a dark wall with a pattern, from a camera that has turned by so many pixels."""
    cells = np.random.default_rng(0).integers(0, 60, (16, 40), np.uint8)
    image = cells.repeat(6, axis=0).repeat(6, axis=1)[:, left:left + 128]
    return np.repeat(image[..., None], 3, axis=2)


@pytest.mark.parametrize(('origin', 'motion'), [
    ('image', [1, 0, -4, 0, 1, 0]), ('none', [0, 0, 0, 0, 0, 0])])
def test_motion_of_the_camera_is_said_with_the_image_that_it_starts_from(
        ros, start, origin, motion):
    start(camera_motion__origin=origin)
    camera = Camera(ros)
    camera.show(wall(20), 1_000_000_000)
    features = camera.show(wall(24), 2_000_000_000)
    np.testing.assert_allclose(features.camera_motion, motion, atol=0.2)
    assert features.previous_stamp.sec == (1 if origin == 'image' else 0)


def test_live_settings_apply_and_fixed_ones_are_refused(ros, start, blob_image):
    node = start()
    camera = Camera(ros)
    image = blob_image((8, 16, RED), (61, 50, GREEN))
    assert len(camera.show(image, 1_000_000_000).people) == 2
    assert node.set_parameters([Parameter('min_score', value=0.99)])[0].successful
    assert len(camera.show(image, 2_000_000_000).people) == 1
    assert not node.set_parameters([Parameter('model', value='other.onnx')])[0].successful


def test_without_a_network_it_does_not_configure_and_says_what_to_do(ros, tmp_path, capfd):
    node = ros.make(OneShotNode, {'models_folder': str(tmp_path)})
    assert node.trigger_configure() == FAILURE
    assert 'models add fairmot.onnx --kind one_shot' in capfd.readouterr().err


def test_it_may_be_stopped_and_started_again(ros, start, blob_image):
    node = start()
    camera = Camera(ros)
    for transition in ('deactivate', 'cleanup', 'configure', 'activate'):
        assert getattr(node, f'trigger_{transition}')() == SUCCESS
    ros.until(lambda: ros.node.count_subscribers('/camera/image_raw') == 1)
    assert len(camera.show(blob_image((8, 16, RED)), 1_000_000_000).people) == 1


def test_blobs_that_move_are_tracked_by_place_and_colour(ros, start, blob_image):
    start(camera_motion__origin='none', min_score=0.5)
    ros.make(TrackerNode, {'camera': 'camera'})
    tracks = ros.heard(TrackedPersonArray, '/camera/tracks')
    camera = Camera(ros)
    ros.until(lambda: ros.node.count_subscribers('/camera/features') == 2)
    ros.until(lambda: ros.node.count_publishers('/camera/tracks') == 1)
    ids = []
    for number in range(31):
        tops = (8, 52) if number < 26 else (52, 8)  # they change places while nobody looks
        blobs = [] if 20 <= number < 26 else [
            (8 + 3 * number, tops[0], RED), (101 - 3 * number, tops[1], GREEN)]
        camera.show(blob_image(*blobs), number * 40_000_000)
        ros.until(lambda number=number: len(tracks) > number)
        if number in (19, 30):
            by_top = {person.bbox.center.position.y: person.track_id
                      for person in tracks[-1].people if person.state == TrackedPerson.CONFIRMED}
            assert len(by_top) == 2
            order = sorted(by_top, reverse=number > 25)
            ids.append([by_top[top] for top in order])
    assert ids[0] == ids[1] and len(set(ids[0])) == 2
