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

"""Who is compared with whom, and the tables that come of it."""

from collections.abc import Mapping
from collections.abc import Sequence

from benchmarks.bar import Bar
from benchmarks.document import table
from benchmarks.reentry import RATE_HZ
from benchmarks.suite import MOT17
from benchmarks.suite import MOT17_STRONG
from benchmarks.suite import PETS
from benchmarks.worker_process import Entry
from person_tracker.evaluation.metrics import Metrics

OURS = Entry('person_tracker', 'person_tracker', use_looks=True)
CHAIN = 'person_tracker, the whole chain'
DEMO = 'vtest.avi, own detector and embeddings'
REENTRY_GAPS_S = (0.5, 1.0, 2.0, 5.0, 30.0)
_MEMORY_S = 60.0  # for peers that can be told to remember; beyond the longest gap
_DEEP_SORT_LONG = {'max_age': round(_MEMORY_S * RATE_HZ), 'max_cosine_distance': 0.4,
                   'nn_budget': 100}

# Peers that have no pass over low scores are given what suits them best over all recordings.
COMPARED = (
    OURS,
    Entry('person_tracker, motion only', 'person_tracker'),
    Entry('roboflow ByteTrack', 'ByteTrack', least_score=0.1),
    Entry('roboflow SORT', 'SORT', least_score=0.5),
    Entry('norfair', 'norfair', least_score=0.3),
    Entry('deep_sort_realtime', 'deep_sort_realtime', least_score=0.3, use_looks=True,
          needs_looks=True),
    Entry('deep_sort_realtime, max_age 70, max_cosine_distance 0.4', 'deep_sort_realtime',
          {'max_age': 70, 'max_cosine_distance': 0.4}, least_score=0.3, use_looks=True,
          needs_looks=True),
)
REENTERING = (
    OURS,
    Entry('roboflow ByteTrack', 'ByteTrack'),
    Entry('roboflow SORT', 'SORT'),
    Entry('norfair', 'norfair'),
    Entry('norfair, looks kept 60 s', 'norfair', {'looks_s': _MEMORY_S}),
    Entry('deep_sort_realtime', 'deep_sort_realtime'),
    Entry('deep_sort_realtime, max_age 60 s, max_cosine_distance 0.4', 'deep_sort_realtime',
          _DEEP_SORT_LONG),
)

Figures = Mapping[str, Mapping[str, Metrics]]  # by label of the tracker, by name of the suite
Reentries = Mapping[tuple[str, str, float], Mapping[str, float]]  # by label, network, gap


def quality_tables(figures: Figures, suites: Sequence[str]) -> str:
    """Return one table for each suite: every tracker that took part."""
    headings = ('tracker', 'HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW')
    tables = []
    for suite in suites:
        rows = [(label, *(f'{getattr(known[suite], name):.1f}' for name in headings[1:-1]),
                 str(known[suite].IDSW)) for label, known in figures.items() if suite in known]
        tables.append(f'**{suite}**\n\n{table(headings, rows)}')
    return '\n\n'.join(tables)


def ablation_table(figures: Figures, reentries: Mapping[str, Mapping[str, float]],
                   switches: Mapping[str, str], suites: Sequence[str]) -> str:
    """
    Return one row for each tracker: what is switched, HOTA / MOTA / IDF1 by suite, re-entries.

    Figures that differ from those of the first row by half a point or more, in sum, have a sign.
    """
    rows = []
    first = next(iter(figures.values()))
    for label, known in figures.items():
        cells = [f'{known[suite].HOTA:.1f} / {known[suite].MOTA:.1f} / {known[suite].IDF1:.1f}'
                 f'{_sign(known[suite], first[suite])}' for suite in suites]
        again = reentries[label]
        rows.append((label, switches[label], *cells,
                     f'{again["kept"]:.2f} / {100.0 * again["wrong"]:.1f} %'))
    headings = ('change', 'setting', *suites, 're-entry after 2 s: kept of 6 / wrong')
    return table(headings, rows, texts=2)


def _sign(figures: Metrics, reference: Metrics) -> str:
    """Return whether HOTA, MOTA and IDF1 together are better or worse, empty for neither."""
    change = sum(getattr(figures, name) - getattr(reference, name)
                 for name in ('HOTA', 'MOTA', 'IDF1'))
    if abs(change) < 0.5:
        return ''
    return ' (+)' if change > 0 else ' (-)'


def reentry_tables(reentries: Reentries) -> str:
    """Return one table for each network: people kept of six, and the part that were wrong."""
    networks = dict.fromkeys(network for _, network, _ in reentries)
    headings = ('tracker', *(f'{gap_s:g} s' for gap_s in REENTRY_GAPS_S))
    tables = []
    for network in networks:
        labels = dict.fromkeys(label for label, other, _ in reentries if other == network)
        rows = [(label, *(_kept_text(reentries[label, network, gap_s])
                          for gap_s in REENTRY_GAPS_S)) for label in labels]
        tables.append(f'**{network}**: kept of 6 / wrong\n\n{table(headings, rows)}')
    return '\n\n'.join(tables)


def _kept_text(result: Mapping[str, float]) -> str:
    return f'{result["kept"]:.2f} / {100.0 * result["wrong"]:.1f} %'


def quality_bars(figures: Figures) -> list[Bar]:
    """Compare what was measured with what was asked for."""
    wanted = (
        (MOT17, OURS.label, {'HOTA': 69.3, 'MOTA': 78.0, 'IDF1': 82.0}),
        (MOT17_STRONG, OURS.label, {'HOTA': 66.5, 'IDF1': 78.0}),
        (PETS, OURS.label, {'HOTA': 60.0}),
        (DEMO, CHAIN, {'HOTA': 69.0, 'IDF1': 93.0}))
    return [Bar(f'{suite}: {name}', getattr(figures[label][suite], name), least=least, digits=1)
            for suite, label, limits in wanted if suite in figures.get(label, {})
            for name, least in limits.items()]


def reentry_bars(reentries: Reentries, network: str) -> list[Bar]:
    """Compare re-entries up to 5 s with what was asked for."""
    bars = []
    for gap_s in REENTRY_GAPS_S[:-1]:
        result = reentries[OURS.label, network, gap_s]
        bars += [Bar(f'back after {gap_s:g} s, {network}: kept of 6', result['kept'], least=5.0),
                 Bar(f'back after {gap_s:g} s, {network}: wrong, per cent',
                     100.0 * result['wrong'], most=2.0, digits=1)]
    return bars
