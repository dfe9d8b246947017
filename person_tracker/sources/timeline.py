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

"""Time along a source: stamps that always rise, and a limit to the frame rate."""

import math

_JITTER_S = 0.005  # of the arrival of a USB camera's frames


class Timeline:
    """
    Turn a file's own times into stamps that start at 0 and rise strictly.

    A missing or repeated time, or one that steps back a little, is put between the neighbours it
    must have; a jump back by more than one frame is a new beginning (joined recordings), and the
    times go on from there with one nominal frame between. Jumps ahead are kept: the file says so.
    """

    def __init__(self, period_ns: int) -> None:
        """
        Begin at 0.

        Parameters
        ----------
        period_ns
            Nominal time from frame to frame, for where the file does not say.

        """
        self._period_ns = max(1, period_ns)
        self._offset_ns: int | None = None
        self._last_ns: int | None = None

    def restart(self) -> None:
        """Expect times from the file's beginning again; stamps go on rising."""
        self._offset_ns = None

    def stamp_ns(self, time_ns: int | None) -> int:
        """Return the stamp of the next frame, given its time in the file or None."""
        stamp_ns = self._stamp(time_ns)
        self._last_ns = stamp_ns
        return stamp_ns

    def _stamp(self, time_ns: int | None) -> int:
        following_ns = 0 if self._last_ns is None else self._last_ns + self._period_ns
        if time_ns is None:
            return following_ns
        if self._offset_ns is None:
            self._offset_ns = following_ns - time_ns
        stamp_ns = time_ns + self._offset_ns
        if self._last_ns is None or stamp_ns > self._last_ns:
            return stamp_ns
        if stamp_ns < self._last_ns - self._period_ns:
            self._offset_ns = following_ns - time_ns
            return following_ns
        # Half a frame on leaves room for the next frame, whose own time may well be right.
        return self._last_ns + max(1, self._period_ns // 2)


class RateLimit:
    """Choose which frames to keep so that their mean rate stays within a limit."""

    def __init__(self, max_rate_hz: float) -> None:
        """Keep everything at 0, else at most `max_rate_hz` frames a second."""
        self._period_s = 1.0 / max_rate_hz if max_rate_hz > 0 else 0.0
        self._due_s = -math.inf

    def admits(self, time_s: float) -> bool:
        """
        Tell whether the frame of this time is kept; times rise from call to call.

        Frames are due on a regular grid, so that 25 Hz limited to 10 Hz gives 10 and not 8.3. A
        little earliness is forgiven: a camera's own jitter must cost no frame.
        """
        if self._period_s == 0.0:
            return True
        if time_s < self._due_s - min(0.1 * self._period_s, _JITTER_S):
            return False
        if self._due_s == -math.inf:
            self._due_s = time_s
        missed = max(0, math.floor((time_s - self._due_s) / self._period_s))
        self._due_s += (missed + 1) * self._period_s
        return True
