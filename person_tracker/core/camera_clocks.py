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
How far the cameras have come in time, and whose clock is off.

A stamp is when an image was taken, by the clock of the computer that took it; an arrival is when
its results came in, by the clock of the computer that unites the cameras. The lag of a camera is
arrival minus stamp: small and alike for all where the clocks agree.
"""

from collections import deque
from dataclasses import dataclass
from dataclasses import field
import math
import statistics

_ALIVE_S = 1.0  # a camera so far behind the newest is not waited for
_LAGS = 31  # the median of so many is moved by a lasting change within a second, not by a hiccup
_USUAL_SPREAD_S = 1.0  # chains of unlike computers and networks may differ so much in lag


@dataclass
class _Heard:
    """What was last heard of a camera: its newest stamp, and its latest lags, seconds."""

    time_s: float
    lags_s: deque[float] = field(default_factory=lambda: deque(maxlen=_LAGS))


class CameraClocks:
    """
    The newest stamp of every camera, and how long its results take.

    A camera whose stamps step back, as of a recording that starts anew, begins anew here, too.
    """

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}

    def note(self, camera: str, time_s: float) -> None:
        """Note that a camera was heard up to a stamp, seconds."""
        heard = self._heard.get(camera)
        if heard is None or time_s < heard.time_s:
            self._heard[camera] = _Heard(time_s)
        else:
            heard.time_s = time_s

    def note_arrival(self, camera: str, time_s: float, arrived_s: float) -> None:
        """Note the same, and when that came in by the own clock, seconds."""
        self.note(camera, time_s)
        self._heard[camera].lags_s.append(arrived_s - time_s)

    def has_reached(self, time_s: float, max_skew_s: float) -> bool:
        """
        Tell whether nothing more of a time is worth waiting for.

        Parameters
        ----------
        time_s
            The time that is to be decided upon, seconds.
        max_skew_s
            When a camera is further than this beyond that time, nobody waits for the others.

        Returns
        -------
        bool
            Whether every camera has come so far that was heard within a second of the newest
            stamp, or one has gone further than the skew.

        """
        newest_s = max((heard.time_s for heard in self._heard.values()), default=math.inf)
        return newest_s > time_s + max_skew_s or all(
            heard.time_s >= time_s for heard in self._heard.values()
            if heard.time_s >= newest_s - _ALIVE_S)

    def off(self, max_skew_s: float) -> dict[str, float]:
        """
        Return whose clock is off, and by how much.

        Parameters
        ----------
        max_skew_s
            How much stamps may differ from each other in an orderly system.

        Returns
        -------
        dict
            Seconds that a camera's clock is ahead (positive) or behind (negative): against the
            own clock where stamps are from the future, else against the cameras that are not.

        """
        lags = {camera: statistics.median(heard.lags_s)
                for camera, heard in self._heard.items() if heard.lags_s}
        from_future = {camera for camera, lag in lags.items() if lag < -max_skew_s}
        others = {camera: lag for camera, lag in lags.items() if camera not in from_future}
        # Of two that disagree the quicker one is right: nothing makes a sound clock look quick.
        usual_s = statistics.median_low(others.values()) if others else 0.0
        return {camera: (0.0 if camera in from_future else usual_s) - lag
                for camera, lag in lags.items() if camera in from_future
                or abs(lag - usual_s) > _USUAL_SPREAD_S + max_skew_s}
