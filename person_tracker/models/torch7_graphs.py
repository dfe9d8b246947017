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
Torch7 networks (.t7) as ONNX graphs, which every back end can run.

OpenCV 5 reads Torch7 no more. Known are the layers of OpenFace's nn4.small2 and what is usual
beside them. The file does not say how large the images are.
"""

from collections.abc import Sequence
import math
from pathlib import Path
from typing import Any

from person_tracker.models.errors import ModelError
from person_tracker.models.torch7_files import read_object
from person_tracker.models.torch7_files import TorchObject
from person_tracker.models.torch7_layers import Graph
from person_tracker.models.torch7_layers import LAYERS
from person_tracker.models.torch7_layers import Value

SUFFIX = '.t7'

_INPUT = 'images'
_CHAINS = ('Sequential', 'Inception', 'SpatialLPPooling')
_FORKS = ('Concat', 'DepthConcat')
# Networks that contain themselves, or one part very often, would become graphs without end.
_MOST_NESTED = 40
_MOST_NODES = 10_000
_MOST_NUMBERS = 1 << 27  # of one image between two layers


def read_torch7(path: Path, width: int, height: int) -> Any:
    """
    Return a Torch7 network as an `onnx.ModelProto` that takes any number of images.

    Parameters
    ----------
    path
        The .t7 file; only its weights and layers are looked at, and no code of it runs.
    width, height
        Of the images, pixels.

    Raises
    ------
    ModelError
        The file is missing or damaged, it is no network, one for images of another size, or a
        layer is not known here.

    """
    network = read_object(path)
    if not isinstance(network, TorchObject):
        raise ModelError(f'{path.name} must hold a Torch7 network, got {type(network).__name__}')
    return graph_of(network, width, height)


def graph_of(network: TorchObject, width: int, height: int) -> Any:
    """Return what `read_torch7` returns, of a network that is there already."""
    import onnx
    helper, graph = onnx.helper, Graph()
    taken = Value(_INPUT, (3, height, width))
    given = _added(graph, network, taken, 0)
    shown = [helper.make_tensor_value_info(each.name, onnx.TensorProto.FLOAT,
                                           ('count', *each.shape)) for each in (taken, given)]
    return helper.make_model(
        helper.make_graph(graph.nodes, 'torch7', shown[:1], shown[1:], graph.constants),
        opset_imports=[helper.make_opsetid('', 13)], ir_version=7)


def _added(graph: Graph, layer: TorchObject, before: Value, depth: int) -> Value:
    """Add a layer, with those that it is made of, and return what it gives."""
    kind = layer.kind.removeprefix('nn.')
    if depth > _MOST_NESTED or len(graph.nodes) > _MOST_NODES:
        raise ModelError(f'a Torch7 network must have at most {_MOST_NODES} nodes, {_MOST_NESTED} '
                         f'deep; a {layer.kind} is beyond')
    if kind in _CHAINS:
        given = before
        for part in layer.parts():
            given = _added(graph, part, given, depth + 1)
    elif kind in _FORKS:
        branches = [_added(graph, part, before, depth + 1) for part in layer.parts()]
        given = _joined(graph, layer, branches)
    elif kind in LAYERS:
        given = LAYERS[kind](graph, layer, before)
    else:
        raise ModelError(f'Torch7 layer {layer.kind} is not known here; known are '
                         f'{", ".join(sorted((*_CHAINS, *_FORKS, *LAYERS)))}: export the network '
                         'to ONNX instead')
    if not 0 < math.prod(given.shape) <= _MOST_NUMBERS:
        raise ModelError(f'a Torch7 {layer.kind} must give 1 to {_MOST_NUMBERS} numbers per '
                         f'image, got shape {given.shape}')
    return given


def _joined(graph: Graph, layer: TorchObject, branches: Sequence[Value]) -> Value:
    """Join along the channels; `DepthConcat` centres lower and narrower branches among zeros."""
    if layer.whole('dimension') != 2:
        raise ModelError(f'dimension of a Torch7 {layer.kind} must be 2, the channels, got '
                         f'{layer.whole("dimension")}')
    ranks = {len(each.shape) for each in branches}
    if len(ranks) == 1 and layer.kind.endswith('DepthConcat'):
        largest = [max(lengths) for lengths in zip(*(each.shape[1:] for each in branches))]
        branches = [_centred(graph, each, largest) for each in branches]
    if len({each.shape[1:] for each in branches}) > 1 or len(ranks) > 1:
        raise ModelError(f'the branches of a Torch7 {layer.kind} must give images of one size, '
                         f'got {", ".join(str(each.shape) for each in branches)}')
    name = graph.node('Concat', [each.name for each in branches], axis=1)
    return Value(name, (sum(each.shape[0] for each in branches), *branches[0].shape[1:]))


def _centred(graph: Graph, value: Value, lengths: Sequence[int]) -> Value:
    spare = [length - own for length, own in zip(lengths, value.shape[1:])]
    first = [each // 2 for each in spare]
    last = [each - half for each, half in zip(spare, first)]
    return graph.padded(value, (0, *first), (0, *last))
