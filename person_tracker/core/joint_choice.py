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

"""Who is on which of several tracks at once, of which no two show one person."""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.assignment import assign


def joint_claims(worth: NDArray[np.float64]) -> tuple[
        NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """
    Pair tracks with people so that what speaks for all pairs together is most.

    Parameters
    ----------
    worth
        Shape (N, M): what speaks for person m on track n, log-odds against a stranger; NaN or
        nothing positive: no pair.

    Returns
    -------
    tuple
        Tracks and people of the pairs, shape (K,), tracks ascending; and the margin of each, shape
        (K,), >= 0: how much less is reached without that pair.

    """
    rows, columns = _best(worth)
    reached = float(worth[rows, columns].sum())
    margins = np.empty(len(rows))
    for number, (row, column) in enumerate(zip(rows.tolist(), columns.tolist())):
        without = worth.copy()
        without[row, column] = np.nan
        margins[number] = reached - float(without[_best(without)].sum())
    return rows, columns, margins


def _best(worth: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    allowed = worth > 0.0
    # To leave a track with nobody is always allowed, and worth nothing.
    count = len(worth)
    costs = np.hstack((np.where(allowed, -worth, 0.0), np.zeros((count, count))))
    rows, columns = assign(costs, np.hstack((allowed, np.eye(count, dtype=np.bool_))))
    real = columns < worth.shape[1]
    return rows[real], columns[real]
