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

"""Frames as a camera gives them: whoever is slow gets the newest one and misses the others."""

from collections.abc import Iterator
import threading

from person_tracker.core.types import Frame


class NewestFrames:
    """
    Reads frames in a thread of its own and hands out the newest.

    Attributes
    ----------
    dropped
        Frames that nobody came for in time.

    """

    def __init__(self, frames: Iterator[Frame], stop: threading.Event) -> None:
        """Begin to read; the frames must end soon after `stop` is set."""
        self.dropped = 0
        self._frames = frames
        self._stop = stop
        self._newest: Frame | None = None
        self._ended = False
        self._error: Exception | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, name='read', daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Frame]:
        """Give the newest frame each time; an error of the reading thread is raised here."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._newest is not None or self._ended)
                frame, self._newest = self._newest, None
            if frame is None:
                break
            yield frame
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Read no more."""
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        try:
            for frame in self._frames:
                with self._changed:
                    self.dropped += self._newest is not None
                    self._newest = frame
                    self._changed.notify()
        except Exception as error:  # the one supervising place of this thread
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify()
