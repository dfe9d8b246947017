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
The scenario of re-entry: people leave all at once and come back in other places.

Six people stand side by side for some seconds, nobody is there for a while, and the same six stand
in the same six places, none in their own. Their looks are real embeddings of people filmed by
several cameras; the crops after the absence are others than those before. Place says nothing, so
that an id is kept by looks alone, or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contender import Contender
import numpy as np
from numpy.typing import NDArray

PEOPLE = 6
RATE_HZ = 30.0
SHOWN_S = 3.0
_CROPS = 8  # of a person, at least: half of them before the absence, half after
_SPACING_PX, _WIDTH_PX, _HEIGHT_PX = 250.0, 80.0, 200.0
_JITTER_PX = 2.0
_SCORE = 0.9
_SAME_PLACE_IOU = 0.5


@dataclass(frozen=True, eq=False)
class Crops:
    """
    Embeddings of real people.

    Attributes
    ----------
    embeddings
        Shape (N, D), float32, L2-normalised.
    people
        Shape (N,): who it is; distractors are not above 0.

    """

    embeddings: NDArray[np.float32]
    people: NDArray[np.int64]

    @classmethod
    def read(cls, path: Path) -> 'Crops':
        """Read an archive with `embedding` and `person`."""
        with np.load(path) as archive:
            return cls(archive['embedding'].astype(np.float32), archive['person'])

    def of_some(self, count: int, random: np.random.Generator,
                ) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Choose people, and for each of them the crops before and those after the absence."""
        names, numbers = np.unique(self.people[self.people > 0], return_counts=True)
        chosen = random.choice(names[numbers >= _CROPS], count, replace=False)
        mixed = [random.permutation(np.flatnonzero(self.people == name)) for name in chosen]
        return [(crops[:len(crops) // 2], crops[len(crops) // 2:]) for crops in mixed]


class Stage:
    """Shows people to a tracker, standing in places or gone."""

    def __init__(self, contender: Contender, crops: Crops, random: np.random.Generator) -> None:
        self._contender = contender
        self._crops = crops
        self._random = random
        self._people = crops.of_some(PEOPLE, random)
        self._image = 0

    def show(self, places: NDArray[np.intp], half: int) -> NDArray[np.int64]:
        """Show everybody, person i in place `places[i]`; return their ids at the end, 0: none."""
        for _ in range(round(SHOWN_S * RATE_HZ)):
            boxes = self._boxes(places)
            chosen = [self._random.choice(pool[half]) for pool in self._people]
            ids, tracked = self._update(boxes, self._crops.embeddings[chosen])
        return ids_at(boxes, ids, tracked)

    def show_nobody(self, gap_s: float) -> None:
        """Let time pass."""
        nobody = np.empty((0, 4), np.float32)
        for _ in range(round(gap_s * RATE_HZ)):
            self._update(nobody, self._crops.embeddings[:0])

    def _boxes(self, places: NDArray[np.intp]) -> NDArray[np.float32]:
        centres = np.column_stack((places * _SPACING_PX, np.zeros(PEOPLE))) + (100.0, 400.0)
        centres += self._random.normal(0.0, _JITTER_PX, centres.shape)
        half = (0.5 * _WIDTH_PX, 0.5 * _HEIGHT_PX)
        return np.concatenate((centres - half, centres + half), axis=1).astype(np.float32)

    def _update(self, boxes: NDArray[np.float32], embeddings: NDArray[np.float32],
                ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        scores = np.full(len(boxes), _SCORE, np.float32)
        prepared = self._contender.prepared(boxes, scores, embeddings)
        answer = self._contender.update(prepared, self._image / RATE_HZ)
        self._image += 1
        return self._contender.people(answer)


def ids_at(boxes: NDArray[np.float32], ids: NDArray[np.int64],
           tracked: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the id that stands on each box, 0 where none does; boxes are far from each other."""
    corners_low = np.maximum(boxes[:, None, :2], tracked[None, :, :2])
    corners_high = np.minimum(boxes[:, None, 2:], tracked[None, :, 2:])
    shared = np.prod(np.maximum(corners_high - corners_low, 0.0), axis=2)
    areas = [np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (boxes, tracked)]
    overlaps = shared / (areas[0][:, None] + areas[1] - shared)
    return np.array([ids[row.argmax()] if row.max(initial=0.0) >= _SAME_PLACE_IOU else 0
                     for row in overlaps], np.int64)


def kept_and_wrong(before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[int, int]:
    """Count who has the same id as before, and who has the id that somebody else had."""
    kept = (before == after) & (before > 0)
    wrong = [now > 0 and bool(np.any(np.delete(before, person) == now))
             for person, now in enumerate(after)]
    return int(np.count_nonzero(kept)), int(np.count_nonzero(wrong))


def play(contender: Contender, crops: Crops, gap_s: float, seed: int) -> tuple[int, int]:
    """Play the scenario once; return how many ids were kept, and how many were wrong."""
    random = np.random.default_rng(seed)
    stage = Stage(contender, crops, random)
    places = np.arange(PEOPLE)
    before = stage.show(places, 0)
    stage.show_nobody(gap_s)
    while True:
        others = random.permutation(PEOPLE)
        if (others != places).all():
            return kept_and_wrong(before, stage.show(others, 1))


def summary(results: list[tuple[int, int]]) -> Mapping[str, float]:
    """Return the mean number of people kept, and the part of people that were wrong."""
    kept, wrong = np.mean(results, axis=0)
    return {'kept': float(kept), 'wrong': float(wrong / PEOPLE)}
