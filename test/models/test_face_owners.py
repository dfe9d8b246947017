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

"""A face goes to the body it fits, and to nobody rather than to somebody else."""

import numpy as np
from person_tracker.models.face_owners import owners
from person_tracker.models.face_owners import search_areas
import pytest

BODY = (100.0, 50.0, 200.0, 350.0)
HEAD = (130.0, 55.0, 170.0, 105.0)


def boxes(*rows: tuple) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


@pytest.mark.parametrize(('body', 'expected'), [
    (BODY, (90, 40, 210, 200)),  # upper half and a margin
    ((100, 50, 200, 170), (90, 40, 210, 150)),  # head and shoulders: a square
    ((100, 50, 300, 100), (80, 30, 320, 100)),  # wider than high: all of it
    ((-50, -80, 100, 220), (0, 0, 115, 70)),  # partly outside the image
    ((700, 50, 800, 350), (640, 40, 640, 200)),  # outside: no area
    ((100, 50, 100, 350), (0, 0, 0, 0)),  # no width
    ((200, 350, 100, 50), (0, 0, 0, 0)),  # inside out
    ((np.nan, 50, 200, 350), (0, 0, 0, 0)),
    ((-np.inf, 50, 200, np.inf), (0, 0, 0, 0)),
    ((-1e30, -1e30, 1e30, 1e30), (0, 0, 640, 480)),  # huge
])
def test_faces_are_looked_for_in_the_upper_part_inside_the_image(
        body: tuple, expected: tuple) -> None:
    np.testing.assert_array_equal(search_areas(boxes(body), 640, 480, 0.5), [expected])


def test_no_body_has_no_area() -> None:
    assert search_areas(boxes(), 640, 480, 0.5).shape == (0, 4)


@pytest.mark.parametrize(('faces', 'bodies', 'expected'), [
    ([HEAD], [BODY], [0]),
    ([], [BODY], []),
    ([HEAD], [], [-1]),
    ([(130, 300, 170, 350)], [BODY], [-1]),  # at the feet
    ([(130, -40, 170, 10)], [BODY], [-1]),  # above the head
    ([(300, 55, 340, 105)], [BODY], [-1]),  # beside
    ([(60, 20, 240, 220)], [BODY], [-1]),  # wider than the body: somebody in front
    ([HEAD], [(np.nan,) * 4], [-1]),
    ([HEAD, (135, 140, 150, 160)], [BODY], [0, -1]),  # a second face on one body, smaller, lower
    ([(135, 140, 150, 160), HEAD], [BODY], [-1, 0]),  # the same in another order
    ([HEAD], [BODY, (150, 60, 250, 360)], [0]),  # two bodies, one face: whose middle it is in
    ([HEAD], [(150, 60, 250, 360), BODY], [1]),
    ([HEAD, (185, 65, 215, 110)], [BODY, (150, 60, 250, 360)], [0, 1]),  # a face each
    ([HEAD], [BODY, (95, -200, 205, 360)], [0]),  # below the middle of a tall neighbour
])
def test_a_face_belongs_to_the_body_it_fits_best(
        faces: list, bodies: list, expected: list) -> None:
    np.testing.assert_array_equal(owners(boxes(*faces), boxes(*bodies), 0.5), expected)


def test_a_body_whose_own_face_is_hidden_does_not_get_the_neighbours() -> None:
    front, behind = (100, 50, 200, 350), (130, 40, 230, 340)
    assert owners(boxes(HEAD), boxes(behind), 0.5).tolist() == [0]  # it would fit, alone
    stain = (110, 100, 120, 112)
    assert owners(boxes(HEAD, stain), boxes(front, behind), 0.5).tolist() == [0, -1]
