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
Faces brought into one position, so that a network sees eyes, nose and mouth where it expects them.

The transform is the similarity (turn, scale, shift, no mirroring) of least squares between five
landmarks and a template: S. Umeyama, Least-squares estimation of transformation parameters between
two point patterns, IEEE PAMI 13(4), 1991.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.models.preprocessing import Image

# Where a picture of 112x112 has the landmarks, in the order of `core.faces.LANDMARKS`: J. Deng,
# J. Guo, N. Xue, S. Zafeiriou, ArcFace, CVPR 2019, and nearly every network since.
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366],
                     [41.5493, 92.3655], [70.7299, 92.2041]], np.float32)
# OpenFace's networks were trained on tighter pictures. The ArcFace template enlarged and moved up
# tells people apart as well there as the original's landmarks, which YuNet does not have.
OPENFACE_TEMPLATE = ((TEMPLATE - [56.0, 71.9]) * 1.45 + [56.0, 47.0]).astype(np.float32)
TEMPLATE_SIZE = 112


def similarity_transform(points: NDArray[np.float32],
                         targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """
    Return the similarity that brings points nearest to their targets.

    Parameters
    ----------
    points, targets
        Shape (N, 2) both.

    Returns
    -------
    ndarray
        Shape (2, 3): `target = M[:, :2] @ point + M[:, 2]`.

    Raises
    ------
    ValueError
        The points are not finite or all the same, so that no scale can be told.

    """
    points, targets = np.asarray(points, np.float64), np.asarray(targets, np.float64)
    if not np.isfinite(points).all():
        raise ValueError('landmarks must be finite and not all in one place')
    middle, target_middle = points.mean(axis=0), targets.mean(axis=0)
    centred, target_centred = points - middle, targets - target_middle
    spread = np.square(centred).sum()
    if spread < np.finfo(np.float32).eps:
        raise ValueError('landmarks must be finite and not all in one place')
    # In the plane, equations 40 to 42 come down to one complex number: scale and turn.
    cosine = (centred * target_centred).sum() / spread
    sine = (centred[:, 0] * target_centred[:, 1] - centred[:, 1] * target_centred[:, 0]).sum()
    sine /= spread
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack((turn, target_middle - turn @ middle)).astype(np.float32)


def aligned(image: Image, landmarks: NDArray[np.float32], size: int = TEMPLATE_SIZE,
            template: NDArray[np.float32] = TEMPLATE) -> Image:
    """
    Return the face as a square picture in the position of the template.

    Parameters
    ----------
    image
        Shape (H, W, 3), uint8.
    landmarks
        Shape (5, 2), pixels of the image.
    size
        Side of the picture, pixels; the template is scaled to it. Black where the image ends.
    template
        Where a picture of 112x112 shall have the landmarks.

    """
    matrix = similarity_transform(landmarks, template * (size / TEMPLATE_SIZE))
    warped = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR)
    return np.asarray(warped, np.uint8)
