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

"""A changed network gives the same numbers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from person_tracker.models.errors import ModelError
from person_tracker.models.onnx_graphs import cut_suppression
from person_tracker.models.onnx_graphs import keep_gates_apart
from person_tracker.models.onnx_graphs import of_any_count
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.onnx_graphs import Suppression
from person_tracker.models.onnx_graphs import with_quick_prelu
from person_tracker.models.session import open_session
import pytest


def save(path: Path, nodes: list, outputs: dict[str, tuple], weights: dict,
         shape: tuple = (1, 3, 4, 4)) -> Path:
    """Write a network of an input `images`."""
    tensor = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, 'made', [helper.make_tensor_value_info('images', tensor, shape)],
        [helper.make_tensor_value_info(name, tensor, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def prelu_network(path: Path, slope: np.ndarray, as_input: bool = False) -> Path:
    """Write a network of one PReLU; old exporters list its slope among the inputs."""
    images = helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, (1, 3, 4, 4))
    listed = [helper.make_tensor_value_info('slope', onnx.TensorProto.FLOAT, slope.shape)]
    answer = helper.make_tensor_value_info('answer', onnx.TensorProto.FLOAT, (1, 3, 4, 4))
    graph = helper.make_graph(
        [helper.make_node('PRelu', ['images', 'slope'], ['answer'])], 'prelu',
        [images, *(listed if as_input else [])], [answer],
        [numpy_helper.from_array(slope, 'slope')])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)], ir_version=6)
    onnx.save(model, str(path))
    return path


@pytest.mark.parametrize('slope', [
    np.float32([0.25, 0.0, 1.0]).reshape(3, 1, 1),  # one per channel
    np.float32([-0.8, 1.2, 3.0]).reshape(3, 1, 1),  # negative, above one
    np.float32([0.1]),  # one for all
])
@pytest.mark.parametrize('as_input', [False, True])
def test_a_quick_prelu_is_a_prelu(tmp_path: Path, slope: np.ndarray, as_input: bool) -> None:
    path = prelu_network(tmp_path / 'prelu.onnx', slope, as_input)
    images = np.random.default_rng(0).normal(0, 100, (1, 3, 4, 4)).astype(np.float32)
    changed = with_quick_prelu(read_graph(path))
    assert 'PRelu' not in {node.op_type for node in onnx.load_from_string(changed).graph.node}
    np.testing.assert_allclose(
        open_session(changed, device='cpu').run(images)[0],
        np.where(images > 0, images, slope * images), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize('content', [b'', b'no network', b'\x08\x06'])
def test_a_file_that_is_no_network_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'odd.onnx'
    path.write_bytes(content)
    with pytest.raises(ModelError, match='odd.onnx is not an ONNX network'):
        read_graph(path)


@pytest.mark.parametrize('as_node', [False, True])
def test_network_of_one_image_made_open_gives_each_image_what_it_gave(
        tmp_path: Path, as_node: bool) -> None:
    # Pairs of rows are brought side by side, as YOLOX does; a bias is reshaped from 1 as well,
    # which has nothing to do with the images.
    shapes = {'pairs': [1, 3, 2, 2, 4], 'flat': [1, -1], 'of_bias': [1, -1]}
    weights = {'bias': np.arange(48, dtype=np.float32).reshape(4, 12)}
    nodes = [helper.make_node('Reshape', ['images', 'pairs'], ['a']),
             helper.make_node('Transpose', ['a'], ['b'], perm=[0, 3, 1, 2, 4]),
             helper.make_node('Reshape', ['b', 'flat'], ['c']),
             helper.make_node('Reshape', ['bias', 'of_bias'], ['d']),
             helper.make_node('Add', ['c', 'd'], ['answer'])]
    if as_node:
        nodes = [*(helper.make_node('Constant', [], [name],
                                    value=numpy_helper.from_array(np.int64(shape)))
                   for name, shape in shapes.items()), *nodes]
    else:
        weights |= {name: np.int64(shape) for name, shape in shapes.items()}
    path = save(tmp_path / 'one.onnx', nodes, {'answer': (1, 48)}, weights)
    one = open_session(path, device='cpu')
    many = open_session(of_any_count(read_graph(path)), device='cpu')
    assert not one.takes_batches and many.takes_batches
    images = np.random.default_rng(0).normal(0, 1, (5, 3, 4, 4)).astype(np.float32)
    np.testing.assert_array_equal(
        many.run(images)[0], np.concatenate([one.run(image[None])[0] for image in images]))


def suppressing_network(path: Path, drops: str = 'most overlap', **options: int) -> Path:
    """Write a detector of three boxes and two classes that sorts and suppresses them."""
    boxes = np.float32([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10]])
    nodes = [helper.make_node('ReduceMax', ['images'], ['level'], axes=[1, 2, 3], keepdims=1),
             helper.make_node('Squeeze', ['level', 'last'], ['levels']),
             helper.make_node('Mul', ['levels', 'share'], ['scores']),
             helper.make_node('Mul', ['levels', 'nothing'], ['zero']),
             helper.make_node('Add', ['zero', 'corners'], ['boxes']),
             helper.make_node('Gather', ['boxes', 'order'], ['sorted_boxes'], axis=1),
             helper.make_node('Gather', ['scores', 'order'], ['sorted_scores'], axis=1),
             helper.make_node('Transpose', ['sorted_scores'], ['by_class'], perm=[0, 2, 1]),
             helper.make_node('Reshape', ['level', 'one'], ['varying']),
             helper.make_node('Constant', [], ['weak'], value=numpy_helper.from_array(
                 np.float32([.25]))),
             helper.make_node('NonMaxSuppression', ['sorted_boxes', 'by_class', *drops.split()],
                              ['kept'], **options),
             helper.make_node('Cast', ['kept'], ['answer'], to=onnx.TensorProto.FLOAT)]
    return save(path, nodes, {'answer': (None, 3)}, {
        'last': np.int64([3]), 'share': np.float32([[.9, 0], [.8, 0], [0, .5]]),
        'nothing': np.float32([[0]]), 'corners': boxes, 'order': np.int64([2, 0, 1]),
        'most': np.int64([10]), 'overlap': np.float32([.5]), 'one': np.int64([1])})


def test_detector_without_its_suppression_gives_all_boxes_and_scores(tmp_path: Path) -> None:
    graph = read_graph(suppressing_network(tmp_path / 'nms.onnx'))
    cut_suppression(graph)
    assert 'NonMaxSuppression' not in {node.op_type for node in graph.graph.node}
    images = np.ones((2, 3, 4, 4), np.float32) * np.float32([1, 2]).reshape(2, 1, 1, 1)
    boxes, scores = open_session(of_any_count(graph), device='cpu').run(images)
    assert boxes.shape == (2, 3, 4) and boxes[1, 2].tolist() == [30, 0, 40, 10]
    np.testing.assert_allclose(scores[0], [[.9, 0], [.8, 0], [0, .5]])
    np.testing.assert_allclose(scores[1], 2 * scores[0])


@pytest.mark.parametrize(('drops', 'expected'), [
    ('most overlap', Suppression(.5, 0.)),
    ('most overlap weak', Suppression(.5, .25)),  # a weight and the answer of a node
    ('most', Suppression(0., 0.)),
    ('most varying', None),                       # it depends on the image
])
def test_what_the_suppression_drops_is_told(tmp_path: Path, drops: str,
                                            expected: Suppression | None) -> None:
    graph = read_graph(suppressing_network(tmp_path / 'nms.onnx', drops))
    assert cut_suppression(graph) == expected


def suppressing_twice(path: Path) -> Path:
    """Write a detector that suppresses its boxes again, as those of two stages do."""
    model = onnx.load(str(suppressing_network(path)))
    again = onnx.NodeProto()
    again.CopyFrom(next(node for node in model.graph.node if node.op_type == 'NonMaxSuppression'))
    again.output[0] = 'kept_again'
    model.graph.node.append(again)
    onnx.save(model, str(path))
    return path


@pytest.mark.parametrize('write', [
    lambda path: suppressing_network(path, center_point_box=1),  # centres, not corners
    suppressing_twice,
    lambda path: prelu_network(path, np.float32([0.1])),         # nothing is suppressed
])
def test_only_one_suppression_of_corners_is_cut_off(tmp_path: Path,
                                                    write: Callable[[Path], Path]) -> None:
    graph = read_graph(write(tmp_path / 'other.onnx'))
    before = graph.SerializeToString()
    assert cut_suppression(graph) is None
    assert graph.SerializeToString() == before


def test_only_gates_are_kept_apart(tmp_path: Path) -> None:
    nodes = [helper.make_node('HardSigmoid', ['images'], ['rising'], alpha=1 / 6, beta=0.5),
             helper.make_node('Mul', ['images', 'rising'], ['activation']),
             helper.make_node('Mul', ['rising', 'activation'], ['answer'])]
    graph = read_graph(save(tmp_path / 'gate.onnx', nodes, {'answer': (1, 3, 4, 4)}, {}))
    images = np.random.default_rng(0).normal(0, 2, (1, 3, 4, 4)).astype(np.float32)
    expected, = open_session(graph.SerializeToString(), device='cpu').run(images)
    keep_gates_apart(graph)
    assert [node.op_type for node in graph.graph.node] == ['HardSigmoid', 'Mul', 'Identity', 'Mul']
    np.testing.assert_array_equal(
        open_session(graph.SerializeToString(), device='cpu').run(images)[0], expected)
