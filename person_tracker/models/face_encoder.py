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
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import UNKNOWN_FACE
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
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions

# Files that a user may give instead of a name.
OWN_FILES = ('.onnx', '.t7')

_OPENFACE_SIZE = 96
_MIDDLE, _HALF = (127.5, 127.5, 127.5), (127.5, 127.5, 127.5)
_WHITE = (255.0, 255.0, 255.0)
# How networks whose file says no more than its size were trained, by the side of their input.
_COMMON_INPUTS: dict[int, dict[str, Any]] = {
    _OPENFACE_SIZE: {'std': _WHITE},
    112: {'mean': _MIDDLE, 'std': _HALF},  # ArcFace and its many children
    160: {'standardise': 'image'},  # FaceNet
}


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
            A name from the registry, or the path of an .onnx or .t7 file.
        config
            Where files are and what computes.
        shared
            Where several encoders have one network; None loads one of its own.

        """
        if model.endswith(OWN_FILES):
            path = Path(model).expanduser()
            name, known, self.calibration = path.stem, None, UNKNOWN_FACE
        else:
            entry = lookup(model, 'face_encoder', config.models_folder)
            path = verify(entry, config.models_folder)[0]
            name, known = entry.name, entry.input_format
            self.calibration = entry.calibration or UNKNOWN_FACE
        self._network = _opened(path, known, config, name, shared)
        # Another file of the same name is another space.
        self.name = name if known else own_space(path)
        self.input_format = self._network.input_format
        self.size = self.input_format.width
        self.dimension = len(self._network.run(
            np.zeros((1, 3, self.size, self.size), np.float32))[0])
        if self.dimension < 2:
            raise ModelError(f'{name} must give one embedding per image, shape (N, D), '
                             f'got {self.dimension} number')
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
        rows = self._network.run(batch(faces, self.input_format))
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        good = np.isfinite(lengths) & (lengths > 0.0)
        return np.where(good, rows / np.where(good, lengths, 1.0), 0.0).astype(np.float32)


class _Network(Protocol):
    input_format: InputFormat
    description: str

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one row for each input of shape (N, 3, height, width)."""


class _OnnxNetwork:
    """Runs an ONNX file whose input is (N, 3, side, side) or (N, side, side, 3)."""

    def __init__(self, path: Path, known: InputFormat | None, config: NetworkConfig, name: str,
                 shared: SharedSessions | None) -> None:
        self._session = open_session(with_quick_prelu(read_graph(path)), device=config.device,
                                     threads=config.threads, name=name, shared=shared,
                                     backend=config.backend)
        shape = self._session.inputs[0].shape
        if len(shape) != 4 or 3 not in (shape[1], shape[3]):
            raise ModelError(f'{name} must take images of shape (N, 3, side, side) or '
                             f'(N, side, side, 3), got {shape}')
        self._channels_last = shape[1] != 3
        height, width = shape[1:3] if self._channels_last else shape[2:]
        self.input_format = _format(known, width, height, name)
        self.description = self._session.description

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._channels_last:
            inputs = np.ascontiguousarray(inputs.transpose(0, 2, 3, 1))
        steps = [inputs] if self._session.takes_batches else np.split(inputs, len(inputs))
        rows = [np.asarray(self._session.run(step)[0], np.float32).reshape(len(step), -1)
                for step in steps]
        return np.concatenate(rows)


class _TorchNetwork:
    """Runs a Torch7 file, such as OpenFace's, on the CPU by OpenCV 4; later ones read none."""

    def __init__(self, path: Path, known: InputFormat | None, name: str) -> None:
        read = getattr(cv2.dnn, 'readNetFromTorch', None)
        if read is None:
            raise ModelError(f'{name} is a Torch7 file, which OpenCV {cv2.__version__} cannot '
                             "read; install 'opencv-python-headless<5', or give an .onnx file")
        if not path.is_file():
            raise ModelError(f'model file {path} does not exist')
        try:
            self._net = read(str(path))
        except cv2.error as error:
            raise ModelError(f'{name} is not a network that OpenCV can load: {error}') from error
        self.input_format = _format(known, _OPENFACE_SIZE, _OPENFACE_SIZE, name)
        self.description = f'{name}: OpenCV {cv2.__version__}, CPU'

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        # One at a time: its last layer normalises over the whole batch in some versions.
        rows = []
        for each in inputs:
            self._net.setInput(each[None])
            rows.append(np.array(self._net.forward(), np.float32).reshape(1, -1))
        return np.concatenate(rows)


def _opened(path: Path, known: InputFormat | None, config: NetworkConfig, name: str,
            shared: SharedSessions | None) -> _Network:
    if path.suffix == '.t7':
        return _TorchNetwork(path, known, name)
    return _OnnxNetwork(path, known, config, name, shared)


def _format(known: InputFormat | None, width: int | None, height: int | None,
            name: str) -> InputFormat:
    if known:
        return replace(known, width=width or known.width, height=height or known.height)
    width, height = width or 112, height or 112
    if width != height:
        raise ModelError(f'{name} must take square images, got {width}x{height}')
    common = _COMMON_INPUTS.get(width, _COMMON_INPUTS[112])
    return InputFormat(width, height, 'rgb', fit='stretch', **common)
