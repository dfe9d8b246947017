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

"""Laws of flipping and shrinking."""

import numpy as np
from person_tracker.sources.framing import flipped
from person_tracker.sources.framing import FLIPS
from person_tracker.sources.framing import shrunk
import pytest


def corners(image):
    """Return one channel's corners: upper left, upper right, lower left, lower right."""
    return [int(image[y, x, 0]) for y in (0, -1) for x in (0, -1)]


@pytest.mark.parametrize(('flip', 'expected'), [
    ('none', [1, 2, 3, 4]),
    ('horizontal', [2, 1, 4, 3]),
    ('vertical', [3, 4, 1, 2]),
    ('rotate_90', [3, 1, 4, 2]),
    ('rotate_180', [4, 3, 2, 1]),
    ('rotate_270', [2, 4, 1, 3]),
])
def test_flip_moves_corners_and_leaves_its_input(flip, expected):
    image = np.zeros((5, 7, 3), np.uint8)
    image[0, 0], image[0, -1], image[-1, 0], image[-1, -1] = 1, 2, 3, 4
    result = flipped(image, flip)
    assert corners(result) == expected
    assert corners(image) == [1, 2, 3, 4]
    assert result.flags.c_contiguous


def test_every_flip_has_a_row_above():
    assert len(FLIPS) == 6


@pytest.mark.parametrize(('size', 'limits', 'expected'), [
    ((640, 480), (0, 0), (640, 480)),  # no limit
    ((640, 480), (640, 480), (640, 480)),  # just within
    ((640, 480), (320, 0), (320, 240)),  # by width
    ((640, 480), (0, 120), (160, 120)),  # by height
    ((640, 480), (320, 120), (160, 120)),  # the narrower limit wins
    ((64, 48), (1280, 720), (64, 48)),  # never enlarged
    ((641, 479), (100, 0), (100, 75)),  # odd
    ((1000, 2), (10, 0), (10, 1)),  # never to nothing
])
def test_shrunk_image_fits_and_keeps_its_shape(size, limits, expected):
    image = np.full((size[1], size[0], 3), 77, np.uint8)
    result = shrunk(image, *limits)
    assert result.shape == (expected[1], expected[0], 3)
    assert (result == 77).all()


def test_shrinking_averages_over_areas():
    image = np.zeros((4, 4, 3), np.uint8)
    image[:, ::2] = 200
    assert (shrunk(image, 2, 2) == 100).all()
