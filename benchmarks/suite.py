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

"""Recordings that are evaluated together, and how well a tracker does on them."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
import tempfile

from benchmarks.recording import joined
from benchmarks.recording import read_recording
from benchmarks.recording import Recording
from benchmarks.worker_process import Entry
from benchmarks.worker_process import WorkerProcess
import numpy as np
from person_tracker.evaluation.metrics import evaluate
from person_tracker.evaluation.metrics import Metrics
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import TrackRows

STRONG, WEAK = 'omz_reid_0287', 'osnet_x0_25_msmt17'
MOT17, MOT17_PUBLIC = 'MOT17, YOLOX-x', 'MOT17, Faster R-CNN'
MOT17_STRONG, MOT17_WEAK = f'MOT17-09 and -11, {STRONG}', f'MOT17-09 and -11, {WEAK}'
PETS, TUD = f'PETS09-S2L1, {WEAK}', f'TUD-Campus, {WEAK}'
_WITH_EMBEDDINGS = ('MOT17-09', 'MOT17-11')


@dataclass(frozen=True, eq=False)
class Suite:
    """
    Recordings that are evaluated together.

    Attributes
    ----------
    name
        Title in the tables.
    recordings
        The sequences.
    files
        Where they were saved for the workers, in the same order.

    """

    name: str
    recordings: Sequence[Recording]
    files: Sequence[Path] = ()

    @property
    def has_looks(self) -> bool:
        """Whether embeddings belong to the detections."""
        return all(each.embeddings is not None for each in self.recordings)

    @property
    def ground_truths(self) -> list[GroundTruthRows]:
        """Who was there, by recording."""
        return [each.ground_truth for each in self.recordings]

    def saved(self, folder: Path) -> 'Suite':
        """Return the same with files for the workers."""
        return replace(self, files=[each.save(folder) for each in self.recordings])


def read_suites(data: Path) -> list[Suite]:
    """Read what the tracker is measured on, from the folder of all recordings."""
    sequences = sorted(data.glob('mot17*/MOT17-*'))
    with_looks = [each for each in sequences if each.name in _WITH_EMBEDDINGS]
    suites = [
        Suite(MOT17, [read_recording(each, 'yolox_x.txt') for each in sequences]),
        Suite(MOT17_PUBLIC, [read_recording(each, 'frcnn.txt') for each in sequences])]
    suites += [Suite(name, [
        read_recording(each, 'yolox_x.txt', embeddings='yolox_x_embeddings.npz', network=network)
        for each in with_looks]) for name, network in ((MOT17_STRONG, STRONG), (MOT17_WEAK, WEAK))]
    for name, folder in ((PETS, 'PETS09-S2L1'), (TUD, 'TUD-Campus')):
        suites.append(Suite(name, [read_recording(
            data / folder, 'det.txt', embeddings='public_embeddings.npz', network=WEAK)]))
    return [suite for suite in suites if suite.recordings]


def followed(python: Path, entry: Entry, suites: Sequence[Suite]) -> Mapping[str, Metrics]:
    """Let a tracker follow people, and return how well it did by the suite's name."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder, WorkerProcess(python, entry) as worker:
        for suite in suites:
            if entry.needs_looks and not suite.has_looks:
                continue
            answers = worker.ask(
                'follow', recordings=[str(file) for file in suite.files],
                least_score=entry.least_score, use_looks=entry.use_looks, folder=folder)
            tracks = [read_answer(Path(answer)) for answer in answers]
            figures[suite.name] = evaluate(*joined(list(zip(suite.ground_truths, tracks))))
    return figures


def read_answer(path: Path) -> TrackRows:
    """Read the tracks that a worker has written."""
    with np.load(path) as answer:
        boxes = answer['boxes_xyxy'].astype(np.float64)
        boxes[:, 2:] -= boxes[:, :2]
        return TrackRows(answer['frames'], answer['ids'].astype(np.int64), boxes,
                         np.ones(len(boxes)))
