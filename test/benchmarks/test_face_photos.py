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

"""Who is who, and who counts as recognised."""

from pathlib import Path

from benchmarks.face_chains import SeenFaces
from benchmarks.face_photos import area_under_curve
from benchmarks.face_photos import every_pair
from benchmarks.face_photos import open_set
from benchmarks.face_photos import Pair
from benchmarks.face_photos import people_of
from benchmarks.face_photos import read_pairs
from benchmarks.face_photos import similarities
import numpy as np
from person_tracker.core.evidence import Calibration
import pytest

SCALE = Calibration(0.4, 32.0)


def crowd(people: int, photos: int, noise: float = 0.02) -> tuple[list, dict]:
    """Return people and looks of their photos, easy to tell apart."""
    random = np.random.default_rng(0)
    names = [[f'{person}_{photo}' for photo in range(photos)] for person in range(people)]
    looks = {}
    for person, own in enumerate(names):
        for name in own:
            look = np.eye(32)[person] + noise * random.normal(size=32)
            looks[name] = (look / np.linalg.norm(look)).astype(np.float32)
    return names, looks


def test_pairs_are_read_whatever_the_case_of_the_headings_and_the_folder(tmp_path: Path) -> None:
    path = tmp_path / 'pairs.csv'
    path.write_text('file_x,file_y,Decision\na/b/1.jpg,2.jpg,Yes\n3.jpg,4.jpg,No\n')
    assert read_pairs(path) == [Pair('1.jpg', '2.jpg', True), Pair('3.jpg', '4.jpg', False)]


@pytest.mark.parametrize(('pairs', 'people'), [
    ([], []),
    ([('a', 'b', True)], [['a', 'b']]),
    ([('a', 'b', False)], [['a'], ['b']]),
    ([('a', 'b', True), ('c', 'd', True), ('d', 'a', True)], [['a', 'b', 'c', 'd']]),  # joined
    ([('a', 'b', True), ('b', 'a', True), ('c', 'a', False)], [['a', 'b'], ['c']]),
])
def test_people_follow_from_the_pairs(pairs: list, people: list) -> None:
    assert people_of([Pair(*pair) for pair in pairs]) == people


@pytest.mark.parametrize(('values', 'is_same', 'expected'), [
    ([0.9, 0.8, 0.1], [True, True, False], 1.0),  # told apart
    ([0.1, 0.9], [True, False], 0.0),  # the wrong way round
    ([0.5, 0.5], [True, False], 0.5),  # a tie
    ([0.9, 0.3, 0.5, 0.1], [True, True, False, False], 0.75),
])
def test_the_area_is_the_part_of_comparisons_won(
        values: list, is_same: list, expected: float) -> None:
    assert area_under_curve(np.array(values), np.array(is_same)) == pytest.approx(expected)


def test_a_photo_without_a_face_counts_against_the_chain() -> None:
    looks = {'a': np.float32([1, 0]), 'b': np.float32([0.6, 0.8]), 'none': None}
    pairs = [Pair('a', 'b', True), Pair('a', 'none', True), Pair('none', 'b', False)]
    np.testing.assert_allclose(similarities(pairs, looks), [0.6, -1.0, 1.0], atol=1e-6)


def test_every_two_photos_are_a_pair_once() -> None:
    pairs = every_pair([['a', 'b'], ['c']])
    assert pairs == [Pair('a', 'b', True), Pair('a', 'c', False), Pair('b', 'c', False)]


def test_people_told_apart_are_all_identified_and_no_stranger_is() -> None:
    result = open_set(*crowd(8, 4), SCALE, enrolled=3, draws=5)
    assert (result.shown, result.right, result.wrong) == (5 * 3 * 2, 5 * 3 * 2, 0)
    assert (result.strangers, result.strangers_named) == (5 * 5 * 4, 0)
    assert result.identified == 1.0


def test_looks_that_say_nothing_identify_nobody() -> None:
    result = open_set(*crowd(8, 4, noise=2.0), SCALE, enrolled=3, draws=5)
    assert result.identified < 0.2


def test_a_twin_among_the_strangers_is_counted_as_a_stranger_named() -> None:
    people, looks = crowd(8, 4)
    looks.update({f'1_{photo}': looks[f'0_{photo}'] for photo in range(4)})
    result = open_set([*people[:2], *(photos[:1] for photos in people[2:])], looks, SCALE,
                      enrolled=1, draws=4)
    assert result.strangers_named == 4 * 4


def test_the_largest_face_stands_for_a_photo_unless_it_has_no_embedding() -> None:
    boxes = np.float32([[0, 0, 5, 5], [0, 0, 9, 9]])
    looks = np.float32([[1, 0], [0, 1]])
    assert SeenFaces(boxes, looks).largest().tolist() == [0, 1]
    assert SeenFaces(boxes, looks * np.float32([[1], [0]])).largest() is None
    assert SeenFaces(boxes[:0], looks[:0]).largest() is None
