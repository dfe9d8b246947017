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

"""TensorFlow Lite files are run with real values, or refused with a sentence."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
import shutil
import subprocess
import sys

import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions
from person_tracker.models.session import TensorInfo
import pytest

Write = Callable[..., Path]


@pytest.fixture
def mean_network(write_tflite: Write) -> Path:
    """Return a network of the mean of each channel of 4x6 pixels, the channels last."""
    return write_tflite(
        {'image': {'shape': (1, 4, 6, 3)}, 'axes': {'values': np.int32([1, 2])},
         'mean': {'shape': (1, 3)}},
        [('MEAN', 'image axes', 'mean')], 'image', 'mean', 'mean.tflite')


@pytest.fixture
def edge_tpu_network(write_tflite: Write) -> Path:
    """Return what the Edge TPU's compiler leaves: one operation that only the device knows."""
    return write_tflite(
        {'image': {'shape': (1, 4, 6, 3)}, 'answer': {'shape': (1, 3)}},
        [('edgetpu-custom-op', 'image', 'answer')], 'image', 'answer', 'compiled.tflite')


def whole_network(write_tflite: Write, kind: type, zero_point: int) -> Path:
    """Write the network of means in whole numbers: 1/128 in the input, 1/100 in the output."""
    return write_tflite(
        {'image': {'shape': (1, 4, 6, 3), 'kind': kind, 'scale': 1 / 128,
                   'zero_point': zero_point},
         'real': {'shape': (1, 4, 6, 3)}, 'axes': {'values': np.int32([1, 2])},
         'mean': {'shape': (1, 3)},
         'stored': {'shape': (1, 3), 'kind': np.uint8, 'scale': 0.01, 'zero_point': 100}},
        [('DEQUANTIZE', 'image', 'real'), ('MEAN', 'real axes', 'mean'),
         ('QUANTIZE', 'mean', 'stored')], 'image', 'stored')


def images() -> np.ndarray:
    """Return one image whose channels lie around -.5, 0 and .5."""
    noise = np.random.default_rng(0).uniform(-.4, .4, (1, 3, 4, 6))
    return (noise + np.array([-.5, 0., .5]).reshape(3, 1, 1)).astype(np.float32)


def test_channels_are_put_last_where_the_network_wants_them_last(mean_network: Path) -> None:
    session = open_session(mean_network)
    assert session.inputs == (TensorInfo('image', (1, 3, 4, 6)),)
    assert session.outputs == (TensorInfo('mean', (1, 3)),)
    answer, = session.run(images())
    np.testing.assert_allclose(answer, images().mean(axis=(2, 3)), atol=1e-6)


def test_channels_stay_first_where_the_network_has_them_first(write_tflite: Write) -> None:
    session = open_session(write_tflite(
        {'image': {'shape': (1, 3, 4, 6)}, 'axes': {'values': np.int32([2, 3])},
         'mean': {'shape': (1, 3)}}, [('MEAN', 'image axes', 'mean')], 'image', 'mean'))
    assert session.inputs[0].shape == (1, 3, 4, 6)
    np.testing.assert_allclose(session.run(images())[0], images().mean(axis=(2, 3)), atol=1e-6)


@pytest.mark.parametrize(('kind', 'zero_point'), [(np.uint8, 128), (np.int8, 0)])
def test_whole_numbers_stand_for_the_same_real_values(write_tflite: Write, kind: type,
                                                      zero_point: int) -> None:
    answer, = open_session(whole_network(write_tflite, kind, zero_point)).run(images())
    assert answer.dtype == np.float32
    # Half a step of the output, .005, and as much of the input.
    np.testing.assert_allclose(answer, images().mean(axis=(2, 3)), atol=.01)


def test_values_beyond_what_whole_numbers_reach_are_cut(write_tflite: Write) -> None:
    session = open_session(whole_network(write_tflite, np.uint8, 128))
    answer, = session.run(np.full((1, 3, 4, 6), 9., np.float32))
    np.testing.assert_allclose(answer, 127 / 128, atol=.01)


def test_several_threads_get_their_own_answers(mean_network: Path) -> None:
    session = open_session(mean_network, threads=1, shared=SharedSessions())

    def answer(level: int) -> float:
        return float(session.run(np.full((1, 3, 4, 6), level, np.float32))[0][0, 0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, range(100))) == pytest.approx(list(range(100)), rel=1e-5)


def test_content_of_a_file_is_as_good_as_the_file(mean_network: Path) -> None:
    session = open_session(mean_network.read_bytes(), backend='litert')
    np.testing.assert_array_equal(session.run(images())[0],
                                  open_session(mean_network).run(images())[0])


@pytest.mark.parametrize(('labels', 'names'), [
    ('person\nbicycle\n', {0: 'person', 1: 'bicycle'}),
    ('???\nperson\n???\ncar', {0: 'person', 2: 'car'}),  # the first line is the background
    ('person\r\n\r\ncar\r\n', {0: 'person', 2: 'car'}),  # other line ends, an empty line
])
def test_attached_labels_name_the_classes(write_tflite: Write, labels: str, names: dict) -> None:
    path = write_tflite({'image': {'shape': (1, 3)}, 'same': {'shape': (1, 3)}},
                        [('MAXIMUM', 'image image', 'same')], 'image', 'same', labels=labels)
    session = open_session(path)
    assert session.metadata == {'names': repr(names)}
    np.testing.assert_array_equal(session.run(np.float32([[1, 2, 3]]))[0], [[1, 2, 3]])


def test_description_names_model_runtime_device_and_threads(mean_network: Path) -> None:
    session = open_session(mean_network, threads=2)
    assert session.description == 'mean.tflite: ai_edge_litert, CPU, threads: 2'
    assert session.metadata == {}


@pytest.mark.parametrize('shape', [
    (2, 3, 4, 6),  # two images
    (1, 3, 6, 4),  # width and height exchanged
    (1, 4, 6, 3),  # channels last
])
def test_input_of_another_shape_is_refused(mean_network: Path, shape: tuple) -> None:
    session = open_session(mean_network)
    assert not session.takes_batches
    with pytest.raises(ModelError, match=r'refused an input .* it takes \(1, 3, 4, 6\) only'):
        session.run(np.zeros(shape, np.float32))


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    pytest.importorskip('ai_edge_litert', reason='LiteRT is not installed')
    path = tmp_path / 'text.tflite'
    path.write_text('not a network')
    with pytest.raises(ModelError, match='text.tflite is not a network that LiteRT can load'):
        open_session(path)


def test_two_inputs_are_one_too_many(write_tflite: Write) -> None:
    path = write_tflite({key: {'shape': (1, 3)} for key in ('a', 'b', 'larger')},
                        [('MAXIMUM', 'a b', 'larger')], 'a b', 'larger', 'two.tflite')
    with pytest.raises(ModelError, match='two.tflite must have one input, got 2: a, b'):
        open_session(path)


def test_device_that_the_runtime_does_not_have_is_named(mean_network: Path) -> None:
    with pytest.raises(ModelError, match="no device 'cuda'.* one of auto, cpu, edgetpu"):
        open_session(mean_network, device='cuda')


def test_missing_package_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / 'any.tflite'
    path.touch()
    monkeypatch.setattr('person_tracker.models.litert_session._PACKAGES', ('no_such_package',))
    with pytest.raises(ModelError, match='any.tflite needs LiteRT, which is not installed'):
        open_session(path)


def test_older_runtime_serves_where_the_newer_is_missing(
        mean_network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = import_module('ai_edge_litert.interpreter')
    monkeypatch.setitem(sys.modules, 'older_runtime.interpreter', same)
    monkeypatch.setitem(sys.modules, 'older_runtime', import_module('ai_edge_litert'))
    monkeypatch.setattr('person_tracker.models.litert_session._PACKAGES',
                        ('no_such_package', 'older_runtime'))
    assert open_session(mean_network).run(images())[0].shape == (1, 3)


def test_edge_tpu_takes_only_what_is_compiled_for_it(mean_network: Path) -> None:
    with pytest.raises(ModelError, match='nothing of mean.tflite would run on the Edge TPU'):
        open_session(mean_network, device='edgetpu')


def test_what_is_compiled_for_the_edge_tpu_does_not_run_on_the_cpu(edge_tpu_network: Path) -> None:
    with pytest.raises(ModelError, match='is compiled for the Edge TPU; use device edgetpu'):
        open_session(edge_tpu_network, device='cpu')


@pytest.mark.parametrize('device', ['auto', 'edgetpu'])
def test_missing_edge_tpu_library_is_named(edge_tpu_network: Path, device: str,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('person_tracker.models.litert_session._EDGE_TPU_LIBRARY', 'libabsent.so.1')
    with pytest.raises(ModelError, match='needs the library libabsent.so.1, .*libedgetpu1-std'):
        open_session(edge_tpu_network, device=device)


@pytest.mark.skipif(shutil.which('cc') is None, reason='no C compiler to build a library with')
def test_library_without_a_stick_says_to_plug_it_in(edge_tpu_network: Path, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    # What libedgetpu.so.1 does where no device answers.
    source, library = tmp_path / 'delegate.c', tmp_path / 'libnostick.so'
    source.write_text('void *tflite_plugin_create_delegate(char **keys, char **values, int count,'
                      ' void (*report)(const char *)) { return 0; }\n'
                      'void tflite_plugin_destroy_delegate(void *delegate) {}\n')
    subprocess.run(['cc', '-shared', '-fPIC', '-o', library, source], check=True)
    monkeypatch.setattr('person_tracker.models.litert_session._EDGE_TPU_LIBRARY', str(library))
    with pytest.raises(ModelError, match='needs an Edge TPU, and none answers; plug it in'):
        open_session(edge_tpu_network, device='edgetpu')
