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

"""Laws of the contact sheet."""

import cv2
import numpy as np
from person_tracker.rendering.contact_sheet import contact_sheet
from person_tracker.rendering.contact_sheet import write_png
import pytest


def colour(blue, green, red, width=64, height=48):
    return np.full((height, width, 3), (blue, green, red), np.uint8)


def test_images_stand_row_by_row():
    images = [colour(255, 0, 0), colour(0, 255, 0), colour(0, 0, 255)]
    sheet = contact_sheet(images, ['', '', ''], columns=2, tile_width=64)
    places = {name: np.argwhere((sheet == image[0, 0]).all(axis=2)).min(axis=0)
              for name, image in zip('abc', images)}
    assert places['a'][0] == places['b'][0] < places['c'][0]
    assert places['a'][1] == places['c'][1] < places['b'][1]


def test_captions_are_below_their_images():
    image = colour(0, 0, 200)
    plain = contact_sheet([image], [''], tile_width=120)
    captioned = contact_sheet([image], ['10.0 s, José'], tile_width=120)
    assert plain.shape == captioned.shape
    changed = np.argwhere((plain != captioned).any(axis=2))
    assert len(changed) > 0
    assert changed[:, 0].min() > np.argwhere((plain == image[0, 0]).all(axis=2))[:, 0].max()


@pytest.mark.parametrize(('count', 'columns', 'shape'), [
    (1, None, (1, 1)), (4, None, (2, 2)), (5, None, (2, 3)), (2, 5, (1, 2)), (3, 1, (3, 1))])
def test_grid_has_the_rows_and_columns_it_needs(count, columns, shape):
    one = contact_sheet([colour(9, 9, 9)], [''], tile_width=64)
    sheet = contact_sheet([colour(9, 9, 9)] * count, [''] * count, columns=columns, tile_width=64)
    gap = 4
    cell_height, cell_width = one.shape[0] - gap, one.shape[1] - gap
    assert sheet.shape == (shape[0] * cell_height + gap, shape[1] * cell_width + gap, 3)


def test_images_of_different_shapes_fit():
    images = [colour(255, 0, 0, 64, 48), colour(0, 255, 0, 30, 90), colour(0, 0, 255, 640, 20)]
    sheet = contact_sheet(images, ['a', 'b', 'c'], tile_width=100)
    for image in images:
        assert (sheet == image[0, 0]).all(axis=2).any()


@pytest.mark.parametrize(('images', 'captions'), [([], []), ([colour(0, 0, 0)], [])])
def test_missing_images_or_captions_are_refused(images, captions):
    with pytest.raises(ValueError, match='needs at least one image and a caption for each'):
        contact_sheet(images, captions)


def test_png_is_written_whole_into_a_new_folder(tmp_path):
    image = colour(1, 2, 3)
    write_png(tmp_path / 'new' / 'sheet.png', image)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / 'new' / 'sheet.png')), image)
    assert [file.name for file in (tmp_path / 'new').iterdir()] == ['sheet.png']
