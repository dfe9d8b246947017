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

"""Laws of joint choice: together the most, nobody twice, and how much hangs on each pair."""

from itertools import product

from hypothesis import given
from hypothesis import strategies
from hypothesis.extra.numpy import arrays
import numpy as np
from person_tracker.core.joint_choice import joint_claims
import pytest

# Equal numbers, nothing that speaks for a pair, and pairs that cannot be are frequent.
PROBLEMS = strategies.tuples(strategies.integers(0, 4), strategies.integers(0, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=strategies.sampled_from(
        [np.nan, -3.0, 0.0, 0.5, 1.0, 2.0, 4.0, 7.5, 8.0])))


def most(worth, excluded=None):
    """Return what is reached by the best of all ways to pair."""
    tracks, people = worth.shape
    best = 0.0
    for choice in product([None, *range(people)], repeat=tracks):
        pairs = [pair for pair in enumerate(choice) if pair[1] is not None]
        if len({column for _, column in pairs}) == len(pairs) and excluded not in pairs:
            values = [worth[pair] for pair in pairs]
            if all(value > 0.0 for value in values):
                best = max(best, sum(values))
    return best


@given(PROBLEMS)
def test_what_speaks_for_all_pairs_together_is_most(worth):
    rows, columns, _ = joint_claims(worth)
    assert worth[rows, columns].sum() == most(worth)


@given(PROBLEMS)
def test_nobody_is_chosen_twice_and_nothing_without_a_reason(worth):
    rows, columns, _ = joint_claims(worth)
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert len(set(columns.tolist())) == len(columns)
    assert np.all(worth[rows, columns] > 0.0)


@given(PROBLEMS)
def test_the_margin_of_a_pair_is_what_is_lost_without_it(worth):
    rows, columns, margins = joint_claims(worth)
    expected = [most(worth) - most(worth, (row, column))
                for row, column in zip(rows.tolist(), columns.tolist())]
    assert margins.tolist() == expected
    assert np.all(margins >= 0.0)


@given(PROBLEMS)
def test_what_is_given_is_never_changed(worth):
    before = worth.copy()
    joint_claims(worth)
    np.testing.assert_array_equal(worth, before)


@pytest.mark.parametrize('worth, pairs, margins', [
    # The second can be the first person only, so the first is the second.
    ([[8.0, 7.0], [7.0, 3.0]], [(0, 1), (1, 0)], [3.0, 3.0]),
    # One is as good as the other.
    ([[6.0, 6.0]], None, [0.0]),
    # Twins in the same clothes: which is which cannot be told.
    ([[6.0, 6.0], [6.0, 6.0]], None, [0.0, 0.0]),
    # Nobody is at stake but the one.
    ([[6.0]], [(0, 0)], [6.0]),
    # Two for one person: the better one.
    ([[5.0], [9.0]], [(1, 0)], [4.0]),
    # Nothing speaks for anybody.
    ([[-1.0, np.nan], [0.0, -8.0]], [], []),
])
def test_examples(worth, pairs, margins):
    rows, columns, found = joint_claims(np.array(worth))
    assert found.tolist() == margins
    if pairs is not None:
        assert list(zip(rows.tolist(), columns.tolist())) == pairs


@pytest.mark.parametrize('shape', [(0, 0), (3, 0), (0, 3)])
def test_without_tracks_or_people_there_is_nothing_to_choose(shape):
    assert [len(each) for each in joint_claims(np.zeros(shape))] == [0, 0, 0]
