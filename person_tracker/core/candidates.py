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
Who may be on a track, and what several of its looks say together.

Looks of one track resemble each other, so n of them are worth less than n times one. With the
correlation `r` between their errors, the mean of n looks is worth `n / (1 + (n - 1) r)` of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.recognition import FaceClassifier
from person_tracker.core.recognition import prior

_CORRELATION = 0.5
# Log-odds of one look, and of all together. Clothes can change, so they speak less against
# somebody than for somebody, and never as strongly as a face.
_RANGES = {FACE: (-8.0, 16.0), BODY: (-3.0, 10.0)}
_MOST = {FACE: 24.0, BODY: 12.0}


@dataclass(frozen=True)
class Candidate:
    """
    What speaks for one person on a track, natural log-odds.

    Attributes
    ----------
    person_id
        The person.
    total
        All evidence and the prior.
    face, body
        Evidence of each kind without the prior; NaN: nothing can be compared.
    place
        What places say; 0: nothing.

    """

    person_id: str
    total: float
    face: float
    body: float
    place: float = 0.0

    @property
    def source(self) -> Source:
        """Return the strongest kind of evidence."""
        return Source.BODY if math.isnan(self.face) else Source.FACE


@dataclass(frozen=True)
class Scales:
    """
    What similarities are worth now.

    Attributes
    ----------
    face, body
        Scale of the network that made the looks.
    classifier
        The second way to read faces; None: not in use.

    """

    face: Calibration
    body: Calibration
    classifier: FaceClassifier | None = None


@dataclass(frozen=True)
class Around:
    """
    What is known of people from where a track is.

    Attributes
    ----------
    places
        What places say for people, log-odds by person; who is left out: 0.
    habits
        What the usual ways between cameras say, likewise.

    """

    places: Mapping[str, float] = field(default_factory=dict)
    habits: Mapping[str, float] = field(default_factory=dict)

    def worth(self, person: Person, known: int) -> float:
        """Return what speaks for one of so many who are known, before any look, log-odds."""
        place = self.places.get(person.person_id, 0.0)
        habit = self.habits.get(person.person_id, 0.0)
        # Who is in the place is likely, however many are known. Habits do not speak for a name.
        return place + (min(habit, 0.0) if person.name else habit) + (
            0.0 if place > 0.0 else prior(known))


def combined(weights: NDArray[np.float32], qualities: NDArray[np.float32],
             kind: str) -> NDArray[np.float32]:
    """
    Return what several looks of one track say together.

    Parameters
    ----------
    weights
        Shape (n, P), log-odds of each look for each person; NaN: nothing can be compared.
    qualities
        Shape (n,), in [0, 1]: a bad picture says less, for and against.
    kind
        `face` or `body`.

    Returns
    -------
    ndarray
        Shape (P,), log-odds; NaN where nothing can be compared.

    """
    share = qualities[:, None] / max(float(qualities.sum()), 1e-6)
    mean = (np.clip(weights, *_RANGES[kind]) * share).sum(axis=0)
    count = float(qualities.sum())
    worth = count / (1.0 + max(count - 1.0, 0.0) * _CORRELATION)
    together: NDArray[np.float32] = np.clip(mean * np.float32(worth), -_MOST[kind], _MOST[kind])
    return together
