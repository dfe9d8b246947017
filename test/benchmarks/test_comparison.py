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

"""Tables and bars of the quality benchmark."""

from benchmarks.comparison import ablation_table
from benchmarks.comparison import CHAIN
from benchmarks.comparison import DEMO
from benchmarks.comparison import OURS
from benchmarks.comparison import quality_bars
from benchmarks.comparison import quality_tables
from benchmarks.comparison import reentry_bars
from benchmarks.comparison import REENTRY_GAPS_S
from benchmarks.comparison import reentry_tables
from benchmarks.suite import MOT17
from benchmarks.suite import PETS
from benchmarks.suite import STRONG
from person_tracker.evaluation.metrics import Metrics
import pytest


def metrics(HOTA=70.0, MOTA=80.0, IDF1=90.0):
    return Metrics(HOTA=HOTA, DetA=75.0, AssA=65.0, MOTA=MOTA, IDF1=IDF1, IDSW=3,
                   false_positives=1, misses=2, ground_truth_boxes=100, track_boxes=99,
                   ground_truth_ids=5, track_ids=6, frames=50)


@pytest.mark.parametrize('label, suite, changes, missed', [
    (OURS.label, MOT17, {}, []),
    (OURS.label, MOT17, {'HOTA': 69.2}, ['HOTA']),
    (OURS.label, MOT17, {'MOTA': 77.9, 'IDF1': 81.9}, ['MOTA', 'IDF1']),
    (OURS.label, PETS, {'HOTA': 59.9}, ['HOTA']),
    (OURS.label, PETS, {'MOTA': 0.0}, []),  # nothing is asked for
    ('a peer', MOT17, {'HOTA': 1.0}, []),  # nor of anybody else
    (CHAIN, DEMO, {'IDF1': 92.9}, ['IDF1']),  # the whole chain, not its detections followed anew
    (OURS.label, DEMO, {'IDF1': 92.9}, []),
])
def test_a_missed_bar_is_named(label, suite, changes, missed):
    bars = quality_bars({label: {suite: metrics(**changes)}})
    assert [each.name.rpartition(': ')[2] for each in bars if not each.is_met] == missed


def test_re_entry_is_asked_for_up_to_five_seconds():
    results = {(OURS.label, STRONG, gap_s): {'kept': 5.5, 'wrong': 0.01}
               for gap_s in REENTRY_GAPS_S}
    results[OURS.label, STRONG, 30.0] = {'kept': 0.0, 'wrong': 1.0}
    assert all(each.is_met for each in reentry_bars(results, STRONG))
    results[OURS.label, STRONG, 2.0] = {'kept': 4.9, 'wrong': 0.021}
    missed = [each.name for each in reentry_bars(results, STRONG) if not each.is_met]
    assert len(missed) == 2 and all('after 2 s' in name for name in missed)


def test_a_tracker_that_could_not_take_part_has_no_row():
    text = quality_tables({'one': {MOT17: metrics()}, 'two': {PETS: metrics()}}, [MOT17, PETS])
    first, second = text.split(f'**{PETS}**')
    assert '| one | 70.0 | 75.0 | 65.0 | 80.0 | 90.0 | 3 |' in first
    assert 'two' not in first and 'one' not in second


@pytest.mark.parametrize('changes, sign', [
    ({}, ''),
    ({'HOTA': 70.4}, ''),  # too little to tell
    ({'HOTA': 70.3, 'IDF1': 90.3}, ' (+)'),
    ({'HOTA': 71.0, 'MOTA': 78.0}, ' (-)'),
])
def test_an_ablation_says_where_it_is_better_or_worse(changes, sign):
    figures = {'default': {MOT17: metrics()}, 'other': {MOT17: metrics(**changes)}}
    again = dict.fromkeys(figures, {'kept': 5.5, 'wrong': 0.0125})
    text = ablation_table(figures, again, {'default': '', 'other': '`a=1`'}, [MOT17])
    cells = [cell.strip() for cell in text.splitlines()[-1].strip('|').split('|')]
    known = metrics(**changes)
    assert cells == ['other', '`a=1`',
                     f'{known.HOTA:.1f} / {known.MOTA:.1f} / {known.IDF1:.1f}{sign}',
                     '5.50 / 1.2 %']


def test_re_entries_stand_by_network_and_gap():
    results = {('one', network, gap_s): {'kept': gap_s / 10, 'wrong': 0.5}
               for network in ('strong', 'weak') for gap_s in REENTRY_GAPS_S}
    text = reentry_tables(results)
    assert text.index('**strong**') < text.index('**weak**')
    row = '| one | 0.05 / 50.0 % | 0.10 / 50.0 % | 0.20 / 50.0 % | 0.50 / 50.0 % | 3.00 / 50.0 % |'
    assert text.count(row) == 2
