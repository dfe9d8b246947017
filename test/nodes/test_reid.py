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
from nav_msgs.msg import Odometry
import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.core.types import Detections
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.conversions import camera_info_to_msg
from person_tracker.nodes.conversions import detections_to_msg
from person_tracker.nodes.conversions import skipped_to_msg
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.reid import ReidNode
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo
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
        self.send(image, sec)

    def send(self, image: np.ndarray, sec: int) -> None:
        self.images.publish(frame_to_msg(Frame(image, sec * 1_000_000_000, frame_id='eye')))

    def detect(self, sec: int, *boxes: tuple[int, int, int, int]) -> None:
        detections = Detections(np.array(boxes, np.float32), np.full(len(boxes), 0.9, np.float32))
        self.detections.publish(detections_to_msg(detections, header_at(sec)))

    def skip(self, sec: int) -> None:
        self.detections.publish(skipped_to_msg(header_at(sec)))


def header_at(sec: int) -> Header:
    return Header(stamp=Time(sec=sec), frame_id='eye')


@pytest.fixture
def start(ros, block_encoder):
    """Return a function that makes an active node that describes a box by its mean colour."""
    def make(**parameters: object) -> ReidNode:
        given = {name.replace('__', '.'): value for name, value in parameters.items()}
        node = ros.make(ReidNode, {'model': str(block_encoder), 'min_quality': 0.0, **given})
        assert node.trigger_configure() == SUCCESS
        assert node.trigger_activate() == SUCCESS
        return node
    return make


@pytest.fixture
def reid(start) -> ReidNode:
    """Return a node with defaults."""
    return start()


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


def wall(right: int = 0) -> np.ndarray:
    """Return a picture of a wall, 320 x 240, moved to the right."""
    cells = np.random.default_rng(0).integers(0, 255, (40, 60), np.uint8)
    grey = cells.repeat(8, axis=0).repeat(8, axis=1)[:240, 80 - right:400 - right]
    return np.repeat(grey[:, :, None], 3, axis=2)


def motion_of(features: PersonFeaturesArray) -> np.ndarray:
    return np.reshape(features.camera_motion, (2, 3))


def test_motion_of_the_camera_is_told_with_the_stamp_that_it_starts_from(ros, reid, camera):
    for sec, right in ((1, 0), (2, 6), (3, 1), (4, 1)):
        camera.send(wall(right), sec)
        camera.skip(sec) if sec == 3 else camera.detect(sec)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    first, *others = camera.features
    assert not motion_of(first).any() and first.previous_stamp == Time()
    assert [features.previous_stamp for features in others] == [Time(sec=sec) for sec in (1, 2, 3)]
    for features, right in zip(others, (6, -5, 0)):
        assert np.allclose(motion_of(features), [[1, 0, right], [0, 1, 0]], atol=0.1)
    assert [features.detector_skipped for features in camera.features] == [
        False, False, True, False]


def test_motion_that_is_not_known_has_no_stamp(ros, reid, camera):
    for sec, image in ((1, wall()), (2, np.zeros((240, 320, 3), np.uint8)), (3, wall())):
        camera.send(image, sec)
        camera.detect(sec)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    for features in camera.features:
        assert not motion_of(features).any() and features.previous_stamp == Time()


def test_image_left_out_by_the_detector_is_passed_on_as_such(ros, reid, camera):
    camera.show((255, 255, 255), 5)
    camera.skip(5)
    ros.until(lambda: camera.features)
    features = camera.features[0]
    assert features.header == header_at(5)
    assert features.detector_skipped and features.people == []


def test_people_who_walk_do_not_move_the_camera_not_even_where_nobody_is_looked_for(
        ros, start):
    start()
    camera = Camera(ros)
    tracks = ros.speaker(TrackedPersonArray, '/camera/tracks')
    for sec in (1, 2, 3):
        image = wall()
        image[:, 20:300] = wall(5 * sec)[:, 20:300]  # a crowd
        camera.send(image, sec)
        camera.skip(sec)
        ros.until(lambda sec=sec: len(camera.features) == sec)
        tracks.publish(tracks_at(sec, (20, 0, 300, 240)))
        ros.spin(0.1)
    assert motion_of(camera.features[1])[0, 2] > 3.0  # nothing was known of anybody
    assert motion_of(camera.features[2])[0, 2] < 1.0


def tracks_at(sec: int, *boxes: tuple[int, int, int, int]) -> TrackedPersonArray:
    """Return confirmed tracks who stand."""
    def person(track_id: int, box: tuple[int, int, int, int]) -> TrackedPerson:
        x_min, y_min, x_max, y_max = box
        centred = [(x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min]
        return TrackedPerson(track_id=track_id, state=TrackedPerson.CONFIRMED, score=0.9,
                             bbox=box_to_msg(np.array(centred)))

    return TrackedPersonArray(header=header_at(sec), people=[
        person(track_id, box) for track_id, box in enumerate(boxes, start=1)])


def looked_at(ros, camera: Camera, sec: int, *boxes: tuple[int, int, int, int]) -> list[bool]:
    """Return of which detections the looks were computed."""
    camera.features.clear()
    camera.show((255, 255, 255), sec)
    camera.detect(sec, *boxes)
    ros.until(lambda: camera.features)
    return [len(person.embedding) > 0 for person in camera.features[0].people]


def test_looks_of_clear_tracks_are_left_out_where_that_is_set(ros, start):
    node = start(looks__is_on=True, looks__refresh_s=100.0)
    camera = Camera(ros)
    tracks = ros.speaker(TrackedPersonArray, '/camera/tracks')
    assert looked_at(ros, camera, 1, BOX) == [True]  # no track yet
    tracks.publish(tracks_at(1, BOX))
    ros.spin(0.1)
    assert looked_at(ros, camera, 2, BOX) == [True]  # never looked at as that track
    assert looked_at(ros, camera, 3, BOX) == [False]
    newcomer = (44, 16, 60, 48)
    assert looked_at(ros, camera, 4, BOX, newcomer) == [False, True]
    assert node.set_parameters([Parameter('looks.is_on', value=False)])[0].successful
    assert looked_at(ros, camera, 5, BOX, newcomer) == [True, True]


def test_settings_of_the_motion_change_live(ros, reid, camera):
    for sec, min_points in ((1, 12), (2, 12), (3, 2000), (4, 12)):
        assert reid.set_parameters([
            Parameter('camera_motion.min_points', value=min_points)])[0].successful
        camera.send(wall(2 * sec), sec)
        camera.detect(sec)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    assert [bool(motion_of(features).any()) for features in camera.features] == [
        False, True, False, True]


def test_camera_at_rest_by_setting_has_no_motion(ros, start):
    start(camera_motion__origin='none')
    camera = Camera(ros)
    for sec in (1, 2):
        camera.send(wall(5 * sec), sec)
        camera.detect(sec)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    assert not motion_of(camera.features[1]).any()
    assert camera.features[1].previous_stamp == Time()


def odometry_at(time_s: float, yaw: float, norm: float = 1.0) -> Odometry:
    nanosec = round(time_s % 1 * 1e9)
    msg = Odometry(header=Header(stamp=Time(sec=int(time_s), nanosec=nanosec), frame_id='odom'))
    msg.pose.pose.orientation.z = norm * np.sin(yaw / 2)
    msg.pose.pose.orientation.w = norm * np.cos(yaw / 2)
    return msg


def test_turn_of_the_robot_moves_the_image_where_odometry_is_the_origin(ros, start):
    start(camera_motion__origin='odometry')
    camera = Camera(ros)
    model = CameraModel.from_field_of_view(64, 64, 1.0)
    infos = ros.speaker(CameraInfo, '/camera/camera_info', qos.IMAGE)
    odometry = ros.speaker(Odometry, '/camera/odom', qos.SENSOR)  # drivers may be best effort
    infos.publish(camera_info_to_msg(model, header_at(1)))
    for time_s in np.arange(0.5, 3.6, 0.25):
        odometry.publish(odometry_at(time_s, yaw=0.1 * (time_s > 1.6)))
        odometry.publish(odometry_at(time_s + 0.1, yaw=0.0, norm=0.0))  # of a driver not ready
        ros.spin(0.05)
    for number, sec in enumerate((1, 2, 3, 4), start=1):
        camera.show((255, 255, 255), sec)
        camera.detect(sec, BOX)
        ros.until(lambda number=number: len(camera.features) == number)
    first, turn, still, unknown = camera.features
    assert not motion_of(first).any()
    shift = model.K[0, 0] * np.tan(0.1)  # to the left: the image goes right
    centre = motion_of(turn) @ [32, 32, 1]
    assert np.allclose(centre, [32 + shift, 32], atol=0.2)
    assert turn.previous_stamp == Time(sec=1)
    assert np.allclose(motion_of(still), np.eye(2, 3), atol=1e-6)
    assert not motion_of(unknown).any() and unknown.previous_stamp == Time()  # nothing heard since


def test_without_a_calibration_odometry_is_of_no_use(ros, start):
    start(camera_motion__origin='odometry')
    camera = Camera(ros)
    odometry = ros.speaker(Odometry, '/camera/odom')
    for time_s in np.arange(1.0, 2.1, 0.25):
        odometry.publish(odometry_at(time_s, yaw=0.1 * time_s))
    ros.spin(0.2)
    for sec in (1, 2):
        camera.show((255, 255, 255), sec)
        camera.detect(sec, BOX)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    assert not motion_of(camera.features[1]).any()


def test_mount_of_the_camera_is_in_degrees(ros, start):
    start(camera_motion__origin='odometry', camera_motion__mount_pitch_deg=90.0)  # at the floor
    camera = Camera(ros)
    infos = ros.speaker(CameraInfo, '/camera/camera_info', qos.IMAGE)
    odometry = ros.speaker(Odometry, '/camera/odom')
    infos.publish(camera_info_to_msg(CameraModel.from_field_of_view(64, 64, 1.0), header_at(1)))
    for time_s in np.arange(1.0, 2.1, 0.25):
        odometry.publish(odometry_at(time_s, yaw=0.2 * (time_s - 1.0)))
    ros.spin(0.2)
    for sec in (1, 2):
        camera.show((255, 255, 255), sec)
        camera.detect(sec, BOX)
        ros.until(lambda sec=sec: len(camera.features) == sec)
    # The robot turns to the left; seen from above, the floor turns to the right under it.
    turn = [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]
    assert np.allclose(motion_of(camera.features[1])[:, :2], turn, atol=1e-3)
