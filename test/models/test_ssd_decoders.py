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

"""Rows of an SSD's detection layer become boxes in pixels of the input."""

import numpy as np
from person_tracker.models.candidates import Candidates
from person_tracker.models.ssd_decoders import LAYOUTS
import pytest

SSD_ROWS, = LAYOUTS


def decoded(*rows: tuple[float, ...], class_index: int = 1, min_score: float = 0.1) -> Candidates:
    table = np.array(rows, np.float32).reshape(1, 1, -1, 7)
    found, = SSD_ROWS.decoder(544, 320)([table], class_index, min_score)
    return found


def test_corners_are_shares_of_width_and_height() -> None:
    found = decoded((0, 1, 0.9, 0.25, 0.5, 0.5, 0.75), (0, 1, 0.3, -0.1, 0.0, 1.1, 1.0))
    np.testing.assert_allclose(
        found.boxes_xyxy, [[136, 160, 272, 240], [-54.4, 0, 598.4, 320]], rtol=1e-6)
    np.testing.assert_allclose(found.scores, [0.9, 0.3], rtol=1e-6)


@pytest.mark.parametrize(('rows', 'scores'), [
    ([], []),                                                                # nothing at all
    ([(-1, 1, 0.9, 0, 0, 1, 1)], []),                                        # nobody
    ([(0, 1, 0.9, 0, 0, 1, 1), (-1, 0, 0, 0, 0, 0, 0),
      (0, 1, 0.8, 0, 0, 1, 1)], [0.9]),                                      # left over
    ([(0, 0, 0.9, 0, 0, 1, 1), (0, 2, 0.8, 0, 0, 1, 1)], []),                # other classes
    ([(0, 1, 0.1, 0, 0, 1, 1), (0, 1, 0.09, 0, 0, 1, 1)], [0.1]),            # too weak
    ([(0, 1, np.nan, 0, 0, 1, 1)], []),                                      # no number
])
def test_only_good_rows_before_the_end_of_the_list_count(rows: list, scores: list) -> None:
    np.testing.assert_allclose(decoded(*rows).scores, scores, rtol=1e-6)


def test_people_come_after_the_background_where_classes_have_no_names() -> None:
    assert SSD_ROWS.first_class == 1
    assert len(decoded((0, 0, 0.9, 0, 0, 1, 1), class_index=0).scores) == 1
