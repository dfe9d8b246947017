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

"""How unlike strangers look to the network in use, learnt from people seen at the same time."""

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05  # low, for those who look most alike; not lower, since a double box is no stranger
ENOUGH = 100  # distances before the first estimate
_STEP = 0.02  # of the estimate, an image
_LEAST = 0.01  # an estimate in steps of itself would never leave zero


class StrangerScale:
    """
    Running low percentile of distances between different people.

    Two tracks that were both seen in one image are two people, whatever they look like. Their
    distances need no labels, and tell where "alike" must end for this network, camera and place.

    Attributes
    ----------
    low_distance
        The percentile; None until enough people were seen together.

    """

    def __init__(self) -> None:
        self.low_distance: float | None = None
        self._first: list[float] = []

    def learn(self, distances: NDArray[np.floating]) -> None:
        """
        Take in the people of one image.

        Parameters
        ----------
        distances
            Shape (N, N): of each track from the detection that each took; its own on the diagonal.

        """
        count = len(distances)
        if count < 2:
            return
        others = distances[~np.eye(count, dtype=np.bool_)]
        others = others[others <= 2.0]  # known looks only
        if not len(others):
            return
        if self.low_distance is None:
            self._first.extend(others.tolist())
            if len(self._first) >= ENOUGH:
                self.low_distance = max(float(np.quantile(self._first, LEVEL)), _LEAST)
                self._first.clear()
            return
        # Stochastic approximation (Robbins, Monro 1951): up while too few lie below, else down.
        below = np.count_nonzero(others < self.low_distance) / len(others)
        self.low_distance = max(self.low_distance * (1.0 + _STEP * (LEVEL - below)), _LEAST)
