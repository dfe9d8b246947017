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

"""People and their looks from one network: boxes and embeddings of a FairMOT in one run."""

from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import usable
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.models.crop_quality import clarity
from person_tracker.models.crop_quality import visible_parts
from person_tracker.models.errors import ModelError
from person_tracker.models.fairmot import found_people
from person_tracker.models.fairmot import FoundPeople
from person_tracker.models.fairmot import has_logits
from person_tracker.models.fairmot import recognised_heads
from person_tracker.models.fetching import own_space
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import check_image
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.preprocessing import placement
from person_tracker.models.registry import lookup
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.session import names_file
from person_tracker.models.session import open_session
from person_tracker.models.session import Session
from person_tracker.models.session import SharedSessions

# How FairMOT was trained to see images: red, green, blue in [0, 1], grey around.
_FAIRMOT_INPUT = InputFormat(1088, 608, 'rgb', std=(255.0, 255.0, 255.0),
                             fit='letterbox_centred', padding=128)
_GRID = 32  # the network halves its input five times


@dataclass(frozen=True)
class OneShotConfig(NetworkConfig):
    """What finds people and their looks at once, where, and which it keeps."""

    model: str = setting(
        'fairmot', 'FairMOT network: a name from the model registry, or the path of a file. '
        'The package has none; `person_tracker models add` makes one known.', live=False)
    input_width: int = setting(
        0, "Width of the network's input; 0 takes the model's own. Networks of fixed size refuse "
        'any other.', minimum=0, maximum=4096, unit='px', live=False)
    input_height: int = setting(
        0, 'Height of it; as input_width.', minimum=0, maximum=4096, unit='px', live=False)
    heat: str = setting(
        'auto', 'Whether the heat map is given before or after the sigmoid; auto: before, if an '
        'image without anybody has values outside [0, 1].',
        choices=('auto', 'logits', 'probabilities'), live=False)
    min_score: float = setting(
        0.1, 'People below this score are dropped. Keep it low: the tracker uses weak boxes to '
        'continue tracks it has.', minimum=0.0, maximum=1.0)
    max_detections: int = setting(
        200, 'Only this many people of the highest scores are kept.', minimum=1, maximum=1000)
    min_quality: float = setting(
        0.05, 'Who is seen worse than this (small, blurred, outside the image) gets no '
        'embedding.', minimum=0.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class OneShot:
    """
    Finds people in images, and what they look like.

    Attributes
    ----------
    name
        Name of the embedding space; embeddings of different names are never compared.
    dimension
        Length of one embedding.
    input_format
        How images are brought into the network.
    description
        Model, runtime, device and input size: a line to log.

    """

    def __init__(self, config: OneShotConfig | None = None,
                 shared: SharedSessions | None = None) -> None:
        """
        Load the network and run it once, so that the first image is not slower.

        Parameters
        ----------
        config
            The defaults where None.
        shared
            Where several cameras have one network; None loads one of its own.

        """
        self._config = config or OneShotConfig()
        self.name, path, known = _found(self._config)
        self._session = open_session(
            path, device=self._config.device, threads=self._config.threads, name=path.stem,
            backend=self._config.backend, shared=shared)
        self.input_format = _sized(known, self._session, self._config, path.stem)
        width, height = self.input_format.width, self.input_format.height
        nobody = np.full((height, width, 3), self.input_format.padding, np.uint8)
        outputs = self._session.run(batch([nobody], self.input_format))
        names = [output.name for output in self._session.outputs]
        try:
            self._heads = recognised_heads(names, [each.shape for each in outputs], width, height)
        except ModelError as error:
            raise ModelError(f'{path.stem}: {error}') from error
        self._is_logits = (self._config.heat == 'logits' or self._config.heat == 'auto'
                           and has_logits(outputs[self._heads.heat]))
        self.dimension = self._heads.dimension
        self.description = (f'{self._session.description}, {width}x{height}, fairmot of '
                            f'{self.dimension} numbers, heat as '
                            f'{"logits" if self._is_logits else "probabilities"}')

    @property
    def config(self) -> OneShotConfig:
        """Return the settings in use; assigning applies the live ones to the next image."""
        return self._config

    @config.setter
    def config(self, config: OneShotConfig) -> None:
        self._config = config

    def detect(self, image: Image) -> Detections:
        """Return what `look` finds, with embeddings, as `Pipeline` wants it."""
        detections, looks = self.look(image)
        return Detections(detections.boxes_xyxy, detections.scores, looks.embeddings)

    def look(self, image: Image) -> tuple[Detections, Appearance]:
        """
        Find people in one image, and what they look like.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, blue-green-red.

        Returns
        -------
        tuple
            Boxes in the image's pixels, inside the image, best first; and their looks, one row
            for each, zeros and quality zero where one is seen too badly.

        Raises
        ------
        ValueError
            The array is not such an image.

        """
        check_image(image)
        outputs = self._session.run(batch([image], self.input_format))
        people, = found_people(
            outputs, self._heads, is_logits=self._is_logits, min_score=self._config.min_score,
            max_count=self._config.max_detections)
        boxes = placement(image, self.input_format).to_image(people.boxes_xyxy)
        height, width = image.shape[:2]
        inside = np.clip(boxes, 0.0, np.array([width, height, width, height], np.float32))
        good = usable(inside, people.scores)
        looks = self._looks(people, _qualities(image, boxes))
        return (Detections(inside[good], people.scores[good]),
                Appearance(looks.embeddings[good], looks.qualities[good], self.name))

    def _looks(self, people: FoundPeople, qualities: NDArray[np.float32]) -> Appearance:
        is_known = people.embeddings.any(axis=1) & (qualities >= self._config.min_quality)
        return Appearance(np.where(is_known[:, None], people.embeddings, np.float32(0.0)),
                          np.where(is_known, qualities, np.float32(0.0)), self.name)


def needed_entry(config: OneShotConfig) -> ModelEntry | None:
    """
    Return the registry's entry that a configuration means, None where it gives a file.

    Raises
    ------
    ModelError
        The name is not known; the text says how to make a network known.

    """
    if names_file(config.model):
        return None
    return lookup(config.model, 'one_shot', config.models_folder)


def _found(config: OneShotConfig) -> tuple[str, Path, InputFormat]:
    """Return the embedding space, the file, and how images come in."""
    entry = needed_entry(config)
    if entry is not None:
        return entry.name, verify(entry, config.models_folder)[0], entry.input_format
    path = Path(config.model).expanduser()
    if not path.is_file():
        raise ModelError(f'model file {path} does not exist')
    return own_space(path), path, _FAIRMOT_INPUT


def _sized(known: InputFormat, session: Session, config: OneShotConfig, name: str) -> InputFormat:
    shape = session.inputs[0].shape
    if len(shape) != 4 or shape[1] not in (3, None):
        raise ModelError(f'{name} must take images of shape (N, 3, height, width), got {shape}')
    width = shape[3] or config.input_width or known.width
    height = shape[2] or config.input_height or known.height
    for wanted, side, title in ((config.input_width, width, 'input_width'),
                                (config.input_height, height, 'input_height')):
        if wanted not in (0, side):
            raise ModelError(f'{name} has a fixed input of {width}x{height}, so {title} must be '
                             f'0, got {wanted}')
    if width % _GRID or height % _GRID:
        raise ModelError(f'the input size of {name} must be a multiple of {_GRID}, '
                         f'got {width}x{height}')
    return replace(known, width=width, height=height)


def _qualities(image: Image, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how well the people in boxes can be seen, shape (N,)."""
    visible, inside = visible_parts(boxes_xyxy, image)
    qualities = np.zeros(len(boxes_xyxy), np.float32)
    for row, (left, top, right, bottom) in enumerate(visible):
        if left < right and top < bottom:
            qualities[row] = inside[row] * clarity(image[top:bottom, left:right])
    return qualities
