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
Raw outputs of YOLO networks, as ONNX and OpenVINO files have them.

The layouts, with N boxes, C classes, one row per image of the batch (B):

===============  =======================  =======================================================
`yolox_grid`     (B, N, 5 + C)            offsets from a grid cell, log sizes, objectness, classes
`yolo_rows`      (B, 3 N, 5 + C)          centre and size in input pixels, objectness, classes,
                                          three boxes per cell (YOLOv5, YOLOv7)
`yolo_columns`   (B, 4 + C, N)            centre and size in input pixels, classes (YOLOv8, 11)
`dets_labels`    (B, N, 5) and (B, N)     corners and score after NMS, class (YOLOX of MMDeploy)
`end_to_end`     (B, N, 6)                corners, score, class after NMS (YOLOv10, 26)
===============  =======================  =======================================================

Where the NMS of `dets_labels` is cut off, corners (B, N, 4) and classes (B, N, C) are left. In
.tflite files ultralytics gives shares of the input's width and height in place of pixels.
"""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import corners
from person_tracker.models.candidates import Decoder
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Output
from person_tracker.models.candidates import Shapes
from person_tracker.models.candidates import suppressed

_STRIDES = (8, 16, 32)
_ANCHORS = 3
_YOLOX_INPUT = {'colour': 'bgr', 'fit': 'letterbox_top_left'}
_ULTRALYTICS_INPUT = {
    'colour': 'rgb', 'std': (255.0, 255.0, 255.0), 'fit': 'letterbox_centred'}


class _YoloxGrid:
    """Reads `yolox_grid`; the grid is laid out once for the input size."""

    def __init__(self, width: int, height: int) -> None:
        cells, strides = [], []
        for stride in _STRIDES:
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
            sizes = np.exp(rows[chosen, 2:4]) * stride
            result.append(Candidates(corners(centres, sizes), scores[chosen]))
        return result


def _yolo_columns(outputs: Sequence[Output], class_index: int,
                  min_score: float) -> list[Candidates]:
    result = []
    for columns in np.asarray(outputs[0], np.float32):
        scores = columns[4 + class_index]
        chosen = np.flatnonzero(scores >= min_score)
        boxes = columns[:4, chosen].T
        result.append(Candidates(corners(boxes[:, :2], boxes[:, 2:]), scores[chosen]))
    return result


def _yolo_rows(outputs: Sequence[Output], class_index: int,
               min_score: float) -> list[Candidates]:
    result = []
    for rows in np.asarray(outputs[0], np.float32):
        scores = rows[:, 4] * rows[:, 5 + class_index]
        chosen = np.flatnonzero(scores >= min_score)
        boxes = rows[chosen, :4]
        result.append(Candidates(corners(boxes[:, :2], boxes[:, 2:]), scores[chosen]))
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


def before_suppression(max_iou: float, min_score: float) -> Layout:
    """
    Return how `dets_labels` is read where the suppression in the file is cut off.

    Parameters
    ----------
    max_iou, min_score
        What that suppression dropped: boxes that overlap a better one by more, or score less.

    """
    def decode(outputs: Sequence[Output], class_index: int,
               wanted_score: float) -> list[Candidates]:
        result = []
        for boxes, classes in zip(*(np.asarray(output, np.float32) for output in outputs)):
            scores = classes[:, class_index]
            chosen = np.flatnonzero(scores >= max(wanted_score, min_score))
            result.append(suppressed(
                Candidates(boxes[chosen], scores[chosen]), max_iou, len(chosen)))
        return result

    return Layout('dets_labels', '(1, N, 4) and (1, N, classes)', _fits_boxes_scores,
                  _always(decode), lambda shapes: shapes[1][2], _YOLOX_INPUT)


def gives_shares(layout: Layout, outputs: Sequence[Output], if_unknown: bool) -> bool:
    """
    Tell whether boxes are shares of the input's width and height, not pixels.

    A network with a box for every cell has them all over any image, sure or not: where all lie
    within the first cell, these are no pixels.

    Parameters
    ----------
    layout
        Of the outputs.
    outputs
        What the network gave for some image.
    if_unknown
        What holds where it gave no box at all.

    """
    if layout.coordinates is None:
        return False
    largest = np.abs(layout.coordinates(outputs)).max(initial=0.0)
    return bool(largest < _STRIDES[0]) if largest > 0.0 else if_unknown


def _always(decoder: Decoder) -> Callable[[int, int], Decoder]:
    """Return what gives one decoder for inputs of any size."""
    return lambda width, height: decoder


def _cells(width: int, height: int) -> int:
    return sum((width // stride) * (height // stride) for stride in _STRIDES)


def _fits_grid(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(_, rows, columns)]:
            return rows == _cells(width, height) and columns > 5
    return False


def _fits_rows(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(_, rows, columns)]:
            return rows == _ANCHORS * _cells(width, height) and columns > 5
    return False


def _fits_columns(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(_, rows, columns)]:
            return columns == _cells(width, height) and rows > 4
    return False


def _fits_end_to_end(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(_, rows, 6)]:
            cells = _cells(width, height)
            return rows not in (cells, _ANCHORS * cells)
    return False


def _fits_dets_labels(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(batch, boxes, 5), (batch_again, boxes_again)]:
            return (batch, boxes) == (batch_again, boxes_again)
    return False


def _fits_boxes_scores(shapes: Shapes, width: int, height: int) -> bool:
    match shapes:
        case [(batch, boxes, 4), (batch_again, boxes_again, _)]:
            return (batch, boxes) == (batch_again, boxes_again)
    return False


def _in_rows(outputs: Sequence[Output]) -> Output:
    return outputs[0][..., :4]


def _in_columns(outputs: Sequence[Output]) -> Output:
    return outputs[0][:, :4]


LAYOUTS = (
    Layout('yolox_grid', '(1, cells, 5 + classes)', _fits_grid, _YoloxGrid,
           lambda shapes: shapes[0][2] - 5, _YOLOX_INPUT),
    Layout('yolo_rows', '(1, 3 cells, 5 + classes)', _fits_rows, _always(_yolo_rows),
           lambda shapes: shapes[0][2] - 5, _ULTRALYTICS_INPUT, coordinates=_in_rows),
    Layout('yolo_columns', '(1, 4 + classes, cells)', _fits_columns, _always(_yolo_columns),
           lambda shapes: shapes[0][1] - 4, _ULTRALYTICS_INPUT, coordinates=_in_columns),
    Layout('dets_labels', '(1, N, 5) and (1, N)', _fits_dets_labels, _always(_dets_labels),
           usual_input=_YOLOX_INPUT),
    Layout('end_to_end', '(1, N, 6)', _fits_end_to_end, _always(_end_to_end),
           usual_input=_ULTRALYTICS_INPUT, coordinates=_in_rows),
)
