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

"""`person_tracker track`: from detection files to a track file, or to one clear line."""

import os

import numpy as np
from person_tracker.evaluation.motchallenge import read_tracks
import pytest

FRAMES = 30


@pytest.fixture
def detections(tmp_path):
    """Write two people who walk past each other, unseen in frames 12 to 14."""
    path = tmp_path / 'det.txt'
    lines = []
    for frame in range(1, FRAMES + 1):
        if 12 <= frame <= 14:
            continue
        lines.append(f'{frame},-1,{10 + 6 * frame}.5,100,40,120,0.9')
        lines.append(f'{frame},-1,{400 - 6 * frame}.5,110,40,120,0.8')
    path.write_text('\n'.join(lines) + '\n')
    return path


@pytest.fixture
def embeddings(tmp_path, detections):
    """Write an archive with the looks of both."""
    path = tmp_path / 'looks.npz'
    det = np.loadtxt(detections, delimiter=',')[:, [0, 2, 3, 4, 5, 6]].astype(np.float32)
    looks = np.tile(np.eye(2, 16), (len(det) // 2, 1)).astype(np.float16)
    np.savez(path, det=det, net=looks)
    return path


def test_people_are_followed_through_a_gap(tmp_path, person_tracker, detections):
    output = tmp_path / 'new' / 'out.txt'
    result = person_tracker('track', '--detections', detections, '--fps', 10, '--output', output)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f'{FRAMES} frames, {2 * (FRAMES - 3)} detections, ')
    rows = read_tracks(output)
    assert set(rows.track_ids) == {1, 2}
    assert set(rows.frames[-2:]) == {FRAMES}
    assert output.read_text().endswith(',-1,-1,-1\n')


def test_looks_and_camera_motion_are_used(tmp_path, person_tracker, detections, embeddings):
    motion = tmp_path / 'camera_motion.txt'
    motion.write_text(''.join(f'{frame} 1 0 0 0 1 0\n' for frame in range(1, FRAMES + 1)))
    result = person_tracker(
        'track', '--detections', detections, '--embeddings', embeddings, '--embedding-key', 'net',
        '--camera-motion', motion, '--fps', 10, '--output', 'out.txt')
    assert result.returncode == 0, result.stderr
    assert set(read_tracks(tmp_path / 'out.txt').track_ids) == {1, 2}


def test_settings_reach_the_tracker(tmp_path, person_tracker, detections):
    arguments = ('track', '--detections', detections, '--fps', 10, '--output', 'out.txt')
    assert person_tracker(*arguments, '--set', 'tracker.new_score=0.85').returncode == 0
    assert len(set(read_tracks(tmp_path / 'out.txt').track_ids)) == 1


def test_between_the_detections_that_are_used_people_move_on_as_predicted(
        tmp_path, person_tracker, detections):
    arguments = ('track', '--detections', detections, '--fps', 10, '--output', 'out.txt')
    assert person_tracker(*arguments, '--set', 'detect_every=3').returncode == 0
    rows = read_tracks(tmp_path / 'out.txt')
    # Two people from frame 7 on, seen for the third time then; nobody has detections in 12 to 14.
    assert set(rows.track_ids) == {1, 2}
    assert rows.frames.tolist() == sorted([*range(7, 13), *range(16, FRAMES + 1)] * 2)


def test_a_preset_is_the_start_and_settings_change_it_further(
        tmp_path, person_tracker, detections):
    arguments = ('track', '--detections', detections, '--fps', 10, '--output', 'out.txt')
    preset = ('--preset', 'multicamera_youtu')
    result = person_tracker(*arguments, *preset)
    assert result.returncode == 0, result.stderr
    as_preset = (tmp_path / 'out.txt').read_text()
    assert person_tracker(*arguments, *preset, '--set', 'detect_every=1').returncode == 0
    as_set = (tmp_path / 'out.txt').read_text()
    assert min(read_tracks(tmp_path / 'out.txt').frames) == 3  # seen three times
    (tmp_path / 'own.yaml').write_text('detector: {ros__parameters: {every: 3}}')
    assert person_tracker(*arguments, '--preset', 'own.yaml').returncode == 0
    assert min(read_tracks(tmp_path / 'out.txt').frames) == 7
    assert as_preset != as_set


@pytest.mark.parametrize(('options', 'scores_above', 'note'), [
    ((), .5, True),                                 # guessed from values far above 1
    (('--score-range', '0', '200'), .25, False),    # said
])
def test_scores_in_per_cent_are_understood(
        tmp_path, person_tracker, detections, options, scores_above, note):
    detections.write_text(detections.read_text().replace(',0.9\n', ',140\n')
                          .replace(',0.8\n', ',130\n'))
    result = person_tracker('track', '--detections', detections, '--fps', 10, '--output',
                            'out.txt', *options)
    assert ('taken as per cent' in result.stderr) == note
    assert (read_tracks(tmp_path / 'out.txt').scores > scores_above).all()


def test_nobody_detected_is_nobody_tracked(tmp_path, person_tracker):
    (tmp_path / 'det.txt').write_text('')
    result = person_tracker('track', '--detections', 'det.txt', '--fps', 10, '--output', 'out.txt')
    assert result.returncode == 0
    assert result.stdout.startswith('0 frames, 0 detections, 0 track boxes, 0 ids')
    assert (tmp_path / 'out.txt').read_text() == ''


@pytest.mark.parametrize(('status', 'options', 'complaint'), [
    # usage
    (2, ('--fps', '0', '--output', 'o.txt'), "--fps: must be a number above 0, got '0'"),
    (2, ('--fps', 'fast', '--output', 'o.txt'), "--fps: must be a number above 0, got 'fast'"),
    (2, ('--fps', '10'), 'the following arguments are required: --output'),
    (2, ('--fps', '10', '--output', 'det.txt'), 'det.txt is an input and would be overwritten'),
    (2, ('--fps', '10', '--output', '.'), '. is a folder'),
    (2, ('--fps', '10', '--output', 'pipe'), 'pipe is not a regular file'),
    (2, ('--fps', '10', '--output', 'o.txt', '--embeddings', 'looks.npz'),
     '--embeddings and --embedding-key must be given together'),
    (2, ('--fps', '10', '--output', 'o.txt', '--score-range', '1', '0'),
     '--score-range: a score range must rise'),
    (2, ('--fps', '10', '--output', 'o.txt', '--set', 'tracker.speed=3'),
     "unknown setting 'tracker.speed'; known are detect_every, tracker."),
    (2, ('--fps', '10', '--output', 'o.txt', '--set', 'tracker.max_lost_s=-3'),
     'tracker.max_lost_s must be in'),
    (2, ('--fps', '10', '--output', 'o.txt', '--set', 'tracker.max_lost_s'),
     "expected name=value, got 'tracker.max_lost_s'"),
    (2, ('--fps', '10', '--output', 'o.txt', '--set', 'detect_every=11'),
     'detect_every must be in [1, 10], got 11'),
    (2, ('--fps', '10', '--output', 'o.txt', '--preset', 'best'),
     "unknown preset 'best'; known are coral_openface_svm, fairmot, multicamera_youtu"),
    (2, ('--fps', '10', '--output', 'o.txt', '--preset', 'absent.yaml'),
     'the file of parameters absent.yaml cannot be read'),
    # files
    (1, ('--fps', '10', '--output', 'o.txt', '--camera-motion', 'absent.txt'),
     'No such file or directory: absent.txt'),
    (1, ('--fps', '10', '--output', 'o.txt', '--camera-motion', 'det.txt'),
     'det.txt, line 1: expected at least 7 columns'),
    (1, ('--fps', '10', '--output', 'o.txt', '--embeddings', 'looks.npz', '--embedding-key', 'x'),
     "looks.npz has no array 'x'; it holds det, net"),
    (1, ('--fps', '10', '--output', 'o.txt', '--embeddings', 'other.npz', '--embedding-key',
         'net'), 'other.npz does not belong to these detections: 54 of its 54 boxes'),
    (1, ('--fps', '10', '--output', 'det.txt/o.txt'), 'det.txt'),
])
def test_bad_input_is_one_clear_line(tmp_path, refused, embeddings, status, options, complaint):
    os.mkfifo(tmp_path / 'pipe')
    with np.load(embeddings) as archive:
        np.savez(tmp_path / 'other.npz', det=archive['det'] + np.float32(300), net=archive['net'])
    line = refused(status, 'track', '--detections', 'det.txt', *options)
    assert line.startswith('person_tracker track: ')
    assert complaint in line
    assert not (tmp_path / 'o.txt').exists()


@pytest.mark.parametrize(('content', 'complaint'), [
    (None, 'No such file or directory: broken.txt'),                       # missing
    (b'1,-1,1,2,3,4\n', 'broken.txt, line 1: expected at least 7 columns'),  # no score
    (b'1,-1,1,2,3,4,high\n', "line 1, column 7 (score): expected a number, got 'high'"),
    (b'\x00\xff\xfe', 'broken.txt is not a text file'),
])
def test_a_bad_detection_file_is_one_clear_line(tmp_path, refused, content, complaint):
    if content is not None:
        (tmp_path / 'broken.txt').write_bytes(content)
    line = refused(1, 'track', '--detections', 'broken.txt', '--fps', 10, '--output', 'o.txt')
    assert complaint in line


@pytest.mark.parametrize(('folder', 'detections', 'embeddings', 'fps', 'hota'), [
    ('PETS09-S2L1', 'det.txt', 'public_embeddings.npz', 7, 50.0),
    ('mot17_first_half/MOT17-09', 'yolox_x.txt', 'yolox_x_embeddings.npz', 30, 65.0),
])
def test_real_sequences_are_tracked_well(
        shared_data, person_tracker, folder, detections, embeddings, fps, hota):
    pytest.importorskip('trackeval', reason='the figures are computed by TrackEval')
    folder = shared_data / folder
    result = person_tracker(
        'track', '--detections', folder / 'det' / detections, '--embeddings',
        folder / 'det' / embeddings, '--embedding-key', 'osnet_x0_25_msmt17', '--fps', fps,
        '--output', 'out.txt')
    assert result.returncode == 0, result.stderr
    table = person_tracker('evaluate', '--ground-truth', folder / 'gt/gt.txt', '--tracks',
                           'out.txt').stdout
    assert float(table.split('| HOTA | ')[1].split()[0]) >= hota
