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

"""Which networks are measured, with what runs them, and which are not there."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import re

from person_tracker.commands.presets import with_preset
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.registry import known_models
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.reid import chosen_entry
from person_tracker.pipeline import needed_models
from person_tracker.pipeline import PipelineConfig
from person_tracker.presets import preset_names

_PARTS = ('detector', 'one_shot', 'reid')  # of a pipeline
KINDS = (*_PARTS, 'face_encoder')
DEFAULT_DETECTOR = DetectorConfig().model
OPENVINO_PAIR = ('person-detection-retail-0013', 'person-reidentification-retail-0287')
# What a preset is measured with where one of its networks is not there, the nearest first.
STAND_INS: dict[str, tuple[dict[str, str], ...]] = {
    'person-detection-0202': ({'model': 'person-detection-retail-0013'},),
    'person_reid_youtu_2021nov': ({'model': 'person-reidentification-retail-0287'},),
    'ssd_mobilenet_v2_coco_edgetpu': ({'model': 'ssd_mobilenet_v2_coco', 'device': 'auto'},
                                      {'model': 'ssd_mobilenet_v1_coco', 'device': 'auto'})}
_ONNX = ('onnxruntime', 'openvino', 'opencv')
# What is asked to open a file, by its suffix; the first does so where nothing else is wished.
BACKENDS_OF = {
    '.onnx': _ONNX, '.t7': _ONNX, '.xml': ('openvino',), '.pb': ('openvino',),
    '.tflite': ('litert',),
    '.weights': ('opencv', 'onnxruntime', 'openvino'),
    '.cfg': ('opencv', 'onnxruntime', 'openvino'), '.pt': ('ultralytics',)}
_FOLDER = re.compile(r'(?<![\w.:/])/(?:[^\s/,;]+/)+')


@dataclass(frozen=True)
class Network:
    """
    A network whose files are there.

    Attributes
    ----------
    name
        In the tables; files of one name are one network in several forms.
    kind
        One of `KINDS`.
    model
        What settings call it: a name from the registry, or the path of a file.
    folder
        Models folder to look for that name in.
    suffix
        Of the file that is opened.
    licence
        Of its weights.

    """

    name: str
    kind: str
    model: str
    folder: str
    suffix: str
    licence: str

    @property
    def backends(self) -> tuple[str, ...]:
        """Return what is asked to open it."""
        return BACKENDS_OF[self.suffix]

    @property
    def settings(self) -> dict[str, str | bool]:
        """Return what a pipeline has to be told to run it."""
        told: dict[str, str | bool] = {f'{self.kind}.model': self.model,
                                       f'{self.kind}.models_folder': self.folder}
        return {**told, 'use_one_shot': True} if self.kind == 'one_shot' else told

    @property
    def choice(self) -> str:
        """Return the choice of it as on the command line, without its folder."""
        return f'{self.kind}.model={Path(self.model).name}'


@dataclass(frozen=True)
class Chain:
    """
    A pipeline to measure.

    Attributes
    ----------
    label
        What is set, in the table.
    config
        All of it.

    """

    label: str
    config: PipelineConfig


def own_network(text: str) -> Network:
    """Return what an option of the form KIND=FILE or KIND=FILE,LICENCE stands for."""
    kind, _, rest = text.partition('=')
    file, _, licence = rest.partition(',')
    path = Path(file).expanduser()
    if kind not in KINDS or path.suffix not in BACKENDS_OF:
        raise ArgumentTypeError(
            f'must be KIND=FILE or KIND=FILE,LICENCE, KIND one of {", ".join(KINDS)} and FILE '
            f'ending in one of {", ".join(BACKENDS_OF)}, got {text!r}')
    if not path.is_file():
        raise ArgumentTypeError(f'{path} does not exist')
    return Network(path.stem, kind, str(path), '', path.suffix, licence or 'not stated')


def places(folders: Sequence[Path]) -> list[str]:
    """
    Return the models folder, then the given ones and all below them.

    Raises
    ------
    ModelError
        A given one does not exist.

    """
    for root in folders:
        if not root.is_dir():
            raise ModelError(f'the folder of weights {root} does not exist')
    every = [folder for root in folders
             for folder in (root, *sorted(each for each in root.rglob('*') if each.is_dir()))]
    return ['', *(str(folder) for folder in every)]


def place_of(entry: ModelEntry, where: Sequence[str]) -> str | None:
    """Return the first folder that has the registry's files of a network, None if none has."""
    return next((folder for folder in where if state(entry, folder) == 'verified'), None)


def absence(entry: ModelEntry) -> str:
    """Return which file of a network is missing or another one, and what to do."""
    try:
        verify(entry)
    except ModelError as error:
        return without_folders(error)
    raise ValueError(f'nothing of {entry.name} is missing')


def without_folders(error: Exception) -> str:
    """Return a sentence for a document, where folders of this machine mean nothing."""
    return _FOLDER.sub('', ' '.join(str(error).split()))


def find_networks(where: Sequence[str], own: Sequence[Network],
                  ) -> tuple[list[Network], list[tuple[str, str]]]:
    """Return the networks that are there, and kind and sentence for each that is not."""
    found, missing = [], []
    for entry in known_models().values():
        if entry.kind not in KINDS:
            continue
        place = place_of(entry, where)
        if place is None:
            missing.append((entry.kind, absence(entry)))
        else:
            found.append(Network(entry.name, entry.kind, entry.name, place,
                                 Path(entry.files[0].name).suffix, entry.licence_weights))
    return [*found, *own], missing


def network_chains(networks: Sequence[Network]) -> Iterator[Chain]:
    """Give the defaults, and the chains with one network, or OpenVINO's two, in their place."""
    defaults = PipelineConfig()
    yield Chain('the defaults', defaults)
    for network in networks:
        is_default = network.name in (DEFAULT_DETECTOR, chosen_entry(defaults.reid).name)
        if network.kind in _PARTS and not is_default:
            yield Chain(f'`{network.choice}`', updated(defaults, network.settings))
    pair = [network for name in OPENVINO_PAIR for network in networks if network.name == name]
    if len(pair) == len(OPENVINO_PAIR):
        yield Chain(' '.join(f'`{network.choice}`' for network in pair),
                    updated(defaults, pair[0].settings | pair[1].settings))


def preset_chains(where: Sequence[str],
                  own: Sequence[Network]) -> tuple[list[Chain], list[str]]:
    """
    Return the presets, and a sentence for each network of theirs that is not there.

    A file of one's own is taken where a preset asks for a network of its name. Else another one
    stands in where that is there, and the label says so; without one there is no chain.
    """
    chains, missing = [], []
    for preset in preset_names():
        try:
            config = _with_own(with_preset(PipelineConfig(), preset), own)
            lacking = [entry for entry, folder in needed_models(config)
                       if place_of(entry, [folder, *where]) is None]
            missing += [f'preset {preset}: {absence(entry)}' for entry in lacking]
            changes = [_stand_in(entry, where) for entry in lacking]
            if all(changes):
                chains.append(_preset_chain(preset, config, changes, where))
        except (ModelError, SettingError) as error:
            missing.append(f'preset {preset}: {without_folders(error)}')
    return chains, missing


def _with_own(config: PipelineConfig, own: Sequence[Network]) -> PipelineConfig:
    for network in own:
        if network.kind in _PARTS and getattr(config, network.kind).model == network.name:
            config = updated(config, {f'{network.kind}.model': network.model})
    return config


def _stand_in(entry: ModelEntry, where: Sequence[str]) -> dict[str, str]:
    """Return the settings that put another network in the place of one, none where none can."""
    known = known_models()
    for changes in STAND_INS.get(entry.name, ()):
        if place_of(known[changes['model']], where) is not None:
            return {f'{entry.kind}.{name}': value for name, value in changes.items()}
    return {}


def _preset_chain(preset: str, config: PipelineConfig, changes: Sequence[dict[str, str]],
                  where: Sequence[str]) -> Chain:
    label = f'preset `{preset}`'
    for change in changes:
        config = updated(config, change)
        label += ''.join(f', `{name}={value}`' for name, value in change.items())
    for entry, folder in needed_models(config):
        place = place_of(entry, [folder, *where])
        if place is not None:
            config = updated(config, {f'{entry.kind}.models_folder': place})
    return Chain(label, config)
