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

"""Text in any script becomes a mask, whatever fonts there are."""

import numpy as np
from person_tracker.rendering.text import text_mask
from PIL import ImageFont
import pytest


def has_font(name):
    try:
        ImageFont.truetype(name, 16)
    except OSError:
        return False
    return True


needs_dejavu = pytest.mark.skipif(
    not has_font('DejaVuSans.ttf'), reason='the font DejaVu Sans is not installed')
FONT_LISTS = [(), pytest.param(('DejaVuSans.ttf',), marks=needs_dejavu)]


@pytest.mark.parametrize('fonts', FONT_LISTS)
@pytest.mark.parametrize('text', [
    '', ' ', 'Ana', 'José Łuczak', '李娜', '\n\t\0', '\ud800', 'x' * 300])
def test_any_text_has_a_mask(text, fonts):
    mask = text_mask(text, 14, fonts)
    assert mask.ndim == 2
    assert mask.dtype == np.uint8
    assert mask.shape[0] >= 14
    assert mask.shape[1] >= 1


@pytest.mark.parametrize('fonts', FONT_LISTS)
def test_longer_text_is_wider_and_larger_text_larger(fonts):
    assert text_mask('Anastasia', 14, fonts).shape[1] > text_mask('Ana', 14, fonts).shape[1]
    assert text_mask('Ana', 28, fonts).shape[0] > 1.5 * text_mask('Ana', 14, fonts).shape[0]


@pytest.mark.parametrize('fonts', FONT_LISTS)
def test_height_is_the_same_for_all_texts_of_a_size(fonts):
    assert len({text_mask(text, 17, fonts).shape[0] for text in ('a', 'Ag', '', 'Xy|')}) == 1


@pytest.mark.parametrize('fonts', FONT_LISTS)
def test_nothing_is_cut_off(fonts):
    mask = text_mask('Aj|gÅ', 20, fonts)
    assert mask.any()
    assert not mask[0].any()
    assert not mask[-1].any()


@pytest.mark.parametrize(('text', 'shown'), [
    ('José', 'Jose'),  # the accent goes
    ('李娜 7', '?? 7'),  # no likeness in ASCII
    ('Łuczak', '?uczak'),  # a letter of its own
    ('a\nb', 'a b'),  # one line
])
def test_without_a_font_letters_fall_back(text, shown):
    np.testing.assert_array_equal(text_mask(text, 14, ()), text_mask(shown, 14, ()))


@needs_dejavu
def test_accents_are_drawn_with_a_font():
    fonts = ('DejaVuSans.ttf',)
    assert not np.array_equal(text_mask('José', 20, fonts), text_mask('Jose', 20, fonts))
    assert not np.array_equal(text_mask('Ł', 20, fonts), text_mask('?', 20, fonts))
    # DejaVu has no Chinese.
    np.testing.assert_array_equal(text_mask('李', 20, fonts), text_mask('?', 20, fonts))


@needs_dejavu
def test_missing_fonts_are_passed_over():
    fonts = ('no such font.ttf', 'DejaVuSans.ttf')
    np.testing.assert_array_equal(
        text_mask('José', 20, fonts), text_mask('José', 20, ('DejaVuSans.ttf',)))
