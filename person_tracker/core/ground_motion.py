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
Where people walk: a constant-velocity Kalman filter over places on the ground, for many at once.

Symbols: `x` = (x, y, vx, vy) the state, metres and metres per second, `P` its covariance; `q` the
standard deviation of the acceleration, taken as constant and equal in both directions over a step.
"""

from dataclasses import dataclass
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.ground import GroundPoints

_ACCELERATION = 1.0  # m/s^2: people start and stop within about a second
_FIRST_SPEED = 1.0  # standard deviation of each velocity of somebody just seen, m/s


@dataclass(frozen=True, eq=False)
class Walkers:
    """
    People who walk.

    Attributes
    ----------
    x
        Shape (N, 4): positions and velocities, metres and metres per second.
    P
        Shape (N, 4, 4): covariances.

    """

    x: NDArray[np.float64]
    P: NDArray[np.float64]

    def __getitem__(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> 'Walkers':
        """Return the chosen ones."""
        return Walkers(*(getattr(self, item.name)[index] for item in fields(self)))

    @classmethod
    def at(cls, places: GroundPoints) -> 'Walkers':
        """Return people seen for the first time, shape (N,)."""
        x = np.hstack((places.positions_m, np.zeros((len(places), 2))))
        P = np.zeros((len(places), 4, 4))
        P[:, :2, :2] = places.covariances_m2
        P[:, 2:, 2:] = _FIRST_SPEED**2 * np.eye(2)
        return cls(x, P)

    @property
    def places(self) -> GroundPoints:
        """Return where they are."""
        return GroundPoints(self.x[:, :2], self.P[:, :2, :2])

    def moved(self, steps_s: NDArray[np.float64]) -> 'Walkers':
        """Return them after steps of time, shape (N,), seconds; backwards where negative."""
        F = np.broadcast_to(np.eye(4), (len(steps_s), 4, 4)).copy()
        F[:, 0, 2] = F[:, 1, 3] = steps_s
        G = np.zeros((len(steps_s), 4, 2))
        G[:, 0, 0] = G[:, 1, 1] = steps_s**2 / 2.0
        G[:, 2, 0] = G[:, 3, 1] = steps_s
        P = F @ self.P @ F.transpose(0, 2, 1) + _ACCELERATION**2 * (G @ G.transpose(0, 2, 1))
        return Walkers((F @ self.x[:, :, None])[:, :, 0], P)

    def corrected(self, places: GroundPoints) -> 'Walkers':
        """Return them with what was seen of each, N known places."""
        S = self.P[:, :2, :2] + places.covariances_m2
        K = self.P[:, :, :2] @ np.linalg.inv(S)
        gaps = places.positions_m - self.x[:, :2]
        return Walkers(self.x + (K @ gaps[:, :, None])[:, :, 0], self.P - K @ self.P[:, :2])
