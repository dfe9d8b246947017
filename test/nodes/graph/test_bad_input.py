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

"""Whatever a user gets wrong is told in one line that says what, and ends the executable."""

import hashlib
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.graph


@pytest.fixture
def files(tmp_path, block_video) -> Path:
    """Return a folder of files that are not what their names say, and one that is."""
    (tmp_path / 'text.mp4').write_text('this is no video' * 100)
    (tmp_path / 'empty.mp4').write_bytes(b'')
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'text.onnx').write_text('this is no network')
    (tmp_path / 'models').mkdir()
    (tmp_path / 'models' / 'yolox_nano.onnx').write_text('this has another hash')
    video = block_video(tmp_path / 'good.mp4', count=5)
    half = tmp_path / 'half.mp4'  # its index, at the end, is missing
    half.write_bytes(video.read_bytes()[:len(video.read_bytes()) // 2])
    return tmp_path


@pytest.mark.parametrize('source, said', [
    ('missing.mp4', 'missing.mp4 does not exist'),
    ('text.mp4', 'text.mp4 cannot be read: it is no video that can be decoded'),
    ('half.mp4', 'half.mp4 '),
    ('empty.mp4', 'empty.mp4 is an empty file'),
    ('folder', 'folder holds no image'),
    ('rtsp://127.0.0.1:1/live', 'nothing listens there; check host and port'),
    ('htp://127.0.0.1/live', "unsupported scheme 'htp'"),
    ('99', 'there is no camera /dev/video99'),
])
def test_source_that_cannot_be_opened_is_told_by_its_name(
        run_node, write_parameters, files, assert_refused, source, said):
    parameters = write_parameters(files / 'parameters.yaml')
    given = source if ':' in source or source.isdigit() else files / source
    child = run_node('composed', '--params-file', parameters, source=given, use_reid=False)
    assert_refused(child, '[camera.camera]', said)


@pytest.mark.parametrize('parameters, parts', [
    # A file of one's own.
    ({'model': 'missing.onnx'}, ['model file missing.onnx does not exist']),
    ({'model': 'text.onnx'}, ['text', 'is not a network that onnxruntime can load']),
    # A name from the registry.
    ({'model': 'yolo_nano'}, ["unknown detector model 'yolo_nano'", 'known are']),
    ({'model': 'yolox_nano', 'models_folder': 'models'}, [
        'yolox_nano', hashlib.sha256(b'this has another hash').hexdigest()[:8]]),
    ({'model': 'yolox_nano', 'models_folder': 'nowhere'}, ['yolox_nano', 'person_tracker models']),
])
def test_network_that_cannot_be_used_is_told_by_its_name(
        start, run_node, files, assert_refused, parameters, parts):
    file = files / 'parameters.yaml'
    given = {key: str(files / value) if (files / value).exists() else value
             for key, value in parameters.items()}
    file.write_text(yaml.safe_dump({'/**/detector': {'ros__parameters': given}}))
    child = run_node('composed', '--params-file', file, source=files / 'good.mp4', use_reid=False)
    assert_refused(child, '[camera.detector]', *parts)


def test_face_networks_that_are_missing_are_told_by_name_and_how_to_get_them(
        run_node, write_parameters, tmp_path, assert_refused, walk):
    file = write_parameters(tmp_path / 'parameters.yaml', composed={'use_faces': True})
    child = run_node('composed', '--params-file', file, source=walk.path)
    assert_refused(child, '[camera.face]', 'yunet', 'person_tracker models fetch')


@pytest.mark.parametrize('executable, parameters, parts', [
    ('tracker', {'max_lost_s': -1.0}, ['max_lost_s', '-1', '(0, 3600] s']),
    ('tracker', {'confirm_hits': 'often'}, ['confirm_hits', "'often'", 'a whole number']),
    ('tracker', {'max_lost': 1.0}, ["unknown parameter 'max_lost' of node tracker", 'max_lost_s']),
    ('identity', {'store.url': 'ftp://here'}, ['store.url: a store must be', 'ftp://']),
    ('identity', {'learning.decide_s': -1.0}, ['learning.decide_s', '[0, 60] s', '-1']),
    ('composed', {'uri': 'x.mp4'}, ["unknown parameter 'uri' of node composed", 'source']),
    ('composed', {'camera': '2nd'}, ['name of a camera', "'2nd'"]),
    ('composed', {'cameras': 'missing.yaml'}, ['list of cameras missing.yaml cannot be read']),
])
def test_parameter_that_is_not_allowed_is_told_with_what_is(
        run_node, assert_refused, executable, parameters, parts):
    assert_refused(run_node(executable, **parameters), 'error: ', *parts)


def test_parameter_of_a_node_in_the_composed_chain_is_told_too(
        run_node, write_parameters, tmp_path, assert_refused, walk):
    file = write_parameters(tmp_path / 'parameters.yaml', tracker={'new_score': 1.5})
    child = run_node('composed', '--params-file', file, source=walk.path)
    assert_refused(child, 'new_score must be in [0, 1], got 1.5')


@pytest.mark.parametrize('executable', ['identity', 'composed'])
def test_damaged_file_of_people_is_told_by_its_name_and_kept(
        run_node, write_parameters, tmp_path, assert_refused, walk, executable):
    people = tmp_path / 'people.sqlite'
    people.write_bytes(b'this is no database' * 100)
    file = write_parameters(tmp_path / 'parameters.yaml', identity={'store.url': str(people)})
    more = {'source': walk.path} if executable == 'composed' else {}
    child = run_node(executable, '--params-file', file, **more)
    assert_refused(child, 'store.url: ', str(people), 'put a backup in its place')
    aside, = tmp_path.glob('people.sqlite.*')
    assert aside.read_bytes() == b'this is no database' * 100


def test_node_that_refuses_ends_the_manager_and_says_why_itself(
        run_node, tmp_path, assert_refused, press_ctrl_c):
    camera = run_node('camera', namespace='/camera', source__uri=tmp_path / 'missing.mp4')
    manager = run_node('lifecycle_manager', namespace='/camera', nodes='[camera]')
    assert_refused(manager, 'camera could not be configured')
    assert 'missing.mp4 does not exist' in camera.said()
    press_ctrl_c(camera)
