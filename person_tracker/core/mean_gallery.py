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
The plain way to one identity over several cameras: a mean look for each person, and a threshold.

A track that begins gets the person whose mean look is nearest, if it is near enough, and becomes a
new person otherwise; it keeps that person for as long as it lasts. The mean follows what is seen.
Nothing is weighed: no evidence over time, no rival, not even that one camera shows two people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate


@dataclass(frozen=True)
class MeanGalleryConfig:
    """When a track is somebody known, and how fast looks are learnt."""

    threshold: float = setting(
        0.5, 'A track is the nearest person known from this cosine similarity on.',
        minimum=-1.0, maximum=1.0)
    momentum: float = setting(
        0.9, 'Part of the mean look that stays when another look is taken in.',
        minimum=0.0, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class MeanGallery:
    """Gives tracks of all cameras a number that stands for a person."""

    def __init__(self, config: MeanGalleryConfig | None = None) -> None:
        """Begin without people."""
        self.config = config or MeanGalleryConfig()
        self._means: NDArray[np.float32] | None = None  # row i is person i + 1
        self._people: dict[tuple[str, int], int] = {}

    def __len__(self) -> int:
        """Return the number of people."""
        return 0 if self._means is None else len(self._means)

    def identify(self, camera: str, track_ids: Sequence[int],
                 embeddings: NDArray[np.float32]) -> NDArray[np.int64]:
        """
        Say who is on the tracks of one image, and learn how they look.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            N tracks that are seen.
        embeddings
            Shape (N, D), L2-normalised; a row of zeros where the look is unknown.

        Returns
        -------
        NDArray[np.int64]
            Shape (N,): people, from 1; 0 for a track whose look was never known.

        """
        people = [self._person(camera, track_id, look)
                  for track_id, look in zip(track_ids, embeddings)]
        return np.array(people, np.int64)

    def forget_tracks(self, camera: str, track_ids: Sequence[int]) -> None:
        """Drop tracks that are over; their people stay."""
        for track_id in track_ids:
            self._people.pop((camera, track_id), None)

    def _person(self, camera: str, track_id: int, look: NDArray[np.float32]) -> int:
        key = camera, track_id
        if not look.any():
            return self._people.get(key, 0)
        if key not in self._people:
            self._people[key] = self._nearest(look) or self._add(look)
        person = self._people[key]
        self._learn(person, look)
        return person

    def _nearest(self, look: NDArray[np.float32]) -> int:
        """Return the person whose mean is nearest to a look, 0 where none is near enough."""
        if self._means is None:
            return 0
        similarities = self._means @ look
        best = int(similarities.argmax())
        return best + 1 if similarities[best] >= self.config.threshold else 0

    def _add(self, look: NDArray[np.float32]) -> int:
        row = look[None].astype(np.float32)
        self._means = row if self._means is None else np.concatenate((self._means, row))
        return len(self._means)

    def _learn(self, person: int, look: NDArray[np.float32]) -> None:
        if self._means is None:
            return
        momentum = self.config.momentum
        mean = momentum * self._means[person - 1] + (1.0 - momentum) * look
        length = float(np.linalg.norm(mean))
        if length > 0.0:
            self._means[person - 1] = mean / length
