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

"""Laws of the store: it is a list of what each track looked like, whoever comes and goes."""

import pickle

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
import numpy as np
from person_tracker.core.look_store import LookStore
import pytest

SLOTS = pytest.mark.parametrize('slots', [1, 3])
DIMENSION = 4
NOBODY = np.empty(0, np.intp)


def random_looks(random, count):
    looks = random.normal(size=(count, DIMENSION)).astype(np.float32)
    return looks / np.linalg.norm(looks, axis=1, keepdims=True)


def room(store):
    """Return the number of bytes that a store takes."""
    return len(pickle.dumps(store))


def store_of(slots, count=0):
    store = LookStore(slots)
    store.set_dimension(DIMENSION)
    store.add(count)
    return store


class PlainStore:
    """The same, track by track: a dict of slots to looks, and how often each was given one."""

    def __init__(self, slots):
        self.slots, self.tracks, self.counts = slots, [], []

    def add(self, count):
        self.tracks += [{} for _ in range(count)]
        self.counts += [0] * count

    def keep(self, chosen):
        rows = np.flatnonzero(chosen)
        self.tracks = [self.tracks[row] for row in rows]
        self.counts = [self.counts[row] for row in rows]

    def put(self, rows, slots, looks):
        for row, slot, look in zip(rows, slots, looks):
            self.tracks[row][slot] = look
            self.counts[row] += 1

    def looks(self, row):
        nothing = np.zeros(DIMENSION, np.float32)
        return [self.tracks[row].get(slot, nothing) for slot in range(self.slots)]

    def similarity(self, row, look):
        return max((float(known @ look) for known in self.tracks[row].values()), default=None)


def live_on(random, store, plain):
    """Let something happen to both stores."""
    deed, count = random.integers(4), len(plain.tracks)
    if deed == 0:
        fresh = int(random.choice([0, 1, 2, 40]))
        store.add(fresh)
        plain.add(fresh)
    elif deed == 1:
        chosen = random.random(count) < random.choice([0.1, 0.5, 0.9])
        store.keep(chosen)
        plain.keep(chosen)
    else:
        rows = np.flatnonzero(random.random(count) < 0.5)
        slots = np.array(plain.counts, np.int64)[rows] % plain.slots
        looks = random_looks(random, len(rows))
        store.put(rows, slots, looks)
        plain.put(rows, slots, looks)


@SLOTS
@settings(max_examples=30)
@given(strategies.integers(0, 2**32 - 1))
def test_store_is_a_list_of_looks_whatever_happens(slots, seed):
    random = np.random.default_rng(seed)
    store, plain = store_of(slots), PlainStore(slots)
    for _ in range(30):
        live_on(random, store, plain)
        rows = random.permutation(len(plain.tracks))
        expected = np.array([plain.looks(row) for row in rows], np.float32)
        expected = expected.reshape(len(rows), slots, DIMENSION)
        np.testing.assert_array_equal(store.looks(rows), expected)
        looks = random_looks(random, 3)
        nearest = store.similarities(looks, np.array(plain.counts, np.int64))
        assert nearest.shape == (len(rows), 3)
        for row, count in enumerate(plain.counts):
            if count:
                similar = [plain.similarity(row, look) for look in looks]
                np.testing.assert_allclose(nearest[row], similar, atol=1e-6)


@SLOTS
def test_place_of_a_track_that_left_holds_nothing_of_it(slots):
    store = store_of(slots, 2)
    store.put(np.arange(2), np.zeros(2, np.int64), np.eye(2, DIMENSION, dtype=np.float32))
    store.keep(np.zeros(2, np.bool_))
    store.add(2)
    assert not store.looks(np.arange(2)).any()


@SLOTS
def test_room_follows_the_number_of_tracks_up_and_down(slots):
    store, sizes = store_of(slots), []
    least = room(store)
    for _ in range(3):
        store.add(1000)
        sizes.append(room(store))
        store.keep(np.arange(1000) < 5)
        store.add(1)
        assert room(store) < 3 * least
        store.keep(np.zeros(6, np.bool_))
    assert len(set(sizes)) == 1
    assert 1000 * slots * DIMENSION * 4 < sizes[0] < 5 * 1000 * slots * DIMENSION * 4


def test_room_stays_while_about_as_many_come_as_go():
    store, sizes = store_of(1, 40), set()
    for count in (1, 20, 5, 30, 2):
        for _ in range(50):
            store.keep(np.arange(40) >= count)
            store.add(count)
            sizes.add(room(store))
    assert len(sizes) == 1


@SLOTS
def test_embedding_of_another_length_starts_the_store_anew(slots):
    store = store_of(slots, 2)
    store.put(np.arange(2), np.zeros(2, np.int64), np.eye(2, DIMENSION, dtype=np.float32))
    store.set_dimension(7)
    assert store.dimension == 7
    assert store.looks(np.arange(2)).shape == (2, slots, 7)
    assert not store.looks(np.arange(2)).any()


@SLOTS
def test_store_of_nobody_takes_every_call(slots):
    store = LookStore(slots)
    assert store.dimension == 0
    store.add(0)
    store.keep(np.empty(0, np.bool_))
    for dimension in (0, DIMENSION):
        store.set_dimension(dimension)
        nothing = np.empty((0, dimension), np.float32)
        store.put(NOBODY, np.empty(0, np.int64), nothing)
        assert store.looks(NOBODY).shape == (0, slots, dimension)
        assert store.similarities(nothing, np.empty(0, np.int64)).shape == (0, 0)
        some = np.ones((2, dimension), np.float32)
        assert store.similarities(some, np.empty(0, np.int64)).shape == (0, 2)


@SLOTS
def test_looks_handed_out_are_copies_and_those_given_are_never_changed(slots):
    store, looks = store_of(slots, 2), np.eye(2, DIMENSION, dtype=np.float32)
    rows, first = np.arange(2), np.zeros(2, np.int64)
    for array in (looks, rows, first):
        array.setflags(write=False)
    store.put(rows, first, looks)
    store.similarities(looks, np.ones(2, np.int64))[:] = 5.0
    store.looks(rows)[:] = 5.0
    np.testing.assert_array_equal(store.looks(rows)[:, 0], looks)
