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

"""What two lists of boxes have in common."""

from benchmarks.models_agreement import agreement
from benchmarks.models_agreement import best_f1
from benchmarks.models_agreement import difference
from benchmarks.models_agreement import pairs_of
from benchmarks.models_agreement import sure_boxes
import numpy as np
from person_tracker.core.types import Detections
import pytest

LEFT, RIGHT = (0, 0, 10, 20), (30, 0, 40, 20)


def boxes(*rows):
    """Return boxes as an array."""
    return np.array(rows, np.float32).reshape(-1, 4)


def seen(*rows):
    """Return detections of boxes with their scores behind them."""
    return Detections(boxes(*(row[:4] for row in rows)), np.float32([row[4] for row in rows]))


@pytest.mark.parametrize('found, wanted, expected', [
    (boxes(), boxes(), (1.0, 1.0, 1.0)),  # nobody, and nobody is found
    (boxes(), boxes(LEFT), (1.0, 0.0, 0.0)),  # missed
    (boxes(LEFT), boxes(), (0.0, 1.0, 0.0)),  # invented
    (boxes(LEFT, RIGHT), boxes(RIGHT, LEFT), (1.0, 1.0, 1.0)),  # order does not matter
    (boxes(LEFT, LEFT), boxes(LEFT), (0.5, 1.0, 2 / 3)),  # found twice counts once
    (boxes((0, 0, 10, 10)), boxes(LEFT), (1.0, 1.0, 1.0)),  # half of it: just enough
    (boxes((0, 0, 10, 9.9)), boxes(LEFT), (0.0, 0.0, 0.0)),  # less than half
    (boxes((0, 20, 10, 40)), boxes(LEFT), (0.0, 0.0, 0.0)),  # touching
    (boxes((5, 5, 5, 5)), boxes((5, 5, 5, 5)), (0.0, 0.0, 0.0)),  # no area, no overlap
])
def test_precision_recall_and_f1(found, wanted, expected):
    both = agreement([found], [wanted])
    assert (both.precision, both.recall, both.f1) == pytest.approx(expected)


def test_images_count_together_but_boxes_pair_within_their_own():
    both = agreement([boxes(LEFT), boxes(RIGHT)], [boxes(LEFT), boxes(LEFT, RIGHT)])
    assert (both.found, both.wanted, both.paired) == (2, 3, 2)
    assert agreement([boxes(LEFT), boxes()], [boxes(), boxes(LEFT)]).paired == 0


def test_the_other_way_round_precision_is_recall():
    random = np.random.default_rng(3)
    low = random.uniform(0, 60, (2, 5, 20, 2))
    first, second = np.concatenate((low, low + random.uniform(5, 30, low.shape)), axis=3)
    there, back = agreement(first, second), agreement(second, first)
    assert 0 < there.paired < 100
    assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision))
    assert (there.f1, there.mean_iou) == pytest.approx((back.f1, back.mean_iou))


def test_the_pairs_that_overlap_most_in_sum_are_taken():
    # The nearest pair of all would leave the second box without a partner.
    rows, columns = pairs_of(boxes((1, 0, 11, 20), (-2, 0, 8, 20)),
                             boxes(LEFT, (2.5, 0, 12.5, 20)))
    assert dict(zip(rows.tolist(), columns.tolist())) == {0: 1, 1: 0}


def test_mean_overlap_is_that_of_the_pairs_alone():
    both = agreement([boxes(LEFT, (30, 0, 40, 15), (80, 0, 90, 20))], [boxes(LEFT, RIGHT)])
    assert both.mean_iou == pytest.approx((1.0 + 0.75) / 2)


def test_the_best_lowest_score_leaves_out_what_is_wrong():
    found = [seen((*LEFT, .9), (*RIGHT, .42)), seen((*LEFT, .57))]
    wanted = [boxes(LEFT), boxes(LEFT)]
    assert agreement(sure_boxes(found, .1), wanted).f1 == pytest.approx(0.8)
    assert best_f1(found, wanted) == (1.0, 0.45)
    assert best_f1(found, [boxes(LEFT, RIGHT), boxes(LEFT)]) == (1.0, 0.1)


@pytest.mark.parametrize('first, second, expected', [
    ((), (), (0, 0.0, 0)),
    (((*LEFT, .9),), ((*LEFT, .9),), (1, 0.0, 0)),
    (((*LEFT, .9),), ((0, 0, 10, 23, .8),), (1, 3.0, 0)),
    (((*LEFT, .3),), ((0, 0, 10, 23, .4),), (0, 0.0, 0)),  # neither is sure
    (((*LEFT, .3),), ((0, 0, 10, 23, .6),), (1, 3.0, 0)),  # one is
    (((*LEFT, .9),), (), (0, 0.0, 1)),
    ((), ((*LEFT, .9), (*RIGHT, .4)), (0, 0.0, 1)),  # who is not sure may be alone
    (((*LEFT, .9),), ((*RIGHT, .9),), (0, 0.0, 2)),
])
def test_two_computations_of_one_network(first, second, expected):
    apart = difference([seen(*first)], [seen(*second)], 0.5)
    assert (apart.pairs, apart.largest_px, apart.lone) == expected
    assert difference([seen(*second)], [seen(*first)], 0.5) == apart
