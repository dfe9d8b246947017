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

"""Recordings of people, detected and annotated before, as the benchmarks use them."""

from collections.abc import Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.camera_motion import read_camera_motion
from person_tracker.evaluation.embeddings import read_embeddings
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import read_detections
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.evaluation.motchallenge import TrackRows
from person_tracker.evaluation.replay import usual_score_range
from person_tracker.evaluation.replay import with_unit_scores

Rows = TypeVar('Rows', GroundTruthRows, TrackRows)


@dataclass(frozen=True, eq=False)
class Recording:
    """
    One sequence.

    Attributes
    ----------
    name
        Unique among the recordings of a run.
    rate_hz
        Frames per second.
    detections
        Scores in [0, 1].
    ground_truth
        Who was there.
    embeddings
        Shape (N, D), one row per detection, or None.
    motion
        Camera motion by frame; empty for a camera at rest.

    """

    name: str
    rate_hz: float
    detections: DetectionRows
    ground_truth: GroundTruthRows
    embeddings: NDArray[np.float32] | None = None
    motion: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def save(self, folder: Path) -> Path:
        """Write what a tracker is given into a file for `worker.follow`."""
        low, sizes = self.detections.boxes_xywh[:, :2], self.detections.boxes_xywh[:, 2:]
        arrays = {
            'rate_hz': self.rate_hz,
            'frames': self.detections.frames,
            'boxes_xyxy': np.concatenate((low, low + sizes), axis=1).astype(np.float32),
            'scores': self.detections.scores.astype(np.float32),
            'motion_frames': np.array(list(self.motion), np.int64),
            'motions': np.array(list(self.motion.values())).reshape(-1, 2, 3),
        }
        if self.embeddings is not None:
            arrays['embeddings'] = self.embeddings
        path = folder / f'{self.name}.npz'
        np.savez(path, **arrays)
        return path


def read_recording(folder: Path, detections: str, *, embeddings: str = '',
                   network: str = '') -> Recording:
    """
    Read a sequence: `seqinfo.ini`, `gt/gt.txt`, `camera_motion.txt` where there is one, and more.

    Parameters
    ----------
    folder
        Of the sequence.
    detections
        File in its folder `det`.
    embeddings
        Archive beside it, empty for none.
    network
        Whose embeddings to take from it.

    """
    info = ConfigParser()
    info.read(folder / 'seqinfo.ini', encoding='utf-8')
    rows = read_detections(folder / 'det' / detections)
    rows = with_unit_scores(rows, *usual_score_range(rows.scores))
    looks = read_embeddings(folder / 'det' / embeddings, network, rows) if embeddings else None
    motion = folder / 'camera_motion.txt'
    return Recording(
        name='-'.join((folder.name, Path(detections).stem, network or 'motion')),
        rate_hz=info.getfloat('Sequence', 'frameRate'),
        detections=rows,
        ground_truth=read_ground_truth(folder / 'gt' / 'gt.txt'),
        embeddings=looks,
        motion=read_camera_motion(motion) if motion.is_file() else {})


def joined(pairs: Sequence[tuple[GroundTruthRows, TrackRows]],
           ) -> tuple[GroundTruthRows, TrackRows]:
    """
    Join sequences to one, so that figures weigh them as TrackEval's combined ones do.

    Frames and ids of each sequence come after those of the one before; nobody is in two of them.
    """
    truths, tracks = [], []
    first_frame = first_id = 0
    for truth, track in pairs:
        truths.append(_moved(truth, first_frame, first_id))
        tracks.append(_moved(track, first_frame, first_id))
        for rows in (truth, track):
            first_frame = max(first_frame, int(truths[-1].frames.max()),
                              int(tracks[-1].frames.max(initial=0)))
            first_id += int(rows.track_ids.max(initial=0)) + 1
    return _concatenated(truths), _concatenated(tracks)


def _moved(rows: Rows, frames: int, ids: int) -> Rows:
    return replace(rows, frames=rows.frames + frames, track_ids=rows.track_ids + ids)


def _concatenated(parts: Sequence[Rows]) -> Rows:
    columns = {name: [getattr(part, name) for part in parts] for name in vars(parts[0])}
    return replace(parts[0], **{
        name: None if values[0] is None else np.concatenate(values)
        for name, values in columns.items()})
