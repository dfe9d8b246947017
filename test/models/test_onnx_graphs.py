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

from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from person_tracker.models.errors import ModelError
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.onnx_graphs import with_quick_prelu
from person_tracker.models.session import open_session
import pytest


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
