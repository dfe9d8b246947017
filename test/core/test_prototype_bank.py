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

"""Laws of the bank: whatever is put in and taken out, it answers as a plain search would."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.prototype_bank import PrototypeBank
import pytest

DIMENSION, SLOTS = 6, 3
DEEDS = strategies.lists(strategies.tuples(
    strategies.integers(0, 60), strategies.integers(0, SLOTS)), max_size=150)


def units(random, count):
    looks = random.normal(size=(count, DIMENSION)).astype(np.float32)
    return looks / np.linalg.norm(looks, axis=1, keepdims=True)


def played(deeds, random):
    """Return a bank and a dict after some deeds: so many looks of a person; none: remove."""
    bank, plain = PrototypeBank(DIMENSION, SLOTS), {}
    for number, count in deeds:
        person_id = f'p{number}'
        looks = units(random, count)
        bank.put(person_id, looks)
        plain[person_id] = looks
        if not count:
            bank.remove(person_id)
            del plain[person_id]
    return bank, plain


@given(DEEDS, strategies.integers(0, 2**31))
def test_similarities_are_those_of_a_plain_search_after_any_deeds(deeds, seed):
    random = np.random.default_rng(seed)
    bank, plain = played(deeds, random)
    looks = units(random, 4)
    asked = [f'p{number}' for number in random.permutation(61)]
    expected = np.array([
        (looks @ plain[each].T).max(axis=1) if each in plain else np.full(4, np.nan)
        for each in asked]).T
    np.testing.assert_allclose(bank.similarities(looks, asked), expected, rtol=0, atol=1e-6)
    assert len(bank) == len(plain)
    assert all((each in bank) == (each in plain) for each in asked)


@given(DEEDS, strategies.integers(1, 9), strategies.integers(0, 2**31))
def test_nearest_are_those_whose_means_are_nearest(deeds, count, seed):
    random = np.random.default_rng(seed)
    bank, plain = played(deeds, random)
    looks = units(random, 2)
    means = {each: kept.mean(axis=0) / np.linalg.norm(kept.mean(axis=0))
             for each, kept in plain.items()}
    expected = set()
    for row in looks:
        expected.update(sorted(means, key=lambda each: -float(means[each] @ row))[:count])
    nearest = bank.nearest(looks, count)
    assert set(nearest) == expected
    assert len(nearest) == len(expected)


@pytest.mark.parametrize('looks', [0, 3])
def test_an_empty_bank_knows_nobody(looks):
    bank = PrototypeBank(DIMENSION, SLOTS)
    some = units(np.random.default_rng(1), looks)
    assert bank.nearest(some, 8) == []
    assert np.isnan(bank.similarities(some, ['p1', 'p2'])).all()
    assert bank.similarities(some, ['p1', 'p2']).shape == (looks, 2)


def test_no_look_has_nobody_near():
    bank, _ = played([(1, 2)], np.random.default_rng(1))
    nothing = np.empty((0, DIMENSION), np.float32)
    assert bank.nearest(nothing, 8) == []
    assert bank.similarities(nothing, ['p1']).shape == (0, 1)


def test_who_was_removed_is_nowhere_in_memory():
    random = np.random.default_rng(1)
    bank, plain = played([(number, 2) for number in range(40)], random)
    for number in range(0, 40, 3):
        secret = plain[f'p{number}'][0]
        bank.remove(f'p{number}')
        for array in vars(bank).values():
            if isinstance(array, np.ndarray) and array.ndim == 3:
                assert not (array == secret).all(axis=2).any()


def test_memory_follows_the_number_of_people():
    bank = PrototypeBank(DIMENSION, SLOTS)
    look = units(np.random.default_rng(1), 1)

    def room():
        return sum(each.nbytes for each in vars(bank).values() if isinstance(each, np.ndarray))

    empty = room()
    for number in range(2000):
        bank.put(f'p{number}', look)
    full = room()
    for number in range(2000):
        bank.remove(f'p{number}')
    assert room() == empty
    assert full < 4 * empty * 2000 / 16
