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
Raw outputs of YOLO networks to boxes and scores of one class.

The layouts, with N boxes, C classes, one row per image of the batch (B):

===============  =======================  =======================================================
`yolox_grid`     (B, N, 5 + C)            offsets from a grid cell, log sizes, objectness, classes
`yolo_columns`   (B, 4 + C, N)            centre and size in input pixels, classes (YOLOv8, 11)
`dets_labels`    (B, N, 5) and (B, N)     corners and score after NMS, class (YOLOX of MMDeploy)
`end_to_end`     (B, N, 6)                corners, score, class after NMS (YOLOv10, 26)
`boxes_scores`   (B, N, 4) and (B, N, C)  corners, classes (what `dets_labels` has before NMS)
===============  =======================  =======================================================

Files have one of the first four; the last is what is left where a network's NMS is cut off.
"""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import iou
from person_tracker.models.errors import ModelError

LAYOUTS = ('yolox_grid', 'yolo_columns', 'dets_labels', 'end_to_end')
STRIDES = (8, 16, 32)
# More boxes than this above the lowest score are background; comparing all pairs would be slow.
_MAX_CANDIDATES = 1000

Output = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Candidates:
    """
    Boxes of one class in one image.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, pixels of the network's input.
    scores
        Shape (N,), float32, in [0, 1], in no special order.

    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]


Decoder = Callable[[Sequence[Output], int, float], list[Candidates]]


def decoder_for(layout: str, width: int, height: int) -> Decoder:
    """
    Return the function that reads one layout.

    Parameters
    ----------
    layout
        One of `LAYOUTS`, or `boxes_scores`.
    width, height
        Size of the network's input, pixels.

    Returns
    -------
    callable
        Takes all outputs, the index of the wanted class and the lowest score; returns one
        `Candidates` per image of the batch.

    """
    match layout:
        case 'yolox_grid':
            return _YoloxGrid(width, height)
        case 'yolo_columns':
            return _yolo_columns
        case 'dets_labels':
            return _dets_labels
        case 'end_to_end':
            return _end_to_end
        case 'boxes_scores':
            return _boxes_scores
    raise ModelError(f'decoder must be one of {", ".join(LAYOUTS)}, got {layout!r}')


def recognised_layout(shapes: Sequence[tuple[int, ...]], width: int, height: int) -> str:
    """
    Return the layout that outputs of these shapes have.

    Parameters
    ----------
    shapes
        Shape of every output, in the network's order.
    width, height
        Size of the network's input, pixels.

    Raises
    ------
    ModelError
        No layout known here looks like this; the text shows the shapes.

    """
    cells = sum((width // stride) * (height // stride) for stride in STRIDES)
    match [tuple(shape) for shape in shapes]:
        case [(_, rows, columns)] if rows == cells and columns > 5:
            return 'yolox_grid'
        case [(_, rows, columns)] if columns == cells and rows > 4:
            return 'yolo_columns'
        case [(_, _, 6)]:
            return 'end_to_end'
        case [(batch, boxes, 5), (batch_again, boxes_again)] if (
                (batch, boxes) == (batch_again, boxes_again)):
            return 'dets_labels'
    seen = ', '.join(str(tuple(shape)) for shape in shapes)
    raise ModelError(
        f'outputs of shape {seen} for an input of {width}x{height} are no YOLO layout known '
        f'here: {cells} rows of 5+classes, 4+classes rows of {cells}, (1, N, 6), or (1, N, 5) and '
        '(1, N)')


def class_count(layout: str, shapes: Sequence[tuple[int, ...]]) -> int | None:
    """Return how many classes the outputs tell apart, None where they do not show it."""
    if layout == 'yolox_grid':
        return shapes[0][2] - 5
    if layout == 'boxes_scores':
        return shapes[1][2]
    return shapes[0][1] - 4 if layout == 'yolo_columns' else None


def suppressed(candidates: Candidates, max_iou: float, max_count: int) -> Candidates:
    """
    Drop every box that overlaps a better one, and all but the best of the rest.

    Parameters
    ----------
    candidates
        Boxes of one class.
    max_iou
        Boxes that overlap a better kept one by more than this are dropped.
    max_count
        How many to keep at most.

    Returns
    -------
    Candidates
        The kept boxes, best first; equal scores keep their order.

    """
    order = np.argsort(-candidates.scores, kind='stable')[:_MAX_CANDIDATES]
    boxes = candidates.boxes_xyxy[order]
    clashes = iou(boxes, boxes) > max_iou
    alive = np.ones(len(order), bool)
    kept = []
    for index in range(len(order)):
        if not alive[index]:
            continue
        kept.append(index)
        if len(kept) == max_count:
            break
        alive &= ~clashes[index]
    return Candidates(boxes[kept], candidates.scores[order[kept]])


class _YoloxGrid:
    """Reads `yolox_grid`; the grid is laid out once for the input size."""

    def __init__(self, width: int, height: int) -> None:
        cells, strides = [], []
        for stride in STRIDES:
            rows, columns = np.mgrid[:height // stride, :width // stride]
            cells.append(np.stack((columns, rows), axis=-1).reshape(-1, 2))
            strides.append(np.full(rows.size, stride))
        self._cells = np.concatenate(cells).astype(np.float32)
        self._strides = np.concatenate(strides).astype(np.float32)[:, None]

    def __call__(self, outputs: Sequence[Output], class_index: int,
                 min_score: float) -> list[Candidates]:
        """Decode only the cells whose score is high enough."""
        result = []
        for rows in np.asarray(outputs[0], np.float32):
            scores = rows[:, 4] * rows[:, 5 + class_index]
            chosen = np.flatnonzero(scores >= min_score)
            stride = self._strides[chosen]
            centres = (rows[chosen, :2] + self._cells[chosen]) * stride
            halves = np.exp(rows[chosen, 2:4]) * stride * np.float32(0.5)
            result.append(Candidates(_corners(centres, halves), scores[chosen]))
        return result


def _yolo_columns(outputs: Sequence[Output], class_index: int,
                  min_score: float) -> list[Candidates]:
    result = []
    for columns in np.asarray(outputs[0], np.float32):
        scores = columns[4 + class_index]
        chosen = np.flatnonzero(scores >= min_score)
        boxes = columns[:4, chosen].T
        corners = _corners(boxes[:, :2], boxes[:, 2:] * np.float32(0.5))
        result.append(Candidates(corners, scores[chosen]))
    return result


def _dets_labels(outputs: Sequence[Output], class_index: int,
                 min_score: float) -> list[Candidates]:
    result = []
    for rows, labels in zip(np.asarray(outputs[0], np.float32), np.asarray(outputs[1])):
        chosen = (labels == class_index) & (rows[:, 4] >= min_score)
        result.append(Candidates(rows[chosen, :4], rows[chosen, 4]))
    return result


def _end_to_end(outputs: Sequence[Output], class_index: int,
                min_score: float) -> list[Candidates]:
    result = []
    for rows in np.asarray(outputs[0], np.float32):
        chosen = (rows[:, 5] == class_index) & (rows[:, 4] >= min_score)
        result.append(Candidates(rows[chosen, :4], rows[chosen, 4]))
    return result


def _boxes_scores(outputs: Sequence[Output], class_index: int,
                  min_score: float) -> list[Candidates]:
    result = []
    for boxes, classes in zip(*(np.asarray(output, np.float32) for output in outputs)):
        scores = classes[:, class_index]
        chosen = np.flatnonzero(scores >= min_score)
        result.append(Candidates(boxes[chosen], scores[chosen]))
    return result


def _corners(centres: NDArray[np.float32], halves: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate((centres - halves, centres + halves), axis=1)
