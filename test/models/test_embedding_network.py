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

"""Networks that want the channels last, as TensorFlow's do, describe images like all others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from person_tracker.models.embedding_network import EmbeddingNetwork
from person_tracker.models.errors import ModelError
from person_tracker.models.inspection import drawn_person
from person_tracker.models.inspection import inspect
from person_tracker.models.inspection import Request
from person_tracker.models.own_registry import add_network
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import open_session
import pytest

Write = Callable[..., Path]
FLOAT, UINT8 = onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8


def encoder(model: Path | str, **settings: object) -> ReidEncoder:
    return ReidEncoder(ReidConfig(model=str(model), device='cpu', threads=1, min_quality=0.0,
                                  **settings))


def write_mars(path: Path, kind: int, count: int | None = None) -> Path:
    """Write a network of DeepSORT's form, which answers the channels' means and 125 ones."""
    graph = helper.make_graph(
        [helper.make_node('Cast', ['images'], ['reals'], to=FLOAT),
         helper.make_node('ReduceMean', ['reals'], ['means'], axes=[1, 2], keepdims=0),
         helper.make_node('Pad', ['means', 'pads', 'one'], ['features'])], 'mars',
        [helper.make_tensor_value_info('images', kind, (count, 128, 64, 3))],
        [helper.make_tensor_value_info('features', FLOAT, (count, 128))],
        [numpy_helper.from_array(np.array([0, 0, 0, 125]), 'pads'),
         numpy_helper.from_array(np.float32(1), 'one')])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.save(model, str(path))
    return path


def mars_tflite(write_tflite: Write) -> Path:
    """Write the same for LiteRT."""
    return write_tflite(
        {'images': {'shape': (1, 128, 64, 3)}, 'axes': {'values': np.int32([1, 2])},
         'means': {'shape': (1, 3)}, 'pads': {'values': np.int32([[0, 0], [0, 125]])},
         'one': {'values': np.float32([1])}, 'features': {'shape': (1, 128)}},
        [('MEAN', 'images axes', 'means'), ('PADV2', 'means pads one', 'features')],
        'images', 'features', 'mars.tflite')


def check_mars(one: ReidEncoder, colour: tuple[int, int, int]) -> None:
    """See that two boxes of one colour become what the network answers to it."""
    assert (one.dimension, one.input_format.height, one.input_format.width) == (128, 128, 64)
    image = np.full((128, 128, 3), (250, 100, 50), np.uint8)
    expected = np.ones(128)
    expected[:3] = colour
    seen = one.encode(image, np.array([[0, 0, 64, 128], [64, 0, 128, 128]], np.float32))
    np.testing.assert_allclose(seen.embeddings, [expected / np.linalg.norm(expected)] * 2,
                               atol=1e-5)


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino'])
@pytest.mark.parametrize('count', [None, 1])
@pytest.mark.parametrize('kind', [FLOAT, UINT8])
def test_network_of_deepsort_sees_pixels_with_the_channels_last(
        tmp_path: Path, kind: int, count: int | None, backend: str) -> None:
    if backend == 'openvino':
        pytest.importorskip('openvino', reason='run: pip install openvino')
    path = write_mars(tmp_path / 'mars.onnx', kind, count)
    check_mars(encoder(path, backend=backend), (250, 100, 50))


def test_network_of_deepsort_runs_on_litert(write_tflite: Write) -> None:
    check_mars(encoder(mars_tflite(write_tflite)), (250, 100, 50))


@pytest.mark.parametrize('form', ['onnx', 'tflite'])
def test_network_of_deepsort_is_added_with_what_it_was_trained_with(
        request: pytest.FixtureRequest, tmp_path: Path, form: str) -> None:
    if form == 'onnx':
        path = write_mars(tmp_path / 'mars.onnx', FLOAT)
    else:
        path = mars_tflite(request.getfixturevalue('write_tflite'))
    changes = {'colour': 'rgb', 'mean': (0.0, 0.0, 0.0), 'std': (1.0, 1.0, 1.0)}
    seen = inspect(path, Request('reid', 'mars', changes), drawn_person())
    add_network(seen.entry, seen.files, tmp_path / 'models')
    one = encoder('mars', models_folder=str(tmp_path / 'models'))
    assert one.name == 'mars'
    check_mars(one, (50, 100, 250))


def test_open_lengths_are_told(tmp_path: Path, write_mean_network: Write) -> None:
    last = EmbeddingNetwork(open_session(write_mars(tmp_path / 'mars.onnx', FLOAT)), 'mars')
    assert (last.height, last.width, last.dimension(64, 128)) == (128, 64, 128)
    first = EmbeddingNetwork(open_session(write_mean_network(
        np.eye(3), np.zeros(3), (3,), shape=(None, 3, 32, None))), 'mean')
    assert (first.height, first.width, first.dimension(48, 32)) == (32, None, 3)


@pytest.mark.parametrize('shape', [(1, 4, 32, 16), (1, 32, 16, 1), (3, 32, 16), (1, 112)])
def test_network_of_no_colour_images_is_refused(write_network: Write, shape: tuple) -> None:
    session = open_session(write_network({'answer': np.ones((1, 8), np.float32)}, shape))
    with pytest.raises(ModelError, match=r'one must take images of shape \(N, 3, height, width\)'):
        EmbeddingNetwork(session, 'one')
