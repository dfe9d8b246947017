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

"""Give every frame its stamp, and a file's frames when they are due."""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
import threading
from typing import Protocol

from person_tracker.core.types import Frame
from person_tracker.core.types import NANOSECONDS

_LOOK_EVERY_S = 0.05  # how soon a stop, or a clock that jumps, is noticed


class FrameReader(Protocol):
    """Anything that gives frames one after the other."""

    def read(self) -> Frame | None:
        """Return the next frame, None at the end."""


class Playback:
    """
    Frames with stamps of one clock: live ones as they arrive, a file's at the file's own pace.

    A file behaves like a camera that was switched on when the first frame was asked for: frame
    times never depend on how long decoding took, and a frame that is late is given at once.
    """

    def __init__(self, source: FrameReader, now_ns: Callable[[], int],
                 stop: threading.Event) -> None:
        """
        Play a source.

        Parameters
        ----------
        source
            Its frames are stamped -1 where they are live, else with their time in the file.
        now_ns
            The clock, nanoseconds.
        stop
            Once set, no further frame is given.

        """
        self._source = source
        self._now_ns = now_ns
        self._stop = stop

    def frames(self, before_first: Callable[[], None] = lambda: None) -> Iterator[Frame]:
        """
        Give the frames, each when it is due, until the end of the source or a stop.

        Parameters
        ----------
        before_first
            Called when the first frame of a file is ready; the file's time starts after it.

        """
        start_ns = None
        while (frame := self._source.read()) is not None:
            if frame.stamp_ns < 0:
                yield replace(frame, stamp_ns=self._now_ns())
                continue
            if start_ns is None:
                before_first()
                start_ns = self._now_ns() - frame.stamp_ns
            if not self._wait_until(start_ns + frame.stamp_ns):
                return
            yield replace(frame, stamp_ns=start_ns + frame.stamp_ns)

    def _wait_until(self, time_ns: int) -> bool:
        """Wait until the clock shows a time; tell whether nobody stopped the wait."""
        while (left_s := (time_ns - self._now_ns()) / NANOSECONDS) > 0.0:
            if self._stop.wait(min(left_s, _LOOK_EVERY_S)):
                return False
        return not self._stop.is_set()
