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

"""Every known model is described in full."""

from pathlib import Path
import re

from person_tracker.models import registry
from person_tracker.models.decoders import LAYOUTS
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.registry import load_registry
from person_tracker.models.registry import lookup
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import PackageSource
from person_tracker.models.registry_entries import UrlSource
from person_tracker.models.registry_entries import UrlsSource
import pytest

ENTRIES = list(load_registry().values())


@pytest.mark.parametrize('entry', ENTRIES, ids=lambda entry: entry.name)
def test_every_file_has_whole_hashes(entry: ModelEntry) -> None:
    assert entry.files
    for file in entry.files:
        assert Path(file.name).name == file.name
        assert file.sha256
        assert all(re.fullmatch('[0-9a-f]{64}', each) for each in file.sha256)
        assert len(file.sha256) == len(entry.files[0].sha256)


@pytest.mark.parametrize('entry', ENTRIES, ids=lambda entry: entry.name)
def test_every_source_delivers_every_file(entry: ModelEntry) -> None:
    for source in entry.sources:
        if isinstance(source, UrlSource):
            assert source.url.startswith('https://')
            assert len(source.members or entry.files[:1]) == len(entry.files)
        elif isinstance(source, UrlsSource):
            assert all(url.startswith('https://') for url in source.urls)
            assert len(source.urls) == len(entry.files)
        else:
            assert source.version
            assert len(source.members) == len(entry.files)


@pytest.mark.parametrize('entry', ENTRIES, ids=lambda entry: entry.name)
def test_licences_of_code_and_weights_are_stated(entry: ModelEntry) -> None:
    assert entry.licence_code
    assert entry.licence_weights
    # What binds whoever uses it is said where it is chosen.
    for licence in (entry.licence_code, entry.licence_weights):
        assert 'AGPL' not in licence or 'AGPL' in entry.summary and 'AGPL' in entry.licence_note


def test_default_models_are_free_of_the_agpl() -> None:
    defaults = [lookup(DetectorConfig().model, 'detector'),
                *(entry for entry in ENTRIES if entry.kind == 'reid'),
                *(entry for entry, _ in needed_face_models(FaceConfig()))]
    assert not [entry.name for entry in defaults if 'AGPL' in entry.licence_weights]


def test_files_of_different_models_have_different_names() -> None:
    names = [file.name for entry in ENTRIES for file in entry.files]
    assert len(names) == len(set(names))


def test_detectors_and_encoders_name_a_decoder_that_exists() -> None:
    decoders = {'detector': LAYOUTS, 'reid': ('embedding', 'body_bands'),
                'face_detector': ('yunet',), 'face_encoder': ('embedding',)}
    for entry in ENTRIES:
        assert entry.decoder in decoders[entry.kind]


def test_default_models_can_be_had_from_a_package() -> None:
    detector = lookup(DetectorConfig().model, 'detector')
    fallback = [entry for entry in ENTRIES if entry.kind == 'reid'][-1]
    faces = [entry for entry, _ in needed_face_models(FaceConfig())]
    for entry in (detector, fallback, *faces):
        assert any(isinstance(source, PackageSource) for source in entry.sources)


def test_every_encoder_says_what_its_similarities_are_worth() -> None:
    unmeasured = {'person_reid_youtu_2021nov'}  # its file could not be had
    encoders = {entry.name for entry in ENTRIES if entry.kind in ('reid', 'face_encoder')}
    assert set(registry.known_calibrations()) >= encoders - unmeasured
    for entry in ENTRIES:
        assert entry.calibration is None or entry.name in encoders - unmeasured


def test_a_calibration_out_of_range_is_refused_by_entry(tmp_path: Path) -> None:
    text = Path(registry.__file__).with_name('registry.yaml').read_text(encoding='utf-8')
    path = tmp_path / 'registry.yaml'
    path.write_text(text.replace('slope: 40.0', 'slope: -1'), encoding='utf-8')
    with pytest.raises(ModelError, match="calibration of 'sface' in the registry: slope must be"):
        load_registry(path)


def test_unknown_model_is_refused_with_the_known_ones_of_that_kind() -> None:
    with pytest.raises(ModelError, match="unknown reid model 'yolox_nano'; known are ") as caught:
        lookup('yolox_nano', 'reid')
    assert 'osnet_x0_25_msmt17' in str(caught.value)
    assert 'yolox_tiny' not in str(caught.value)


@pytest.mark.parametrize(('text', 'message'), [
    ('a: {kind: detector}', "model 'a' in the registry lacks or misspells 'summary'"),
    ('a: [', 'cannot read the model registry'),
])
def test_incomplete_registry_is_refused_by_entry(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'registry.yaml'
    path.write_text(text, encoding='utf-8')
    with pytest.raises(ModelError, match=message):
        load_registry(path)


def test_scales_of_networks_without_a_file_are_known_by_every_name() -> None:
    bodies = registry.known_calibrations('reid')
    assert bodies['omz_reid_0287'] == bodies['person-reidentification-retail-0287']
    assert bodies['omz_reid_0287'].midpoint < bodies['osnet_x0_25_msmt17'].midpoint
    assert 'sface' not in bodies
    assert {*bodies, 'sface'} <= set(registry.known_calibrations())
    assert lookup('osnet_x0_25_msmt17').calibration == bodies['osnet_x0_25_msmt17']


@pytest.mark.parametrize(('text', 'message'), [
    ('- {kind: reid, names: [mine]}', "scale of .'mine'. lacks or misspells 'calibration'"),
    ('- {kind: reid, names: [mine], calibration: {midpoint: 2.0, slope: 9.0}}',
     "scale of .'mine'.: midpoint must be in"),
    ('- [', 'cannot read the model registry'),
])
def test_a_scale_that_is_none_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'scales.yaml'
    path.write_text(text, encoding='utf-8')
    with pytest.raises(ModelError, match=message):
        registry.known_calibrations(path=path)
