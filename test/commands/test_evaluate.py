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

"""`person_tracker evaluate`: a table or JSON, or one clear line."""

import json

import pytest

TRUTH = ''.join(f'{frame},1,10,10,40,100,1,1,1\n' for frame in range(1, 11))
TRACKS = ''.join(f'{frame},7,10,10,40,100,0.9,-1,-1,-1\n' for frame in range(1, 6))


@pytest.fixture
def files(tmp_path):
    """Write a ground truth and tracks of its first half."""
    (tmp_path / 'gt.txt').write_text(TRUTH)
    (tmp_path / 'out.txt').write_text(TRACKS)
    return '--ground-truth', tmp_path / 'gt.txt', '--tracks', tmp_path / 'out.txt'


def test_the_table_shows_the_figures(person_tracker, files):
    pytest.importorskip('trackeval', reason='the figures are computed by TrackEval')
    result = person_tracker('evaluate', *files)
    assert result.returncode == 0, result.stderr
    assert '| HOTA | 50.00 |' in result.stdout
    assert result.stderr == ''


def test_json_holds_nothing_but_the_figures(person_tracker, files):
    pytest.importorskip('trackeval', reason='the figures are computed by TrackEval')
    figures = json.loads(person_tracker('evaluate', *files, '--json').stdout)
    assert figures['MOTA'] == pytest.approx(50)
    assert figures['misses'] == 5


def test_tracks_beyond_the_ground_truth_are_counted_and_noted(tmp_path, person_tracker, files):
    pytest.importorskip('trackeval', reason='the figures are computed by TrackEval')
    (tmp_path / 'out.txt').write_text(TRACKS + '12,7,10,10,40,100,0.9\n'.replace(
        '0.9', '0.9,-1,-1,-1'))
    result = person_tracker('evaluate', *files)
    assert 'note: 1 track boxes lie after frame 10' in result.stderr
    assert '| false positives | 1 |' in result.stdout


@pytest.mark.parametrize(('name', 'content', 'complaint'), [
    ('gt.txt', None, 'No such file or directory'),                   # missing
    ('gt.txt', '', 'gt.txt is empty; a ground truth has at least'),  # empty
    ('gt.txt', TRUTH + TRUTH, 'line 11, column 2 (id): expected every id at most once'),
    ('out.txt', '1,-1,1,2,3,4,1\n', 'expected a whole number from 0 (-1 is a detection'),
    ('out.txt', '0,1,1,2,3,4,1\n', 'line 1, column 1 (frame): expected at least 1, got 0'),
])
def test_bad_input_is_one_clear_line(tmp_path, refused, files, name, content, complaint):
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content)
    line = refused(1, 'evaluate', *files)
    assert line.startswith('person_tracker evaluate: ')
    assert complaint in line
