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

"""Where a camera is comes from clicked points, from its pose in the list, or from tf."""

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from person_tracker.core.geometry import CameraModel
from person_tracker.core.ground import on_ground
from person_tracker.nodes import qos
from person_tracker.nodes.camera_grounds import CameraGrounds
from person_tracker.nodes.conversions import camera_info_to_msg
from person_tracker.nodes.identity_settings import IdentityNodeConfig
import pytest
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

MODEL = CameraModel.from_field_of_view(640, 480, 1.2)
CENTRE = MODEL.K[:2, 2]
# Optical frame of a camera that looks 45 degrees down along x: the ground is as far as it is high.
LOOKS_DOWN = (-0.6532814824381883, 0.6532814824381883, -0.2705980500730985, 0.2705980500730985)
LIST = """
cameras:
  - name: clicked
    ground_points: [[0, 400, -2, 4], [640, 400, 2, 4], [160, 200, -2, 8], [480, 200, 2, 8]]
    image_size: [640, 480]
    pose: {z: 2.0}
  - {name: given, pose: {x: 1.0, z: 2.0, pitch: 0.7853981633974483}}
  - name: mounted
    camera_info_topic: /driver/info
    pose: {frame: base_link, z: 2.0, pitch: 0.7853981633974483}
  - {name: bare}
"""


def header(frame_id: str = 'eye', time_s: float = 10.0) -> Header:
    sec, nanosec = divmod(round(time_s * 1e9), 1_000_000_000)
    return Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id=frame_id)


def transform(parent: str, child: str, x: float = 0.0, z: float = 0.0, time_s: float = 10.0,
              turn: tuple[float, ...] = (0.0, 0.0, 0.0, 1.0)) -> TFMessage:
    msg = TransformStamped(header=header(parent, time_s), child_frame_id=child)
    msg.transform.translation.x, msg.transform.translation.z = x, z
    rotation = msg.transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = turn
    return TFMessage(transforms=[msg])


def place_of(ground, u: float = CENTRE[0], v: float = CENTRE[1]) -> list[float]:
    return on_ground([[u, v]], ground.ground_from_image, noise_px=1.0).positions_m[0].tolist()


@pytest.fixture
def grounds(ros, tmp_path):
    """Return a function that listens for cameras of the list, or of no list."""
    path = tmp_path / 'cameras.yaml'
    path.write_text(LIST, encoding='utf-8')

    def make(*cameras: str, camera_list: str = str(path), **fields: str) -> CameraGrounds:
        return CameraGrounds(ros.node, IdentityNodeConfig(
            cameras=cameras, camera_list=camera_list, **fields))
    return make


@pytest.fixture
def informed(ros):
    """Return a function that publishes a camera's calibration until it is taken."""
    def inform(found, camera: str, topic: str, frame_id: str = 'eye',
               model: CameraModel = MODEL) -> None:
        speaker = ros.speaker(CameraInfo, topic)
        speaker.publish(camera_info_to_msg(model, header(frame_id)))
        ros.until(lambda: found.at(camera, header(frame_id)) is not None)
    return inform


def test_clicked_points_need_nothing_else(grounds):
    found = grounds('clicked')
    ground = found.at('clicked', header())
    assert place_of(ground, 160, 200) == pytest.approx([-2.0, 8.0])
    assert found.origin_of('clicked') == 'points'


def test_clicked_points_follow_the_size_of_the_image(ros, grounds):
    found = grounds('clicked')
    speaker = ros.speaker(CameraInfo, 'clicked/camera_info')
    speaker.publish(camera_info_to_msg(MODEL.scaled(320, 240), header()))
    ros.until(lambda: found.at('clicked', header()).image_size == (320, 240))
    assert place_of(found.at('clicked', header()), 80, 100) == pytest.approx([-2.0, 8.0])


def test_pose_of_the_list_needs_the_calibration(grounds, informed):
    found = grounds('given')
    assert found.at('given', header()) is None and found.origin_of('given') == 'unknown'
    informed(found, 'given', 'given/camera_info')
    ground = found.at('given', header())
    assert place_of(ground) == pytest.approx([3.0, 0.0], abs=1e-6)
    assert found.origin_of('given') == 'pose'
    assert found.at('given', header(time_s=99.0)) is ground  # made once for a camera at rest


def test_poses_of_the_list_are_told_to_whoever_comes_late(ros, grounds):
    grounds('given', 'mounted')
    heard = []
    ros.node.create_subscription(TFMessage, '/tf_static', heard.append, qos.FIXED_FRAMES)
    ros.until(lambda: heard)
    pairs = [(each.header.frame_id, each.child_frame_id) for each in heard[0].transforms]
    assert pairs == [('map', 'given_link'), ('given_link', 'given_optical_frame'),
                     ('base_link', 'mounted_link'), ('mounted_link', 'mounted_optical_frame')]
    body, optical = (each.transform for each in heard[0].transforms[:2])
    assert (body.translation.x, body.translation.z) == (1.0, 2.0)
    turn = optical.rotation
    assert (turn.x, turn.y, turn.z, turn.w) == (-0.5, 0.5, -0.5, 0.5)


def test_camera_on_a_robot_is_where_the_robot_was_at_the_stamp(ros, grounds, informed):
    found = grounds('mounted')
    speaker = ros.speaker(TFMessage, '/tf')
    for tenth in range(3):
        speaker.publish(transform('map', 'base_link', x=tenth / 10.0, time_s=10.0 + tenth / 10.0))
    informed(found, 'mounted', '/driver/info')
    ros.until(lambda: found.at('mounted', header(time_s=10.2)) is not None)
    assert place_of(found.at('mounted', header(time_s=10.2))) == pytest.approx([2.2, 0.0])
    assert place_of(found.at('mounted', header(time_s=10.05))) == pytest.approx([2.05, 0.0])
    assert found.at('mounted', header(time_s=11.0)) is None  # nobody told where the robot is now
    assert found.origin_of('mounted') == 'unknown'


@pytest.mark.parametrize(('camera', 'listed'), [
    ('bare', True),  # a camera of the list without a pose
    ('lone', True),  # a camera that is not on the list
    ('lone', False),  # no list at all
])
def test_tf_tells_where_the_frame_of_the_image_is(ros, grounds, informed, camera, listed):
    found = grounds(camera) if listed else grounds(camera, camera_list='')
    speaker = ros.node.create_publisher(TFMessage, '/tf_static', qos.FIXED_FRAMES)
    speaker.publish(transform('map', 'lens', x=5.0, z=3.0, turn=LOOKS_DOWN))
    informed(found, camera, f'{camera}/camera_info', 'lens')
    assert place_of(found.at(camera, header('lens'))) == pytest.approx([8.0, 0.0], abs=1e-6)
    assert found.origin_of(camera) == 'tf'
    assert found.at(camera, header('another')) is None


def test_other_calibration_is_noticed(ros, grounds, informed):
    found = grounds('given')
    informed(found, 'given', 'given/camera_info')
    speaker = ros.speaker(CameraInfo, 'given/camera_info')
    speaker.publish(camera_info_to_msg(MODEL.scaled(320, 240), header()))
    ros.until(lambda: found.at('given', header()).image_size == (320, 240))


def test_other_ground_frame_is_taken(grounds, informed):
    found = grounds('mounted', ground_frame='base_link')
    informed(found, 'mounted', '/driver/info')
    assert place_of(found.at('mounted', header())) == pytest.approx([2.0, 0.0])


def test_without_a_ground_frame_nothing_is_known_nor_heard(ros, grounds):
    found = grounds('clicked', 'given', ground_frame='')
    assert found.at('clicked', header()) is None and found.origin_of('given') == 'unknown'
    assert ros.node.count_subscribers('/tf') == 0
    assert ros.node.count_publishers('/tf_static') == 0


def test_tf_and_calibration_that_cannot_be_used_are_left_out(ros, grounds, informed, capfd):
    found = grounds('bare')
    informs = ros.speaker(CameraInfo, 'bare/camera_info')
    informs.publish(CameraInfo())
    speaker = ros.speaker(TFMessage, '/tf')
    speaker.publish(transform('map', 'lens', x=float('nan')))
    said = []
    ros.until(lambda: said.append(capfd.readouterr().err) or 'left tf out' in ''.join(said))
    assert found.at('bare', header('lens')) is None


def test_camera_that_lies_on_the_ground_tells_no_places(ros, grounds, capfd):
    found = grounds('bare')
    ros.speaker(CameraInfo, 'bare/camera_info').publish(camera_info_to_msg(MODEL, header()))
    ros.speaker(TFMessage, '/tf').publish(transform('map', 'lens', turn=LOOKS_DOWN))
    said = []
    ros.until(lambda: said.append(capfd.readouterr().err) or found.at('bare', header('lens'))
              or 'camera bare tells no places: the camera must not lie' in ''.join(said))
    assert found.origin_of('bare') == 'unknown'
