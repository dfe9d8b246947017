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

from person_tracker.core.settings import SettingError
from person_tracker.nodes.camera_list import CameraEntry
from person_tracker.nodes.camera_list import read_cameras
import pytest


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
