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

"""How well people are followed: ours, its peers, and each technique switched over."""

from argparse import ArgumentParser
from argparse import Namespace
from concurrent.futures import Executor
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
import os
from pathlib import Path
import sys
import tempfile

from benchmarks import bar
from benchmarks import machine
from benchmarks.ablation import ablations
from benchmarks.ablation import switch_text
from benchmarks.comparison import ablation_table
from benchmarks.comparison import CHAIN
from benchmarks.comparison import COMPARED
from benchmarks.comparison import DEMO
from benchmarks.comparison import OURS
from benchmarks.comparison import quality_bars
from benchmarks.comparison import quality_tables
from benchmarks.comparison import REENTERING
from benchmarks.comparison import reentry_bars
from benchmarks.comparison import REENTRY_GAPS_S
from benchmarks.comparison import reentry_tables
from benchmarks.demo import run_demo
from benchmarks.document import DocumentError
from benchmarks.document import replace_section
from benchmarks.document import table
from benchmarks.peer_environment import peer_python
from benchmarks.peer_environment import PeerEnvironmentError
from benchmarks.peer_environment import ROOT
from benchmarks.peer_environment import versions
from benchmarks.preset import preset_entries
from benchmarks.suite import followed
from benchmarks.suite import read_suites
from benchmarks.suite import STRONG
from benchmarks.suite import Suite
from benchmarks.suite import TUD
from benchmarks.suite import WEAK
from benchmarks.worker_process import Entry
from benchmarks.worker_process import WorkerError
from benchmarks.worker_process import WorkerProcess
from person_tracker.evaluation.metrics import evaluate
from person_tracker.evaluation.metrics import EvaluationError
from person_tracker.evaluation.number_rows import FileFormatError
from person_tracker.models.errors import ModelError

SHARED = Path(os.environ.get('PERSON_TRACKER_SHARED', ROOT.parent / 'shared'))
ABLATION_GAP_S = 2.0


def reentered(python: Path, entry: Entry, crops: Path, gap_s: float,
              draws: int) -> dict[str, float]:
    """Play the scenario of re-entry for one tracker."""
    with WorkerProcess(python, entry) as worker:
        return worker.ask('reenter', crops=str(crops), gap_s=gap_s, draws=draws)


class QualityRun:
    """Everything that is measured, on all cores."""

    def __init__(self, python: Path, data: Path, draws: int, executor: Executor) -> None:
        self._python = python
        self._data = data
        self._draws = draws
        self._executor = executor

    def suites(self, folder: Path) -> tuple[list[Suite], dict]:
        """Read all recordings, the demo's among them, and how well the demo itself did."""
        suites, chain = read_suites(self._data), {}
        video = self._data / 'video' / 'vtest.avi'
        try:
            demo, tracks = run_demo(video, self._data / 'PETS09-S2L1' / 'gt' / 'gt.txt')
            chain = {CHAIN: {DEMO: evaluate(demo.ground_truth, tracks)}}
            suites.append(Suite(DEMO, [demo]))
        except ModelError as error:
            print(f'note: {video.name} is left out: {error}', file=sys.stderr)
        return [suite.saved(folder) for suite in suites], chain

    def figures(self, entries: list[Entry], suites: list[Suite]) -> dict:
        """Return the figures of each tracker on each suite."""
        jobs = {entry.label: self._executor.submit(followed, self._python, entry, suites)
                for entry in entries}
        return {label: job.result() for label, job in jobs.items()}

    def reentries(self) -> dict:
        """Return what became of people who left, by tracker, network and gap."""
        jobs = {(entry.label, network, gap_s): self._executor.submit(
            reentered, self._python, entry, self._crops(network), gap_s, self._draws)
            for network in (STRONG, WEAK) for entry in REENTERING for gap_s in REENTRY_GAPS_S}
        return {case: job.result() for case, job in jobs.items()}

    def reentries_of(self, entries: list[Entry]) -> dict:
        """Return the same for other trackers, one gap, by label."""
        jobs = {entry.label: self._executor.submit(
            reentered, self._python, entry, self._crops(STRONG), ABLATION_GAP_S, self._draws)
            for entry in entries}
        return {label: job.result() for label, job in jobs.items()}

    def _crops(self, network: str) -> Path:
        return self._data / 'reid' / f'market1501_{network}.npz'


def measured(arguments: Namespace, python: Path) -> tuple[str, str, list[bar.Bar]]:
    """Measure all; return the text on the comparison, that on the switches, and the bars."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        executor = ProcessPoolExecutor(arguments.processes)
        stack.callback(executor.shutdown, cancel_futures=True)  # after an error nothing is left
        run = QualityRun(python, arguments.data, arguments.draws, executor)
        suites, chain = run.suites(Path(folder))
        switched = ablations()
        print('switching each technique over', file=sys.stderr)
        figures_switched = run.figures(switched, suites)
        again_switched = run.reentries_of(switched)
        print('comparing', file=sys.stderr)
        compared = [entry for entry in (*COMPARED, *preset_entries()) if entry != OURS]
        figures = {OURS.label: figures_switched[OURS.label], **chain,
                   **run.figures(compared, suites)}
        reentries = run.reentries()
    names = [suite.name for suite in suites]
    bars = [*quality_bars(figures), *reentry_bars(reentries, STRONG)]
    where = f'{machine.description()}. {", ".join(versions(python))}.'
    comparison = '\n\n'.join((
        where, quality_tables(figures, names),
        f'Re-entry, {arguments.draws} draws of six people:', reentry_tables(reentries),
        'Against what is asked for:', table(bar.HEADINGS, [each.cells() for each in bars])))
    switches = '\n\n'.join((where, ablation_table(
        figures_switched, again_switched,
        {entry.label: switch_text(entry) for entry in switched},
        [name for name in names if name != TUD])))
    return comparison, switches, bars


def main(texts: list[str] | None = None) -> int:
    """Measure, write and print; the status is 1 where a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=SHARED / 'data', metavar='FOLDER',
                        help='recordings: mot17*/MOT17-*, PETS09-S2L1, TUD-Campus, reid, video')
    parser.add_argument('--draws', type=int, default=50, help='of the scenario of re-entry')
    parser.add_argument('--processes', type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument('--documents', type=Path, default=ROOT / 'docs', metavar='FOLDER',
                        help='where the tables are put')
    arguments = parser.parse_args(texts)
    try:
        comparison, switches, bars = measured(arguments, peer_python())
        print(f'{comparison}\n\n{switches}')
        replace_section(arguments.documents / 'benchmarks.md', 'tracker_quality', comparison)
        replace_section(arguments.documents / 'tracker.md', 'tracker_ablation', switches)
    except (PeerEnvironmentError, WorkerError, DocumentError, EvaluationError, FileFormatError,
            OSError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    return 0 if all(each.is_met for each in bars) else 1
