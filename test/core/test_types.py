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

"""Laws of what the parts hand each other."""

import numpy as np
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.core.types import Frame
import pytest

BOXES = np.array([[0, 0, 10, 20], [5, 5, 15, 25], [50, 0, 60, 20]], np.float32)
SCORES = np.array([0.9, 0.5, 0.1], np.float32)
LOOKS = np.eye(3, 4, dtype=np.float32)


@pytest.mark.parametrize('stamp_ns, time_s', [
    (0, 0.0),  # start of a file
    (1_500_000_000, 1.5),
    (-250_000_000, -0.25),  # before the origin
])
def test_time_of_a_frame_is_its_stamp_in_seconds(stamp_ns, time_s):
    assert Frame(np.zeros((2, 2, 3), np.uint8), stamp_ns).time_s == time_s


@pytest.mark.parametrize('boxes, scores, looks, message', [
    (np.zeros(4), [1], None, r'boxes_xyxy must have shape \(N, 4\), got \(4,\)'),  # flat
    (np.zeros((2, 5)), [1, 1], None, r'boxes_xyxy must have shape \(N, 4\), got \(2, 5\)'),
    (BOXES, SCORES[:2], None, r'scores must have shape \(3,\), got \(2,\)'),  # one missing
    (BOXES, SCORES[:, None], None, r'scores must have shape \(3,\), got \(3, 1\)'),  # a column
    ([], [1], None, r'scores must have shape \(0,\), got \(1,\)'),  # a score of nothing
    (BOXES, SCORES, LOOKS[:2], r'embeddings must have shape \(3, D\), got \(2, 4\)'),
    (BOXES, SCORES, LOOKS[0], r'embeddings must have shape \(3, D\), got \(4,\)'),  # flat
])
def test_arrays_that_do_not_fit_each_other_are_refused(boxes, scores, looks, message):
    with pytest.raises(ValueError, match=message):
        Detections(boxes, scores, looks)


@pytest.mark.parametrize('convert', [
    lambda array: array,  # as they are kept
    lambda array: array.astype(np.float64),
    lambda array: array.tolist(),
    lambda array: np.asfortranarray(array),
    lambda array: np.repeat(array, 2, axis=0)[::2],  # a view with gaps
])
def test_arrays_are_kept_as_contiguous_float32_of_the_same_values(convert):
    detections = Detections(convert(BOXES), convert(SCORES), convert(LOOKS))
    kept = (detections.boxes_xyxy, detections.scores, detections.embeddings)
    for array, expected in zip(kept, (BOXES, SCORES, LOOKS)):
        np.testing.assert_array_equal(array, expected)
        assert array.dtype == np.float32
        assert array.flags.c_contiguous


@pytest.mark.parametrize('nothing', [
    Detections.empty(),
    Detections([], []),
    Detections(np.empty((0, 4)), np.empty(0)),
])
def test_nothing_seen_is_no_row_of_four_columns(nothing):
    assert len(nothing) == 0
    assert nothing.boxes_xyxy.shape == (0, 4)
    assert nothing.embeddings is None


@pytest.mark.parametrize('index, rows', [
    (np.array([2, 0]), [2, 0]),  # in the order asked for
    (np.array([False, True, True]), [1, 2]),
    (slice(1, None), [1, 2]),
    (np.zeros(3, np.bool_), []),  # none
])
def test_chosen_rows_stay_together(index, rows):
    chosen = Detections(BOXES, SCORES, LOOKS)[index]
    np.testing.assert_array_equal(chosen.boxes_xyxy, BOXES[rows])
    np.testing.assert_array_equal(chosen.scores, SCORES[rows])
    np.testing.assert_array_equal(chosen.embeddings, LOOKS[rows])
    assert Detections(BOXES, SCORES)[index].embeddings is None


def test_appearance_of_nobody_is_empty_and_shared_with_nobody():
    first, second = Appearance(), Appearance()
    assert first.embeddings.size == first.qualities.size == 0
    assert first.embeddings is not second.embeddings
