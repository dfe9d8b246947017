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

"""`person_tracker models add`: a network of one's own becomes a name, and works under it."""

import cv2
from person_tracker.models.fetching import state
from person_tracker.models.folder import models_folder
from person_tracker.models.registry import lookup
import pytest


@pytest.fixture
def picture(tmp_path, blob_image):
    """Return a picture with two blobs."""
    path = tmp_path / 'blobs.png'
    cv2.imwrite(str(path), blob_image((8, 16, (0, 0, 255)), (64, 48, (0, 255, 0))))
    return path


def test_a_network_is_tried_added_listed_and_tracks_by_its_name(
        person_tracker, blob_network, blob_image, picture, tmp_path):
    result = person_tracker('models', 'add', blob_network(), '--kind', 'one_shot', '--name',
                            'fairmot', '--picture', picture, '--licence', 'MIT')
    assert result.returncode == 0, result.stderr
    *_, found, added = result.stdout.splitlines()
    assert found == 'finds 2 in the picture, scores 1.00 to 1.00'
    assert added == (f'added fairmot to {tmp_path}/models/own/registry.yaml; use it with: '
                     '--set use_one_shot=true --set one_shot.model=fairmot')
    listed = person_tracker('models', 'list').stdout
    (line,) = [line for line in listed.splitlines() if line.startswith('fairmot ')]
    assert line.split()[1:4] == ['one_shot', 'verified', 'MIT']
    assert person_tracker('models', 'verify').stdout == 'fairmot: verified\n'

    frames = tmp_path / 'frames'
    frames.mkdir()
    for number in range(8):
        image = blob_image((8 + 3 * number, 16, (0, 0, 255)), (100 - 3 * number, 56, (0, 255, 0)))
        cv2.imwrite(str(frames / f'{number:03}.png'), image)
    result = person_tracker('run', frames, '--set', 'use_one_shot=true', '--tracks', 'tracks.txt')
    assert result.returncode == 0, result.stderr
    rows = [line.split(',') for line in (tmp_path / 'tracks.txt').read_text().splitlines()]
    assert {row[1] for row in rows} == {'1', '2'}
    assert [row[1] for row in rows if row[0] == '8'] == ['1', '2']
    result = person_tracker('run', frames, '--preset', 'fairmot', '--tracks', 'preset.txt')
    assert result.returncode == 0, result.stderr
    rows = [line.split(',') for line in (tmp_path / 'preset.txt').read_text().splitlines()]
    assert [row[1] for row in rows if row[0] == '8'] == ['1', '2']


@pytest.mark.model
def test_a_file_that_the_registry_knows_is_recognised_whichever_of_its_parts_is_given(
        person_tracker):
    entry = lookup('yolov4_tiny')
    if state(entry) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {entry.name}')
    for file in entry.files[:2]:
        added = person_tracker('models', 'add', models_folder() / file.name, '--kind', 'detector',
                               '--force')
        assert 'the package knows this file as yolov4_tiny' in added.stdout, added.stderr


def test_without_a_picture_a_drawing_is_taken_and_it_says_so(person_tracker, block_detector):
    result = person_tracker('models', 'add', block_detector, '--kind', 'detector')
    assert result.returncode == 0, result.stderr
    assert 'the picture is a plain drawing of one person' in result.stdout
    assert 'added block_detector to' in result.stdout


def test_the_setting_of_a_preset_turns_one_shot_on(tmp_path, refused, blob_image):
    preset = tmp_path / 'own.yaml'
    preset.write_text('composed: {ros__parameters: {use_one_shot: true}}\n'
                      'one_shot: {ros__parameters: {every: 2, min_score: 0.3}}\n')
    frames = tmp_path / 'frames'
    frames.mkdir()
    cv2.imwrite(str(frames / '0.png'), blob_image())
    line = refused(1, 'run', frames, '--preset', preset)
    assert 'person_tracker models add fairmot.onnx --kind one_shot --name fairmot' in line


@pytest.mark.parametrize(('status', 'arguments', 'complaint'), [
    (1, ('gone.onnx', '--kind', 'detector'), 'model file gone.onnx does not exist'),
    (2, ('gone.onnx',), 'the following arguments are required: --kind'),
    (2, ('gone.onnx', '--kind', 'tracker'), "invalid choice: 'tracker'"),
    (1, ('gone.onnx', '--kind', 'detector', '--picture', 'gone.png'),
     'gone.png is not a picture that can be read'),
])
def test_bad_input_is_one_clear_line(refused, status, arguments, complaint):
    assert complaint in refused(status, 'models', 'add', *arguments)


def test_a_network_of_another_kind_is_one_clear_line(refused, blob_network, tmp_path):
    line = refused(1, 'models', 'add', blob_network(), '--kind', 'detector')
    assert line.endswith('it would do as --kind one_shot')
    assert not (tmp_path / 'models').exists()
