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
Who is believed to be on a track: a threshold, a margin over the runner-up, and hysteresis.

What was decided stays until faces or an operator speak against it. Ambiguity names nobody.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
import math

import numpy as np
from person_tracker.core.candidates import Around
from person_tracker.core.candidates import Candidate
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Source
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.joint_choice import joint_claims
from person_tracker.core.track_evidence import TrackEvidence
from person_tracker.core.weighing import candidates_on

# Log-odds from which somebody who is not believed leaves a doubt: nothing is learnt then.
_DOUBT = 2.0
# Log-odds above believing at which a face's clothes make another, faceless person the same.
_UNITE = 3.0
_SHOWN_S = 1.5  # how near in time a face must be to clothes that are to be the same person's
_CONTRARY = 2  # good faces of somebody else in a row: the track has gone over to that person
_CONTRARY_BODIES = 4  # the same of looks at the body, which err more often
_YOUNG_S = 60.0  # a person who became known later ago is not compared by clothes again
_BESIDE_S = 1.0  # a track not seen for longer makes room for another of the person in the camera


class Decisions:
    """Decides about the tracks of one image, and carries it out in the state."""

    def __init__(self, state: IdentityState) -> None:
        """Decide in a state."""
        self._state = state

    @property
    def _config(self) -> IdentityConfig:
        return self._state.config

    def decide(self, tracks: Sequence[TrackEvidence], time_s: float) -> None:
        """Decide about tracks of one camera that have new evidence, or no person yet."""
        pending = []
        for track in tracks:
            if track.contrary_faces >= _CONTRARY:
                self._turn(track, time_s)
            elif track.alike_bodies >= _CONTRARY_BODIES and track.source != Source.OPERATOR:
                self._change(track, time_s)
            if track.is_changed:
                self._weigh(track, time_s)
                pending.append(track)
            elif not track.person_id:
                pending.append(track)
        # Who is not seen is not decided upon, or would take a person from where that is seen.
        pending = [track for track in pending if track.person_id or _is_seen(track, time_s)]
        claims = self._claims([track for track in pending if not track.person_id])
        # Who has the best evidence chooses first.
        for track in sorted(pending, key=lambda each: -_strongest(each.candidates)):
            self._decide(track, claims, time_s)

    def _claims(self, tracks: Sequence[TrackEvidence]) -> dict[str, TrackEvidence]:
        """Return who is on which of several tracks of one image, where all together show it."""
        people = sorted({each.person_id for track in tracks for each in track.candidates
                         if each.total > 0.0 and each.person_id not in track.denied})
        if len(tracks) < 2 or not people:
            return {}
        columns = {person_id: column for column, person_id in enumerate(people)}
        worth = np.full((len(tracks), len(people)), np.nan)
        for row, track in enumerate(tracks):
            for each in track.candidates:
                if each.person_id in columns and each.person_id not in track.denied:
                    worth[row, columns[each.person_id]] = each.total
        return {people[column]: tracks[row] for row, column, margin in zip(*joint_claims(worth))
                if margin >= self._config.min_margin
                and worth[row, column] >= self._config.accept_log_odds}

    def _turn(self, track: TrackEvidence, time_s: float) -> None:
        """End the identity of a track that has gone over to somebody else: it shows two faces."""
        newest = min(track.contrary_faces, len(track.faces) - 1)
        since_s = track.faces.times_s[-newest - 1]
        track.begin_anew(newest)
        if not track.person_id or self._state.face_before(track) > 0.0:
            return  # nobody was on it, or the person is known by both faces
        self._state.split(track, time_s, since_s)

    def _change(self, track: TrackEvidence, time_s: float) -> None:
        """End the identity of a track that has gone over to somebody in other clothes."""
        since_s = track.bodies.times_s[-track.contrary_bodies]
        track.begin_anew(bodies=track.contrary_bodies)
        if track.person_id:
            self._state.split(track, time_s, since_s)
        else:
            track.first_s = time_s

    def _weigh(self, track: TrackEvidence, time_s: float) -> None:
        """Find out who may be on a track; an operator's word needs no weighing."""
        track.is_changed = False
        track.candidates = []
        if track.source == Source.OPERATOR:
            return
        is_young = track.is_new and abs(time_s - track.first_s) <= _YOUNG_S
        if not track.person_id:
            track.candidates = self._candidates(track, self._around(track))
        elif not (is_young or len(track.faces)):  # clothes have no say on what was decided
            track.candidates = self._candidates(track, None)
        else:
            track.candidates = self._candidates(track, Around())
            # Places can only speak against these; where somebody stands is for `reunion`.
            if any(each.total >= self._config.accept_log_odds
                   and each.person_id != track.person_id for each in track.candidates):
                track.candidates = self._candidates(track, self._around(track))
        own = [each.total for each in track.candidates if each.person_id == track.person_id]
        if own and not track.contributed:  # else it would be compared with itself
            track.log_odds = max(track.log_odds, *own)

    def _around(self, track: TrackEvidence) -> Around:
        return self._state.surroundings.around(track, self._config.geometry)

    def _candidates(self, track: TrackEvidence, around: Around | None) -> list[Candidate]:
        scales = self._state.scales.of(track.faces.model, track.bodies.model)
        return candidates_on(track, self._state.ledger.gallery, scales, around)

    def _decide(self, track: TrackEvidence, claims: Mapping[str, TrackEvidence],
                time_s: float) -> None:
        if track.source == Source.OPERATOR:
            self._state.learn(track, time_s)
            return
        shown = {other.person_id: other for other in self._state.tracks.of_camera(track.camera)
                 if other is not track and _is_seen(other, time_s)}
        others = [each for each in track.candidates if each.person_id in self._state.ledger.gallery
                  and each.person_id not in track.denied and each.person_id != track.person_id
                  and not self._is_better(shown.get(each.person_id), each)
                  and claims.get(each.person_id, track) is track]
        best = self._believed(track, others, time_s)
        if not track.person_id:
            self._settle(track, best, others, time_s)
        elif best is not None:
            self._challenge(track, best, others, time_s)
        elif self._is_refuted(track):
            track.denied.add(track.person_id)
            self._state.split(track, time_s)
        if track.person_id:
            self._profit(track, others, time_s)

    def _settle(self, track: TrackEvidence, best: Candidate | None, others: Sequence[Candidate],
                time_s: float) -> None:
        """Put somebody on a track that has nobody: who is believed, or a stranger in time."""
        if best is not None:
            self._state.assign(track, best, _lead(best, others), time_s)
            self._state.tell(EventKind.RECOGNISED, track, time_s)
            return
        learning = self._config.learning
        if not self._state.learns_strangers(track.camera, time_s):
            return
        likeliest = max((each.total for each in others), default=-math.inf)
        wait_s = learning.doubt_s if likeliest > 0.0 else learning.decide_s
        is_due = abs(time_s - track.first_s) >= wait_s and self._state.clocks.has_reached(
            track.first_s + wait_s, self._config.geometry.max_skew_s)
        if is_due:
            self._state.create(track, likeliest, time_s)

    def _believed(self, track: TrackEvidence, others: Sequence[Candidate],
                  time_s: float) -> Candidate | None:
        """Return the person who is on a track beyond doubt, None where nobody is."""
        sure = self._config.accept_log_odds
        # A face decides: whoever is known by clothes alone is no rival to it.
        shown = [each for each in others if each.face >= sure]
        known = [each for each in others if not math.isnan(each.face)] if shown else others
        best = max(shown or others[:1], key=lambda each: each.total, default=None)
        if best is None or best.total < sure:
            return None
        if best.source < Source.FACE and len(track.bodies) < self._config.body.min_looks and (
                best.place <= 0.0 or time_s - track.first_s < self._config.learning.decide_s):
            return None
        rivals = [each for each in known if each is not best
                  and best.total - each.total < self._config.min_margin]
        kinship = self._state.kinship
        if not all(kinship.is_double(best.person_id, each.person_id) for each in rivals):
            return None
        doubles = [best, *(each for each in rivals if each.total >= sure)]
        return min(doubles, key=lambda each: self._seniority(each.person_id))

    def _seniority(self, person_id: str) -> tuple[bool, float]:
        """Return what of doubles is preferred, lowest first: a name, then age."""
        person = self._state.ledger.gallery.get(person_id)
        return not person.name, person.created_s

    def _is_better(self, other: TrackEvidence | None, candidate: Candidate) -> bool:
        """Tell whether another track of the camera shows this person now, with better evidence."""
        return other is not None and (
            other.source == Source.OPERATOR or candidate.source < other.source
            or candidate.total < other.log_odds + self._config.min_margin)

    def _challenge(self, track: TrackEvidence, best: Candidate, others: Sequence[Candidate],
                   time_s: float) -> None:
        """Weigh somebody believed to be on a track against the person it has."""
        by_face = not math.isnan(best.face) and best.face >= self._config.accept_log_odds
        if not (by_face or track.is_new):
            return  # clothes do not overrule what was decided
        before = self._state.face_before(track)
        fits = math.isnan(before) or before > 0.0
        if fits and self._state.kinship.may_be_one(
                track.person_id, best.person_id, by_face=by_face):
            contributed = dict(track.contributed)
            kept = self._state.merge(track.person_id, best.person_id, time_s)
            self._state.assign(track, replace(best, person_id=kept), _lead(best, others), time_s)
            track.contributed.update(contributed)
        elif by_face and not before > 0.0:
            self._state.move(track, best, _lead(best, others), time_s)

    def _is_refuted(self, track: TrackEvidence) -> bool:
        """Tell whether the faces of a track cannot be those of its person."""
        return len(track.faces) > 1 and (
            self._state.face_before(track) <= -self._config.reject_log_odds)

    def _profit(self, track: TrackEvidence, others: Sequence[Candidate], time_s: float) -> None:
        """Learn from a track whose person is settled."""
        # A face that is hidden by now says nothing of whose clothes these are.
        if len(track.faces) and len(track.bodies) and abs(
                track.faces.latest.time_s - track.bodies.latest.time_s) <= _SHOWN_S:
            self._unite(track, others, time_s)
        likeliest = max((each.total for each in others), default=-math.inf)
        if not track.is_new or likeliest <= _DOUBT:
            self._state.learn(track, time_s)

    def _unite(self, track: TrackEvidence, others: Sequence[Candidate], time_s: float) -> None:
        """Join people whom a face, or else clothes alone, show to be the person of the track."""
        for each in others:
            person = self._state.ledger.gallery.find(each.person_id)
            if each.total < self._config.accept_log_odds + _UNITE or person is None or person.name:
                continue
            pair = track.person_id, person.person_id
            has_face = self._state.kinship.has_face_of(*pair)
            is_same = math.isnan(each.face) if has_face is None else has_face
            if is_same and not self._state.tracks.of_person(person.person_id) and (
                    self._state.kinship.may_be_one(*pair, by_face=True)):
                self._state.merge(*pair, time_s)


def _is_seen(track: TrackEvidence, time_s: float) -> bool:
    return abs(time_s - track.seen_s) <= _BESIDE_S


def _strongest(candidates: Sequence[Candidate]) -> float:
    """Return the best evidence there is, log-odds."""
    return candidates[0].total if candidates else -math.inf


def _lead(best: Candidate, others: Sequence[Candidate]) -> float:
    """Return by how much a candidate leads the next, log-odds."""
    return min((best.total - each.total for each in others if each.total <= best.total
                and each.person_id != best.person_id), default=math.inf)
