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

"""Rows of Darknet's `[yolo]` layers become boxes in pixels of the input."""

import numpy as np
from person_tracker.models.darknet_decoders import LAYOUTS

REGIONS, = LAYOUTS
# An input of 64x32: strides 32 and 16 have 2 and 8 cells.
COARSE, FINE = (2, 6, 7), (2, 24, 7)


def test_rows_of_all_layers_are_read_for_each_image() -> None:
    coarse, fine = np.zeros(COARSE, np.float32), np.zeros(FINE, np.float32)
    coarse[0, 4] = (0.5, 0.5, 0.25, 0.5, 0.9, 0.8, 0.1)
    fine[0, 20] = (0.25, 0.25, 0.125, 0.25, 0.9, 0.3, 0.7)
    fine[1, 2] = (0.0, 0.0, 1.0, 1.0, 0.9, np.nan, 0.6)
    decode = REGIONS.decoder(64, 32)
    first, second = decode([coarse, fine], 0, 0.1)
    np.testing.assert_allclose(first.boxes_xyxy, [[24, 8, 40, 24], [12, 4, 20, 12]])
    np.testing.assert_allclose(first.scores, [0.8, 0.3], rtol=1e-6)
    assert second.boxes_xyxy.shape == (0, 4)
    first, second = decode([coarse, fine], 1, 0.2)
    np.testing.assert_allclose(first.scores, [0.7], rtol=1e-6)
    np.testing.assert_allclose(second.boxes_xyxy, [[-32, -16, 32, 16]])


def test_two_layers_of_three_anchors_are_recognised_in_any_order() -> None:
    assert REGIONS.fits([COARSE, FINE], 64, 32)
    assert REGIONS.fits([FINE, COARSE], 64, 32)
    assert not REGIONS.fits([COARSE], 64, 32)
    assert not REGIONS.fits([COARSE, (2, 25, 7)], 64, 32)
    assert REGIONS.class_count([COARSE, FINE]) == 2
