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

"""Find out what an address means, and open it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
import time

from person_tracker.sources.address import redacted
from person_tracker.sources.address import scheme_of
from person_tracker.sources.image_reader import IMAGE_SUFFIXES
from person_tracker.sources.image_reader import ImageReader
from person_tracker.sources.image_reader import list_images
from person_tracker.sources.source import Reader
from person_tracker.sources.source import Source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
from person_tracker.sources.video_reader import VideoReader

STREAM_SCHEMES = ('http', 'https', 'rtmp', 'rtmps', 'rtsp', 'rtsps', 'srt', 'tcp', 'udp')
_DEVICES = Path('/dev')


def open_source(
        config: SourceConfig, *, clock: Callable[[], float] = time.monotonic) -> Source:
    """
    Open the source that `config.uri` names.

    Parameters
    ----------
    config
        Where frames come from and how they are changed.
    clock
        Rising seconds; times live frames for `max_rate_hz`, nothing else.

    Raises
    ------
    SourceError
        It cannot be opened; the text names it and says what to do.

    """
    return Source(partial(_open_reader, config), config, clock=clock)


def _open_reader(config: SourceConfig) -> Reader:
    uri = config.uri.strip()
    if not uri:
        raise SourceError(
            'no source is given; name a camera (0), a device (/dev/video0), a video file, an '
            'image folder or a stream URL')
    if uri.isascii() and uri.isdigit():
        return _open_camera(_DEVICES / f'video{int(uri)}', config)
    scheme = scheme_of(uri)
    if scheme == 'file':
        return _open_path(Path(uri[len('file://'):]), config)
    if scheme:
        return _open_stream(uri, scheme, config)
    return _open_path(Path(uri).expanduser(), config)


def _open_path(path: Path, config: SourceConfig) -> Reader:
    if path.parent == _DEVICES and path.name.startswith('video') or path.is_char_device():
        return _open_camera(path, config)
    if not path.exists():
        raise SourceError(f'{path} does not exist; check the spelling of the source')
    if path.is_dir():
        return ImageReader(list_images(path), str(path), config)
    if path.stat().st_size == 0 and path.is_file():
        raise SourceError(f'{path} is an empty file; record or copy it again')
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return ImageReader([path], str(path), config)
    # The prefix keeps FFmpeg from reading a colon in a file name as a protocol.
    return VideoReader(f'file:{path}', config, description=str(path))


def _open_stream(url: str, scheme: str, config: SourceConfig) -> Reader:
    if scheme not in STREAM_SCHEMES:
        raise SourceError(
            f"unsupported scheme '{scheme}' in {redacted(url)}; use one of "
            f'{", ".join(STREAM_SCHEMES)}, or a path')
    options = {}
    if scheme in ('rtsp', 'rtsps'):
        # Lost UDP packets tear pictures; kept ones would add delay.
        options = {'rtsp_transport': 'tcp', 'fflags': 'nobuffer'}
    return VideoReader(url, config, options=options)


def _open_camera(device: Path, config: SourceConfig) -> Reader:
    if not device.exists():
        present = sorted(str(path) for path in _DEVICES.glob('video*'))
        hint = f'present are {", ".join(present)}' if present else 'no camera is connected'
        raise SourceError(f'there is no camera {device}; {hint}')
    options = {}
    if config.capture_width:
        options['video_size'] = f'{config.capture_width}x{config.capture_height}'
    if config.capture_rate_hz:
        options['framerate'] = f'{config.capture_rate_hz:g}'
    if config.capture_format:
        options['input_format'] = config.capture_format
    return VideoReader(str(device), config, input_format='v4l2', options=options)
