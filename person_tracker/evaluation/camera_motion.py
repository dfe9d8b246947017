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

"""Camera motion computed beforehand, as a text file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.number_rows import read_number_rows
from person_tracker.evaluation.number_rows import require

_COLUMNS = ('frame', 'a11', 'a12', 'a13', 'a21', 'a22', 'a23')


def read_camera_motion(path: Path) -> dict[int, NDArray[np.float64]]:
    """
    Read `frame` and six numbers per line, separated by white space.

    Returns
    -------
    dict
        By frame, from 1: the affine map of shape (2, 3) from pixels of the frame before to pixels
        of this one.

    Raises
    ------
    FileFormatError
        Names file, line, column, value and what is expected.

    """
    values = read_number_rows(path, _COLUMNS, None)
    frames = values[:, 0]
    require(path, values, 0, 'frame', (frames >= 1) & (frames == np.floor(frames)),
            'a whole number from 1')
    return {int(row[0]): row[1:7].reshape(2, 3) for row in values}
