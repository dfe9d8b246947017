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
Measure how well identity lasts: after absences, among strangers, and with thousands of people.

Run `python -m benchmarks.identity absence --data FOLDER` and `python -m benchmarks.identity
capacity`; the tables go into `docs/identity.md`. The status is 1 where a bar is missed.
"""

from argparse import ArgumentParser
from argparse import Namespace
from collections.abc import Hashable
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent.futures import Executor
from concurrent.futures import Future
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
import os
from pathlib import Path
import sys

from benchmarks import bar
from benchmarks import machine
from benchmarks.absence_tables import absence_bars
from benchmarks.absence_tables import at_the_bar
from benchmarks.absence_tables import Case
from benchmarks.absence_tables import first_table
from benchmarks.absence_tables import gap_table
from benchmarks.absence_tables import Outcome
from benchmarks.absence_tables import PEOPLE
from benchmarks.absence_tables import played
from benchmarks.absence_tables import stranger_table
from benchmarks.absence_tables import STRANGERS
from benchmarks.absence_tables import sweep_table
from benchmarks.absence_tables import SWEPT
from benchmarks.capacity import Day
from benchmarks.capacity import Hour
from benchmarks.document import DocumentError
from benchmarks.document import replace_section
from benchmarks.document import table
from benchmarks.identity_cast import Cast
from benchmarks.identity_cast import market_cast
from benchmarks.identity_cast import video_cast
from benchmarks.worker_process import ONE_THREAD
from benchmarks.worker_process import ROOT
import numpy as np
from person_tracker.models.errors import ModelError

SHARED = Path(os.environ.get('PERSON_TRACKER_SHARED', ROOT.parent / 'shared'))
NETWORKS = ('omz_reid_0287', 'osnet_x0_25_msmt17')
FALLBACK = 'mobilenet_v3_small_bands'
VIDEO_RATE_HZ = 7.0  # of PETS09-S2L1; the file of the video claims another
FACE_SHARES = (0.0, 0.5)
MOST_MS, MOST_GROWTH = 2.0, 1.05


def casts(data: Path, with_video: bool) -> list[Cast]:
    """Read, or compute, the looks of each network."""
    read = [market_cast(data / 'reid' / f'market1501_{network}.npz', np.random.default_rng(0))
            for network in NETWORKS]
    if with_video:
        read.append(video_cast(data / 'video' / 'vtest.avi',
                               data / 'PETS09-S2L1' / 'gt' / 'gt.txt', VIDEO_RATE_HZ, FALLBACK))
    return read


def absence(arguments: Namespace) -> tuple[str, list[bar.Bar]]:
    """Play absences; return the tables and the bars."""
    known = {cast.model: cast for cast in casts(arguments.data, arguments.video)}
    # Strangers must be others: where there are few people, half of them come again.
    often = {name: min(PEOPLE, len(cast.visits) // 2) for name, cast in known.items()}
    by_faces = {(name, faces): Case(cast, min(PEOPLE, len(cast.visits)), faces)
                for name, cast in known.items() for faces in FACE_SHARES}
    by_network = {name: Case(cast, often[name], 0.5,
                             min(STRANGERS, len(cast.visits) - often[name]), often[name] // 2)
                  for name, cast in known.items()}
    by_threshold = {(name, accept): replace(by_faces[name, 0.0], accept_log_odds=accept)
                    for name in known for accept in SWEPT}
    with ProcessPoolExecutor(arguments.processes, get_context('spawn')) as executor:
        jobs = [_submitted(executor, cases, arguments.draws)
                for cases in (by_faces, by_network, by_threshold)]
        gaps, strangers, sweep = (
            {key: job.result() for key, job in of_cases.items()} for of_cases in jobs)
    bars = absence_bars(gaps, strangers, NETWORKS[0])
    return '\n\n'.join((
        f'{machine.description()}. {arguments.draws} draws of each.', gap_table(gaps),
        'Those who were not there before:', first_table(gaps),
        f'Strangers and names; {_people_text(often)}:',
        stranger_table(strangers, {name: (each, each // 2) for name, each in often.items()}),
        'Other thresholds, no faces:', sweep_table(sweep),
        'The lowest `accept_log_odds` from which on at most 1 % are wrong:',
        '\n'.join(at_the_bar(sweep, name) for name in known),
        'Against what is asked for:',
        table(bar.HEADINGS, [each.cells() for each in bars]))), bars


def _submitted(executor: Executor, cases: Mapping[Hashable, Case],
               draws: int) -> dict[Hashable, Future[Outcome]]:
    return {key: executor.submit(played, case, draws) for key, case in cases.items()}


def _people_text(often: dict[str, int]) -> str:
    return ', '.join(f'{name}: {each} people come again, {each // 2} of them named'
                     for name, each in often.items())


def a_day(people: int, hours: int) -> list[Hour]:
    """Let a day pass with a full gallery."""
    passed = []
    for hour in Day(people, np.random.default_rng(0)).hours(hours):
        print(f'hour {hour.number} of {hours}', file=sys.stderr)
        passed.append(hour)
    return passed


def capacity(arguments: Namespace) -> tuple[str, list[bar.Bar]]:
    """Play a day in a process of its own, so that its memory is its own as well."""
    with ProcessPoolExecutor(1, get_context('spawn')) as executor:
        hours = executor.submit(a_day, arguments.people, arguments.hours).result()
    bars = capacity_bars(hours)
    return '\n\n'.join((
        f'{machine.description()}. One thread.', hour_table(hours), 'Against what is asked for:',
        table(bar.HEADINGS, [each.cells() for each in bars]))), bars


def hour_table(hours: Sequence[Hour]) -> str:
    """Return one row for each hour."""
    return table(
        ('hour', 'people', 'memory, MiB', 'median, ms', 'p95, ms', 'worst, ms',
         'bare search, ms', 'median / search', 'right name, face seen', "another's name"),
        [(str(hour.number), str(hour.people), f'{hour.memory_mib:.0f}', f'{hour.median_ms:.2f}',
          f'{hour.p95_ms:.2f}', f'{hour.worst_ms:.2f}', f'{hour.search_ms:.2f}',
          f'{hour.median_ms / hour.search_ms:.1f}', f'{hour.recognised} of {hour.visits}',
          str(hour.wrong_names)) for hour in hours])


def capacity_bars(hours: Sequence[Hour]) -> list[bar.Bar]:
    """Compare with what is asked for; memory from the second hour on, when all is filled."""
    settled = hours[min(1, len(hours) - 1)]
    return [
        bar.Bar('update, 95th percentile of the dearest hour, ms',
                max(hour.p95_ms for hour in hours), most=MOST_MS),
        bar.Bar(f'memory at the end / after hour {settled.number}',
                hours[-1].memory_mib / settled.memory_mib, most=MOST_GROWTH),
        bar.Bar("images with another's name", sum(hour.wrong_names for hour in hours), most=0.0,
                digits=0)]


def main(texts: list[str] | None = None) -> int:
    """Measure, write and print; the status is 1 where a bar is missed."""
    arguments = _parser().parse_args(texts)
    os.environ.update(ONE_THREAD)  # for the processes that compute
    try:
        text, bars = arguments.measure(arguments)
        print(text)
        replace_section(arguments.document, f'identity_{arguments.command}', text)
    except (ModelError, DocumentError, OSError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    return 0 if all(each.is_met for each in bars) else 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--document', type=Path, default=ROOT / 'docs' / 'identity.md',
                        metavar='FILE', help='where the tables are put')
    commands = parser.add_subparsers(dest='command', required=True)
    absent = commands.add_parser('absence', help='people come and go for an hour')
    absent.set_defaults(measure=absence)
    absent.add_argument('--data', type=Path, default=SHARED / 'data', metavar='FOLDER',
                        help='reid, and for --video also video and PETS09-S2L1')
    absent.add_argument('--video', action='store_true',
                        help='also the fallback network, on people of a video')
    absent.add_argument('--draws', type=int, default=10, help='of people, visits and faces')
    absent.add_argument('--processes', type=int, default=len(os.sched_getaffinity(0)))
    full = commands.add_parser('capacity', help='a day with thousands of people')
    full.set_defaults(measure=capacity)
    full.add_argument('--people', type=int, default=10000, help='known from the beginning')
    full.add_argument('--hours', type=int, default=24)
    return parser


if __name__ == '__main__':
    sys.exit(main())
