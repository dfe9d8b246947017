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
Text in any script, as masks to paint with.

OpenCV draws ASCII alone, people have other names as well: Pillow draws with the first font found
that knows all letters. Without such a font a letter loses its accent, else becomes a '?'.
"""

from collections.abc import Sequence
from functools import lru_cache
import math
import unicodedata

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

# In the order of preference; the later ones know Chinese, Japanese and Korean.
FONTS = (
    'DejaVuSans.ttf', 'NotoSans-Regular.ttf', 'LiberationSans-Regular.ttf', 'FreeSans.ttf',
    'NotoSansCJK-Regular.ttc', 'wqy-microhei.ttc', 'wqy-zenhei.ttc', 'DroidSansFallbackFull.ttf',
    'uming.ttc')
_NO_CHARACTER = '\U0010ffff'


@lru_cache(maxsize=1024)
def text_mask(text: str, size_px: int, fonts: tuple[str, ...] = FONTS) -> NDArray[np.uint8]:
    """
    Return how much of each pixel a line of text covers.

    Parameters
    ----------
    text
        One line; control characters count as spaces.
    size_px
        Size of the letters, from the top of the highest to the bottom of the lowest about 1.2
        times this.
    fonts
        Names of font files that may be there, the preferred one first.

    Returns
    -------
    NDArray[np.uint8]
        Shape (H, W), read-only; H is the same for all texts of one font and size.

    """
    line = ''.join(letter if letter.isprintable() else ' ' for letter in text)
    found = _found(fonts)
    path = _best_font(line, found)
    shown = ''.join(_shown(letter, path) for letter in line)
    mask = _mask_of_opencv(shown, size_px) if path is None else _mask(shown, path, size_px)
    mask.setflags(write=False)
    return mask


def _mask(text: str, path: str, size_px: int) -> NDArray[np.uint8]:
    font = _font(path, size_px)
    ascent, descent = font.getmetrics()
    canvas = Image.new('L', (round(font.getlength(text)) + 1, ascent + descent + 2))
    ImageDraw.Draw(canvas).text((0, 1), text, fill=255, font=font)
    return np.array(canvas)


def _mask_of_opencv(text: str, size_px: int) -> NDArray[np.uint8]:
    thickness = max(1, round(size_px / 14))
    scale = cv2.getFontScaleFromHeight(cv2.FONT_HERSHEY_SIMPLEX, round(size_px * 0.72), thickness)
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    # As high for every text, so that a line of it does not jump; letters stand on y = size_px.
    mask = np.zeros((math.ceil(1.35 * size_px) + 1, max(0, width) + 1), np.uint8)
    cv2.putText(mask, text, (0, size_px), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thickness,
                cv2.LINE_AA)
    return mask


def _best_font(text: str, paths: Sequence[str]) -> str | None:
    """Return the first font that knows the most letters of the text; None: there is no font."""
    return max(paths, key=lambda path: sum(_knows(path, letter) for letter in text), default=None)


def _shown(letter: str, path: str | None) -> str:
    without_accent = unicodedata.normalize('NFKD', letter)[0]
    for candidate in (letter, without_accent):
        if candidate.isascii() if path is None else _knows(path, candidate):
            return candidate
    return '?'


@lru_cache(maxsize=8)
def _found(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths of the fonts that are installed; Pillow searches the system's folders."""
    paths = []
    for name in names:
        try:
            paths.append(str(ImageFont.truetype(name, 16).path))
        except OSError:
            continue
    return tuple(paths)


@lru_cache(maxsize=64)
def _font(path: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px)


@lru_cache(maxsize=4096)
def _knows(path: str, letter: str) -> bool:
    """Tell whether a font can draw a letter: what it cannot draw all looks the same."""
    if letter.isspace():
        return True
    font = _font(path, 16)
    glyph, missing = font.getmask(letter), font.getmask(_NO_CHARACTER)
    return (glyph.size, bytes(glyph)) != (missing.size, bytes(missing))
