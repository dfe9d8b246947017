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

"""The scenario of absence played for every network, and the tables that come of it."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
import math

from benchmarks.absence import Absence
from benchmarks.absence import enrolled
from benchmarks.absence import FACE_MODEL
from benchmarks.absence import schedule
from benchmarks.absence import Verdict
from benchmarks.absence import Visit
from benchmarks.bar import Bar
from benchmarks.document import table
from benchmarks.identity_cast import Cast
from benchmarks.made_up_faces import MadeUpFaces
import numpy as np
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.models.registry import lookup

GAPS_S = (10.0, 60.0, 300.0, 1200.0)
GAP_NAMES = ('2 to 10 s', '10 to 60 s', '1 to 5 min', '5 to 20 min')
SWEPT = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
MOST_WRONG, LEAST_KEPT = 0.01, 0.95
PEOPLE, STRANGERS = 20, 40
_RETURNS = (Verdict.KEPT, Verdict.DOUBLE, Verdict.NEW, Verdict.UNDECIDED, Verdict.WRONG)


@dataclass(frozen=True, eq=False)
class Case:
    """
    What is played again and again.

    Attributes
    ----------
    cast
        Whose looks, by which network.
    people, strangers
        How many come again and again, and how many once.
    face_share
        Part of the visits that shows a face.
    named
        How many of the people have a name, from an enrolment by the face.
    accept_log_odds
        Instead of the default.

    """

    cast: Cast
    people: int
    face_share: float = 0.0
    strangers: int = 0
    named: int = 0
    accept_log_odds: float | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """Visits of all draws of a case, and in how many cases ids of two people became one."""

    visits: Sequence[Visit]
    bad_merges: int

    @property
    def returns(self) -> list[Visit]:
        """Return the visits of people who were there before."""
        return [visit for visit in self.visits if not math.isnan(visit.gap_s)]

    @property
    def firsts(self) -> list[Visit]:
        """Return the visits of people who were not."""
        return [visit for visit in self.visits if math.isnan(visit.gap_s)]


def played(case: Case, draws: int) -> Outcome:
    """Play a case with other people, visits and faces in each draw."""
    config = IdentityConfig() if case.accept_log_odds is None else IdentityConfig(
        accept_log_odds=case.accept_log_odds)
    visits, bad_merges = [], 0
    for seed in range(draws):
        random = np.random.default_rng(seed)
        scales = ScaleBook({case.cast.model: case.cast.calibration,
                            FACE_MODEL: lookup(FACE_MODEL, 'face_encoder').calibration})
        manager = IdentityManager(config, scales=scales, generator=np.random.default_rng(seed))
        count = case.people + case.strangers
        shown = case.cast.chosen(count, random)
        shown[case.people:] = [each[:1] for each in shown[case.people:]]
        faces = MadeUpFaces(count, random)
        register = enrolled(manager, faces, range(case.named))
        drawn = schedule(shown, case.cast, faces, case.face_share, random)
        Absence(manager, case.cast, drawn, faces, register, random).play()
        visits += drawn
        bad_merges += register.bad_merges
    return Outcome(visits, bad_merges)


def share(visits: Iterable[Visit], *verdicts: Verdict) -> float:
    """Return the part of visits that came to one of some verdicts; NaN where there are none."""
    counts = Counter(visit.verdict for visit in visits)
    return (sum(counts[verdict] for verdict in verdicts) / counts.total() if counts
            else math.nan)


def gap_class(gap_s: float) -> int:
    """Return the place of a gap among `GAP_NAMES`."""
    return next(number for number, limit_s in enumerate(GAPS_S)
                if gap_s <= limit_s or number == len(GAPS_S) - 1)


def gap_table(outcomes: Mapping[tuple[str, float], Outcome]) -> str:
    """Return what became of returns by network, part of visits with faces, and gap."""
    rows = []
    for (network, face_share), outcome in outcomes.items():
        groups: dict[str, list[Visit]] = {name: [] for name in GAP_NAMES}
        for visit in outcome.returns:
            groups[GAP_NAMES[gap_class(visit.gap_s)]].append(visit)
        groups['**all**'] = outcome.returns
        if face_share > 0.0:
            groups['all that show a face'] = [
                visit for visit in outcome.returns if visit.face is not None]
        rows += [(network, f'{face_share:.0%}', name, str(len(visits)),
                  *(_percent(share(visits, verdict)) for verdict in _RETURNS))
                 for name, visits in groups.items()]
    return table(('network', 'visits with a face', 'gap', 'returns', 'kept', 'double', 'new',
                  'undecided', 'wrong'), rows, texts=3)


def first_table(outcomes: Mapping[tuple[str, float], Outcome]) -> str:
    """Return what became of those who were seen for the first time."""
    rows = [(network, f'{face_share:.0%}', str(len(outcome.firsts)),
             str(sum(visit.is_mistaken for visit in outcome.firsts)), str(outcome.bad_merges))
            for (network, face_share), outcome in outcomes.items()]
    return table(('network', 'visits with a face', 'first visits', 'taken for somebody known',
                  'two people merged'), rows, texts=2)


def stranger_table(outcomes: Mapping[str, Outcome], people: Mapping[str, tuple[int, int]]) -> str:
    """Return what became of strangers and of names; `people` come often, and have names."""
    rows = []
    for network, outcome in outcomes.items():
        often, named = people[network]
        strangers = [visit for visit in outcome.visits if visit.person >= often]
        of_named = [visit for visit in outcome.visits if visit.person < named]
        by_face = [visit for visit in of_named if visit.face is not None]
        by_clothes = [visit for visit in of_named if visit.face is None]
        rows.append((
            network, str(len(strangers)), str(sum(visit.is_mistaken for visit in strangers)),
            str(sum(visit.is_misnamed for visit in strangers)),
            *(_percent(float(np.mean([visit.is_named for visit in some])))
              for some in (by_face, by_clothes)),
            str(sum(visit.is_misnamed for visit in outcome.visits if visit.person < often))))
    return table(('network', 'strangers', 'taken for somebody known', 'named',
                  'right name, face seen', 'right name, no face', "another's name"), rows)


def sweep_table(outcomes: Mapping[tuple[str, float], Outcome]) -> str:
    """Return kept and wrong by network and threshold."""
    rows = [(network, f'{accept:g}', _percent(share(outcome.returns, Verdict.KEPT)),
             _percent(share(outcome.returns, Verdict.KEPT, Verdict.DOUBLE)),
             _percent(share(outcome.returns, Verdict.WRONG)),
             _percent(share(outcome.firsts, Verdict.WRONG)))
            for (network, accept), outcome in outcomes.items()]
    return table(('network', 'accept_log_odds', 'kept', 'kept or double', 'wrong',
                  'wrong of first visits'), rows)


def at_the_bar(outcomes: Mapping[tuple[str, float], Outcome], network: str) -> str:
    """Say which threshold keeps wrong ids rare enough for a network, and what it keeps."""
    of_network = {accept: outcome for (other, accept), outcome in outcomes.items()
                  if other == network}
    enough = [accept for accept in sorted(of_network) if all(
        share(of_network[higher].returns, Verdict.WRONG) <= MOST_WRONG
        for higher in of_network if higher >= accept)]
    if not enough:
        return f'- {network}: none of them'
    outcome = of_network[enough[0]]
    return (f'- {network}: {enough[0]:g}, which keeps '
            f'{_percent(share(outcome.returns, Verdict.KEPT))} with '
            f'{_percent(share(outcome.returns, Verdict.WRONG))} wrong')


def absence_bars(outcomes: Mapping[tuple[str, float], Outcome],
                 strangers: Mapping[str, Outcome], strongest: str) -> list[Bar]:
    """Compare with what is asked for; what is kept depends on the network, so of one only."""
    bars = [Bar(f'wrong, per cent: {network}, faces on {face_share:.0%} of the visits',
                100.0 * share(outcome.returns, Verdict.WRONG), most=100.0 * MOST_WRONG, digits=1)
            for (network, face_share), outcome in outcomes.items()]
    bars += [Bar(f'kept, per cent: {network}, faces on {face_share:.0%} of the visits',
                 100.0 * share(outcome.returns, Verdict.KEPT), least=100.0 * LEAST_KEPT, digits=1)
             for (network, face_share), outcome in outcomes.items()
             if network == strongest and face_share > 0.0]
    return bars + [Bar(f"visits with another's name: {network}",
                       sum(visit.is_misnamed for visit in outcome.visits), most=0.0, digits=0)
                   for network, outcome in strangers.items()]


def _percent(part: float) -> str:
    return '-' if math.isnan(part) else f'{100.0 * part:.1f} %'
