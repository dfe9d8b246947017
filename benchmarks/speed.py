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

"""What an update costs: every tracker on the same scenes, in alternation."""

from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from statistics import quantiles
import sys

from benchmarks import bar
from benchmarks import machine
from benchmarks.bar import Bar
from benchmarks.document import DocumentError
from benchmarks.document import replace_section
from benchmarks.document import table
from benchmarks.peer_environment import peer_python
from benchmarks.peer_environment import PeerEnvironmentError
from benchmarks.peer_environment import ROOT
from benchmarks.peer_environment import versions
from benchmarks.worker_process import Entry
from benchmarks.worker_process import WorkerError
from benchmarks.worker_process import WorkerProcess

PEOPLE = (10, 20, 50, 100, 300)
GOOD, NOISY = 0.3, 2.0  # length of the noise beside embeddings of length 1
WARM_UP = 30
DOCUMENT = ROOT / 'docs' / 'benchmarks.md'
MOTION_ONLY = Entry('person_tracker, motion only', 'person_tracker')
WITH_LOOKS = Entry('person_tracker', 'person_tracker', use_looks=True)
REFERENCE = Entry('roboflow ByteTrack', 'ByteTrack')
DEEP_SORT = Entry('deep_sort_realtime', 'deep_sort_realtime', use_looks=True, most_people=100)
ENTRIES = (MOTION_ONLY, WITH_LOOKS, REFERENCE, Entry('roboflow SORT', 'SORT'), DEEP_SORT,
           Entry('norfair', 'norfair', most_people=100))

Rounds = list[list[float]]  # seconds of each update, by round


def cases(entries: tuple[Entry, ...], people: tuple[int, ...]) -> list[tuple[str, float, int]]:
    """Return label, noise and people of every scene; noise matters to those who see looks."""
    return [(entry.label, noise, count) for count in people for entry in entries
            for noise in (GOOD, NOISY)
            if count <= entry.most_people and (entry.use_looks or noise == GOOD)]


def measured(python: Path, people: tuple[int, ...], images: int,
             rounds: int) -> dict[tuple[str, float, int], Rounds]:
    """Run all scenes several times; within a round, trackers take turns at the same scene."""
    entries = {entry.label: entry for entry in ENTRIES}
    results: dict[tuple[str, float, int], Rounds] = {}
    with ExitStack() as stack:
        workers = {label: stack.enter_context(WorkerProcess(python, entry))
                   for label, entry in entries.items()}
        for number in range(rounds):
            print(f'round {number + 1} of {rounds}', file=sys.stderr)
            for case in cases(ENTRIES, people):
                label, noise, count = case
                durations_s = workers[label].ask(
                    'measure', people=count, images=images, warm_up=WARM_UP,
                    feature_noise=noise, use_looks=entries[label].use_looks)
                results.setdefault(case, []).append(durations_s)
    return results


class SpeedFigures:
    """Medians and ratios of a run."""

    def __init__(self, results: Mapping[tuple[str, float, int], Rounds]) -> None:
        self._results = results

    def has(self, entry: Entry, noise: float, people: int) -> bool:
        """Tell whether that was measured."""
        return (entry.label, noise, people) in self._results

    def milliseconds(self, entry: Entry, noise: float, people: int) -> tuple[float, float]:
        """Return median and 95th percentile over all rounds."""
        rounds = self._results[entry.label, noise, people]
        pooled = [duration_s for durations_s in rounds for duration_s in durations_s]
        return 1e3 * median(pooled), 1e3 * quantiles(pooled, n=20)[-1]

    def ratio(self, first: tuple[Entry, float], second: tuple[Entry, float],
              people: int) -> float:
        """Return how often the second's time goes into the first's, the median of the rounds."""
        one, other = (self._results[entry.label, noise, people] for entry, noise in
                      (first, second))
        return median(median(a) / median(b) for a, b in zip(one, other))


def speed_bars(figures: SpeedFigures, people: tuple[int, ...]) -> list[Bar]:
    """Compare what was measured with what was asked for."""
    reference = (REFERENCE, GOOD)
    limits = {10: 1.5, 20: 1.5, 50: 1.5, 100: 1.5, 300: 2.0}
    bars = [Bar(f'with embeddings, time / ByteTrack, {count} people',
                max(figures.ratio((WITH_LOOKS, noise), reference, count)
                    for noise in (GOOD, NOISY)), most=limits[count]) for count in people]
    bars += [Bar(f'motion only, time / ByteTrack, {count} people',
                 figures.ratio((MOTION_ONLY, GOOD), reference, count), most=0.8)
             for count in people]
    if 50 in people:
        bars += [Bar(f'times faster than deep_sort_realtime, 50 people, {name} features',
                     figures.ratio((DEEP_SORT, noise), (WITH_LOOKS, noise), 50), least=least,
                     digits=1)
                 for name, noise, least in (('good', GOOD, 6.0), ('noisy', NOISY, 25.0))]
    bars.append(Bar('noisy / good features, dearest number of people',
                    max(figures.ratio((WITH_LOOKS, NOISY), (WITH_LOOKS, GOOD), count)
                        for count in people), most=1.25))
    return bars


def speed_tables(figures: SpeedFigures, people: tuple[int, ...]) -> str:
    """Return times, ratios and bars as tables."""
    times, ratios = [], []
    for entry in ENTRIES:
        for name, noise in (('good', GOOD), ('noisy', NOISY)):
            if not figures.has(entry, noise, people[0]):
                continue
            cells = [f'{entry.label}', name if entry.use_looks else 'none']
            known = [figures.has(entry, noise, count) for count in people]
            times.append([*cells, *(
                '{:.2f} ({:.2f})'.format(*figures.milliseconds(entry, noise, count))
                if is_known else '-' for count, is_known in zip(people, known))])
            ratios.append([*cells, *(
                f'{figures.ratio((entry, noise), (REFERENCE, GOOD), count):.2f}'
                if is_known else '-' for count, is_known in zip(people, known))])
    headings = ('tracker', 'embeddings', *(f'{count} people' for count in people))
    verdicts = [each.cells() for each in speed_bars(figures, people)]
    return '\n\n'.join((
        'Milliseconds per update, median (95th percentile):', table(headings, times, 2),
        'Ratio to the time of ByteTrack in the same round, median of the rounds:',
        table(headings, ratios, 2), 'Against what is asked for:', table(bar.HEADINGS, verdicts)))


def main(texts: list[str] | None = None) -> int:
    """Measure, write and print; the status is 1 where a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--people', type=int, nargs='+', choices=PEOPLE, default=PEOPLE,
                        metavar='COUNT', help='sizes of the scenes')
    parser.add_argument('--images', type=int, default=100, help='of a scene')
    parser.add_argument('--rounds', type=int, default=5, help='how often all is repeated')
    parser.add_argument('--document', type=Path, default=DOCUMENT, metavar='FILE',
                        help='where the tables are put')
    arguments = parser.parse_args(texts)
    people = tuple(arguments.people)
    try:
        python = peer_python()
        figures = SpeedFigures(measured(python, people, arguments.images, arguments.rounds))
        report = '\n\n'.join((
            f'{machine.description()}. {", ".join(versions(python))}. One thread; '
            f'{arguments.rounds} rounds of {arguments.images} images, the first {WARM_UP} of each '
            'left out.', speed_tables(figures, people)))
        print(report)
        replace_section(arguments.document, 'tracker_speed', report)
    except (PeerEnvironmentError, WorkerError, DocumentError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    return 0 if all(each.is_met for each in speed_bars(figures, people)) else 1
