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

"""People in images: boxes and scores from any network whose outputs `decoders` knows."""

import ast
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from person_tracker.core.boxes import usable
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.types import Detections
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import suppressed
from person_tracker.models.detector_network import DetectorNetwork
from person_tracker.models.detector_network import open_network
from person_tracker.models.errors import ModelError
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import check_image
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import placement
from person_tracker.models.session import SharedSessions


@dataclass(frozen=True)
class DetectorConfig(NetworkConfig):
    """What the detector runs, where, and which boxes it keeps."""

    model: str = setting(
        'yolox_tiny_humanart',
        'Network: a name from the model registry, or the path of a network file: .onnx, .xml '
        '(OpenVINO), .weights (Darknet), .tflite or .pt.', live=False)
    input_size: int = setting(
        0, "Side of the network's square input; 0 takes the model's own. Networks of fixed size "
        'refuse any other.', minimum=0, maximum=4096, unit='px', live=False)
    class_name: str = setting(
        'person', 'Class to keep: a name that the network knows, or its number.', live=False)
    min_score: float = setting(
        0.1, 'Boxes below this score are dropped. Keep it low: the tracker uses weak boxes to '
        'continue tracks it has.', minimum=0.0, maximum=1.0)
    max_iou: float = setting(
        0.65, 'A box that overlaps a better one by more than this is dropped as its double.',
        minimum=0.0, maximum=1.0)
    max_detections: int = setting(
        200, 'Only this many best boxes are kept.', minimum=1, maximum=1000)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class Detector:
    """
    Finds people in images.

    Attributes
    ----------
    name
        The model's name.
    description
        Model, runtime, device and input size: a line to log.

    """

    def __init__(self, config: DetectorConfig | None = None,
                 shared: SharedSessions | None = None) -> None:
        """
        Load the network and run it once, so that the first image is not slower.

        Parameters
        ----------
        config
            The defaults where None.
        shared
            Where detectors for several cameras have one network, in which they look at their
            images together; None loads one of its own.

        """
        self._config = config or DetectorConfig()
        network = open_network(self._config.model, self._config.input_size, self._config, shared)
        self.name, self._session, self._format = (
            network.name, network.session, network.input_format)
        self._decode = network.layout.decoder(self._format.width, self._format.height)
        self._class_index = _class_index(self._config.class_name, network)
        self.description = (f'{self._session.description}, '
                            f'{self._format.width}x{self._format.height}, {network.layout.name}')

    @property
    def config(self) -> DetectorConfig:
        """Return the settings in use; assigning applies the live ones to the next image."""
        return self._config

    @config.setter
    def config(self, config: DetectorConfig) -> None:
        self._config = config

    def detect(self, image: Image) -> Detections:
        """
        Find people in one image.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, blue-green-red.

        Returns
        -------
        Detections
            Boxes in the image's pixels, inside the image, best first.

        Raises
        ------
        ValueError
            The array is not such an image.

        """
        return self.detect_batch([image])[0]

    def detect_batch(self, images: Sequence[Image]) -> list[Detections]:
        """Return what `detect` returns for each image, in one run where the network allows it."""
        for image in images:
            check_image(image)
        size = len(images) if self._session.takes_batches else 1
        found: list[Detections] = []
        for first in range(0, len(images), max(size, 1)):
            some = images[first:first + size]
            outputs = self._session.run(batch(some, self._format))
            decoded = self._decode(outputs, self._class_index, self._config.min_score)
            found += [self._in_image(each, image) for each, image in zip(decoded, some)]
        return found

    def _in_image(self, candidates: Candidates, image: Image) -> Detections:
        best = suppressed(candidates, self._config.max_iou, self._config.max_detections)
        boxes = placement(image, self._format).to_image(best.boxes_xyxy)
        height, width = image.shape[:2]
        boxes = np.clip(boxes, 0.0, np.array([width, height, width, height], np.float32))
        scores = np.minimum(best.scores, np.float32(1.0))
        good = usable(boxes, scores)
        return Detections(boxes[good], scores[good])


def _class_index(wanted: str, network: DetectorNetwork) -> int:
    count = network.layout.class_count(network.shapes)
    if wanted.isdecimal():
        index = int(wanted)
        if count is not None and index >= count:
            raise ModelError(f'{network.name} has {count} classes, so class_name must be a number '
                             f'below {count}, got {wanted}')
        return index
    names = dict(enumerate(network.classes)) or _class_names(network.session.metadata)
    for index, name in names.items():
        if name == wanted:
            return index
    if names:
        raise ModelError(f'{network.name} knows no class {wanted!r}; it knows '
                         f'{", ".join(names.values())}')
    if wanted != 'person':
        raise ModelError(f'{network.name} does not name its classes; give class_name as a number, '
                         f'got {wanted!r}')
    # Without names it is a COCO network or one for people alone: person comes first in both.
    return network.layout.first_class


def _class_names(metadata: Mapping[str, str]) -> dict[int, str]:
    """Read the names that ultralytics writes into its exports, a dictionary in Python's form."""
    try:
        names = ast.literal_eval(metadata.get('names', '{}'))
    except (SyntaxError, ValueError):
        return {}
    if isinstance(names, Sequence) and not isinstance(names, str):
        names = dict(enumerate(names))
    return {int(key): str(value) for key, value in names.items()} if names else {}
