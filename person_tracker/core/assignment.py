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

"""Minimum-cost assignment of tracks to detections, solved only where there is a choice."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Indices = NDArray[np.intp]


def assign(costs: NDArray[np.floating], allowed: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """
    Pair rows with columns so that as many as possible are paired and their costs are least.

    Rows and columns that can only go with each other are paired at once; the rest is left to the
    Hungarian method (scipy's shortest augmenting paths, Crouse 2016).

    Parameters
    ----------
    costs
        Shape (N, M), finite where allowed, in [0, 1] or of that order.
    allowed
        Shape (N, M); a pair that is not allowed is never made.

    Returns
    -------
    tuple
        Rows and columns of the pairs, both of shape (K,), rows ascending.

    """
    per_row = np.count_nonzero(allowed, axis=1)
    per_column = np.count_nonzero(allowed, axis=0)
    rows, columns = np.nonzero(allowed)
    alone = (per_row[rows] == 1) & (per_column[columns] == 1)
    if alone.all():
        return rows, columns
    sure_rows, sure_columns = rows[alone], columns[alone]
    open_rows = np.unique(rows[~alone])
    open_columns = np.unique(columns[~alone])
    corner = np.ix_(open_rows, open_columns)
    chosen_rows, chosen_columns = _hungarian(costs[corner], allowed[corner])
    rows = np.concatenate((sure_rows, open_rows[chosen_rows]))
    columns = np.concatenate((sure_columns, open_columns[chosen_columns]))
    order = np.argsort(rows)
    return rows[order], columns[order]


def _hungarian(
        costs: NDArray[np.floating], allowed: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    # A forbidden pair costs more than any set of allowed ones, so it is taken only where a row
    # would otherwise stay alone, and is removed afterwards.
    highest = float(np.max(costs, where=allowed, initial=0.0))
    lowest = float(np.min(costs, where=allowed, initial=0.0))
    forbidden = (highest - lowest + 1.0) * (min(costs.shape) + 1) + highest
    rows, columns = linear_sum_assignment(np.where(allowed, costs, forbidden))
    real = allowed[rows, columns]
    return rows[real], columns[real]
