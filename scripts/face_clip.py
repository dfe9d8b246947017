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
Make the clip with faces of `scripts/demo faces` out of two public-domain portraits.

Eileen Collins comes, leaves, and comes back mirrored and darker while Grace Hopper is there. The
portraits move, turn, grow and change their brightness; nobody turns the head or speaks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.types import NANOSECONDS
from person_tracker.rendering.video import VideoWriter

RATE_HZ = 10
DURATION_S = 24.0
WIDTH, HEIGHT = 640, 480

_EDGE_PX = 12.0  # over which a portrait fades into the wall
_SWAY_RAD, _SWAY_S = 0.06, 5.0
_ZOOM, _ZOOM_S = 0.06, 8.0


@dataclass(frozen=True)
class Visit:
    """
    A portrait that comes and goes.

    Attributes
    ----------
    columns
        First and last column of the portrait that are shown.
    times_s, centres
        When its middle is where, in widths of the video.
    height, gain
        Shown height in heights of the video, and factor of the brightness.
    is_mirrored
        Whether left and right are exchanged.

    """

    columns: tuple[int, int]
    times_s: tuple[float, ...]
    centres: tuple[float, ...]
    height: float
    gain: float = 1.0
    is_mirrored: bool = False

    def shows(self, time_s: float) -> bool:
        """Tell whether the portrait is in the picture."""
        return self.times_s[0] < time_s < self.times_s[-1]


COLLINS = (Visit((20, 370), (0.5, 2.5, 7.0, 9.0), (-0.3, 0.3, 0.33, -0.3), 0.95),
           Visit((20, 370), (13.0, 15.5, 24.5), (-0.3, 0.24, 0.3), 0.85, 0.75, True))
HOPPER = (Visit((60, 512), (6.0, 8.5, 18.0, 20.0), (1.4, 0.72, 0.75, 1.4), 0.9),)


def write_clip(path: Path, collins: NDArray[np.uint8], hopper: NDArray[np.uint8]) -> None:
    """Write the clip, the portraits given as BGR images."""
    writer = VideoWriter(path, RATE_HZ)
    for number, image in enumerate(clip_images(collins, hopper)):
        writer.write(image, number * NANOSECONDS // RATE_HZ)
    writer.close()


def clip_images(collins: NDArray[np.uint8],
                hopper: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Return the images of the clip, BGR."""
    wall = np.linspace(150.0, 200.0, WIDTH, dtype=np.float32)[None, :, None]
    for number in range(round(DURATION_S * RATE_HZ)):
        time_s = number / RATE_HZ
        image = np.broadcast_to(wall, (HEIGHT, WIDTH, 3)).copy()
        for portrait, visits in ((collins, COLLINS), (hopper, HOPPER)):
            for visit in visits:
                if visit.shows(time_s):
                    image = _with_portrait(image, portrait, visit, time_s)
        yield np.clip(image, 0.0, 255.0).astype(np.uint8)


def _with_portrait(image: NDArray[np.float32], portrait: NDArray[np.uint8], visit: Visit,
                   time_s: float) -> NDArray[np.float32]:
    first, last = visit.columns
    shown = portrait[:, first:last, :3].astype(np.float32) * visit.gain
    if visit.is_mirrored:
        shown = shown[:, ::-1]
    height, width = shown.shape[:2]
    matrix = _placed(width, height, visit, time_s)
    columns = np.minimum(np.arange(width) + 1, width - np.arange(width))
    rows = np.arange(height) + 1  # the lower edge stays below the video's
    mask = np.minimum(columns[None, :], rows[:, None]).astype(np.float32) / _EDGE_PX
    size = (image.shape[1], image.shape[0])
    alpha = cv2.warpAffine(np.minimum(mask, 1.0), matrix, size)[..., None]
    return image * (1.0 - alpha) + cv2.warpAffine(shown, matrix, size) * alpha


def _placed(width: int, height: int, visit: Visit, time_s: float) -> NDArray[np.float64]:
    """Return the affine map of a portrait into the video, its lower middle on the lower edge."""
    zoom = 1.0 + _ZOOM * math.sin(2.0 * math.pi * time_s / _ZOOM_S)
    scale = visit.height * HEIGHT / height * zoom
    angle = _SWAY_RAD * math.sin(2.0 * math.pi * time_s / _SWAY_S)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    x = float(np.interp(time_s, visit.times_s, visit.centres)) * WIDTH
    below = HEIGHT + 0.03 * HEIGHT  # so far that no corner shows when it sways
    return np.array([[cos, -sin, x - cos * width / 2.0 + sin * height],
                     [sin, cos, below - sin * width / 2.0 - cos * height]])
