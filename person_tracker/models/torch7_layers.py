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
What layers of Torch7 compute, as nodes of an ONNX graph; layers of layers are elsewhere.

The formulas are those of Torch's package `nn` when it does not train.
"""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.errors import ModelError
from person_tracker.models.torch7_files import TorchObject

_MOST_BYTES = (1 << 31) - (1 << 20)  # an ONNX file must be smaller than 2 GiB


@dataclass(frozen=True)
class Value:
    """What a layer takes or gives: its name in the graph and its shape without the batch."""

    name: str
    shape: tuple[int, ...]


class Graph:
    """
    The nodes of an ONNX graph that is being made.

    Attributes
    ----------
    nodes, constants
        As `onnx.helper.make_graph` takes them.

    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._bytes = 0

    def node(self, kind: str, inputs: Sequence[str], **options: Any) -> str:
        """Add a node and return the name of its output."""
        import onnx
        name = f'value_{len(self.nodes)}'
        self.nodes.append(onnx.helper.make_node(kind, inputs, [name], **options))
        return name

    def constant(self, array: NDArray[Any]) -> str:
        """Add an array and return its name."""
        import onnx
        self._bytes += array.nbytes
        if self._bytes > _MOST_BYTES:
            raise ModelError('the weights of a Torch7 network must be at most '
                             f'{_MOST_BYTES} bytes, got {self._bytes} or more')
        name = f'constant_{len(self.constants)}'
        self.constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def number(self, value: float) -> str:
        """Add a number and return its name."""
        return self.constant(np.array(value, np.float32))

    def padded(self, value: Value, first: Sequence[int], last: Sequence[int]) -> Value:
        """Put zeros before and behind, so many along each axis."""
        if not any((*first, *last)):
            return value
        pads = self.constant(np.array([0, *first, 0, *last], np.int64))
        shape = tuple(sum(lengths) for lengths in zip(value.shape, first, last))
        return Value(self.node('Pad', [value.name, pads]), shape)


_Layer = Callable[[Graph, TorchObject, Value], Value]


def _convolution(graph: Graph, layer: TorchObject, before: Value) -> Value:
    inputs, outputs = layer.whole('nInputPlane'), layer.whole('nOutputPlane')
    _check(layer, before, (inputs, None, None))
    windows, lengths = _windows(layer, before)
    weights = [layer.array('weight', outputs, inputs, *windows['kernel_shape'])]
    if layer.fields.get('bias') is not None:
        weights.append(layer.array('bias', outputs))
    names = [before.name, *(graph.constant(each) for each in weights)]
    return Value(graph.node('Conv', names, **windows), (outputs, *lengths))


def _max_pool(graph: Graph, layer: TorchObject, before: Value) -> Value:
    _check(layer, before, (None, None, None))
    windows, lengths = _windows(layer, before, layer.flag('ceil_mode', False))
    return Value(graph.node('MaxPool', [before.name], **windows), (before.shape[0], *lengths))


def _average_pool(graph: Graph, layer: TorchObject, before: Value) -> Value:
    _check(layer, before, (None, None, None))
    windows, lengths = _windows(layer, before, layer.flag('ceil_mode', False))
    first, last = np.reshape(windows['pads'], (2, 2))
    is_padding_counted = layer.flag('count_include_pad', True)
    if is_padding_counted and (last > first).any():
        raise ModelError(f'a Torch7 {layer.kind} whose last window reaches over the padding is '
                         'not known here: export the network to ONNX instead')
    name = graph.node('AveragePool', [before.name], count_include_pad=int(is_padding_counted),
                      **windows)
    if not layer.flag('divide', True):
        name = graph.node('Mul', [name, graph.number(math.prod(windows['kernel_shape']))])
    return Value(name, (before.shape[0], *lengths))


def _windows(layer: TorchObject, before: Value,
             rounds_up: bool = False) -> tuple[dict[str, list[int]], list[int]]:
    """Return a window's options in ONNX, and how often it fits into the height and the width."""
    kernels, strides, first, last, counts = [], [], [], [], []
    for axis, length in zip('HW', before.shape[1:]):
        kernel, stride = layer.whole(f'k{axis}'), layer.whole(f'd{axis}', 1)
        padding = layer.whole(f'pad{axis}', layer.whole('padding', 0, least=0), least=0)
        spare = length + 2 * padding - kernel
        if spare < 0:
            raise ModelError(f'k{axis} of a Torch7 {layer.kind} must be 1 to '
                             f'{length + 2 * padding}, got {kernel}')
        count = (-(-spare // stride) if rounds_up else spare // stride) + 1
        if rounds_up and (count - 1) * stride >= length + padding:
            count -= 1  # a window begins within the image
        kernels.append(kernel)
        strides.append(stride)
        counts.append(count)
        first.append(padding)
        last.append(max(padding, (count - 1) * stride + kernel - length - padding))
    return {'kernel_shape': kernels, 'strides': strides, 'pads': first + last}, counts


@np.errstate(all='ignore')  # what comes of damaged numbers is refused
def _batch_normalisation(graph: Graph, layer: TorchObject, before: Value) -> Value:
    count = before.shape[0]
    if layer.fields.get('running_var') is not None:
        variance = layer.array('running_var', count) + np.float32(layer.number('eps', 1e-5))
        scale = 1.0 / np.sqrt(variance)
    else:
        scale = layer.array('running_std', count)  # older files: the inverse of the deviation
    shift = np.zeros(count, np.float32)
    if layer.fields.get('weight') is not None:
        scale, shift = scale * layer.array('weight', count), layer.array('bias', count)
    shift = shift - layer.array('running_mean', count) * scale
    if not np.isfinite((scale, shift)).all():
        raise ModelError(f'variances of a Torch7 {layer.kind} must be above 0, and its other '
                         'numbers small enough for 32 bits')
    numbers = scale, shift, np.zeros(count, np.float32), np.ones(count, np.float32)
    names = [before.name, *(graph.constant(each) for each in numbers)]
    return Value(graph.node('BatchNormalization', names, epsilon=0.0), before.shape)


def _response_normalisation(graph: Graph, layer: TorchObject, before: Value) -> Value:
    _check(layer, before, (None, None, None))
    size = layer.whole('size')
    if size % 2 == 0:
        raise ModelError(f'size of a Torch7 {layer.kind} must be odd, got {size}')
    options = {'alpha': layer.number('alpha', 1e-4), 'beta': layer.number('beta', 0.75),
               'bias': layer.number('k', 1.0)}
    return Value(graph.node('LRN', [before.name], size=size, **options), before.shape)


def _linear(graph: Graph, layer: TorchObject, before: Value) -> Value:
    _check(layer, before, (None,))
    weight = layer.array('weight', -1, *before.shape)
    names = [before.name, graph.constant(weight)]
    if layer.fields.get('bias') is not None:
        names.append(graph.constant(layer.array('bias', len(weight))))
    return Value(graph.node('Gemm', names, transB=1), (len(weight),))


def _normalise(graph: Graph, layer: TorchObject, before: Value) -> Value:
    _check(layer, before, (None,))
    if layer.number('p', 2.0) != 2.0:
        raise ModelError(f'p of a Torch7 {layer.kind} must be 2, got {layer.number("p")}')
    squares = graph.node('Mul', [before.name, before.name])
    axis = graph.constant(np.array([1], np.int64))
    total = graph.node('ReduceSum', [squares, axis], keepdims=1)
    total = graph.node('Add', [total, graph.number(layer.number('eps', 1e-10))])
    return Value(graph.node('Div', [before.name, graph.node('Sqrt', [total])]), before.shape)


def _reshape(graph: Graph, layer: TorchObject, before: Value) -> Value:
    wanted, count = layer.sizes('size'), math.prod(before.shape)
    shape = list(wanted)
    if -1 in shape:
        rest, place = -math.prod(shape), shape.index(-1)
        shape[place] = count // rest if rest > 0 else 0
        # A first length that is left open may stand for the batch.
        if len(shape) > 1 and shape[0] == 1 and place == 0:
            del shape[0]
    if min(shape, default=0) < 1 or math.prod(shape) != count:
        raise ModelError(f'a Torch7 {layer.kind} to {wanted} must get as many numbers, got shape '
                         f'{before.shape}: is the network for images of another size?')
    name = graph.node('Reshape', [before.name, graph.constant(np.array([0, *shape], np.int64))])
    return Value(name, tuple(shape))


def _zero_padding(graph: Graph, layer: TorchObject, before: Value) -> Value:
    _check(layer, before, (None, None, None))
    top, bottom, left, right = (layer.whole(f'pad_{side}', least=0) for side in 'tblr')
    return graph.padded(before, (0, top, left), (0, bottom, right))


def _dropout(graph: Graph, layer: TorchObject, before: Value) -> Value:
    if layer.flag('v2', False):
        return before
    # The first version makes up here for what it drops in training.
    return Value(graph.node('Mul', [before.name, graph.number(1.0 - layer.number('p', 0.5))]),
                 before.shape)


def _leaky(graph: Graph, layer: TorchObject, before: Value) -> Value:
    slope = layer.number('negval', 0.01)
    return Value(graph.node('LeakyRelu', [before.name], alpha=slope), before.shape)


def _square(graph: Graph, layer: TorchObject, before: Value) -> Value:
    return Value(graph.node('Mul', [before.name, before.name]), before.shape)


def _same(graph: Graph, layer: TorchObject, before: Value) -> Value:
    return before


def _applied(kind: str) -> _Layer:
    """Return what applies one of ONNX's functions to each number."""
    return lambda graph, layer, before: Value(graph.node(kind, [before.name]), before.shape)


def _with_number(kind: str, name: str) -> _Layer:
    """Return what combines each number with one of the layer's own."""
    return lambda graph, layer, before: Value(
        graph.node(kind, [before.name, graph.number(layer.number(name))]), before.shape)


def _check(layer: TorchObject, before: Value, wanted: tuple[int | None, ...]) -> None:
    """Refuse what has other lengths, of which those that do not matter are None."""
    if len(before.shape) != len(wanted) or any(
            length not in (None, given) for length, given in zip(wanted, before.shape)):
        shown = ', '.join('any' if length is None else str(length) for length in wanted)
        raise ModelError(f'a Torch7 {layer.kind} must get images of shape ({shown}), '
                         f'got {before.shape}')


# By class, without `nn.`.
LAYERS: dict[str, _Layer] = {
    'AddConstant': _with_number('Add', 'constant_scalar'),
    'BatchNormalization': _batch_normalisation,
    'Contiguous': _same,
    'Dropout': _dropout,
    'Identity': _same,
    'LeakyReLU': _leaky,
    'Linear': _linear,
    'MulConstant': _with_number('Mul', 'constant_scalar'),
    'Normalize': _normalise,
    'Power': _with_number('Pow', 'pow'),
    'ReLU': _applied('Relu'),
    'Reshape': _reshape,
    'Sigmoid': _applied('Sigmoid'),
    'SpatialAveragePooling': _average_pool,
    'SpatialBatchNormalization': _batch_normalisation,
    'SpatialConvolution': _convolution,
    'SpatialConvolutionMM': _convolution,
    'SpatialCrossMapLRN': _response_normalisation,
    'SpatialMaxPooling': _max_pool,
    'SpatialZeroPadding': _zero_padding,
    'Sqrt': _applied('Sqrt'),
    'Square': _square,
    'Tanh': _applied('Tanh'),
    'View': _reshape,
}
