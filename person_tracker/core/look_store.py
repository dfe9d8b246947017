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

"""Embeddings of many tracks in one array that tracks enter and leave without copying."""

import numpy as np
from numpy.typing import NDArray

_LEAST_CAPACITY = 16


class LookStore:
    """
    Up to K embeddings of each track, row i being track i of the caller.

    A row names a place in an array of shape (capacity, K, D). Places of tracks that leave are
    given to those that enter; the array doubles when it is full and shrinks when it is almost
    empty, so that its size follows the number of people and changes seldom.
    """

    def __init__(self, slots: int) -> None:
        """Keep up to `slots` embeddings of each track."""
        self._slots = slots
        self._looks = np.zeros((_LEAST_CAPACITY, slots, 0), np.float32)
        self._places = np.empty(0, np.int64)

    @property
    def dimension(self) -> int:
        """Return the length of an embedding, 0 until it is set."""
        return int(self._looks.shape[2])

    def set_dimension(self, dimension: int) -> None:
        """Start anew with embeddings of another length; what was stored is lost."""
        self._looks = np.zeros((len(self._looks), self._slots, dimension), np.float32)

    def add(self, count: int) -> None:
        """Give places to new tracks; they become the last rows."""
        self._resize(len(self._places) + count)
        is_free = np.ones(len(self._looks), np.bool_)
        is_free[self._places] = False
        places = np.flatnonzero(is_free)[:count]
        self._looks[places] = 0.0
        self._places = np.concatenate((self._places, places))

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Give the places of tracks that are not chosen back, shape (N,)."""
        self._places = self._places[chosen]

    def put(self, rows: NDArray[np.intp], slots: NDArray[np.int64],
            embeddings: NDArray[np.float32]) -> None:
        """Store one embedding for each of some tracks, shapes (L,), (L,), (L, D)."""
        self._looks[self._places[rows], slots] = embeddings

    def looks(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return copies of what is stored of some tracks, shape (L, K, D); zeros where nothing."""
        stored: NDArray[np.float32] = self._looks[self._places[rows]]
        return stored

    def similarities(self, embeddings: NDArray[np.float32],
                     counts: NDArray[np.int64]) -> NDArray[np.float32]:
        """
        Return the similarity of each track's nearest embedding to each of those given.

        Parameters
        ----------
        embeddings
            Shape (M, D), L2-normalised.
        counts
            Shape (N,): how many embeddings each track was given so far.

        Returns
        -------
        ndarray
            Shape (N, M), in [-1, 1].

        """
        used = int(self._places.max(initial=-1)) + 1
        flat = self._looks[:used].reshape(used * self._slots, self.dimension)
        product = flat @ embeddings.T
        if self._slots == 1:
            nearest: NDArray[np.float32] = product[self._places]
            return nearest
        product = product.reshape(used, self._slots, len(embeddings))[self._places]
        # An empty slot holds zeros: similarity 0 must not beat a negative one.
        product[np.arange(self._slots) >= counts[:, None]] = -1.0
        nearest = product.max(axis=1)
        return nearest

    def _resize(self, count: int) -> None:
        capacity = len(self._looks)
        if count <= capacity and not (capacity > _LEAST_CAPACITY and count < capacity // 8):
            return
        capacity = max(_LEAST_CAPACITY, 2 ** int(np.ceil(np.log2(max(count, 1)))) * 2)
        looks = np.zeros((capacity, self._slots, self.dimension), np.float32)
        looks[:len(self._places)] = self._looks[self._places]
        self._looks, self._places = looks, np.arange(len(self._places))
