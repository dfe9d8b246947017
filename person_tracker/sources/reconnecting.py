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

"""Keep a camera or stream going: reopen it when it goes away."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
import threading
import time

from person_tracker.core.types import Frame
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import Source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError

_STALE_S = 1.0  # frames that waited unread for longer than this are of no use


@dataclass(frozen=True)
class Backoff:
    """Waiting times between attempts: each twice the one before, up to a longest."""

    min_s: float
    max_s: float

    def delay_s(self, attempt: int) -> float:
        """Return the wait before an attempt, counted from 1."""
        # Beyond 2^64 every wait is the longest, and floats would overflow.
        return min(self.max_s, self.min_s * 2.0 ** min(attempt - 1, 64))


@dataclass(frozen=True)
class Connection:
    """
    State of a source's connection, for diagnostics.

    Attributes
    ----------
    is_connected
        Frames have come since the source was last opened.
    since_s
        When `is_connected` last changed, on the clock of the source.
    attempts
        Attempts to reopen since the connection was lost; 0 while connected.
    losses
        How often the connection was lost.
    last_error
        Why it was lost or could not be opened again; empty if that never happened.

    """

    is_connected: bool
    since_s: float
    attempts: int = 0
    losses: int = 0
    last_error: str = ''


class ReconnectingSource:
    """
    Frames of a source that is reopened, after growing waits, whenever it goes away.

    A file simply ends: only live sources are reopened. `index` counts on over the gaps. `read`
    and `close` belong to one thread; `stop` and `connection` may be used from any.
    """

    def __init__(
            self, config: SourceConfig, *,
            open_source: Callable[[SourceConfig], Source] = open_source,
            stop: threading.Event | None = None,
            clock: Callable[[], float] = time.monotonic) -> None:
        """
        Open the source.

        Parameters
        ----------
        config
            The source, `retry_first_open` and the waits.
        open_source
            Opens it.
        stop
            Once set, `read` returns None without further waiting.
        clock
            Rising seconds, for `Connection.since_s`.

        Raises
        ------
        SourceError
            The source cannot be opened, and `retry_first_open` is off.

        """
        self._config = config
        self._open_source = open_source
        self._backoff = Backoff(config.min_backoff_s, config.max_backoff_s)
        self._stop_event = stop or threading.Event()
        self._clock = clock
        self._connection = Connection(False, clock())
        self._next_index = 0
        self._index_offset = 0
        self._corrupt_frames = 0
        self._read_s = clock()
        self._source: Source | None = None
        try:
            self._source = open_source(config)
        except SourceError as error:
            if not config.retry_first_open:
                raise
            self._lose(str(error))

    @property
    def source(self) -> Source | None:
        """Return what is open now: None while it is being reopened."""
        return self._source

    @property
    def connection(self) -> Connection:
        """State of the connection."""
        return self._connection

    @property
    def corrupt_frames(self) -> int:
        """How many frames were left out because they are damaged, over all connections."""
        now = self._source.corrupt_frames if self._source else 0
        return self._corrupt_frames + now

    def stop(self) -> None:
        """Make `read` return None: at once from a wait, else within the read time-out."""
        self._stop_event.set()

    def read(self) -> Frame | None:
        """Return the next frame; None at the end of a file, or after `stop`."""
        while not self._stop_event.is_set():
            self._read_s = self._clock()
            source = self._source or self._reopened()
            if source is None:
                continue
            frame, why_none = _read(source)
            if frame is not None:
                return self._numbered(frame)
            if not source.is_live:
                return None
            self._lose(why_none)
        return None

    def refresh(self) -> None:
        """Open a live source anew where it has queued frames that nobody read in time."""
        if self._source is None or not self._source.is_live:
            return
        if self._clock() - self._read_s <= _STALE_S:
            return
        self._close_source()
        try:
            self._source = self._open_source(self._config)
        except SourceError as error:
            self._lose(str(error))
        self._index_offset = self._next_index

    def close(self) -> None:
        """Stop and give the source back; a second call does nothing."""
        self.stop()
        self._close_source()

    def __enter__(self) -> 'ReconnectingSource':
        """Return the source itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the source."""
        self.close()

    def _reopened(self) -> Source | None:
        attempt = self._connection.attempts + 1
        if self._stop_event.wait(self._backoff.delay_s(attempt)):
            return None
        self._connection = replace(self._connection, attempts=attempt)
        try:
            self._source = self._open_source(self._config)
        except SourceError as error:
            self._connection = replace(self._connection, last_error=str(error))
            return None
        self._index_offset = self._next_index
        return self._source

    def _lose(self, reason: str) -> None:
        self._close_source()
        if self._connection.is_connected:
            losses = self._connection.losses + 1
            self._connection = Connection(False, self._clock(), losses=losses, last_error=reason)
        else:
            # Opened but never gave a frame: the attempts, and so the waits, go on growing.
            self._connection = replace(self._connection, last_error=reason)

    def _numbered(self, frame: Frame) -> Frame:
        if not self._connection.is_connected:
            self._connection = replace(
                self._connection, is_connected=True, since_s=self._clock(), attempts=0)
        index = frame.index + self._index_offset
        self._next_index = index + 1
        return replace(frame, index=index)

    def _close_source(self) -> None:
        if self._source is not None:
            self._corrupt_frames += self._source.corrupt_frames
            self._source.close()
            self._source = None


def _read(source: Source) -> tuple[Frame | None, str]:
    """Return the next frame, and why there is none where there is none."""
    try:
        return source.read(), f'{source.description} ended'
    except SourceError as error:
        if not source.is_live:
            raise
        return None, str(error)
