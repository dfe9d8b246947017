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

"""Boxes become embeddings: one row each, of unit length, or zeros where nothing can be seen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import shutil

import cv2
import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.registry import lookup
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
import pytest

Write = Callable[..., Path]
FALLBACK = 'mobilenet_v3_small_bands'
OSNET = 'osnet_x0_25_msmt17_boxmot.onnx'


@pytest.fixture
def colour_network(write_mean_network: Write) -> Callable[..., Path]:
    """Return a function that writes a network whose embedding is the colour of the picture."""
    def write(**options: object) -> Path:
        return write_mean_network(np.eye(3), np.zeros(3), (3,),
                                  **{'shape': (None, 3, 32, 16), **options})

    return write


def encoder(path: Path | str, **settings: object) -> ReidEncoder:
    return ReidEncoder(ReidConfig(model=str(path), device='cpu', threads=1, **settings))


def scene(seed: int = 0) -> np.ndarray:
    """Return a sharp picture of 200x300 pixels, noise of another colour in each half."""
    image = np.random.default_rng(seed).integers(0, 256, (200, 300, 3))
    image[:, :150, 2] //= 4   # left: little red
    image[:, 150:, 0] //= 4   # right: little blue
    return image.astype(np.uint8)


def test_rows_are_unit_vectors_in_the_order_of_the_boxes(colour_network: Write) -> None:
    boxes = np.array([[10, 10, 80, 150], [160, 10, 240, 150], [20, 20, 90, 160]], np.float32)
    one = encoder(colour_network())
    seen = one.encode(scene(), boxes)
    assert seen.embeddings.shape == (3, one.dimension) == (3, 3)
    assert seen.embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(seen.embeddings, axis=1), 1.0, rtol=1e-5)
    similar = seen.embeddings @ seen.embeddings.T
    assert similar[0, 2] > 0.99 > similar[0, 1]
    backwards = one.encode(scene(), boxes[::-1])
    np.testing.assert_allclose(backwards.embeddings, seen.embeddings[::-1], atol=1e-6)


@pytest.mark.parametrize('batch_length', [None, 1])
@pytest.mark.parametrize('batch_size', [1, 2, 16])
def test_size_of_the_batch_changes_nothing(colour_network: Write, batch_size: int,
                                           batch_length: int | None) -> None:
    boxes = np.array([[x, 5, x + 60, 150] for x in range(0, 240, 35)], np.float32)
    path = colour_network()
    expected = encoder(path).encode(scene(), boxes).embeddings
    path = colour_network(shape=(batch_length, 3, 32, 16))
    found = encoder(path, batch_size=batch_size).encode(scene(), boxes).embeddings
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize('box', [
    (50, 50, 50, 150),               # no width
    (80, 50, 60, 150),               # inside out
    (50, 50, 54, 150),               # too narrow
    (-90, 10, -10, 150),             # outside
    (296, 10, 400, 150),             # a strip at the border
    (np.nan, 10, 80, 150),
    (np.inf, 10, np.inf, 150),
])
def test_box_without_a_picture_is_a_row_of_zeros_of_no_quality(colour_network: Write,
                                                               box: tuple) -> None:
    boxes = np.array([[10, 10, 80, 150], box], np.float32)
    seen = encoder(colour_network()).encode(scene(), boxes)
    assert seen.embeddings[0].any() and seen.qualities[0] > 0
    assert not seen.embeddings[1].any() and seen.qualities[1] == 0


def test_no_box_is_an_empty_result(colour_network: Write) -> None:
    seen = encoder(colour_network()).encode(scene(), np.empty((0, 4), np.float32))
    assert seen.embeddings.shape == (0, 3)
    assert seen.qualities.shape == (0,)


def test_quality_falls_with_blur_smallness_and_what_is_outside(colour_network: Write) -> None:
    one = encoder(colour_network(), min_quality=0.0)
    box = np.array([[60, 20, 140, 180]], np.float32)
    image = cv2.GaussianBlur(scene(), (0, 0), 0.7)

    def quality(picture: np.ndarray, where: np.ndarray) -> float:
        return float(one.encode(picture, where).qualities[0])

    good = quality(image, box)
    assert 0.5 < good <= 1.0
    assert quality(cv2.GaussianBlur(image, (0, 0), 5.0), box) < 0.3 * good
    assert quality(image, np.array([[60, 20, 80, 60]], np.float32)) < 0.5 * good
    assert quality(image, box - (100, 0, 100, 0)) < 0.7 * good
    assert quality(np.full_like(image, 90), box) == 0.0


def test_low_quality_gets_no_embedding_and_the_limit_may_change(colour_network: Write) -> None:
    one = encoder(colour_network(), min_quality=0.0)
    blurred = cv2.GaussianBlur(scene(), (0, 0), 5.0)
    box = np.array([[60, 20, 140, 180]], np.float32)
    assert one.encode(blurred, box).embeddings.any()
    one.config = replace(one.config, min_quality=0.5)
    seen = one.encode(blurred, box)
    assert not seen.embeddings.any() and seen.qualities[0] == 0.0


def test_image_is_not_changed(colour_network: Write) -> None:
    image = scene()
    encoder(colour_network()).encode(image, np.array([[10, 10, 80, 150]], np.float32))
    np.testing.assert_array_equal(image, scene())


def test_embeddings_of_different_files_have_different_names(colour_network: Write,
                                                            write_mean_network: Write) -> None:
    first = encoder(colour_network())
    other = encoder(write_mean_network(2 * np.eye(3), np.zeros(3), (3,), shape=(1, 3, 32, 16)))
    assert first.name.startswith('mean-')
    assert first.name != other.name
    box = np.array([[10, 10, 80, 150]], np.float32)
    assert first.encode(scene(), box).model == first.name


def test_embedding_that_is_no_number_is_a_row_of_zeros(write_mean_network: Write) -> None:
    path = write_mean_network(np.eye(3), np.full(3, np.nan), (3,), shape=(None, 3, 32, 16))
    seen = encoder(path).encode(scene(), np.array([[10, 10, 80, 150]], np.float32))
    assert not seen.embeddings.any() and seen.qualities[0] == 0.0


@pytest.mark.parametrize(('shape', 'row_shape'), [
    ((None, 3, 32, None), (3,)),         # an open width is the usual one
    ((None, 3, 32, 16), (3, 1, 1)),      # pooled, but not flattened
])
def test_usual_forms_of_networks_are_taken(write_mean_network: Write, shape: tuple,
                                           row_shape: tuple) -> None:
    one = encoder(write_mean_network(np.eye(3), np.zeros(3), row_shape, shape=shape))
    seen = one.encode(scene(), np.array([[10, 10, 80, 150]], np.float32))
    assert seen.embeddings.shape == (1, 3)
    np.testing.assert_allclose(np.linalg.norm(seen.embeddings), 1.0, rtol=1e-5)


@pytest.mark.parametrize(('shape', 'row_shape', 'text'), [
    ((None, 3, 32, 16), (3, 2), r'one embedding per image, shape \(N, D\), got \(1, 3, 2\)'),
    ((None, 3, 32, 16), (1,), r'shape \(N, D\), got \(1, 1\)'),
    ((None, 1, 32, 16), (3,), r'or \(N, height, width, 3\), got \(None, 1, 32, 16\)'),
])
def test_network_of_another_form_is_refused_with_its_shape(
        write_mean_network: Write, shape: tuple, row_shape: tuple, text: str) -> None:
    size = int(np.prod(row_shape))
    path = write_mean_network(np.ones((shape[1], size)), np.zeros(size), row_shape, shape=shape)
    with pytest.raises(ModelError, match=text):
        encoder(path)


def test_image_or_boxes_of_another_shape_are_refused(colour_network: Write) -> None:
    one = encoder(colour_network())
    with pytest.raises(ValueError, match='uint8'):
        one.encode(scene()[:, :, 0], np.zeros((1, 4), np.float32))
    with pytest.raises(ValueError, match=r'shape \(N, 4\), got \(1, 5\)'):
        one.encode(scene(), np.zeros((1, 5), np.float32))


def test_automatic_model_is_the_fallback_where_the_folder_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f'model {FALLBACK} needs .* does not exist'):
        encoder('auto', models_folder=str(tmp_path))


def test_unknown_model_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"unknown reid model 'best'; known are .*{FALLBACK}"):
        encoder('best', models_folder=str(tmp_path))


@pytest.fixture(scope='module')
def street(shared_data: Path) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return frames of a real video with ids and boxes of the people in them."""
    rows = np.loadtxt(shared_data / 'PETS09-S2L1' / 'gt' / 'gt.txt', delimiter=',')
    capture = cv2.VideoCapture(str(shared_data / 'video' / 'vtest.avi'))
    frames = []
    for number in range(1, 122):
        _, image = capture.read()
        if number % 20 == 1:
            here = rows[rows[:, 0] == number]
            boxes = np.hstack((here[:, 2:4], here[:, 2:4] + here[:, 4:6]))
            frames.append((image, here[:, 1], boxes))
    capture.release()
    return frames


def rank_1(one: ReidEncoder, frames: list) -> float:
    """Return how often a person's nearest embedding two seconds later is that person's."""
    right = []
    seen = [(ids, one.encode(image, boxes).embeddings) for image, ids, boxes in frames]
    for (ids, rows), (later_ids, later_rows) in zip(seen, seen[1:]):
        for person, row in zip(ids, rows):
            if person in later_ids:
                right.append(later_ids[np.argmax(later_rows @ row)] == person)
    return float(np.mean(right))


@pytest.mark.model
def test_osnet_in_the_folder_is_taken_by_itself_and_tells_people_apart(
        shared_models: Path, tmp_path: Path, street: list) -> None:
    shutil.copy(shared_models / OSNET, tmp_path)
    one = encoder('auto', models_folder=str(tmp_path))
    assert (one.name, one.dimension) == ('osnet_x0_25_msmt17', 512)
    assert rank_1(one, street) >= 0.8


@pytest.mark.model
def test_fallback_tells_people_of_one_scene_apart(street: list) -> None:
    entry = lookup(FALLBACK)
    if state(entry) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {FALLBACK}')
    one = encoder(FALLBACK, models_folder=str(verify(entry)[0].parent))
    assert one.name == FALLBACK
    assert rank_1(one, street) >= 0.7
    image, _, boxes = street[0]
    lengths = np.linalg.norm(one.encode(image, boxes).embeddings, axis=1)
    np.testing.assert_allclose(lengths, 1.0, rtol=1e-4)
