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

"""Every usual kind of face network is fed as it was trained."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from person_tracker.core.evidence import UNKNOWN_FACE
from person_tracker.models.errors import ModelError
from person_tracker.models.face_alignment import aligned
from person_tracker.models.face_alignment import OPENFACE_TEMPLATE
from person_tracker.models.face_alignment import TEMPLATE
from person_tracker.models.face_encoder import FaceEncoder
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.registry import lookup
import pytest

Write = Callable[..., Path]
ON_CPU = NetworkConfig(device='cpu', threads=1)
# A picture whose channels are 250, 100 and 50: blue, green, red.
COLOUR = (250, 100, 50)


@pytest.fixture
def mean_network(write_mean_network: Write) -> Callable[..., Path]:
    """Return a function that writes a network which answers the channels' means, and a one."""
    def write(side: int, count: int | None = None, length: int = 4) -> Path:
        return write_mean_network(np.eye(3, length), np.eye(1, length, 3)[0], (length,),
                                  (count, 3, side, side))

    return write


def picture(side: int) -> np.ndarray:
    return np.full((side, side, 3), COLOUR, np.uint8)


def unit(values: object) -> np.ndarray:
    return np.array(values) / np.linalg.norm(values)


@pytest.mark.parametrize(('side', 'length', 'seen'), [
    (112, 4, (np.array([50, 100, 250]) - 127.5) / 127.5),  # ArcFace: red, green, blue in -1..1
    (96, 128, np.array([50, 100, 250]) / 255),  # OpenFace: 0..1
    (128, 4, (np.array([50, 100, 250]) - 127.5) / 127.5),  # any other size: as ArcFace
    (160, 512, (np.array([50, 100, 250]) - 127.5) / 128),  # FaceNet of 2018
    (160, 128, (np.array([50, 100, 250]) - 400 / 3) / np.std([50, 100, 250])),  # of 2017: its own
])
@pytest.mark.parametrize('count', [None, 1])
def test_a_file_of_ones_own_is_fed_by_the_custom_of_its_size(
        mean_network: Write, side: int, length: int, seen: np.ndarray,
        count: int | None) -> None:
    encoder = FaceEncoder(str(mean_network(side, count, length)), ON_CPU)
    assert (encoder.size, encoder.dimension) == (side, length)
    rows = encoder.encode([picture(side)] * 2)
    np.testing.assert_allclose(rows[:, :4], [unit([*seen, 1.0])] * 2, atol=1e-4)


def test_a_picture_without_contrast_does_not_divide_by_zero(mean_network: Write) -> None:
    encoder = FaceEncoder(str(mean_network(160, length=128)), ON_CPU)
    rows = encoder.encode([np.full((160, 160, 3), 77, np.uint8)])
    np.testing.assert_allclose(rows[:, :4], [[0, 0, 0, 1]], atol=1e-3)


def test_channels_last_networks_see_the_same(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node('ReduceMean', ['images'], ['means'], axes=[1, 2], keepdims=0)], 'last',
        [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, (None, 160, 160, 3))],
        [helper.make_tensor_value_info('means', onnx.TensorProto.FLOAT, (None, 3))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.save(model, str(tmp_path / 'last.onnx'))
    encoder = FaceEncoder(str(tmp_path / 'last.onnx'), ON_CPU)
    seen = (np.array([50, 100, 250]) - 127.5) / 128
    np.testing.assert_allclose(encoder.encode([picture(160)]), [unit(seen)], atol=1e-4)


def test_networks_of_other_back_ends_are_run_as_they_are(mean_network: Write) -> None:
    openvino = pytest.importorskip('openvino', reason='run: pip install openvino')
    path = mean_network(112)
    openvino.save_model(openvino.Core().read_model(path), path.with_suffix('.xml'))
    first, second = (FaceEncoder(str(each), ON_CPU) for each in (path, path.with_suffix('.xml')))
    assert 'openvino' in second.description and second.name != first.name
    faces = [picture(112), picture(112)[..., ::-1].copy()]
    np.testing.assert_allclose(first.encode(faces), second.encode(faces), atol=1e-3)


def test_files_of_one_name_and_other_content_are_two_spaces(mean_network: Write) -> None:
    first = FaceEncoder(str(mean_network(112)), ON_CPU)
    second = FaceEncoder(str(mean_network(96)), ON_CPU)
    assert first.name != second.name
    assert first.name.startswith('mean-')
    assert first.calibration == UNKNOWN_FACE


def test_no_face_is_no_row_and_no_direction_is_zeros(write_network: Write) -> None:
    path = write_network({'answer': np.zeros((1, 8), np.float32)}, (1, 3, 112, 112))
    encoder = FaceEncoder(str(path), ON_CPU)
    assert encoder.encode([]).shape == (0, 8)
    assert not encoder.encode([picture(112)]).any()


@pytest.mark.parametrize(('shape', 'output', 'message'), [
    ((1, 4, 112, 112), (1, 8), 'must take images of shape'),
    ((1, 112), (1, 8), 'must take images of shape'),
    ((1, 3, 112, 96), (1, 8), 'must take square images, got 96x112'),
    ((1, 3, 112, 112), (1, 1), 'must give one embedding per image'),
])
def test_networks_that_cannot_describe_faces_are_refused(
        write_network: Write, shape: tuple, output: tuple, message: str) -> None:
    path = write_network({'answer': np.ones(output, np.float32)}, shape)
    with pytest.raises(ModelError, match=message):
        FaceEncoder(str(path), ON_CPU)


def test_openface_gets_tighter_pictures_than_the_others(mean_network: Write) -> None:
    image = np.random.default_rng(0).integers(0, 256, (150, 150, 3)).astype(np.uint8)
    for side, template in ((96, OPENFACE_TEMPLATE), (112, TEMPLATE), (160, TEMPLATE)):
        encoder = FaceEncoder(str(mean_network(side)), ON_CPU)
        np.testing.assert_array_equal(encoder.picture(image, TEMPLATE),
                                      aligned(image, TEMPLATE, side, template))


def test_weights_among_the_inputs_are_no_inputs(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node('ReduceMean', ['images'], ['means'], axes=[2, 3], keepdims=0),
         helper.make_node('Mul', ['means', 'weights'], ['answer'])], 'old',
        [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, (1, 3, 112, 112)),
         helper.make_tensor_value_info('weights', onnx.TensorProto.FLOAT, (1, 3))],
        [helper.make_tensor_value_info('answer', onnx.TensorProto.FLOAT, (1, 3))],
        [numpy_helper.from_array(np.ones((1, 3), np.float32), 'weights')])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)], ir_version=6)
    onnx.save(model, str(tmp_path / 'old.onnx'))
    assert FaceEncoder(str(tmp_path / 'old.onnx'), ON_CPU).dimension == 3


def test_damaged_torch7_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'openface.t7'
    path.write_bytes(b'anything')
    with pytest.raises(ModelError, match='openface.t7 is damaged or no Torch7 file'):
        FaceEncoder(str(path), ON_CPU)


def test_missing_torch7_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match='nowhere.t7 does not exist'):
        FaceEncoder(str(tmp_path / 'nowhere.t7'), ON_CPU)


@pytest.mark.model
@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino', 'opencv'])
def test_openface_gives_what_opencv_4_gave(backend: str) -> None:
    if state(lookup('openface_nn4_small2')) != 'verified':
        pytest.skip('run: person_tracker models fetch openface_nn4_small2')
    if backend == 'openvino':
        pytest.importorskip('openvino', reason='run: pip install openvino')
    encoder = FaceEncoder('openface_nn4_small2', replace(ON_CPU, backend=backend))
    rows, columns, channels = np.indices((96, 96, 3))
    pictures = [(3 * rows + 5 * columns + 70 * channels) % 256,
                (7 * rows + 2 * columns + 110 * channels) % 256]
    found = encoder.encode([each.astype(np.uint8) for each in pictures])
    assert found.shape == (2, 128)
    # The first five numbers that OpenCV 4.14 computed from the same file.
    np.testing.assert_allclose(found[:, :5], [
        [0.08926, 0.00157, -0.02589, -0.07298, 0.11205],
        [0.00804, 0.12154, 0.01172, -0.05314, 0.11504]], atol=2e-5)


@pytest.mark.model
@pytest.mark.skipif(not hasattr(cv2, 'FaceRecognizerSF'), reason='no FaceRecognizerSF here')
def test_sface_gives_what_opencv_gives(portrait: np.ndarray) -> None:
    entry = lookup('sface')
    if state(entry) != 'verified':
        pytest.skip('run: person_tracker models fetch sface')
    peer = cv2.FaceRecognizerSF.create(str(verify(entry)[0]), '')
    landmarks = np.float32([[202, 108], [241, 106], [225, 128], [208, 147], [241, 145]])
    row = np.zeros(15, np.float32)
    row[4:14] = landmarks.ravel()
    expected = peer.feature(peer.alignCrop(portrait, row))[0]
    encoder = FaceEncoder('sface', ON_CPU)
    found = encoder.encode([encoder.picture(portrait, landmarks)])[0]
    assert found @ expected / np.linalg.norm(expected) > 0.999
