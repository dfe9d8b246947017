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

"""Whose face is whose: the part of a body box that a face is in, and the box that a face fits."""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import LARGEST_PX

# A detector's box may cut a little of the head.
_MARGIN = 0.1
# A face wider than its body is somebody else's, in front.
_MAX_WIDTH = 1.2


def search_areas(boxes_xyxy: NDArray[np.float32], width: int, height: int,
                 upper_part: float) -> NDArray[np.intp]:
    """
    Return where in an image the faces of bodies are looked for.

    Parameters
    ----------
    boxes_xyxy
        Body boxes, shape (N, 4), pixels; they may reach outside the image.
    width, height
        Of the image.
    upper_part
        Share of a box's height, from its top. A box of a person close by shows little more than
        the head, so that the area is never less than a square, where the box has one.

    Returns
    -------
    ndarray
        Shape (N, 4), `left, top, right, bottom` in whole pixels inside the image, with a margin at
        the top and the sides; without area where the box has none.

    """
    boxes = np.clip(_finite(boxes_xyxy), -LARGEST_PX, LARGEST_PX)
    left, top, right, bottom = boxes.T
    margin = _MARGIN * (right - left)
    areas = np.stack((left - margin, top - margin, right + margin,
                      top + _upper_height(boxes, upper_part)), axis=1)
    areas[(right <= left) | (bottom <= top)] = 0.0
    return np.rint(np.clip(areas, 0, [width, height, width, height])).astype(np.intp)


def owners(faces_xyxy: NDArray[np.float32], bodies_xyxy: NDArray[np.float32],
           upper_part: float) -> NDArray[np.intp]:
    """
    Give each face to the body it fits best, and each body the face that fits best of those.

    A face fits the better, the nearer it is to the middle of the top of the body's upper part and
    the larger it is. Where one does not get the face that fits it best, it gets none: a face too
    few is a smaller error than somebody else's.

    Parameters
    ----------
    faces_xyxy
        Shape (M, 4), pixels.
    bodies_xyxy
        Shape (N, 4), pixels.
    upper_part
        As `search_areas` takes it.

    Returns
    -------
    ndarray
        Shape (M,): index of the body, -1 where the face is nobody's.

    """
    result = np.full(len(faces_xyxy), -1, np.intp)
    if not len(faces_xyxy) or not len(bodies_xyxy):
        return result
    costs = _costs(faces_xyxy, bodies_xyxy, upper_part)
    bodies = costs.argmin(axis=1)
    least = costs.min(axis=1)
    for body in np.unique(bodies[np.isfinite(least)]):
        rivals = np.flatnonzero(bodies == body)
        result[rivals[least[rivals].argmin()]] = body
    return result


def _costs(faces: NDArray[np.float32], bodies: NDArray[np.float32],
           upper_part: float) -> NDArray[np.float64]:
    """Return how badly each face fits each body, shape (M, N); infinite: not at all."""
    bodies = _finite(bodies).astype(np.float64)
    body_width = np.maximum(bodies[:, 2] - bodies[:, 0], 1.0)
    upper_height = np.maximum(_upper_height(bodies, upper_part), 1.0)
    centre_x = 0.5 * (faces[:, 0] + faces[:, 2])[:, None]
    centre_y = 0.5 * (faces[:, 1] + faces[:, 3])[:, None]
    aside = np.abs(centre_x - 0.5 * (bodies[:, 0] + bodies[:, 2])) / (0.5 * body_width)
    below = (centre_y - bodies[:, 1]) / upper_height
    size = (faces[:, 2] - faces[:, 0])[:, None] / body_width
    fits = (aside <= 1.0 + _MARGIN) & (below >= -_MARGIN) & (below <= 1.0) & (size <= _MAX_WIDTH)
    return np.where(fits, aside + np.abs(below) - np.minimum(size, 1.0), np.inf)


def _upper_height(boxes: NDArray[np.floating], upper_part: float) -> NDArray[np.floating]:
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return np.minimum(np.maximum(upper_part * height, width), height)


def _finite(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(np.isfinite(boxes).all(axis=1, keepdims=True), boxes, 0.0).astype(np.float32)
