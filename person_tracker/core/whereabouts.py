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

"""Where people are, by all the cameras that see them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.ground_motion import Walkers


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """
    Places of N people on the ground, NaN where unknown.

    Attributes
    ----------
    positions_m, covariances_m2
        Shapes (N, 2) and (N, 2, 2), float64, metres.
    velocities_mps, velocity_covariances
        The same of the velocities, metres per second.
    view_counts
        Shape (N,), int64: from how many tracks it is known.

    """

    positions_m: NDArray[np.float64]
    covariances_m2: NDArray[np.float64]
    velocities_mps: NDArray[np.float64]
    velocity_covariances: NDArray[np.float64]
    view_counts: NDArray[np.int64]


def fused(walkers: Walkers, counts: NDArray[np.int64], spread_m: float) -> Whereabouts:
    """
    Fuse what each of several tracks says of where a person is, the surer the more.

    Parameters
    ----------
    walkers
        The tracks, those of one person after another.
    counts
        Shape (N,): how many tracks each person has, from 0.
    spread_m
        Standard deviation of the error that is a camera's own, which is independent between
        cameras, metres.

    """
    x, P = np.full((len(counts), 4), np.nan), np.full((len(counts), 4, 4), np.nan)
    known = np.flatnonzero(counts)
    if len(known):
        firsts = np.cumsum(counts[known]) - counts[known]
        error = np.diag((spread_m**2, spread_m**2, 0.0, 0.0))
        weights = np.linalg.inv(walkers.P + error)
        P[known] = np.linalg.inv(np.add.reduceat(weights, firsts))
        pulls = np.add.reduceat(weights @ walkers.x[:, :, None], firsts)
        x[known] = (P[known] @ pulls)[:, :, 0]
    return Whereabouts(x[:, :2], P[:, :2, :2], x[:, 2:], P[:, 2:, 2:], counts)
