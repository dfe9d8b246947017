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

"""Which networks are found, in which folder, and what is said of the others."""

from argparse import ArgumentTypeError
from dataclasses import replace
import hashlib
from pathlib import Path

from benchmarks.models_choice import absence
from benchmarks.models_choice import BACKENDS_OF
from benchmarks.models_choice import DEFAULT_DETECTOR
from benchmarks.models_choice import find_networks
from benchmarks.models_choice import Network
from benchmarks.models_choice import network_chains
from benchmarks.models_choice import OPENVINO_PAIR
from benchmarks.models_choice import own_network
from benchmarks.models_choice import place_of
from benchmarks.models_choice import places
from benchmarks.models_choice import preset_chains
from benchmarks.models_choice import STAND_INS
from benchmarks.models_choice import without_folders
from person_tracker.commands.presets import with_preset
from person_tracker.models.errors import ModelError
from person_tracker.models.face_encoder import names_face_file
from person_tracker.models.folder import FOLDER_VARIABLE
from person_tracker.models.own_registry import write_entries
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import load_registry
from person_tracker.models.registry import OWN_REGISTRY
from person_tracker.models.registry_entries import KINDS
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import ModelFile
from person_tracker.models.session import BACKENDS
from person_tracker.pipeline import PipelineConfig
from person_tracker.presets import preset_names
import pytest

CONTENT = b'weights'
FILE = ModelFile('walkers.onnx', (hashlib.sha256(CONTENT).hexdigest(),))
ENTRY = ModelEntry('walkers', 'detector', '', (FILE,), (), 'MIT', 'MIT', '', InputFormat(64, 64),
                   'dets_labels')


@pytest.fixture
def no_models(tmp_path, monkeypatch):
    """Return a models folder where nothing is."""
    folder = tmp_path / 'models'
    folder.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


def network(name, kind='detector'):
    """Return a network that is there."""
    return Network(name, kind, name, '', '.onnx', 'MIT')


def test_every_file_that_can_be_opened_has_back_ends_and_every_back_end_a_file():
    assert all(names_face_file(f'x{suffix}') for suffix in BACKENDS_OF)
    registered = {Path(entry.files[0].name).suffix for entry in load_registry().values()}
    assert registered <= set(BACKENDS_OF)
    named = {backend for backends in BACKENDS_OF.values() for backend in backends}
    assert named == set(BACKENDS) - {'auto'}


def test_files_are_found_below_a_given_folder_and_only_the_right_ones(no_models, tmp_path):
    right, wrong = tmp_path / 'more' / 'FP16', tmp_path / 'wrong'
    for folder, content in ((right, CONTENT), (wrong, b'others')):
        folder.mkdir(parents=True)
        (folder / 'walkers.onnx').write_bytes(content)
    assert place_of(ENTRY, places([])) is None
    assert place_of(ENTRY, places([wrong])) is None
    assert place_of(ENTRY, places([wrong, tmp_path / 'more'])) == str(right)
    (no_models / 'walkers.onnx').write_bytes(CONTENT)
    assert place_of(ENTRY, places([tmp_path / 'more'])) == ''  # the models folder comes first


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ModelError, match='nowhere does not exist'):
        places([tmp_path / 'nowhere'])


def test_what_is_missing_is_named_without_the_folders_of_this_machine(no_models):
    assert absence(ENTRY) == ('model walkers needs walkers.onnx, which does not exist; put '
                              'walkers.onnx there yourself')
    (no_models / 'walkers.onnx').write_bytes(b'others')
    assert 'walkers.onnx has sha256 ' in absence(ENTRY)
    assert str(no_models.parent) not in absence(ENTRY)


@pytest.mark.parametrize('text, expected', [
    ('no /home/ann/models/x.onnx, run it', 'no x.onnx, run it'),
    ('either/or stays', 'either/or stays'),
    ('get https://example.org/a/b.onnx', 'get https://example.org/a/b.onnx'),
    ('two\n  lines', 'two lines'),
])
def test_folders_are_taken_out_of_sentences(text, expected):
    assert without_folders(RuntimeError(text)) == expected


def test_without_files_every_network_is_missing_but_ones_own(no_models):
    own = network('mine')
    found, missing = find_networks(places([]), [own])
    assert found == [own]
    measurable = [entry for entry in load_registry().values() if entry.kind != 'face_detector']
    assert [kind for kind, _ in missing] == [entry.kind for entry in measurable]
    for entry, (_, sentence) in zip(measurable, missing):
        assert entry.name in sentence
        assert entry.files[0].name in sentence


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / 'mine.onnx'
    path.write_bytes(CONTENT)
    assert own_network(f'reid={path}') == Network(
        'mine', 'reid', str(path), '', '.onnx', 'not stated')
    assert own_network(f'detector={path},AGPL-3.0').licence == 'AGPL-3.0'


@pytest.mark.parametrize('text, said', [
    ('mine.onnx', 'KIND=FILE'),
    ('cat=mine.onnx', 'detector'),
    ('face_detector=mine.onnx', 'detector'),
    ('detector=mine.txt', '.onnx'),
    ('detector=', "'detector='"),
    ('detector=nowhere/mine.onnx', 'nowhere/mine.onnx does not exist'),
])
def test_what_names_no_network_is_refused(text, said):
    with pytest.raises(ArgumentTypeError, match=said):
        own_network(text)


def test_one_network_is_changed_at_a_time_and_openvinos_two_together(no_models):
    pair = [network(OPENVINO_PAIR[0]), network(OPENVINO_PAIR[1], 'reid')]
    given = [network(DEFAULT_DETECTOR), network('other'), *pair, network('face', 'face_encoder'),
             network('both', 'one_shot')]
    chains = list(network_chains(given))
    assert chains[0].config == PipelineConfig()
    assert [chain.label for chain in chains[1:]] == [
        '`detector.model=other`', f'`detector.model={OPENVINO_PAIR[0]}`',
        f'`reid.model={OPENVINO_PAIR[1]}`', '`one_shot.model=both`',
        f'`detector.model={OPENVINO_PAIR[0]}` `reid.model={OPENVINO_PAIR[1]}`']
    assert chains[1].config.detector.model == 'other'
    assert chains[4].config.use_one_shot
    assert (chains[5].config.detector.model, chains[5].config.reid.model) == OPENVINO_PAIR
    assert len(list(network_chains(given[:3]))) == 3  # without its partner no pair


def test_without_files_every_preset_says_what_it_lacks(no_models):
    chains, missing = preset_chains(places([]), [])
    assert chains == []
    assert {sentence.partition(':')[0] for sentence in missing} == {
        f'preset {name}' for name in preset_names()}
    deepsort = [sentence for sentence in missing if 'openvino_deepsort' in sentence]
    assert ['person-detection-0202.xml' in sentence for sentence in deepsort] == [True, False]
    assert 'person-reidentification-retail-0287.xml' in deepsort[1]


def make_known(folder, *named):
    """Make small files stand for networks of the registry, given as name and kind."""
    for name, _ in named:
        (folder / f'{name}.onnx').write_bytes(CONTENT)
    write_entries([replace(ENTRY, name=name, kind=kind,
                           files=(replace(FILE, name=f'{name}.onnx'),)) for name, kind in named],
                  folder / OWN_REGISTRY)


def test_a_preset_whose_networks_are_there_lacks_nothing(no_models):
    make_known(no_models, ('person-detection-0202', 'detector'), (OPENVINO_PAIR[0], 'detector'),
               (OPENVINO_PAIR[1], 'reid'))
    chains, missing = preset_chains(places([]), [])
    assert [chain.label for chain in chains] == ['preset `openvino_deepsort`']
    assert chains[0].config.detector.model == 'person-detection-0202'
    assert not any('openvino_deepsort' in sentence for sentence in missing)


def test_another_network_stands_in_and_is_told(no_models):
    make_known(no_models, (OPENVINO_PAIR[0], 'detector'), (OPENVINO_PAIR[1], 'reid'),
               ('yolov4_tiny', 'detector'))
    chains, missing = preset_chains(places([]), [])
    assert [chain.label for chain in chains] == [
        f'preset `multicamera_youtu`, `reid.model={OPENVINO_PAIR[1]}`',
        f'preset `openvino_deepsort`, `detector.model={OPENVINO_PAIR[0]}`']
    for preset, file in (('multicamera_youtu', 'person_reid_youtu_2021nov.onnx'),
                         ('openvino_deepsort', 'person-detection-0202.xml')):
        assert [file in sentence for sentence in missing if preset in sentence] == [True]
    wished = with_preset(PipelineConfig(), 'openvino_deepsort')
    assert chains[1].config == replace(
        wished, detector=replace(wished.detector, model=OPENVINO_PAIR[0]))


@pytest.mark.parametrize('there, chosen', [
    (('ssd_mobilenet_v1_coco',), 'ssd_mobilenet_v1_coco'),
    (('ssd_mobilenet_v1_coco', 'ssd_mobilenet_v2_coco'), 'ssd_mobilenet_v2_coco'),
])
def test_the_nearest_stand_in_is_taken_and_runs_without_the_stick(no_models, there, chosen):
    make_known(no_models, *((name, 'detector') for name in there))
    own = Network('auto', 'reid', 'nowhere/looks.onnx', '', '.onnx', 'not stated')
    chain, = preset_chains(places([]), [own])[0]
    assert chain.label == (f'preset `coral_openface_svm`, `detector.model={chosen}`, '
                           '`detector.device=auto`')
    detector = chain.config.detector
    assert (detector.model, detector.device, detector.backend) == (chosen, 'auto', 'litert')


def test_stand_ins_are_known_networks_for_the_same():
    known = load_registry()
    for name, others in STAND_INS.items():
        assert {known[other['model']].kind for other in others} == {known[name].kind}


def test_a_preset_takes_ones_own_file_of_the_name_that_it_asks_for(no_models):
    wanted = with_preset(PipelineConfig(), 'yolov8_facenet').detector.model
    own = Network(wanted, 'detector', f'nowhere/{wanted}.onnx', '', '.onnx', 'not stated')
    chains, _ = preset_chains(places([]), [own])
    assert [chain.label for chain in chains] == ['preset `yolov8_facenet`']
    assert chains[0].config.detector.model == own.model
    assert preset_chains(places([]), [replace(own, name='others')])[0] == []


@pytest.mark.parametrize('kind', KINDS)
def test_every_kind_of_network_is_measured_but_face_detectors(kind, tmp_path):
    path = tmp_path / 'mine.onnx'
    path.touch()
    if kind == 'face_detector':
        with pytest.raises(ArgumentTypeError):
            own_network(f'{kind}={path}')
    else:
        assert own_network(f'{kind}={path}').kind == kind
