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

"""What counts as kept, doubled, new and wrong after an absence, and who is shown where."""

from collections import Counter
from itertools import combinations
import math
from pathlib import Path

from benchmarks.absence import HOUR_S
from benchmarks.absence import Register
from benchmarks.absence import schedule
from benchmarks.absence import Verdict
from benchmarks.absence import Visit
from benchmarks.absence_tables import at_the_bar
from benchmarks.absence_tables import Case
from benchmarks.absence_tables import first_table
from benchmarks.absence_tables import gap_class
from benchmarks.absence_tables import GAP_NAMES
from benchmarks.absence_tables import gap_table
from benchmarks.absence_tables import Outcome
from benchmarks.absence_tables import played
from benchmarks.absence_tables import share
from benchmarks.absence_tables import stranger_table
from benchmarks.identity_cast import Cast
from benchmarks.identity_cast import known_scale
from benchmarks.identity_cast import market_cast
from benchmarks.made_up_faces import MadeUpFaces
import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_BODY
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.types import Appearance
import pytest

CAMERAS = 3


def cast(people: int, clothes: int, visits: int = 9) -> Cast:
    """Return people with so many different clothes; who shares them cannot be told apart."""
    random = np.random.default_rng(0)
    looks = np.repeat(np.eye(clothes, 64)[np.arange(people) % clothes], 2 * visits, axis=0)
    looks += 0.02 * random.normal(size=looks.shape)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    shown = {person: [(f'camera{visit % CAMERAS}',
                       2 * (person * visits + visit) + np.arange(2)) for visit in range(visits)]
             for person in range(people)}
    return Cast('made_up', Calibration(0.5, 30.0), Appearance(
        looks.astype(np.float32), np.ones(len(looks), np.float32), 'made_up'), shown, (4.0, 8.0))


def visit(person: int, gap_s: float = math.nan, **known: bool) -> Visit:
    """Return a visit of which nothing but the person and the gap before matters."""
    made = Visit(person, 'camera', np.arange(1), 0.0, 1.0, gap_s)
    for name, value in known.items():
        setattr(made, name, value)
    return made


def test_people_who_look_like_nobody_else_are_kept_and_nobody_is_mistaken() -> None:
    outcome = played(Case(cast(8, 8), 8), 2)
    assert share(outcome.returns, Verdict.KEPT) == 1.0
    assert share(outcome.firsts, Verdict.FIRST) == 1.0
    assert outcome.bad_merges == 0


def test_people_in_the_same_clothes_are_found_out_as_wrong() -> None:
    outcome = played(Case(cast(8, 4), 8), 2)
    assert 0.2 < share(outcome.returns, Verdict.WRONG) < 0.8
    assert share(outcome.firsts, Verdict.WRONG) > 0.0


def test_a_face_brings_the_name_and_strangers_get_none() -> None:
    outcome = played(Case(cast(12, 12), 6, face_share=1.0, strangers=6, named=3), 1)
    named = [each for each in outcome.visits if each.person < 3]
    assert np.mean([each.is_named for each in named]) > 0.9
    assert not any(each.is_misnamed for each in outcome.visits)
    assert Counter(each.person >= 6 for each in outcome.visits)[True] == 6


def test_nobody_is_in_two_places_and_gaps_are_as_said() -> None:
    random, made = np.random.default_rng(0), cast(10, 10)
    visits = schedule(made.chosen(10, random), made, MadeUpFaces(10, random), 0.5, random)
    assert visits == sorted(visits, key=lambda each: each.start_s)
    for person in range(10):
        own = [each for each in visits if each.person == person]
        assert len(own) > 1
        assert math.isnan(own[0].gap_s)
        for before, after in zip(own, own[1:]):
            assert after.start_s - before.end_s == pytest.approx(after.gap_s)
            assert 2.0 <= after.gap_s <= 1200.0
            assert after.camera != before.camera
        assert own[-1].end_s <= HOUR_S


def test_no_look_is_shown_in_two_visits(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    people, cameras = np.repeat(np.arange(-1, 5), 40), np.tile(np.repeat([1, 2, 3, 4], 10), 6)
    np.savez(tmp_path / 'market1501_somebodys.npz', embedding=random.normal(size=(240, 8)),
             person=people, camera=cameras)
    read = market_cast(tmp_path / 'market1501_somebodys.npz', random)
    assert sorted(read.visits) == [1, 2, 3, 4]  # distractors are nobody
    assert read.calibration == known_scale('somebodys') == UNKNOWN_BODY
    for person, shown in read.visits.items():
        for camera, rows in shown:
            assert set(people[rows]) == {person}
            assert {f'camera{each}' for each in cameras[rows]} == {camera}
        for (_, first), (_, second) in combinations(shown, 2):
            assert not set(first) & set(second)


@pytest.mark.parametrize('person_id, is_new, is_mistaken, expected', [
    ('p1', False, False, Verdict.KEPT),  # as the visit before
    ('p9', True, False, Verdict.NEW),  # made on this visit
    ('p0', False, False, Verdict.DOUBLE),  # made on an earlier one
    ('', False, False, Verdict.UNDECIDED),  # nobody
    ('p1', False, True, Verdict.WRONG),  # put right at the end, but somebody saw it
])
def test_a_return_is_judged_by_the_visit_before(person_id: str, is_new: bool, is_mistaken: bool,
                                                expected: Verdict) -> None:
    register = Register({'p0': 1, 'p1': 1, 'p9': 1})
    assert register.verdict(visit(1), 'p1', True) is Verdict.FIRST
    back = visit(1, 5.0, is_mistaken=is_mistaken)
    assert register.verdict(back, person_id, is_new) is expected


def test_merges_are_followed_and_those_of_two_people_counted() -> None:
    register = Register()
    visits = {1: visit(1), 2: visit(1, 5.0), 3: visit(2)}
    for track_id in visits:
        register.take([IdentityEvent(EventKind.CREATED, f'p{track_id}', 0.0, track_id=track_id)],
                      visits)
    register.verdict(visits[2], 'p2', True)
    register.take([IdentityEvent(EventKind.MERGED, 'p1', 0.0, 'p2')], visits)
    assert register.bad_merges == 0
    assert register.verdict(visit(1, 5.0), 'p1', False) is Verdict.KEPT
    assert register.is_others('p3', 1)
    assert not register.is_others('', 1)
    register.take([IdentityEvent(EventKind.MERGED, 'p1', 0.0, 'p3')], visits)
    assert register.bad_merges == 1


@pytest.mark.parametrize('gap_s, name', [
    (2.0, '2 to 10 s'), (10.0, '2 to 10 s'), (10.1, '10 to 60 s'), (61.0, '1 to 5 min'),
    (1200.0, '5 to 20 min'),
    (1200.0000001, '5 to 20 min'),  # rounding of a logarithm
])
def test_gaps_fall_into_classes(gap_s: float, name: str) -> None:
    assert GAP_NAMES[gap_class(gap_s)] == name


def test_tables_count_what_was_played() -> None:
    kept = visit(0, 5.0, verdict=Verdict.KEPT, is_named=True)
    wrong = visit(1, 5.0, verdict=Verdict.WRONG, is_mistaken=True)
    stranger = visit(2, verdict=Verdict.WRONG, is_mistaken=True, is_misnamed=True)
    kept.face = np.zeros(3, np.float32)
    outcome = Outcome([kept, wrong, stranger, visit(0, verdict=Verdict.FIRST)], 3)
    gaps = gap_table({('net', 0.5): outcome})
    assert '| net | 50% | 2 to 10 s | 2 | 50.0 % | 0.0 % | 0.0 % | 0.0 % | 50.0 % |' in gaps
    assert '| net | 50% | all that show a face | 1 | 100.0 % |' in gaps
    assert '| net | 50% | 1 to 5 min | 0 | - |' in gaps
    assert '| net | 50% | 2 | 1 | 3 |' in first_table({('net', 0.5): outcome})
    assert '| net | 1 | 1 | 1 | 100.0 % | 0.0 % | 0 |' in stranger_table(
        {'net': outcome}, {'net': (2, 1)})


def test_the_bar_is_the_lowest_threshold_from_which_on_wrong_ids_are_rare() -> None:
    def outcome(wrong: int) -> Outcome:
        return Outcome([visit(0, 5.0, verdict=Verdict.WRONG if number < wrong else Verdict.KEPT)
                        for number in range(100)], 0)

    swept = {('net', 3.0): outcome(0), ('net', 4.0): outcome(2), ('net', 5.0): outcome(1),
             ('net', 6.0): outcome(0), ('bad', 3.0): outcome(0), ('bad', 4.0): outcome(5)}
    assert at_the_bar(swept, 'net') == '- net: 5, which keeps 99.0 % with 1.0 % wrong'
    assert at_the_bar(swept, 'bad') == '- bad: none of them'


def test_made_up_faces_are_as_alike_as_measured_ones() -> None:
    faces = MadeUpFaces(150, np.random.default_rng(0))
    looks = np.array([[faces.look(faces.visit(person)) for _ in range(3)]
                      for person in range(150)])
    same = np.array([one @ other for person in looks
                     for one, other in combinations(person, 2)])
    others = (looks[:, 0] @ looks[:, 0].T)[~np.eye(150, dtype=bool)]
    assert same.mean() == pytest.approx(0.68, abs=0.03)
    assert same.std() == pytest.approx(0.13, abs=0.03)
    assert others.mean() == pytest.approx(0.06, abs=0.02)
    assert others.std() == pytest.approx(0.10, abs=0.02)
    on_one_visit = faces.visit(0)
    assert faces.look(on_one_visit) @ faces.look(on_one_visit) > 0.8
