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

"""What the networks are shown: images of a video, people cut out of it, and faces of photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.face_chains import read_image
import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.models.face_detector import FaceDetector
from person_tracker.models.fetching import verify
from person_tracker.models.preprocessing import Image
from person_tracker.models.registry import lookup
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError

FACE_DETECTOR = 'yunet'
_COLUMNS = 8
_PHOTO_PX = 640  # longest side with which photos are looked at
_MIN_FACE_PX = 48.0


@dataclass(frozen=True, eq=False)
class Samples:
    """
    Images of a video, evenly over all of it.

    Attributes
    ----------
    images
        In their order.
    people
        Boxes that annotators drew, of each image.

    """

    images: list[Image]
    people: list[NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Face:
    """
    A face in a photo.

    Attributes
    ----------
    image
        The photo, blue-green-red.
    landmarks
        Shape (5, 2), pixels.

    """

    image: Image
    landmarks: NDArray[np.float32]


def sampled(video: Path, truth: GroundTruthRows, count: int) -> Samples:
    """Return so many images, or all if there are fewer, and who is on them."""
    with open_source(SourceConfig(uri=str(video))) as source:
        if source.frame_count is None:
            raise SourceError(f'{video} does not tell how many images it has')
        wanted = set(np.linspace(0, source.frame_count - 1, count).astype(int).tolist())
        frames = [frame for frame in source if frame.index in wanted]
    return Samples([frame.image for frame in frames],
                   [annotated(truth, frame.index + 1) for frame in frames])


def annotated(truth: GroundTruthRows, frame: int) -> NDArray[np.float32]:
    """Return the boxes that count in one frame, from 1; shape (N, 4), `xyxy`."""
    boxes = truth.boxes_xywh[(truth.frames == frame) & truth.counts].astype(np.float32)
    return np.concatenate((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]), axis=1)


def sheet_of_people(samples: Samples, count: int) -> tuple[Image, NDArray[np.float32]]:
    """
    Return an image of so many people, side by side as they were cut out, and their boxes.

    A video of a square has some ten people in one image, and larger batches are to be measured.
    """
    crops = [crop for image, boxes in zip(samples.images, samples.people)
             for crop in _crops(image, boxes)]
    if not crops:
        raise SourceError('nobody is annotated in the chosen images of the video')
    chosen = [crops[row] for row in np.linspace(0, len(crops) - 1, count).astype(int)]
    height, width = (max(crop.shape[axis] for crop in chosen) for axis in (0, 1))
    sheet = np.zeros((-(-count // _COLUMNS) * height, _COLUMNS * width, 3), np.uint8)
    boxes = np.empty((count, 4), np.float32)
    for number, crop in enumerate(chosen):
        top, left = number // _COLUMNS * height, number % _COLUMNS * width
        bottom, right = top + crop.shape[0], left + crop.shape[1]
        sheet[top:bottom, left:right] = crop
        boxes[number] = left, top, right, bottom
    return sheet, boxes


def _crops(image: Image, boxes_xyxy: NDArray[np.float32]) -> list[Image]:
    height, width = image.shape[:2]
    inside = np.clip(boxes_xyxy, 0, (width, height, width, height)).astype(int).tolist()
    return [image[top:bottom, left:right] for left, top, right, bottom in inside
            if left < right and top < bottom]


def faces_of(photos: Sequence[Path], count: int) -> list[Face]:
    """Return the best face of each photo that has a clear one, so many of them."""
    detector = FaceDetector(verify(lookup(FACE_DETECTOR, 'face_detector'))[0], device='cpu')
    faces: list[Face] = []
    for path in photos:
        photo = _shrunk(read_image(path))
        found = detector.find(photo)
        sides = found.boxes_xyxy[:, 2:] - found.boxes_xyxy[:, :2]
        clear = np.flatnonzero(sides.min(axis=1, initial=np.inf) >= _MIN_FACE_PX)
        faces += [Face(photo, found.landmarks[row]) for row in clear[:1]]
    if len(faces) < count:
        raise SourceError(f'{count} photos with a clear face are needed, got {len(faces)} of '
                          f'{len(photos)} photos')
    return faces[:count]


def _shrunk(photo: Image) -> Image:
    zoom = min(_PHOTO_PX / max(photo.shape[:2]), 1.0)
    return np.asarray(cv2.resize(photo, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA))
