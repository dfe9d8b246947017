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
How well people were followed, by TrackEval with the rules of MOTChallenge for pedestrians.

TrackEval (Luiten and Hoffhues, MIT) reads, preprocesses and scores itself, so that the figures are
the official ones: boxes on vehicles' drivers, statues, reflections and other distractors are taken
out where the ground truth has classes, and so is what it marks as not counting.
"""

from contextlib import redirect_stdout
from dataclasses import dataclass
from dataclasses import fields
import io
from pathlib import Path
import tempfile
from typing import Any

import numpy as np
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import TrackRows

_SEQUENCE = 'sequence'
_TRACKER = 'tracker'


class EvaluationError(RuntimeError):
    """The evaluation cannot be done; the text says what is missing."""


@dataclass(frozen=True)
class Metrics:
    """
    Figures of one sequence.

    Attributes
    ----------
    HOTA, DetA, AssA
        Higher order tracking accuracy and its two parts, detection and association (Luiten et
        al., IJCV 2020), mean over the overlaps .05 to .95; per cent.
    MOTA
        Multiple object tracking accuracy, per cent; below zero where errors outnumber people.
    IDF1
        How long people keep one id, per cent.
    IDSW
        Times the id of a person changed.
    false_positives, misses
        Track boxes on nobody, and people without a track box, at overlap .5.
    ground_truth_boxes, track_boxes
        Boxes left after preprocessing.
    ground_truth_ids, track_ids
        Different ids among them.
    frames
        Frames up to the last with a box.

    """

    HOTA: float
    DetA: float
    AssA: float
    MOTA: float
    IDF1: float
    IDSW: int
    false_positives: int
    misses: int
    ground_truth_boxes: int
    track_boxes: int
    ground_truth_ids: int
    track_ids: int
    frames: int

    def to_markdown(self) -> str:
        """Return the figures as a table."""
        lines = ['| metric | value |', '|---|---:|']
        for item in fields(self):
            value = getattr(self, item.name)
            text = f'{value:.2f}' if isinstance(value, float) else str(value)
            lines.append(f'| {item.name.replace("_", " ")} | {text} |')
        return '\n'.join(lines)


def evaluate(ground_truth: GroundTruthRows, tracks: TrackRows) -> Metrics:
    """
    Compare tracks with the ground truth of one sequence.

    Raises
    ------
    EvaluationError
        TrackEval is not installed, or it refuses the data.

    """
    trackeval = _import_trackeval()
    length = int(max(ground_truth.frames.max(), tracks.frames.max(initial=1)))
    with tempfile.TemporaryDirectory() as folder:
        _write_sequence(Path(folder), ground_truth, tracks)
        dataset = trackeval.datasets.MotChallenge2DBox({
            'GT_FOLDER': folder,
            'TRACKERS_FOLDER': folder,
            'TRACKERS_TO_EVAL': [_TRACKER],
            'TRACKER_SUB_FOLDER': '',
            'BENCHMARK': 'MOT15' if ground_truth.classes is None else 'MOT17',
            'SEQ_INFO': {_SEQUENCE: length},
            'SKIP_SPLIT_FOL': True,
            'PRINT_CONFIG': False,
        })
        try:
            raw = dataset.get_raw_seq_data(_TRACKER, _SEQUENCE)
            data = dataset.get_preprocessed_seq_data(raw, 'pedestrian')
        except trackeval.utils.TrackEvalException as error:
            raise EvaluationError(f'TrackEval refuses the data: {error}') from None
    return _metrics(trackeval.metrics, data)


def _import_trackeval() -> Any:
    """Import TrackEval where it is needed; it greets on stdout, which may be a result's place."""
    try:
        with redirect_stdout(io.StringIO()):
            import trackeval
    except ImportError as error:
        raise EvaluationError(
            'evaluation needs TrackEval; install it with: '
            f'pip install --no-deps trackeval==1.3.0 ({error})') from None
    return trackeval


def _write_sequence(folder: Path, ground_truth: GroundTruthRows, tracks: TrackRows) -> None:
    """Write both files where TrackEval looks; ids anew, since it counts up to the largest."""
    ground_truth_file = folder / _SEQUENCE / 'gt' / 'gt.txt'
    ground_truth_file.parent.mkdir(parents=True)
    classes = ground_truth.classes
    _write_rows(
        ground_truth_file, ground_truth.frames, ground_truth.track_ids, ground_truth.boxes_xywh,
        ground_truth.counts, np.ones(len(ground_truth)) if classes is None else classes)
    tracks_file = folder / _TRACKER / f'{_SEQUENCE}.txt'
    tracks_file.parent.mkdir()
    _write_rows(tracks_file, tracks.frames, tracks.track_ids, tracks.boxes_xywh, tracks.scores,
                np.ones(len(tracks)))


def _write_rows(path: Path, frames: Any, track_ids: Any, boxes_xywh: Any, *columns: Any) -> None:
    numbers = np.unique(track_ids, return_inverse=True)[1]
    rows = np.column_stack((frames, numbers.reshape(-1) + 1, boxes_xywh, *columns))
    formats = ['%d', '%d', *['%.17g'] * 4, '%.17g', '%d']
    np.savetxt(path, rows, fmt=formats, delimiter=',')


def _metrics(metrics: Any, data: dict[str, Any]) -> Metrics:
    quiet = {'PRINT_CONFIG': False}
    hota = metrics.HOTA().eval_sequence(data)
    clear = metrics.CLEAR(dict(quiet)).eval_sequence(data)
    identity = metrics.Identity(dict(quiet)).eval_sequence(data)
    return Metrics(
        HOTA=_per_cent(hota['HOTA']),
        DetA=_per_cent(hota['DetA']),
        AssA=_per_cent(hota['AssA']),
        MOTA=_per_cent(clear['MOTA']),
        IDF1=_per_cent(identity['IDF1']),
        IDSW=int(clear['IDSW']),
        false_positives=int(clear['CLR_FP']),
        misses=int(clear['CLR_FN']),
        ground_truth_boxes=int(data['num_gt_dets']),
        track_boxes=int(data['num_tracker_dets']),
        ground_truth_ids=int(data['num_gt_ids']),
        track_ids=int(data['num_tracker_ids']),
        frames=int(data['num_timesteps']))


def _per_cent(value: Any) -> float:
    return 100.0 * float(np.mean(value))
