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

"""How far two ways of finding people find the same: boxes paired by overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import iou
from person_tracker.core.types import Detections
from scipy.optimize import linear_sum_assignment

MIN_IOU = 0.5  # boxes that overlap less are not of one person
_MIN_SCORES = np.arange(0.10, 0.96, 0.05)

Boxes = NDArray[np.float32]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class Agreement:
    """
    What boxes have in common with those that are taken for right.

    Attributes
    ----------
    found, wanted, paired
        Numbers of boxes in all images.
    mean_iou
        Of the pairs; 0 where there are none.

    """

    found: int
    wanted: int
    paired: int
    mean_iou: float

    @property
    def precision(self) -> float:
        """Share of the found boxes that are wanted; 1 where none is found."""
        return self.paired / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the wanted boxes that are found; 1 where none is wanted."""
        return self.paired / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2.0 * self.paired / (self.found + self.wanted) if self.found + self.wanted else 1.0


@dataclass(frozen=True)
class Difference:
    """
    How far apart two computations of one network are.

    Attributes
    ----------
    pairs
        Boxes that both have, one of them at least sure.
    largest_px
        Of all their coordinates; 0 where there are no pairs.
    lone
        Sure boxes that only one of them has.

    """

    pairs: int
    largest_px: float
    lone: int


def pairs_of(first: Boxes, second: Boxes) -> Pairs:
    """
    Pair boxes that show one person, so that overlaps are largest in sum.

    Parameters
    ----------
    first, second
        Shapes (N, 4) and (M, 4).

    Returns
    -------
    tuple
        Rows of the first and of the second, each at most once; all overlap by `MIN_IOU`.

    """
    overlaps = iou(first, second)
    # What may not be paired must not make way for it either.
    rows, columns = linear_sum_assignment(
        np.where(overlaps >= MIN_IOU, overlaps, 0.0), maximize=True)
    good = overlaps[rows, columns] >= MIN_IOU
    return rows[good], columns[good]


def sure_boxes(detections: Sequence[Detections], min_score: float) -> list[Boxes]:
    """Return the boxes of each image that score so much."""
    return [each.boxes_xyxy[each.scores >= min_score] for each in detections]


def agreement(found: Sequence[Boxes], wanted: Sequence[Boxes]) -> Agreement:
    """Compare boxes with those that are taken for right, image by image."""
    overlaps = []
    for some, right in zip(found, wanted, strict=True):
        rows, columns = pairs_of(some, right)
        overlaps += iou(some, right)[rows, columns].tolist()
    return Agreement(sum(map(len, found)), sum(map(len, wanted)), len(overlaps),
                     float(np.mean(overlaps)) if overlaps else 0.0)


def best_f1(found: Sequence[Detections], wanted: Sequence[Boxes]) -> tuple[float, float]:
    """Return the best F1 that a lowest score can give, and that score."""
    scores = [round(float(score), 2) for score in _MIN_SCORES]
    values = [agreement(sure_boxes(found, score), wanted).f1 for score in scores]
    best = int(np.argmax(values))
    return values[best], scores[best]


def difference(first: Sequence[Detections], second: Sequence[Detections],
               min_score: float) -> Difference:
    """Compare what one network found with two back ends; boxes of `min_score` are sure."""
    largest_px, pairs, lone = 0.0, 0, 0
    for one, other in zip(first, second, strict=True):
        rows, columns = pairs_of(one.boxes_xyxy, other.boxes_xyxy)
        sure = np.maximum(one.scores[rows], other.scores[columns]) >= min_score
        apart = np.abs(one.boxes_xyxy[rows] - other.boxes_xyxy[columns])[sure]
        largest_px = max(largest_px, float(apart.max(initial=0.0)))
        pairs += len(apart)
        lone += sum(int((np.delete(each.scores, taken) >= min_score).sum())
                    for each, taken in ((one, rows), (other, columns)))
    return Difference(pairs, largest_px, lone)
