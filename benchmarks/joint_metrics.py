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

"""Figures over all cameras in one id space: the cameras' frames are put one after the other."""

from collections.abc import Mapping

from benchmarks.auditorium import View
from benchmarks.camera_tracks import CameraTracks
import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.metrics import evaluate
from person_tracker.evaluation.metrics import Metrics
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import TrackRows


def joint_metrics(views: Mapping[str, View], tracks: Mapping[str, CameraTracks],
                  ids: Mapping[str, NDArray[np.int64]]) -> Metrics:
    """Compare the boxes that are seen, under their ids, with the ground truth of all cameras."""
    length = max(int(view.truth.frames.max()) for view in views.values())
    length = max(length, *(int(tracks[camera].frames.max(initial=0)) for camera in views))
    truths, frames, told, boxes = [], [], [], []
    for number, (camera, view) in enumerate(views.items()):
        seen = tracks[camera]
        truths.append((view.truth.frames + number * length, view.truth.track_ids,
                       view.truth.boxes_xywh, view.truth.counts))
        frames.append(seen.frames[seen.is_visible] + number * length)
        told.append(_with_own_ids(seen, ids[camera], number)[seen.is_visible])
        boxes.append(seen.boxes_xywh[seen.is_visible])
    columns = [np.concatenate(column) for column in zip(*truths)]
    joined = TrackRows(np.concatenate(frames), np.concatenate(told), np.concatenate(boxes),
                       np.ones(sum(map(len, frames))))
    return evaluate(GroundTruthRows(*columns, None), joined)


def _with_own_ids(seen: CameraTracks, ids: NDArray[np.int64], camera: int) -> NDArray[np.int64]:
    """
    Give an id of its own to each track that was told none, or one that is taken in its image.

    Of tracks with one id in one image, the oldest keeps it.
    """
    told = ids.copy()
    order = np.lexsort((seen.track_ids, ~seen.is_visible, ids, seen.frames))
    same = (np.diff(ids[order], prepend=-1) == 0) & (np.diff(seen.frames[order], prepend=-1) == 0)
    is_own = ids == 0
    is_own[order[same]] = True
    told[is_own] = -1 - (camera * 1_000_000 + seen.track_ids[is_own])
    return told
