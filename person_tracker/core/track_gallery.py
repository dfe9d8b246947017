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
from person_tracker.core.assignment import Indices
from person_tracker.core.look_store import LookStore
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.core.stranger_scale import StrangerScale

UNKNOWN_DISTANCE = 9.0  # beyond every limit, whatever its factors: never taken for alike


@dataclass(frozen=True)
class AppearanceConfig:
    """How a track's looks are remembered and compared."""

    max_distance: float = setting(
        0.3, 'Largest cosine distance at which a detection may be taken for a track by its looks; '
        'larger keeps more ids through changes of pose and mistakes more people.',
        minimum=0.0, maximum=2.0)
    use_stranger_scale: bool = setting(
        True, 'Measure how unlike people seen at the same time are, and allow stranger_factor of '
        'that instead of max_distance: networks differ in their scale.')
    stranger_factor: float = setting(
        0.85, 'Allowed distance, as a part of the 5th percentile between strangers.',
        minimum=0.0, maximum=2.0)
    veto_after_s: float = setting(
        0.3, 'Who was unseen for longer is not found by place where looks differ; before, a look '
        'may be spoilt by the occlusion.', minimum=0.0, maximum=600.0, unit='s')
    memory: str = setting(
        'mean', 'mean: a moving average per track; nearest: the last looks, the nearest counts.',
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
    """Looks of all tracks of one camera, row i being track i of the caller."""

    def __init__(self, config: AppearanceConfig | None = None) -> None:
        self._config = config or AppearanceConfig()
        self._slots = self._config.budget if self._config.memory == 'nearest' else 1
        self._store = LookStore(self._slots)
        self._counts = np.empty(0, np.int64)
        self._strangers = StrangerScale()

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

    @property
    def max_distance(self) -> float:
        """Return the largest distance at which looks are alike, as things are now."""
        between_strangers = self._strangers.low_distance
        if between_strangers is None or not self._config.use_stranger_scale:
            return self._config.max_distance
        return self._config.stranger_factor * between_strangers

    def known(self) -> NDArray[np.bool_]:
        """Tell which tracks have been seen with a usable look, shape (N,)."""
        return self._counts > 0

    def add(self, count: int) -> None:
        """Start tracks that nobody has seen yet; they become the last rows."""
        self._store.add(count)
        self._counts = np.concatenate((self._counts, np.zeros(count, np.int64)))

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Drop the tracks that are not chosen, shape (N,)."""
        self._store.keep(chosen)
        self._counts = self._counts[chosen]

    def take_over(self, old: int, new: int) -> None:
        """Add what one track looked like to another; the first is dropped by the caller."""
        looks = self._store.looks(np.array([new]))[0, :min(self._counts[new], self._slots)]
        for look in looks:
            self.learn(np.array([old]), look[None])

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
            self._store.put(rows, self._counts[rows] % self._slots, embeddings)
        else:
            weight = np.where(self._counts[rows] > 0, self._config.mean_weight, 0.0)
            weight = weight.astype(np.float32)[:, None]
            means = weight * self._store.looks(rows)[:, 0] + (1.0 - weight) * embeddings
            lengths = np.linalg.norm(means, axis=1, keepdims=True)
            means /= np.maximum(lengths, np.finfo(np.float32).tiny)
            self._store.put(rows, np.zeros(len(rows), np.int64), means)
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
        similarities = self._store.similarities(embeddings, self._counts)
        distances: NDArray[np.float32] = np.clip(1.0 - similarities, 0.0, 2.0)
        distances[~self.known()] = UNKNOWN_DISTANCE
        distances[:, ~usable] = UNKNOWN_DISTANCE
        return distances

    def distances_between(self, first: Indices, second: Indices) -> NDArray[np.float32]:
        """Return the distance of the nearest looks of two sets of tracks, shape (N, M)."""
        looks = self._store.looks(second)
        count, slots, dimension = looks.shape
        distances = self.distances(looks.reshape(count * slots, dimension))[first]
        nearest: NDArray[np.float32] = distances.reshape(len(first), count, slots).min(axis=2)
        return nearest

    def compare_strangers(self, distances: NDArray[np.float32],
                          taken: tuple[Indices, Indices]) -> None:
        """
        Learn how unlike people are who are surely not the same.

        Parameters
        ----------
        distances
            Shape (N, M): as `distances` returned them for one image.
        taken
            Tracks seen in it, and the detection that each of them took.

        """
        if self._config.use_stranger_scale:
            self._strangers.learn(distances[np.ix_(*taken)])

    def _fit_dimension(self, dimension: int) -> None:
        learnt = self._store.dimension
        if learnt == dimension:
            return
        if self._counts.any():
            raise ValueError(
                f'embeddings must have dimension {learnt} like those before, got {dimension}: '
                'one tracker compares embeddings of one model only')
        self._store.set_dimension(dimension)


def _usable(embeddings: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which looks say anything: not zero, every number finite; shape (M,)."""
    squares = np.einsum('ij,ij->i', embeddings, embeddings)
    usable: NDArray[np.bool_] = np.isfinite(squares) & (squares > 0.0)
    return usable
