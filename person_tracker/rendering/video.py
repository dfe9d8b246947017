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

"""Write images to a video that plays at the speed at which they were taken."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.types import NANOSECONDS

# Preferred first; FFmpeg's own mpeg4 is in every build and every player reads it.
_CODECS = ('libx264', 'libopenh264', 'mpeg4')
# Without B-frames the last frame's time is the file's length, at any spacing.
_OPTIONS = {'libx264': {'preset': 'veryfast', 'crf': '20', 'bf': '0'}}
_ENDINGS = ('.mp4', '.mkv')  # AVI has no time stamps
_BITS_PER_PIXEL = 0.2  # for the encoders without a quality setting
_TICKS_HZ = 10_000  # MPEG-4 allows at most 65,535


class VideoError(RuntimeError):
    """A video cannot be written; the text names the file and the reason."""


class VideoWriter:
    """
    An H.264 video file; FFmpeg's MPEG-4 where the encoder is missing (`codec` says which).

    The first image sets the size; others are fitted into it with black borders, and an odd width
    or height grows by one pixel. The file appears under its name when it is complete, at `close`;
    without any image there is none.
    """

    def __init__(self, path: str | Path, frame_rate_hz: float) -> None:
        """
        Prepare the file.

        Parameters
        ----------
        path
            Where the video will be; ends in `.mp4` or `.mkv`. The folder is made if need be.
        frame_rate_hz
            Rate of images without a stamp, and the nominal rate of the file.

        Raises
        ------
        VideoError
            The file cannot be written.

        """
        if not 0 < frame_rate_hz <= 1000:
            raise ValueError(f'frame_rate_hz must be in (0, 1000] Hz, got {frame_rate_hz}')
        self._path = Path(path)
        self._temporary = self._path.with_name(f'.{self._path.stem}.part{self._path.suffix}')
        self._period_ticks = max(1, round(_TICKS_HZ / frame_rate_hz))
        self._rate = Fraction(frame_rate_hz).limit_denominator(1001)
        self._codec = next(name for name in _CODECS if name in av.codecs_available)
        self._stream: Any = None
        self._size = (0, 0)
        self._first_stamp_ns: int | None = None
        self._last_tick = -1
        self._container = self._open()

    @property
    def codec(self) -> str:
        """Return what FFmpeg calls the encoder in use."""
        return self._codec

    def write(self, image: NDArray[np.uint8], stamp_ns: int | None = None) -> None:
        """
        Add an image.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, BGR.
        stamp_ns
            When it was taken; the distances between stamps are those between the frames of the
            video. None: one nominal period after the one before.

        Raises
        ------
        VideoError
            The disk is full, or the encoder fails.

        """
        try:
            if self._stream is None:
                self._stream = self._add_stream(image.shape[1], image.shape[0])
            frame = av.VideoFrame.from_ndarray(_fitted(image, self._size), format='bgr24')
            frame.pts = self._tick(stamp_ns)
            frame.time_base = Fraction(1, _TICKS_HZ)
            if hasattr(frame, 'duration'):  # since PyAV 12; the last frame is shown as long
                frame.duration = self._period_ticks
            self._container.mux(self._stream.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """Finish the file and give it its name; a second call does nothing."""
        if self._container is None:
            return
        container, self._container = self._container, None
        try:
            if self._stream is None:
                container.close()
                self._temporary.unlink(missing_ok=True)
                return
            container.mux(self._stream.encode(None))
            container.close()
            self._temporary.replace(self._path)
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from None

    def __enter__(self) -> 'VideoWriter':
        """Return the writer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the file with what it has, after an exception too."""
        self.close()

    def _open(self) -> Any:
        if self._path.suffix.lower() not in _ENDINGS:
            raise VideoError(
                f'{self._path} cannot be written: its name must end in {" or ".join(_ENDINGS)}')
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # FFmpeg itself would find out at the first image only.
            self._temporary.touch()
            return av.open(str(self._temporary), 'w')
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from None

    def _add_stream(self, width: int, height: int) -> Any:
        # Colour at half resolution, the only kind that all players read, needs even sizes.
        self._size = width + width % 2, height + height % 2
        stream = self._container.add_stream(
            self._codec, rate=self._rate, options=_OPTIONS.get(self._codec, {}))
        stream.width, stream.height = self._size
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.time_base = Fraction(1, _TICKS_HZ)
        if self._codec not in _OPTIONS:
            stream.bit_rate = round(width * height * float(self._rate) * _BITS_PER_PIXEL)
        return stream

    def _tick(self, stamp_ns: int | None) -> int:
        """Return the frame's time in ticks; it always rises."""
        tick = self._last_tick + self._period_ticks if self._last_tick >= 0 else 0
        if stamp_ns is not None:
            if self._first_stamp_ns is None:
                self._first_stamp_ns = stamp_ns - tick * NANOSECONDS // _TICKS_HZ
            since_ns = stamp_ns - self._first_stamp_ns
            tick = max(self._last_tick + 1, round(since_ns * _TICKS_HZ / NANOSECONDS))
        self._last_tick = tick
        return tick

    def _failure(self, error: Exception) -> VideoError:
        reason = getattr(error, 'strerror', None) or str(error)
        return VideoError(f'{self._path} cannot be written: {reason}')


def _fitted(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the image at the size of the video, its shape kept."""
    width, height = size
    if image.shape[1] + image.shape[1] % 2 == width and (
            image.shape[0] + image.shape[0] % 2 == height):
        padded = cv2.copyMakeBorder(
            image, 0, height - image.shape[0], 0, width - image.shape[1], cv2.BORDER_REPLICATE)
        return np.asarray(padded, np.uint8)
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    resized = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)
    padded = cv2.copyMakeBorder(
        resized, top, height - inner[1] - top, left, width - inner[0] - left,
        cv2.BORDER_CONSTANT)
    return np.asarray(padded, np.uint8)
