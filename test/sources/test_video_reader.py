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

"""Video files of every kind, and broken ones."""

import math
import wave

import av
import numpy as np
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
from PIL import Image
import pytest

STEP = 20  # frame k of a generated video is grey of this times k


def read_all(path, **settings):
    with open_source(SourceConfig(uri=str(path), **settings)) as source:
        return list(source)


def levels(frames):
    return [round(float(frame.image.mean()) / STEP) for frame in frames]


@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv', 'a.avi', 'a: b?.mp4'])
def test_every_frame_comes_once_with_its_time(make_video, tmp_path, name):
    make_video(tmp_path / 'plain.mp4')
    path = make_video(tmp_path / name)
    with open_source(SourceConfig(uri=str(path))) as source:
        assert (source.description, source.is_live) == (str(path), False)
        assert source.frame_rate_hz == 10.0
        frames = list(source)
    assert levels(frames) == list(range(8))
    assert [frame.index for frame in frames] == list(range(8))
    assert [frame.time_s for frame in frames] == pytest.approx([k / 10 for k in range(8)])
    assert all(frame.image.flags.c_contiguous for frame in frames)


def test_frames_come_in_the_order_of_display(make_video, tmp_path):
    # libx264 stores frames out of order by default.
    frames = read_all(make_video(tmp_path / 'a.mp4', 12, codec='libx264'))
    assert levels(frames) == list(range(12))


def test_times_of_a_variable_rate_are_kept(make_video, tmp_path):
    times = [0.5, 0.6, 0.9, 1.0, 2.5]
    frames = read_all(make_video(tmp_path / 'a.mkv', times_s=times))
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 0.1, 0.4, 0.5, 2.0])


def test_raw_h264_has_the_rate_that_its_header_says_unless_told(make_video, tmp_path):
    path = make_video(tmp_path / 'a.h264', rate=12, codec='libx264')
    frames = read_all(path)
    assert levels(frames) == list(range(8))
    assert [frame.time_s for frame in frames] == pytest.approx([k / 12 for k in range(8)])
    frames = read_all(path, frame_rate_hz=30.0)
    assert [frame.time_s for frame in frames] == pytest.approx([k / 30 for k in range(8)])


def test_gif_has_the_time_of_each_picture(tmp_path):
    pictures = [Image.new('L', (31, 21), STEP * number) for number in range(4)]
    pictures[0].save(
        tmp_path / 'a.gif', save_all=True, append_images=pictures[1:],
        duration=[100, 300, 200, 100])
    frames = read_all(tmp_path / 'a.gif')
    assert levels(frames) == [0, 1, 2, 3]
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.1, 0.4, 0.6])
    assert frames[0].image.shape == (21, 31, 3)


@pytest.mark.parametrize(('codec', 'pix_fmt', 'size'), [
    ('ffv1', 'gray', (64, 48)),  # grey
    ('ffv1', 'gray16le', (64, 48)),  # 16-bit grey
    ('ffv1', 'yuv420p10le', (64, 48)),  # 10-bit colour
    ('ffv1', 'bgra', (64, 48)),  # transparency
    ('png', 'rgb48be', (64, 48)),  # 16-bit colour
    ('ffv1', 'yuv444p', (63, 47)),  # odd size
    ('ffv1', 'yuv420p', (33, 5)),  # odd size with colour at half resolution
])
def test_every_pixel_format_becomes_bgr_of_the_same_brightness(
        make_video, tmp_path, codec, pix_fmt, size):
    frames = read_all(make_video(tmp_path / 'a.nut', 4, size=size, codec=codec, pix_fmt=pix_fmt))
    assert levels(frames) == [0, 1, 2, 3]
    for number, frame in enumerate(frames):
        assert frame.image.shape == (size[1], size[0], 3)
        assert frame.image.dtype == np.uint8
        assert np.abs(frame.image.astype(int) - STEP * number).max() <= 3


def test_size_that_changes_in_mid_stream_changes_the_frames(make_video, tmp_path):
    parts = [make_video(tmp_path / f'{size[0]}.h264', 3, size=size, codec='libx264')
             for size in ((64, 48), (32, 80))]
    joined = tmp_path / 'joined.h264'
    joined.write_bytes(b''.join(part.read_bytes() for part in parts))
    shapes = [frame.image.shape for frame in read_all(joined)]
    assert shapes == [(48, 64, 3)] * 3 + [(80, 32, 3)] * 3


def test_joined_recordings_have_rising_stamps(make_video, tmp_path):
    part = make_video(tmp_path / 'a.ts', 5, codec='mpeg2video').read_bytes()
    (tmp_path / 'joined.ts').write_bytes(part + part)
    stamps = [frame.stamp_ns for frame in read_all(tmp_path / 'joined.ts')]
    assert len(stamps) == 10
    assert stamps[0] == 0
    assert all(later > earlier for earlier, later in zip(stamps, stamps[1:]))


def test_loop_goes_on_in_time(make_video, tmp_path):
    path = make_video(tmp_path / 'a.mp4', 3)
    with open_source(SourceConfig(uri=str(path), loop=True)) as source:
        frames = [source.read() for _ in range(8)]
    assert levels(frames) == [0, 1, 2, 0, 1, 2, 0, 1]
    assert [frame.time_s for frame in frames] == pytest.approx([k / 10 for k in range(8)])


def test_damaged_frame_is_left_out_and_the_others_keep_their_times(make_video, tmp_path):
    path = make_video(tmp_path / 'a.mov', 12, codec='prores', pix_fmt='yuv422p10le')
    with av.open(str(path)) as container:
        packet = list(container.demux())[3]
        damaged = slice(packet.pos, packet.pos + packet.size)
    data = bytearray(path.read_bytes())
    data[damaged] = bytes(damaged.stop - damaged.start)
    path.write_bytes(data)
    with open_source(SourceConfig(uri=str(path))) as source:
        frames = list(source)
        assert source.corrupt_frames == 1
    expected = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]
    assert levels(frames) == expected
    assert [frame.index for frame in frames] == expected
    assert [frame.time_s for frame in frames] == pytest.approx([k / 10 for k in expected])


def test_cut_off_file_gives_the_frames_it_has(make_video, tmp_path):
    path = make_video(tmp_path / 'a.mkv', 30, size=(320, 240), codec='ffv1')
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    frames = read_all(path)
    assert 5 < len(frames) < 30
    assert [frame.index for frame in frames] == list(range(len(frames)))


@pytest.mark.skipif(
    not hasattr(av.VideoFrame, 'rotation'), reason='this PyAV does not read the turn')
def test_picture_of_a_turned_telephone_is_upright(make_video, tmp_path):
    path = make_video(tmp_path / 'a.mp4', 2, size=(64, 48))
    data = bytearray(path.read_bytes())
    # The track header's matrix (ISO 14496-12, 8.3.2), 16.16 fixed point: a quarter turn.
    matrix = data.index(b'tkhd') + 44
    one, zero = (1 << 16).to_bytes(4, 'big'), bytes(4)
    minus_one = (-1 << 16).to_bytes(4, 'big', signed=True)
    data[matrix:matrix + 20] = zero + one + zero + minus_one + zero
    path.write_bytes(data)
    assert read_all(path)[0].image.shape == (64, 48, 3)


def write_sound(path):
    with wave.open(str(path), 'wb') as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))


def write_empty_video(path):
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        container.start_encoding()


@pytest.mark.parametrize(('name', 'write', 'message'), [
    ('a.mp4', lambda path: path.touch(), 'a.mp4 is an empty file'),
    ('a.mp4', lambda path: path.write_text('text'), 'a.mp4 cannot be read: it is no video'),
    ('a.avi', lambda path: path.write_bytes(b'RIFF\0\0\0\0AVI LIST'), 'a.avi .*no video'),
    ('a.wav', write_sound, 'a.wav holds no video'),
    ('a.mkv', write_empty_video, 'a.mkv cannot be read: it ends before its first'),
])
def test_file_without_pictures_is_refused_in_one_sentence(tmp_path, name, write, message):
    path = tmp_path / name
    write(path)
    with pytest.raises(SourceError, match=message) as error:
        open_source(SourceConfig(uri=str(path)))
    assert '\n' not in str(error.value)


def test_nothing_is_printed_about_broken_data(make_video, tmp_path, capfd):
    path = make_video(tmp_path / 'a.h264', 20, codec='libx264')
    data = bytearray(path.read_bytes())
    data[len(data) // 2:len(data) // 2 + 60] = bytes(range(60))
    path.write_bytes(data)
    read_all(path)
    assert capfd.readouterr() == ('', '')


def test_real_videos(shared_data):
    frames = read_all(shared_data / 'video' / 'vtest.avi', max_rate_hz=1.0)
    assert [frame.index for frame in frames] == list(range(0, 795, 10))
    with open_source(SourceConfig(
            uri=str(shared_data / 'video' / 'intel_people-detection.264'))) as source:
        assert source.frame_rate_hz == 12.0
        assert source.frame_count is None
        assert source.read().image.shape == (432, 768, 3)
    gif = next((shared_data / 'video').glob('*.gif'))
    assert math.isclose(read_all(gif)[-1].time_s, 4.58)
