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

"""Colours that tell people apart, the same for the same person in every run."""

import colorsys
from functools import lru_cache
import re
import zlib

Colour = tuple[int, int, int]

GREY: Colour = (200, 200, 200)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (20, 20, 20)
# Steps of the golden ratio never fall close to an earlier hue while the numbers are small.
_GOLDEN_RATIO = 0.618033988749895
# Lightness alternates, so that hues which some eyes cannot tell apart still differ.
_LIGHTNESSES = (0.62, 0.48, 0.76)
_WEIGHTS_BGR = (0.114, 0.587, 0.299)  # luma, ITU-R BT.601


@lru_cache(maxsize=4096)
def colour_of(key: str) -> Colour:
    """
    Return the colour of a person or track as blue, green, red in 0..255.

    Parameters
    ----------
    key
        An id. Where it ends in a number, ids of neighbouring numbers differ clearly.

    """
    number = re.search(r'[0-9]{1,9}$', key)
    seed = int(number.group()) if number else zlib.crc32(key.encode())
    hue = (seed * _GOLDEN_RATIO) % 1.0
    rgb = colorsys.hls_to_rgb(hue, _LIGHTNESSES[seed % len(_LIGHTNESSES)], 0.9)
    red, green, blue = (round(255 * channel) for channel in rgb)
    return blue, green, red


def text_colour_on(background: Colour) -> Colour:
    """Return black or white, whichever reads better on the background."""
    luma = sum(weight * channel for weight, channel in zip(_WEIGHTS_BGR, background))
    return BLACK if luma > 120 else WHITE


def dimmed(colour: Colour, share: float) -> Colour:
    """Return the colour mixed with black; `share` of it stays, in [0, 1]."""
    blue, green, red = (round(share * channel) for channel in colour)
    return blue, green, red
