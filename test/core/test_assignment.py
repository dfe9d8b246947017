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

"""Laws of assignment: most pairs first, then least cost."""

from itertools import combinations
from itertools import permutations

from hypothesis import given
from hypothesis import strategies
from hypothesis.extra.numpy import arrays
import numpy as np
from person_tracker.core.assignment import assign
import pytest
from scipy.optimize import linear_sum_assignment

SEEDS = strategies.integers(0, 2**32 - 1)


@strategies.composite
def small_problems(draw):
    """Make a problem that can be solved by trying everything; equal costs are frequent."""
    shape = draw(strategies.tuples(strategies.integers(0, 4), strategies.integers(0, 4)))
    costs = draw(arrays(np.float64, shape, elements=strategies.sampled_from(
        [0.0, 0.125, 0.25, 0.5, 0.875, 1.0])))
    return costs, draw(arrays(np.bool_, shape))


def crowded_problem(seed, shape=(40, 30)):
    """Make a sparse problem as a crowd does: few columns are near each row."""
    random = np.random.default_rng(seed)
    allowed = random.random(shape) < random.uniform(0.0, 0.3)
    return random.random(shape), allowed


def best_by_trying(costs, allowed):
    """Return the number of pairs and their least cost over all ways to pair."""
    rows, columns = costs.shape
    for count in range(min(rows, columns), 0, -1):
        sums = [costs[chosen, partners].sum()
                for chosen in map(list, combinations(range(rows), count))
                for partners in map(list, permutations(range(columns), count))
                if allowed[chosen, partners].all()]
        if sums:
            return count, min(sums)
    return 0, 0.0


@given(small_problems())
def test_small_problem_is_solved_as_by_trying_everything(problem):
    costs, allowed = problem
    rows, columns = assign(costs, allowed)
    assert (len(rows), costs[rows, columns].sum()) == best_by_trying(costs, allowed)


@given(SEEDS)
def test_crowded_problem_is_solved_as_by_scipy_on_the_masked_matrix(seed):
    costs, allowed = crowded_problem(seed)
    rows, columns = assign(costs, allowed)
    expected_rows, expected_columns = linear_sum_assignment(np.where(allowed, costs, 1e6))
    real = allowed[expected_rows, expected_columns]
    assert len(rows) == np.count_nonzero(real)
    np.testing.assert_allclose(
        costs[rows, columns].sum(), costs[expected_rows, expected_columns][real].sum())


@given(SEEDS)
def test_pairs_are_allowed_and_unique_and_in_order_of_rows(seed):
    costs, allowed = crowded_problem(seed)
    rows, columns = assign(costs, allowed)
    assert allowed[rows, columns].all()
    assert len(set(columns)) == len(columns)
    assert (np.diff(rows) > 0).all()


@given(SEEDS)
def test_pairs_do_not_depend_on_the_order_of_rows_and_columns(seed):
    costs, allowed = crowded_problem(seed)
    random = np.random.default_rng(seed)
    row_order, column_order = (random.permutation(size) for size in costs.shape)
    shuffled = np.ix_(row_order, column_order)
    rows, columns = assign(costs[shuffled], allowed[shuffled])
    assert set(zip(row_order[rows], column_order[columns])) == set(zip(*assign(costs, allowed)))


@given(SEEDS, strategies.sampled_from([np.nan, np.inf, -np.inf]))
def test_costs_of_forbidden_pairs_do_not_matter(seed, nonsense):
    costs, allowed = crowded_problem(seed)
    pairs = assign(np.where(allowed, costs, nonsense), allowed)
    np.testing.assert_array_equal(pairs, assign(costs, allowed))


@pytest.mark.parametrize('costs, allowed, pairs', [
    ([[0.0, 0.9], [0.1, 1.0]], [[1, 1], [1, 0]], [(0, 1), (1, 0)]),  # two pairs before cheap ones
    ([[0.2, 0.1]], [[1, 1]], [(0, 1)]),  # the cheaper of two
    ([[0.2], [0.1]], [[1], [1]], [(1, 0)]),  # more rows than columns
    ([[0.9, 0.1], [0.1, 0.9]], [[1, 0], [0, 1]], [(0, 0), (1, 1)]),  # no choice at all
    ([[0.1, 0.1], [0.1, 0.1]], [[0, 0], [0, 0]], []),  # nothing is allowed
    ([[0.5, 0.1, 0.1], [0.9, 0.2, 0.9], [0.9, 0.9, 0.9]],
     [[0, 1, 1], [0, 1, 0], [1, 0, 0]], [(0, 2), (1, 1), (2, 0)]),  # one sure, two with a choice
])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_pairs_of_known_problems(costs, allowed, pairs, dtype):
    rows, columns = assign(np.array(costs, dtype), np.array(allowed, np.bool_))
    assert list(zip(rows, columns)) == pairs


@pytest.mark.parametrize('length', [2, 10, 100])
def test_as_many_as_possible_are_paired_even_if_all_have_to_pay_for_it(length):
    # Each row but the first has a partner for nothing; with those the first would stay alone.
    dear, free = np.eye(length, dtype=np.bool_), np.eye(length, k=-1, dtype=np.bool_)
    rows, columns = assign(dear.astype(np.float64), dear | free)
    np.testing.assert_array_equal(rows, columns)
    assert len(rows) == length


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_pair_gives_no_pair(shape):
    rows, columns = assign(np.zeros(shape), np.ones(shape, np.bool_))
    assert rows.shape == columns.shape == (0,)


def test_costs_given_are_never_changed():
    costs, allowed = crowded_problem(1)
    costs.setflags(write=False)
    allowed.setflags(write=False)
    assign(costs, allowed)
