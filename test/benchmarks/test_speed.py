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

"""Medians, ratios and bars of the speed benchmark, and a run of it without peers."""

from pathlib import Path
import sys

from benchmarks.speed import cases
from benchmarks.speed import DEEP_SORT
from benchmarks.speed import ENTRIES
from benchmarks.speed import GOOD
from benchmarks.speed import MOTION_ONLY
from benchmarks.speed import NOISY
from benchmarks.speed import REFERENCE
from benchmarks.speed import speed_bars
from benchmarks.speed import speed_tables
from benchmarks.speed import SpeedFigures
from benchmarks.speed import WITH_LOOKS
from benchmarks.worker_process import Entry
from benchmarks.worker_process import WorkerError
from benchmarks.worker_process import WorkerProcess
import pytest

PEOPLE = (10, 50)
MILLISECONDS = {
    REFERENCE.label: 1.0, MOTION_ONLY.label: 0.5, WITH_LOOKS.label: 1.0, DEEP_SORT.label: 40.0}


def figures(**changed):
    """Return a run where every update of a tracker takes the same time."""
    results = {}
    for label, noise, people in cases(ENTRIES, PEOPLE):
        value_s = 1e-3 * changed.get(f'{label} {noise}', MILLISECONDS.get(label, 2.0))
        results[label, noise, people] = [[value_s] * 5] * 3
    return SpeedFigures(results)


def failed(run):
    return [each.name for each in speed_bars(run, PEOPLE) if not each.is_met]


def test_a_run_within_all_bars_passes():
    assert failed(figures()) == []


@pytest.mark.parametrize('label, noise, value_ms, missed', [
    (WITH_LOOKS.label, NOISY, 1.24, []),  # still flat under noise
    (WITH_LOOKS.label, NOISY, 1.26, ['noisy / good']),
    (MOTION_ONLY.label, GOOD, 0.81, ['motion only'] * 2),  # at either number of people
    (DEEP_SORT.label, GOOD, 5.9, ['times faster']),
    (DEEP_SORT.label, NOISY, 24.0, ['times faster']),
    (WITH_LOOKS.label, GOOD, 1.51, ['with embeddings'] * 2),  # the dearer of good and noisy
])
def test_each_bar_is_missed_alone(label, noise, value_ms, missed):
    names = failed(figures(**{f'{label} {noise}': value_ms}))
    assert [name[:len(start)] for name, start in zip(names, missed, strict=True)] == missed


def test_ratios_compare_within_rounds_and_times_are_pooled():
    slow_rounds = {(WITH_LOOKS.label, GOOD, 10): [[1.0], [20.0], [3.0]],
                   (REFERENCE.label, GOOD, 10): [[2.0], [40.0], [2.0]]}
    run = SpeedFigures(slow_rounds)
    assert run.ratio((WITH_LOOKS, GOOD), (REFERENCE, GOOD), 10) == 0.5
    assert run.milliseconds(WITH_LOOKS, GOOD, 10)[0] == 3000.0


def test_who_is_too_slow_for_a_scene_has_no_figure_there():
    labels = {(label, people) for label, _, people in cases(ENTRIES, (100, 300))}
    assert (DEEP_SORT.label, 100) in labels
    assert (DEEP_SORT.label, 300) not in labels
    assert '| norfair | none | 2.00 (2.00) | 2.00 (2.00) |' in speed_tables(figures(), PEOPLE)


def test_a_worker_measures_each_update_after_the_first_ones():
    with WorkerProcess(Path(sys.executable), WITH_LOOKS) as worker:
        durations_s = worker.ask('measure', people=3, images=8, warm_up=3, feature_noise=GOOD,
                                 use_looks=True)
    assert len(durations_s) == 5
    assert all(0 < duration_s < 1 for duration_s in durations_s)


def test_a_worker_that_fails_is_named():
    with WorkerProcess(Path(sys.executable), Entry('nobody', 'unknown')) as worker:
        with pytest.raises(WorkerError, match="nobody: .* 'measure'"):
            worker.ask('measure', people=1, images=1, warm_up=0, feature_noise=0.0,
                       use_looks=False)
