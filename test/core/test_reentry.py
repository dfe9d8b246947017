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

"""Laws of re-entry: an id comes back where looks leave no doubt, and to nobody who left."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.reentry import clear_reentries
from person_tracker.core.reentry import PictureEdge
import pytest

LIMIT, MARGIN = 0.3, 0.1
NOBODY = np.inf


def pairs(distances, rivals=None, margin=MARGIN):
    """Return the pairs found, as a set."""
    distances = np.array(distances, np.float32)
    if rivals is None:
        rivals = np.full(distances.shape[1], NOBODY)
    lost, new = clear_reentries(distances, np.array(rivals), LIMIT, margin)
    return set(zip(lost.tolist(), new.tolist()))


@pytest.mark.parametrize('distances, rivals, expected', [
    ([[0.1]], None, {(0, 0)}),  # one lost, one new, alike
    ([[0.31]], None, set()),  # not alike enough
    ([[0.1, 0.9], [0.9, 0.1]], None, {(0, 0), (1, 1)}),  # each as before
    ([[0.9, 0.1], [0.1, 0.9]], None, {(0, 1), (1, 0)}),  # permuted
    ([[0.1], [0.15]], None, set()),  # two lost look like the new one
    ([[0.1], [0.25]], None, {(0, 0)}),  # one of them clearly more
    ([[0.1, 0.15]], None, set()),  # two new ones look like the lost one
    ([[0.1, 0.25]], None, {(0, 0)}),
    ([[0.1, 0.12], [0.12, 0.1]], None, set()),  # twins
    ([[0.1, 0.9], [0.12, 0.9], [0.9, 0.1]], None, {(2, 1)}),  # doubt harms the doubtful alone
    ([[0.1]], [0.15], set()),  # somebody in view looks like the new one
    ([[0.1]], [0.25], {(0, 0)}),
    ([[0.1, 0.9], [0.9, 0.1]], [0.05, NOBODY], {(1, 1)}),
    ([[3.0, 3.0]], None, set()),  # unknown looks
])
def test_only_clear_pairs_are_found(distances, rivals, expected):
    assert pairs(distances, rivals) == expected


@pytest.mark.parametrize('distances, expected', [
    ([[0.1, 0.11], [0.11, 0.1]], {(0, 0), (1, 1)}),  # the most alike, however little more so
    ([[0.1, 0.1]], set()),  # which of them, nobody can tell
    ([[0.0], [0.0]], set()),
])
def test_equals_are_in_doubt_even_without_a_margin(distances, expected):
    assert pairs(distances, margin=0.0) == expected


@given(strategies.integers(0, 2**32 - 1))
def test_pairs_are_clear_and_unique_and_do_not_depend_on_the_order(seed):
    random = np.random.default_rng(seed)
    shape = random.integers(1, 8, 2)
    distances = random.uniform(0.0, 1.0, shape) ** 2
    rivals = random.uniform(0.0, 1.0, shape[1])
    found = pairs(distances, rivals)
    for lost, new in found:
        others = np.concatenate((
            np.delete(distances[lost], new), np.delete(distances[:, new], lost), rivals[[new]]))
        best = np.float32(distances[lost, new])
        assert best <= LIMIT
        assert (others >= best + MARGIN - 1e-6).all()
    assert len({lost for lost, _ in found}) == len({new for _, new in found}) == len(found)
    rows, columns = (random.permutation(count) for count in shape)
    shuffled = pairs(distances[np.ix_(rows, columns)], rivals[columns])
    assert {(rows[lost], columns[new]) for lost, new in shuffled} == found


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0)])
def test_nobody_comes_back_where_nobody_is_lost_or_new(shape):
    assert pairs(np.zeros(shape)) == set()


def edge_of(*boxes_xyxy):
    edge = PictureEdge()
    for box in boxes_xyxy:
        edge.reach(np.array([box], np.float32))
    return edge


# A picture of 640 x 480, known from boxes in its corners; people are 40 x 100 pixels.
PICTURE = [0, 0, 40, 100], [600, 380, 640, 480]


@pytest.mark.parametrize('centre, velocity, leaves', [
    ((20, 240), (-60, 0), True),  # over the left edge
    ((620, 240), (60, 0), True),
    ((320, 50), (0, -60), True),
    ((320, 430), (0, 60), True),  # towards the camera
    ((35, 240), (-60, 0), True),  # almost there
    ((20, 240), (60, 0), False),  # comes in
    ((20, 240), (0, 60), False),  # along the edge
    ((20, 240), (-5, 0), False),  # stands
    ((320, 240), (-60, 0), False),  # in the middle
    ((60, 240), (-60, 0), False),
])
def test_leaving_is_who_is_at_the_edge_and_moves_outwards(centre, velocity, leaves):
    edge = edge_of(*PICTURE)
    boxes = np.array([[*centre, 40.0, 100.0], [320.0, 240.0, 40.0, 100.0]])
    velocities = np.array([velocity, (0.0, 0.0)], np.float64)
    assert edge.leaving(boxes, velocities).tolist() == [leaves, False]


def test_edge_is_as_far_as_boxes_have_reached():
    walker = np.array([[320.0, 240.0, 40.0, 100.0]]), np.array([[60.0, 0.0]])
    edge = edge_of([300, 190, 340, 290])
    assert edge.leaving(*walker).tolist() == [True]
    edge.reach(np.array([[600, 190, 640, 290]], np.float32))
    assert edge.leaving(*walker).tolist() == [False]


def test_two_edges_do_not_notice_each_other():
    first, second = edge_of([0, 0, 40, 100]), edge_of([0, 0, 40, 100])
    second.reach(np.array([PICTURE[1]], np.float32))
    walker = np.array([[20.0, 50.0, 40.0, 100.0]]), np.array([[60.0, 0.0]])
    assert first.leaving(*walker).tolist() == [True]
    assert second.leaving(*walker).tolist() == [False]
