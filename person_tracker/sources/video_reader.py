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
Video files, network streams and V4L2 cameras, decoded with PyAV.

PyAV rather than OpenCV's VideoCapture: it gives each frame's own time stamp, time-outs that hold
for every network protocol, and an error that says what went wrong instead of a bare `False`.
"""

from collections.abc import Generator
import math
import time
from typing import Any

import av
import numpy as np
from person_tracker.core.types import NANOSECONDS
from person_tracker.sources.address import redacted
from person_tracker.sources.address import scheme_of
from person_tracker.sources.source import RawFrame
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError

# Elementary streams: their demuxers give no times, or count them at a made-up 25 Hz.
_UNTIMED_FORMATS = ('h264', 'hevc', 'm4v', 'mjpeg', 'mpegvideo')
# What the errors mean to a person; the first class that fits is taken.
_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((FileNotFoundError,), 'it does not exist; check the spelling'),
    ((PermissionError,), 'there is no permission to read it; change its owner or mode, for a '
     "camera join the group 'video'"),
    ((ConnectionRefusedError,), 'nothing listens there; check host and port'),
    ((av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError),
     'access was refused; check user name and password'),
    ((av.error.HTTPNotFoundError,), 'the server has no such stream; check the path'),
    ((av.error.HTTPError, av.error.HTTPClientError),
     'the server answered with an error; check its state'),
    ((av.error.DecoderNotFoundError,), 'there is no decoder for it; convert it to H.264 MP4'),
    ((av.error.InvalidDataError,), 'it is no video that can be decoded; check that it is complete '
     'and a video, or convert it to H.264 MP4'),
    ((av.error.ProtocolNotFoundError,),
     'this build of FFmpeg does not speak its protocol; use another one, such as rtsp'),
    ((EOFError,), 'it ends before its first frame; check that it is complete'),
    ((BlockingIOError,), 'another program uses it; end that program'),
)
_MEANINGS_BY_TEXT = {
    'Device or resource busy': 'another program uses it; end that program',
    'No such device': 'it was unplugged; plug it in again',
    'Input/output error': 'it cannot be reached or read; check cable, network and host name',
}


class VideoReader:
    """A `Reader` of whatever FFmpeg can open."""

    def __init__(
            self, address: str, config: SourceConfig, *, description: str | None = None,
            input_format: str | None = None, options: dict[str, str] | None = None) -> None:
        """
        Open the medium and find its video.

        Parameters
        ----------
        address
            Path, URL or device.
        config
            Time-outs, and the frame rate of videos without time stamps.
        description
            What it is called in messages; None: the address without its password.
        input_format
            FFmpeg's name of a capture device's format; None for files and streams.
        options
            FFmpeg options for the input.

        Raises
        ------
        SourceError
            It cannot be opened, or has no video.

        """
        self.description = description or redacted(address)
        self._config = config
        self._is_url = bool(scheme_of(address))
        self._container = self._open(address, input_format, options or {})
        try:
            self._stream = self._video_stream()
        except SourceError:
            self._container.close()
            raise
        self._is_untimed = self._container.format.name in _UNTIMED_FORMATS
        self.is_live = input_format is not None or self._is_live_stream(scheme_of(address))
        self.frame_rate_hz = self._find_frame_rate_hz()
        self.frame_count = self._stream.frames or None
        # Frame threads would hold back a live picture by one frame each.
        self._stream.thread_type = 'SLICE' if self.is_live else 'AUTO'
        self._reformatter = av.video.reformatter.VideoReformatter()
        self._frames = self._decode()

    def read(self) -> RawFrame | None:
        """Return the next frame in the order of display, None at the end."""
        started_s = time.monotonic()
        try:
            return next(self._frames, None)
        except av.error.EOFError:
            return None
        except (av.error.FFmpegError, OSError) as error:
            waited_s = time.monotonic() - started_s
            raise self._failure(error, waited_s, 'read_timeout_s') from None

    def close(self) -> None:
        """Give the medium back; a second call does nothing."""
        self._frames.close()
        self._container.close()

    def _open(self, address: str, input_format: str | None, options: dict[str, str]) -> Any:
        timeout = None
        if self._is_url:
            timeout = (self._config.open_timeout_s, self._config.read_timeout_s)
        started_s = time.monotonic()
        try:
            return av.open(address, format=input_format, options=options, timeout=timeout)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            waited_s = time.monotonic() - started_s
            raise self._failure(error, waited_s, 'open_timeout_s') from None

    def _video_stream(self) -> Any:
        if not self._container.streams.video:
            raise SourceError(f'{self.description} holds no video; name a file that does')
        stream = self._container.streams.video[0]
        if stream.codec_context is None:
            raise SourceError(
                f'{self.description} is in a video format that this FFmpeg cannot decode; '
                'convert it to H.264 MP4')
        return stream

    def _is_live_stream(self, scheme: str) -> bool:
        """Tell a stream from a file on a web server, which has a length."""
        return self._is_url and not (
            scheme in ('http', 'https') and self._container.duration is not None)

    def _find_frame_rate_hz(self) -> float:
        stream = self._stream
        if self._is_untimed:
            rate = (self._config.frame_rate_hz or stream.codec_context.framerate
                    or stream.guessed_rate)
        else:
            rate = stream.average_rate
        return float(rate) if rate else math.nan

    def _decode(self) -> Generator[RawFrame, None, None]:
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                yield RawFrame(None)
                continue
            for frame in frames:
                yield self._raw_frame(frame)

    def _raw_frame(self, frame: Any) -> RawFrame:
        time_ns = None
        if frame.pts is not None and not self._is_untimed:
            base = frame.time_base
            time_ns = frame.pts * base.numerator * NANOSECONDS // base.denominator
        if frame.is_corrupt:
            return RawFrame(None, time_ns)
        image = np.asarray(
            self._reformatter.reformat(frame, format='bgr24').to_ndarray(), np.uint8)
        # Telephones write upright pictures lying, with a note that older PyAV does not read.
        quarter_turns = round(getattr(frame, 'rotation', 0) / 90)
        if quarter_turns:
            image = np.ascontiguousarray(np.rot90(image, quarter_turns))
        return RawFrame(image, time_ns)

    def _failure(self, error: Exception, waited_s: float, timeout_name: str) -> SourceError:
        timeout_s = getattr(self._config, timeout_name)
        # Some protocols report their own interruption as bad data, so the time decides.
        if self._is_url and waited_s >= timeout_s:
            return SourceError(
                f'{self.description} sent nothing for {timeout_s:g} s; check that it runs, or '
                f'raise {timeout_name}')
        return SourceError(f'{self.description} cannot be read: {_meaning(error)}')


def _meaning(error: Exception) -> str:
    for classes, meaning in _MEANINGS:
        if isinstance(error, classes):
            return meaning
    text = getattr(error, 'strerror', None) or str(error)
    return _MEANINGS_BY_TEXT.get(text, text)
