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
Which camera people go to from which, and how long it takes, learnt as soft evidence.

Symbols: `n[a, b, k]` are the people who left camera `a` and came into view of camera `b` after
about the gap `g[k]` (one of `GAPS_S`, K in all, evenly spaced in their logarithm); `N[a]` is their
sum over `b` and `k`, `M[b]` their sum over `a` and `k`, `C` the number of cameras, any that is not
known yet being one.

An arrival that has nothing to do with who left `a` is in camera `b` as often as arrivals are, and
any order of magnitude of its gap is as likely as another:

    q[b, k] = (M[b] + 1) / (sum(M) + C) / K

The one who left `a` is where those before went. With few of them that is hardly known, so the
estimate begins as that of an unrelated arrival, which counts like `s` people (a Dirichlet prior):

    p[b, k | a] = (n[a, b, k] + s q[b, k]) / (N[a] + s)

The evidence is `log(p / q)`: exactly 0 before anybody left `a`. Where nobody went it is
`log(s / (N[a] + s))`, lower with everyone who went elsewhere. One way tells nothing of the other.

Each new departure from `a` lets the older ones count a little less, so a camera that was moved is
learnt anew and `N[a]` stays bounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray

GAPS_S = np.geomspace(0.5, 3600.0, 18)  # shorter is as the first, longer as the last

_PRIOR = 10.0  # s: departures until what was seen outweighs what was expected
_HALF_LIFE = 200.0  # departures from the same camera
_LOWEST, _HIGHEST = -2.0, 3.0  # a habit never overrules a face
_LOG_GAPS = np.log(GAPS_S)


@dataclass(frozen=True)
class CameraLink:
    """
    How people went from one camera to another.

    Attributes
    ----------
    from_camera, to_camera
        Where they left and where they came into view; may be the same camera.
    counts
        How many came after about each of `GAPS_S`, old ones counted less.

    """

    from_camera: str
    to_camera: str
    counts: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse counts that are none."""
        if len(self.counts) != len(GAPS_S) or not all(
                math.isfinite(count) and count >= 0.0 for count in self.counts):
            raise ValueError(f'counts of the link from {self.from_camera!r} to '
                             f'{self.to_camera!r} must be {len(GAPS_S)} numbers >= 0, got '
                             f'{self.counts}')


class CameraLinks:
    """Learns the ways between cameras; keeps `len(GAPS_S)` numbers per pair of cameras."""

    def __init__(self, links: Iterable[CameraLink] = ()) -> None:
        """Begin with what was learnt before."""
        self._numbers: dict[str, int] = {}
        # n; the last row and column are those of every camera that is not known yet.
        self._counts = np.zeros((1, 1, len(GAPS_S)))
        self._changed: set[str] = set()  # cameras from which somebody came
        self._evidence: NDArray[np.float64] | None = None
        for link in links:
            pair = self._number(link.from_camera), self._number(link.to_camera)
            self._counts[pair] = link.counts

    def learn(self, from_camera: str, to_camera: str, gap_s: float, weight: float = 1.0) -> None:
        """
        Take in that somebody, surely one person, left one camera and came into another's view.

        Parameters
        ----------
        from_camera, to_camera
            Where the person left and appeared.
        gap_s
            Time between, seconds; negative, where the views overlap, is as 0.
        weight
            How many people this one counts for, > 0.

        Raises
        ------
        ValueError
            The gap or the weight is none.

        """
        if not math.isfinite(gap_s) or not 0.0 < weight < math.inf:
            raise ValueError('a link is learnt from a finite gap and a weight > 0, got '
                             f'gap_s {gap_s} and weight {weight}')
        pair = self._number(from_camera), self._number(to_camera)
        self._counts[pair[0]] *= 0.5 ** (weight / _HALF_LIFE)
        # Shared by the two nearest gaps, so that no gap is decided by a border beside it.
        position = float(np.interp(_log_gaps(gap_s), _LOG_GAPS, np.arange(len(GAPS_S))))
        lower = min(int(position), len(GAPS_S) - 2)
        share = position - lower
        self._counts[pair][lower:lower + 2] += weight * (1.0 - share), weight * share
        self._changed.add(from_camera)
        self._evidence = None

    def log_odds(self, from_camera: str, to_camera: str,
                 gap_s: float | NDArray[np.floating]) -> NDArray[np.float64]:
        """
        Return how far an arrival speaks for one who left, against it being somebody else.

        Parameters
        ----------
        from_camera, to_camera
            Where the one left, and where somebody appeared.
        gap_s
            Time between, seconds, of any shape; NaN where not known.

        Returns
        -------
        NDArray
            Natural logarithm of p / q in [-2, 3], of the shape of `gap_s`; 0 where nothing is
            known.

        """
        if self._evidence is None:
            self._evidence = _learnt(self._counts)
        pair = self._numbers.get(from_camera, -1), self._numbers.get(to_camera, -1)
        found: NDArray[np.float64] = np.asarray(
            np.interp(_log_gaps(gap_s), _LOG_GAPS, self._evidence[pair]))
        found[np.isnan(found)] = 0.0
        return found

    def take_changed(self) -> list[CameraLink]:
        """Return the links that changed since the last call, as they are now."""
        changed, self._changed = self._changed, set()
        links = [CameraLink(one, other, tuple(self._counts[number, column].tolist()))
                 for one, number in self._numbers.items() if one in changed
                 for other, column in self._numbers.items()]
        return [link for link in links if any(link.counts)]

    def _number(self, camera: str) -> int:
        """Return the row and column of a camera, new ones where it has none."""
        if camera not in self._numbers:
            self._numbers[camera] = len(self._numbers)
            self._counts = np.pad(self._counts, ((0, 1), (0, 1), (0, 0)))
        return self._numbers[camera]


def _learnt(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the evidence of each pair of cameras at each of `GAPS_S`, shape (C, C, K)."""
    left = counts.sum(axis=(1, 2))[:, None, None]
    arrived = counts.sum(axis=(0, 2))[:, None]
    expected = (arrived + 1.0) / (arrived.sum() + len(arrived)) / len(GAPS_S)
    ratios: NDArray[np.float64] = (counts / expected + _PRIOR) / (left + _PRIOR)
    evidence: NDArray[np.float64] = np.log(ratios).clip(_LOWEST, _HIGHEST)
    return evidence


def _log_gaps(gap_s: float | NDArray[np.floating]) -> NDArray[np.float64]:
    log_gaps: NDArray[np.float64] = np.log(np.maximum(np.asarray(gap_s, np.float64), GAPS_S[0]))
    return log_gaps
