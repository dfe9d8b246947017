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
Faces of people who do not exist, told apart as well and as badly as real ones are.

Photos of enough people, with enough of each, are not at hand. So faces are made up to the
similarities that SFace has on real photos: see the constants.
"""

import numpy as np
from numpy.typing import NDArray

# SFace on 61 photos of 13 people (`benchmarks.faces`): cosine of two photos of one person
# .68 +- .13, of two people .06 +- .10.
SIMILARITY, STRANGERS = 0.68, 0.06
DIMENSION = 96  # of random vectors whose cosines vary as much as those of strangers
_NEARNESS, _SPREAD = 0.875, 0.13  # of a visit's face to the person's mean
_WORST, _BEST = 0.4, 0.99
_STEADINESS = 0.95  # of one look to the visit's face
_COMMON = STRANGERS / SIMILARITY  # of two people's means


class MadeUpFaces:
    """
    Face embeddings of people who do not exist, as far apart as SFace's of people who do.

    A person is a direction. A visit has a face of its own around it, better or worse, which all
    looks of that visit share but for a little: looks of one visit are no independent evidence.
    """

    def __init__(self, people: int, random: np.random.Generator,
                 dimension: int = DIMENSION) -> None:
        """Make up so many people."""
        self._random = random
        self._dimension = dimension
        common = self._directions(1)
        own = self._directions(people)
        self._people = normalised(np.sqrt(_COMMON) * common + np.sqrt(1.0 - _COMMON) * own)

    def visit(self, person: int) -> NDArray[np.float32]:
        """Return the face of a person on a visit, shape (D,)."""
        nearness = float(np.clip(self._random.normal(_NEARNESS, _SPREAD), _WORST, _BEST))
        return self._near(self._people[person], nearness)

    def look(self, face: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one look at the face of a visit, shape (D,)."""
        return self._near(face, _STEADINESS)

    def _near(self, centre: NDArray[np.float32], cosine: float) -> NDArray[np.float32]:
        side = self._directions(1)[0]
        side = normalised((side - (side @ centre) * centre)[None])[0]
        near: NDArray[np.float32] = cosine * centre + np.sqrt(1.0 - cosine**2) * side
        return near.astype(np.float32)

    def _directions(self, count: int) -> NDArray[np.float32]:
        return normalised(self._random.normal(size=(count, self._dimension)))


def normalised(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows of length 1, shape (N, D)."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
