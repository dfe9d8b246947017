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

"""The tracker alone on detections that were recorded before."""

from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracks import Tracks
from person_tracker.core.types import Detections
from person_tracker.evaluation.motchallenge import DetectionRows

_SURELY_PER_CENT = 10.0  # raw scores of other detectors, as of DPM, stay well below


def usual_score_range(scores: NDArray[np.floating]) -> tuple[float, float]:
    """
    Guess on which scale a detector gave its scores: (0, 1), or (0, 100) for per cent.

    Public detections of the 2015 challenge are of the second kind, and reach beyond 100.
    """
    return (0.0, 100.0) if scores.max(initial=0.0) > _SURELY_PER_CENT else (0.0, 1.0)


def with_unit_scores(rows: DetectionRows, lowest: float, highest: float) -> DetectionRows:
    """
    Return detections whose scores are mapped from [lowest, highest] to [0, 1], limited to it.

    Raises
    ------
    ValueError
        The range is empty or not finite.

    """
    if not (np.isfinite([lowest, highest]).all() and lowest < highest):
        raise ValueError(
            f'a score range must rise and be finite, got {lowest:g} to {highest:g}')
    scores = np.clip((rows.scores - lowest) / (highest - lowest), 0.0, 1.0)
    return DetectionRows(rows.frames, rows.boxes_xywh, scores)


def replay(tracker: Tracker, rows: DetectionRows, *, fps: float,
           embeddings: NDArray[np.float32] | None = None,
           camera_motion: Mapping[int, NDArray[np.float64]] | None = None, every: int = 1,
           frames: range | None = None) -> Iterator[tuple[int, Tracks]]:
    """
    Run a tracker over every frame from the first to the last, those without a box included.

    Parameters
    ----------
    tracker
        A tracker that has seen nothing yet.
    rows
        What was detected, scores in [0, 1].
    fps
        Frames per second of the recording.
    embeddings
        Shape (N, D), one row per box, or None.
    camera_motion
        Affine map of shape (2, 3) by frame; a frame without one is a camera at rest.
    every
        The detections of every n-th frame are used; between, tracks move on as predicted.
    frames
        The frames to run over; None: from the first that has a box to the last.

    Yields
    ------
    tuple
        Number of the frame, every live track after it.

    """
    if frames is None:
        if not len(rows):
            return
        frames = range(int(rows.frames[0]), int(rows.frames[-1]) + 1)
    corners, sizes = rows.boxes_xywh[:, :2], rows.boxes_xywh[:, 2:]
    boxes_xyxy = np.concatenate((corners, corners + sizes), axis=1)
    recorded = Detections(
        boxes_xyxy.astype(np.float32), rows.scores.astype(np.float32), embeddings)
    motion = camera_motion or {}
    for frame in frames:
        time_s, moved = (frame - 1) / fps, motion.get(frame)
        if (frame - frames.start) % every:
            yield frame, tracker.predict(time_s, moved)
        else:
            yield frame, tracker.update(recorded[rows.in_frame(frame)], time_s, moved)
