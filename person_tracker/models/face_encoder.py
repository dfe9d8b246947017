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

"""Who a face is: embeddings of aligned faces from the usual kinds of face recognition networks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import UNKNOWN_FACE
from person_tracker.models.embedding_network import EmbeddingNetwork
from person_tracker.models.embedding_network import unit_rows
from person_tracker.models.errors import ModelError
from person_tracker.models.face_alignment import aligned
from person_tracker.models.face_alignment import OPENFACE_TEMPLATE
from person_tracker.models.face_alignment import TEMPLATE
from person_tracker.models.face_alignment import TEMPLATE_SIZE
from person_tracker.models.fetching import own_space
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.onnx_graphs import with_quick_prelu
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import lookup
from person_tracker.models.session import names_file
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions
from person_tracker.models.torch7_graphs import read_torch7
from person_tracker.models.torch7_graphs import SUFFIX as TORCH7_SUFFIX

_OPENFACE_SIZE = 96
_MIDDLE, _HALF = (127.5, 127.5, 127.5), (127.5, 127.5, 127.5)
_WHITE = (255.0, 255.0, 255.0)
# How networks whose file says no more than its size were trained, by the side of their input.
_COMMON_INPUTS: dict[int, dict[str, Any]] = {
    _OPENFACE_SIZE: {'std': _WHITE},
    112: {'mean': _MIDDLE, 'std': _HALF},  # ArcFace and its many children
    160: {'mean': _MIDDLE, 'std': (128.0, 128.0, 128.0)},  # FaceNet of 2018
}
# FaceNet of 2017, by side and length of an embedding, was trained to each image's own scale.
_EARLY_FACENET = 160, 128


class FaceEncoder:
    """
    Turns aligned faces into embeddings.

    Attributes
    ----------
    name
        Name of the embedding space; embeddings of different names are never compared.
    input_format
        How these are brought into the network.
    size
        Side of the pictures it takes, pixels.
    dimension
        Length of one embedding.
    calibration
        What similarities of these embeddings are worth.
    description
        Model, runtime and device: a line to log.

    """

    def __init__(self, model: str, config: NetworkConfig,
                 shared: SharedSessions | None = None) -> None:
        """
        Load the network and run it once, so that the first image is not slower.

        Parameters
        ----------
        model
            A name from the registry, or the path of a network file, such as `names_face_file`
            knows.
        config
            Where files are and what computes.
        shared
            Where several encoders have one network; None loads one of its own.

        """
        if names_face_file(model):
            path = Path(model).expanduser()
            name, known, self.calibration = path.stem, None, UNKNOWN_FACE
        else:
            entry = lookup(model, 'face_encoder', config.models_folder)
            path = verify(entry, config.models_folder)[0]
            name, known = entry.name, entry.input_format
            self.calibration = entry.calibration or UNKNOWN_FACE
        self._network = EmbeddingNetwork(open_session(
            _readable(path, known), device=config.device, threads=config.threads, name=name,
            shared=shared, backend=config.backend), name)
        # Another file of the same name is another space.
        self.name = name if known else own_space(path)
        self.input_format = _format(known, self._network.width, self._network.height, name)
        self.size = self.input_format.width
        self.dimension = self._network.dimension(self.size, self.input_format.height)
        if not known and (self.size, self.dimension) == _EARLY_FACENET:
            self.input_format = InputFormat(
                self.size, self.size, 'rgb', fit='stretch', standardise='image')
        self.description = (f'{self._network.description}, {self.size}x{self.size}, '
                            f'{self.dimension} numbers')

    def picture(self, image: Image, landmarks: NDArray[np.float32],
                common: Image | None = None) -> Image:
        """
        Return a face as the network wants it.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, blue-green-red.
        landmarks
            Shape (5, 2), pixels.
        common
            The face as `aligned` makes it by default, where it is there already.

        """
        if self.size == TEMPLATE_SIZE and common is not None:
            return common
        template = OPENFACE_TEMPLATE if self.size == _OPENFACE_SIZE else TEMPLATE
        return aligned(image, landmarks, self.size, template)

    def encode(self, faces: Sequence[Image]) -> NDArray[np.float32]:
        """
        Describe aligned faces.

        Parameters
        ----------
        faces
            Blue-green-red pictures as `picture` makes them.

        Returns
        -------
        ndarray
            Shape (N, D), L2-normalised; zeros where the network gave no direction.

        """
        if not faces:
            return np.zeros((0, self.dimension), np.float32)
        return unit_rows(self._network.rows(batch(faces, self.input_format)))


def names_face_file(model: str) -> bool:
    """Tell whether a setting is the path of a network file, not a name from the registry."""
    return names_file(model) or Path(model).suffix == TORCH7_SUFFIX


def _readable(path: Path, known: InputFormat | None) -> Path | bytes:
    """Return what a back end can open."""
    if path.suffix == '.onnx':
        return with_quick_prelu(read_graph(path))
    if path.suffix != TORCH7_SUFFIX:
        return path
    # The file does not say its images' size.
    width, height = (known.width, known.height) if known else (_OPENFACE_SIZE, _OPENFACE_SIZE)
    return with_quick_prelu(read_torch7(path, width, height))


def _format(known: InputFormat | None, width: int | None, height: int | None,
            name: str) -> InputFormat:
    if known:
        return replace(known, width=width or known.width, height=height or known.height)
    width, height = width or 112, height or 112
    if width != height:
        raise ModelError(f'{name} must take square images, got {width}x{height}')
    common = _COMMON_INPUTS.get(width, _COMMON_INPUTS[112])
    return InputFormat(width, height, 'rgb', fit='stretch', **common)
