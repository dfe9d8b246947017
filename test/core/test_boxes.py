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

"""Laws of boxes: forms, overlaps and which boxes can be used."""

from hypothesis import given
from hypothesis import strategies
from hypothesis.extra.numpy import arrays
import numpy as np
from person_tracker.core import boxes
import pytest


def coordinates(width):
    """Make boxes of any corners, also turned inside out."""
    numbers = strategies.floats(-1e4, 1e4, width=width)
    return strategies.integers(0, 5).flatmap(
        lambda count: arrays(f'float{width}', (count, 4), elements=numbers))


def in_order(corners):
    """Turn boxes the right way round."""
    return np.hstack((np.minimum(corners[:, :2], corners[:, 2:]),
                      np.maximum(corners[:, :2], corners[:, 2:])))


@given(coordinates(32), coordinates(32))
def test_iou_is_symmetric_and_between_0_and_1(first, second):
    overlaps = boxes.iou(first, second)
    assert overlaps.shape == (len(first), len(second))
    assert ((overlaps >= 0) & (overlaps <= 1)).all()
    np.testing.assert_array_equal(overlaps, boxes.iou(second, first).T)


@given(coordinates(64))
def test_iou_of_a_box_with_itself_is_1_if_it_has_an_area(corners):
    corners = in_order(corners)
    large = boxes.areas(corners) > 1e-3
    np.testing.assert_array_equal(np.diag(boxes.iou(corners, corners))[large], 1.0)


@given(coordinates(64), coordinates(64), strategies.integers(-500, 500),
       strategies.sampled_from([0.25, 2.0, 8.0]))
def test_iou_depends_neither_on_place_nor_on_unit(first, second, shift, unit):
    first, second = in_order(first).round(), in_order(second).round()  # exact when shifted
    np.testing.assert_array_equal(
        boxes.iou(first, second), boxes.iou(first * unit + shift, second * unit + shift))


@pytest.mark.parametrize('other, expected', [
    ([0, 0, 10, 10], 1.0),  # the same
    ([5, 0, 15, 10], 1 / 3),  # half of each
    ([2, 2, 7, 6], 0.2),  # contained
    ([10, 0, 20, 10], 0.0),  # touching along an edge
    ([10, 10, 20, 20], 0.0),  # touching at a corner
    ([50, 50, 60, 60], 0.0),  # apart
    ([5, 5, 5, 5], 0.0),  # without area, inside
    ([10, 10, 0, 0], 0.0),  # inside out
    ([-1e6, -1e6, 1e6, 1e6], 2.5e-11),  # huge
])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_iou_with_a_square_of_side_10(other, expected, dtype):
    square = np.array([[0, 0, 10, 10]], dtype)
    overlap = boxes.iou(square, np.array([other], dtype))
    np.testing.assert_allclose(overlap, [[expected]], rtol=1e-6)


def test_iou_of_two_points_is_0():
    point = np.ones((1, 4), np.float32)
    assert boxes.iou(point, point) == 0.0


@given(coordinates(32))
def test_centre_form_and_corner_form_are_inverse(corners):
    corners = in_order(corners)
    centred = boxes.xyxy_to_cxcywh(corners)
    assert centred.dtype == np.float64
    np.testing.assert_allclose(boxes.cxcywh_to_xyxy(centred), corners, rtol=1e-6, atol=2e-3)


def test_centre_form_is_centre_then_size():
    corners = np.array([[10, 20, 30, 60]], np.float32)
    np.testing.assert_array_equal(boxes.xyxy_to_cxcywh(corners), [[20, 40, 20, 40]])


def test_negative_size_becomes_a_point():
    np.testing.assert_array_equal(
        boxes.cxcywh_to_xyxy(np.array([[20.0, 40.0, -4.0, 8.0]])), [[20, 36, 20, 44]])


@given(coordinates(64), coordinates(64))
def test_shared_area_is_at_most_either_area(first, second):
    shared = boxes.intersections(first, second)
    assert (shared >= 0).all()
    assert (shared <= boxes.areas(first)[:, None]).all()
    assert (shared <= boxes.areas(second)).all()


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('box, score, expected', [
    ([10, 20, 30, 60], 0.5, True),
    ([-30, -20, 10, 10], 0.5, True),  # partly outside the image
    ([10, 20, 10.001, 20.001], 0.5, True),  # tiny
    ([-1e6, -1e6, 1e6, 1e6], 0.5, True),  # as large as is believed
    ([10, 20, 30, 60], 0.0, True),  # no score to speak of
    ([10, 20, 30, 60], 1.0, True),
    ([10, 20, 30, 60], 1.001, False),  # score above 1
    ([10, 20, 30, 60], -0.001, False),  # negative score
    ([10, 20, 30, 60], np.nan, False),
    ([10, 20, 30, 60], np.inf, False),
    ([np.nan, 20, 30, 60], 0.5, False),
    ([10, 20, 30, np.nan], 0.5, False),
    ([10, 20, np.inf, 60], 0.5, False),
    ([-np.inf, 20, np.inf, 60], 0.5, False),
    ([np.inf, 20, np.inf, 60], 0.5, False),  # infinity minus infinity
    ([10, 20, 10, 60], 0.5, False),  # no width
    ([10, 20, 30, 20], 0.5, False),  # no height
    ([30, 20, 10, 60], 0.5, False),  # inside out
    ([10, 60, 30, 20], 0.5, False),  # upside down
    ([10, 20, 2e6, 60], 0.5, False),  # wider than any image
    ([-1e30, -1e30, 1e30, 1e30], 0.5, False),  # its area is beyond float32
    ([-3e38, 20, 3e38, 60], 0.5, False),  # its width is, too
])
def test_usable_box_is_finite_and_has_an_area_and_a_score_in_0_1(box, score, expected):
    good = [10, 20, 30, 60]
    usable = boxes.usable(np.array([good, box, good], np.float32),
                          np.array([0.5, score, 0.5], np.float32))
    assert usable.tolist() == [True, expected, True]


def test_no_box_gives_no_number():
    nothing = np.empty((0, 4), np.float32)
    one = np.array([[0, 0, 1, 1]], np.float32)
    assert boxes.iou(nothing, one).shape == (0, 1)
    assert boxes.iou(one, nothing).shape == (1, 0)
    assert boxes.areas(nothing).shape == (0,)
    assert boxes.xyxy_to_cxcywh(nothing).shape == (0, 4)
    assert boxes.cxcywh_to_xyxy(nothing).shape == (0, 4)
    assert boxes.usable(nothing, np.empty(0, np.float32)).shape == (0,)


def test_boxes_given_are_never_changed():
    given_boxes = np.array([[0, 0, 10, 10], [5, 5, 3, 3]], np.float32)
    given_boxes.setflags(write=False)
    boxes.iou(given_boxes, given_boxes)
    boxes.areas(given_boxes)
    boxes.xyxy_to_cxcywh(given_boxes)
    boxes.cxcywh_to_xyxy(given_boxes)
    boxes.usable(given_boxes, np.float32([0.5, 0.5]))
