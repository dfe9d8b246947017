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

"""Whether a new track is somebody who was lost: only where looks leave no doubt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.assignment import Indices
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

_EDGE_WIDTHS = 0.5  # how near the edge counts as at it, in widths of the box
_LEAVING_WIDTHS_PER_S = 0.25  # slower than this is standing


@dataclass(frozen=True)
class ReentryConfig:
    """When a lost track is taken up again outside its motion gate."""

    is_on: bool = setting(
        True, 'Give people who come back the id they had, where their looks are clear.')
    distance_factor: float = setting(
        1.0, 'Largest cosine distance of a re-entry, as a part of the largest distance allowed '
        'within the motion gate.', minimum=0.0, maximum=2.0)
    margin: float = setting(
        0.2, 'Part of that distance by which everybody else must look less alike.',
        minimum=0.0, maximum=2.0)
    after_exit: bool = setting(
        False, 'Also give people their id back who had walked out of the picture; otherwise it is '
        'left to `identity` to recognise them.')
    tries: int = setting(
        5, 'Images after a track is believed in which it may still turn out to be a lost one.',
        minimum=1, maximum=1000)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class PictureEdge:
    """
    The edge of the picture, as far as boxes have reached so far, and who walks out over it.

    Detection files do not tell how large the picture is; boxes that end where none has gone
    beyond do.
    """

    def __init__(self) -> None:
        self._low = np.full(2, np.inf)
        self._high = np.full(2, -np.inf)

    def reach(self, boxes_xyxy: NDArray[np.floating]) -> None:
        """Take in the boxes of one image, shape (N, 4), at least one."""
        np.minimum(self._low, boxes_xyxy[:, :2].min(axis=0), out=self._low)
        np.maximum(self._high, boxes_xyxy[:, 2:].max(axis=0), out=self._high)

    def leaving(self, boxes_cxcywh: NDArray[np.floating],
                velocities: NDArray[np.floating]) -> NDArray[np.bool_]:
        """
        Tell who is at the edge and moving outwards.

        Parameters
        ----------
        boxes_cxcywh
            Shape (N, 4), pixels.
        velocities
            Shape (N, 2), pixels per second.

        Returns
        -------
        ndarray
            Shape (N,).

        """
        centres, sizes = boxes_cxcywh[:, :2], boxes_cxcywh[:, 2:]
        widths = sizes[:, :1]
        over_low = (centres - 0.5 * sizes <= self._low + _EDGE_WIDTHS * widths)
        over_high = (centres + 0.5 * sizes >= self._high - _EDGE_WIDTHS * widths)
        outwards = _LEAVING_WIDTHS_PER_S * widths
        leaves = (over_low & (velocities <= -outwards)) | (over_high & (velocities >= outwards))
        leaving: NDArray[np.bool_] = np.any(leaves, axis=1)
        return leaving


def clear_reentries(distances: NDArray[np.floating], rivals: NDArray[np.floating], limit: float,
                    margin: float) -> tuple[Indices, Indices]:
    """
    Return the pairs of lost and new tracks that are surely the same person.

    Parameters
    ----------
    distances
        Shape (N, M): how unlike each of N lost tracks is each of M new ones.
    rivals
        Shape (M,): how unlike each new track is whoever else in view is most like it.
    limit
        Largest distance of a pair.
    margin
        All other partners of either side must be this much further away.

    Returns
    -------
    tuple
        Lost and new, both of shape (K,); each index at most once.

    """
    lost, new = np.nonzero(distances <= limit)
    best = distances[lost, new]
    clear = rivals[new] >= best + margin
    for axis, other in ((1, lost), (0, new)):
        smallest = _two_smallest(distances, axis)
        # The pair itself is the smallest of its row and column, and the only one, or it is not
        # clear.
        clear &= best <= smallest[0][other]
        clear &= (smallest[1][other] >= best + margin) & (smallest[1][other] > best)
    return lost[clear], new[clear]


def _two_smallest(distances: NDArray[np.floating], axis: int) -> NDArray[np.floating]:
    """Return the smallest and the second smallest along an axis, infinite where there is none."""
    ordered = np.sort(np.moveaxis(distances, axis, 0), axis=0)[:2]
    absent = np.full((2 - len(ordered), ordered.shape[1]), np.inf, ordered.dtype)
    return np.concatenate((ordered, absent))
