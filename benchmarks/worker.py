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
A process that runs one tracker: tasks come as lines of JSON, answers go back likewise.

It is started with the interpreter that has the peers and with one thread for all numerics, see
`worker_process`, so that ours and theirs work under the same conditions.
"""

from collections.abc import Callable
import json
import os
from pathlib import Path
import sys
from time import perf_counter
from typing import Any

from benchmarks import reentry
from benchmarks.contender import Contender
from benchmarks.contender import CONTENDERS
from benchmarks.scene import RATE_HZ
from benchmarks.scene import street
import numpy as np


def measure(kind: str, options: dict[str, Any], *, people: int, images: int, warm_up: int,
            feature_noise: float, use_looks: bool) -> list[float]:
    """Return the seconds of each update of a scene after the first ones."""
    contender = CONTENDERS[kind](RATE_HZ, **options)
    durations_s = []
    for number, picture in enumerate(street(people, images, feature_noise)):
        prepared = contender.prepared(
            picture.boxes_xyxy, picture.scores, picture.embeddings if use_looks else None)
        start_s = perf_counter()
        contender.update(prepared, number / RATE_HZ)
        durations_s.append(perf_counter() - start_s)
    return durations_s[warm_up:]


def follow(kind: str, options: dict[str, Any], *, recordings: list[str], least_score: float,
           use_looks: bool, folder: str) -> list[str]:
    """Follow the people of recordings; return files with `frames`, `ids` and `boxes_xyxy`."""
    files = []
    for path in recordings:
        with np.load(path) as archive:
            recording = dict(archive)
        if not use_looks:
            recording.pop('embeddings', None)
        contender = CONTENDERS[kind](float(recording['rate_hz']), **options)
        files.append(str(Path(folder, Path(path).name)))
        np.savez(files[-1], **_followed(contender, recording, least_score))
    return files


def _followed(contender: Contender, recording: dict[str, Any],
              least_score: float) -> dict[str, Any]:
    chosen = recording['scores'] >= least_score
    frames, boxes, scores = (recording[name][chosen] for name in
                             ('frames', 'boxes_xyxy', 'scores'))
    embeddings = recording['embeddings'][chosen] if 'embeddings' in recording else None
    motions = dict(zip(recording['motion_frames'].tolist(), recording['motions']))
    ids, tracked, numbers = [], [], []
    for frame in range(int(recording['frames'][0]), int(recording['frames'][-1]) + 1):
        now = slice(*np.searchsorted(frames, (frame, frame + 1)))
        prepared = contender.prepared(
            boxes[now], scores[now], None if embeddings is None else embeddings[now])
        answer = contender.update(prepared, (frame - 1) / recording['rate_hz'],
                                  motions.get(frame))
        people = contender.people(answer)
        ids.append(people[0])
        tracked.append(people[1])
        numbers.append(np.full(len(people[0]), frame))
    return {'frames': np.concatenate(numbers), 'ids': np.concatenate(ids),
            'boxes_xyxy': np.concatenate(tracked)}


def reenter(kind: str, options: dict[str, Any], *, crops: str, gap_s: float,
            draws: int) -> dict[str, float]:
    """Play the scenario of re-entry several times; return means."""
    known = reentry.Crops.read(Path(crops))
    return dict(reentry.summary([
        reentry.play(CONTENDERS[kind](reentry.RATE_HZ, **options), known, gap_s, seed)
        for seed in range(draws)]))


TASKS: dict[str, Callable[..., Any]] = {
    'measure': measure, 'follow': follow, 'reenter': reenter}


def main() -> None:
    """Do tasks until there are no more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), 'w')
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a peer prints is no answer
    for line in sys.stdin:
        task = json.loads(line)
        result = TASKS[task.pop('task')](task.pop('kind'), task.pop('options'), **task)
        answers.write(json.dumps(result) + '\n')
        answers.flush()


if __name__ == '__main__':
    main()
