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

"""IR files run by OpenVINO."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from person_tracker.models import openvino_session
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import open_session
from person_tracker.models.session import Session
import pytest

Write = Callable[..., Path]
needs_openvino = pytest.mark.skipif(openvino_session.openvino is None,
                                    reason='run: pip install openvino')


def written_ir(path: Path, labels: str = '') -> Path:
    """Write an ONNX file again as IR, and return the .xml."""
    openvino = pytest.importorskip('openvino', reason='run: pip install openvino')
    network = openvino.Core().read_model(path)
    if labels:
        network.set_rt_info(labels, ['model_info', 'labels'])
    target = path.with_suffix('.xml')
    openvino.save_model(network, target)
    return target


FLOAT, WHOLE, PIXEL = 1, 3, 4  # TensorFlow's numbers of its types


def _varint(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])


def _field(number: int, content: int | str | bytes) -> bytes:
    """Return one field of a Protocol Buffers message."""
    if isinstance(content, int):
        return _varint(number << 3) + _varint(content % (1 << 64))
    raw = content.encode() if isinstance(content, str) else content
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _shape(*lengths: int) -> bytes:
    return b''.join(_field(2, _field(1, length)) for length in lengths)


def _node(name: str, operator: str, *inputs: str, **attributes: bytes) -> bytes:
    return _field(1, b''.join((
        _field(1, name), _field(2, operator), *(_field(3, each) for each in inputs),
        *(_field(5, _field(1, key) + _field(2, value)) for key, value in attributes.items()))))


def _of(kind: int) -> bytes:
    return _field(6, kind)


def _constant(name: str, values: np.ndarray, kind: int) -> bytes:
    content = _field(1, kind) + _field(2, _shape(*values.shape)) + _field(4, values.tobytes())
    return _node(name, 'Const', dtype=_of(kind), value=_field(8, content))


def frozen_graph(path: Path, weights: np.ndarray) -> Path:
    """
    Write a TensorFlow graph of the form of the small network of MARS.

    It multiplies the mean of each channel of an image by weights.
    """
    path.write_bytes(
        _node('images', 'Placeholder', dtype=_of(PIXEL), shape=_field(7, _shape(-1, 128, 64, 3)))
        + _node('numbers', 'Cast', 'images', SrcT=_of(PIXEL), DstT=_of(FLOAT))
        + _constant('axes', np.array([1, 2], np.int32), WHOLE)
        + _node('means', 'Mean', 'numbers', 'axes', T=_of(FLOAT), Tidx=_of(WHOLE),
                keep_dims=_field(5, 0))
        + _constant('weights', np.float32(weights), FLOAT)
        + _node('features', 'MatMul', 'means', 'weights', T=_of(FLOAT)))
    return path


def opened(path: Path) -> Session:
    return open_session(path, device='cpu', threads=1)


@pytest.mark.parametrize('length', [
    1,     # as the files of OpenVINO's model zoo are
    None,  # closed to one, which is quicker on a CPU
])
def test_ir_computes_rows_one_by_one(write_mean_network: Write, length: int | None) -> None:
    session = opened(written_ir(
        write_mean_network(np.eye(3), np.zeros(3), (3,), (length, 3, 64, 64))))
    assert session.inputs[0].shape == (1, 3, 64, 64)
    assert not session.takes_batches
    image = np.random.default_rng(0).uniform(0, 1, (1, 3, 64, 64)).astype(np.float32)
    np.testing.assert_allclose(session.run(image)[0], image.mean(axis=(2, 3)), rtol=1e-3)
    assert session.description.startswith('mean.xml: openvino 20')
    assert session.description.endswith(', CPU, threads: 1')


@needs_openvino
def test_frozen_tensorflow_graph_describes_people_by_blue_green_red_pixels(
        tmp_path: Path) -> None:
    weights = np.random.default_rng(0).uniform(-1, 1, (3, 128))
    path = frozen_graph(tmp_path / 'mars.pb', weights)
    encoder = ReidEncoder(ReidConfig(model=str(path), min_quality=0.0, device='cpu'))
    assert (encoder.input_format.width, encoder.input_format.height) == (64, 128)
    image = np.full((200, 100, 3), (10, 100, 200), np.uint8)
    boxes = np.array([[0, 0, 100, 200], [10, 10, 60, 150]], np.float32)
    expected = np.array([10, 100, 200]) @ weights
    np.testing.assert_allclose(encoder.encode(image, boxes).embeddings,
                               [expected / np.linalg.norm(expected)] * 2, atol=1e-5)


@needs_openvino
def test_what_is_no_frozen_graph_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / 'net.pb').write_bytes(b'something else')
    with pytest.raises(ModelError, match='net.pb is not a network that OpenVINO can load: '):
        opened(tmp_path / 'net.pb')


@pytest.mark.parametrize(('wanted', 'score'), [('person', 0.75), ('car', 0.9), ('0', 0.6)])
def test_classes_named_in_an_ir_are_known(write_network: Write, wanted: str,
                                          score: float) -> None:
    rows = np.float32([[[[0, 1, 0.75, 0.1, 0.1, 0.5, 0.5], [0, 2, 0.9, 0.1, 0.1, 0.5, 0.5],
                         [0, 0, 0.6, 0.1, 0.1, 0.5, 0.5]]]])
    path = written_ir(write_network({'rows': rows}, (1, 3, 320, 544)), 'nothing person car')
    found = Detector(DetectorConfig(model=str(path), class_name=wanted)).detect(
        np.zeros((100, 200, 3), np.uint8))
    np.testing.assert_allclose(found.boxes_xyxy, [[20, 10, 100, 50]], rtol=1e-3)
    np.testing.assert_allclose(found.scores, [score], rtol=1e-3)


def test_ir_of_ones_own_describes_people_by_blue_green_red_pixels(
        write_mean_network: Write) -> None:
    path = written_ir(write_mean_network(np.eye(3), np.zeros(3), (3,), (1, 3, 256, 128)))
    image = np.random.default_rng(2).integers(0, 2, (256, 128, 3), np.uint8) * np.uint8(50)
    image += np.array([10, 60, 200], np.uint8)
    found = ReidEncoder(ReidConfig(model=str(path), device='cpu')).encode(
        image, np.float32([[0, 0, 128, 256]]))
    mean = image.mean(axis=(0, 1))
    np.testing.assert_allclose(found.embeddings[0], mean / np.linalg.norm(mean), rtol=1e-3)


@needs_openvino
@pytest.mark.parametrize('content', [b'', b'<net', b'<html></html>', b'\x00\x01'])
def test_ir_that_is_broken_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'broken.xml'
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r'^broken\.xml is not a network') as caught:
        opened(path)
    assert '\n' not in str(caught.value)


def test_ir_without_its_weights_is_refused(write_mean_network: Write) -> None:
    path = written_ir(write_mean_network(np.arange(300.0).reshape(3, 100), np.zeros(100), (100,)))
    path.with_suffix('.bin').unlink()
    with pytest.raises(ModelError, match=r'^mean\.xml'):
        opened(path)


def test_missing_package_is_named_with_what_to_do(write_mean_network: Write,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_session, 'openvino', None)
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    with pytest.raises(ModelError, match=r'needs the Python package openvino, .*pip install'):
        open_session(path, backend='openvino')


@needs_openvino
def test_device_that_is_not_there_is_refused_with_those_that_are(
        write_mean_network: Write) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    with pytest.raises(ModelError, match=r"device 'cuda' is not .* offers here: auto, cpu"):
        open_session(path, backend='openvino', device='cuda')


@pytest.fixture(scope='module')
def street(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return a frame of a real video, and the people in it."""
    capture = cv2.VideoCapture(str(shared_data / 'video' / 'vtest.avi'))
    image = [capture.read()[1] for _ in range(101)][-1]
    capture.release()
    rows = np.loadtxt(shared_data / 'PETS09-S2L1' / 'gt' / 'gt.txt', delimiter=',')
    boxes = rows[rows[:, 0] == 101, 2:6]
    boxes[:, 2:] += boxes[:, :2]
    return image, boxes


@needs_openvino
@pytest.mark.model
def test_retail_0013_finds_people_and_retail_0287_tells_them_apart(
        shared_models: Path, street: tuple[np.ndarray, np.ndarray]) -> None:
    image, people = street
    detector, encoder = (
        shared_models / name / 'FP16' / f'{name}.xml'
        for name in ('person-detection-retail-0013', 'person-reidentification-retail-0287'))
    found = Detector(DetectorConfig(model=str(detector), device='cpu')).detect(image)
    boxes = found.boxes_xyxy[found.scores > 0.3]
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((centres[:, None] > people[:, :2]) & (centres[:, None] < people[:, 2:])).all(axis=2)
    assert inside.any(axis=0).mean() >= 0.8
    looks = ReidEncoder(ReidConfig(model=str(encoder), device='cpu'))
    shifted = boxes + np.float32([2, 2, 2, 2])
    same = looks.encode(image, boxes).embeddings @ looks.encode(image, shifted).embeddings.T
    assert same.shape[0] >= 4
    assert (same.argmax(axis=1) == np.arange(len(boxes))).all()
    assert looks.dimension == 256
