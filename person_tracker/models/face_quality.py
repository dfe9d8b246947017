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
How well a face can be seen: size, sharpness, light, pose, and what they leave of its embedding.

Each measure is a pure function of an aligned picture or of the five landmarks.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.models.preprocessing import Image

# Variance of the Laplacian of an aligned face of 112x112 where sharpness counts one half; sharp
# photos have 600 to 7000, a blur of two of its pixels (sigma) leaves 8 to 24.
_HALF_SHARP = 60.0
# Distance between eyes, or from eyes to mouth, at which more pixels would be thrown away: that of
# an aligned face of 112x112.
_GOOD_SIZE_PX = 36.0
# Below and above the outer levels of mean brightness nothing can be seen, between the inner ones
# all can; in [0, 1].
_BRIGHTNESS = (0.04, 0.2, 0.8, 0.96)
# Standard deviation of grey, in [0, 1], from which on a face has enough contrast.
_GOOD_CONTRAST = 0.08
# Measures from which on more does not help.
_GOOD_SHARPNESS = 0.5
_GOOD_FRONTALITY = 0.5
_GOOD_SCORE = 0.9
# Nose between eye line and mouth line, as a share of the way, in a face seen straight on.
_NOSE_HEIGHT = 0.5
# Eyes to mouth over the distance between eyes; 1.16 seen straight on, more for a turned head.
_LEAST_RATIO, _LARGEST_RATIO = 0.4, 8.0


def sharpness(face: Image) -> float:
    """Return how sharp an aligned face is, in [0, 1]: `v / (v + h)`, v variance of Laplacian."""
    _, deviation = cv2.meanStdDev(cv2.Laplacian(_grey(face), cv2.CV_16S))
    variance = float(deviation[0, 0]) ** 2
    return variance / (variance + _HALF_SHARP)


def brightness(face: Image) -> float:
    """Return the mean brightness of an aligned face, in [0, 1]."""
    return float(_grey(face).mean()) / 255.0


def contrast(face: Image) -> float:
    """Return the standard deviation of an aligned face's brightness, in [0, 1]."""
    return float(_grey(face).std()) / 255.0


def size_px(landmarks: NDArray[np.float32]) -> float:
    """
    Return how large a face is: the distance between its eyes, or from eyes to mouth.

    The larger of the two, as turning the head shortens one of them. Landmarks of shape (5, 2).
    """
    eyes, down = _axes(landmarks)
    return max(math.hypot(*eyes), math.hypot(*down))


def is_plausible(landmarks: NDArray[np.float32]) -> bool:
    """
    Tell whether five points, shape (5, 2), can be a face, however it is turned.

    Eyes and mouth corners must lie on the sides they belong to, seen from the mouth below the
    eyes, the nose not above the eyes nor below the mouth by more than half the way, and the
    distances must be those of a head.
    """
    if not np.isfinite(landmarks).all():
        return False
    eyes, down = _axes(landmarks)
    mouth = landmarks[4] - landmarks[3]
    length = math.hypot(*down)
    if not length:
        return False
    # Across the line from eyes to mouth; the person's left is at the picture's right.
    across = np.array([down[1], -down[0]]) / length
    eye_width, mouth_width = float(eyes @ across), float(mouth @ across)
    ratio = length / max(eye_width, length / (2.0 * _LARGEST_RATIO))
    nose = _nose_height(landmarks)
    return (eye_width > 0.0 and mouth_width > 0.0 and -0.5 < nose < 1.5
            and _LEAST_RATIO < ratio < _LARGEST_RATIO)


def frontality(landmarks: NDArray[np.float32]) -> float:
    """
    Return how straight a face looks into the camera, in [0, 1].

    From where the nose is between the eyes (head turned) and between eyes and mouth (head tilted
    up or down); 0 in profile, NaN where the landmarks, shape (5, 2), are no face.
    """
    if not is_plausible(landmarks):
        return math.nan
    eyes, down = _axes(landmarks)
    right_eye, left_eye, nose = landmarks[:3]
    # Along the eyes, measured where the line from eyes to mouth passes the nose's height.
    height = _nose_height(landmarks)
    middle = 0.5 * (right_eye + left_eye) + height * down
    aside = abs(float((nose - middle) @ eyes)) / float(eyes @ eyes)
    straight = 1.0 - min(1.0, aside / 0.5)
    level = 1.0 - min(1.0, abs(height - _NOSE_HEIGHT) / 0.5)
    return straight * math.sqrt(level)


def quality(face: Image, landmarks: NDArray[np.float32], score: float) -> float:
    """
    Return how far the embedding of a face can be trusted, in [0, 1].

    A product of size, sharpness, light, pose and the detector's score, each 1 where more of it
    would not help.

    Parameters
    ----------
    face
        The aligned face, 112x112.
    landmarks
        Shape (5, 2), pixels of the image it was taken from.
    score
        Of the detector, in [0, 1].

    """
    straight = frontality(landmarks)
    if math.isnan(straight):
        return 0.0
    parts = (size_px(landmarks) / _GOOD_SIZE_PX, sharpness(face) / _GOOD_SHARPNESS,
             _lightness(brightness(face)), contrast(face) / _GOOD_CONTRAST,
             straight / _GOOD_FRONTALITY, score / _GOOD_SCORE)
    return math.prod(min(1.0, part) for part in parts)


def _lightness(level: float) -> float:
    dark, dim, light, glaring = _BRIGHTNESS
    part = min((level - dark) / (dim - dark), (glaring - level) / (glaring - light))
    return min(1.0, max(0.0, part))


def _axes(landmarks: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ways from the right eye to the left, and from the eyes to the mouth."""
    right_eye, left_eye, _, right_mouth, left_mouth = landmarks
    return left_eye - right_eye, 0.5 * (right_mouth + left_mouth - right_eye - left_eye)


def _nose_height(landmarks: NDArray[np.float32]) -> float:
    """Return where the nose is on the way from the eyes, 0, to the mouth, 1."""
    _, down = _axes(landmarks)
    eyes_middle = 0.5 * (landmarks[0] + landmarks[1])
    return float((landmarks[2] - eyes_middle) @ down) / float(down @ down)


def _grey(face: Image) -> Image:
    return np.asarray(cv2.cvtColor(face, cv2.COLOR_BGR2GRAY), np.uint8)
