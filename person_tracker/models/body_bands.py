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

"""
Appearance of a person where no re-identification network can be had.

A person is cut into horizontal bands, from head to feet. Each band is described twice: by the
activations of an inner layer of MobileNetV3-small, averaged over the band, and by a histogram of
its colours in hue, saturation and value. Both are mixed so that the cosine of two descriptions is
`(1 - COLOUR_SHARE) * cosine of activations + COLOUR_SHARE * cosine of colours`.

Clothes' colours tell people of one scene apart better than the activations of a network that was
trained on objects, so they have the larger share; the activations stay where light changes.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.models.embedding_network import first_output
from person_tracker.models.errors import ModelError
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.onnx_graphs import nodes_up_to
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions

BANDS = 6
COLOUR_SHARE = 0.7

# Output of the last but one block (torchvision's `features.10`): 96 channels, 1/32 of the size.
# Measured better than later layers, and six times shorter than the last one.
_LAYER = 'add_979'
_HUES, _SATURATIONS, _VALUES = 8, 4, 4
_COLOURS = _HUES * _SATURATIONS * _VALUES
_COLOUR_WIDTH, _COLOUR_HEIGHT = 24, 48
# Background stands at the sides: a pixel there counts less, by a Gaussian over the columns.
_COLOUR_SIGMA_PX = 6.0


class BodyBands:
    """
    Describes crops of people by body bands.

    Attributes
    ----------
    dimension
        Length of one description.
    input_format
        How crops are brought into the network.
    description
        Model, runtime and device: a line to log.

    """

    def __init__(self, path: Path, input_format: InputFormat, config: NetworkConfig, name: str,
                 shared: SharedSessions | None = None) -> None:
        """Load the network up to the inner layer."""
        content = _cut(path, input_format)
        self._session = open_session(content, device=config.device, threads=config.threads,
                                     name=name, shared=shared, backend=config.backend)
        self.input_format = input_format
        blank = np.zeros((1, 3, input_format.height, input_format.width), np.float32)
        self.dimension = BANDS * (self._session.run(blank)[0].shape[1] + _COLOURS)
        self.description = f'{self._session.description}, {BANDS} body bands'

    def embed(self, crops: Sequence[Image]) -> NDArray[np.float32]:
        """Return L2-normalised descriptions, shape (N, D), of blue-green-red pictures."""
        activations = first_output(self._session, batch(crops, self.input_format))
        parts = (_unit(_band_activations(activations)) * np.float32(1.0 - COLOUR_SHARE) ** 0.5,
                 _unit(colour_bands(crops)) * np.float32(COLOUR_SHARE) ** 0.5)
        return np.concatenate(parts, axis=1)


def colour_bands(crops: Sequence[Image]) -> NDArray[np.float32]:
    """
    Return the colours of each body band.

    Square roots of frequencies, so that the cosine of two rows is their Bhattacharyya coefficient.

    Parameters
    ----------
    crops
        Blue-green-red, uint8, any sizes.

    Returns
    -------
    ndarray
        Shape (N, BANDS * colours), float32, not negative.

    """
    count = len(crops)
    size = (_COLOUR_WIDTH, _COLOUR_HEIGHT)
    small = [cv2.resize(crop, size, interpolation=cv2.INTER_AREA) for crop in crops]
    # All crops in one tall picture: one conversion and one count for the whole batch.
    tall = cv2.cvtColor(np.concatenate(small), cv2.COLOR_BGR2HSV).astype(np.intp)
    colours = ((tall[..., 0] * _HUES // 180 * _SATURATIONS + tall[..., 1] * _SATURATIONS // 256)
               * _VALUES + tall[..., 2] * _VALUES // 256)
    band = np.arange(count * _COLOUR_HEIGHT) // (_COLOUR_HEIGHT // BANDS)
    columns = np.arange(_COLOUR_WIDTH) - (_COLOUR_WIDTH - 1) / 2.0
    weights = np.exp(-0.5 * np.square(columns / _COLOUR_SIGMA_PX))
    histogram = np.bincount(
        (band[:, None] * _COLOURS + colours).ravel(),
        np.broadcast_to(weights, colours.shape).ravel(), count * BANDS * _COLOURS)
    return np.sqrt(histogram).astype(np.float32).reshape(count, BANDS * _COLOURS)


def _band_activations(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average over each band and centre over the channels, which differ little in their mean."""
    count, channels, rows, columns = activations.shape
    bands = activations.reshape(count, channels, BANDS, rows // BANDS * columns).mean(axis=3)
    bands -= bands.mean(axis=1, keepdims=True)
    return np.asarray(bands.reshape(count, channels * BANDS))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.finfo(np.float32).tiny))


def _cut(path: Path, input_format: InputFormat) -> bytes:
    """Return the part of an ONNX network up to the inner layer, for inputs of another size."""
    model = read_graph(path)
    import onnx
    graph = model.graph
    kept = nodes_up_to(graph.node, [_LAYER])
    if not kept:
        raise ModelError(f'{path.name} has no inner value {_LAYER}, so it is not the export that '
                         'the body bands are read from')
    name, number = graph.input[0].name, onnx.TensorProto.FLOAT
    shape = ('count', 3, input_format.height, input_format.width)
    for field in (graph.node, graph.input, graph.output, graph.value_info):
        del field[:]
    graph.node.extend(kept)
    graph.input.append(onnx.helper.make_tensor_value_info(name, number, shape))
    # OpenCV refuses an output that does not say how many axes it has.
    graph.output.append(onnx.helper.make_tensor_value_info(
        _LAYER, number, ('count', 'channels', 'rows', 'columns')))
    return bytes(model.SerializeToString())
