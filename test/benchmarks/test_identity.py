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

"""A day with a full gallery in small, and what the command says of it."""

from dataclasses import replace
from itertools import count
from pathlib import Path

from benchmarks.capacity import Day
from benchmarks.capacity import Hour
from benchmarks.capacity import TRACKS
from benchmarks.identity import capacity_bars
from benchmarks.identity import hour_table
from benchmarks.identity import main
import numpy as np
import pytest

PEOPLE = 60
HOUR = Hour(1, 100, 200.0, 0.4, 0.9, 3.0, 0.2, 10, 9, 0)


def test_strangers_take_the_place_of_others_and_nobody_is_misnamed() -> None:
    ticks = count()
    day = Day(PEOPLE, np.random.default_rng(0), clock=lambda: 0.001 * next(ticks))
    before = {person.person_id: person.name for person in day.manager.gallery}
    hour, = day.hours(1, hour_s=240.0)
    after = {person.person_id for person in day.manager.gallery}
    assert sum(name != '' for name in before.values()) == PEOPLE // 2
    assert {person_id for person_id, name in before.items() if name} <= after
    assert set(before) - after
    # Beyond those known: who is in view, and who came since the gallery was last put in order.
    assert PEOPLE <= hour.people <= PEOPLE + 3 * TRACKS
    assert (hour.median_ms, hour.p95_ms) == (pytest.approx(1.0), pytest.approx(1.0))
    assert hour.memory_mib > 1.0
    assert hour.recognised > 0.7 * hour.visits > 0
    assert hour.wrong_names == 0


@pytest.mark.parametrize('hours, missed', [
    ([HOUR], []),
    ([HOUR, replace(HOUR, number=2), replace(HOUR, memory_mib=209.0)], []),
    ([HOUR, replace(HOUR, number=2), replace(HOUR, memory_mib=211.0)], ['memory']),
    ([replace(HOUR, memory_mib=100.0), HOUR, HOUR], []),  # caches fill in the first hour
    ([HOUR, replace(HOUR, p95_ms=2.1)], ['update']),  # one hour is enough
    ([HOUR, replace(HOUR, wrong_names=1)], ['images']),
])
def test_a_bar_is_missed_by_any_hour(hours: list[Hour], missed: list[str]) -> None:
    assert [each.name.split()[0].strip(',') for each in capacity_bars(hours)
            if not each.is_met] == missed


def test_the_ratio_is_that_to_a_bare_search() -> None:
    assert hour_table([HOUR]).splitlines()[-1] == (
        '| 1 | 100 | 200 | 0.40 | 0.90 | 3.00 | 0.20 | 2.0 | 9 of 10 | 0 |')


def test_missing_data_is_said_and_not_a_traceback(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['absence', '--data', str(tmp_path)]) == 2
    assert 'error:' in capsys.readouterr().err
