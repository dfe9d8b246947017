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

"""Every back end computes the same from an ONNX file, and refuses the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import importlib.util
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import helper
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.face_encoder import FaceEncoder
from person_tracker.models.fetching import state
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.registry import lookup
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import open_session
from person_tracker.models.session import Session
from person_tracker.models.session import SharedSessions
import pytest

Write = Callable[..., Path]
# OpenCV before 5 cannot leave the number of rows open.
OLD_OPENCV = int(cv2.__version__.partition('.')[0]) < 5


@pytest.fixture(params=['onnxruntime', 'openvino', 'opencv'])
def backend(request: pytest.FixtureRequest) -> str:
    """Return the name of each back end whose package is there."""
    if request.param == 'openvino' and importlib.util.find_spec('openvino') is None:
        pytest.skip('run: pip install openvino')
    return str(request.param)


def opened(path: Path, backend: str, shared: SharedSessions | None = None) -> Session:
    return open_session(path, device='cpu', threads=1, backend=backend, shared=shared)


@pytest.mark.parametrize('length', [
    1,     # one image at a time
    None,  # any number
])
def test_outputs_are_what_the_network_computes(write_mean_network: Write, backend: str,
                                               length: int | None) -> None:
    matrix = np.arange(6.0).reshape(3, 2)
    session = opened(write_mean_network(matrix, np.array([1.0, 2.0]), (2,),
                                        (length, 3, 64, 64)), backend)
    images = np.random.default_rng(0).uniform(0, 1, (4, 3, 64, 64)).astype(np.float32)
    steps = [images] if session.takes_batches else np.split(images, 4)
    answers = np.concatenate([session.run(step)[0] for step in steps])
    np.testing.assert_allclose(answers, images.mean(axis=(2, 3)) @ matrix + [1.0, 2.0], rtol=1e-4)
    assert answers.dtype == np.float32


def test_gate_is_not_taken_for_an_activation(tmp_path: Path, backend: str) -> None:
    # MobileNetV3 weighs channels by HardSigmoid with the numbers that HardSwish has.
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node('GlobalAveragePool', ['images'], ['means']),
         helper.make_node('HardSigmoid', ['means'], ['gate'], alpha=1 / 6, beta=0.5),
         helper.make_node('Mul', ['gate', 'images'], ['weighed']),
         helper.make_node('HardSigmoid', ['weighed'], ['rising'], alpha=1 / 6, beta=0.5),
         helper.make_node('Mul', ['weighed', 'rising'], ['answer'])], 'gate',
        *([helper.make_tensor_value_info(name, kind, (1, 3, 4, 6))]
          for name in ('images', 'answer')))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.save(model, str(tmp_path / 'gate.onnx'))
    images = np.random.default_rng(0).uniform(-4, 4, (1, 3, 4, 6)).astype(np.float32)
    weighed = np.clip(images.mean(axis=(2, 3), keepdims=True) / 6 + 0.5, 0, 1) * images
    np.testing.assert_allclose(opened(tmp_path / 'gate.onnx', backend).run(images)[0],
                               weighed * np.clip(weighed / 6 + 0.5, 0, 1), atol=1e-5)


def test_input_and_outputs_are_described(write_network: Write, backend: str) -> None:
    if backend == 'opencv' and OLD_OPENCV:
        pytest.skip('OpenCV 4 cannot run a network of constants alone')
    path = write_network({'b': np.zeros((1, 2), np.float32), 'a': np.ones((1, 3), np.float32)},
                         (1, 3, 32, 64), metadata={'names': "{0: 'person'}"})
    session = opened(path, backend)
    assert [each.name for each in session.inputs] == ['images']
    assert session.inputs[0].shape[1:] == (3, 32, 64)
    assert [(each.name, each.shape) for each in session.outputs] == [('b', (1, 2)), ('a', (1, 3))]
    assert [each.shape for each in session.run(np.zeros((1, 3, 32, 64), np.float32))] == [
        (1, 2), (1, 3)]
    assert session.metadata['names'] == "{0: 'person'}"
    assert session.description.startswith('tiny.onnx: ') and 'CPU' in session.description


def test_answers_are_not_changed_by_the_next_run(write_mean_network: Write, backend: str) -> None:
    session = opened(write_mean_network(np.eye(3), np.zeros(3), (3,)), backend)
    first = session.run(np.full((1, 3, 64, 64), 7, np.float32))[0]
    session.run(np.zeros((1, 3, 64, 64), np.float32))
    np.testing.assert_allclose(first, [[7, 7, 7]], rtol=1e-5)


@pytest.mark.parametrize('is_shared', [False, True])
def test_threads_get_the_answers_to_their_own_images(write_mean_network: Write, backend: str,
                                                     is_shared: bool) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    session = opened(path, backend, SharedSessions() if is_shared else None)

    def answer(level: int) -> float:
        return float(session.run(np.full((1, 3, 64, 64), level, np.float32))[0][0, 0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, range(200))) == pytest.approx(list(range(200)), rel=1e-5)


def test_back_ends_of_one_file_are_apart(write_mean_network: Write, backend: str) -> None:
    path, shared = write_mean_network(np.eye(3), np.zeros(3), (3,)), SharedSessions()
    one = opened(path, backend, shared)
    assert opened(path, backend, shared) is one
    other = opened(path, 'opencv' if backend == 'onnxruntime' else 'onnxruntime', shared)
    assert other is not one and len(shared) == 2


@pytest.mark.parametrize('shape', [(1, 3, 32, 64), (1, 1, 64, 64), (3, 64, 64), (2, 3, 64, 64)])
def test_input_of_another_shape_is_refused(write_network: Write, backend: str,
                                           shape: tuple) -> None:
    session = opened(write_network({'a': np.zeros((1, 5), np.float32)}), backend)
    text = rf'refused an input of shape \({", ".join(map(str, shape))}\)'
    with pytest.raises(ModelError, match=text):
        session.run(np.zeros(shape, np.float32))


@pytest.mark.parametrize('content', [b'', b'<!DOCTYPE html>', bytes(range(256)) * 8])
def test_file_that_is_no_network_is_refused_by_name(tmp_path: Path, backend: str,
                                                    content: bytes) -> None:
    path = tmp_path / 'broken.onnx'
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r'^broken\.onnx is not an? ') as caught:
        opened(path, backend)
    assert '\n' not in str(caught.value)


def test_network_of_two_inputs_is_refused(tmp_path: Path, backend: str) -> None:
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node('Add', ['a', 'b'], ['c'])], 'two',
        [helper.make_tensor_value_info(name, kind, (1, 3, 8, 8)) for name in 'ab'],
        [helper.make_tensor_value_info('c', kind, (1, 3, 8, 8))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.save(model, str(tmp_path / 'two.onnx'))
    with pytest.raises(ModelError, match=r'two\.onnx must have one input, got 2: a, b'):
        opened(tmp_path / 'two.onnx', backend)


def test_device_that_a_back_end_lacks_is_refused_with_those_it_has(write_mean_network: Write,
                                                                   backend: str) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    text = f"device 'edgetpu' is not .*(?i:{backend}).*cpu"
    with pytest.raises(ModelError, match=text) as caught:
        open_session(path, device='edgetpu', backend=backend)
    assert 'edgetpu,' not in str(caught.value)


@pytest.fixture(scope='module')
def street(shared_data: Path) -> np.ndarray:
    """Return a frame of a real video."""
    capture = cv2.VideoCapture(str(shared_data / 'video' / 'vtest.avi'))
    image = [capture.read()[1] for _ in range(101)][-1]
    capture.release()
    return image


@pytest.mark.model
@pytest.mark.parametrize('model', [
    'yolox_tiny_humanart', 'yolox_nano', 'yolov4_tiny', 'yolo11n'])
def test_real_detector_finds_the_same_boxes_in_every_back_end(
        street: np.ndarray, backend: str, model: str) -> None:
    if state(lookup(model)) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {model}')
    if model == 'yolo11n' and backend == 'opencv' and OLD_OPENCV:
        pytest.skip('OpenCV 4 does not read it')
    found, expected = (
        Detector(DetectorConfig(model=model, backend=each, device='cpu')).detect(street)
        for each in (backend, 'onnxruntime'))
    assert len(found) == len(expected) > 4
    np.testing.assert_allclose(found.boxes_xyxy, expected.boxes_xyxy, atol=2.0)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-3)


@pytest.mark.model
@pytest.mark.parametrize('model', ['mobilenet_v3_small_bands', 'osnet_x0_25_msmt17_boxmot.onnx'])
def test_real_encoder_of_people_describes_the_same_in_every_back_end(
        street: np.ndarray, shared_models: Path, backend: str, model: str) -> None:
    if model.endswith('.onnx'):
        model = str(shared_models / model)
    elif state(lookup(model)) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {model}')
    boxes = np.float32([[10, 20, 70, 180], [100, 30, 160, 200], [300, 100, 350, 230]])
    found, expected = (
        ReidEncoder(ReidConfig(model=model, backend=each, device='cpu')).encode(street, boxes)
        for each in (backend, 'onnxruntime'))
    assert ((found.embeddings * expected.embeddings).sum(axis=1) > 0.999).all()


@pytest.mark.model
def test_real_encoder_of_faces_describes_the_same_in_every_back_end(
        portrait: np.ndarray, backend: str) -> None:
    if state(lookup('sface')) != 'verified':
        pytest.skip('run: person_tracker models fetch sface')
    faces = [cv2.resize(portrait[top:top + 180, 140:320], (112, 112)) for top in (20, 60)]
    found, expected = (
        FaceEncoder('sface', NetworkConfig(backend=each, device='cpu')).encode(faces)
        for each in (backend, 'onnxruntime'))
    assert ((found * expected).sum(axis=1) > 0.999).all()
