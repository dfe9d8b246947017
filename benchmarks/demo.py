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

"""The whole chain on a video, as `person_tracker run` works it off."""

from pathlib import Path

from benchmarks.recording import Recording
import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.evaluation.motchallenge import TrackRows
from person_tracker.pipeline import Pipeline
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig


def run_demo(video: Path, ground_truth: Path) -> tuple[Recording, TrackRows]:
    """
    Run the pipeline with its default networks.

    Returns
    -------
    tuple
        What its detector and encoder saw, for other trackers; its own tracks.

    """
    pipeline = Pipeline()
    seen, followed, looks = [], [], []
    with open_source(SourceConfig(uri=str(video))) as source:
        rate_hz = source.frame_rate_hz
        for number, frame in enumerate(source, start=1):
            result = pipeline.process(frame)
            people = result.tracks.confirmed()
            detections = result.detections
            seen.append(_rows(number, -1, detections.boxes_xyxy, detections.scores))
            followed.append(_rows(number, people.track_ids, people.boxes_xyxy, people.scores))
            looks.append(detections.embeddings)
    rows, tracks = np.concatenate(seen), np.concatenate(followed)
    recording = Recording(
        name=video.stem,
        rate_hz=rate_hz,
        detections=DetectionRows(rows[:, 0].astype(np.int64), rows[:, 2:6], rows[:, 6]),
        ground_truth=read_ground_truth(ground_truth),
        embeddings=np.concatenate([each for each in looks if len(each)]))
    frames, ids = tracks[:, :2].astype(np.int64).T
    return recording, TrackRows(frames, ids, tracks[:, 2:6], tracks[:, 6])


def _rows(frame: int, ids: int | NDArray[np.int64], boxes_xyxy: NDArray[np.float32],
          scores: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = np.empty((len(scores), 7))
    rows[:, 0], rows[:, 1], rows[:, 6] = frame, ids, scores
    rows[:, 2:4], rows[:, 4:6] = boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    return rows
