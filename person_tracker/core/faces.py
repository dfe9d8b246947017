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

"""Faces found in one image, as validated parallel arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LANDMARKS = ('right_eye', 'left_eye', 'nose', 'right_mouth_corner', 'left_mouth_corner')


@dataclass(frozen=True, eq=False)
class Faces:
    """
    What was found of the faces in one image, one row each.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, pixels of the image.
    landmarks
        Shape (N, 5, 2), float32, pixels, in the order of `LANDMARKS` (the person's own right and
        left); NaN where not found.
    scores
        Shape (N,), float32, of the face detector, in [0, 1].
    sharpnesses, brightnesses
        Shape (N,), float32, in [0, 1].
    frontalities
        Shape (N,), float32, in [0, 1]; 1: straight into the camera, 0: profile. NaN: not known.
    qualities
        Shape (N,), float32, in [0, 1]: how far the embedding can be trusted; 0: there is none.
    embeddings
        Shape (N, D), float32, L2-normalised; a row of zeros: not computed.
    track_ids
        Shape (N,), int64; 0: the face belongs to no track.
    model
        Name of the network; embeddings of different names are never compared.

    """

    boxes_xyxy: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    scores: NDArray[np.float32]
    sharpnesses: NDArray[np.float32]
    brightnesses: NDArray[np.float32]
    frontalities: NDArray[np.float32]
    qualities: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    track_ids: NDArray[np.int64]
    model: str = ''

    def __post_init__(self) -> None:
        """Refuse arrays whose shapes do not fit each other."""
        count = len(self.boxes_xyxy)
        shapes = {'boxes_xyxy': (count, 4), 'landmarks': (count, 5, 2), 'scores': (count,),
                  'sharpnesses': (count,), 'brightnesses': (count,), 'frontalities': (count,),
                  'qualities': (count,), 'track_ids': (count,)}
        for name, shape in shapes.items():
            got = np.shape(getattr(self, name))
            if got != shape:
                raise ValueError(f'{name} must have shape {shape}, got {got}')
        got = np.shape(self.embeddings)
        if len(got) != 2 or got[0] != count:
            raise ValueError(f'embeddings must have shape ({count}, D), got {got}')

    def __len__(self) -> int:
        """Return the number of faces."""
        return len(self.scores)

    @classmethod
    def empty(cls, model: str = '') -> 'Faces':
        """Return no face at all."""
        none = np.empty(0, np.float32)
        return cls(np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32), none, none, none,
                   none, none, np.empty((0, 0), np.float32), np.empty(0, np.int64), model)
