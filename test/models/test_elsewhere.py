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

"""Networks that cannot be fetched: the error says what is missing and how to get it."""

from pathlib import Path

from person_tracker.models.elsewhere import how_to_get
from person_tracker.models.errors import ModelError
from person_tracker.models.inspection import KINDS
from person_tracker.models.registry import load_registry
from person_tracker.models.registry import lookup
import pytest
import yaml

PACKAGE = Path(__file__).resolve().parents[2] / 'person_tracker'
ELSEWHERE = yaml.safe_load((PACKAGE / 'models' / 'elsewhere.yaml').read_text(encoding='utf-8'))


@pytest.mark.parametrize('name', ELSEWHERE)
def test_every_network_names_its_file_its_home_and_the_command_that_adds_it(name):
    kind = ELSEWHERE[name]['kind']
    assert kind in KINDS and name not in load_registry()
    how = how_to_get(name, kind)
    assert how.startswith(f'{name}.onnx is missing: ') and 'github.com/' in how
    assert how.endswith(f'run: person_tracker models add {name}.onnx --kind {kind} --name {name}')
    assert '$' not in how and '\n' not in how
    assert how_to_get(name) == how


@pytest.mark.parametrize(('name', 'kind'), [
    ('fairmot', 'detector'), ('facenet512', 'reid'), ('sface', 'face_encoder'), ('', None)])
def test_nothing_is_said_of_other_networks(name, kind):
    assert how_to_get(name, kind) == ''


def test_looking_one_up_says_how_to_get_it_unless_it_is_wanted_for_something_else(tmp_path):
    with pytest.raises(ModelError, match='facenet512.onnx is missing'):
        lookup('facenet512', 'face_encoder', tmp_path)
    with pytest.raises(ModelError, match="unknown detector model 'facenet512'; known are"):
        lookup('facenet512', 'detector', tmp_path)
