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

"""What the parts hand each other: frames, detections, embeddings, as validated arrays."""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, eq=False)
class Frame:
    """
    One image of one camera.

    Attributes
    ----------
    image
        Shape (H, W, 3), uint8, blue-green-red.
    stamp_ns
        When the image was taken, nanoseconds; the join key of everything computed from it.
    index
        Number of the image in its source, from 0; -1 where the source does not count.
    frame_id
        Name of the camera's optical coordinate frame; empty where there is none.

    """

    image: NDArray[np.uint8]
    stamp_ns: int
    index: int = -1
    frame_id: str = ''

    @property
    def time_s(self) -> float:
        """When the image was taken, seconds."""
        return self.stamp_ns / NANOSECONDS


@dataclass(frozen=True, eq=False)
class Detections:
    """
    Boxes around people in one image.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, `x_min, y_min, x_max, y_max`, pixels.
    scores
        Shape (N,), float32, in [0, 1].
    embeddings
        Shape (N, D), float32, L2-normalised, or None where no appearance was computed. A row of
        zeros means that this box's appearance is unknown.

    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    embeddings: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Bring arrays to float32 and refuse shapes that do not fit each other."""
        boxes = np.ascontiguousarray(self.boxes_xyxy, dtype=np.float32)
        if boxes.size == 0:
            boxes = boxes.reshape(0, 4)
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise ValueError(f'boxes_xyxy must have shape (N, 4), got {boxes.shape}')
        count = len(boxes)
        scores = np.ascontiguousarray(self.scores, dtype=np.float32)
        if scores.shape != (count,):
            raise ValueError(f'scores must have shape ({count},), got {scores.shape}')
        object.__setattr__(self, 'boxes_xyxy', boxes)
        object.__setattr__(self, 'scores', scores)
        if self.embeddings is None:
            return
        embeddings = np.ascontiguousarray(self.embeddings, dtype=np.float32)
        if embeddings.ndim != 2 or len(embeddings) != count:
            raise ValueError(f'embeddings must have shape ({count}, D), got {embeddings.shape}')
        object.__setattr__(self, 'embeddings', embeddings)

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.scores)

    def __getitem__(self, index: NDArray[np.intp] | NDArray[np.bool_] | slice) -> 'Detections':
        """Return the chosen boxes as new detections."""
        embeddings = None if self.embeddings is None else self.embeddings[index]
        return Detections(self.boxes_xyxy[index], self.scores[index], embeddings)

    @classmethod
    def empty(cls) -> 'Detections':
        """Return no detection at all."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32))


@dataclass(frozen=True, eq=False)
class Appearance:
    """
    How the detections of one image look.

    Attributes
    ----------
    embeddings
        Shape (N, D), float32, L2-normalised; a row of zeros where a box had no usable picture.
    qualities
        Shape (N,), float32, in [0, 1]: how far the embedding can be trusted (size, sharpness).
    model
        Name of the network; embeddings of different names are never compared.

    """

    embeddings: NDArray[np.float32] = field(
        default_factory=lambda: np.empty((0, 0), np.float32))
    qualities: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    model: str = ''

    def spread(self, chosen: NDArray[np.bool_]) -> 'Appearance':
        """Return the same over more detections, unknown where not chosen, shape (N,)."""
        embeddings = np.zeros((len(chosen), self.embeddings.shape[1]), np.float32)
        qualities = np.zeros(len(chosen), np.float32)
        embeddings[chosen], qualities[chosen] = self.embeddings, self.qualities
        return Appearance(embeddings, qualities, self.model)
