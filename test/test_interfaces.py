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

"""The interface files: documented field by field, all built, and those of others as released."""

import json
from pathlib import Path
import re

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [ROOT / 'person_tracker_msgs', ROOT / 'compat' / 'vision_msgs',
            ROOT / 'compat' / 'tf2_msgs']
FILES = sorted(file for package in PACKAGES for folder in ('msg', 'srv', 'action')
               for file in (package / folder).glob('*.*'))
CONSTANT = re.compile(r'^\w+ [A-Z][A-Z0-9_]*=(\d+)')
FIELD = re.compile(r'^[a-zA-Z][\w/]*(\[\d*\])? [a-z]\w*( |$)')

# Type hashes (REP-2011) that the released vision_msgs 4.1.1 carries in its installed share folder.
# Equal hashes mean that our files talk to every other program that uses vision_msgs.
RELEASED_HASHES = {
    'BoundingBox2D':
        'RIHS01_008eacbb0cf8f26e83795547bed013eec3675485ef386ec056d80eaaf1c1ce2f',
    'BoundingBox2DArray':
        'RIHS01_2464e82838009386d371b523211c21c91d74d313fcdd6788223c531d621cf691',
    'Detection2D':
        'RIHS01_0d12b69df5c593b3455b7346fac8205437a7d4bcb09b9e0e0b2dde787ded38ea',
    'Detection2DArray':
        'RIHS01_214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968',
    'ObjectHypothesis':
        'RIHS01_51da43cec11c01957a64d1e05a24acd18aae7745ec30b74348ad5f6d634f7f90',
    'ObjectHypothesisWithPose':
        'RIHS01_41c12344c0396c48b81df12467c192d99b2a0eb1463c5c37194e4223251c80bc',
    'Point2D':
        'RIHS01_eab0e83f44ab4de92ceaf76dd7d0e7638f2bdd1d16ffbe16c7a136c48e407247',
    'Pose2D':
        'RIHS01_b0b5d1d7b4c20dd4fcde3ed1d4b289a919290572007d67a97043814db25d3648',
}
# The same of TFMessage, by which `/tf` is heard, as `ros2 topic info -v /tf` of Jazzy shows it.
RELEASED_TF_HASH = 'RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087'


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding='utf-8').splitlines()


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.name)
def test_file_says_first_what_it_is(file):
    lines = lines_of(file)
    after_licence = lines[lines.index('') + 1:]
    assert after_licence[0].startswith('# '), 'a comment follows the licence'


@pytest.mark.parametrize('file', [file for file in FILES if 'person_tracker_msgs' in file.parts],
                         ids=lambda file: file.name)
def test_every_block_of_fields_is_explained(file):
    explained = False
    for line in lines_of(file):
        if not line or line == '---':
            explained = False
        elif line.startswith('#'):
            explained = True
        elif FIELD.match(line):
            assert explained, f'{line} has no comment above it'


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.name)
def test_constants_begin_at_zero_and_stand_above_their_field(file):
    expected = 0
    for line in lines_of(file):
        constant = CONSTANT.match(line)
        if constant:
            assert int(constant.group(1)) == expected, line
            expected += 1
        elif expected and not line.startswith('#'):
            assert FIELD.match(line), f'{line!r} follows constants'
            expected = 0


@pytest.mark.parametrize('package', PACKAGES, ids=lambda package: package.name)
def test_every_file_is_built(package):
    listed = re.findall(r'"((?:msg|srv|action)/\w+\.\w+)"',
                        (package / 'CMakeLists.txt').read_text(encoding='utf-8'))
    present = [str(file.relative_to(package)) for file in FILES if package in file.parents]
    assert sorted(listed) == sorted(present)


@pytest.mark.parametrize('name, released', RELEASED_HASHES.items())
def test_vision_msgs_has_the_released_type_hash(name, released):
    packages = pytest.importorskip('ament_index_python.packages')
    pytest.importorskip('vision_msgs')
    share = Path(packages.get_package_share_directory('vision_msgs'))
    description = share / 'msg' / f'{name}.json'
    if not description.is_file():
        pytest.skip('this ROS 2 distribution knows no type hashes')
    hashes = json.loads(description.read_text(encoding='utf-8'))['type_hashes']
    assert {item['type_name']: item['hash_string'] for item in hashes}[
        f'vision_msgs/msg/{name}'] == released


def test_tf2_msgs_has_the_released_type_hash():
    packages = pytest.importorskip('ament_index_python.packages')
    pytest.importorskip('tf2_msgs')
    share = Path(packages.get_package_share_directory('tf2_msgs'))
    description = share / 'msg' / 'TFMessage.json'
    if not description.is_file():
        pytest.skip('this ROS 2 distribution knows no type hashes')
    hashes = json.loads(description.read_text(encoding='utf-8'))['type_hashes']
    assert {item['type_name']: item['hash_string'] for item in hashes}[
        'tf2_msgs/msg/TFMessage'] == RELEASED_TF_HASH


def test_recorded_hashes_are_those_of_the_release(shared_data):
    real = json.loads((shared_data / 'vision_msgs_type_hashes.json').read_text(encoding='utf-8'))
    for name, released in RELEASED_HASHES.items():
        assert real[f'vision_msgs/msg/{name}'] == released
