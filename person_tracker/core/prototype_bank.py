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

"""Embeddings of many people, made by one network, searched at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LEAST_CAPACITY = 16


class PrototypeBank:
    """
    Up to K embeddings of each of P people in one dense array, with the mean of each person's.

    A search compares with the means first, which is one product of small matrices even for many
    thousand people, and with every embedding only of the few nearest. The array doubles when it is
    full and shrinks when it is almost empty.
    """

    def __init__(self, dimension: int, slots: int) -> None:
        """Keep up to `slots` embeddings of length `dimension` of each person."""
        self._looks = np.zeros((_LEAST_CAPACITY, slots, dimension), np.float32)
        self._means = np.zeros((_LEAST_CAPACITY, dimension), np.float32)
        self._counts = np.zeros(_LEAST_CAPACITY, np.int64)
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self._ids)

    def __contains__(self, person_id: str) -> bool:
        """Tell whether anything is kept of a person."""
        return person_id in self._rows

    @property
    def dimension(self) -> int:
        """Return the length of an embedding."""
        return int(self._looks.shape[2])

    def put(self, person_id: str, embeddings: NDArray[np.float32]) -> None:
        """Keep these embeddings of a person, shape (k, D), k <= K, in place of those before."""
        if not len(embeddings):
            self.remove(person_id)
            return
        if person_id not in self._rows:
            self._resize(len(self._ids) + 1)
            self._rows[person_id] = len(self._ids)
            self._ids.append(person_id)
        row, count = self._rows[person_id], len(embeddings)
        self._looks[row, :count] = embeddings
        self._counts[row] = count
        mean = embeddings.mean(axis=0)
        self._means[row] = mean / max(float(np.linalg.norm(mean)), 1e-6)

    def remove(self, person_id: str) -> None:
        """Keep nothing of a person; the last row moves into the gap."""
        row = self._rows.pop(person_id, None)
        if row is None:
            return
        last = len(self._ids) - 1
        if row != last:
            self._ids[row] = self._ids[last]
            self._rows[self._ids[row]] = row
            for array in (self._looks, self._means, self._counts):
                array[row] = array[last]
        self._ids.pop()
        self._looks[last] = 0.0  # what was erased is nowhere any more
        self._means[last] = 0.0
        self._counts[last] = 0
        self._resize(len(self._ids))

    def nearest(self, looks: NDArray[np.float32], count: int) -> list[str]:
        """
        Return the people whose means are nearest to any of some looks.

        Parameters
        ----------
        looks
            Shape (M, D), L2-normalised.
        count
            How many to take for each look.

        Returns
        -------
        list
            Person ids without doubles; at most `count * M`.

        """
        people = len(self._ids)
        if not people or not len(looks):
            return []
        similarities = looks @ self._means[:people].T
        if count < people:
            rows = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
        else:
            rows = np.arange(people)
        return [self._ids[row] for row in np.unique(rows).tolist()]

    def similarities(self, looks: NDArray[np.float32],
                     person_ids: Sequence[str]) -> NDArray[np.float32]:
        """
        Return how alike each look is to the nearest embedding of each person.

        Parameters
        ----------
        looks
            Shape (M, D), L2-normalised.
        person_ids
            P people; those of whom nothing is kept get NaN.

        Returns
        -------
        ndarray
            Shape (M, P), cosine similarity in [-1, 1].

        """
        result = np.full((len(looks), len(person_ids)), np.nan, np.float32)
        known = [column for column, person_id in enumerate(person_ids) if person_id in self._rows]
        if not known or not len(looks):
            return result
        rows = [self._rows[person_ids[column]] for column in known]
        slots = int(self._counts[rows].max())
        product = looks @ self._looks[rows, :slots].reshape(-1, self.dimension).T
        product = product.reshape(len(looks), len(rows), slots)
        product[:, np.arange(slots) >= self._counts[rows][:, None]] = -1.0
        result[:, known] = product.max(axis=2)
        return result

    def _resize(self, count: int) -> None:
        capacity = len(self._looks)
        if count <= capacity and not (capacity > _LEAST_CAPACITY and count < capacity // 4):
            return
        capacity = max(_LEAST_CAPACITY, 2 * count)
        kept = min(count, len(self._ids))
        for name in ('_looks', '_means', '_counts'):
            old = getattr(self, name)
            new = np.zeros((capacity, *old.shape[1:]), old.dtype)
            new[:kept] = old[:kept]
            setattr(self, name, new)
