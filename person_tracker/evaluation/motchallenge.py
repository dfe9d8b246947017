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

"""
MOTChallenge text files in and out: ground truth, detections and tracks.

One row is one box in one frame: `frame,id,x,y,width,height,score,...`, frames counted from 1,
pixels. What follows the seventh column depends on the file: class and visibility (MOT16 and later
ground truth, nine columns) or a world position (2015 layout, ten columns).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.number_rows import FileFormatError
from person_tracker.evaluation.number_rows import read_number_rows
from person_tracker.evaluation.number_rows import require

_COLUMNS = ('frame', 'id', 'x', 'y', 'width', 'height', 'score')
_WIDTHS_WITH_CLASS = (8, 9)
_CLASSES = tuple(range(1, 14))
_LARGEST_WHOLE_NUMBER = 2**53  # beyond it a float64 no longer tells neighbours apart


@dataclass(frozen=True, eq=False)
class DetectionRows:
    """
    Boxes found in a recording, by ascending frame.

    Attributes
    ----------
    frames
        Shape (N,), int64, from 1.
    boxes_xywh
        Shape (N, 4), float64, `x_min, y_min, width, height`, pixels.
    scores
        Shape (N,), float64, as the detector gave them.

    """

    frames: NDArray[np.int64]
    boxes_xywh: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.frames)

    def in_frame(self, frame: int) -> slice:
        """Return where the boxes of a frame stand; empty where it has none."""
        first, end = np.searchsorted(self.frames, (frame, frame + 1))
        return slice(int(first), int(end))


@dataclass(frozen=True, eq=False)
class TrackRows:
    """
    Boxes of people followed in a recording, by ascending frame.

    Attributes
    ----------
    frames
        Shape (N,), int64, from 1.
    track_ids
        Shape (N,), int64; each at most once in a frame.
    boxes_xywh
        Shape (N, 4), float64, `x_min, y_min, width, height`, pixels.
    scores
        Shape (N,), float64.

    """

    frames: NDArray[np.int64]
    track_ids: NDArray[np.int64]
    boxes_xywh: NDArray[np.float64]
    scores: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.frames)


@dataclass(frozen=True, eq=False)
class GroundTruthRows:
    """
    Boxes annotated by people, by ascending frame.

    Attributes
    ----------
    frames
        Shape (N,), int64, from 1.
    track_ids
        Shape (N,), int64; each at most once in a frame.
    boxes_xywh
        Shape (N, 4), float64, `x_min, y_min, width, height`, pixels.
    counts
        Shape (N,), bool: the box takes part in the evaluation (its seventh column is not zero).
    classes
        Shape (N,), int64, 1 to 13 as MOTChallenge numbers them (1 is a pedestrian); None in the
        2015 layout, which knows pedestrians only.

    """

    frames: NDArray[np.int64]
    track_ids: NDArray[np.int64]
    boxes_xywh: NDArray[np.float64]
    counts: NDArray[np.bool_]
    classes: NDArray[np.int64] | None

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.frames)


def read_detections(path: Path, *, first_frame: int = 1) -> DetectionRows:
    """
    Read a detection file; the id column is ignored.

    Parameters
    ----------
    path
        The file.
    first_frame
        Lowest number that a frame may have; 0 for files that count from there.

    Raises
    ------
    FileFormatError
        Names file, line, column, value and what is expected.

    """
    values = _by_frame(_read_boxes(path, first_frame))
    return DetectionRows(values[:, 0].astype(np.int64), values[:, 2:6], values[:, 6])


def read_tracks(path: Path) -> TrackRows:
    """
    Read a track file; an empty one is a tracker that found nobody.

    Columns after the seventh are ignored.

    Raises
    ------
    FileFormatError
        Names file, line, column, value and what is expected.

    """
    values = _by_frame(_read_followed_boxes(path))
    frames, track_ids = values[:, :2].astype(np.int64).T
    return TrackRows(frames, track_ids, values[:, 2:6], values[:, 6])


def read_ground_truth(path: Path) -> GroundTruthRows:
    """
    Read a ground truth file of either layout.

    Raises
    ------
    FileFormatError
        Names file, line, column, value and what is expected.

    """
    values = _read_followed_boxes(path)
    if not len(values):
        raise FileFormatError(f'{path} is empty; a ground truth has at least one box')
    has_classes = values.shape[1] in _WIDTHS_WITH_CLASS and (values[:, 7] != -1).any()
    if has_classes:
        known = np.isin(values[:, 7], _CLASSES)
        require(path, values, 7, 'class', known, 'a whole number from 1 to 13')
    values = _by_frame(values)
    frames, track_ids = values[:, :2].astype(np.int64).T
    classes = values[:, 7].astype(np.int64) if has_classes else None
    return GroundTruthRows(frames, track_ids, values[:, 2:6], values[:, 6] != 0, classes)


def _read_boxes(path: Path, first_frame: int = 1) -> NDArray[np.float64]:
    values = read_number_rows(path, _COLUMNS, ',')
    for column, first in ((0, first_frame), (4, 0), (5, 0)):
        require(path, values, column, _COLUMNS[column], values[:, column] >= first,
                f'at least {first}')
    require(path, values, 0, 'frame', _is_whole(values[:, 0]), 'a whole number')
    return values


def _read_followed_boxes(path: Path) -> NDArray[np.float64]:
    """Read boxes with ids, each id at most once in a frame."""
    values = _read_boxes(path)
    is_id = _is_whole(values[:, 1]) & (values[:, 1] >= 0)
    require(path, values, 1, 'id', is_id, 'a whole number from 0 (-1 is a detection, not a track)')
    _, firsts = np.unique(values[:, :2], axis=0, return_index=True)
    is_first = np.zeros(len(values), bool)
    is_first[firsts] = True
    require(path, values, 1, 'id', is_first, 'every id at most once in a frame')
    return values


def _is_whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    is_whole: NDArray[np.bool_] = values == np.floor(values)
    return is_whole & (np.abs(values) < _LARGEST_WHOLE_NUMBER)


def _by_frame(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sort rows by frame; those of one frame stay in the file's order."""
    return values[np.argsort(values[:, 0], kind='stable')]
