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

"""Node `visualiser`: who is where, drawn on the image it was found in, for those who look."""

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.conversions import camera_info_to_msg
from person_tracker.nodes.images import frame_from_msg
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.visualiser import VisualiserNode
from person_tracker_msgs.msg import CameraImage
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray


def header_at(sec: int) -> Header:
    return Header(stamp=Time(sec=sec), frame_id='eye')


def image_at(sec: int) -> Image:
    frame = Frame(np.zeros((240, 320, 3), np.uint8), sec * 1_000_000_000, frame_id='eye')
    return frame_to_msg(frame)


def people_at(sec: int, *lefts: float, camera: str = 'left') -> TrackedPersonArray:
    """Return who is on the image of a camera, in an array whose newest image is another's."""
    images = [CameraImage(header=header_at(sec), camera=camera),
              CameraImage(header=header_at(sec + 100), camera='back')]
    return TrackedPersonArray(header=header_at(sec + 100), camera='back', images=images, people=[
        TrackedPerson(track_id=number, person_id=f'p{number}', camera=camera,
                      state=TrackedPerson.CONFIRMED,
                      bbox=box_to_msg(np.array([left + 20, 120.0, 40, 100])))
        for number, left in enumerate(lefts, start=1)])


@pytest.fixture
def visualiser(ros) -> VisualiserNode:
    """Return a visualiser of the left camera."""
    return ros.make(VisualiserNode, {'camera': 'left'})


@pytest.fixture
def people(ros, visualiser):
    """Return a function that tells of people once the visualiser listens: somebody must look."""
    publisher = ros.node.create_publisher(TrackedPersonArray, '/camera/people', 10)

    def tell(msg: TrackedPersonArray) -> None:
        ros.until(publisher.get_subscription_count)
        publisher.publish(msg)
    return tell


def test_people_are_drawn_on_their_own_image_under_its_header(ros, people):
    drawn = ros.heard(Image, '/camera/image_annotated')
    images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
    for sec in (5, 6):
        images.publish(image_at(sec))
        ros.spin(0.1)
    people(people_at(5, 200))
    ros.until(lambda: drawn)
    assert drawn[0].header == header_at(5)
    picture = frame_from_msg(drawn[0]).image
    assert picture.shape == (240, 320, 3)
    assert picture[70:170, 198:244].any() and not picture[70:170, :190].any()


def test_nobody_is_an_image_as_well(ros, people):
    drawn = ros.heard(Image, '/camera/image_annotated')
    images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
    images.publish(image_at(5))
    people(people_at(5))
    ros.until(lambda: drawn)
    assert drawn[0].header == header_at(5)


def test_people_that_overtake_their_image_wait_for_it(ros, people):
    drawn = ros.heard(Image, '/camera/image_annotated')
    images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
    people(people_at(5, 200))
    ros.spin(0.05)
    images.publish(image_at(5))
    ros.until(lambda: drawn)


def test_people_of_another_camera_are_not_drawn(ros, people):
    drawn = ros.heard(Image, '/camera/image_annotated')
    images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
    images.publish(image_at(5))
    people(people_at(5, 200, camera='right'))
    ros.spin(0.3)
    assert drawn == []


@pytest.mark.parametrize(('kind', 'topic', 'takes_images'), [
    (Image, 'image_annotated', 1), (MarkerArray, 'markers', 0)])
def test_images_and_people_are_taken_only_while_somebody_looks(
        ros, visualiser, kind, topic, takes_images):
    images = ros.node.create_publisher(Image, '/camera/image_raw', qos.IMAGE)
    people = ros.node.create_publisher(TrackedPersonArray, '/camera/people', 10)

    def counts() -> tuple[int, int]:
        return images.get_subscription_count(), people.get_subscription_count()
    ros.spin(0.5)
    assert counts() == (0, 0)
    look = ros.node.create_subscription(kind, f'/camera/{topic}', print, 10)
    ros.until(lambda: counts() == (takes_images, 1))
    ros.node.destroy_subscription(look)
    ros.until(lambda: counts() == (0, 0))


def test_markers_stand_where_the_calibration_puts_the_people(ros, people):
    markers = ros.heard(MarkerArray, '/camera/markers')
    ros.until(lambda: ros.node.count_publishers('/camera/markers'))
    infos = ros.speaker(CameraInfo, '/camera/camera_info', qos.IMAGE)
    people(people_at(5, 140))
    ros.until(lambda: markers)
    assert markers[0].markers == []  # no calibration has come yet
    markers.clear()
    camera = CameraModel.from_field_of_view(320, 240, 1.0)
    infos.publish(camera_info_to_msg(camera, header_at(5)))
    ros.spin(0.2)
    people(people_at(6, 140))
    ros.until(lambda: markers)
    box = markers[0].markers[0]
    assert box.header == header_at(6)
    assert box.pose.position.z == pytest.approx(camera.K[1, 1] * 1.7 / 100)
    assert box.pose.position.x == pytest.approx(0.0, abs=0.05)


def test_driver_without_a_calibration_does_no_harm(ros, visualiser, people):
    drawn = ros.heard(Image, '/camera/image_annotated')
    images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
    infos = ros.speaker(CameraInfo, '/camera/camera_info', qos.IMAGE)
    infos.publish(CameraInfo(header=header_at(5), width=320, height=240))
    images.publish(image_at(5))
    people(people_at(5, 200))
    ros.until(lambda: drawn)
