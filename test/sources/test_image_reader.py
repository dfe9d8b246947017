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

"""Images of every kind from folders, and damaged ones."""

import cv2
import numpy as np
from person_tracker.sources.image_reader import decode_image
from person_tracker.sources.image_reader import list_images
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
from PIL import Image
import pytest


def picture(width=33, height=21):
    """Return a smooth BGR picture of odd size."""
    y, x = np.mgrid[:height, :width]
    return np.dstack([x * 7, y * 11, (x + y) * 4]).astype(np.uint8)


def saved(folder, name, values, mode=None):
    """Write values as an image and return its bytes."""
    path = folder / name
    image = Image.fromarray(values)
    (image.convert(mode) if mode else image).save(path)
    return path.read_bytes()


def test_images_come_in_natural_order_and_nothing_else_comes(tmp_path):
    names = ['10.png', '2.png', '1.JPG', 'b3.png', 'a12.png', 'a2.png', '.hidden.png', 'x.txt']
    for name in names:
        (tmp_path / name).touch()
    assert [file.name for file in list_images(tmp_path)] == [
        '1.JPG', '2.png', '10.png', 'a2.png', 'a12.png', 'b3.png']


@pytest.mark.parametrize('ending', ['png', 'tif'])
def test_16_bit_grey_is_divided_by_256(tmp_path, ending):
    values = np.arange(33 * 21, dtype=np.uint16).reshape(21, 33) * 90
    image = decode_image(saved(tmp_path, f'a.{ending}', values))
    np.testing.assert_array_equal(image, np.repeat((values >> 8)[..., np.newaxis], 3, axis=2))
    assert image.dtype == np.uint8


@pytest.mark.parametrize(('name', 'mode', 'tolerance'), [
    ('a.png', None, 0),  # plain
    ('a.png', 'RGBA', 0),  # transparency
    ('a.png', 'P', 60),  # palette, dithered
    ('a.jpg', None, 25),  # lossy
    ('a.jpg', 'CMYK', 25),  # print colours
    ('a.bmp', None, 0),  # uncompressed
])
def test_colour_images_of_every_kind_become_bgr(tmp_path, name, mode, tolerance):
    expected = picture()
    image = decode_image(saved(tmp_path, name, expected[..., ::-1].copy(), mode))
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).max() <= tolerance


@pytest.mark.parametrize('ending', ['.jpg', '.png'])
@pytest.mark.parametrize('damage', [
    lambda data: b'',  # empty file
    lambda data: data[:len(data) // 2],  # cut off
    lambda data: b'\0' * len(data),  # wiped
    lambda data: data[:4],  # hardly begun
])
def test_damaged_image_is_none(ending, damage):
    data = cv2.imencode(ending, picture(200, 100))[1].tobytes()
    assert decode_image(data) is not None
    assert decode_image(damage(data)) is None


def test_damaged_image_is_left_out_counted_and_keeps_its_number_and_time(tmp_path):
    for number in range(4):
        cv2.imwrite(str(tmp_path / f'{number}.png'), picture())
    (tmp_path / '2.png').write_bytes(b'no image')
    with open_source(SourceConfig(uri=str(tmp_path), frame_rate_hz=5)) as source:
        frames = list(source)
        assert source.corrupt_frames == 1
    assert [frame.index for frame in frames] == [0, 1, 3]
    assert [frame.time_s for frame in frames] == [0.0, 0.2, 0.6]


def test_folder_knows_its_rate_and_length(tmp_path):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f'{number}.png'), picture())
    with open_source(SourceConfig(uri=str(tmp_path))) as source:
        assert (source.frame_rate_hz, source.frame_count, source.is_live) == (10.0, 3, False)


def test_images_of_different_sizes_come_as_they_are(tmp_path):
    cv2.imwrite(str(tmp_path / '1.png'), picture(40, 30))
    cv2.imwrite(str(tmp_path / '2.png'), picture(31, 17))
    with open_source(SourceConfig(uri=str(tmp_path))) as source:
        assert [frame.image.shape for frame in source] == [(30, 40, 3), (17, 31, 3)]


def test_single_image_is_a_source_of_one_frame(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), picture())
    with open_source(SourceConfig(uri=str(tmp_path / 'a.png'))) as source:
        assert [frame.stamp_ns for frame in source] == [0]


@pytest.mark.parametrize(('files', 'message'), [
    ([], 'holds no image; expected files that end in .bmp'),  # empty folder
    (['a.txt'], 'holds no image'),  # other files
    (['a.png'], r'has no frame that can be decoded \(1 damaged\)'),  # damaged ones only
])
def test_folder_without_usable_image_is_refused(tmp_path, files, message):
    for name in files:
        (tmp_path / name).write_bytes(b'no image')
    with pytest.raises(SourceError, match=message):
        open_source(SourceConfig(uri=str(tmp_path)))


def test_image_that_vanishes_while_reading_is_named(tmp_path):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f'{number}.png'), picture())
    with open_source(SourceConfig(uri=str(tmp_path))) as source:
        (tmp_path / '1.png').unlink()
        source.read()
        with pytest.raises(SourceError, match='1.png cannot be read: No such file'):
            source.read()


def test_real_image_folder(shared_data):
    config = SourceConfig(uri=str(shared_data / 'TUD-Campus' / 'img1'), frame_rate_hz=25)
    with open_source(config) as source:
        frames = list(source)
    assert len(frames) == 71
    assert frames[-1].time_s == pytest.approx(70 / 25)
    assert frames[0].image.shape == (480, 640, 3)
