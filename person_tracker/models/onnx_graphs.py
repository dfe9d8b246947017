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

"""ONNX files changed before they run: inputs of any size or number, parts cut off or quicker."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from person_tracker.models.errors import first_line
from person_tracker.models.errors import ModelError


@dataclass(frozen=True)
class Suppression:
    """
    What a network's own non-maximum suppression drops.

    Attributes
    ----------
    max_iou
        A box of the same class that overlaps a better one by more than this.
    min_score
        A box that scores less.

    """

    max_iou: float
    min_score: float


def read_graph(path: Path) -> Any:
    """
    Return the network in a file as an `onnx.ModelProto` that a runtime can fold.

    Weights that are listed among the inputs, as old exporters did, could be given anew with every
    image; here they are constants.

    Raises
    ------
    ModelError
        The file is missing or no ONNX network, or the package `onnx` is.

    """
    if not path.is_file():
        raise ModelError(f'model file {path} does not exist')
    return parsed(path, path.name)


def parsed(model: Path | bytes, name: str) -> Any:
    """Return what `read_graph` returns, of a file that is there or of its content."""
    try:
        import onnx
    except ImportError as error:
        raise ModelError(f'reading {name} needs the Python package onnx, which is not '
                         'installed; run: pip install onnx') from error
    try:
        network = (onnx.load_model_from_string(model) if isinstance(model, bytes)
                   else onnx.load(str(model)))
    except Exception as error:  # the parser's own exceptions share no narrower base
        raise ModelError(f'{name} is not an ONNX network: {first_line(error)}') from error
    graph = network.graph
    constants = {weights.name for weights in graph.initializer}
    inputs = [each for each in graph.input if each.name not in constants]
    if not inputs or not graph.output:
        raise ModelError(f'{name} is not an ONNX network')
    del graph.input[:]
    graph.input.extend(inputs)
    return network


def of_any_size(model: Any) -> bytes:
    """Return a network of images, shape (1, 3, height, width), with both lengths left open."""
    graph = model.graph
    # Sizes of inner values would contradict other inputs; the runtime finds them anew.
    del graph.value_info[:]
    for axis, name in zip(graph.input[0].type.tensor_type.shape.dim[2:], ('height', 'width')):
        axis.dim_param = name
    for output in graph.output:
        for number, axis in enumerate(output.type.tensor_type.shape.dim[1:2]):
            axis.dim_param = f'{output.name}_{number}'
    return bytes(model.SerializeToString())


def of_any_count(model: Any) -> bytes:
    """
    Return a network of one image at a time, its batch left open.

    What an exporter wrote as `reshape to (1, ...)` becomes `keep the first length`. Networks that
    count in other ways still compute nonsense for more than one image: compare before use.
    """
    import onnx
    graph = model.graph
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        for axis in value.type.tensor_type.shape.dim[:1]:
            axis.dim_param = 'count'
    constants = _constants(graph)
    of_images = {graph.input[0].name}
    for number, node in enumerate(graph.node):
        if of_images.isdisjoint(node.input):
            continue
        of_images.update(node.output)
        if node.op_type == 'Reshape' and node.input[1] in constants:
            shape = onnx.numpy_helper.to_array(constants[node.input[1]]).copy()
            if len(shape) > 1 and shape[0] == 1:
                shape[0] = 0  # as long as that of the input
                node.input[1] = f'open_shape_{number}'
                graph.initializer.append(onnx.numpy_helper.from_array(shape, node.input[1]))
    return bytes(model.SerializeToString())


def cut_suppression(model: Any) -> Suppression | None:
    """
    Cut a detector off before its non-maximum suppression.

    Its outputs then are all boxes, shape (1, N, 4), corners, and all scores, (1, N, classes).

    Returns
    -------
    Suppression or None
        What is cut off; None for a network that has none, or one of another form, and is left as
        it was.

    """
    import onnx
    graph = model.graph
    # One that suppresses twice looks again at what was left the first time.
    suppressing = [node for node in graph.node if node.op_type == 'NonMaxSuppression']
    if len(suppressing) != 1 or any(option.name == 'center_point_box' and option.i
                                    for option in suppressing[0].attribute):
        return None
    inputs = [*suppressing[0].input, '', '', ''][:5]
    constants = _constants(graph)
    if not constants.keys() >= {value for value in inputs[3:] if value}:
        return None
    max_iou, min_score = (float(onnx.numpy_helper.to_array(constants[value]).ravel()[0])
                          if value else 0.0 for value in inputs[3:])
    makers = {output: node for node in graph.node for output in node.output}
    ends = [_before_sorting(makers, value) for value in inputs[:2]]
    nodes = nodes_up_to(graph.node, ends)
    for changed in (graph.node, graph.output, graph.value_info):
        del changed[:]
    graph.node.extend(nodes)
    graph.output.extend(
        onnx.helper.make_tensor_value_info(end, onnx.TensorProto.FLOAT, ('images', 'boxes', axis))
        for end, axis in zip(ends, ('corners', 'classes')))
    return Suppression(max_iou, min_score)


def nodes_up_to(nodes: Iterable[Any], values: Sequence[str]) -> list[Any]:
    """Return the nodes of a graph that some of its values are computed from, in their order."""
    makers = {output: node for node in nodes for output in node.output}
    needed: set[str] = set()
    waiting = list(values)
    while waiting:
        node = makers.get(waiting.pop())
        if node is not None and node.output[0] not in needed:
            needed.add(node.output[0])
            waiting += node.input
    return [node for node in nodes if node.output[0] in needed]


def keep_gates_apart(model: Any) -> None:
    """
    Put an `Identity` into each product of `HardSigmoid(x)` and anything but `x` itself.

    OpenCV, 4 and 5, takes any such product for `HardSwish(x)`; MobileNetV3 weighs channels so.
    """
    import onnx
    graph = model.graph
    gates = {node.output[0]: node.input[0] for node in graph.node
             if node.op_type == 'HardSigmoid'}
    nodes = []
    for node in graph.node:
        for position, value in enumerate(node.input):
            if node.op_type == 'Mul' and value in gates and gates[value] not in node.input:
                node.input[position] = f'{value}_in_{node.output[0]}'
                nodes.append(onnx.helper.make_node('Identity', [value], [node.input[position]]))
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def state_kernel_shapes(model: Any) -> None:
    """Say the size of every convolution's kernel, which OpenCV before 4.12 does not infer."""
    import onnx
    constants = _constants(model.graph)
    for node in model.graph.node:
        stated = any(option.name == 'kernel_shape' for option in node.attribute)
        if node.op_type == 'Conv' and not stated and node.input[1] in constants:
            shape = list(constants[node.input[1]].dims[2:])
            node.attribute.append(onnx.helper.make_attribute('kernel_shape', shape))


def lengths(value: Any) -> tuple[int | None, ...]:
    """Return the shape that a graph states of an input or output, None where it is open."""
    return tuple(axis.dim_value or None for axis in value.type.tensor_type.shape.dim)


def _constants(graph: Any) -> dict[str, Any]:
    """Return the values that do not depend on the input, by name."""
    nodes = {node.output[0]: node.attribute[0].t for node in graph.node
             if node.op_type == 'Constant' and node.attribute[0].name == 'value'}
    return {weights.name: weights for weights in graph.initializer} | nodes


def _before_sorting(makers: dict[str, Any], value: str) -> str:
    """Return the value that was brought into the order and form which suppression wants."""
    while value in makers and makers[value].op_type in ('Gather', 'Transpose'):
        value = makers[value].input[0]
    return value


def with_quick_prelu(model: Any) -> bytes:
    """
    Return a network whose `PRelu(x)` is computed as `a x + (1 - a) Relu(x)`, the same numbers.

    onnxruntime's own PRelu is so slow on a CPU that it takes most of a face network's time.
    """
    import onnx
    graph = model.graph
    slopes = {weights.name: onnx.numpy_helper.to_array(weights) for weights in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type != 'PRelu' or node.input[1] not in slopes:
            nodes.append(node)
            continue
        value, slope = node.input
        result = node.output[0]
        rest, linear, positive, weighted = (
            f'{result}_{part}' for part in ('rest', 'linear', 'positive', 'weighted'))
        graph.initializer.append(onnx.numpy_helper.from_array(1 - slopes[slope], rest))
        nodes += [onnx.helper.make_node('Mul', [value, slope], [linear]),
                  onnx.helper.make_node('Relu', [value], [positive]),
                  onnx.helper.make_node('Mul', [positive, rest], [weighted]),
                  onnx.helper.make_node('Add', [linear, weighted], [result])]
    del graph.node[:]
    graph.node.extend(nodes)
    return bytes(model.SerializeToString())
