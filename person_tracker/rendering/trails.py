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

"""Where everybody has been lately, to be drawn behind them."""

from collections import deque
from collections.abc import Iterable
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_MAX_POINTS = 512  # at 60 Hz still more than the default age; bounds memory whatever the rate


class Trails:
    """Recent points by track or person; both time and number are bounded."""

    def __init__(self, max_age_s: float = 3.0) -> None:
        """Remember points for `max_age_s` seconds of the caller's time."""
        if not max_age_s > 0:
            raise ValueError(f'max_age_s must be > 0 s, got {max_age_s}')
        self._max_age_s = max_age_s
        self._points: dict[str, deque[tuple[float, tuple[float, ...]]]] = {}

    def __len__(self) -> int:
        """Return the number of trails."""
        return len(self._points)

    def update(self, time_s: float, points: Mapping[str, Iterable[float]]) -> None:
        """
        Add this image's points and forget what is too old.

        Parameters
        ----------
        time_s
            Time of the image. If it steps back (a recording begins again), later points go.
        points
            Coordinates by key: x and y in pixels, or x, y and z in metres, the same number of
            them always. In an image usually the middle of the box's lower edge.

        """
        for key, point in points.items():
            trail = self._points.setdefault(key, deque(maxlen=_MAX_POINTS))
            trail.append((time_s, tuple(point)))
        for key in list(self._points):
            trail = self._points[key]
            if any(then_s > time_s for then_s, _ in trail):
                trail = deque((p for p in trail if p[0] <= time_s), maxlen=_MAX_POINTS)
                self._points[key] = trail
            while trail and trail[0][0] < time_s - self._max_age_s:
                trail.popleft()
            if not trail:
                del self._points[key]

    def points(self, key: str) -> NDArray[np.float32]:
        """Return a trail, shape (K, 2) or (K, 3), oldest point first; (0, 2) without one."""
        trail = self._points.get(key)
        if not trail:
            return np.empty((0, 2), np.float32)
        return np.array([point for _, point in trail], np.float32)
