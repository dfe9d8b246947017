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

"""Node `camera`: a file is a camera that is switched on when everybody looks."""

from collections.abc import Callable
import math
from pathlib import Path

import numpy as np
from person_tracker.nodes.camera import CameraNode
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.images import frame_from_msg
from person_tracker.nodes.stamps import nanoseconds
import pytest
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE
CALIBRATION = """
image_width: 128
image_height: 128
camera_name: eye
distortion_model: plumb_bob
distortion_coefficients: {rows: 1, cols: 5, data: [0.1, 0, 0, 0, 0]}
camera_matrix: {rows: 3, cols: 3, data: [200, 0, 64, 0, 200, 64, 0, 0, 1]}
rectification_matrix: {rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1]}
projection_matrix: {rows: 3, cols: 4, data: [200, 0, 64, 0, 0, 200, 64, 0, 0, 0, 1, 0]}
"""


@pytest.fixture(scope='module')
def video(block_video, tmp_path_factory) -> Path:
    """Return a video of 12 images at 20 Hz."""
    return block_video(tmp_path_factory.mktemp('video') / 'block.mp4', count=12, rate=20)


@pytest.fixture
def make(ros, video) -> Callable[..., CameraNode]:
    """Return a function that makes a camera of the video, with parameters."""
    def camera(hub: FrameHub | None = None, **parameters: object) -> CameraNode:
        values = {'source.uri': str(video), 'frame_id': 'eye', 'linger_s': 0.0,
                  **{name.replace('__', '.'): value for name, value in parameters.items()}}
        return ros.make(CameraNode, values, hub=hub)
    return camera


def start(camera: CameraNode) -> None:
    assert camera.trigger_configure() == SUCCESS
    assert camera.trigger_activate() == SUCCESS


def left_of(msg: Image) -> int:
    """Return the column where the block of an image begins."""
    return int(np.argmax(frame_from_msg(msg).image[32, :, 0] > 127))


def test_every_image_is_published_at_the_pace_of_the_file(ros, make):
    camera = make()
    images = ros.heard(Image, '/camera/image_raw')
    infos = ros.heard(CameraInfo, '/camera/camera_info')
    before_ns = camera.get_clock().now().nanoseconds
    start(camera)
    ros.until(camera.finished.future.done)
    ros.until(lambda: len(images) == 12 and len(infos) == 12)
    assert camera.finished.future.result() == 0
    stamps_ns = [nanoseconds(msg.header.stamp) for msg in images]
    assert np.diff(stamps_ns).tolist() == [50_000_000] * 11
    assert before_ns < stamps_ns[0] < stamps_ns[-1] <= camera.get_clock().now().nanoseconds
    assert {msg.header.frame_id for msg in images} == {'eye'}
    assert [msg.header for msg in infos] == [msg.header for msg in images]
    assert all(abs(left_of(msg) - 4 - number) <= 1 for number, msg in enumerate(images))


def test_file_starts_when_somebody_looks(ros, make):
    camera = make()
    start(camera)
    ros.spin(0.5)
    assert not camera.finished.future.done()
    images = ros.heard(Image, '/camera/image_raw')
    ros.until(lambda: len(images) == 12)


def test_file_starts_when_all_the_nodes_are_there_that_it_waits_for(ros, make):
    import rclpy
    camera = make(wait_for_nodes=['/camera/late'])
    images = ros.heard(Image, '/camera/image_raw')
    start(camera)
    ros.spin(0.5)
    assert images == []
    ros.add(rclpy.create_node('late', namespace='/camera'))
    ros.until(lambda: len(images) == 12)


def test_file_starts_without_them_when_they_take_too_long(ros, make):
    camera = make(max_start_delay_s=0.2, wait_for_nodes=['/camera/never'])
    start(camera)
    ros.until(camera.finished.future.done)


def test_listener_in_the_same_process_gets_the_arrays(ros, make):
    hub, frames = FrameHub(), []
    camera = make(hub)
    hub.listen('/camera/image_raw', frames.append)
    start(camera)
    ros.until(camera.finished.future.done)
    assert [frame.index for frame in frames] == list(range(12))
    assert {frame.frame_id for frame in frames} == {'eye'}


def test_stopped_file_goes_on_from_there(ros, make):
    camera = make()
    images = ros.heard(Image, '/camera/image_raw')
    start(camera)
    ros.until(lambda: len(images) >= 3)
    assert camera.trigger_deactivate() == SUCCESS
    ros.spin(0.3)
    count = len(images)
    assert count < 12
    assert camera.trigger_activate() == SUCCESS
    ros.until(camera.finished.future.done)
    lefts = [left_of(msg) for msg in images]
    assert lefts == sorted(set(lefts)) and abs(lefts[-1] - 15) <= 1
    assert len(images) >= 10  # what was due at the stop may be gone


def test_file_begins_anew_after_a_cleanup(ros, make):
    camera = make()
    images = ros.heard(Image, '/camera/image_raw')
    start(camera)
    ros.until(lambda: len(images) >= 3)
    assert camera.trigger_deactivate() == SUCCESS
    assert camera.trigger_cleanup() == SUCCESS
    ros.spin(0.1)
    images.clear()
    start(camera)
    ros.until(lambda: len(images) == 12)
    assert abs(left_of(images[0]) - 4) <= 1


def test_end_while_it_runs_is_quick(ros, make):
    camera = make(source__loop=True)
    images = ros.heard(Image, '/camera/image_raw')
    start(camera)
    ros.until(lambda: len(images) > 12)  # round and round
    ros.destroy(camera)
    ros.spin(0.1)
    count = len(images)
    ros.spin(0.3)
    assert len(images) == count


def test_field_of_view_makes_a_calibration(ros, make):
    infos = ros.heard(CameraInfo, '/camera/camera_info')
    start(make(horizontal_fov_deg=90.0, max_start_delay_s=0.0))
    ros.until(lambda: infos)
    assert (infos[0].width, infos[0].height) == (64, 64)
    assert infos[0].k[0] == pytest.approx(32 / math.tan(math.radians(45)))


def test_calibration_of_a_file_is_scaled_to_the_images(ros, make, tmp_path):
    (tmp_path / 'eye.yaml').write_text(CALIBRATION)
    infos = ros.heard(CameraInfo, '/camera/camera_info')
    start(make(calibration=str(tmp_path / 'eye.yaml'), max_start_delay_s=0.0))
    ros.until(lambda: infos)
    assert infos[0].k[0] == pytest.approx(100.0) and infos[0].d[0] == pytest.approx(0.1)


@pytest.mark.parametrize('parameters', [
    {'source__uri': 'missing.mp4'},
    {'source__uri': ''},
    {'source__uri': 'gopher://host/video'},
    {'calibration': 'missing.yaml'},
])
def test_camera_that_cannot_be_opened_stays_unconfigured_and_can_be_asked_again(
        make, parameters):
    camera = make(**parameters)
    for _ in range(2):
        assert camera.trigger_configure() == FAILURE


def test_stream_that_is_not_there_yet_is_tried_again_and_told(ros, make):
    latest = ros.diagnostics_of('camera/camera')
    camera = make(source__uri='rtsp://127.0.0.1:1/live', source__retry_first_open=True,
                  source__min_backoff_s=0.05)
    start(camera)
    ros.until(lambda: latest().get('message') == 'reconnecting'
              and int(latest()['attempts']) >= 2)
    assert 'nothing listens there' in latest()['last_error']
    assert camera.trigger_deactivate() == SUCCESS
    assert not camera.finished.future.done()


def test_health_tells_when_the_first_image_was_taken_and_how_many_came(ros, make):
    latest = ros.diagnostics_of('camera/camera')
    camera = make()
    images = ros.heard(Image, '/camera/image_raw')
    start(camera)
    ros.until(camera.finished.future.done)
    ros.until(lambda: latest().get('processed') == '12')  # told at the end, whatever the second
    assert int(latest()['first_stamp_ns']) == nanoseconds(images[0].header.stamp)
    assert latest()['message'] == 'connected' and latest()['corrupt_frames'] == '0'
