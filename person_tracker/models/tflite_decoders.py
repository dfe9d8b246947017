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
Outputs of TensorFlow Lite networks that end in the operation `TFLite_Detection_PostProcess`.

`tflite_detections` is four tensors: boxes (1, N, 4) as top, left, bottom, right, shares of the
height and width; classes (1, N), from 0, the background not counted; scores (1, N); and how many
of the N rows count, (1,). Converters give them in different orders. Boxes and count show in their
shapes; of the other two the classes are whole numbers, and the scores are not.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Output
from person_tracker.models.candidates import Shapes


class _TfliteDetections:
    """Reads `tflite_detections`; the operation takes one image at a time."""

    def __init__(self, width: int, height: int) -> None:
        self._scale = np.array([width, height, width, height], np.float32)

    def __call__(self, outputs: Sequence[Output], class_index: int,
                 min_score: float) -> list[Candidates]:
        """Decode the rows that count."""
        arrays = [np.asarray(output, np.float32) for output in outputs]
        boxes = next(array for array in arrays if array.ndim == 3)[0]
        count = int(np.nan_to_num(next(array for array in arrays if array.ndim < 2)).ravel()[0])
        one, other = (array[0, :count] for array in arrays if array.ndim == 2)
        classes, scores = (one, other) if _are_whole(one) else (other, one)
        chosen = np.flatnonzero((classes == class_index) & (scores >= min_score))
        if _are_whole(scores):
            chosen = chosen[:0]  # no score between 0 and 1: nothing was found
        top, left, bottom, right = boxes[chosen].T
        corners = np.stack((left, top, right, bottom), axis=1)
        return [Candidates(corners * self._scale, scores[chosen])]


def _are_whole(numbers: NDArray[np.float32]) -> bool:
    return bool((numbers == np.rint(numbers)).all())


def _fits(shapes: Shapes, width: int, height: int) -> bool:
    match sorted(shapes, key=len):
        case [() | (1,), (1, one), (1, other), (1, count, 4)]:
            return one == other == count
    return False


LAYOUTS = (
    Layout('tflite_detections', '(1, N, 4), twice (1, N) and (1,)', _fits, _TfliteDetections,
           usual_input={'colour': 'rgb', 'mean': (127.5,) * 3, 'std': (127.5,) * 3,
                        'fit': 'stretch'}),
)
