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

"""Folders of images, in the order in which a person would number them."""

from collections.abc import Sequence
from pathlib import Path
import re

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.sources.source import DEFAULT_FRAME_RATE_HZ
from person_tracker.sources.source import RawFrame
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError

IMAGE_SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.pgm', '.png', '.pnm', '.ppm', '.tif', '.tiff',
                  '.webp')
_END_OF_JPEG = b'\xff\xd9'
_START_OF_JPEG_SCAN = b'\xff\xda'


class ImageReader:
    """A `Reader` of image files, one frame each; a file that cannot be decoded is damaged."""

    is_live = False

    def __init__(self, files: Sequence[Path], description: str, config: SourceConfig) -> None:
        """Read the files in the given order at `frame_rate_hz` of the configuration."""
        self.description = description
        self.frame_rate_hz = config.frame_rate_hz or DEFAULT_FRAME_RATE_HZ
        self.frame_count = len(files)
        self._files = iter(files)

    def read(self) -> RawFrame | None:
        """Return the next image, None after the last."""
        file = next(self._files, None)
        if file is None:
            return None
        try:
            return RawFrame(decode_image(file.read_bytes()))
        except OSError as error:
            raise SourceError(
                f'{file} cannot be read: {error.strerror}; check the file and its permissions'
            ) from None

    def close(self) -> None:
        """Do nothing: no file stays open."""


def list_images(folder: Path) -> list[Path]:
    """
    Return a folder's images, numbers in their names in numerical order (`2.png`, `10.png`).

    Raises
    ------
    SourceError
        The folder cannot be read or holds no image.

    """
    try:
        files = [file for file in folder.iterdir()
                 if file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith('.')]
    except OSError as error:
        raise SourceError(f'{folder} cannot be read: {error.strerror}') from None
    if not files:
        raise SourceError(
            f'{folder} holds no image; expected files that end in {", ".join(IMAGE_SUFFIXES)}')
    return sorted(files, key=lambda file: _natural_key(file.name))


def decode_image(data: bytes) -> NDArray[np.uint8] | None:
    """
    Return a coded image as BGR, shape (H, W, 3), uint8; None where it is damaged.

    16-bit images are divided by 256, transparency is ignored.
    """
    if not data or _is_cut_off_jpeg(data):
        return None
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)


def _is_cut_off_jpeg(data: bytes) -> bool:
    """Tell whether a JPEG's end is missing, which older OpenCV fills with grey silently."""
    return (data.startswith(b'\xff\xd8')
            and data.rfind(_END_OF_JPEG) < data.rfind(_START_OF_JPEG_SCAN))


def _natural_key(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r'(\d+)', name.lower())
    return [(0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts if part]
