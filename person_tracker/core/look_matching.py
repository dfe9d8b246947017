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

"""Which detection a track took: their boxes lie on each other, and on nobody else's."""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.assignment import Indices
from person_tracker.core.boxes import areas
from person_tracker.core.boxes import intersections
from person_tracker.core.boxes import iou

_SAME = 0.5  # intersection over union; a track's box is smoothed, the detection's is not
_CROWDED = 0.35  # share of a box that others may cover before its picture shows them, too


def clear_matches(tracks_xyxy: NDArray[np.float32],
                  detections_xyxy: NDArray[np.float32]) -> tuple[Indices, Indices]:
    """
    Return pairs of tracks and detections that are each other's nearest and stand alone.

    Parameters
    ----------
    tracks_xyxy, detections_xyxy
        Shapes (N, 4) and (M, 4), pixels.

    Returns
    -------
    tuple
        Row numbers of the tracks and of their detections, in the order of the tracks. Detections
        that another one covers are left out: a look at them would be a look at two people.

    """
    if not len(tracks_xyxy) or not len(detections_xyxy):
        none = np.empty(0, np.intp)
        return none, none
    overlap = iou(tracks_xyxy, detections_xyxy)
    detection_of = overlap.argmax(axis=1)
    track_of = overlap.argmax(axis=0)
    rows = np.arange(len(tracks_xyxy))
    good = (track_of[detection_of] == rows) & (overlap[rows, detection_of] >= _SAME)
    good &= ~_is_covered(detections_xyxy)[detection_of]
    return rows[good], detection_of[good]


def _is_covered(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    shared = intersections(boxes_xyxy, boxes_xyxy)
    np.fill_diagonal(shared, 0.0)
    covered: NDArray[np.bool_] = shared.max(axis=1) > _CROWDED * np.maximum(areas(boxes_xyxy), 1.0)
    return covered
