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
Faces in images: boxes, five landmarks and scores from a YuNet network.

YuNet (Wu, Peng, Yu: YuNet: a tiny millisecond-level face detector, Machine Intelligence Research
2023) gives for every cell of three grids, strides 8, 16 and 32: a class and an object score, whose
geometric mean is the face's score; the box as centre relative to the cell and logarithm of its
size, both in strides; and five points relative to the cell in strides. It takes images of any size
that is a multiple of 32.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import iou
from person_tracker.models.errors import ModelError
from person_tracker.models.onnx_graphs import of_any_size
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import check_image
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions

_STRIDES = (8, 16, 32)
_PARTS = ('cls', 'obj', 'bbox', 'kps')
_POINTS = 5
_MAX_IOU = 0.3
# Beyond this many candidates an image is noise; the best of them stay.
_MAX_CANDIDATES = 1000


@dataclass(frozen=True, eq=False)
class FoundFaces:
    """
    Faces in one image, best first.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, pixels; they may reach outside the image.
    landmarks
        Shape (N, 5, 2), float32, pixels, in the order of `core.faces.LANDMARKS`.
    scores
        Shape (N,), float32, in [0, 1].

    """

    boxes_xyxy: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of faces."""
        return len(self.scores)

    def __getitem__(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> 'FoundFaces':
        """Return the chosen faces."""
        return FoundFaces(self.boxes_xyxy[index], self.landmarks[index], self.scores[index])

    def moved(self, x: float, y: float) -> 'FoundFaces':
        """Return the same faces with `x, y` added to every point."""
        offset = np.array([x, y], np.float32)
        return FoundFaces(self.boxes_xyxy + np.tile(offset, 2), self.landmarks + offset,
                          self.scores)


class FaceDetector:
    """
    Finds faces; may be called from several threads at once.

    Attributes
    ----------
    description
        Model, runtime and device: a line to log.

    """

    def __init__(self, path: Path, device: str = 'auto', threads: int = 0,
                 name: str = '', shared: SharedSessions | None = None,
                 backend: str = 'auto') -> None:
        """Load the network and run it once, so that the first image is not slower."""
        name = name or path.name
        self._session = open_session(of_any_size(read_graph(path)), device=device,
                                     threads=threads, name=name, shared=shared,
                                     backend=backend)
        names = [output.name for output in self._session.outputs]
        wanted = [f'{part}_{stride}' for part in _PARTS for stride in _STRIDES]
        if sorted(names) != sorted(wanted):
            raise ModelError(f'{name} is not a YuNet face detector: its outputs must be '
                             f'{", ".join(wanted)}, got {", ".join(names)}')
        self._rows = [names.index(each) for each in wanted]
        self.description = self._session.description
        self.find(np.zeros((32, 32, 3), np.uint8), longest_px=32)

    def find(self, image: Image, *, longest_px: int = 640, max_zoom: float = 1.0,
             min_score: float = 0.6) -> FoundFaces:
        """
        Find the faces in one image.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, blue-green-red.
        longest_px
            The image is looked at with this longest side.
        max_zoom
            But it is never enlarged by more than this.
        min_score
            Faces of lower score are left out.

        Raises
        ------
        ValueError
            The array is not such an image.

        """
        check_image(image)
        zoom = min(longest_px / max(image.shape[:2]), max_zoom)
        looked_at, scale = _scaled(image, zoom)
        height, width = looked_at.shape[:2]
        outputs = self._session.run(batch([looked_at], InputFormat(width, height)))
        cls, obj, bbox, kps = (
            np.concatenate([np.asarray(outputs[row], np.float32)[0] for row in rows])
            for rows in np.reshape(self._rows, (len(_PARTS), len(_STRIDES))))
        scores = np.sqrt(np.clip(cls, 0.0, 1.0) * np.clip(obj, 0.0, 1.0))[:, 0]
        likely = np.flatnonzero(scores >= min_score)
        likely = likely[np.argsort(-scores[likely], kind='stable')][:_MAX_CANDIDATES]
        cells, strides = (each[likely] for each in _grid(width, height))
        centres = (cells + bbox[likely, :2]) * strides
        half = 0.5 * np.exp(np.minimum(bbox[likely, 2:], 10.0)) * strides
        points = kps[likely].reshape(-1, _POINTS, 2)
        points = (cells[:, None] + points) * strides[:, None]
        boxes = np.concatenate((centres - half, centres + half), axis=1) / np.tile(scale, 2)
        found = FoundFaces(boxes.astype(np.float32), points / scale, scores[likely])
        return without_doubles(found)


def without_doubles(faces: FoundFaces) -> FoundFaces:
    """Return the faces without those that lie on a better one, best first."""
    faces = faces[np.argsort(-faces.scores, kind='stable')]
    clashes = iou(faces.boxes_xyxy, faces.boxes_xyxy) > _MAX_IOU
    alive = np.ones(len(faces), bool)
    for row in range(len(faces)):
        if alive[row]:
            alive[row + 1:] &= ~clashes[row, row + 1:]
    return faces[alive]


def _scaled(image: Image, zoom: float) -> tuple[Image, NDArray[np.float32]]:
    """Return the image resized and filled up to whole cells, and the scales of both axes."""
    height, width = image.shape[:2]
    new_width, new_height = max(1, round(width * zoom)), max(1, round(height * zoom))
    # Averaging keeps small faces, which picking pixels would tear.
    way = cv2.INTER_AREA if zoom < 1.0 else cv2.INTER_LINEAR
    resized = cv2.resize(image, (new_width, new_height), interpolation=way)
    coarsest = _STRIDES[-1]
    canvas = np.zeros((-(-new_height // coarsest) * coarsest,
                       -(-new_width // coarsest) * coarsest, 3), np.uint8)
    canvas[:new_height, :new_width] = resized
    return canvas, np.array([new_width / width, new_height / height], np.float32)


@lru_cache(maxsize=64)
def _grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return column and row of every cell, shape (N, 2), and its stride, shape (N, 1)."""
    cells, strides = [], []
    for stride in _STRIDES:
        rows, columns = np.mgrid[:height // stride, :width // stride]
        cells.append(np.stack((columns, rows), axis=-1).reshape(-1, 2))
        strides.append(np.full((rows.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
