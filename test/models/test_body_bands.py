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

"""Body bands tell colours apart where they stand on the body."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import helper
from person_tracker.models.body_bands import BANDS
from person_tracker.models.body_bands import BodyBands
from person_tracker.models.body_bands import colour_bands
from person_tracker.models.errors import ModelError
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.preprocessing import InputFormat
import pytest


def person(shirt: tuple[int, int, int], trousers: tuple[int, int, int],
           size: tuple[int, int] = (120, 60)) -> np.ndarray:
    """Return a picture of a body: upper half one colour, lower half another."""
    image = np.empty((*size, 3), np.uint8)
    image[:size[0] // 2] = shirt
    image[size[0] // 2:] = trousers
    return image


RED, BLUE, GREY = (30, 30, 200), (200, 40, 30), (120, 120, 120)


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    rows = colour_bands([first, second])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return float(rows[0] @ rows[1])


def test_same_clothes_are_alike_at_any_size() -> None:
    assert cosine(person(RED, BLUE), person(RED, BLUE, (300, 140))) == pytest.approx(1.0, abs=1e-5)


def test_exchanged_shirt_and_trousers_are_another_person() -> None:
    assert cosine(person(RED, BLUE), person(BLUE, RED)) == pytest.approx(0.0, abs=1e-5)


def test_half_the_clothes_are_half_alike() -> None:
    assert cosine(person(RED, BLUE), person(RED, GREY)) == pytest.approx(0.5, abs=1e-5)


def test_what_stands_beside_the_person_counts_less_than_the_middle() -> None:
    beside, middle = person(RED, RED), person(RED, RED)
    beside[:, :15] = beside[:, -15:] = BLUE
    middle[:, 15:-15] = BLUE
    assert cosine(person(RED, RED), beside) > 0.8 > cosine(person(RED, RED), middle)


def test_each_picture_is_described_alone() -> None:
    pictures = [person(RED, BLUE), person(GREY, RED, (50, 31)), person(BLUE, BLUE, (7, 3))]
    together = colour_bands(pictures)
    assert together.shape[0] == 3 and together.shape[1] % BANDS == 0
    for row, picture in zip(together, pictures):
        np.testing.assert_array_equal(row, colour_bands([picture])[0])


def test_network_without_the_inner_layer_is_refused(write_network, tmp_path: Path) -> None:
    path = write_network({'answer': np.zeros((1, 4), np.float32)})
    with pytest.raises(ModelError, match='tiny.onnx has no inner value'):
        BodyBands(path, InputFormat(96, 192), NetworkConfig(device='cpu', threads=1), 'tiny')


@pytest.fixture
def band_network(tmp_path: Path) -> Path:
    """Return a network whose inner layer holds the mean colours of squares of 32 pixels."""
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node('AveragePool', ['images'], ['add_979'], kernel_shape=[32, 32],
                          strides=[32, 32]),
         helper.make_node('GlobalAveragePool', ['add_979'], ['answer'])], 'bands',
        [helper.make_tensor_value_info('images', kind, (1, 3, 224, 224))],
        [helper.make_tensor_value_info('answer', kind, (1, 3, 1, 1))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
    onnx.save(model, str(tmp_path / 'bands.onnx'))
    return tmp_path / 'bands.onnx'


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino', 'opencv'])
def test_every_back_end_describes_several_people_as_each_alone(band_network: Path,
                                                               backend: str) -> None:
    if backend == 'openvino' and importlib.util.find_spec('openvino') is None:
        pytest.skip('run: pip install openvino')
    bands = BodyBands(band_network, InputFormat(96, 192, fit='stretch'),
                      NetworkConfig(device='cpu', threads=1, backend=backend), 'bands')
    pictures = [person(RED, BLUE), person(GREY, RED, (50, 31)), person(BLUE, BLUE, (7, 3))]
    together = bands.embed(pictures)
    assert together.shape == (3, bands.dimension)
    alone = np.concatenate([bands.embed([picture]) for picture in pictures])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    # The first band is red: blue, green and red of 30, 30 and 200, less their mean.
    first = together[0, [0, BANDS, 2 * BANDS]]
    np.testing.assert_allclose(first / first[2], [-0.5, -0.5, 1.0], atol=1e-3)


def test_picture_is_darkened_by_a_little_and_stays_the_same_person() -> None:
    generator = np.random.default_rng(0)
    texture = cv2.resize(generator.integers(60, 200, (24, 12, 3)).astype(np.uint8), (60, 120))
    darker = (texture * 0.9).astype(np.uint8)
    other = cv2.resize(generator.integers(60, 200, (24, 12, 3)).astype(np.uint8), (60, 120))
    assert cosine(texture, darker) > cosine(texture, other)
