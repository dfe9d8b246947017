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

"""Image messages of every encoding become blue-green-red frames, and bad ones a sentence."""

from array import array

import numpy as np
from person_tracker.core.types import Frame
from person_tracker.nodes import images
from person_tracker.nodes.images import frame_from_msg
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.images import ImageError
import pytest
from sensor_msgs.msg import Image

RED = (0, 0, 255)
RED_YUV = (82, 90, 240)


def message(encoding: str, pixels: np.ndarray, *, padding: int = 0,
            is_bigendian: bool = False) -> Image:
    """Return a message of pixels, shape (H, W, C), with unused bytes after each row."""
    kind = pixels.dtype.newbyteorder('>' if is_bigendian else '<')
    rows = pixels.astype(kind).reshape(len(pixels), -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=205)
    msg = Image(encoding=encoding, height=pixels.shape[0], width=pixels.shape[1],
                step=rows.shape[1], is_bigendian=is_bigendian)
    msg.data = array('B', rows.tobytes())
    return msg


def plain(*channels: int, kind: type = np.uint8) -> np.ndarray:
    return np.full((4, 6, len(channels)), channels, kind)


def yuv(first: int, second: int) -> np.ndarray:
    """Return pairs of bytes whose first or second is the brightness of red."""
    luma, blue, red = RED_YUV
    row = {'yu': (luma, blue, luma, red), 'uy': (blue, luma, red, luma)}[
        'yu' if first < second else 'uy']
    return np.tile(np.array(row, np.uint8).reshape(1, 2, 2), (4, 3, 1))


def mosaic(pattern: str) -> np.ndarray:
    """Return what a sensor with a Bayer pattern sees of pure red."""
    cell = np.array([255 if letter == 'r' else 0 for letter in pattern], np.uint8).reshape(2, 2)
    return np.tile(cell, (4, 4))[:, :, None]


@pytest.mark.parametrize('encoding, pixels, expected', [
    ('bgr8', plain(10, 20, 30), (10, 20, 30)),
    ('8UC3', plain(10, 20, 30), (10, 20, 30)),
    ('rgb8', plain(10, 20, 30), (30, 20, 10)),
    ('bgra8', plain(10, 20, 30, 99), (10, 20, 30)),
    ('rgba8', plain(10, 20, 30, 99), (30, 20, 10)),
    ('mono8', plain(77), (77, 77, 77)),
    ('8UC1', plain(77), (77, 77, 77)),
    # The upper byte is what can be seen.
    ('mono16', plain(77 * 256 + 3, kind=np.uint16), (77, 77, 77)),
    ('16UC1', plain(77 * 256 + 3, kind=np.uint16), (77, 77, 77)),
    ('bgr16', plain(2560, 5120, 7680, kind=np.uint16), (10, 20, 30)),
    ('rgb16', plain(2560, 5120, 7680, kind=np.uint16), (30, 20, 10)),
    ('yuv422_yuy2', yuv(0, 1), RED),
    ('yuyv', yuv(0, 1), RED),
    ('yuv422', yuv(1, 0), RED),
    ('uyvy', yuv(1, 0), RED),
    ('bayer_rggb8', mosaic('rggb'), RED),
    ('bayer_bggr8', mosaic('bggr'), RED),
    ('bayer_gbrg8', mosaic('gbrg'), RED),
    ('bayer_grbg8', mosaic('grbg'), RED),
])
@pytest.mark.parametrize('padding', [0, 6])
def test_every_encoding_becomes_blue_green_red(encoding, pixels, expected, padding):
    image = frame_from_msg(message(encoding, pixels, padding=padding)).image
    assert image.dtype == np.uint8 and image.shape == (*pixels.shape[:2], 3)
    inner = image[1:-1, 1:-1].astype(int)  # Bayer's border is a guess
    assert np.abs(inner - expected).max() <= 3


def test_every_known_encoding_is_in_the_table_above():
    table = test_every_encoding_becomes_blue_green_red.pytestmark[1].args[1]
    assert {row[0] for row in table} == set(images._ENCODINGS)


@pytest.mark.parametrize('encoding', ['mono16', 'bgr16'])
@pytest.mark.parametrize('padding', [0, 3])
def test_byte_order_makes_no_difference(encoding, padding):
    channels = images._ENCODINGS[encoding][0]
    pixels = np.arange(24 * channels, dtype=np.uint16).reshape(4, 6, channels) * 700
    little = frame_from_msg(message(encoding, pixels, padding=padding)).image
    big = frame_from_msg(message(encoding, pixels, padding=padding, is_bigendian=True)).image
    assert little.any() and np.array_equal(little, big)


def test_rows_keep_their_order_whatever_the_padding():
    pixels = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    assert np.array_equal(frame_from_msg(message('bgr8', pixels, padding=5)).image, pixels)


@pytest.mark.parametrize('height, width', [(1, 1), (3, 5), (63, 37)])
def test_odd_sizes_come_through_unchanged(height, width):
    frame = Frame(np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8), 0)
    assert np.array_equal(frame_from_msg(frame_to_msg(frame)).image, frame.image)


def test_frame_comes_back_with_its_stamp_and_frame_id():
    frame = Frame(np.zeros((2, 3, 3), np.uint8), 1_700_000_000_123_456_789, frame_id='left_eye')
    back = frame_from_msg(frame_to_msg(frame))
    assert (back.stamp_ns, back.frame_id) == (frame.stamp_ns, 'left_eye')


def test_part_of_an_image_goes_out_as_it_is_seen():
    part = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)[1:7:2, ::-1]
    assert np.array_equal(frame_from_msg(frame_to_msg(Frame(part, 0))).image, part)


def test_blue_green_red_is_not_copied():
    msg = frame_to_msg(Frame(np.zeros((4, 4, 3), np.uint8), 0))
    image = frame_from_msg(msg).image
    msg.data[0] = 200
    assert image[0, 0, 0] == 200


def with_fields(**values: object) -> Image:
    msg = message('bgr8', plain(1, 2, 3))
    for name, value in values.items():
        setattr(msg, name, value)
    return msg


@pytest.mark.parametrize('msg, said', [
    (Image(encoding='bgr8'), 'must not be empty, got 0 x 0'),
    (with_fields(width=0), 'must not be empty, got 0 x 4'),
    (with_fields(height=0), 'must not be empty, got 6 x 0'),
    (with_fields(data=array('B', b'short')), '5 bytes in all'),
    (with_fields(height=5), '72 bytes in all'),
    (with_fields(step=17), 'needs 18 bytes a row, got a step of 17'),
    (with_fields(encoding='bgra8'), 'needs 24 bytes a row'),
    # Two pixels share their colour.
    (message('yuyv', np.zeros((4, 5, 2), np.uint8)), 'yuyv image must be even, got 5'),
])
def test_message_that_is_no_image_is_refused_with_its_numbers(msg, said):
    with pytest.raises(ImageError) as refusal:
        frame_from_msg(msg)
    assert said in str(refusal.value) and '\n' not in str(refusal.value)


def test_unknown_encoding_is_refused_with_the_known_ones(monkeypatch):
    monkeypatch.setattr(images, 'CvBridge', None)
    msg = message('32FC1', np.zeros((2, 2, 1), np.float32))
    with pytest.raises(ImageError, match="encoding '32FC1' needs cv_bridge.*bgr8, .*bayer"):
        frame_from_msg(msg)


def test_encoding_that_cv_bridge_refuses_is_refused_likewise(monkeypatch):
    class Bridge:  # what cv_bridge does; it cannot be installed without ROS
        def imgmsg_to_cv2(self, msg: Image, encoding: str) -> np.ndarray:
            raise TypeError(f'Unrecognized image encoding [{msg.encoding}]')

    monkeypatch.setattr(images, 'CvBridge', Bridge)
    with pytest.raises(ImageError, match='nonsense'):
        frame_from_msg(message('nonsense', plain(1)))
