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

"""Laws of which look belongs to which track: only those beyond doubt."""

import numpy as np
from person_tracker.core.look_matching import clear_matches
import pytest


def matched(tracks: list, detections: list) -> list[tuple[int, int]]:
    rows, found = clear_matches(*(np.array(boxes, np.float32).reshape(-1, 4)
                                  for boxes in (tracks, detections)))
    return list(zip(rows.tolist(), found.tolist()))


BODY = [0, 0, 40, 100]


@pytest.mark.parametrize('tracks, detections, expected', [
    ([], [], []),
    ([BODY], [], []),
    ([], [BODY], []),
    ([BODY], [BODY], [(0, 0)]),
    ([BODY], [[4, 5, 44, 105]], [(0, 0)]),                       # a smoothed box is a bit off
    ([BODY], [[30, 0, 70, 100]], []),                            # too far to be the same
    ([BODY], [[0, 0, 40, 40]], []),                              # the head alone
    ([BODY], [[0, 0, 0, 0]], []),                                # no area
    ([BODY, [100, 0, 140, 100]], [[101, 0, 141, 100], BODY], [(0, 1), (1, 0)]),
    ([BODY, [2, 0, 42, 100]], [BODY], [(0, 0)]),                 # two tracks, one detection
    ([BODY], [[6, 0, 46, 100], BODY], []),                       # two detections on one body
    ([BODY, [30, 0, 70, 100]], [BODY, [30, 0, 70, 100]], [(0, 0), (1, 1)]),  # a quarter covered
    ([BODY, [20, 0, 60, 100]], [BODY, [20, 0, 60, 100]], []),    # half of each is the other
    ([BODY], [BODY, [5, 5, 15, 15]], [(0, 0)]),                  # a small one hides little
    ([[5, 5, 15, 15]], [BODY, [5, 5, 15, 15]], []),              # and itself shows the body
    ([[np.nan] * 4], [BODY], []),
    ([BODY], [[np.nan] * 4], []),
])
def test_looks_are_given_to_tracks_that_stand_alone(tracks, detections, expected):
    assert matched(tracks, detections) == expected


def test_answers_come_in_the_order_of_the_tracks_whatever_that_of_the_detections():
    generator = np.random.default_rng(1)
    corners = np.arange(20)[:, None] * [60.0, 0.0]
    detections = np.hstack([corners, corners + [40.0, 100.0]]).astype(np.float32)
    tracks = detections + generator.normal(0.0, 2.0, detections.shape).astype(np.float32)
    order = generator.permutation(20)
    rows, found = clear_matches(tracks, detections[order])
    assert rows.tolist() == list(range(20))
    assert order[found].tolist() == list(range(20))
