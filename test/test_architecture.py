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

"""The arrows between the parts point one way: who may import whom."""

import ast
from pathlib import Path
import sys

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / 'person_tracker'
CORE = {'core'}
PARTS = {'models', 'sources', 'store', 'rendering', 'evaluation'}
TOP = {'pipeline', 'commands', 'cli', '__main__'}
ROS = {'rclpy', 'person_tracker_msgs', 'sensor_msgs', 'std_msgs', 'tf2_msgs', 'vision_msgs',
       'launch'}
OUTSIDE_OF_CORE = {'numpy', 'scipy'}  # besides the standard library
NODES = {'camera', 'detector', 'reid', 'one_shot', 'tracker', 'face', 'identity', 'target',
         'visualiser'}
ALLOWED = {'core': CORE, 'presets': CORE, '__init__': set(),
           'nodes': {'nodes', 'pipeline', 'presets'} | PARTS | CORE}
ALLOWED |= {part: {part} | CORE for part in PARTS}
ALLOWED |= dict.fromkeys(TOP, {'presets'} | TOP | PARTS | CORE)

MODULES = sorted(PACKAGE.rglob('*.py'))


def part_of(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix('').parts[0]


def imports_of(part: str) -> list[tuple[Path, str]]:
    return [(module, name) for module in MODULES if part_of(module) == part
            for name in sorted(imported_by(module))]


def imported_by(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{module} imports relatively'
            names |= {f'{node.module}.{alias.name}' for alias in node.names}
    return names


@pytest.mark.parametrize('part', sorted({part_of(module) for module in MODULES}))
def test_no_arrow_points_up(part):
    for module, name in imports_of(part):
        package, *rest = name.split('.')
        if package == PACKAGE.name and rest != ['__version__']:
            assert rest[0] in ALLOWED[part], f'{module} imports {name}'
        elif part != 'nodes':
            assert package not in ROS, f'{module} imports {name}, which is ROS'


def test_core_needs_numpy_and_scipy_only():
    for module, name in imports_of('core'):
        package = name.partition('.')[0]
        assert package in {PACKAGE.name, *OUTSIDE_OF_CORE, *sys.stdlib_module_names}, module


def test_nodes_meet_only_through_topics():
    for module, name in imports_of('nodes'):
        if module.stem in NODES:
            parts = name.split('.')
            assert parts[:2] != [PACKAGE.name, 'nodes'] or parts[2] not in NODES, module
