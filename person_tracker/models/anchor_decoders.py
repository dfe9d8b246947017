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
Raw outputs of TensorFlow Lite networks, which correct a fixed set of anchor boxes.

Both layouts have two outputs in either order, for N anchors and C classes: (B, N, 4), how far each
box is from its anchor, and (B, N, C), scores as probabilities or as logits. With the anchor's
centre `x, y` and size `w, h`, a row `dy, dx, dh, dw` is the box with centre `x + w dx, y + h dy`
and size `w exp(dw), h exp(dh)`.

`efficientdet_anchors`: nine anchors in each cell of the pyramid's levels 3 to 7 (Tan, Pang and Le,
"EfficientDet", arXiv 1911.09070), with the sizes of the Lite networks.

`ssd_anchors`: the anchors of SSD (Liu et al., arXiv 1512.02325, section 2.2) as MobileNets of
TensorFlow's detection models have them: six levels, three anchors in a cell of the first and six
in those of the others; the first column of the scores is the background.
"""

from collections.abc import Callable
from collections.abc import Sequence
from functools import partial
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import corners
from person_tracker.models.candidates import Decoder
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Output
from person_tracker.models.candidates import Shapes

_PYRAMID_STRIDES = (8, 16, 32, 64, 128)
# EfficientDet's anchor_scale: 3 in the Lite networks, 4 in the others; checked on Lite0.
_ANCHOR_CELLS = 3.0
_OCTAVES = (1.0, 2.0 ** (1 / 3), 2.0 ** (2 / 3))
_PYRAMID_RATIOS = (1.0, 2.0, 0.5)

_SSD_STRIDES = (16, 32, 64, 128, 256, 512)
_SSD_SMALLEST, _SSD_LARGEST = 0.2, 0.95  # shares of the input's side
_SSD_FIRST_SIDE = 0.1
_SSD_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
# The corrections were divided by SSD's variances when it was trained: .1 and .2.
_SSD_GAINS = (10.0, 10.0, 5.0, 5.0)

# Pixels are brought to -1..1; what is left of the input is grey, which is zero there.
_TENSORFLOW_INPUT = {'colour': 'rgb', 'mean': (127.5,) * 3, 'std': (127.5,) * 3}

Anchors = NDArray[np.float32]


def efficientdet_anchors(width: int, height: int) -> Anchors:
    """Return centre and size of each anchor of an EfficientDet-Lite, input pixels, (N, 4)."""
    sides = np.array([(_ANCHOR_CELLS * octave * math.sqrt(ratio),
                       _ANCHOR_CELLS * octave / math.sqrt(ratio))
                      for octave in _OCTAVES for ratio in _PYRAMID_RATIOS])
    levels = []
    for stride in _PYRAMID_STRIDES:
        columns, rows = math.ceil(width / stride), math.ceil(height / stride)
        cell = np.array([width / columns, height / rows])
        levels.append(_in_every_cell(columns, rows, cell, sides * cell))
    return np.concatenate(levels)


def ssd_anchors(width: int, height: int) -> Anchors:
    """Return centre and size of each anchor of an SSD MobileNet, input pixels, (N, 4)."""
    size = np.array([width, height])
    scales = [*np.linspace(_SSD_SMALLEST, _SSD_LARGEST, len(_SSD_STRIDES)), 1.0]
    levels: list[Anchors] = []
    for stride, scale, next_scale in zip(_SSD_STRIDES, scales, scales[1:]):
        shapes = [(scale, ratio) for ratio in _SSD_RATIOS]
        shapes.append((math.sqrt(scale * next_scale), 1.0))
        if not levels:  # fewer in the first, which has most cells
            shapes = [(_SSD_FIRST_SIDE, 1.0), (scale, 2.0), (scale, 0.5)]
        sides = np.array([(side * math.sqrt(ratio), side / math.sqrt(ratio))
                          for side, ratio in shapes])
        columns, rows = math.ceil(width / stride), math.ceil(height / stride)
        cell = np.array([width / columns, height / rows])
        levels.append(_in_every_cell(columns, rows, cell, sides * size))
    return np.concatenate(levels)


class _AnchorBoxes:
    """Reads what a network says of its anchors; these are laid out once for the input size."""

    def __init__(self, anchors: Anchors, gains: tuple[float, ...], first_column: int) -> None:
        self._anchors = anchors
        self._gains = np.array(gains, np.float32)
        self._first_column = first_column

    def __call__(self, outputs: Sequence[Output], class_index: int,
                 min_score: float) -> list[Candidates]:
        """Decode only the anchors whose score is high enough."""
        first, second = (np.asarray(output, np.float32) for output in outputs)
        corrections, classes = (first, second) if first.shape[2] == 4 else (second, first)
        result = []
        for rows, columns in zip(corrections, classes):
            scores = _probabilities(columns[:, self._first_column + class_index])
            chosen = np.flatnonzero(scores >= min_score)
            result.append(Candidates(self._boxes(rows[chosen], chosen), scores[chosen]))
        return result

    def _boxes(self, rows: NDArray[np.float32],
               chosen: NDArray[np.intp]) -> NDArray[np.float32]:
        places, sizes = np.split(self._anchors[chosen], 2, axis=1)
        dy, dx, dh, dw = (rows / self._gains).T
        centres = places + sizes * np.stack((dx, dy), axis=1)
        return corners(centres, sizes * np.exp(np.stack((dw, dh), axis=1)))


def _probabilities(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return scores in [0, 1]: only logits are below 0, and those of the background all are."""
    if not (scores < 0.0).any():
        return scores
    with np.errstate(over='ignore'):
        return np.asarray(1.0 / (1.0 + np.exp(-scores)), np.float32)


def _in_every_cell(columns: int, rows: int, cell: NDArray[np.float64],
                   sides: NDArray[np.float64]) -> Anchors:
    """Return anchors of all `sides` (K, 2) in the middle of each cell, row by row."""
    row, column = np.mgrid[:rows, :columns]
    centres = (np.stack((column, row), axis=-1).reshape(-1, 1, 2) + 0.5) * cell
    shape = (rows * columns, len(sides), 2)
    both = np.broadcast_to(centres, shape), np.broadcast_to(sides, shape)
    return np.concatenate(both, axis=2).reshape(-1, 4).astype(np.float32)


def _efficientdet(width: int, height: int) -> Decoder:
    return _AnchorBoxes(efficientdet_anchors(width, height), (1.0,) * 4, 0)


def _ssd(width: int, height: int) -> Decoder:
    return _AnchorBoxes(ssd_anchors(width, height), _SSD_GAINS, 1)


def _fits(anchors: Callable[[int, int], Anchors], shapes: Shapes, width: int,
          height: int) -> bool:
    match shapes:
        case [(_, count, first), (_, count_again, second)]:
            return count == count_again and (first == 4) != (second == 4) and (
                count == len(anchors(width, height)))
    return False


def _column_count(shapes: Shapes) -> int:
    return next(columns for _, _, columns in shapes if columns != 4)


LAYOUTS = (
    Layout('efficientdet_anchors', '(1, N, 4) and (1, N, classes), N = 9 anchors per cell of '
           'levels 3 to 7', partial(_fits, efficientdet_anchors), _efficientdet, _column_count,
           {**_TENSORFLOW_INPUT, 'fit': 'letterbox_top_left', 'padding': 127}),
    Layout('ssd_anchors', '(1, N, 4) and (1, N, 1 + classes), N = 1917 for 300x300',
           partial(_fits, ssd_anchors), _ssd, lambda shapes: _column_count(shapes) - 1,
           {**_TENSORFLOW_INPUT, 'fit': 'stretch'}),
)
