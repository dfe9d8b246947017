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

"""Node `face`: faces come with their track, under the header of the image they were seen in."""

from collections.abc import Callable

from builtin_interfaces.msg import Time
import cv2
import numpy as np
from person_tracker.core.boxes import xyxy_to_cxcywh
from person_tracker.core.types import Frame
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import state
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.face import FaceNode
from person_tracker.nodes.images import frame_to_msg
from person_tracker_msgs.msg import FaceObservationArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from std_msgs.msg import Header

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE
CONFIRMED, TENTATIVE = TrackedPerson.CONFIRMED, TrackedPerson.TENTATIVE
WHOLE = (0.0, 0.0, 320.0, 400.0)
# Whoever is there is due in every image, unless a test is of that.
EAGER = {'looks.open_interval_s': 0.0, 'looks.refresh_s': 0.0, 'looks.max_rate_hz': 1000.0,
         'looks.min_box_px': 50.0, 'upper_part': 1.0}
TOLD = TrackedPerson(track_id=1, camera='front', person_id='p1',
                     identity_source=TrackedPerson.IDENTITY_FACE)


def header_at(sec: int) -> Header:
    return Header(stamp=Time(sec=sec), frame_id='eye')


class Camera:
    """Publishes images, and tracks and people of their stamps; keeps the faces heard."""

    def __init__(self, ros) -> None:
        self._ros = ros
        self.images = ros.speaker(Image, '/camera/image_raw', qos.IMAGE)
        self.tracks = ros.speaker(TrackedPersonArray, '/camera/tracks')
        self.people = ros.speaker(TrackedPersonArray, '/camera/people')
        self.faces = ros.heard(FaceObservationArray, '/camera/faces')
        ros.until(lambda: ros.node.count_publishers('/camera/faces'))

    def show(self, image: np.ndarray, sec: int) -> None:
        self.images.publish(frame_to_msg(Frame(image, sec * 1_000_000_000, frame_id='eye')))

    def track(self, sec: int, *boxes: tuple[float, ...], state: int = CONFIRMED) -> None:
        """Say that track 1, 2, ... are in these boxes, by their corners."""
        centred = xyxy_to_cxcywh(np.reshape(boxes, (-1, 4)))
        self.tracks.publish(TrackedPersonArray(header=header_at(sec), camera='front', people=[
            TrackedPerson(track_id=number, camera='front', state=state, bbox=box_to_msg(box))
            for number, box in enumerate(centred, 1)]))

    def seen(self, image: np.ndarray, sec: int, *boxes: tuple[float, ...]) -> FaceObservationArray:
        """Show an image with tracks; return the answer to it."""
        self.show(image, sec)
        self.track(sec, *boxes)
        self._ros.until(lambda: any(
            answer.header.stamp.sec == sec for answer in self.faces))
        return self.faces[-1]


@pytest.fixture(scope='session')
def has_models() -> None:
    """Skip, loudly, where the face networks were not fetched."""
    for entry, folder in needed_face_models(FaceConfig()):
        if state(entry, folder) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {entry.name}')


@pytest.fixture(scope='session')
def wall() -> np.ndarray:
    """Return a picture of no face."""
    cells = np.random.default_rng(0).integers(0, 255, (20, 16, 3), np.uint8)
    return cells.repeat(20, axis=0).repeat(20, axis=1)


@pytest.fixture(scope='session')
def portrait(shared_data) -> np.ndarray:
    """Return a picture of one face, as large as the wall."""
    photo = cv2.imread(str(shared_data / 'face' / 'deepface_tests' / 'img1.jpg'))
    scale = min(320 / photo.shape[1], 400 / photo.shape[0])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.zeros((400, 320, 3), np.uint8)
    image[:small.shape[0], :small.shape[1]] = small
    return image


@pytest.fixture(scope='session')
def far_portrait(portrait) -> np.ndarray:
    """Return the same from farther away."""
    image = np.zeros_like(portrait)
    image[100:340, 60:252] = cv2.resize(portrait, (192, 240), interpolation=cv2.INTER_AREA)
    return image


@pytest.fixture
def start(ros, has_models) -> Callable[..., FaceNode]:
    """Return a function that makes an active node."""
    def make(**parameters: object) -> FaceNode:
        given = {name.replace('__', '.'): value for name, value in parameters.items()}
        node = ros.make(FaceNode, {**EAGER, **given})
        assert node.trigger_configure() == SUCCESS
        assert node.trigger_activate() == SUCCESS
        return node
    return make


@pytest.fixture
def face(start) -> FaceNode:
    """Return a node that looks at whoever is there."""
    return start()


@pytest.fixture
def camera(ros, face) -> Camera:
    """Return the camera that the node hears."""
    return Camera(ros)


@pytest.mark.model
def test_face_comes_with_its_track_under_the_header_of_the_image(camera, portrait):
    answer = camera.seen(portrait, 5, WHOLE)
    assert answer.header == header_at(5) and answer.camera == 'front' and answer.model
    face, = answer.faces
    assert face.track_id == 1 and face.score > 0.6 and face.quality > 0.0
    assert np.linalg.norm(face.embedding) == pytest.approx(1.0, abs=1e-5)
    points = np.array([(point.x, point.y) for point in face.landmarks])
    centre = np.array([face.bbox.center.position.x, face.bbox.center.position.y])
    assert (abs(points - centre) <= np.array([face.bbox.size_x, face.bbox.size_y]) / 2).all()
    assert points[0, 0] < points[1, 0] and points[1, 1] < points[2, 1] < points[3, 1]


@pytest.mark.model
def test_one_face_looks_like_itself(camera, portrait, far_portrait):
    large, less = (camera.seen(image, sec, WHOLE).faces[0]
                   for sec, image in ((1, portrait), (2, far_portrait)))
    assert np.dot(large.embedding, less.embedding) > 0.7
    assert less.bbox.size_y < large.bbox.size_y


@pytest.mark.model
def test_image_without_a_face_is_answered_by_no_face(camera, wall):
    answer = camera.seen(wall, 5, WHOLE)
    assert answer.header == header_at(5) and answer.faces == []


@pytest.mark.model
def test_face_of_somebody_in_front_is_not_that_of_who_stands_behind(ros, start, far_portrait):
    start(looks__min_box_px=319.0)
    camera = Camera(ros)
    face, = camera.seen(far_portrait, 1, WHOLE).faces
    x_px, y_px = face.bbox.center.position.x, face.bbox.center.position.y
    in_front = (x_px - 60.0, y_px - face.bbox.size_y, x_px + 60.0, 399.0)  # too narrow to be due
    assert camera.seen(far_portrait, 2, WHOLE, in_front).faces == []


@pytest.mark.model
def test_nothing_is_said_where_nobody_is_due(ros, camera, wall):
    camera.seen(wall, 1, WHOLE)
    camera.faces.clear()
    for sec, boxes in ((2, []), (3, [(0.0, 0.0, 40.0, 79.0)])):  # nobody, and too small
        camera.show(wall, sec)
        camera.track(sec, *boxes)
        ros.spin(0.1)
    camera.show(wall, 4)
    camera.track(4, WHOLE, state=TENTATIVE)
    ros.spin(0.1)
    camera.seen(wall, 5, WHOLE)
    assert [answer.header.stamp.sec for answer in camera.faces] == [5]


@pytest.mark.model
def test_whole_image_is_searched_where_that_is_set(ros, start, portrait):
    start(search='frame')
    camera = Camera(ros)
    beside = (0.0, 300.0, 60.0, 400.0)
    seen, = camera.seen(portrait, 1, WHOLE).faces
    assert seen.track_id == 1
    nobodys, = camera.seen(portrait, 2, beside).faces
    assert nobodys.track_id == 0 and len(nobodys.embedding) == len(seen.embedding)


@pytest.mark.model
def test_who_is_told_is_left_alone_until_the_refresh_time(ros, start, wall):
    start(looks__refresh_s=3.0)
    camera = Camera(ros)
    camera.seen(wall, 1, WHOLE)
    camera.people.publish(TrackedPersonArray(camera='front', people=[TOLD]))
    ros.spin(0.2)
    for sec in (2, 3):
        camera.show(wall, sec)
        camera.track(sec, WHOLE)
        ros.spin(0.2)
    camera.seen(wall, 4, WHOLE)
    assert [answer.header.stamp.sec for answer in camera.faces] == [1, 4]


@pytest.mark.model
def test_tracks_that_overtake_their_image_wait_for_it(ros, camera, wall):
    camera.track(5, WHOLE)
    ros.spin(0.05)
    camera.show(wall, 5)
    ros.until(lambda: camera.faces)
    assert camera.faces[0].header == header_at(5)


@pytest.mark.model
def test_tracks_without_their_image_are_counted_and_looked_at_in_the_next(ros, camera, wall):
    latest = ros.diagnostics_of('camera/face')
    camera.show(wall, 6)
    ros.spin(0.1)
    camera.track(5, WHOLE)
    ros.until(lambda: latest().get('without_image') == '1')
    camera.track(6, WHOLE)
    ros.until(lambda: camera.faces)
    assert [answer.header for answer in camera.faces] == [header_at(6)]


@pytest.mark.model
def test_tracks_that_come_while_it_works_are_dropped_and_counted_and_not_queued(
        ros, camera, wall):
    # Were the work done in the callback, every message would wait for its turn: nothing dropped.
    latest = ros.diagnostics_of('camera/face')
    for sec in range(1, 21):
        camera.track(sec, WHOLE)  # whose images do not come, so that it waits for them
    ros.until(lambda: int(latest().get('dropped', 0)) >= 1)
    assert camera.seen(wall, 30, WHOLE).header == header_at(30)


@pytest.mark.model
def test_diagnostics_say_what_was_done(ros, face, camera, wall):
    latest = ros.diagnostics_of('camera/face')
    camera.seen(wall, 1, WHOLE, WHOLE)
    ros.until(lambda: latest().get('looked_at') == '2')
    values = latest()
    assert values['message'] == 'looking' and values['processed'] == '1'
    assert (values['dropped'], values['without_image']) == ('0', '0')
    assert float(values['latency_median_s']) > 0.0 and values['model']
    face.trigger_deactivate()
    ros.until(lambda: latest()['message'] == 'not active')


@pytest.mark.model
def test_unreadable_image_is_left_out_and_the_next_one_answered(ros, camera, wall):
    broken = frame_to_msg(Frame(wall, 5_000_000_000, frame_id='eye'))
    broken.encoding = 'bgra8'
    camera.images.publish(broken)
    camera.track(5, WHOLE)
    assert camera.seen(wall, 6, WHOLE).header == header_at(6)


@pytest.mark.model
@pytest.mark.parametrize('box', [
    (0.0, 0.0, 0.0, 400.0),                      # no width
    (500.0, 0.0, 800.0, 400.0),                  # outside the image
    (-1e9, -1e9, 1e9, 1e9),                      # all around it
    (float('nan'), float('nan'), 10.0, 90.0),
])
def test_box_that_is_none_is_survived(ros, face, camera, wall, box):
    camera.show(wall, 5)
    camera.track(5, box)
    ros.spin(0.2)
    assert camera.seen(wall, 6, WHOLE, box).faces == [] and not face.finished.future.done()


@pytest.mark.model
def test_clock_that_went_back_does_not_stop_it(camera, wall):
    for sec in (1000, 3, 4):
        assert camera.seen(wall, sec, WHOLE).header == header_at(sec)


@pytest.mark.model
def test_it_can_be_stopped_undone_and_started_again(ros, face, camera, wall):
    for number, (undo, redo) in enumerate([
            (('deactivate',), ('activate',)),
            (('deactivate', 'cleanup'), ('configure', 'activate'))], 1):
        for transition in undo:
            assert getattr(face, f'trigger_{transition}')() == SUCCESS
        ros.until(lambda: not camera.images.get_subscription_count()
                  and not camera.tracks.get_subscription_count())
        for transition in redo:
            assert getattr(face, f'trigger_{transition}')() == SUCCESS
        ros.until(lambda: camera.images.get_subscription_count()
                  and camera.tracks.get_subscription_count())
        ros.spin(0.2)  # for the other ends to have found ours
        assert camera.seen(wall, number, WHOLE).faces == []


@pytest.mark.model
def test_live_settings_apply_to_the_next_image(ros, face, camera, wall):
    camera.seen(wall, 1, WHOLE)
    assert face.set_parameters([Parameter('looks.min_box_px', value=5000.0)])[0].successful
    camera.show(wall, 2)
    camera.track(2, WHOLE)
    ros.spin(0.2)
    assert face.set_parameters([Parameter('looks.min_box_px', value=80.0)])[0].successful
    camera.seen(wall, 3, WHOLE)
    assert [answer.header.stamp.sec for answer in camera.faces] == [1, 3]


@pytest.mark.parametrize('parameters, said', [
    ({'detector': 'yunot'}, "unknown face_detector model 'yunot'"),
    ({'detector': 'missing.onnx'}, 'missing.onnx does not exist'),
])
def test_network_that_cannot_be_used_leaves_it_unconfigured(ros, parameters, said, capfd):
    node = ros.make(FaceNode, parameters)
    assert node.trigger_configure() == FAILURE
    assert said in capfd.readouterr().err and not node.is_open


def test_one_thread_is_the_default_so_that_the_tracks_are_not_delayed(ros):
    node = ros.make(FaceNode)
    assert node.get_parameter('threads').value == 1
