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

"""Photos of people: reading them, whose they are by their file names, and the one face in each."""

from pathlib import Path
import re
import unicodedata

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import areas
from person_tracker.core.faces import Faces
from person_tracker.sources.image_reader import decode_image
from person_tracker.sources.image_reader import list_images

# Of several faces in a photo the largest is meant if the others are half as wide and high at most.
_MUCH_LARGER = 4.0
_NUMBERED = re.compile(r'(.+)_\d+')


class PhotoError(ValueError):
    """A photo cannot be read, or does not show one usable face; the text names it and why."""


def read_photo(path: Path) -> NDArray[np.uint8]:
    """
    Return a photo as BGR, shape (H, W, 3), uint8, turned as its camera noted.

    Raises
    ------
    PhotoError
        It is missing, not readable or not an image.

    """
    try:
        image = decode_image(path.read_bytes())
    except OSError as error:
        raise PhotoError(f'{path} cannot be read: {error.strerror}') from None
    if image is None:
        raise PhotoError(f'{path} is damaged or no image')
    return image


def photos_by_name(folder: Path) -> dict[str, list[Path]]:
    """
    Return the photos in a folder by whose they are, in the order of their numbers.

    `Anna_1.jpg` is Anna's, `Anna_Lee_2.png` is Anna_Lee's, and so is `Anna_Lee.jpg`.
    """
    photos: dict[str, list[Path]] = {}
    for path in list_images(folder):
        # Some systems write accents as characters of their own; names must not differ by that.
        stem = unicodedata.normalize('NFC', path.stem)
        numbered = _NUMBERED.fullmatch(stem)
        photos.setdefault(numbered[1] if numbered else stem, []).append(path)
    return photos


def only_face(faces: Faces, path: Path) -> int:
    """
    Return the row of the one face in a photo that is meant: the only, or by far the largest.

    Raises
    ------
    PhotoError
        There is no face, there are several, or it is too poor to be described.

    """
    if not len(faces):
        raise PhotoError(f'{path} shows no face')
    sizes = areas(faces.boxes_xyxy)
    largest = int(np.argmax(sizes))
    rivals = np.count_nonzero(sizes * _MUCH_LARGER > sizes[largest])
    if rivals > 1:
        raise PhotoError(f'{path} shows {rivals} faces of similar size; cut out the one that is '
                         'meant')
    if not faces.embeddings[largest].any():
        width = faces.boxes_xyxy[largest, 2] - faces.boxes_xyxy[largest, 0]
        raise PhotoError(f'the face in {path} is too small, blurred, dark or turned away: '
                         f'{width:.0f} px wide')
    return largest
