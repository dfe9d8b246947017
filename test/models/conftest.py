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

"""Small networks of known output, and a server on this machine, for the tests of models."""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from importlib import import_module
import os
from pathlib import Path
import threading
from typing import Any
import zipfile

import cv2
import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from person_tracker.models.opencv_session import GOOD_VERSION
import pytest


@pytest.fixture(autouse=True)
def skip_what_an_old_opencv_cannot_run(request: pytest.FixtureRequest) -> None:
    """Skip, loudly, the back end of OpenCV where it is older than what its own errors ask for."""
    given = getattr(request.node, 'callspec', None)
    version = tuple(int(part) for part in cv2.__version__.split('.')[:2])
    texts = [value for value in given.params.values() if isinstance(value, str)] if given else []
    if 'opencv' in texts and version < GOOD_VERSION:
        pytest.skip(f'OpenCV {cv2.__version__} is too old for the back end of that name')


@pytest.fixture
def write_network(tmp_path: Path) -> Callable[..., Path]:
    """
    Return a function that writes a network which always answers the same.

    It takes the outputs by name, the shape of the input, and metadata; None in the shape leaves
    that length open.
    """
    def write(outputs: dict, shape: tuple = (1, 3, 64, 64), name: str = 'tiny.onnx',
              metadata: dict | None = None) -> Path:
        graph = helper.make_graph(
            [helper.make_node('Constant', [], [key], value=numpy_helper.from_array(value))
             for key, value in outputs.items()],
            'tiny',
            [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(
                key, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
             for key, value in outputs.items()])
        return _save(graph, tmp_path / name, metadata)

    return write


@pytest.fixture
def write_mean_network(tmp_path: Path) -> Callable[..., Path]:
    """
    Return a function that writes a network whose answer is made from the means of the channels.

    The answer of each image is `means @ matrix + bias`, brought to the given shape.
    """
    def write(matrix: np.ndarray, bias: np.ndarray, row_shape: tuple[int, ...],
              shape: tuple = (None, 3, 64, 64), name: str = 'mean.onnx') -> Path:
        def constant(key: str, value: np.ndarray) -> onnx.NodeProto:
            return helper.make_node('Constant', [], [key], value=numpy_helper.from_array(value))

        graph = helper.make_graph(
            [constant('matrix', matrix.astype(np.float32)),
             constant('bias', bias.astype(np.float32)),
             constant('row_shape', np.array([-1, *row_shape], np.int64)),
             helper.make_node('ReduceMean', ['images'], ['means'], axes=[2, 3], keepdims=0),
             helper.make_node('MatMul', ['means', 'matrix'], ['product']),
             helper.make_node('Add', ['product', 'bias'], ['sum']),
             helper.make_node('Reshape', ['sum', 'row_shape'], ['answer'])],
            'mean',
            [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(
                'answer', onnx.TensorProto.FLOAT, (None, *row_shape))])
        return _save(graph, tmp_path / name, None)

    return write


# Where the tiny face has its landmarks, cells of 8 px from the corner of the brightest one.
@pytest.fixture
def write_tflite(tmp_path: Path) -> Callable[..., Path]:
    """
    Return a function that writes a TensorFlow Lite file, operation by operation.

    It takes tensors by name, each with `shape` or constant `values` and, where it has them,
    `kind`, `scale` and `zero_point`; operations as name, names of inputs and of outputs, and
    options of custom ones; the names of the inputs and outputs; and a list of labels to attach.
    """
    schema = pytest.importorskip('ai_edge_litert.schema_py_generated',
                                 reason='LiteRT is not installed: pip install ai-edge-litert')
    flatbuffers = import_module('flatbuffers')

    def write(tensors: dict[str, dict], operations: list[tuple], inputs: str, outputs: str,
              name: str = 'tiny.tflite', labels: str = '') -> Path:
        number = {key: index for index, key in enumerate(tensors)}
        graph, model = schema.SubGraphT(), schema.ModelT()
        model.version, model.subgraphs = 3, [graph]
        model.buffers, model.operatorCodes = [schema.BufferT()], []
        graph.tensors = [_tflite_tensor(schema, key, model.buffers, **options)
                         for key, options in tensors.items()]
        graph.operators = [_tflite_operation(schema, number, model.operatorCodes, *each)
                           for each in operations]
        graph.inputs = [number[key] for key in inputs.split()]
        graph.outputs = [number[key] for key in outputs.split()]
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), file_identifier=b'TFL3')
        path = tmp_path / name
        path.write_bytes(bytes(builder.Output()))
        if labels:
            with zipfile.ZipFile(path, 'a') as archive:
                archive.writestr('labels.txt', labels)
        return path

    return write


def _tflite_tensor(schema: Any, name: str, buffers: list, shape: tuple = (),
                   kind: type = np.float32, values: np.ndarray | None = None, scale: float = 0.0,
                   zero_point: int = 0) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.buffer = name, 0
    if values is not None:
        shape, kind = values.shape, values.dtype.type
        tensor.buffer = len(buffers)
        buffer = schema.BufferT()
        buffer.data = list(values.tobytes())
        buffers.append(buffer)
    tensor.shape = list(shape)
    tensor.type = getattr(schema.TensorType, np.dtype(kind).name.upper())
    if scale:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero_point]
    return tensor


def _tflite_operation(schema: Any, number: dict[str, int], codes: list, name: str, inputs: str,
                      outputs: str, options: bytes = b'') -> Any:
    code, operation = schema.OperatorCodeT(), schema.OperatorT()
    builtin = getattr(schema.BuiltinOperator, name, None)
    code.builtinCode = schema.BuiltinOperator.CUSTOM if builtin is None else builtin
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 1
    code.customCode = name if builtin is None else None
    operation.opcodeIndex = len(codes)
    codes.append(code)
    operation.inputs = [number[key] for key in inputs.split()]
    operation.outputs = [number[key] for key in outputs.split()]
    operation.customOptions = list(options) or None
    if name == 'MEAN':
        operation.builtinOptionsType = schema.BuiltinOptions.ReducerOptions
        operation.builtinOptions = schema.ReducerOptionsT()
    return operation


TINY_LANDMARKS = np.array([[-0.6, -0.6], [1.6, -0.6], [0.5, 0.5], [-0.3, 1.6], [1.3, 1.6]],
                          np.float32)
TINY_FACE_CELLS = 4.0


@pytest.fixture
def write_face_detector(tmp_path: Path) -> Callable[..., Path]:
    """
    Return a function that writes a YuNet of one layer, which takes blue for a face.

    The score of each cell of 8x8 pixels is its share of blue; the face is a square of
    `TINY_FACE_CELLS` cells in its middle, with landmarks at `TINY_LANDMARKS`.
    """
    def write(name: str = 'tiny_yunet.onnx', size: int = 640) -> Path:
        nodes, weights, outputs = [], [], []
        half = np.log(np.float32(TINY_FACE_CELLS))
        for stride in (8, 16, 32):
            for part, bias in (('cls', [0.0]), ('obj', [0.0]), ('bbox', [0.5, 0.5, half, half]),
                               ('kps', TINY_LANDMARKS.ravel())):
                key, count = f'{part}_{stride}', len(bias)
                kernel = np.zeros((count, 3, stride, stride), np.float32)
                if part in ('cls', 'obj') and stride == 8:
                    kernel[:, 0] = 1.0 / (255.0 * stride * stride)
                weights += [numpy_helper.from_array(kernel, f'{key}_w'),
                            numpy_helper.from_array(np.array(bias, np.float32), f'{key}_b'),
                            numpy_helper.from_array(np.array([1, -1, count]), f'{key}_s')]
                nodes += [helper.make_node('Conv', ['input', f'{key}_w', f'{key}_b'], [f'{key}_c'],
                                           strides=[stride, stride]),
                          helper.make_node('Transpose', [f'{key}_c'], [f'{key}_t'],
                                           perm=[0, 2, 3, 1]),
                          helper.make_node('Reshape', [f'{key}_t', f'{key}_s'], [key])]
                outputs.append(helper.make_tensor_value_info(
                    key, onnx.TensorProto.FLOAT, (1, (size // stride) ** 2, count)))
        image = helper.make_tensor_value_info('input', onnx.TensorProto.FLOAT, (1, 3, size, size))
        return _save(helper.make_graph(nodes, 'yunet', [image], outputs, weights),
                     tmp_path / name, None)

    return write


def _save(graph: onnx.GraphProto, path: Path, metadata: dict | None) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    helper.set_model_props(model, metadata or {})
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


@dataclass
class FileServer:
    """
    A server of files in memory.

    Attributes
    ----------
    url
        Where it is.
    files
        Content by path.
    cut_after
        For a path: how many bytes each answer holds before the connection breaks.
    ranges
        Whether the server can continue a transfer.
    requests
        Path and asked range of every request so far.

    """

    url: str = ''
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: dict[str, int] = field(default_factory=dict)
    ranges: bool = True
    requests: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    """Serve files over HTTP on this machine, with ranges and, where asked, broken transfers."""
    served = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802, the name is http.server's
            asked = self.headers.get('Range', '')
            served.requests.append((self.path, asked))
            if self.path not in served.files:
                self.send_error(404)
                return
            content = served.files[self.path]
            start = int(asked[len('bytes='):-1]) if asked and served.ranges else 0
            if start and start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header('Content-Length', str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start:][:served.cut_after.get(self.path)])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    served.url = f'http://127.0.0.1:{server.server_address[1]}'
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope='session')
def portrait() -> np.ndarray:
    """Return the portrait of an astronaut, NASA, public domain, 512x512, blue-green-red."""
    cache = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache')
    path = cache / 'person_tracker' / 'astronaut.png'
    if not path.is_file():
        pytest.skip(f'no portrait: {path} is missing; it is skimage/data/astronaut.png of the '
                    'package scikit-image')
    return cv2.imread(str(path))
