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

"""Measures of a face: each rises with what it measures and stays in its range."""

import cv2
import numpy as np
from person_tracker.models import face_quality
from person_tracker.models.face_alignment import TEMPLATE
import pytest

STRAIGHT = TEMPLATE.astype(np.float32)
NOSE, EYES, MOUTH = 2, slice(0, 2), slice(3, 5)


def picture(seed: int = 0, low: int = 40, high: int = 215) -> np.ndarray:
    """Return a sharp picture with structure of the size of a face's."""
    cells = np.random.default_rng(seed).integers(low, high, (28, 28, 3)).astype(np.uint8)
    return cells.repeat(4, axis=0).repeat(4, axis=1)


def with_nose(x: float, y: float) -> np.ndarray:
    """Return a face whose nose is off by parts of the distance between the eyes."""
    points = STRAIGHT.copy()
    points[NOSE] += 35.0 * np.float32([x, y])
    return points


def turned(points: np.ndarray, angle_deg: float) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((0.0, 0.0), angle_deg, 1.0)[:, :2]
    return (points @ turn.T).astype(np.float32)


def test_blur_takes_sharpness() -> None:
    sharp = picture()
    values = [face_quality.sharpness(cv2.GaussianBlur(sharp, (0, 0), sigma) if sigma else sharp)
              for sigma in (0, 1, 2, 4)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.9
    assert values[-1] < 0.3


@pytest.mark.parametrize(('level', 'expected'), [(0, 0.0), (51, 0.2), (255, 1.0)])
def test_brightness_is_the_mean_and_a_flat_picture_has_no_contrast(
        level: int, expected: float) -> None:
    flat = np.full((112, 112, 3), level, np.uint8)
    assert face_quality.brightness(flat) == pytest.approx(expected)
    assert face_quality.contrast(flat) == 0.0
    assert face_quality.sharpness(flat) == 0.0


@pytest.mark.parametrize(('points', 'expected'), [
    (STRAIGHT, True),
    (turned(STRAIGHT, 60.0), True),  # head leaned
    (turned(STRAIGHT, 180.0), True),  # upside down
    (STRAIGHT * 0.05, True),  # tiny
    (with_nose(0.6, 0.0), True),  # profile
    (STRAIGHT * np.float32([-1, 1]), False),  # mirrored: left and right changed
    (STRAIGHT * np.float32([0, 1]), False),  # eyes in one place
    (STRAIGHT * np.float32([1, 0]), False),  # all on a line
    (np.zeros((5, 2), np.float32), False),
    (STRAIGHT * np.float32([0.02, 1]), False),  # far too narrow
    (STRAIGHT * np.float32([1, 0.1]), False),  # far too flat
    (with_nose(0.0, 2.0), False),  # nose far below the mouth
    (with_nose(0.0, -2.0), False),  # nose far above the eyes
    (STRAIGHT[[1, 0, 2, 3, 4]], False),  # eyes exchanged
    (STRAIGHT[[0, 1, 2, 4, 3]], False),  # mouth corners exchanged
    (with_nose(np.nan, 0.0), False),
])
def test_only_points_that_can_be_a_face_are_plausible(
        points: np.ndarray, expected: bool) -> None:
    assert face_quality.is_plausible(points) is expected
    assert np.isnan(face_quality.frontality(points)) == (not expected)


def test_frontality_falls_as_the_nose_leaves_the_middle() -> None:
    for direction in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        values = [face_quality.frontality(with_nose(*(step * np.array(direction))))
                  for step in (0.0, 0.1, 0.2, 0.3, 0.4)]
        assert values[0] > 0.95
        assert values == sorted(values, reverse=True)
        assert all(0.0 <= value <= 1.0 for value in values)
    assert face_quality.frontality(with_nose(0.55, 0.0)) == 0.0


@pytest.mark.parametrize('angle_deg', [-120.0, -30.0, 10.0, 90.0, 180.0])
@pytest.mark.parametrize('points', [STRAIGHT, with_nose(0.2, 0.1)])
def test_leaning_the_head_changes_neither_frontality_nor_size(
        points: np.ndarray, angle_deg: float) -> None:
    assert face_quality.frontality(turned(points, angle_deg)) == pytest.approx(
        face_quality.frontality(points), abs=1e-3)
    assert face_quality.size_px(turned(points, angle_deg)) == pytest.approx(
        face_quality.size_px(points), rel=1e-4)


def test_turning_the_head_does_not_make_a_face_small() -> None:
    narrow = STRAIGHT * np.float32([0.3, 1])
    assert face_quality.size_px(narrow) == pytest.approx(face_quality.size_px(STRAIGHT), rel=0.01)


@pytest.mark.parametrize(('change', 'points', 'score'), [
    (lambda face: face, STRAIGHT * 0.3, 0.95),  # small
    (lambda face: cv2.GaussianBlur(face, (0, 0), 3), STRAIGHT, 0.95),  # blurred
    (lambda face: face // 12, STRAIGHT, 0.95),  # dark
    (lambda face: 255 - face // 12, STRAIGHT, 0.95),  # glaring
    (lambda face: 110 + face // 16, STRAIGHT, 0.95),  # flat light
    (lambda face: face, with_nose(0.4, 0.0), 0.95),  # turned away
    (lambda face: face, STRAIGHT, 0.6),  # the detector doubts
])
def test_whatever_hides_a_face_lowers_its_quality(
        change: object, points: np.ndarray, score: float) -> None:
    assert face_quality.quality(picture(), STRAIGHT, 0.95) == pytest.approx(1.0)
    worse = face_quality.quality(change(picture()), points, score)
    assert 0.0 <= worse < 0.75


@pytest.mark.parametrize(('face', 'points'), [
    (np.zeros((112, 112, 3), np.uint8), STRAIGHT),  # black
    (np.full((112, 112, 3), 255, np.uint8), STRAIGHT),  # white
    (picture(), STRAIGHT * np.float32([-1, 1])),  # not a face
    (picture(), with_nose(np.nan, 0.0)),  # landmarks not found
])
def test_where_nothing_can_be_seen_quality_is_zero(face: np.ndarray, points: np.ndarray) -> None:
    assert face_quality.quality(face, points, 1.0) == 0.0
