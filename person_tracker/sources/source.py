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
A source gives numbered, stamped BGR frames; what it is read from is a `Reader`'s business.

`SourceConfig` holds every setting, `Reader` is what a medium has to offer (one opening of a file,
folder, stream or device), and `Source` does what all media share: skipping, looping, stamps, rate
and size limits, flipping.
"""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.core.types import Frame
from person_tracker.core.types import NANOSECONDS
from person_tracker.sources.framing import flipped
from person_tracker.sources.framing import FLIPS
from person_tracker.sources.framing import shrunk
from person_tracker.sources.timeline import RateLimit
from person_tracker.sources.timeline import Timeline

DEFAULT_FRAME_RATE_HZ = 10.0


class SourceError(RuntimeError):
    """A source cannot be opened or read; the text names it and says what to do."""


@dataclass(frozen=True)
class SourceConfig:
    """Where frames come from and how they are changed on the way."""

    uri: str = setting(
        '', 'Camera number (0), device (/dev/video0), video file, image folder, or stream URL '
        '(rtsp, rtmp, http, ...).', live=False)
    loop: bool = setting(False, 'Begin a file or folder again at its end.', live=False)
    flip: str = setting(
        'none', 'Turn or mirror every frame; a calibration describes the frame after it.',
        choices=FLIPS, live=False)
    skip_frames: int = setting(
        0, 'First frames that are left out, in each round of a loop.', minimum=0, live=False)
    max_rate_hz: float = setting(
        0.0, 'Frames above this rate are left out; 0: none.', minimum=0, unit='Hz', live=False)
    max_width: int = setting(
        0, 'Wider frames are shrunk, keeping their shape; 0: no limit.', minimum=0, unit='px',
        live=False)
    max_height: int = setting(
        0, 'Higher frames are shrunk, keeping their shape; 0: no limit.', minimum=0, unit='px',
        live=False)
    frame_rate_hz: float = setting(
        0.0, 'Frame rate of image folders and of videos without time stamps (raw H.264); '
        f'0: what the video says, else {DEFAULT_FRAME_RATE_HZ:g}.', minimum=0, unit='Hz',
        live=False)
    open_timeout_s: float = setting(
        5.0, 'A stream that does not open within this time has failed.', minimum=0,
        exclusive_minimum=True, unit='s', live=False)
    read_timeout_s: float = setting(
        3.0, 'A stream that sends nothing for this time is gone.', minimum=0,
        exclusive_minimum=True, unit='s', live=False)
    capture_width: int = setting(
        0, 'Width asked of a camera device; 0: as it is set.', minimum=0, unit='px', live=False)
    capture_height: int = setting(
        0, 'Height asked of a camera device; 0: as it is set.', minimum=0, unit='px', live=False)
    capture_rate_hz: float = setting(
        0.0, 'Frame rate asked of a camera device; 0: as it is set.', minimum=0, unit='Hz',
        live=False)
    capture_format: str = setting(
        '', 'Pixel format asked of a camera device (mjpeg, yuyv422, ...); empty: its own choice.',
        live=False)
    retry_first_open: bool = setting(
        False, 'Keep trying when the source is missing at the start, instead of failing.',
        live=False)
    min_backoff_s: float = setting(
        0.5, 'Wait before the first attempt to reopen a lost camera or stream.', minimum=0,
        exclusive_minimum=True, unit='s', live=False)
    max_backoff_s: float = setting(
        10.0, 'Longest wait between attempts to reopen; it doubles up to this.', minimum=0,
        exclusive_minimum=True, unit='s', live=False)

    def __post_init__(self) -> None:
        """Refuse values out of range and settings that contradict each other."""
        validate(self)
        if (self.capture_width > 0) != (self.capture_height > 0):
            raise SettingError(
                'capture_width and capture_height must be set together, got '
                f'{self.capture_width} and {self.capture_height}')
        if self.max_backoff_s < self.min_backoff_s:
            raise SettingError(
                f'max_backoff_s must be at least min_backoff_s ({self.min_backoff_s:g} s), '
                f'got {self.max_backoff_s:g}')


@dataclass(frozen=True, eq=False)
class RawFrame:
    """
    One frame as its medium holds it.

    Attributes
    ----------
    image
        Shape (H, W, 3), uint8, BGR; None where the frame is damaged and cannot be shown.
    time_ns
        Time in the file's own count, nanoseconds; None where the file does not say.

    """

    image: NDArray[np.uint8] | None
    time_ns: int | None = None


class Reader(Protocol):
    """One opening of one medium, read once from its beginning to its end."""

    @property
    def description(self) -> str:
        """Return what is read, for people; without passwords."""

    @property
    def is_live(self) -> bool:
        """Whether frames happen now, and are lost when nobody reads."""

    @property
    def frame_rate_hz(self) -> float:
        """Nominal rate; NaN where unknown."""

    @property
    def frame_count(self) -> int | None:
        """Return the number of frames; None where unknown."""

    def read(self) -> RawFrame | None:
        """Return the next frame, None at the end; raise `SourceError` when the medium fails."""

    def close(self) -> None:
        """Give the medium back; a second call does nothing."""


class Source:
    """
    Stamped BGR frames of one camera, file, folder or stream.

    A file's stamps start at 0 with the first frame not skipped and rise strictly, over loops and
    over wrong or missing times in the file as well. A live frame's stamp is -1: only the caller
    knows on which clock it arrived. `index` counts likewise from the first frame not skipped;
    damaged frames (those that the decoder reports) and those above `max_rate_hz` are left out but
    keep their number and time.

    A live source has to be read without pauses: drivers keep a queue, and the oldest frame comes
    first. One thread reads and closes it.
    """

    def __init__(
            self, open_reader: Callable[[], Reader], config: SourceConfig, *,
            clock: Callable[[], float] = time.monotonic) -> None:
        """
        Open the medium, and of a file read the first frame to know that there is one.

        Parameters
        ----------
        open_reader
            Opens the medium at its beginning; called again for every round of a loop.
        config
            Skipping, limits and looping.
        clock
            Rising seconds; times the arrival of live frames for `max_rate_hz`, nothing else.

        Raises
        ------
        SourceError
            The medium cannot be opened or holds no frame.

        """
        self._open_reader = open_reader
        self._config = config
        self._clock = clock
        self._next_index = 0
        self._corrupt_frames = 0
        self._reader = open_reader()
        self._loops = config.loop and not self._reader.is_live
        self._timeline = Timeline(self._nominal_period_ns())
        self._rate_limit = RateLimit(config.max_rate_hz)
        self._ahead: Frame | None = None
        try:
            self._skip()
            if not self.is_live:
                self._ahead = self._next_frame()
                if self._ahead is None:
                    raise SourceError(self._why_empty())
        except BaseException:
            self.close()
            raise

    @property
    def is_live(self) -> bool:
        """Whether frames happen now: stamps are -1 and the end of the source is a failure."""
        return self._reader.is_live

    @property
    def description(self) -> str:
        """Return what is read, for people; without passwords."""
        return self._reader.description

    @property
    def frame_rate_hz(self) -> float:
        """Nominal rate of the source before `max_rate_hz`; NaN where unknown."""
        return self._reader.frame_rate_hz

    @property
    def frame_count(self) -> int | None:
        """Return how many frames there are from the first index; None where unknown or endless."""
        count = self._reader.frame_count
        if count is None or self._loops:
            return None
        return max(0, count - self._config.skip_frames)

    @property
    def corrupt_frames(self) -> int:
        """How many frames were left out so far because they are damaged."""
        return self._corrupt_frames

    def read(self) -> Frame | None:
        """
        Return the next frame, or None at the end.

        Raises
        ------
        SourceError
            The medium failed: a stream timed out, a device was unplugged, a disk has an error.

        """
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            return ahead
        frame = self._next_frame()
        if frame is None and self._loops:
            self._rewind()
            frame = self._next_frame()
        return frame

    def close(self) -> None:
        """Give the medium back; a second call does nothing."""
        self._ahead = None
        self._reader.close()

    def __enter__(self) -> 'Source':
        """Return the source itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the source."""
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Give every frame up to the end."""
        while (frame := self.read()) is not None:
            yield frame

    def _next_frame(self) -> Frame | None:
        while (raw := self._reader.read()) is not None:
            index = self._next_index
            self._next_index += 1
            stamp_ns = -1 if self.is_live else self._timeline.stamp_ns(raw.time_ns)
            if raw.image is None:
                self._corrupt_frames += 1
                continue
            time_s = self._clock() if self.is_live else stamp_ns / NANOSECONDS
            if self._rate_limit.admits(time_s):
                image = shrunk(raw.image, self._config.max_width, self._config.max_height)
                return Frame(flipped(image, self._config.flip), stamp_ns, index)
        return None

    def _skip(self) -> None:
        for _ in range(self._config.skip_frames):
            if self._reader.read() is None:
                return

    def _rewind(self) -> None:
        self._reader.close()
        self._reader = self._open_reader()
        self._timeline.restart()
        self._skip()

    def _nominal_period_ns(self) -> int:
        rate_hz = self._reader.frame_rate_hz
        return round(NANOSECONDS / (rate_hz if rate_hz > 0 else DEFAULT_FRAME_RATE_HZ))

    def _why_empty(self) -> str:
        if self._corrupt_frames:
            return (f'{self.description} has no frame that can be decoded '
                    f'({self._corrupt_frames} damaged); check that the file is complete')
        if self._config.skip_frames:
            return (f'{self.description} has no frame after the first '
                    f'{self._config.skip_frames}; lower skip_frames')
        return f'{self.description} has no frame; check that the file is complete'
