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

"""Laws of the colours of people."""

import subprocess
import sys

import numpy as np
from person_tracker.rendering.colours import BLACK
from person_tracker.rendering.colours import colour_of
from person_tracker.rendering.colours import dimmed
from person_tracker.rendering.colours import text_colour_on
from person_tracker.rendering.colours import WHITE
import pytest


def test_colour_is_the_same_in_every_process():
    program = ('from person_tracker.rendering.colours import colour_of;'
               "print(colour_of('p12'), colour_of('Ana'), colour_of(''))")
    printed = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True,
        env={'PYTHONHASHSEED': '7', 'PYTHONPATH': ':'.join(sys.path)}).stdout
    assert printed.strip() == f"{colour_of('p12')} {colour_of('Ana')} {colour_of('')}"


@pytest.mark.parametrize('key', ['', '7', 'p12', '李', 'x' * 500, '9' * 50])
def test_every_key_has_a_colour_in_range(key):
    colour = colour_of(key)
    assert len(colour) == 3
    assert all(isinstance(channel, int) and 0 <= channel <= 255 for channel in colour)


def test_neighbouring_numbers_have_clearly_different_colours():
    colours = np.array([colour_of(str(number)) for number in range(1, 13)], float)
    distances = np.linalg.norm(colours[:, np.newaxis] - colours, axis=2)
    assert distances[~np.eye(12, dtype=bool)].min() > 40


@pytest.mark.parametrize(('background', 'text'), [
    ((255, 255, 255), BLACK), ((0, 255, 255), BLACK), ((0, 0, 0), WHITE), ((200, 0, 0), WHITE)])
def test_text_contrasts_with_its_background(background, text):
    assert text_colour_on(background) == text


def test_dimming_goes_towards_black():
    assert dimmed((100, 200, 50), 0.5) == (50, 100, 25)
    assert dimmed((100, 200, 50), 0.0) == (0, 0, 0)
