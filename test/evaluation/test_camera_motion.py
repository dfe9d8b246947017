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

"""Camera motion files: one affine map per frame."""

from person_tracker.evaluation.camera_motion import read_camera_motion
from person_tracker.evaluation.number_rows import FileFormatError
import pytest


def test_each_frame_has_its_map(tmp_path):
    path = tmp_path / 'camera_motion.txt'
    path.write_text('1 1 0 0 0 1 0\n3 1.5 0.1 -4 -0.1 1.5 7\n')
    motion = read_camera_motion(path)
    assert sorted(motion) == [1, 3]
    assert motion[3].tolist() == [[1.5, .1, -4], [-.1, 1.5, 7]]


@pytest.mark.parametrize(('line', 'complaint'), [
    ('1 1 0 0 0 1', 'line 1: expected at least 7 columns'),                # a column is missing
    ('1 1 0 0 0 1 x', "column 7 (a23): expected a number, got 'x'"),       # a word
    ('1 1 0 0 0 1 nan', 'column 7 (a23): expected a finite number'),       # not finite
    ('0.5 1 0 0 0 1 0', 'column 1 (frame): expected a whole number from 1, got 0.5'),
])
def test_a_wrong_line_is_refused_with_its_place(tmp_path, line, complaint):
    path = tmp_path / 'camera_motion.txt'
    path.write_text(line + '\n')
    with pytest.raises(FileFormatError) as caught:
        read_camera_motion(path)
    assert complaint in str(caught.value)


def test_the_real_file_has_a_map_for_every_frame(shared_data):
    motion = read_camera_motion(shared_data / 'mot17_first_half/MOT17-11/camera_motion.txt')
    assert sorted(motion) == list(range(1, len(motion) + 1))
    assert len(motion) > 400
