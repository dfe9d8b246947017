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

"""A track file: what is written is read again, and nothing unfinished bears its name."""

import numpy as np
from person_tracker.evaluation.motchallenge import read_tracks
from person_tracker.evaluation.track_writer import TrackWriter
import pytest

IDS = np.array([7, 3])
BOXES = np.array([[10, 20, 40.5, 100], [-5, -6, 5, 6]], np.float32)
SCORES = np.array([.9, .25], np.float32)


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / 'new' / 'folder' / 'out.txt'
    with TrackWriter(path) as writer:
        writer.write(1, IDS, BOXES, SCORES)
        writer.write(2, IDS[:0], BOXES[:0], SCORES[:0])
        writer.write(12, IDS[:1], BOXES[:1], SCORES[:1])
    rows = read_tracks(path)
    assert rows.frames.tolist() == [1, 1, 12]
    assert rows.track_ids.tolist() == [7, 3, 7]
    assert rows.boxes_xywh.tolist() == [[10, 20, 30.5, 80], [-5, -6, 10, 12], [10, 20, 30.5, 80]]
    assert rows.scores.tolist() == [.9, .25, .9]
    assert path.read_text().splitlines()[0] == '1,7,10.00,20.00,30.50,80.00,0.9000,-1,-1,-1'


@pytest.mark.parametrize('error', [KeyboardInterrupt, RuntimeError])
def test_what_was_written_is_kept_when_the_work_breaks_off(tmp_path, error):
    path = tmp_path / 'out.txt'
    path.write_text('1,9,1,1,1,1,1\n')
    with pytest.raises(error), TrackWriter(path) as writer:
        writer.write(1, IDS, BOXES, SCORES)
        assert read_tracks(path).track_ids.tolist() == [9]
        raise error
    assert read_tracks(path).track_ids.tolist() == [7, 3]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize('error', [KeyboardInterrupt, RuntimeError])
def test_an_older_file_stays_when_nothing_was_written(tmp_path, error):
    path = tmp_path / 'out.txt'
    path.write_text('1,9,1,1,1,1,1\n')
    with pytest.raises(error), TrackWriter(path):
        raise error
    assert read_tracks(path).track_ids.tolist() == [9]
    assert list(tmp_path.iterdir()) == [path]


def test_arrays_of_different_length_are_refused(tmp_path):
    with pytest.raises(ValueError), TrackWriter(tmp_path / 'out.txt') as writer:
        writer.write(1, IDS, BOXES[:1], SCORES)
