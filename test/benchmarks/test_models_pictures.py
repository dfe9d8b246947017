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

"""What the networks are shown."""

from pathlib import Path

from benchmarks.models_pictures import annotated
from benchmarks.models_pictures import FACE_DETECTOR
from benchmarks.models_pictures import faces_of
from benchmarks.models_pictures import sampled
from benchmarks.models_pictures import Samples
from benchmarks.models_pictures import sheet_of_people
import numpy as np
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
from person_tracker.sources.source import SourceError
import pytest


def truth(*rows):
    """Return a ground truth of frame, x, y, width, height and whether it counts."""
    table = np.array(rows, float).reshape(-1, 6)
    return GroundTruthRows(table[:, 0].astype(int), np.arange(len(table)), table[:, 1:5],
                           table[:, 5] != 0, None)


def test_only_the_frames_own_boxes_that_count_are_annotated():
    rows = truth((1, 5, 6, 10, 20, 1), (2, 7, 8, 10, 20, 1), (2, 9, 9, 9, 9, 0))
    assert annotated(rows, 1).tolist() == [[5, 6, 15, 26]]
    assert annotated(rows, 2).tolist() == [[7, 8, 17, 28]]
    assert annotated(rows, 3).shape == (0, 4)


@pytest.mark.parametrize('count, expected', [
    (1, [1]), (2, [1, 10]), (4, [1, 4, 7, 10]), (10, range(1, 11)), (50, range(1, 11))])
def test_images_are_taken_evenly_over_the_video(block_video, tmp_path, count, expected):
    rows = truth(*((frame, frame + 3, 16, 16, 32, 1) for frame in range(1, 11)))
    samples = sampled(block_video(tmp_path / 'walk.mp4', 10), rows, count)
    assert len(samples.images) == len(samples.people)
    assert [boxes[0, 0] - 3 for boxes in samples.people] == list(expected)
    for image, boxes in zip(samples.images, samples.people):
        left, top, right, bottom = boxes[0].astype(int)
        assert image[top:bottom, left:right].mean() > 240 > 10 > image[:, right + 2:].mean()


def test_people_are_cut_out_and_laid_side_by_side():
    image = np.arange(40 * 30 * 3, dtype=np.uint8).reshape(40, 30, 3)
    boxes = np.float32([[-5, 0, 10, 20], [20, 10, 30, 40], [50, 0, 60, 20]])  # the last is outside
    sheet, places = sheet_of_people(Samples([image], [boxes]), 10)
    assert places.shape == (10, 4)
    assert sheet.shape == (60, 80, 3)
    crops = [sheet[top:bottom, left:right] for left, top, right, bottom in places.astype(int)]
    np.testing.assert_array_equal(crops[0], image[0:20, 0:10])
    np.testing.assert_array_equal(crops[-1], image[10:40, 20:30])


def test_where_nobody_is_there_is_no_sheet():
    with pytest.raises(SourceError, match='nobody is annotated'):
        sheet_of_people(Samples([np.zeros((9, 9, 3), np.uint8)], [np.zeros((0, 4))]), 4)


@pytest.mark.model
def test_one_face_of_each_photo(shared_data: Path):
    if state(lookup(FACE_DETECTOR)) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {FACE_DETECTOR}')
    photos = sorted((shared_data / 'face' / 'deepface_tests').glob('*.jpg'))[:4]
    faces = faces_of(photos, 3)
    assert len(faces) == 3
    for face in faces:
        assert max(face.image.shape) <= 640
        eyes = face.landmarks[:2]
        assert np.ptp(eyes[:, 0]) > 10
    with pytest.raises(SourceError, match='9 photos with a clear face are needed, got [34] of 4'):
        faces_of(photos, 9)
