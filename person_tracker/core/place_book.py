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
Where the tracks of all cameras are, and which of them are in one place.

Symbols: `g` the gap between two tracks at one moment, metres; `S` its covariance, with the error
of the cameras' calibration; `A` the area on which somebody else would be. One look at both is
worth `log(A N(g; 0, S))`. Looks in a row err alike, so a time `T` of them, seconds, is worth
`(1 + T) / (1 + T r)` looks, with the correlation `r` of errors a second apart.
"""

from collections.abc import Sequence
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.ground import GroundPoints
from person_tracker.core.ground_motion import Walkers
from person_tracker.core.identity_config import GeometryConfig

Key = tuple[str, int]  # camera and track

_FOLLOW_EVERY_S = 0.095  # how often the places of a camera are worth taking in
_EVERY_S = 0.2  # how often the tracks of a camera are compared with the others'
_CORRELATION = 0.3
_RANGE = -4.0, 4.0  # log-odds of one look
_MOST = 8.0
_FRESH_S = 0.5  # not seen for longer: not compared
_FIRST_SIZE = 32


class PlaceBook:
    """Follows every track on the ground, and weighs how often two of them are in one place."""

    def __init__(self) -> None:
        self._slots: dict[Key, int] = {}
        self._keys: dict[int, Key] = {}
        self._free: list[int] = []
        self._seen_s: dict[str, float] = {}
        self._compared_s: dict[str, float] = {}
        self._walkers = Walkers(np.zeros((0, 4)), np.zeros((0, 4, 4)))
        self._first = Walkers(np.zeros((0, 4)), np.zeros((0, 4, 4)))
        self._times_s = self._first_s = np.empty(0)
        self._sums = self._spans_s = np.empty((0, 0))  # row: track seen, column: compared with
        self._cameras = np.empty(0, object)
        self._grow(_FIRST_SIZE)

    def __len__(self) -> int:
        """Return the number of tracks whose place is known."""
        return len(self._slots)

    def wants(self, camera: str, time_s: float) -> bool:
        """Tell whether the places of an image are worth taking in, after those before."""
        return not 0.0 <= time_s - self._seen_s.get(camera, -math.inf) < _FOLLOW_EVERY_S

    def see(self, camera: str, track_ids: Sequence[int], places: GroundPoints, time_s: float,
            config: GeometryConfig) -> bool:
        """
        Take in where the tracks of one image are; unknown places are left out.

        Returns whether they were compared with the other cameras' tracks.
        """
        rows = np.flatnonzero(places.known)
        if not len(rows):
            return False
        self._seen_s[camera] = time_s
        keys = [(camera, track_ids[row]) for row in rows.tolist()]
        slots = np.array([self._slot(key) for key in keys])
        self._follow(slots, places[rows], time_s)
        step_s = time_s - self._compared_s.get(camera, -math.inf)
        if 0.0 <= step_s < _EVERY_S:
            return False
        self._compared_s[camera] = time_s
        self._compare(slots, min(step_s, _FRESH_S) if step_s > 0.0 else _EVERY_S, time_s, config)
        return True

    def end(self, key: Key) -> None:
        """Lose a track."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            del self._keys[slot]
            self._free.append(slot)
            self._times_s[slot] = -math.inf
            for table in (self._sums, self._spans_s):
                table[slot], table[:, slot] = 0.0, 0.0

    def together(self, key: Key) -> tuple[list[Key], NDArray[np.float64]]:
        """Return the tracks compared with one, and how probable it is they are it, log-odds."""
        slot = self._slots.get(key)
        if slot is None:
            return [], np.empty(0)
        spans_s = (self._spans_s[slot] + self._spans_s[:, slot]) / 2.0
        others = np.flatnonzero(spans_s)
        sums = (self._sums[slot, others] + self._sums[others, slot]) / 2.0
        times_s = spans_s[others]
        looks = (1.0 + times_s) / (1.0 + times_s * _CORRELATION)
        return ([self._keys[other] for other in others.tolist()],
                np.clip(sums / times_s * looks, -_MOST, _MOST))

    def travelled(self, key: Key, others: Sequence[Key], config: GeometryConfig) -> list[float]:
        """
        Return what it says for being a track that it began where the others ended, log-odds.

        NaN where a place is unknown, or the other was still seen when this one began.
        """
        slot = self._slots.get(key)
        places = [self._slots.get(other, -1) for other in others]
        if slot is None or not others:
            return [math.nan] * len(others)
        rows = np.array(places)
        steps_s = np.where(rows >= 0, self._first_s[slot] - self._times_s[rows], math.nan)
        gaps = np.linalg.norm(self._first.x[slot, :2] - self._walkers.x[rows, :2], axis=1)
        spreads = np.trace(self._first.P[slot, :2, :2] + self._walkers.P[rows, :2, :2],
                           axis1=1, axis2=2) / 2.0 + 2.0 * config.spread_m**2
        with np.errstate(invalid='ignore', divide='ignore'):
            S = spreads + (config.speed_mps * steps_s)**2
            near = np.exp(-gaps**2 / (2.0 * S)) * config.area_m2 / (2.0 * math.pi * S)
            stray = -np.expm1(-steps_s / config.stray_s)
            worth = np.clip(np.log((1.0 - stray) * near + stray), _RANGE[0], _MOST)
            is_far = gaps - 3.0 * np.sqrt(spreads) > config.max_speed_mps * steps_s
        found = np.where(is_far, -_MOST, worth)
        return [float(each) for each in np.where(steps_s > 0.0, found, math.nan)]

    def walkers(self, keys: Sequence[Key], time_s: float) -> tuple[NDArray[np.bool_], Walkers]:
        """Return of which tracks the place at a time is known, shape (N,), and these tracks."""
        slots = np.array([self._slots.get(key, -1) for key in keys], np.intp)
        steps_s = time_s - self._times_s[slots]
        is_known = (slots >= 0) & (np.abs(steps_s) <= _FRESH_S)
        return is_known, self._walkers[slots[is_known]].moved(steps_s[is_known])

    def _slot(self, key: Key) -> int:
        if key not in self._slots:
            if not self._free:
                self._grow(2 * len(self._times_s))
            slot = self._free.pop()
            self._slots[key], self._keys[slot] = slot, key
            self._cameras[slot], self._times_s[slot] = key[0], -math.inf
        return self._slots[key]

    def _follow(self, slots: NDArray[np.intp], places: GroundPoints, time_s: float) -> None:
        """Move the tracks to where they were seen; those not seen for a time begin anew."""
        steps_s = time_s - self._times_s[slots]
        is_new = ~np.isfinite(steps_s)
        begins = is_new | (steps_s < 0.0) | (steps_s > 4.0 * _FRESH_S)
        old = np.flatnonzero(~begins)
        seen = Walkers.at(places)
        x, P = seen.x.copy(), seen.P.copy()
        if len(old):
            moved = self._walkers[slots[old]].moved(steps_s[old]).corrected(places[old])
            x[old], P[old] = moved.x, moved.P
        self._walkers.x[slots], self._walkers.P[slots] = x, P
        self._times_s[slots] = time_s
        first = slots[is_new]
        self._first.x[first], self._first.P[first] = x[is_new], P[is_new]
        self._first_s[first] = time_s

    def _compare(self, slots: NDArray[np.intp], step_s: float, time_s: float,
                 config: GeometryConfig) -> None:
        """Weigh the tracks of one image against those that other cameras see now."""
        ages_s = np.abs(self._times_s - time_s)
        others = np.flatnonzero((ages_s <= _FRESH_S) & (self._cameras != self._cameras[slots[0]]))
        if not len(others):
            return
        seen = self._walkers[slots]
        now = self._walkers[others].moved(time_s - self._times_s[others])
        gaps = seen.x[:, None, :2] - now.x[None, :, :2]
        S = (seen.P[:, None, :2, :2] + now.P[None, :, :2, :2]
             + 2.0 * config.spread_m**2 * np.eye(2))
        a, b, d = S[..., 0, 0], S[..., 0, 1], S[..., 1, 1]
        areas = a * d - b * b
        gx, gy = gaps[..., 0], gaps[..., 1]
        squares = (d * gx * gx - 2.0 * b * gx * gy + a * gy * gy) / areas
        worth = np.clip(math.log(config.area_m2 / (2.0 * math.pi)) - np.log(areas) / 2.0
                        - squares / 2.0, *_RANGE)
        fade = math.exp(-step_s / config.memory_s)
        corner = np.ix_(slots, others)
        self._sums[corner] = fade * self._sums[corner] + step_s * worth
        self._spans_s[corner] = fade * self._spans_s[corner] + step_s

    def _grow(self, size: int) -> None:
        more = size - len(self._times_s)
        self._free += range(size - 1, size - more - 1, -1)
        self._times_s = np.append(self._times_s, np.full(more, -math.inf))
        self._first_s = np.append(self._first_s, np.zeros(more))
        self._cameras = np.append(self._cameras, np.full(more, '', object))
        self._walkers, self._first = (Walkers(
            np.concatenate((each.x, np.zeros((more, 4)))),
            np.concatenate((each.P, np.zeros((more, 4, 4))))) for each in (
                self._walkers, self._first))
        self._sums, self._spans_s = (np.pad(table, (0, more)) for table in (
            self._sums, self._spans_s))
