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
Boxes as arrays: forms, areas and overlaps.

`xyxy` is `x_min, y_min, x_max, y_max`; `cxcywh` is centre, width, height; all in pixels.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]
LARGEST_PX = 1e6  # no image is that wide; areas beyond would leave the range of float32


def xyxy_to_cxcywh(boxes_xyxy: FloatArray) -> NDArray[np.float64]:
    """Return boxes of shape (N, 4) as centre, width, height."""
    boxes = np.empty(boxes_xyxy.shape, np.float64)
    low, high = boxes_xyxy[:, :2], boxes_xyxy[:, 2:]
    np.subtract(high, low, out=boxes[:, 2:])
    np.add(low, high, out=boxes[:, :2])
    boxes[:, :2] *= 0.5
    return boxes


def cxcywh_to_xyxy(boxes_cxcywh: FloatArray) -> NDArray[np.float32]:
    """Return boxes of shape (N, 4) by their corners; a negative size becomes zero."""
    half = np.maximum(boxes_cxcywh[:, 2:], 0.0) * 0.5
    boxes = np.empty(boxes_cxcywh.shape, np.float32)
    np.subtract(boxes_cxcywh[:, :2], half, out=boxes[:, :2], casting='same_kind')
    np.add(boxes_cxcywh[:, :2], half, out=boxes[:, 2:], casting='same_kind')
    return boxes


def areas(boxes_xyxy: FloatArray) -> FloatArray:
    """Return areas, shape (N,), square pixels; zero for boxes turned inside out."""
    sides = np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0.0)
    product: FloatArray = sides[:, 0] * sides[:, 1]
    return product


def intersections(first_xyxy: FloatArray, second_xyxy: FloatArray) -> FloatArray:
    """Return the area shared by each pair, shape (N, M), square pixels."""
    width = (np.minimum(first_xyxy[:, None, 2], second_xyxy[:, 2])
             - np.maximum(first_xyxy[:, None, 0], second_xyxy[:, 0]))
    height = (np.minimum(first_xyxy[:, None, 3], second_xyxy[:, 3])
              - np.maximum(first_xyxy[:, None, 1], second_xyxy[:, 1]))
    np.maximum(width, 0.0, out=width)
    np.maximum(height, 0.0, out=height)
    width *= height
    return width


def iou(first_xyxy: FloatArray, second_xyxy: FloatArray) -> FloatArray:
    """
    Return intersection over union of each pair.

    Parameters
    ----------
    first_xyxy, second_xyxy
        Shapes (N, 4) and (M, 4).

    Returns
    -------
    ndarray
        Shape (N, M), in [0, 1]; 0 where neither box has an area.

    """
    shared = intersections(first_xyxy, second_xyxy)
    union = areas(first_xyxy)[:, None] + areas(second_xyxy) - shared
    np.maximum(union, np.finfo(union.dtype).tiny, out=union)
    shared /= union
    return shared


def height_iou(first_xyxy: FloatArray, second_xyxy: FloatArray) -> FloatArray:
    """Return intersection over union of the vertical extents, shape (N, M), in [0, 1]."""
    shared = (np.minimum(first_xyxy[:, None, 3], second_xyxy[:, 3])
              - np.maximum(first_xyxy[:, None, 1], second_xyxy[:, 1]))
    united = (np.maximum(first_xyxy[:, None, 3], second_xyxy[:, 3])
              - np.minimum(first_xyxy[:, None, 1], second_xyxy[:, 1]))
    np.maximum(shared, 0.0, out=shared)
    np.maximum(united, np.finfo(united.dtype).tiny, out=united)
    shared /= united
    return shared


def usable(boxes_xyxy: FloatArray, scores: FloatArray) -> NDArray[np.bool_]:
    """
    Tell which boxes can be tracked.

    Returns
    -------
    ndarray
        Shape (N,): corners within `LARGEST_PX` of the origin, width and height positive, score
        in [0, 1], and so all numbers finite.

    """
    with np.errstate(invalid='ignore', over='ignore'):
        sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
        good = (np.abs(boxes_xyxy) <= LARGEST_PX).all(axis=1) & (sides > 0.0).all(axis=1)
        good &= (scores >= 0.0) & (scores <= 1.0)
    return good
