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


"""`person_tracker models`: what is there, what is not, and what is not what it should be."""

import pytest


def test_the_list_names_every_network_with_its_state_and_licence(person_tracker):
    result = person_tracker('models', 'list')
    assert result.returncode == 0, result.stderr
    (line,) = [line for line in result.stdout.splitlines() if line.startswith('yolox_tiny')]
    assert line.split()[1:4] == ['detector', 'missing', 'Apache-2.0']
    (line,) = [line for line in result.stdout.splitlines() if line.startswith('fairmot')]
    assert line.split()[1:3] == ['one_shot', 'missing']
    assert line.endswith('how: person_tracker models fetch fairmot')


def test_a_damaged_network_is_seen(tmp_path, person_tracker, refused):
    folder = tmp_path / 'own'
    folder.mkdir()
    (folder / 'yolox_nano.onnx').write_text('something else')
    listed = person_tracker('models', 'list', '--folder', folder).stdout
    (line,) = [line for line in listed.splitlines() if line.startswith('yolox_nano')]
    assert line.split()[2] == 'damaged'
    for action in (('verify',), ('verify', 'yolox_nano'), ('fetch', 'yolox_nano')):
        line = refused(1, 'models', *action, '--folder', folder)
        assert 'yolox_nano.onnx has sha256' in line
        assert 'models fetch yolox_nano --force' in line


@pytest.mark.parametrize(('status', 'arguments', 'complaint'), [
    (1, ('verify',), 'no network is in'),                           # empty folder
    (1, ('verify', 'yolox_nano'), 'does not exist'),                # missing
    (1, ('fetch', 'yolo99'), "unknown model 'yolo99'; known are"),  # not in the registry
    (1, ('fetch', '--preset', 'fairmot'), 'fairmot.onnx is missing: '),
    (2, ('fetch', '--preset', 'best'), "unknown preset 'best'; known are"),
    (2, ('fetch', 'sface', '--preset', 'fairmot'), 'give either names of networks or --preset'),
    (2, ('delete',), "invalid choice: 'delete'"),
    (2, (), 'the following arguments are required: ACTION'),
])
def test_bad_input_is_one_clear_line(refused, status, arguments, complaint):
    assert complaint in refused(status, 'models', *arguments)


def test_a_network_of_the_folder_is_verified(person_tracker, shared_models):
    result = person_tracker('models', 'verify', 'osnet_x0_25_msmt17', '--folder', shared_models)
    assert result.returncode == 0, result.stderr
    assert result.stdout == 'osnet_x0_25_msmt17: verified\n'


def test_the_networks_of_a_preset_are_fetched_and_their_licences_told(
        tmp_path, person_tracker, shared_models):
    preset = tmp_path / 'own.yaml'
    preset.write_text('composed: {ros__parameters: {use_faces: false}}\n'
                      'detector: {ros__parameters: {model: own.onnx}}\n'
                      'reid: {ros__parameters: {model: osnet_x0_25_msmt17}}\n')
    result = person_tracker('models', 'fetch', '--preset', preset, '--folder', shared_models)
    assert result.stdout.splitlines() == [
        f'osnet_x0_25_msmt17: {shared_models}/osnet_x0_25_msmt17_boxmot.onnx',
        'osnet_x0_25_msmt17: weights under MIT; weights of torchreid, trained on MSMT17, whose '
        'images are for research'], result.stderr
