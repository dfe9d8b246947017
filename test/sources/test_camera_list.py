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

"""The list of cameras says what each camera's nodes get, and refuses what cannot be a camera."""

from pathlib import Path

from person_tracker.core.geometry import CameraModel
from person_tracker.core.ground import on_ground
from person_tracker.core.settings import SettingError
from person_tracker.sources.camera_list import CameraEntry
from person_tracker.sources.camera_list import ground_of
from person_tracker.sources.camera_list import read_cameras
from person_tracker.sources.camera_pose import CameraPose
import pytest
import yaml

SQUARE = '[[0, 400, -2, 4], [640, 400, 2, 4], [160, 200, -2, 8], [480, 200, 2, 8]]'


def points(listed: str, size: str = '[640, 480]') -> str:
    size = f', image_size: {size}' if size else ''
    return f'cameras: [{{name: a, ground_points: {listed}{size}'


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a list and gives its path."""
    def write(text: str) -> Path:
        path = tmp_path / 'cameras.yaml'
        path.write_text(text, encoding='utf-8')
        return path
    return write


def test_list_is_read_in_its_order(written):
    cameras = read_cameras(written("""
cameras:
  - name: front
    source: 0
    calibration: front.yaml
    parameters:
      camera: {source.max_rate_hz: 5.0}
      detector: {min_score: 0.2}
  - {name: rear, image_topic: /driver/image, camera_info_topic: /driver/info}
"""))
    assert [camera.name for camera in cameras] == ['front', 'rear']
    front, rear = cameras
    assert front.parameters_of('camera') == {
        'source.uri': '0', 'calibration': 'front.yaml', 'frame_id': 'front_optical_frame',
        'source.max_rate_hz': 5.0}
    assert front.parameters_of('detector') == {'min_score': 0.2}
    assert front.parameters_of('tracker') == {'camera': 'front'}
    assert front.parameters_of('reid') == {} and front.remappings() == []
    assert rear.source == '' and rear.remappings() == [
        ('image_raw', '/driver/image'), ('camera_info', '/driver/info')]


def test_own_parameters_of_a_camera_win():
    entry = CameraEntry('a', 'x.mp4', parameters={'camera': {'frame_id': 'eye'}})
    assert entry.parameters_of('camera')['frame_id'] == 'eye'


@pytest.mark.parametrize('name', ['front', 'F2', 'a_b', 'a'])
def test_name_that_can_be_a_namespace_is_taken(name):
    assert CameraEntry(name).name == name


@pytest.mark.parametrize('name', ['', '2front', '_a', 'a-b', 'a b', 'a/b', 'ä', 7, None])
def test_name_that_cannot_be_a_namespace_is_refused(name):
    with pytest.raises(SettingError, match='name of a camera must be letters, digits and _'):
        CameraEntry(name)


@pytest.mark.parametrize('text, said', [
    ('', 'must hold a list `cameras:`'),
    ('cameras: []', 'with at least one entry'),
    ('cameras: front', 'must hold a list `cameras:`'),
    ('- name: front', 'must hold a list `cameras:`'),
    ('cameras: [front]', "must be a mapping with a name, got 'front'"),
    ('cameras: [{source: 0}]', 'must be a mapping with a name'),
    ('cameras: [{name: 2x}]', "start with a letter, got '2x'"),
    ('cameras: [{name: a, uri: 0}]', "unknown key 'uri' of camera 'a'; known are name, source"),
    ('cameras: [{name: a}, {name: a}]', r"a name of its own, got \['a', 'a'\]"),
    ('cameras: [{name: a, parameters: {identity: {}}}]', "one of camera, .* got 'identity'"),
    ('cameras: [{name: a, parameters: [1]}]', r'must be a mapping by node, got \[1\]'),
    ('cameras: [{name: a, parameters: {camera: 5}}]', 'must be a mapping of names .* got 5'),
    ('cameras: [', 'cannot be read'),
    ('cameras: [{name: a, pose: 5}]', "pose of camera 'a' must be a mapping .* got 5"),
    ('cameras: [{name: a, pose: {height: 2}}]', 'keys of frame, x, y, z, roll, pitch, yaw, got'),
    ('cameras: [{name: a, pose: {z: high}}]', "camera 'a': z of a pose must be a number, .*high"),
    ('cameras: [{name: a, pose: {z: .nan}}]', 'z of a pose must be a number, got nan'),
    ('cameras: [{name: a, pose: {frame: 7}}]', 'frame of a pose must be a name, got 7'),
    (points('[[0, 0, 0, 0]]', size='') + '}]', "image_size of camera 'a' must be width and"),
    (points('[]') + '}]', r"ground_points of camera 'a' must be a list of points \[u, v, x, y\]"),
    (points('[[0, 0, 0]]') + '}]', r'must be four numbers, .* got \(0, 0, 0\)'),
    (points('[[0, 0, 0, a]]') + '}]', "must be four numbers, .*'a'"),
    (points('[[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2]]') + '}]',
     "ground_points of camera 'a': a homography needs at least 4 pairs, got 3"),
    (points('[[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]]') + '}]',
     "ground_points of camera 'a': the pairs do not settle a homography"),
    (points('[[0, 0, 0, 0]]', size='[640]') + '}]', r'pixels, got \(640,\)'),
    (points('[[0, 0, 0, 0]]', size='[640, -1]') + '}]', 'pixels, got'),
])
def test_list_that_says_something_else_is_refused_by_its_file(written, text, said):
    path = written(text)
    with pytest.raises(SettingError, match=said) as refusal:
        read_cameras(path)
    assert str(path) in str(refusal.value)


def test_list_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(SettingError, match='missing.yaml cannot be read'):
        read_cameras(tmp_path / 'missing.yaml')
    (tmp_path / 'binary.yaml').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(SettingError, match='binary.yaml cannot be read'):
        read_cameras(tmp_path / 'binary.yaml')


# --- Where cameras are ------------------------------------------------------------------------


MODEL = CameraModel.from_field_of_view(640, 480, 1.2)
# Three metres up, thirty degrees down: the middle of the image is 3 / tan(30 degrees) ahead.
POSE = '{x: 1.0, y: 2.0, z: 3.0, pitch: 0.5235987755982988}'
AHEAD_M = 3.0 * 3.0 ** 0.5


def place_at(ground, u: float, v: float) -> list[float]:
    """Return the place on the ground that a pixel shows."""
    return on_ground([[u, v]], ground.ground_from_image, noise_px=1.0).positions_m[0].tolist()


def test_pose_is_read_and_what_is_left_out_is_zero(written):
    front, rear = read_cameras(written(f"""
cameras:
  - {{name: front, pose: {POSE}}}
  - {{name: rear, pose: {{frame: base_link, z: 1}}}}
"""))
    assert front.pose == CameraPose('map', 1.0, 2.0, 3.0, pitch=0.5235987755982988)
    assert rear.pose == CameraPose('base_link', z=1)
    assert (front.body_frame, front.optical_frame) == ('front_link', 'front_optical_frame')


@pytest.mark.parametrize(('yaw', 'place'), [
    (0.0, [1.0 + AHEAD_M, 2.0]),  # along x
    (1.5707963267948966, [1.0, 2.0 + AHEAD_M]),  # turned left, along y
])
def test_camera_with_a_pose_knows_the_ground_ahead(yaw, place):
    pose = CameraPose(x=1.0, y=2.0, z=3.0, pitch=0.5235987755982988, yaw=yaw)
    ground = ground_of(CameraEntry('a', pose=pose), MODEL)
    assert place_at(ground, MODEL.K[0, 2], MODEL.K[1, 2]) == pytest.approx(place, abs=1e-6)


def test_calibration_of_the_list_gives_the_model(written, tmp_path):
    calibration = tmp_path / 'a_calibration.yaml'
    calibration.write_text(yaml.safe_dump({
        'image_width': 640, 'image_height': 480, 'distortion_model': 'plumb_bob',
        'distortion_coefficients': {'data': [0.0] * 5},
        'camera_matrix': {'data': MODEL.K.ravel().tolist()},
        'rectification_matrix': {'data': MODEL.R.ravel().tolist()},
        'projection_matrix': {'data': MODEL.P.ravel().tolist()}}))
    entry, = read_cameras(written(
        f'cameras: [{{name: a, pose: {POSE}, calibration: {calibration}}}]'))
    place = place_at(ground_of(entry), MODEL.K[0, 2], MODEL.K[1, 2])
    assert place == pytest.approx([1.0 + AHEAD_M, 2.0], abs=1e-6)
    calibration.unlink()
    with pytest.raises(SettingError, match="calibration of camera 'a': .* cannot be read"):
        ground_of(entry)


def test_clicked_points_are_the_ground(written):
    entry, = read_cameras(written(points(SQUARE) + f', pose: {POSE}}}]'))
    for u, v, x, y in entry.ground_points:
        assert place_at(ground_of(entry), u, v) == pytest.approx([x, y], abs=1e-6)


def test_points_clicked_on_a_larger_image_are_scaled(written):
    entry, = read_cameras(written(points(SQUARE) + '}]'))
    ground = ground_of(entry, MODEL.scaled(320, 240))
    assert ground.image_size == (320, 240)
    assert place_at(ground, 80, 100) == pytest.approx([-2.0, 8.0], abs=1e-6)


@pytest.mark.parametrize(('entry', 'model'), [
    (CameraEntry('a'), MODEL),  # nothing is given
    (CameraEntry('a', pose=CameraPose(z=2.0)), None),  # a pose without a model
    (CameraEntry('a', pose=CameraPose('base_link', z=2.0)), MODEL),  # a pose somewhere else
])
def test_camera_of_which_too_little_is_given_knows_no_ground(entry, model):
    assert ground_of(entry, model) is None


def test_pose_in_the_frame_that_is_asked_for_is_taken():
    entry = CameraEntry('a', pose=CameraPose('base_link', z=2.0, pitch=0.5))
    assert ground_of(entry, MODEL, ground_frame='base_link') is not None


def test_camera_that_lies_on_the_ground_is_refused():
    with pytest.raises(SettingError, match="pose of camera 'a': the camera must not lie in"):
        ground_of(CameraEntry('a', pose=CameraPose()), MODEL)
