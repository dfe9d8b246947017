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

"""Images arrive in a network's input where and as the network wants them."""

import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.preprocessing import batch
from person_tracker.models.preprocessing import check_image
from person_tracker.models.preprocessing import fit
from person_tracker.models.preprocessing import FITS
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.preprocessing import placement
import pytest

SIZES = [
    (480, 640),    # wider than the input
    (640, 480),    # higher
    (64, 64),      # exact
    (17, 23),      # smaller, odd
    (1, 1),        # one pixel
    (2, 900),      # a line
    (721, 1281),   # odd
]


@pytest.mark.parametrize('kind', FITS)
@pytest.mark.parametrize('size', SIZES)
def test_every_image_fills_the_input_size(size: tuple[int, int], kind: str) -> None:
    target = InputFormat(96, 64, fit=kind)
    image = np.zeros((*size, 3), np.uint8)
    assert fit(image, target).shape == (64, 96, 3)
    result = batch([image, image], target)
    assert result.shape == (2, 3, 64, 96)
    assert result.dtype == np.float32


@pytest.mark.parametrize('kind', FITS)
@pytest.mark.parametrize('size', SIZES)
def test_corners_of_the_image_come_back_from_input_pixels(size: tuple[int, int],
                                                          kind: str) -> None:
    target = InputFormat(96, 64, fit=kind)
    image = np.full((*size, 3), 255, np.uint8)
    rows, columns = np.nonzero(fit(image, target)[:, :, 0] == 255)
    seen = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
    back = placement(image, target).to_image(seen)
    np.testing.assert_allclose(back, [[0, 0, size[1], size[0]]], rtol=1e-5, atol=1e-4)


def test_letterbox_pads_at_the_end_or_on_both_sides() -> None:
    image = np.zeros((10, 20, 3), np.uint8)
    end = fit(image, InputFormat(20, 20, fit='letterbox_top_left'))
    assert (end[:10] == 0).all() and (end[10:] == 114).all()
    both = fit(image, InputFormat(20, 20, fit='letterbox_centred'))
    assert (both[5:15] == 0).all() and (both[:5] == 114).all() and (both[15:] == 114).all()


def test_colour_order_and_normalisation_are_per_channel() -> None:
    image = np.empty((4, 4, 3), np.uint8)
    image[:] = (10, 20, 30)  # blue, green, red
    plain = batch([image], InputFormat(4, 4))
    assert [plain[0, channel, 0, 0] for channel in range(3)] == [10, 20, 30]
    target = InputFormat(4, 4, 'rgb', (20.0, 20.0, 0.0), (2.0, 1.0, 5.0), 'stretch')
    normal = batch([image], target)
    np.testing.assert_allclose(normal[0, :, 0, 0], [5.0, 0.0, 2.0], rtol=1e-6)


def test_images_standardised_by_themselves_have_mean_zero_and_deviation_one() -> None:
    random = np.random.default_rng(0)
    images = [random.integers(low, high, (4, 4, 3)).astype(np.uint8)
              for low, high in ((0, 256), (100, 120))]
    target = InputFormat(4, 4, 'rgb', fit='stretch', standardise='image')
    result = batch(images, target)
    np.testing.assert_allclose(result.mean(axis=(1, 2, 3)), 0.0, atol=1e-6)
    np.testing.assert_allclose(result.std(axis=(1, 2, 3)), 1.0, atol=1e-5)
    np.testing.assert_allclose(batch(images[1:], target), result[1:], atol=1e-6)
    flat = batch([np.full((4, 4, 3), 9, np.uint8)], target)
    np.testing.assert_array_equal(flat, 0.0)


def test_image_is_not_changed_and_may_be_a_view() -> None:
    whole = np.arange(40 * 40 * 3, dtype=np.uint32).astype(np.uint8).reshape(40, 40, 3)
    before = whole.copy()
    view = whole[5:25, 3:33]
    target = InputFormat(16, 16, mean=(1.0, 2.0, 3.0))
    np.testing.assert_array_equal(batch([view], target), batch([view.copy()], target))
    np.testing.assert_array_equal(whole, before)


def test_no_image_is_an_empty_batch() -> None:
    assert batch([], InputFormat(8, 4)).shape == (0, 3, 4, 8)


@pytest.mark.parametrize('image', [
    np.zeros((4, 4), np.uint8),              # grey
    np.zeros((4, 4, 1), np.uint8),           # grey with an axis
    np.zeros((4, 4, 4), np.uint8),           # with transparency
    np.zeros((4, 4, 3), np.uint16),          # 16 bits
    np.zeros((4, 4, 3), np.float32),
    np.zeros((0, 4, 3), np.uint8),           # nothing
])
def test_other_images_are_refused_with_shape_and_type(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match='uint8') as caught:
        check_image(image)
    assert str(image.shape) in str(caught.value)
    assert str(image.dtype) in str(caught.value)


def test_what_is_no_array_is_refused_by_type() -> None:
    with pytest.raises(ValueError, match='must be an array, got NoneType'):
        check_image(None)


@pytest.mark.parametrize(('options', 'text'), [
    ({'width': 0}, 'input size must be positive, got 0x4'),
    ({'colour': 'hsv'}, "colour must be one of bgr, rgb, got 'hsv'"),
    ({'fit': 'crop'}, "fit must be one of .*, got 'crop'"),
    ({'standardise': 'batch'}, "standardise must be one of fixed, image, got 'batch'"),
    ({'std': (1.0, 0.0, 1.0)}, 'std positive'),
])
def test_impossible_input_format_is_refused(options: dict, text: str) -> None:
    with pytest.raises(ModelError, match=text):
        InputFormat(**{'width': 4, 'height': 4, **options})
