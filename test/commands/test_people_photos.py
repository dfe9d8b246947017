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

"""Photos: whose they are by their names, and which face in them is meant."""

import cv2
import numpy as np
from person_tracker.commands.people_photos import only_face
from person_tracker.commands.people_photos import PhotoError
from person_tracker.commands.people_photos import photos_by_name
from person_tracker.commands.people_photos import read_photo
from person_tracker.core.faces import Faces
from person_tracker.sources.source import SourceError
import pytest


def faces(*boxes, embedded=True):
    """Return faces with these boxes."""
    count = len(boxes)
    ones = np.ones(count, np.float32)
    embeddings = np.tile(np.float32([[1, 0]]), (count, 1)) * embedded
    return Faces(np.array(boxes, np.float32).reshape(-1, 4),
                 np.zeros((count, 5, 2), np.float32), ones, ones, ones, ones, ones * embedded,
                 embeddings, np.zeros(count, np.int64), 'net')


@pytest.mark.parametrize(('boxes', 'row'), [
    ([(0, 0, 40, 50)], 0),                                       # alone
    ([(0, 0, 10, 10), (50, 50, 90, 100), (5, 90, 25, 99)], 1),   # the others are much smaller
    ([(0, 0, 40, 40), (50, 0, 70, 20)], 0),                      # exactly half as wide and high
])
def test_the_one_face_that_is_meant_is_found(boxes, row):
    assert only_face(faces(*boxes), 'photo.jpg') == row


@pytest.mark.parametrize(('found', 'complaint'), [
    (faces(), 'photo.jpg shows no face'),
    (faces((0, 0, 40, 40), (50, 0, 71, 21)), 'photo.jpg shows 2 faces of similar size'),
    (faces((0, 0, 9, 9), (9, 9, 18, 18), (0, 9, 9, 18)), 'shows 3 faces of similar size'),
    (faces((0, 0, 12, 15), embedded=False), 'photo.jpg is too small, blurred, dark'),
])
def test_a_photo_without_one_usable_face_is_refused(found, complaint):
    with pytest.raises(PhotoError, match=complaint):
        only_face(found, 'photo.jpg')


def test_file_names_tell_whose_photos_they_are(tmp_path):
    for name in ('Anna_2.jpg', 'Anna_10.JPG', 'Anna_1.png', 'Anna_Lee_3.jpg', 'Bob.jpeg',
                 'Jose\u0301_1.jpg', 'Jos\u00e9_2.jpg', 'R2D2_007.png', '.Carl_1.jpg',
                 'notes.txt'):
        (tmp_path / name).touch()
    found = {name: [path.name for path in paths]
             for name, paths in photos_by_name(tmp_path).items()}
    assert found == {
        'Anna': ['Anna_1.png', 'Anna_2.jpg', 'Anna_10.JPG'], 'Anna_Lee': ['Anna_Lee_3.jpg'],
        'Bob': ['Bob.jpeg'], 'Jos\u00e9': ['Jose\u0301_1.jpg', 'Jos\u00e9_2.jpg'],
        'R2D2': ['R2D2_007.png']}


def test_a_folder_without_photos_is_refused(tmp_path):
    with pytest.raises(SourceError, match='holds no image'):
        photos_by_name(tmp_path)
    with pytest.raises(SourceError, match='absent cannot be read: No such file'):
        photos_by_name(tmp_path / 'absent')


def test_what_is_no_photo_is_refused_by_name(tmp_path):
    (tmp_path / 'text.jpg').write_text('no image')
    image = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    content = cv2.imencode('.jpg', image)[1].tobytes()
    (tmp_path / 'cut.jpg').write_bytes(content[:len(content) // 2])
    (tmp_path / 'good.jpg').write_bytes(content)
    assert read_photo(tmp_path / 'good.jpg').shape == (40, 60, 3)
    for name, complaint in (('text.jpg', 'text.jpg is damaged or no image'),
                            ('cut.jpg', 'cut.jpg is damaged or no image'),
                            ('absent.jpg', 'absent.jpg cannot be read: No such file')):
        with pytest.raises(PhotoError, match=complaint):
            read_photo(tmp_path / name)
    with pytest.raises(PhotoError, match='cannot be read: Is a directory'):
        read_photo(tmp_path)
