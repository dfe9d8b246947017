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

"""Laws of evidence on one track: bounded, monotone, and silent where nothing can be compared."""

import math

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.candidates import Candidate
from person_tracker.core.candidates import combined
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
import pytest

MOST = {FACE: 24.0, BODY: 12.0}
KIND = strategies.sampled_from([FACE, BODY])
LOOKS = strategies.lists(strategies.tuples(
    strategies.floats(-100, 100), strategies.floats(0, 1)), min_size=1, max_size=8)


def together(looks, kind):
    weights, qualities = np.array(looks, np.float32).T
    return float(combined(weights[:, None], qualities, kind)[0])


@given(LOOKS, KIND)
def test_evidence_is_within_limits(looks, kind):
    assert abs(together(looks, kind)) <= MOST[kind]


@given(LOOKS, KIND, strategies.floats(0, 50))
def test_more_alike_never_says_less(looks, kind, more):
    for number in range(len(looks)):
        better = [(weight + more * (each == number), quality)
                  for each, (weight, quality) in enumerate(looks)]
        assert together(better, kind) >= together(looks, kind) - 1e-4


@given(strategies.floats(-20, 20), KIND, strategies.integers(1, 20), strategies.floats(0.1, 1))
def test_looks_that_agree_say_more_together_but_less_than_their_sum(weight, kind, count, quality):
    one, many = (together([(weight, quality)] * times, kind) for times in (1, count))
    assert abs(one) - 1e-3 <= abs(many) <= count * abs(one) + 1e-3
    assert one * many >= 0
    assert abs(many) <= 2 * abs(together([(weight, 1.0)], kind)) + 1e-3


@given(strategies.floats(-20, 20), KIND, strategies.floats(0, 1), strategies.floats(0, 1))
def test_a_worse_picture_says_less(weight, kind, quality, other):
    worse, better = sorted((quality, other))
    assert abs(together([(weight, worse)], kind)) <= abs(together([(weight, better)], kind)) + 1e-4


def test_worthless_pictures_say_nothing():
    assert together([(10.0, 0.0), (-10.0, 0.0)], FACE) == 0.0


def test_what_cannot_be_compared_is_not_known():
    weights = np.float32([[5.0, np.nan], [5.0, np.nan]])
    found = combined(weights, np.float32([1, 1]), FACE)
    assert found[0] > 0
    assert np.isnan(found[1])


def test_order_of_looks_does_not_matter():
    looks = [(5.0, 0.9), (-3.0, 0.2), (8.0, 0.5)]
    assert together(looks, FACE) == pytest.approx(together(looks[::-1], FACE))


def test_clothes_speak_less_against_than_for_and_never_as_strongly_as_a_face():
    assert -together([(-50.0, 1.0)] * 8, BODY) < together([(50.0, 1.0)] * 8, BODY)
    assert together([(50.0, 1.0)] * 8, BODY) < together([(50.0, 1.0)] * 8, FACE)


def test_a_face_outranks_a_body():
    assert Candidate('p', 9.0, math.nan, 9.0).source < Candidate('p', 1.0, 1.0, 0.0).source
