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

"""How people look: embeddings of the boxes in one image, and how far each can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.types import Appearance
from person_tracker.models.body_bands import BodyBands
from person_tracker.models.crop_quality import clarity
from person_tracker.models.crop_quality import visible_parts
from person_tracker.models.embedding_network import EmbeddingNetwork
from person_tracker.models.embedding_network import unit_rows
from person_tracker.models.fetching import own_space
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import check_image
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import load_registry
from person_tracker.models.registry import lookup
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.session import names_file
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions

# What nearly every published person re-identification network was trained with.
_COMMON_INPUT = InputFormat(128, 256, 'rgb', (123.675, 116.28, 103.53), (58.395, 57.12, 57.375),
                            'stretch')
# OpenVINO's files have the normalisation inside.
_OPENVINO_INPUT = InputFormat(128, 256, 'bgr', fit='stretch')
# The small network of DeepSORT, trained on MARS (Wojke and Bewley, Deep Cosine Metric Learning,
# WACV 2018), known by width, height and length of an embedding. It takes pixels as they are and
# changes the order of colours itself; files cut behind that step want rgb.
_MARS = (64, 128, 128)
_MARS_INPUT = InputFormat(64, 128, 'bgr', fit='stretch')


@dataclass(frozen=True)
class ReidConfig(NetworkConfig):
    """What computes embeddings, where, and of which boxes."""

    model: str = setting(
        'auto', 'Network: a name from the model registry, the path of a network file, or auto: '
        'the best that is in the models folder.', live=False)
    batch_size: int = setting(
        16, 'Crops of one image computed at once at most; more need more memory.', minimum=1,
        maximum=256)
    min_side_px: float = setting(
        8.0, 'A box whose visible part is narrower or lower than this gets no embedding.',
        minimum=1.0, maximum=1000.0, unit='px')
    min_quality: float = setting(
        0.05, 'A crop of lower quality (small, blurred, outside the image) gets no embedding.',
        minimum=0.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class _Embedder(Protocol):
    dimension: int
    input_format: InputFormat
    description: str

    def embed(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        """Return one row per crop."""


class ReidEncoder:
    """
    Turns boxes in an image into embeddings.

    Attributes
    ----------
    name
        Name of the embedding space; embeddings of different names are never compared.
    dimension
        Length of one embedding.
    input_format
        How crops are brought into the network.
    description
        Model, runtime and device: a line to log.

    """

    def __init__(self, config: ReidConfig | None = None,
                 shared: SharedSessions | None = None) -> None:
        """
        Load the network and run it once, so that the first image is not slower.

        Parameters
        ----------
        config
            The defaults where None.
        shared
            Where encoders for several cameras have one network; None loads one of its own.

        """
        self._config = config or ReidConfig()
        self.name, self._embedder = _loaded(self._config, shared)
        self.dimension = self._embedder.dimension
        self.input_format = self._embedder.input_format
        self.description = self._embedder.description

    @property
    def config(self) -> ReidConfig:
        """Return the settings in use; assigning applies the live ones to the next image."""
        return self._config

    @config.setter
    def config(self, config: ReidConfig) -> None:
        self._config = config

    def encode(self, image: Image, boxes_xyxy: NDArray[np.float32]) -> Appearance:
        """
        Describe how the content of each box looks.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, blue-green-red.
        boxes_xyxy
            Shape (N, 4), pixels; they may reach outside the image.

        Returns
        -------
        Appearance
            One row per box, in order; zeros, and quality zero, where there is no usable picture.

        Raises
        ------
        ValueError
            The array is not such an image, or the boxes have another shape.

        """
        check_image(image)
        boxes = np.asarray(boxes_xyxy, np.float32)
        if boxes.size == 0:
            boxes = boxes.reshape(0, 4)
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise ValueError(f'boxes_xyxy must have shape (N, 4), got {boxes.shape}')
        visible, inside = visible_parts(boxes, image)
        qualities = np.zeros(len(boxes), np.float32)
        embeddings = np.zeros((len(boxes), self.dimension), np.float32)
        crops, rows = [], []
        for row, (left, top, right, bottom) in enumerate(visible):
            if min(right - left, bottom - top) < self._config.min_side_px:
                continue
            crop = image[top:bottom, left:right]
            quality = inside[row] * clarity(crop)
            if quality >= self._config.min_quality:
                qualities[row] = quality
                crops.append(crop)
                rows.append(row)
        for first in range(0, len(rows), self._config.batch_size):
            some = slice(first, first + self._config.batch_size)
            embeddings[rows[some]] = unit_rows(self._embedder.embed(crops[some]))
        qualities[~embeddings.any(axis=1)] = 0.0
        return Appearance(embeddings, qualities, self.name)


class _NetworkEmbedder:
    """Runs a network that was trained to tell people apart."""

    def __init__(self, path: Path, known: InputFormat | None, config: ReidConfig, name: str,
                 shared: SharedSessions | None) -> None:
        self._session = open_session(path, device=config.device, threads=config.threads,
                                     name=name, shared=shared, backend=config.backend)
        self._network = EmbeddingNetwork(self._session, name)
        usual = known or (_OPENVINO_INPUT if path.suffix.lower() == '.xml' else _COMMON_INPUT)
        width, height = self._network.width or usual.width, self._network.height or usual.height
        self.dimension = self._network.dimension(width, height)
        if known is None and (width, height, self.dimension) == _MARS:
            usual = _MARS_INPUT
        self.input_format = replace(usual, width=width, height=height)
        self.description = (f'{self._network.description}, {width}x{height}, '
                            f'{self.dimension} numbers')

    def embed(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        return self._network.rows(batch(crops, self.input_format))


def _loaded(config: ReidConfig, shared: SharedSessions | None) -> tuple[str, _Embedder]:
    if names_file(config.model):
        path = Path(config.model).expanduser()
        embedder = _NetworkEmbedder(path, None, config, path.stem, shared)
        return own_space(path), embedder  # another file of the same name is another space
    entry = chosen_entry(config)
    path = verify(entry, config.models_folder)[0]
    if entry.decoder == 'body_bands':
        return entry.name, BodyBands(path, entry.input_format, config, entry.name, shared)
    return entry.name, _NetworkEmbedder(path, entry.input_format, config, entry.name, shared)


def chosen_entry(config: ReidConfig) -> ModelEntry:
    """
    Return the registry's entry that a configuration means.

    `auto` means the first in the registry's order whose file is there, else the last one, which
    can always be fetched.

    Raises
    ------
    ModelError
        The name is not known.

    """
    if config.model != 'auto':
        return lookup(config.model, 'reid', config.models_folder)
    known = [entry for entry in load_registry().values() if entry.kind == 'reid']
    present = (entry for entry in known if state(entry, config.models_folder) != 'missing')
    return next(present, known[-1])
