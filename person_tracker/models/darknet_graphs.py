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
Darknet networks (.weights with .cfg beside it) as ONNX graphs, which every back end can run.

OpenCV 5 reads Darknet no more. Known are the layers of YOLOv3, YOLOv4 and their tiny forms. Each
`[yolo]` layer becomes an output of the layout `darknet_regions`: with `s` the sigmoid, `c` the
cell and `a` the anchor, centre `(k s(t) - (k - 1) / 2 + c) / cells`, where `k` is `scale_x_y`,
and size `exp(t) a / input` (Redmon and Farhadi, YOLOv3, arXiv 1804.02767, section 2.1; Bochkovskiy
et al., YOLOv4, arXiv 2004.10934, section 3.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.darknet_files import Floats
from person_tracker.models.darknet_files import read_sections
from person_tracker.models.darknet_files import Section
from person_tracker.models.darknet_files import Weights
from person_tracker.models.errors import ModelError

SUFFIXES = ('.weights', '.cfg')

_INPUT = 'images'
_EPSILON = 1e-6  # Darknet adds it to a variance
_LEAK = 0.1      # Darknet's `leaky`


@dataclass(frozen=True)
class _Value:
    """What a layer gives: its name in the graph and its shape without the batch."""

    name: str
    channels: int
    height: int
    width: int


def read_darknet(path: Path) -> Any:
    """
    Return a Darknet network as an `onnx.ModelProto` that takes any number of images.

    Parameters
    ----------
    path
        The .weights or the .cfg file; the other one, and where the classes are named a .names
        file, have the same name and lie beside it.

    Raises
    ------
    ModelError
        A file is missing, the two do not fit each other, or a layer is not known here.

    """
    weights, cfg = path.with_suffix('.weights'), path.with_suffix('.cfg')
    for each in (weights, cfg):
        if not each.is_file():
            raise ModelError(f'a Darknet network is two files of one name, and {each} does not '
                             'exist')
    sections = read_sections(cfg)
    try:
        builder = _Builder(sections[0], Weights(weights))
        for section in sections[1:]:
            builder.add(section)
    except (KeyError, IndexError, ValueError) as error:
        raise ModelError(f'{cfg.name} is not a network that can be read: {error!r}') from error
    names = path.with_suffix('.names')
    classes = names.read_text(encoding='utf-8').split('\n') if names.is_file() else []
    return builder.finished([each.strip() for each in classes if each.strip()])


class _Builder:
    """Makes an ONNX graph layer by layer."""

    def __init__(self, net: Section, weights: Weights) -> None:
        self._weights = weights
        self._input = _Value(_INPUT, net.number('channels', 3), net.number('height', 416),
                             net.number('width', 416))
        self._layers: list[_Value] = []
        self._outputs: list[_Value] = []
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, section: Section) -> None:
        """Add the next layer."""
        known = {'convolutional': self._convolution, 'maxpool': self._pool, 'route': self._route,
                 'upsample': self._upsample, 'shortcut': self._shortcut, 'yolo': self._yolo}
        if section.kind not in known:
            raise ModelError(f'Darknet layer [{section.kind}] is not known here; known are '
                             f'{", ".join(known)}: export the network to ONNX instead')
        before = self._layers[-1] if self._layers else self._input
        self._layers.append(known[section.kind](section, before))

    def finished(self, classes: Sequence[str]) -> Any:
        """Return the network; `names` in its metadata are the classes."""
        import onnx
        helper, kind = onnx.helper, onnx.TensorProto.FLOAT
        self._weights.check_all_taken()
        if not self._outputs:
            raise ModelError('a Darknet network must have a [yolo] layer to be a detector here')
        shown = self._input
        graph = helper.make_graph(
            self._nodes, 'darknet',
            [helper.make_tensor_value_info(
                _INPUT, kind, ('count', shown.channels, shown.height, shown.width))],
            [helper.make_tensor_value_info(each.name, kind, ('count', each.height, each.width))
             for each in self._outputs], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
        if classes:
            helper.set_model_props(model, {'names': repr(dict(enumerate(classes)))})
        return model

    def _convolution(self, section: Section, before: _Value) -> _Value:
        count, size = section.number('filters', 1), section.number('size', 1)
        stride, groups = section.number('stride', 1), section.number('groups', 1)
        padding = size // 2 if section.number('pad', 0) else section.number('padding', 0)
        bias = self._weights.take(count)
        factor, mean = np.ones(count, np.float32), np.zeros(count, np.float32)
        if section.number('batch_normalize', 0):
            scale, mean, variance = self._weights.take(3, count)
            factor = scale / np.sqrt(variance + np.float32(_EPSILON))
        kernel = self._weights.take(count, before.channels // groups, size, size)
        name = self._node(
            'Conv', [before.name, self._constant(kernel * factor.reshape(-1, 1, 1, 1)),
                     self._constant(bias - mean * factor)],
            kernel_shape=[size, size], strides=[stride] * 2, pads=[padding] * 4, group=groups)
        name = self._activation(section.options.get('activation', 'logistic'), name)
        return _Value(name, count, (before.height + 2 * padding - size) // stride + 1,
                      (before.width + 2 * padding - size) // stride + 1)

    def _activation(self, kind: str, value: str) -> str:
        match kind:
            case 'linear':
                return value
            case 'leaky':
                return self._node('LeakyRelu', [value], alpha=_LEAK)
            case 'relu':
                return self._node('Relu', [value])
            case 'logistic':
                return self._node('Sigmoid', [value])
            case 'swish':
                return self._node('Mul', [value, self._node('Sigmoid', [value])])
            case 'mish':
                softened = self._node('Tanh', [self._node('Softplus', [value])])
                return self._node('Mul', [value, softened])
        raise ModelError(f'Darknet activation {kind!r} is not known here; known are linear, '
                         'leaky, relu, logistic, swish, mish: export the network to ONNX instead')

    def _pool(self, section: Section, before: _Value) -> _Value:
        stride = section.number('stride', 1)
        size = section.number('size', stride)
        padding = section.number('padding', size - 1)
        first, last = padding // 2, padding - padding // 2
        name = self._node('MaxPool', [before.name], kernel_shape=[size, size],
                          strides=[stride] * 2, pads=[first, first, last, last])
        return _Value(name, before.channels, (before.height + padding - size) // stride + 1,
                      (before.width + padding - size) // stride + 1)

    def _route(self, section: Section, before: _Value) -> _Value:
        sources = [self._layer(number) for number in section.numbers('layers')]
        groups, group = section.number('groups', 1), section.number('group_id', 0)
        if groups > 1:
            sources = [self._part(each, groups, group) for each in sources]
        if len(sources) == 1:
            return sources[0]
        name = self._node('Concat', [each.name for each in sources], axis=1)
        return _Value(name, sum(each.channels for each in sources), sources[0].height,
                      sources[0].width)

    def _part(self, source: _Value, groups: int, group: int) -> _Value:
        count = source.channels // groups
        limits = [np.array([each], np.int64) for each in (group * count, (group + 1) * count, 1)]
        name = self._node('Slice', [source.name, *(self._constant(each) for each in limits)])
        return _Value(name, count, source.height, source.width)

    def _upsample(self, section: Section, before: _Value) -> _Value:
        factor = section.number('stride', 2)
        scales = self._constant(np.array([1, 1, factor, factor], np.float32))
        name = self._node('Resize', [before.name, '', scales], mode='nearest',
                          nearest_mode='floor', coordinate_transformation_mode='asymmetric')
        return _Value(name, before.channels, before.height * factor, before.width * factor)

    def _shortcut(self, section: Section, before: _Value) -> _Value:
        source = self._layer(section.number('from', -1))
        name = self._node('Add', [before.name, source.name])
        name = self._activation(section.options.get('activation', 'linear'), name)
        return _Value(name, before.channels, before.height, before.width)

    def _yolo(self, section: Section, before: _Value) -> _Value:
        if section.number('new_coords', 0):
            raise ModelError('Darknet [yolo] layers with new_coords=1 are not known here: export '
                             'the network to ONNX instead')
        every = np.array(section.options['anchors'].split(','), np.float32).reshape(-1, 2)
        anchors = every[section.numbers('mask')] if 'mask' in section.options else every
        columns = 5 + section.number('classes', 20)
        cells = before.height * before.width
        if before.channels != len(anchors) * columns:
            raise ModelError(f'a Darknet [yolo] layer wants {len(anchors) * columns} channels, '
                             f'got {before.channels}')
        split = self._shaped(before.name, (0, len(anchors), columns, cells))
        rows = self._shaped(self._node('Transpose', [split], perm=[0, 3, 1, 2]),
                            (0, cells * len(anchors), columns))
        name = self._regions(rows, before, anchors, float(section.options.get('scale_x_y', 1.0)))
        self._outputs.append(_Value(name, 1, cells * len(anchors), columns))
        return before

    def _regions(self, rows: str, before: _Value, anchors: Floats, stretch: float) -> str:
        """Return the rows decoded: cells row by row, in each all anchors."""
        ys, xs = np.mgrid[:before.height, :before.width].astype(np.float32)
        cells = np.repeat(np.stack((xs, ys), axis=-1).reshape(1, -1, 2), len(anchors), axis=1)
        grid = np.array([before.width, before.height], np.float32)
        sizes = np.tile(anchors / np.array([self._input.width, self._input.height], np.float32),
                        (before.height * before.width, 1))[None]
        likely = self._node('Sigmoid', [self._columns(rows, 4, 1 << 30)])
        middle = self._node('Sigmoid', [self._columns(rows, 0, 2)])
        middle = self._node('Mul', [middle, self._constant(np.float32(stretch) / grid)])
        middle = self._node('Add', [middle, self._constant(
            (cells - np.float32((stretch - 1.0) / 2.0)) / grid)])
        size = self._node('Mul', [self._node('Exp', [self._columns(rows, 2, 4)]),
                                  self._constant(sizes)])
        objectness = self._columns(likely, 0, 1)
        classes = self._node('Mul', [self._columns(likely, 1, 1 << 30), objectness])
        return self._node('Concat', [middle, size, objectness, classes], axis=2)

    def _layer(self, number: int) -> _Value:
        """Return a layer by its number, counted from here where negative."""
        return self._layers[number if number >= 0 else len(self._layers) + number]

    def _columns(self, value: str, first: int, end: int) -> str:
        limits = [np.array([each], np.int64) for each in (first, end, 2)]
        return self._node('Slice', [value, *(self._constant(each) for each in limits)])

    def _shaped(self, value: str, shape: Sequence[int]) -> str:
        return self._node('Reshape', [value, self._constant(np.array(shape, np.int64))])

    def _constant(self, array: NDArray[Any]) -> str:
        import onnx
        name = f'constant_{len(self._constants)}'
        self._constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, kind: str, inputs: Sequence[str], **options: Any) -> str:
        import onnx
        name = f'value_{len(self._nodes)}'
        self._nodes.append(onnx.helper.make_node(kind, inputs, [name], **options))
        return name
