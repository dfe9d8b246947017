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
Outputs of Darknet's `[yolo]` layers, as OpenCV gives them: YOLOv3, YOLOv4 and their tiny forms.

`darknet_regions` has one output per layer, each (1, anchors * cells, 5 + classes): centre and size
as shares of the width and height, objectness, and classes with the objectness multiplied in.
"""

from collections.abc import Sequence

import numpy as np
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import corners
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Output
from person_tracker.models.candidates import Shapes

_STRIDES = (8, 16, 32)
_ANCHORS = 3


class _DarknetRegions:
    """Reads `darknet_regions`."""

    def __init__(self, width: int, height: int) -> None:
        self._scale = np.array([width, height, width, height], np.float32)

    def __call__(self, outputs: Sequence[Output], class_index: int,
                 min_score: float) -> list[Candidates]:
        """Decode the rows of all layers whose score is high enough."""
        result = []
        for rows in np.concatenate([np.asarray(each, np.float32) for each in outputs], axis=1):
            scores = rows[:, 5 + class_index]
            chosen = np.flatnonzero(scores >= min_score)
            boxes = rows[chosen, :4] * self._scale
            result.append(Candidates(corners(boxes[:, :2], boxes[:, 2:]), scores[chosen]))
        return result


def _fits(shapes: Shapes, width: int, height: int) -> bool:
    """Tell whether there are two or more layers, each with three boxes per cell of its stride."""
    if len(shapes) < 2 or any(len(shape) != 3 for shape in shapes):
        return False
    columns = {shape[2] for shape in shapes}
    counts = {_ANCHORS * (width // stride) * (height // stride) for stride in _STRIDES}
    return len(columns) == 1 and min(columns) > 5 and {shape[1] for shape in shapes} <= counts


LAYOUTS = (
    Layout('darknet_regions', '(1, 3 cells, 5 + classes) for each stride', _fits, _DarknetRegions,
           lambda shapes: shapes[0][2] - 5,
           {'colour': 'rgb', 'std': (255.0, 255.0, 255.0), 'fit': 'stretch'}),
)
