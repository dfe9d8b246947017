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

"""Written videos are read again: times, sizes, codecs, failures."""

import av
import numpy as np
from person_tracker.rendering import video
from person_tracker.rendering.video import VideoError
from person_tracker.rendering.video import VideoWriter
import pytest


def grey(level, width=64, height=48):
    return np.full((height, width, 3), level, np.uint8)


def read_all(path):
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    images = [frame.to_ndarray(format='bgr24').astype(int) for frame in frames]
    return [frame.time for frame in frames], images


def test_every_image_comes_back_at_the_nominal_rate(tmp_path):
    path = tmp_path / 'new folder' / 'a.mp4'
    with VideoWriter(path, 10.0) as writer:
        for number in range(12):
            writer.write(grey(20 * number))
    times, images = read_all(path)
    assert times == pytest.approx([k / 10 for k in range(12)])
    for number, image in enumerate(images):
        assert abs(image.mean() - 20 * number) < 4


@pytest.mark.parametrize('ending', ['.mp4', '.mkv'])
def test_times_follow_the_stamps(tmp_path, ending):
    path = tmp_path / f'a{ending}'
    seconds = [0.0, 0.1, 0.15, 1.0, 4.0]
    with VideoWriter(path, 10.0) as writer:
        for second in seconds:
            writer.write(grey(50), round((1e9 + second) * 1e9))
    times, _ = read_all(path)
    assert times == pytest.approx(seconds, abs=0.002)
    with av.open(str(path)) as container:
        assert container.duration / av.time_base == pytest.approx(4.1, abs=0.01)


@pytest.mark.parametrize('stamps', [
    [0, 0, 0],  # duplicates
    [5, 3, 1],  # backwards
    [0, 10, 20],  # nanoseconds apart
    [None, 2 * 10**9, None],  # partly missing
])
def test_stamps_that_do_not_rise_still_give_every_image(tmp_path, stamps):
    with VideoWriter(tmp_path / 'a.mp4', 10.0) as writer:
        for stamp in stamps:
            writer.write(grey(50), stamp)
    times, _ = read_all(tmp_path / 'a.mp4')
    assert len(times) == 3
    assert times[0] < times[1] < times[2]


def test_odd_size_grows_by_one_pixel(tmp_path):
    with VideoWriter(tmp_path / 'a.mp4', 10.0) as writer:
        writer.write(grey(50, 63, 47))
    _, images = read_all(tmp_path / 'a.mp4')
    assert images[0].shape == (48, 64, 3)
    assert np.abs(images[0] - 50).max() < 8


@pytest.mark.parametrize(('size', 'black', 'lit'), [
    ((128, 48), [(2, 32), (45, 32)], [(24, 2), (24, 61)]),  # wider: bars above and below
    ((32, 48), [(24, 2), (24, 61)], [(2, 32), (45, 32)]),  # narrower: bars at the sides
    ((128, 96), [], [(2, 2), (45, 61)]),  # same shape: no bars
])
def test_other_sizes_are_fitted_into_the_first(tmp_path, size, black, lit):
    with VideoWriter(tmp_path / 'a.mp4', 10.0) as writer:
        writer.write(grey(200))
        writer.write(grey(200, *size))
    _, images = read_all(tmp_path / 'a.mp4')
    assert [image.shape for image in images] == [(48, 64, 3)] * 2
    assert all(images[1][place].max() < 40 for place in black)
    assert all(images[1][place].min() > 160 for place in lit)


def test_missing_encoder_falls_back_to_mpeg4(tmp_path, monkeypatch):
    monkeypatch.setattr(video.av, 'codecs_available', {'mpeg4'})
    with VideoWriter(tmp_path / 'a.mp4', 29.97) as writer:
        for number in range(5):
            writer.write(grey(20 * number))
    assert writer.codec == 'mpeg4'
    times, images = read_all(tmp_path / 'a.mp4')
    assert times == pytest.approx([k / 29.97 for k in range(5)], abs=0.002)
    assert images[0].shape == (48, 64, 3)


def test_file_appears_when_it_is_complete_and_replaces_an_older_one(tmp_path):
    path = tmp_path / 'a.mp4'
    path.write_text('older')
    writer = VideoWriter(path, 10.0)
    writer.write(grey(50))
    assert path.read_text() == 'older'
    writer.close()
    writer.close()
    assert len(read_all(path)[0]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ['a.mp4']


def test_video_of_an_interrupted_run_is_kept(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with VideoWriter(tmp_path / 'a.mp4', 10.0) as writer:
            writer.write(grey(50))
            raise KeyboardInterrupt
    assert len(read_all(tmp_path / 'a.mp4')[0]) == 1


def test_without_images_there_is_no_file(tmp_path):
    with VideoWriter(tmp_path / 'a.mp4', 10.0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_ending_that_no_player_expects_is_refused(tmp_path):
    with pytest.raises(VideoError, match=r'a.txt cannot be written: .* end in .mp4 or .mkv'):
        VideoWriter(tmp_path / 'a.txt', 10.0)


def test_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(VideoError, match='a.mp4 cannot be written: '):
        VideoWriter(tmp_path / 'file' / 'a.mp4', 10.0)


@pytest.mark.parametrize('rate', [0.0, -1.0, float('nan'), float('inf')])
def test_impossible_rate_is_refused(tmp_path, rate):
    with pytest.raises(ValueError, match='frame_rate_hz must be in'):
        VideoWriter(tmp_path / 'a.mp4', rate)
