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

"""Images to network inputs: fitted, colour-ordered, normalised, batched."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.models.errors import ModelError

COLOURS = ('bgr', 'rgb')
FITS = ('letterbox_top_left', 'letterbox_centred', 'stretch')
STANDARDS = ('fixed', 'image')

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class InputFormat:
    """
    How a network wants its images.

    Attributes
    ----------
    width, height
        Size in pixels.
    colour
        Order of the channels, one of `COLOURS`.
    mean, std
        Per channel in that order, on the scale 0..255: the network sees `(pixel - mean) / std`.
    standardise
        `fixed`: by `mean` and `std`. `image`: by the image's own mean and standard deviation over
        all channels, the latter at least that of a single count, 1 / sqrt(numbers).
    fit
        How an image of another shape is brought in, one of `FITS`. The letterboxes keep its
        proportions and fill the rest with `padding`.
    padding
        Grey level of the rest, 0..255.

    """

    width: int
    height: int
    colour: str = 'bgr'
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fit: str = 'letterbox_top_left'
    padding: int = 114
    standardise: str = 'fixed'

    def __post_init__(self) -> None:
        """Refuse what no image could be brought into."""
        if self.width < 1 or self.height < 1:
            raise ModelError(f'input size must be positive, got {self.width}x{self.height}')
        if self.colour not in COLOURS:
            raise ModelError(f'colour must be one of {", ".join(COLOURS)}, got {self.colour!r}')
        if self.fit not in FITS:
            raise ModelError(f'fit must be one of {", ".join(FITS)}, got {self.fit!r}')
        if self.standardise not in STANDARDS:
            raise ModelError(f'standardise must be one of {", ".join(STANDARDS)}, '
                             f'got {self.standardise!r}')
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0.0:
            raise ModelError(
                f'mean and std must be three numbers, std positive, got {self.mean}, {self.std}')


@dataclass(frozen=True)
class Placement:
    """Where an image lies in the network's input: `input = image * scale + offset`, in pixels."""

    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0

    def to_image(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return boxes of shape (N, 4), given in input pixels, in image pixels."""
        offset = np.array([self.offset_x, self.offset_y] * 2, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, np.float32)
        return (boxes_xyxy - offset) / scale


def check_image(image: Image) -> None:
    """
    Refuse what is not a colour image of 8 bits.

    Raises
    ------
    ValueError
        Names the shape and type given and those allowed.

    """
    if not isinstance(image, np.ndarray):
        raise ValueError(f'an image must be an array, got {type(image).__name__}')
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError('an image must have shape (height, width, 3) and type uint8, '
                         f'got {image.shape} and {image.dtype}')


def placement(image: Image, target: InputFormat) -> Placement:
    """Return where an image of this size goes in the network's input."""
    height, width = image.shape[:2]
    if target.fit == 'stretch':
        return Placement(target.width / width, target.height / height)
    scale = min(target.width / width, target.height / height)
    inner_width, inner_height = _scaled(width, scale), _scaled(height, scale)
    # Whole pixels change the proportions a little, so each axis has its own scale.
    exact = inner_width / width, inner_height / height
    if target.fit == 'letterbox_top_left':
        return Placement(*exact)
    return Placement(*exact, (target.width - inner_width) // 2,
                     (target.height - inner_height) // 2)


def batch(images: Sequence[Image], target: InputFormat) -> NDArray[np.float32]:
    """
    Return the network's input for some images.

    Parameters
    ----------
    images
        Blue-green-red, uint8, any sizes.
    target
        What the network wants.

    Returns
    -------
    ndarray
        Shape (N, 3, height, width), float32.

    """
    fitted = [fit(image, target) for image in images]
    if not fitted:
        return np.empty((0, 3, target.height, target.width), np.float32)
    result = np.empty((len(fitted), 3, target.height, target.width), np.float32)
    order = (0, 1, 2) if target.colour == 'bgr' else (2, 1, 0)
    for planes, image in zip(result, fitted):
        for plane, channel in zip(planes, order):
            plane[...] = image[:, :, channel]
    if target.standardise == 'image':
        return _standardised(result)
    for channel, (mean, std) in enumerate(zip(target.mean, target.std)):
        if (mean, std) != (0.0, 1.0):
            result[:, channel] -= np.float32(mean)
            result[:, channel] *= np.float32(1.0 / std)
    return result


def fit(image: Image, target: InputFormat) -> Image:
    """Return one image, resized and padded to the network's size, blue-green-red."""
    if target.fit == 'stretch':
        return _resized(image, target.width, target.height)
    place = placement(image, target)
    width = round(image.shape[1] * place.scale_x)
    height = round(image.shape[0] * place.scale_y)
    inner = _resized(image, width, height)
    if (width, height) == (target.width, target.height):
        return inner
    canvas = np.full((target.height, target.width, 3), target.padding, np.uint8)
    left, top = int(place.offset_x), int(place.offset_y)
    canvas[top:top + height, left:left + width] = inner
    return canvas


def _standardised(images: NDArray[np.float32]) -> NDArray[np.float32]:
    axes = (1, 2, 3)
    numbers = images[0].size
    deviation = np.maximum(images.std(axis=axes, keepdims=True), 1.0 / numbers ** 0.5)
    return np.asarray((images - images.mean(axis=axes, keepdims=True)) / deviation, np.float32)


def _resized(image: Image, width: int, height: int) -> Image:
    if image.shape[1] == width and image.shape[0] == height:
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _scaled(length: int, scale: float) -> int:
    return max(1, round(length * scale))
