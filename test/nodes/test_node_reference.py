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

"""docs/nodes.md says what the nodes declare."""

from importlib.util import module_from_spec
from importlib.util import spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_node_reference_is_what_the_configurations_say():
    spec = spec_from_file_location('node_reference', ROOT / 'scripts' / 'node_reference.py')
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / 'docs' / 'nodes.md').read_text(encoding='utf-8')
    assert written == module.document(), 'run: python3 scripts/node_reference.py'


def test_every_executable_is_described():
    described = (ROOT / 'docs' / 'nodes.md').read_text(encoding='utf-8')
    setup = (ROOT / 'setup.py').read_text(encoding='utf-8')
    names = setup.split('NODES = (')[1].split(')')[0]
    for name in names.replace("'", '').replace('\n', '').split(','):
        assert f'## {name.strip()}\n' in described
