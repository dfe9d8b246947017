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

"""A made-up street: people who walk about, a detector that errs, embeddings that are noisy."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 30.0
WIDTH, HEIGHT = 1920, 1080
DIMENSION = 512
_SPEED_PX = 60.0  # per second
_JITTER_PX = 1.5
_MISSED = 0.05  # part of the people that the detector does not find
_LOWEST_SCORE, _HIGHEST_SCORE = 0.3, 0.95


@dataclass(frozen=True, eq=False)
class Picture:
    """
    What was detected in one image.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, pixels.
    scores
        Shape (N,), float32.
    embeddings
        Shape (N, D), float32, L2-normalised.

    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    embeddings: NDArray[np.float32]


def street(people: int, images: int, feature_noise: float, seed: int = 0) -> Iterator[Picture]:
    """
    Give the images of a scene, the same ones for the same arguments.

    Parameters
    ----------
    people
        How many walk about; a few of them are missed in each image.
    images
        How many images, at `RATE_HZ`.
    feature_noise
        Length of the noise that is added to each embedding of length 1: two looks of one person
        have a cosine of about 1 / (1 + feature_noise ** 2), looks of two people one of about 0.
    seed
        Another scene of the same kind.

    """
    random = np.random.default_rng(seed)
    size = np.array([WIDTH, HEIGHT])
    centres = random.uniform(0.0, 1.0, (people, 2)) * size
    velocities = random.normal(0.0, _SPEED_PX, (people, 2))
    widths = random.uniform(30.0, 60.0, people)
    halves = 0.5 * np.column_stack((widths, 2.5 * widths))
    looks = _normalised(random.normal(size=(people, DIMENSION)))
    for _ in range(images):
        centres = centres + velocities / RATE_HZ
        velocities = np.where((centres < 0) | (centres > size), -velocities, velocities)
        seen = random.uniform(size=people) > _MISSED
        places = (centres + random.normal(0.0, _JITTER_PX, (people, 2)))[seen]
        scores = random.uniform(_LOWEST_SCORE, _HIGHEST_SCORE, len(places))
        noise = random.normal(size=(len(places), DIMENSION)) * feature_noise / DIMENSION ** 0.5
        yield Picture(
            np.concatenate((places - halves[seen], places + halves[seen]), axis=1, dtype='f4'),
            scores.astype(np.float32), _normalised(looks[seen] + noise).astype(np.float32))


def _normalised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
