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

"""What a network file is: its outputs recognised, a registry entry made of it and tried out."""

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
import re
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.detector_network import open_network
from person_tracker.models.errors import ModelError
from person_tracker.models.face_encoder import FaceEncoder
from person_tracker.models.face_encoder import names_face_file
from person_tracker.models.fetching import file_sha256
from person_tracker.models.fetching import own_space
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.one_shot import OneShot
from person_tracker.models.one_shot import OneShotConfig
from person_tracker.models.own_registry import own_file
from person_tracker.models.own_registry import write_entries
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import OWN_REGISTRY
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import ModelFile
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import names_file

KINDS = ('detector', 'one_shot', 'reid', 'face_encoder')

# Files that belong to a file, by its suffix: they have the same name but for the end.
_COMPANIONS = {'.onnx': ('.onnx.data', '.onnx_data'), '.xml': ('.bin',), '.cfg': ('.weights',),
               '.weights': ('.cfg',)}
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]*')
_SURE = 0.3  # scores of people worth telling


@dataclass(frozen=True)
class Inspection:
    """
    What was seen of a file.

    Attributes
    ----------
    entry
        For the registry.
    files
        The file and those that belong to it, in the entry's order.
    seen
        Lines for a human.

    """

    entry: ModelEntry
    files: tuple[Path, ...]
    seen: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """
    What somebody says of a file.

    Attributes
    ----------
    kind
        What it is for, one of `KINDS`.
    name
        What it is to be called; empty: after the file, and for embeddings its content.
    input_changes
        Fields of `InputFormat` where the usual ones of such networks are wrong.
    classes
        Names of a detector's classes in order, where the file does not name them.
    licence
        Of the weights.

    """

    kind: str
    name: str = ''
    input_changes: Mapping[str, Any] | None = None
    classes: tuple[str, ...] = ()
    licence: str = 'not stated'


def inspect(path: Path, request: Request, picture: Image,
            config: NetworkConfig | None = None) -> Inspection:
    """
    Find out how a network is used, and use it in that way.

    Parameters
    ----------
    path
        A file of any back end's form.
    request
        What is known of it.
    picture
        Blue-green-red, uint8; the network is run on it.
    config
        The back end and what computes; the folder of models is of no account.

    Raises
    ------
    ModelError
        The file is missing, or not a network of this kind; the text shows what it is.

    """
    config = config or NetworkConfig()
    if not path.is_file():
        raise ModelError(f'model file {path} does not exist')
    if not names_face_file(path.name):
        raise ModelError(f'{path.name} must be a network file, .onnx, .xml (OpenVINO), .pb '
                         '(TensorFlow, frozen), .weights (Darknet), .tflite, .pt or .t7')
    if request.kind != 'face_encoder' and not names_file(path.name):
        raise ModelError(f'{path.name} is read as a face_encoder only, got kind {request.kind!r}')
    try:
        decoder, usual = _recognised(path, request.kind, config)
    except ModelError as error:
        raise ModelError(f'{error}{_hint(path, request.kind, config)}') from error
    ends = _COMPANIONS.get(path.suffix.lower(), ())
    companions = (path.with_suffix(end) for end in ends)
    files = (path, *(each for each in companions if each.is_file()))
    name = _checked(request.name) or _usual_name(path, request.kind)
    entry = ModelEntry(
        name=name, kind=request.kind, summary=f'{decoder} network added from {path.name}',
        files=tuple(ModelFile(own_file(name, each), (file_sha256(each),)) for each in files),
        sources=(),
        licence_code='not stated', licence_weights=request.licence, licence_note='',
        input_format=replace(usual, **(request.input_changes or {})), decoder=decoder,
        classes=request.classes)
    return Inspection(entry, files, _tried(entry, files, picture, config))


def drawn_person() -> Image:
    """Return a plain drawing of somebody who stands before a wall, where there is no picture."""
    trousers, shirt, skin = (90, 50, 40), (60, 70, 150), (140, 170, 210)
    picture = np.full((480, 640, 3), (170, 180, 185), np.uint8)
    picture[380:] = (95, 110, 120)
    for first, last, width, colour in (
            ((305, 270), (300, 430), 26, trousers), ((335, 270), (342, 430), 26, trousers),
            ((290, 160), (270, 270), 16, shirt), ((350, 160), (370, 270), 16, shirt),
            ((320, 165), (320, 260), 60, shirt), ((320, 110), (320, 135), 14, skin),
            ((320, 90), (320, 100), 38, skin)):
        cv2.line(picture, first, last, colour, width, cv2.LINE_AA)
    return picture


def _recognised(path: Path, kind: str, config: NetworkConfig) -> tuple[str, InputFormat]:
    """Return the decoder, and how such networks see images."""
    given = asdict(config)
    match kind:
        case 'detector':
            network = open_network(str(path), 0, config)
            return network.layout.name, network.input_format
        case 'one_shot':
            return 'fairmot', OneShot(OneShotConfig(model=str(path), **given)).input_format
        case 'reid':
            return 'embedding', ReidEncoder(ReidConfig(model=str(path), **given)).input_format
        case 'face_encoder':
            return 'embedding', FaceEncoder(str(path), config).input_format
    raise ModelError(f'kind must be one of {", ".join(KINDS)}, got {kind!r}')


def _hint(path: Path, kind: str, config: NetworkConfig) -> str:
    """Return what else a file may be."""
    fitting = []
    for other in ('detector', 'one_shot', 'reid'):  # encoders of faces look like those of bodies
        try:
            if other != kind:
                _recognised(path, other, config)
                fitting.append(other)
        except ModelError:
            pass
    return f'; it would do as --kind {" or ".join(fitting)}' if fitting else ''


def _tried(entry: ModelEntry, files: tuple[Path, ...], picture: Image,
           config: NetworkConfig) -> tuple[str, ...]:
    """Use a network by its entry, in a models folder of its own, and tell what came out."""
    seen = entry.input_format
    with TemporaryDirectory() as folder:
        for file, path in zip(entry.files, files):
            Path(folder, file.name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, file.name).symlink_to(path.resolve())
        write_entries([entry], Path(folder, OWN_REGISTRY))
        try_out = _find if entry.kind in ('detector', 'one_shot') else _compare
        about, *found = try_out(entry, picture, replace(config, models_folder=folder))
    scale = (f'mean {_numbers(seen.mean)}, std {_numbers(seen.std)}'
             if seen.standardise == 'fixed' else "each image's own mean and std")
    return about, f'sees {seen.colour}, {scale}, {seen.fit}', *found


def _find(entry: ModelEntry, picture: Image, config: NetworkConfig) -> tuple[str, ...]:
    """Look for people."""
    given = {**asdict(config), 'model': entry.name, 'min_score': _SURE}
    network = (OneShot(OneShotConfig(**given)) if entry.kind == 'one_shot'
               else Detector(DetectorConfig(**given)))
    scores = network.detect(picture).scores.tolist()
    if not scores:
        return network.description, (
            'finds nobody in the picture; if somebody is there, colour order, mean, std or fit '
            'may not be those of its training')
    return network.description, (
        f'finds {len(scores)} in the picture, scores {scores[0]:.2f} to {scores[-1]:.2f}')


def _compare(entry: ModelEntry, picture: Image, config: NetworkConfig) -> tuple[str, ...]:
    """Compare the picture with its mirror image and its negative."""
    variants = picture, np.ascontiguousarray(picture[:, ::-1]), 255 - picture
    encoder: FaceEncoder | ReidEncoder
    if entry.kind == 'face_encoder':
        encoder = FaceEncoder(entry.name, config)
        faces = [cv2.resize(each, (encoder.size, encoder.size)) for each in variants]
        looks = encoder.encode([np.asarray(face, np.uint8) for face in faces])
    else:
        encoder = ReidEncoder(ReidConfig(model=entry.name, min_quality=0.0, **asdict(config)))
        height, width = picture.shape[:2]
        whole = np.array([[0, 0, width, height]], np.float32)
        looks = np.concatenate([encoder.encode(each, whole).embeddings for each in variants])
    mirrored, negative = (looks[1:] @ looks[0]).tolist()
    return encoder.description, (
        f'similarity of the picture to its mirror image {mirrored:.2f}, to its negative '
        f'{negative:.2f}'), (
        'nothing is known of what similarities are worth: the scale of unknown networks is used')


def _numbers(values: tuple[float, ...]) -> str:
    return ' '.join(f'{value:g}' for value in values)


def _checked(name: str) -> str:
    if name and not _NAME.fullmatch(name):
        raise ModelError(f'a name must be letters, digits, _ and -, got {name!r}')
    return name


def _usual_name(path: Path, kind: str) -> str:
    """Return a file's name; of embeddings, the name of the space that they are in."""
    name = path.stem if kind == 'detector' else own_space(path)
    return re.sub(r'[^A-Za-z0-9_-]', '_', name).lstrip('_-') or kind
