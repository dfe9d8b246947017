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

"""
Outputs of SSD networks that end in a detection layer, as OpenVINO, Caffe and OpenCV have them.

`ssd_rows` is (1, 1, N, 7): number of the image, class, score, and the corners as shares of the
width and height, for all images of the batch together. A row whose image is negative ends the
list; what stands behind it is left over from earlier images.
"""

from collections.abc import Sequence

import numpy as np
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Output
from person_tracker.models.candidates import Shapes


class _SsdRows:
    """Reads `ssd_rows` of one image; a network that mixes images into one list takes one."""

    def __init__(self, width: int, height: int) -> None:
        self._scale = np.array([width, height, width, height], np.float32)

    def __call__(self, outputs: Sequence[Output], class_index: int,
                 min_score: float) -> list[Candidates]:
        """Decode the rows before the end of the list."""
        rows = np.asarray(outputs[0], np.float32).reshape(-1, 7)
        ends = np.flatnonzero(rows[:, 0] < 0.0)
        rows = rows[:ends[0]] if len(ends) else rows
        chosen = (rows[:, 1] == class_index) & (rows[:, 2] >= min_score)
        return [Candidates(rows[chosen, 3:] * self._scale, rows[chosen, 2])]


def _fits(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(1, 1, _, 7)]:
            return True
    return False


LAYOUTS = (
    Layout('ssd_rows', '(1, 1, N, 7)', _fits, _SsdRows,
           usual_input={'colour': 'bgr', 'fit': 'stretch'}, first_class=1),
)
