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
Outputs of a FairMOT network to people: where each is and how she looks, from one run.

After Zhang et al., FairMOT: On the Fairness of Detection and Re-Identification in Multiple Object
Tracking, IJCV 2021 (arXiv 2004.01888), section 4. A network has four heads over a grid whose cells
are R (usually 4) input pixels wide:

==========  ==================  ===================================================================
heat        (B, 1, H, W)        how likely the middle of a person is in this cell
size        (B, 2 or 4, H, W)   width and height, or how far the left, top, right and bottom are
offset      (B, 2, H, W)        where in the cell the middle is
embedding   (B, D, H, W)        how the person looks whose middle this is
==========  ==================  ===================================================================

A person is a cell (r, c) whose heat is the largest of its 3x3 neighbourhood. With offset (a, b)
the middle is R * (c + a, r + b), and the box reaches R * size around it, all at that cell; the
embedding there, divided by its length, is what tells the person from others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.models.embedding_network import unit_rows
from person_tracker.models.errors import ModelError
from scipy.special import expit

# What exporters call the heads; the names of FairMOT's own code come first.
_SIZE_NAMES = ('wh', 'size', 'box')
_OFFSET_NAMES = ('reg', 'offset', 'off')
_SHORTEST_EMBEDDING = 8

Output = NDArray[np.generic]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Heads:
    """
    Which output is which head, and what they have in common.

    Attributes
    ----------
    heat, size, offset, embedding
        Numbers of the outputs.
    stride
        Width of a cell, input pixels.
    dimension
        Length of an embedding.

    """

    heat: int
    size: int
    offset: int
    embedding: int
    stride: int
    dimension: int


@dataclass(frozen=True, eq=False)
class FoundPeople:
    """
    The people of one image.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, pixels of the network's input, best first.
    scores
        Shape (N,), float32, in [0, 1].
    embeddings
        Shape (N, D), float32, L2-normalised; zeros where the network gave no direction.

    """

    boxes_xyxy: FloatArray
    scores: FloatArray
    embeddings: FloatArray


def recognised_heads(names: Sequence[str], shapes: Sequence[tuple[int, ...]], width: int,
                     height: int) -> Heads:
    """
    Tell which output is which head.

    Two outputs of two channels, size and offset, are told apart by their names; where these say
    nothing the size comes first, as in FairMOT's own code.

    Parameters
    ----------
    names, shapes
        Of every output, in the network's order.
    width, height
        Size of the network's input, pixels.

    Raises
    ------
    ModelError
        The outputs are not those of FairMOT; the text shows their shapes.

    """
    channels = [shape[1] if len(shape) == 4 else 0 for shape in shapes]
    pairs = [number for number, count in enumerate(channels) if count == 2]
    quads = [number for number, count in enumerate(channels) if count == 4]
    heats = [number for number, count in enumerate(channels) if count == 1]
    long = [number for number, count in enumerate(channels) if count >= _SHORTEST_EMBEDDING]
    grids = {shape[2:] for shape in shapes}
    stride = width // shapes[0][3] if len(shapes) == 4 and min(channels) > 0 else 0
    if (len(heats), len(long), len(pairs) + len(quads)) != (1, 1, 2) or len(quads) > 1 or (
            grids != {(height // max(stride, 1), width // max(stride, 1))}):
        seen = ', '.join(str(tuple(shape)) for shape in shapes)
        raise ModelError(
            f'outputs of shape {seen} for an input of {width}x{height} are not those of FairMOT: '
            'heat (1, 1, H, W), size (1, 2 or 4, H, W), offset (1, 2, H, W) and embedding '
            '(1, D, H, W) over the same H x W')
    size, offset = (quads[0], pairs[0]) if quads else _size_and_offset(names, pairs)
    return Heads(heats[0], size, offset, long[0], stride, channels[long[0]])


def has_logits(heat: Output) -> bool:
    """Tell whether heat is given before the sigmoid: probabilities stay in [0, 1]."""
    values = np.asarray(heat, np.float32)
    return bool(values.min() < 0.0 or values.max() > 1.0)


def found_people(outputs: Sequence[Output], heads: Heads, *, is_logits: bool, min_score: float,
                 max_count: int) -> list[FoundPeople]:
    """
    Find people in the outputs.

    Parameters
    ----------
    outputs
        All outputs, in the network's order.
    heads
        Which is which.
    is_logits
        Heat is given before the sigmoid.
    min_score
        Cells of less heat are nobody.
    max_count
        Only so many people of most heat are kept.

    Returns
    -------
    list
        The people of each image of the batch.

    """
    heats, sizes, offsets, embeddings = (
        np.asarray(outputs[number]) for number in (
            heads.heat, heads.size, heads.offset, heads.embedding))
    found = []
    for image, heat in enumerate(heats[:, 0]):
        rows, columns = _peaks(np.ascontiguousarray(heat, np.float32))
        scores = heat[rows, columns].astype(np.float32)
        scores = expit(scores) if is_logits else np.clip(scores, 0.0, 1.0)
        best = np.argsort(-scores, kind='stable')[:max_count]
        best = best[scores[best] >= min_score]
        at = (slice(None), rows[best], columns[best])
        offset, size, look = (np.asarray(each[image][at].T, np.float32)
                              for each in (offsets, sizes, embeddings))
        boxes = _boxes(columns[best], rows[best], offset, size)
        found.append(FoundPeople(boxes * np.float32(heads.stride), scores[best], unit_rows(look)))
    return found


def _size_and_offset(names: Sequence[str], pairs: Sequence[int]) -> tuple[int, int]:
    first, second = pairs
    says_otherwise = (names[first].lower().startswith(_OFFSET_NAMES)
                      or names[second].lower().startswith(_SIZE_NAMES))
    return (second, first) if says_otherwise else (first, second)


def _peaks(heat: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of cells that no neighbour exceeds; of equal ones, the first."""
    rows, columns = np.nonzero(cv2.dilate(heat, np.ones((3, 3), np.uint8)) == heat)
    # Networks of 8 bits have flat tops, which would be one person many times over.
    around = np.pad(heat, 1, constant_values=-np.inf)
    repeats = np.zeros(len(rows), np.bool_)
    for down, right in ((0, 0), (0, 1), (0, 2), (1, 0)):  # the neighbours that come earlier
        repeats |= around[rows + down, columns + right] == heat[rows, columns]
    return rows[~repeats], columns[~repeats]


def _boxes(columns: NDArray[np.intp], rows: NDArray[np.intp], offsets: FloatArray,
           sizes: FloatArray) -> FloatArray:
    """Return corners, shape (N, 4), in cells."""
    middles = np.stack((columns, rows), axis=1) + offsets
    if sizes.shape[1] == 2:
        sizes = np.concatenate((sizes, sizes), axis=1) / np.float32(2.0)
    corners = (middles - sizes[:, :2], middles + sizes[:, 2:])
    return np.concatenate(corners, axis=1).astype(np.float32)
