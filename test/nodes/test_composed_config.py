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

"""Which parts a chain has: what launch arguments say, then what parameter files say."""

from person_tracker.core.settings import SettingError
from person_tracker.nodes.composed_config import ComposedConfig
from person_tracker.nodes.composed_config import parts
import pytest


@pytest.fixture
def file(tmp_path):
    """Return a function that writes parameters of `composed`."""
    def write(**parameters):
        path = tmp_path / f'{len(list(tmp_path.iterdir()))}.yaml'
        path.write_text(f'/**/composed:\n  ros__parameters: {parameters}\n'
                        '/**/tracker:\n  ros__parameters: {new_score: 0.3}\n')
        return str(path)
    return write


def switches(config):
    return config.use_one_shot, config.use_reid, config.use_faces


@pytest.mark.parametrize(('said', 'given', 'expected'), [
    ([], {}, (False, True, True)),
    ([], {'one_shot': '', 'reid': '', 'faces': ''}, (False, True, True)),
    ([{'use_one_shot': True, 'use_faces': False}], {}, (True, True, False)),
    ([{'use_faces': False}], {'faces': 'true'}, (False, True, True)),
    ([{'use_faces': False}, {'use_faces': True}], {}, (False, True, True)),
    ([{'use_reid': False}, {'use_faces': False}], {'reid': ''}, (False, False, False)),
    ([], {'one_shot': 'True', 'reid': 'FALSE'}, (True, False, True)),
    ([{'source': 'video.mp4'}], {'camera': 'front'}, (False, True, True)),
])
def test_an_argument_holds_against_files_and_a_later_file_against_an_earlier(
        file, said, given, expected):
    assert switches(parts([file(**each) for each in said], given)) == expected


def test_only_switches_are_read(file):
    assert parts([file(source='video.mp4', device='cpu')], {'store': 'memory'}) == ComposedConfig()


@pytest.mark.parametrize('given', [{'faces': 'maybe'}, {'one_shot': '2'}])
def test_anything_but_true_and_false_is_refused(given):
    part, value = next(iter(given.items()))
    with pytest.raises(SettingError, match=f'use_{part} must be true or false, got {value!r}'):
        parts([], given)


@pytest.mark.parametrize(('switch', 'finders'), [
    ({}, ['detector', 'reid']),
    ({'use_reid': False}, ['detector']),
    ({'use_one_shot': True}, ['one_shot']),
    ({'use_one_shot': True, 'use_reid': False}, ['one_shot']),
])
def test_looks_come_from_one_network_or_from_a_second_one(switch, finders):
    assert ComposedConfig(**switch).finders() == finders
