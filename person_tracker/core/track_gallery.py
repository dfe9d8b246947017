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

"""What each track of one camera looked like, bounded in memory."""

from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate

UNKNOWN_DISTANCE = 3.0  # beyond 2, the largest cosine distance: never taken for alike


@dataclass(frozen=True)
class AppearanceConfig:
    """How a track's looks are remembered and compared."""

    max_distance: float = setting(
        0.3, 'Largest cosine distance at which a detection may be taken for a track by its '
        'looks; larger keeps more ids through changes of pose and mistakes more people.',
        minimum=0.0, maximum=2.0)
    memory: str = setting(
        'mean', 'Mean: a moving average per track; nearest: the last looks, the nearest counts.',
        choices=('mean', 'nearest'), live=False)
    mean_weight: float = setting(
        0.9, 'Weight of the past in the moving average.', minimum=0.0, maximum=1.0)
    budget: int = setting(
        50, 'Looks kept per track where memory is nearest (nn_budget).',
        minimum=1, maximum=1000, live=False)
    learn_score: float = setting(
        0.5, 'Lowest detection score from which a look is learnt.', minimum=0.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)
        if self.mean_weight == 1.0:
            raise SettingError('mean_weight must be < 1, got 1.0: nothing would be learnt')


class TrackGallery:
    """
    Looks of all tracks of one camera, row i being track i of the caller.

    One contiguous array of shape (N, K, D) holds the newest K looks of each track (K = 1 for the
    moving average), so that all distances are one matrix product.
    """

    def __init__(self, config: AppearanceConfig | None = None) -> None:
        self._config = config or AppearanceConfig()
        self._slots = self._config.budget if self._config.memory == 'nearest' else 1
        self._looks = np.empty((0, self._slots, 0), np.float32)
        self._counts = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self._counts)

    @property
    def config(self) -> AppearanceConfig:
        """Return the settings in force; the form of the memory stays as it was made."""
        return self._config

    @config.setter
    def config(self, config: AppearanceConfig) -> None:
        self._config = replace(config, memory=self._config.memory, budget=self._config.budget)

    def known(self) -> NDArray[np.bool_]:
        """Tell which tracks have been seen with a usable look, shape (N,)."""
        return self._counts > 0

    def add(self, count: int) -> None:
        """Start tracks that nobody has seen yet; they become the last rows."""
        shape = (count, *self._looks.shape[1:])
        self._looks = np.concatenate((self._looks, np.zeros(shape, np.float32)))
        self._counts = np.concatenate((self._counts, np.zeros(count, np.int64)))

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Drop the tracks that are not chosen, shape (N,)."""
        self._looks = self._looks[chosen]
        self._counts = self._counts[chosen]

    def learn(self, rows: NDArray[np.intp], embeddings: NDArray[np.float32]) -> None:
        """
        Remember how tracks look now.

        Parameters
        ----------
        rows
            Shape (K,): the tracks, each at most once.
        embeddings
            Shape (K, D), L2-normalised; rows of zeros, or not finite, are not learnt.

        Raises
        ------
        ValueError
            The dimension differs from what was learnt before.

        """
        self._fit_dimension(embeddings.shape[1])
        usable = _usable(embeddings)
        rows, embeddings = rows[usable], embeddings[usable]
        if self._config.memory == 'nearest':
            self._looks[rows, self._counts[rows] % self._slots] = embeddings
        else:
            weight = np.where(self._counts[rows] > 0, self._config.mean_weight, 0.0)
            weight = weight.astype(np.float32)[:, None]
            means = weight * self._looks[rows, 0] + (1.0 - weight) * embeddings
            lengths = np.linalg.norm(means, axis=1, keepdims=True)
            self._looks[rows, 0] = means / np.maximum(lengths, np.finfo(np.float32).tiny)
        self._counts[rows] += 1

    def distances(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """
        Return the cosine distance of each track's nearest look from each detection.

        Parameters
        ----------
        embeddings
            Shape (M, D), L2-normalised; a row of zeros, or not finite, is an unknown look.

        Returns
        -------
        ndarray
            Shape (N, M), in [0, 2]; `UNKNOWN_DISTANCE` where either look is unknown.

        """
        self._fit_dimension(embeddings.shape[1])
        usable = _usable(embeddings)
        embeddings = np.where(usable[:, None], embeddings, np.float32(0.0))
        count, slots, dimension = self._looks.shape
        similarities = self._looks.reshape(count * slots, dimension) @ embeddings.T
        if slots > 1:
            # An empty slot holds zeros: similarity 0 must not beat a negative one.
            empty = np.arange(slots) >= self._counts[:, None]
            similarities[empty.ravel()] = -1.0
            similarities = similarities.reshape(count, slots, len(embeddings)).max(axis=1)
        distances: NDArray[np.float32] = np.clip(1.0 - similarities, 0.0, 2.0)
        distances[~self.known()] = UNKNOWN_DISTANCE
        distances[:, ~usable] = UNKNOWN_DISTANCE
        return distances

    def _fit_dimension(self, dimension: int) -> None:
        count, slots, learnt = self._looks.shape
        if learnt == dimension:
            return
        if self._counts.any():
            raise ValueError(
                f'embeddings must have dimension {learnt} like those before, got {dimension}: '
                'one tracker compares embeddings of one model only')
        self._looks = np.zeros((count, slots, dimension), np.float32)


def _usable(embeddings: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which looks say anything: not zero, every number finite; shape (M,)."""
    squares = np.einsum('ij,ij->i', embeddings, embeddings)
    usable: NDArray[np.bool_] = np.isfinite(squares) & (squares > 0.0)
    return usable
