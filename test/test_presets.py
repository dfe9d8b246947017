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

"""Files of node parameters: which there are, in which order they hold, what they say."""

from pathlib import Path

from person_tracker.core.settings import SettingError
from person_tracker.presets import node_parameters
from person_tracker.presets import parameter_files
from person_tracker.presets import preset_names
from person_tracker.presets import preset_path
import pytest

CONFIG = Path(__file__).resolve().parents[1] / 'config'


def test_a_system_for_each_text_is_shipped():
    assert set(preset_names()) == {'coral_openface_svm', 'fairmot', 'multicamera_youtu',
                                   'openvino_deepsort', 'yolov8_facenet'}
    assert preset_names() == sorted(path.stem for path in (CONFIG / 'presets').glob('*.yaml'))


def test_each_is_described():
    text = (CONFIG.parent / 'docs' / 'systems.md').read_text(encoding='utf-8')
    sections = {line.rpartition(': ')[2].strip('`'): line for line in text.splitlines()
                if line.startswith('## ')}
    assert set(sections) == set(preset_names())
    assert text.count('**What the text did.**') == text.count('**Measured') == len(sections)


def test_what_the_user_says_holds_against_the_preset_and_that_against_the_defaults(tmp_path):
    own = tmp_path / 'own.yaml'
    own.write_text('{}')
    assert parameter_files('fairmot', str(own)) == [
        str(CONFIG / 'tracker.yaml'), str(CONFIG / 'presets' / 'fairmot.yaml'), str(own)]
    assert parameter_files() == [str(CONFIG / 'tracker.yaml')]
    assert parameter_files(str(own)) == [str(CONFIG / 'tracker.yaml'), str(own)]


@pytest.mark.parametrize('given', [('absent.yaml', ''), ('', 'absent.yaml'), ('', 'absent')])
def test_a_file_that_is_not_there_is_named(given):
    with pytest.raises(SettingError, match='the file of parameters absent.* does not exist'):
        parameter_files(*given)


def test_an_unknown_preset_is_refused_and_the_known_ones_named():
    with pytest.raises(SettingError, match="unknown preset 'best'; known are coral_openface_svm,"):
        preset_path('best')


@pytest.mark.parametrize(('text', 'expected'), [
    ('{}', {}),
    ('/**/tracker: {ros__parameters: {a: {b: 1}, c.d: 2}}', {'tracker.a.b': 1, 'tracker.c.d': 2}),
    ('tracker: {ros__parameters: {}}', {}),
    ('robot: {camera: {tracker: {ros__parameters: {a: [1]}}}}', {'tracker.a': [1]}),
    ('a: {ros__parameters: {x: 1}}\n/b/a: {ros__parameters: {x: 2}}', {'a.x': 2}),
])
def test_parameters_are_named_after_their_nodes(tmp_path, text, expected):
    path = tmp_path / 'own.yaml'
    path.write_text(text)
    assert dict(node_parameters(str(path))) == expected


@pytest.mark.parametrize(('content', 'complaint'), [
    (None, 'cannot be read: .*No such file'),
    (b'\xff\xfe\x00', 'cannot be read: '),
    (b'a: [1,\nb: }', 'cannot be read: '),
    (b'', 'must map nodes to their parameters'),
    (b'- tracker', 'must map nodes to their parameters'),
    (b'tracker: 3', 'tracker must hold ros__parameters'),
    (b'tracker: {max_lost_s: 3.0}', 'tracker must hold ros__parameters'),
])
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path, content, complaint):
    path = tmp_path / 'own.yaml'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=complaint) as refused:
        list(node_parameters(str(path)))
    assert str(refused.value).startswith(f'the file of parameters {path}')
    assert '\n' not in str(refused.value)
