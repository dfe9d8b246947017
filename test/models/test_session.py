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

"""A network is loaded and run, or refused with a sentence."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import threading

import numpy as np
import onnxruntime
from person_tracker.models.errors import ModelError
from person_tracker.models.session import names_file
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions
from person_tracker.models.session import TensorInfo
import pytest

Write = Callable[..., Path]


def test_inputs_and_outputs_are_named_with_open_lengths_as_none(write_mean_network: Write) -> None:
    session = open_session(write_mean_network(np.eye(3), np.zeros(3), (3,)), device='cpu')
    assert session.inputs == (TensorInfo('images', (None, 3, 64, 64)),)
    assert [output.name for output in session.outputs] == ['answer']


def test_result_is_what_the_network_computes(write_mean_network: Write) -> None:
    matrix = np.arange(6.0).reshape(3, 2)
    session = open_session(write_mean_network(matrix, np.array([1.0, 2.0]), (2,)))
    images = np.random.default_rng(0).uniform(0, 1, (5, 3, 64, 64)).astype(np.float32)
    answer, = session.run(images)
    np.testing.assert_allclose(answer, images.mean(axis=(2, 3)) @ matrix + [1.0, 2.0], rtol=1e-4)


def test_content_of_a_file_is_as_good_as_the_file(write_mean_network: Write) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    images = np.ones((1, 3, 64, 64), np.float32)
    np.testing.assert_array_equal(open_session(path).run(images)[0],
                                  open_session(path.read_bytes()).run(images)[0])


def test_several_threads_may_run_one_network(write_mean_network: Write) -> None:
    session = open_session(write_mean_network(np.eye(3), np.zeros(3), (3,)), threads=2)

    def answer(level: int) -> float:
        image = np.full((1, 3, 64, 64), level, np.float32)
        return float(session.run(image)[0][0, 0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, range(200))) == pytest.approx(list(range(200)), rel=1e-5)


def test_description_names_model_runtime_device_and_threads(write_mean_network: Write) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    text = open_session(path, device='cpu', threads=3).description
    assert text == f'mean.onnx: onnxruntime {onnxruntime.__version__}, CPU, threads: 3'


def test_metadata_of_the_exporter_is_kept(write_network: Write) -> None:
    path = write_network({'a': np.zeros(1, np.float32)}, metadata={'names': "{0: 'person'}"})
    assert open_session(path).metadata['names'] == "{0: 'person'}"


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'model file .*absent\.onnx does not exist'):
        open_session(tmp_path / 'absent.onnx')


@pytest.mark.parametrize('content', [
    b'',                                     # empty
    b'<!DOCTYPE html><html>Not found',       # a server's error page
    bytes(range(256)) * 8,                   # noise
])
def test_file_that_is_no_network_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'broken.onnx'
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r'^broken\.onnx is not a network'):
        open_session(path)


def test_half_a_network_is_refused(write_mean_network: Write) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelError, match='is not a network'):
        open_session(path)


def test_wrong_input_shape_is_refused_with_the_shape(write_mean_network: Write) -> None:
    session = open_session(write_mean_network(np.eye(3), np.zeros(3), (3,)))
    with pytest.raises(ModelError, match=r'input of shape \(1, 3, 32, 64\)'):
        session.run(np.zeros((1, 3, 32, 64), np.float32))


def test_device_that_is_not_there_is_refused_and_the_present_ones_named(
        write_mean_network: Write) -> None:
    absent = {'cuda': 'CUDAExecutionProvider', 'openvino': 'OpenVINOExecutionProvider'}
    available = onnxruntime.get_available_providers()
    device = next((each for each, provider in absent.items() if provider not in available), None)
    if device is None:
        pytest.skip('this onnxruntime offers every device')
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    with pytest.raises(ModelError, match=f"device '{device}' is not in .*, which offers .*cpu"):
        open_session(path, device=device)


def test_unknown_device_is_refused_with_the_known_ones(write_mean_network: Write) -> None:
    with pytest.raises(ModelError, match="device must be one of auto, cpu, .*, got 'abacus'"):
        open_session(write_mean_network(np.eye(3), np.zeros(3), (3,)), device='abacus')


def test_unknown_backend_is_refused_with_the_known_ones(write_mean_network: Write) -> None:
    with pytest.raises(ModelError, match="backend must be one of auto, onnxruntime, .*'torch'"):
        open_session(write_mean_network(np.eye(3), np.zeros(3), (3,)), backend='torch')


@pytest.mark.parametrize('device', ['gpu', 'npu', 'edgetpu'])
def test_device_of_another_backend_is_refused(write_mean_network: Write, device: str) -> None:
    with pytest.raises(ModelError, match=f"device '{device}' is not in this onnxruntime"):
        open_session(write_mean_network(np.eye(3), np.zeros(3), (3,)), device=device)


def test_file_of_an_unknown_form_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / 'network.caffemodel'
    path.write_bytes(b'anything')
    with pytest.raises(ModelError, match=r"ends in '\.caffemodel'; .* \.onnx, \.weights, \.cfg, "):
        open_session(path)


@pytest.mark.parametrize(('model', 'is_file'), [
    ('a.onnx', True), ('../A.XML', True), ('yolov4-tiny.weights', True), ('m.tflite', True),
    ('yolov8n.pt', True), ('yolox_nano', False), ('person-detection-retail-0013', False),
    ('face.t7', False),
])
def test_network_file_is_told_from_a_name_by_its_suffix(model: str, is_file: bool) -> None:
    assert names_file(model) == is_file


def test_shared_network_is_loaded_once_while_somebody_has_it(write_mean_network: Write) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,))
    shared = SharedSessions()
    first = open_session(path, device='cpu', shared=shared)
    assert open_session(str(path), device='cpu', name='another', shared=shared) is first
    assert open_session(path, device='cpu') is not first
    second = first
    del first
    assert len(shared) == 1
    assert second.run(np.ones((1, 3, 64, 64), np.float32))[0].shape == (1, 3)
    del second
    assert len(shared) == 0


@pytest.mark.parametrize('other', [
    {'device': 'auto'},
    {'threads': 2},
    {'bias': 1.0},        # another network of the same name
    {'name': 'b.onnx'},   # the same content elsewhere, where its weights may be others
])
def test_shared_networks_differ_by_file_device_and_threads(write_mean_network: Write,
                                                           other: dict) -> None:
    def opened(device: str = 'cpu', threads: int = 1, bias: float = 0.0,
               name: str = 'a.onnx') -> object:
        path = write_mean_network(np.eye(3), np.full(3, bias), (3,), name=name)
        return open_session(path, device=device, threads=threads, shared=shared)

    shared = SharedSessions()
    one, two = opened(), opened(**other)
    assert one is not two and len(shared) == 2


def test_shared_network_is_refused_like_ones_own(tmp_path: Path) -> None:
    shared = SharedSessions()
    (tmp_path / 'broken.onnx').write_bytes(b'no network')
    for file, text in (('absent', 'does not exist'), ('broken', 'is not a network')):
        with pytest.raises(ModelError, match=text):
            open_session(tmp_path / f'{file}.onnx', shared=shared)
    assert len(shared) == 0


@pytest.mark.parametrize('threads', [0, 1])
@pytest.mark.parametrize('batch_length', [None, 1])
def test_threads_that_share_a_network_get_their_own_answers(
        write_mean_network: Write, batch_length: int | None, threads: int) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,), (batch_length, 3, 64, 64))
    shared, barrier = SharedSessions(), threading.Barrier(8)

    def answers(caller: int) -> list[float]:
        session = open_session(path, device='cpu', threads=threads, shared=shared)
        barrier.wait(30.0)
        return [float(session.run(np.full((1, 3, 64, 64), caller + step, np.float32))[0][0, 0])
                for step in range(50)]

    with ThreadPoolExecutor(8) as pool:
        for caller, found in enumerate(pool.map(answers, range(8))):
            assert found == pytest.approx([caller + step for step in range(50)], rel=1e-5)
