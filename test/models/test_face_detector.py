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

"""Faces are read from a YuNet's grids, whatever the size of the image."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.face_detector import FaceDetector
from person_tracker.models.face_detector import FoundFaces
from person_tracker.models.face_detector import without_doubles
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.registry import lookup
import pytest

Write = Callable[..., Path]
# As the network of the fixture draws them, pixels from the corner of its cell.
CELL_BOX = np.array([-12.0, -12.0, 20.0, 20.0], np.float32)
CELL_LANDMARKS = 8.0 * np.array(
    [[-0.6, -0.6], [1.6, -0.6], [0.5, 0.5], [-0.3, 1.6], [1.3, 1.6]], np.float32)


def blank(width: int = 64, height: int = 64) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def with_face(image: np.ndarray, x: int, y: int, blue: int = 255, side: int = 8) -> np.ndarray:
    image[y:y + side, x:x + side, 0] = blue
    return image


@pytest.fixture
def detector(write_face_detector: Write) -> FaceDetector:
    return FaceDetector(write_face_detector(), 'cpu', 1)


@pytest.mark.parametrize(('width', 'height'), [
    (64, 64),  # whole cells
    (96, 64),
    (67, 41),  # odd: filled up
    (40, 300),  # narrow
])
def test_a_face_is_found_where_it_is_in_images_of_any_size(
        detector: FaceDetector, width: int, height: int) -> None:
    faces = detector.find(with_face(blank(width, height), 16, 24))
    np.testing.assert_allclose(faces.boxes_xyxy, [CELL_BOX + [16, 24, 16, 24]], atol=1e-3)
    np.testing.assert_allclose(faces.landmarks, [CELL_LANDMARKS + [16, 24]], atol=1e-3)
    np.testing.assert_allclose(faces.scores, [1.0], atol=1e-5)
    assert {each.dtype for each in (faces.boxes_xyxy, faces.landmarks, faces.scores)} == {
        np.dtype(np.float32)}


def test_a_large_image_is_looked_at_small_and_answers_in_its_own_pixels(
        detector: FaceDetector) -> None:
    faces = detector.find(with_face(blank(256, 192), 64, 96, side=32), longest_px=64)
    np.testing.assert_allclose(
        faces.boxes_xyxy, [4.0 * CELL_BOX + [64, 96, 64, 96]], atol=1e-2)
    np.testing.assert_allclose(faces.landmarks, [4.0 * CELL_LANDMARKS + [64, 96]], atol=1e-2)


@pytest.mark.parametrize(('max_zoom', 'found'), [(1.0, 0), (2.0, 1)])
def test_a_small_image_is_enlarged_only_as_far_as_allowed(
        detector: FaceDetector, max_zoom: float, found: int) -> None:
    image = with_face(blank(32, 32), 12, 12, side=4)
    assert len(detector.find(image, longest_px=64, max_zoom=max_zoom, min_score=0.5)) == found


def test_scores_below_the_bar_are_left_out_and_the_best_comes_first(
        detector: FaceDetector) -> None:
    image = with_face(with_face(with_face(blank(320, 64), 0, 24, 130), 160, 24), 256, 24, 230)
    faces = detector.find(image, min_score=0.6)
    assert faces.scores.tolist() == pytest.approx([1.0, 230 / 255], abs=1e-3)
    assert faces.boxes_xyxy[:, 0].tolist() == pytest.approx([148.0, 244.0], abs=1e-3)


def test_one_face_in_two_cells_is_one(detector: FaceDetector) -> None:
    image = with_face(with_face(blank(), 16, 24), 24, 24, 230)
    assert detector.find(image).scores.tolist() == pytest.approx([1.0])


def test_no_face_is_an_empty_answer_of_the_right_shapes(detector: FaceDetector) -> None:
    faces = detector.find(blank())
    assert len(faces) == 0
    assert faces.boxes_xyxy.shape == (0, 4)
    assert faces.landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize('image', [
    np.zeros((10, 10), np.uint8),  # grey
    np.zeros((0, 10, 3), np.uint8),  # empty
    np.zeros((10, 10, 3), np.float32),
])
def test_what_is_no_image_is_refused(detector: FaceDetector, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match='an image must have shape'):
        detector.find(image)


def test_another_network_is_refused(write_network: Write, tmp_path: Path) -> None:
    other = write_network({'boxes': np.zeros((1, 5), np.float32)})
    with pytest.raises(ModelError, match='is not a YuNet face detector: its outputs must be cls'):
        FaceDetector(other, 'cpu', 1)
    with pytest.raises(ModelError, match='does not exist'):
        FaceDetector(tmp_path / 'none.onnx', 'cpu', 1)
    text = tmp_path / 'text.onnx'
    text.write_text('not a network', encoding='utf-8')
    with pytest.raises(ModelError, match='text.onnx is not an ONNX network'):
        FaceDetector(text, 'cpu', 1)


def test_doubles_fall_to_the_best_whatever_the_order() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]], np.float32)
    scores = np.array([0.7, 0.9, 0.8], np.float32)
    kept = without_doubles(FoundFaces(boxes, np.zeros((3, 5, 2), np.float32), scores))
    assert kept.scores.tolist() == pytest.approx([0.9, 0.8])


@pytest.mark.model
@pytest.mark.skipif(not hasattr(cv2, 'FaceDetectorYN'), reason='this OpenCV has no FaceDetectorYN')
def test_the_real_network_is_read_as_opencv_reads_it(portrait: np.ndarray) -> None:
    entry = lookup('yunet')
    if state(entry) != 'verified':
        pytest.skip('run: person_tracker models fetch yunet')
    if tuple(int(part) for part in cv2.__version__.split('.')[:2]) < (4, 8):
        pytest.skip(f'FaceDetectorYN of OpenCV {cv2.__version__} reads older networks only')
    path = verify(entry)[0]
    peer = cv2.FaceDetectorYN.create(str(path), '', portrait.shape[1::-1], 0.6, 0.3, 100)
    rows = peer.detect(portrait)[1]
    faces = FaceDetector(path, 'cpu', 1).find(portrait)
    np.testing.assert_allclose(faces.scores, rows[:, 14], atol=1e-3)
    np.testing.assert_allclose(faces.landmarks.reshape(len(rows), 10), rows[:, 4:14], atol=0.1)
    np.testing.assert_allclose(faces.boxes_xyxy[:, :2], rows[:, :2], atol=0.1)
