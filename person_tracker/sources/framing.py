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

"""Change the shape of a frame: flip it, and keep it within a largest size."""

import cv2
import numpy as np
from numpy.typing import NDArray

FLIPS = ('none', 'horizontal', 'vertical', 'rotate_90', 'rotate_180', 'rotate_270')
_FLIP_CODES = {'vertical': 0, 'horizontal': 1}
_ROTATE_CODES = {
    'rotate_90': cv2.ROTATE_90_CLOCKWISE,
    'rotate_180': cv2.ROTATE_180,
    'rotate_270': cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def flipped(image: NDArray[np.uint8], flip: str) -> NDArray[np.uint8]:
    """
    Return the image mirrored or turned, the same array for `none`.

    Parameters
    ----------
    image
        Shape (H, W, 3).
    flip
        One of `FLIPS`. `horizontal` swaps left and right; angles are degrees clockwise.

    """
    if flip == 'none':
        return image
    if flip in _FLIP_CODES:
        return np.asarray(cv2.flip(image, _FLIP_CODES[flip]), np.uint8)
    return np.asarray(cv2.rotate(image, _ROTATE_CODES[flip]), np.uint8)


def shrunk(image: NDArray[np.uint8], max_width: int, max_height: int) -> NDArray[np.uint8]:
    """
    Return the image within both limits, its aspect kept; never enlarged, 0 is no limit.

    Averages over the area of each new pixel, so that thin things do not flicker.
    """
    height, width = image.shape[:2]
    scale = min(
        1.0,
        max_width / width if max_width else 1.0,
        max_height / height if max_height else 1.0)
    if scale == 1.0:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
