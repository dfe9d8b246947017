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

"""A few images of a recording side by side, each with a caption."""

from collections.abc import Sequence
import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.rendering.colours import WHITE
from person_tracker.rendering.overlay import paint
from person_tracker.rendering.text import text_mask

_BACKGROUND = 30  # dark grey: pictures stand out, captions read


def contact_sheet(
        images: Sequence[NDArray[np.uint8]], captions: Sequence[str], *,
        columns: int | None = None, tile_width: int = 480) -> NDArray[np.uint8]:
    """
    Return the images in a grid, row by row, each with its caption below.

    Parameters
    ----------
    images
        At least one, each of shape (H, W, 3), uint8, BGR; sizes may differ.
    captions
        One for each image; empty: none.
    columns
        Images in a row; None: as many as make the grid about square.
    tile_width
        Width of each image in the sheet, pixels.

    """
    if not images or len(images) != len(captions):
        raise ValueError(
            'a contact sheet needs at least one image and a caption for each, got '
            f'{len(images)} images and {len(captions)} captions')
    columns = min(columns or math.ceil(math.sqrt(len(images))), len(images))
    gap = max(4, tile_width // 60)
    tiles = [_tile(image, caption, tile_width) for image, caption in zip(images, captions)]
    rows = [tiles[start:start + columns] for start in range(0, len(tiles), columns)]
    heights = [max(tile.shape[0] for tile in row) for row in rows]
    sheet = np.full(
        (sum(heights) + gap * (len(rows) + 1), columns * (tile_width + gap) + gap, 3),
        _BACKGROUND, np.uint8)
    top = gap
    for row, height in zip(rows, heights):
        for number, tile in enumerate(row):
            left = gap + number * (tile_width + gap)
            sheet[top:top + tile.shape[0], left:left + tile_width] = tile
        top += height + gap
    return sheet


def write_png(path: str | Path, image: NDArray[np.uint8]) -> None:
    """
    Write an image as PNG; the file appears complete or not at all.

    Raises
    ------
    OSError
        The file cannot be written.

    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.part')
    temporary.write_bytes(cv2.imencode('.png', image)[1].tobytes())
    temporary.replace(path)


def _tile(image: NDArray[np.uint8], caption: str, width: int) -> NDArray[np.uint8]:
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    text = text_mask(caption, max(11, width // 28))
    pad = text.shape[0] // 3
    tile = np.full((height + text.shape[0] + pad, width, 3), _BACKGROUND, np.uint8)
    tile[:height] = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    paint(tile, text, WHITE, pad, height + pad // 2)
    return tile
