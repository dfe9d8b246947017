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

"""Two chains from an image to face embeddings: ours, and OpenCV's own around the same networks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.faces import FaceConfig
from person_tracker.models.fetching import verify
from person_tracker.models.registry import lookup

MIN_SCORE = 0.6
REPEATS = 15


@dataclass(frozen=True, eq=False)
class SeenFaces:
    """
    Faces in one image.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), pixels.
    embeddings
        Shape (N, D), L2-normalised; zeros where there is none.

    """

    boxes_xyxy: NDArray[np.float32]
    embeddings: NDArray[np.float32]

    def largest(self) -> NDArray[np.float32] | None:
        """Return the embedding of the largest face, None where there is no usable one."""
        if not len(self.boxes_xyxy):
            return None
        sides = self.boxes_xyxy[:, 2:] - self.boxes_xyxy[:, :2]
        embedding: NDArray[np.float32] = self.embeddings[np.prod(sides, axis=1).argmax()]
        return embedding if embedding.any() else None


class Chain(Protocol):
    """Detection, alignment and embedding."""

    label: str

    def faces(self, image: NDArray[np.uint8]) -> SeenFaces:
        """Return the faces in an image."""


class Ours:
    """The project's chain, on one thread."""

    def __init__(self, straighten: bool = True) -> None:
        self.label = 'person_tracker' if straighten else 'person_tracker, straighten=false'
        self.analyser = FaceAnalyser(
            FaceConfig(threads=1, device='cpu', straighten=straighten))

    def faces(self, image: NDArray[np.uint8]) -> SeenFaces:
        """Return the faces in an image."""
        found = self.analyser.in_frame(image)
        return SeenFaces(found.boxes_xyxy, found.embeddings)


class OpenCv:
    """`cv2.FaceDetectorYN` and `cv2.FaceRecognizerSF` as their manual uses them, one thread."""

    label = 'OpenCV FaceDetectorYN + FaceRecognizerSF'

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        detector, encoder = (str(verify(lookup(name))[0]) for name in ('yunet', 'sface'))
        self._detector = cv2.FaceDetectorYN.create(detector, '', (320, 320), MIN_SCORE)
        self._recogniser = cv2.FaceRecognizerSF.create(encoder, '')

    def faces(self, image: NDArray[np.uint8]) -> SeenFaces:
        """Return the faces in an image."""
        self._detector.setInputSize((image.shape[1], image.shape[0]))
        _, rows = self._detector.detect(image)
        if rows is None:
            return SeenFaces(np.empty((0, 4), np.float32), np.empty((0, 0), np.float32))
        features = [self._recogniser.feature(self._recogniser.alignCrop(image, row))[0]
                    for row in rows]
        boxes = np.concatenate((rows[:, :2], rows[:, :2] + rows[:, 2:4]), axis=1)
        units = [feature / np.linalg.norm(feature) for feature in features]
        return SeenFaces(boxes, np.array(units, np.float32))


def chains() -> list[Chain]:
    """Return what is compared: ours, ours without the second look, and OpenCV's."""
    return [Ours(), Ours(straighten=False), OpenCv()]


def read_image(path: Path) -> NDArray[np.uint8]:
    """Return a photo, blue-green-red."""
    image = cv2.imread(str(path))
    if image is None:
        raise OSError(f'cannot read the photo {path}')
    return np.asarray(image, np.uint8)


def processor_ms(call: Callable[[], object]) -> float:
    """
    Return the median processor time of a call, milliseconds.

    Time on the processor, not on the clock: other programs then matter less.
    """
    durations = []
    for _ in range(REPEATS):
        start = time.process_time()
        call()
        durations.append(1e3 * (time.process_time() - start))
    return float(np.median(durations[REPEATS // 5:]))
