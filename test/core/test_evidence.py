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

"""Laws of a scale: log-odds grow with similarity and change sign at the midpoint."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_BODY
from person_tracker.core.evidence import UNKNOWN_FACE
import pytest

SIMILARITIES = np.linspace(-1, 1, 21, dtype=np.float32)


@given(strategies.floats(-0.99, 0.99), strategies.floats(0.1, 100))
def test_log_odds_grow_and_are_even_at_the_midpoint(midpoint, slope):
    scale = Calibration(midpoint, slope)
    assert (np.diff(scale.log_odds(SIMILARITIES)) > 0).all()
    assert scale.log_odds(np.float32(midpoint)) == pytest.approx(0, abs=1e-4)


def test_shape_is_kept_and_what_is_not_known_stays_so():
    similarities = np.float32([[0.5, np.nan], [1.0, -1.0]])
    worth = UNKNOWN_FACE.log_odds(similarities)
    assert worth.shape == (2, 2)
    assert worth.dtype == np.float32
    assert np.isnan(worth[0, 1]) and np.isnan(worth).sum() == 1


@pytest.mark.parametrize('midpoint, slope, message', [
    (1.0, 20.0, 'midpoint must be in'),             # nothing is more alike than equal
    (-1.0, 20.0, 'midpoint must be in'),
    (float('nan'), 20.0, 'midpoint must be in'),
    (0.5, 0.0, 'slope must be > 0'),                # similarity means nothing
    (0.5, -1.0, 'slope must be > 0'),               # means the contrary
    (0.5, float('inf'), 'slope must be > 0'),
    (0.5, float('nan'), 'slope must be > 0'),
])
def test_what_is_no_scale_is_refused(midpoint, slope, message):
    with pytest.raises(ValueError, match=message):
        Calibration(midpoint, slope)


def test_equal_looks_are_believed_with_networks_that_are_not_known():
    for scale in (UNKNOWN_FACE, UNKNOWN_BODY):
        assert scale.log_odds(np.float32(1.0)) >= 5.0
