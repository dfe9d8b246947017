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

"""Faces are brought into one position, whatever theirs was."""

import cv2
import numpy as np
from person_tracker.models.face_alignment import aligned
from person_tracker.models.face_alignment import OPENFACE_TEMPLATE
from person_tracker.models.face_alignment import similarity_transform
from person_tracker.models.face_alignment import TEMPLATE
import pytest


def moved(points: np.ndarray, angle_deg: float, scale: float, shift: tuple) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((0.0, 0.0), angle_deg, scale)[:, :2]
    return (points @ turn.T + shift).astype(np.float32)


@pytest.mark.parametrize(('angle_deg', 'scale', 'shift'), [
    (0.0, 1.0, (0.0, 0.0)),  # nothing to do
    (0.0, 1.0, (300.0, -20.0)),  # shifted
    (35.0, 1.0, (0.0, 0.0)),  # head leaned
    (180.0, 1.0, (0.0, 0.0)),  # upside down
    (-90.0, 0.1, (9.0, 9.0)),  # small
    (10.0, 20.0, (4000.0, 3000.0)),  # large
])
def test_a_similarity_is_undone_exactly(angle_deg: float, scale: float, shift: tuple) -> None:
    matrix = similarity_transform(moved(TEMPLATE, angle_deg, scale, shift), TEMPLATE)
    back = moved(TEMPLATE, angle_deg, scale, shift) @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(back, TEMPLATE, atol=2e-2)


def test_the_transform_never_mirrors() -> None:
    mirrored = TEMPLATE * np.float32([-1, 1])
    matrix = similarity_transform(mirrored, TEMPLATE)
    assert np.linalg.det(matrix[:, :2].astype(float)) > 0.0
    assert matrix[0, 0] == pytest.approx(matrix[1, 1])
    assert matrix[0, 1] == pytest.approx(-matrix[1, 0])


def test_no_other_similarity_comes_nearer_to_the_targets() -> None:
    random = np.random.default_rng(0)
    points = moved(TEMPLATE, 20.0, 2.0, (50.0, 60.0)) + random.normal(0, 5, (5, 2))
    best = similarity_transform(points, TEMPLATE).astype(float)

    def error(matrix: np.ndarray) -> float:
        return float(np.square(points @ matrix[:, :2].T + matrix[:, 2] - TEMPLATE).sum())

    for _ in range(200):
        a, b, x, y = random.normal(0, [0.01, 0.01, 1, 1])
        other = best + np.array([[a, -b, x], [b, a, y]])
        assert error(best) <= error(other) + 1e-3


@pytest.mark.parametrize('points', [
    np.zeros((5, 2)),  # all in one place
    np.full((5, 2), 7.5),  # all in another
    np.where(np.arange(10).reshape(5, 2) == 3, np.nan, TEMPLATE),  # not found
    np.where(np.arange(10).reshape(5, 2) == 3, np.inf, TEMPLATE),
])
def test_points_without_a_scale_are_refused(points: np.ndarray) -> None:
    with pytest.raises(ValueError, match='finite and not all in one place'):
        similarity_transform(points.astype(np.float32), TEMPLATE)


@pytest.mark.parametrize('size', [96, 112, 160])
@pytest.mark.parametrize('template', [TEMPLATE, OPENFACE_TEMPLATE])
def test_every_landmark_comes_to_its_place_in_pictures_of_any_size(
        size: int, template: np.ndarray) -> None:
    for number in range(5):
        image = np.zeros((400, 400, 3), np.uint8)
        landmarks = moved(TEMPLATE, 25.0, 1.5, (60.0, 130.0))
        cv2.circle(image, np.rint(landmarks[number]).astype(int).tolist(), 4, (255, 255, 255), -1)
        face = aligned(image, landmarks, size, template)
        assert face.shape == (size, size, 3)
        rows, columns = np.nonzero(face[:, :, 0] > 128)
        np.testing.assert_allclose([columns.mean(), rows.mean()],
                                   template[number] * size / 112, atol=1.0)


def test_what_is_outside_the_image_is_black() -> None:
    image = np.full((50, 50, 3), 255, np.uint8)
    assert not aligned(image, TEMPLATE + np.float32([500, 500])).any()
