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

"""What is written into the user's registry is read back, and nobody's network is lost."""

from dataclasses import replace

from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import file_sha256
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.own_registry import add_network
from person_tracker.models.own_registry import own_file
from person_tracker.models.own_registry import write_entries
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import known_models
from person_tracker.models.registry import load_registry
from person_tracker.models.registry import lookup
from person_tracker.models.registry import OWN_REGISTRY
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import ModelFile
import pytest


@pytest.fixture
def network(tmp_path):
    """Return a function that gives a file and its entry."""
    def make(name='mine', content='weights'):
        path = tmp_path / 'downloads' / f'{content}.onnx'
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        file = ModelFile(own_file(name, path), (file_sha256(path),))
        entry = ModelEntry(
            name, 'detector', 'A network', (file,), (), 'MIT', 'MIT', '',
            InputFormat(64, 32, 'rgb', std=(2.0, 3.0, 4.0)), 'yolox_grid',
            classes=('cat', 'person'))
        return entry, [path]
    return make


def test_every_entry_of_the_package_is_read_back_as_it_was(tmp_path):
    entries = list(load_registry().values())
    path = tmp_path / 'new' / 'registry.yaml'
    write_entries(entries, path)
    assert list(load_registry(path).values()) == entries
    assert [each.name for each in path.parent.iterdir()] == ['registry.yaml']


def test_a_network_that_was_added_is_known_and_verified_in_that_folder_alone(tmp_path, network):
    folder = tmp_path / 'models'
    entry, files = network()
    assert add_network(entry, files, folder) == folder / OWN_REGISTRY
    assert lookup('mine', 'detector', folder) == entry
    files[0].unlink()
    assert verify(entry, folder)[0].read_text() == 'weights'
    with pytest.raises(ModelError, match="unknown detector model 'mine'"):
        lookup('mine', 'detector', tmp_path / 'elsewhere')


def test_a_network_that_is_added_leaves_the_others_as_they_are(tmp_path, network):
    first, second = network('first', 'a'), network('second', 'b')
    for entry, files in (first, second):
        add_network(entry, files, tmp_path)
    known = known_models(tmp_path)
    assert [known[name] for name in ('first', 'second')] == [first[0], second[0]]
    assert list(known)[:-2] == list(load_registry())


def test_files_of_one_name_do_not_meet(tmp_path, network):
    (one, files), (other, _) = network('one', 'a'), network('other', 'a')
    add_network(one, files, tmp_path)
    files[0].write_text('something else')
    other = replace(other, files=(replace(other.files[0], sha256=(file_sha256(files[0]),)),))
    add_network(other, files, tmp_path)
    assert [state(entry, tmp_path) for entry in (one, other)] == ['verified'] * 2


def test_a_name_that_is_taken_needs_force(tmp_path, network):
    (first, first_files), (second, second_files) = network('mine', 'a'), network('mine', 'b')
    add_network(first, first_files, tmp_path)
    with pytest.raises(ModelError, match='mine is in .* already; .*--force to replace it'):
        add_network(second, second_files, tmp_path)
    assert lookup('mine', folder=tmp_path) == first
    add_network(second, second_files, tmp_path, force=True)
    assert lookup('mine', folder=tmp_path) == second
    assert state(second, tmp_path) == 'verified'


def test_a_name_of_the_package_is_never_taken(tmp_path, network):
    entry, files = network('yolox_nano')
    for force in (False, True):
        with pytest.raises(ModelError, match='yolox_nano is the name of a network of this'):
            add_network(entry, files, tmp_path, force=force)
    assert not (tmp_path / OWN_REGISTRY).exists()


@pytest.mark.parametrize(('text', 'message'), [
    ('mine: {kind: detector}', "model 'mine' in the registry lacks or misspells 'summary'"),
    ('', 'the model registry .* must map names to models'),
])
def test_a_damaged_registry_of_the_user_is_named(tmp_path, text, message):
    path = tmp_path / OWN_REGISTRY
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ModelError, match=message):
        lookup('yolox_nano', folder=tmp_path)
