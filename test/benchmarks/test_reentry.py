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

"""Who counts as kept and who as wrong after an absence."""

from benchmarks.contender import PersonTracker
from benchmarks.reentry import Crops
from benchmarks.reentry import ids_at
from benchmarks.reentry import kept_and_wrong
from benchmarks.reentry import PEOPLE
from benchmarks.reentry import play
from benchmarks.reentry import RATE_HZ
from benchmarks.reentry import summary
import numpy as np
import pytest


@pytest.mark.parametrize('before, after, kept, wrong', [
    ([1, 2, 3], [1, 2, 3], 3, 0),  # everybody recognised
    ([1, 2, 3], [4, 5, 6], 0, 0),  # nobody recognised, nobody mistaken
    ([1, 2, 3], [2, 1, 3], 1, 2),  # two mistaken for each other
    ([1, 2, 3], [2, 4, 5], 0, 1),  # one has the id of somebody who is new now
    ([1, 2, 3], [1, 0, 0], 1, 0),  # two not tracked
    ([0, 2, 3], [0, 2, 3], 2, 0),  # one never tracked
    ([0, 2, 0], [2, 0, 0], 0, 1),  # one never tracked got somebody's id
    ([1, 2, 3], [1, 1, 3], 2, 1),  # one id twice: once right, once wrong
])
def test_kept_is_the_own_id_and_wrong_is_that_of_somebody_else(before, after, kept, wrong):
    assert kept_and_wrong(np.array(before), np.array(after)) == (kept, wrong)


def test_the_part_of_wrong_ids_counts_people():
    assert summary([(6, 0), (3, 3)]) == {'kept': 4.5, 'wrong': 0.25}


@pytest.mark.parametrize('tracked, ids, expected', [
    ([[0, 0, 10, 20], [50, 0, 60, 20]], [7, 8], [7, 8]),  # in order
    ([[51, 0, 61, 20], [0, 1, 10, 21]], [8, 7], [7, 8]),  # another order, not quite in place
    ([[50, 0, 60, 20]], [8], [0, 8]),  # one without a track
    ([[8, 0, 18, 20]], [7], [0, 0]),  # too far off
    (np.empty((0, 4)), [], [0, 0]),  # no tracks
])
def test_ids_are_read_by_place(tracked, ids, expected):
    boxes = np.array([[0, 0, 10, 20], [50, 0, 60, 20]], np.float32)
    tracked = np.array(tracked, np.float32)
    np.testing.assert_array_equal(ids_at(boxes, np.array(ids, np.int64), tracked), expected)


def crops(people, each=10, noise=0.02):
    """Return looks of people who are easy to tell apart."""
    random = np.random.default_rng(0)
    looks = np.repeat(np.eye(people, 32), each, axis=0) + noise * random.normal(
        size=(people * each, 32))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return Crops(looks.astype(np.float32), np.repeat(np.arange(people), each))


def test_crops_after_the_absence_are_others_and_distractors_stay_out():
    known = crops(9)
    chosen = known.of_some(PEOPLE, np.random.default_rng(0))
    names = [set(known.people[np.concatenate(pools)]) for pools in chosen]
    assert all(len(name) == 1 and name != {0} for name in names)
    assert len(set.union(*names)) == PEOPLE
    assert all(len(before) == len(after) == 5 and not set(before) & set(after)
               for before, after in chosen)


def test_people_who_look_like_nobody_else_are_all_kept():
    assert play(PersonTracker(RATE_HZ), crops(9), gap_s=1.0, seed=0) == (PEOPLE, 0)


def test_without_looks_nobody_is_kept():
    tracker = PersonTracker(RATE_HZ, **{'reentry.is_on': False})
    kept, _ = play(tracker, crops(9), gap_s=5.0, seed=0)
    assert kept == 0
