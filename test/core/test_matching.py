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

"""Laws of costs: what place and looks make of each other, and which pairs are clear."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core import boxes
from person_tracker.core.matching import clear_pairs
from person_tracker.core.matching import fused
from person_tracker.core.matching import MatchingConfig
from person_tracker.core.matching import place_overlaps
import pytest

SEEDS = strategies.integers(0, 2**32 - 1)
# One track; the detections: near and alike, near only, alike only, neither.
NEAR, ALIKE = np.array([[True, True, False, False]]), np.array([[True, False, True, False]])
PLACE, LOOKS = np.array([[0.2, 0.3, 0.9, 1.0]]), np.array([[0.6, 4.0, 0.1, 4.0]])


def random_boxes(random, count):
    corners = random.uniform(0, 60, (count, 2))
    return np.hstack((corners, corners + random.uniform(5, 60, (count, 2)))).astype(np.float32)


@pytest.mark.parametrize('fusion, weight, costs, allowed', [
    ('weighted', 0.0, [0.2, 0.9], ALIKE),  # place decides among those who look alike
    ('weighted', 0.5, [0.4, 0.5], ALIKE),
    ('weighted', 1.0, [0.6, 0.1], ALIKE),  # looks alone
    ('minimum', 0.5, [0.2, 0.3, 0.05], ALIKE | NEAR),  # whichever speaks for the pair
    ('gated', 0.5, [0.2], ALIKE & NEAR),  # place, where both agree
])
def test_fusion_decides_what_a_pair_costs_and_which_are_allowed(fusion, weight, costs, allowed):
    config = MatchingConfig(fusion=fusion, appearance_weight=weight)
    found, may = fused(config, PLACE, LOOKS, ALIKE, NEAR)
    np.testing.assert_array_equal(may, allowed)
    np.testing.assert_allclose(found[may], costs)


@given(SEEDS)
def test_heights_lower_an_overlap_and_never_raise_it(seed):
    random = np.random.default_rng(seed)
    first, second = random_boxes(random, 4), random_boxes(random, 5)
    plain = place_overlaps(first, second, use_height=False)
    lowered = place_overlaps(first, second, use_height=True)
    np.testing.assert_array_equal(plain, boxes.iou(first, second))
    assert ((lowered >= 0) & (lowered <= plain)).all()
    np.testing.assert_array_equal(
        lowered, place_overlaps(second, first, use_height=True).T)
    np.testing.assert_allclose(np.diag(place_overlaps(first, first, use_height=True)), 1.0)


def test_heights_tell_a_person_behind_from_one_beside():
    person = np.array([[0, 0, 40, 100]], np.float32)
    others = np.array([[20, 0, 60, 100], [0, 0, 40, 33.333333]], np.float32)
    plain = place_overlaps(person, others, use_height=False)
    lowered = place_overlaps(person, others, use_height=True)
    np.testing.assert_allclose(plain, [[1 / 3, 1 / 3]], rtol=1e-6)
    np.testing.assert_allclose(lowered, [[1 / 3, 1 / 9]], rtol=1e-6)


@pytest.mark.parametrize('overlaps, expected', [
    ([[0.9]], [[1]]),  # alone
    ([[0.59]], [[0]]),  # not well enough
    ([[0.9, 0.1], [0.1, 0.8]], [[1, 0], [0, 1]]),  # neighbours that hardly touch
    ([[0.9, 0.2]], [[0, 0]]),  # another detection near
    ([[0.9], [0.2]], [[0], [0]]),  # another track near
    ([[0.9, 0.2], [0.0, 0.9]], [[0, 0], [0, 0]]),  # its detection has two, her track is free
    ([[0.9, 0.0, 0.0], [0.0, 0.9, 0.2]], [[1, 0, 0], [0, 0, 0]]),  # doubt harms its own alone
])
def test_clear_is_who_overlaps_well_with_nobody_else_near(overlaps, expected):
    overlaps = np.array(overlaps)
    everybody = np.ones(overlaps.shape, np.bool_)
    np.testing.assert_array_equal(
        clear_pairs(overlaps, everybody, 0.6), np.array(expected, np.bool_))
    assert not clear_pairs(overlaps, ~everybody, 0.6).any()


def test_who_may_not_take_part_still_stands_near():
    allowed = np.array([[True, False]])
    assert not clear_pairs(np.array([[0.9, 0.5]]), allowed, 0.6).any()
