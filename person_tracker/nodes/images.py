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

"""Image messages to frames and back, as views of numpy where the encoding allows."""

from array import array

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.types import Frame
from person_tracker.nodes.stamps import header_of
from person_tracker.nodes.stamps import nanoseconds
from sensor_msgs.msg import Image

try:
    from cv_bridge import CvBridge
except ImportError:
    CvBridge = None

# encoding: channels, numpy type, how OpenCV brings it to blue-green-red
_ENCODINGS: dict[str, tuple[int, type, int | None]] = {
    'bgr8': (3, np.uint8, None),
    '8UC3': (3, np.uint8, None),
    'rgb8': (3, np.uint8, cv2.COLOR_RGB2BGR),
    'bgra8': (4, np.uint8, cv2.COLOR_BGRA2BGR),
    'rgba8': (4, np.uint8, cv2.COLOR_RGBA2BGR),
    'mono8': (1, np.uint8, cv2.COLOR_GRAY2BGR),
    '8UC1': (1, np.uint8, cv2.COLOR_GRAY2BGR),
    'mono16': (1, np.uint16, cv2.COLOR_GRAY2BGR),
    '16UC1': (1, np.uint16, cv2.COLOR_GRAY2BGR),
    'bgr16': (3, np.uint16, None),
    'rgb16': (3, np.uint16, cv2.COLOR_RGB2BGR),
    'yuv422_yuy2': (2, np.uint8, cv2.COLOR_YUV2BGR_YUY2),
    'yuyv': (2, np.uint8, cv2.COLOR_YUV2BGR_YUY2),
    'yuv422': (2, np.uint8, cv2.COLOR_YUV2BGR_UYVY),
    'uyvy': (2, np.uint8, cv2.COLOR_YUV2BGR_UYVY),
    'bayer_rggb8': (1, np.uint8, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': (1, np.uint8, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': (1, np.uint8, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': (1, np.uint8, cv2.COLOR_BayerGB2BGR),
}


class ImageError(ValueError):
    """An Image message cannot be read; the text says what is wrong with it."""


def frame_from_msg(msg: Image) -> Frame:
    """
    Return the frame in a message; bgr8 is a view of the message's own bytes.

    Raises
    ------
    ImageError
        The encoding is not known here nor to cv_bridge, or the data do not fill the image.

    """
    if msg.encoding in _ENCODINGS:
        image = _to_bgr(_pixels(msg), msg.encoding)
    elif CvBridge is not None:
        image = _through_cv_bridge(msg)
    else:
        raise ImageError(
            f'encoding {msg.encoding!r} needs cv_bridge, which is not installed; '
            f'without it: {", ".join(_ENCODINGS)}')
    return Frame(image, nanoseconds(msg.header.stamp), frame_id=msg.header.frame_id)


def frame_to_msg(frame: Frame) -> Image:
    """Return a bgr8 message that holds a copy of the frame."""
    height, width = frame.image.shape[:2]
    msg = Image(header=header_of(frame), encoding='bgr8', height=height, width=width)
    msg.step = 3 * msg.width
    # Anything but bytes or array('B') is checked number by number (150 ms at 720p).
    msg.data = array('B', frame.image.tobytes())
    return msg


def _through_cv_bridge(msg: Image) -> NDArray[np.uint8]:
    try:
        return CvBridge().imgmsg_to_cv2(msg, 'bgr8')
    except TypeError as error:  # CvBridgeError is one
        raise ImageError(
            f'image of {msg.width} x {msg.height} {msg.encoding} cannot be converted: {error}'
        ) from None


def _pixels(msg: Image) -> NDArray[np.unsignedinteger]:
    channels, kind, _ = _ENCODINGS[msg.encoding]
    kind_here = np.dtype(kind).newbyteorder('>' if msg.is_bigendian else '<')
    row_bytes = msg.width * channels * kind_here.itemsize
    if not msg.width or not msg.height:
        raise ImageError(f'image must not be empty, got {msg.width} x {msg.height}')
    if channels == 2 and msg.width % 2:  # yuv: two pixels share their colour
        raise ImageError(f'width of a {msg.encoding} image must be even, got {msg.width}')
    if msg.step < row_bytes or len(msg.data) < msg.step * msg.height:
        raise ImageError(
            f'image of {msg.width} x {msg.height} {msg.encoding} needs {row_bytes} bytes a row, '
            f'got a step of {msg.step} and {len(msg.data)} bytes in all')
    rows = np.frombuffer(msg.data, np.uint8, msg.step * msg.height)
    rows = rows.reshape(msg.height, msg.step)[:, :row_bytes]
    if msg.step != row_bytes:
        rows = np.ascontiguousarray(rows)
    return rows.view(kind_here).reshape(msg.height, msg.width, channels)


def _to_bgr(pixels: NDArray[np.unsignedinteger], encoding: str) -> NDArray[np.uint8]:
    high_byte = pixels // 256 if pixels.dtype.itemsize == 2 else pixels
    image: NDArray[np.uint8] = high_byte.astype(np.uint8, copy=False)
    code = _ENCODINGS[encoding][2]
    if code is not None:
        image = cv2.cvtColor(np.ascontiguousarray(image), code).astype(np.uint8, copy=False)
    return image
