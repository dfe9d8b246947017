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
What a similarity is worth: cosine similarities of embeddings as log-odds that two looks are one.

The log-odds of a look are `slope (s - midpoint)`, a logistic model of the probability that two
embeddings of similarity `s` show one person when both answers are equally likely beforehand.
Each network has a scale of its own, so each has its own two numbers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Calibration:
    """
    Scale of one network.

    Attributes
    ----------
    midpoint
        Cosine similarity at which same and different are equally likely, in (-1, 1).
    slope
        Log-odds per unit of similarity, > 0.

    """

    midpoint: float
    slope: float

    def __post_init__(self) -> None:
        """Refuse numbers that are no scale."""
        if not -1.0 < self.midpoint < 1.0:
            raise ValueError(f'midpoint must be in (-1, 1), got {self.midpoint}')
        if not (np.isfinite(self.slope) and self.slope > 0.0):
            raise ValueError(f'slope must be > 0, got {self.slope}')

    def log_odds(self, similarities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what similarities of any shape are worth, natural log-odds."""
        worth: NDArray[np.float32] = np.float32(self.slope) * (
            similarities - np.float32(self.midpoint))
        return worth


# Networks of the user's own are unknown; these are on the careful side of those measured here.
UNKNOWN_FACE = Calibration(0.45, 20.0)
UNKNOWN_BODY = Calibration(0.75, 20.0)
