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

"""MOTChallenge files: read exactly, and refused with the place of what is wrong."""

import time

import numpy as np
from person_tracker.evaluation.motchallenge import read_detections
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.evaluation.motchallenge import read_tracks
from person_tracker.evaluation.number_rows import FileFormatError
import pytest


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a text and gives its path."""
    def write(text):
        path = tmp_path / 'file.txt'
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path
    return write


def test_detections_come_by_frame_and_in_file_order_within_a_frame(written):
    rows = read_detections(written('3,-1,1,2,3,4,.5\n1,-1,5,6,7,8,.9\n3,-1,9,9,9,9,.1\n'))
    assert rows.frames.tolist() == [1, 3, 3]
    assert rows.boxes_xywh.tolist() == [[5, 6, 7, 8], [1, 2, 3, 4], [9, 9, 9, 9]]
    assert rows.scores.tolist() == [.9, .5, .1]
    assert len(rows) == 3


def test_in_frame_finds_the_boxes_of_a_frame_and_nothing_for_an_empty_one(written):
    rows = read_detections(written('1,-1,5,6,7,8,.9\n3,-1,1,2,3,4,.5\n3,-1,9,9,9,9,.1\n'))
    assert [len(rows.scores[rows.in_frame(frame)]) for frame in (0, 1, 2, 3, 4)] == [0, 1, 0, 2, 0]


@pytest.mark.parametrize('text', [
    '1,-1,5,6,7,8,.9',                           # no newline at the end
    '\n1,-1,5,6,7,8,.9\n\n',                     # blank lines
    '1, -1, 5.0, 6e0, 7, 8, .9\r\n',             # spaces, exponents, Windows line ends
    '\ufeff1,-1,5,6,7,8,.9\n',                   # byte order mark
    '1,-1,5,6,7,8,.9,-1,-1,-1\n',                # further columns
    '1,0.5,5,6,7,8,.9\n',                        # an id, which means nothing in a detection
])
def test_all_usual_ways_to_write_one_detection_read_alike(written, text):
    rows = read_detections(written(text))
    assert rows.frames.tolist() == [1]
    assert rows.boxes_xywh.tolist() == [[5, 6, 7, 8]]
    assert rows.scores.tolist() == [.9]


def test_an_empty_file_is_a_tracker_or_detector_that_found_nobody(written):
    assert len(read_tracks(written(''))) == 0
    assert len(read_detections(written('\n'))) == 0


def test_an_empty_ground_truth_is_refused(written):
    with pytest.raises(FileFormatError, match='is empty; a ground truth has at least one box'):
        read_ground_truth(written(''))


@pytest.mark.parametrize(('text', 'complaint'), [
    # a word where a number belongs
    ('1,1,5,6,7,8,1\n2,1,5,six,7,8,1\n',
     "line 2, column 4 (y): expected a number, got 'six'"),
    # blank lines count as lines
    ('\n\n1,1,5,6,7,8,\n', "line 3, column 7 (score): expected a number, got ''"),
    # beyond the named columns
    ('1,1,5,6,7,8,1,x\n', "line 1, column 8: expected a number, got 'x'"),
    # too few columns everywhere
    ('1,1,5,6\n', 'line 1: expected at least 7 columns (frame, id, x, y, width, height, score), '
     'got 4'),
    # another separator
    ('1 1 5 6 7 8 1\n', 'line 1: expected at least 7 columns'),
    # a cut line
    ('1,1,5,6,7,8,1,1,1\n2,1,5,6,7,8,1\n',
     'line 2: expected 9 columns as in the lines above, got 7'),
    # not finite
    ('1,1,5,6,7,8,1\n2,1,nan,6,7,8,1\n',
     'line 2, column 3 (x): expected a finite number, got nan'),
    ('1,1,5,6,inf,8,1\n', 'line 1, column 5 (width): expected a finite number, got inf'),
    # out of range
    ('5,1,5,6,7,8,1\n0,1,5,6,7,8,1\n', 'line 2, column 1 (frame): expected at least 1, got 0'),
    ('1.5,1,5,6,7,8,1\n', 'line 1, column 1 (frame): expected a whole number, got 1.5'),
    ('1e300,1,5,6,7,8,1\n', 'line 1, column 1 (frame): expected a whole number, got 1e+300'),
    ('1,1,5,6,-7,8,1\n', 'line 1, column 5 (width): expected at least 0, got -7'),
    # ids
    ('1,-1,5,6,7,8,1\n', 'line 1, column 2 (id): expected a whole number from 0'),
    ('1,2.5,5,6,7,8,1\n', 'line 1, column 2 (id): expected a whole number from 0'),
    ('1,3,5,6,7,8,1\n1,4,5,6,7,8,1\n1,3,9,9,9,9,1\n',
     'line 3, column 2 (id): expected every id at most once in a frame, got 3'),
])
@pytest.mark.parametrize('read', [read_tracks, read_ground_truth])
def test_a_wrong_value_is_refused_with_its_place(written, read, text, complaint):
    path = written(text)
    with pytest.raises(FileFormatError) as caught:
        read(path)
    assert complaint in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_frames_may_be_counted_from_0_where_that_is_allowed(written):
    path = written('1,-1,5,6,7,8,1\n0,-1,5,6,7,8,1\n')
    assert read_detections(path, first_frame=0).frames.tolist() == [0, 1]
    with pytest.raises(FileFormatError, match='expected at least 1, got 0'):
        read_detections(path)


def test_a_binary_file_is_refused(written):
    with pytest.raises(FileFormatError, match='is not a text file'):
        read_detections(written(b'RIFF\xff\xfe\x00\x80AVI '))


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'absent\.txt'):
        read_tracks(tmp_path / 'absent.txt')


@pytest.mark.parametrize(('columns', 'classes'), [
    ('1', None),                    # seven columns
    ('1,1,.8', [1]),                # MOT16 and later
    ('1,8', [8]),                   # no visibility
    ('1,-1,-1', None),              # nine columns, nothing said
    ('1,-4.15,-7.35,0', None),      # 2015 with a world position
    ('1,-1,-1,-1', None),           # 2015 without
    ('1,3,-7.35,0', None),          # a world position that looks like a class
])
def test_the_layout_tells_whether_there_are_classes(written, columns, classes):
    rows = read_ground_truth(written(f'1,9,499,158,31.03,75.17,{columns}\n'))
    assert rows.classes is None if classes is None else rows.classes.tolist() == classes
    assert rows.counts.tolist() == [True]


def test_an_unknown_class_is_refused(written):
    with pytest.raises(FileFormatError, match=r'column 8 \(class\): expected a whole number from '
                                              r'1 to 13, got 14'):
        read_ground_truth(written('1,9,4,1,3,7,1,1,1\n2,9,4,1,3,7,1,14,1\n'))


def test_a_zero_in_column_seven_means_the_box_does_not_count(written):
    rows = read_ground_truth(written('2,1,1,1,1,1,1,1,1\n1,1,1,1,1,1,0,1,1\n'))
    assert rows.counts.tolist() == [False, True]


def test_a_hundred_thousand_lines_read_in_less_than_a_second(written):
    frames = np.repeat(np.arange(1, 1001), 100)
    values = np.column_stack((frames, np.tile(np.arange(100), 1000), np.random.default_rng(0)
                              .uniform(1, 1000, (100_000, 4)), np.ones(100_000)))
    path = written('\n'.join(','.join(f'{value:.2f}' for value in row) for row in values))
    start = time.perf_counter()
    assert len(read_tracks(path)) == 100_000
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize(('name', 'classes'), [
    ('mot17_first_half/MOT17-04', True), ('PETS09-S2L1', False), ('TUD-Campus', False)])
def test_real_ground_truths_and_detections_are_read(shared_data, name, classes):
    rows = read_ground_truth(shared_data / name / 'gt/gt.txt')
    assert (rows.classes is not None) == classes
    for path in (shared_data / name / 'det').glob('*.txt'):
        assert len(read_detections(path)) > 300
