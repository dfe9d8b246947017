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

"""How much of a person can be seen in a box of an image: inside, large enough, sharp."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import areas
from person_tracker.models.preprocessing import Image

# Boxes are cut here before their area is taken, so that it stays a number.
_FAR_PX = 1e6
# A crop of this size or larger counts as fully visible.
_GOOD_WIDTH, _GOOD_HEIGHT = 64, 128
# Variance of the Laplacian at that size where sharpness counts one half: half of what people in
# sharp videos have, and what a blur of one pixel leaves of it.
_HALF_SHARP = 50.0


def visible_parts(boxes_xyxy: NDArray[np.float32],
                  image: Image) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return each box in whole pixels of the image, and the part of its area that is inside."""
    height, width = image.shape[:2]
    finite = np.where(np.isfinite(boxes_xyxy).all(axis=1, keepdims=True), boxes_xyxy, 0.0)
    finite = np.clip(finite, -_FAR_PX, _FAR_PX).astype(np.float32)
    clipped = np.clip(finite, 0.0, np.array([width, height, width, height], np.float32))
    inside = areas(clipped) / np.maximum(areas(finite), np.finfo(np.float32).tiny)
    return np.rint(clipped).astype(np.intp), inside


def clarity(crop: Image) -> float:
    """Return how much of a person can be seen in a crop, in [0, 1]: its size and sharpness."""
    height, width = crop.shape[:2]
    size = min(1.0, math.sqrt(width * height / (_GOOD_WIDTH * _GOOD_HEIGHT)))
    grey = cv2.cvtColor(cv2.resize(crop, (_GOOD_WIDTH, _GOOD_HEIGHT)), cv2.COLOR_BGR2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    sharpness = float(deviation[0, 0]) ** 2
    return size * sharpness / (sharpness + _HALF_SHARP)
