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
Who is behind the tracks of all cameras: the same person after an absence and on another camera.

Evidence is gathered per track (`track_book`), weighed against the people known (`track_evidence`)
and decided here with a threshold, a margin over the runner-up, and hysteresis: what was decided
stays until faces or an operator speak against it. Only a face or an operator gives a name; clothes
carry one for a limited time. Ambiguity names nobody.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.faces import Faces
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_edits import IdentityEdits
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.identity_events import Source
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.people import Change
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import probability
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.track_evidence import Candidate
from person_tracker.core.track_evidence import candidates_on
from person_tracker.core.track_evidence import TrackEvidence
from person_tracker.core.types import Appearance

# Log-odds from which somebody who is not believed leaves a doubt: nothing is learnt then.
_DOUBT = 2.0
# Log-odds above believing at which a face's clothes make another, faceless person the same.
_UNITE = 3.0
_SHOWN_S = 1.5  # how near in time a face must be to clothes that are to be the same person's
_CONTRARY = 2  # good faces of somebody else in a row: the track has gone over to that person


class IdentityManager:
    """
    Gives every track of every camera a person, and changes what is known of people.

    Attributes
    ----------
    scales
        What similarities are worth, by network.
    gallery
        The people; changed only through this manager.
    edits
        What operators and other robots ask for.

    """

    def __init__(self, config: IdentityConfig | None = None, people: Iterable[Person] = (),
                 scales: ScaleBook | None = None,
                 generator: np.random.Generator | None = None) -> None:
        """Begin with people; `generator` makes ids, from the system's entropy if None."""
        self.scales = scales or ScaleBook()
        self._state = IdentityState(config or IdentityConfig(), people, self.scales,
                                    generator or np.random.default_rng())
        self._tracks = self._state.tracks
        self.edits = IdentityEdits(self._state)
        self.gallery: PersonGallery = self._state.ledger.gallery

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self._tracks)

    @property
    def config(self) -> IdentityConfig:
        """Return the settings in force; they may be replaced at any time."""
        return self._state.config

    @config.setter
    def config(self, config: IdentityConfig) -> None:
        self._state.config = config

    def take_changes(self) -> list[Change]:
        """Return what changed of people since the last call, to be stored in this order."""
        return self._state.ledger.take_changes()

    def take_events(self) -> list[IdentityEvent]:
        """Return what happened since the last call, in order."""
        events, self._state.events = self._state.events, []
        return events

    def track_of(self, camera: str, track_id: int) -> TrackEvidence | None:
        """Return what is known of a track, None where there is no such track."""
        return self._tracks.find(camera, track_id)

    def finish(self) -> None:
        """Write down when everybody was last seen, before the end."""
        self._state.note_last_seen(self._tracks)

    def in_view(self) -> list[TrackEvidence]:
        """Return the tracks that were seen in the last image of their camera."""
        return [track for track in self._tracks if track.is_visible]

    # --- Evidence -------------------------------------------------------------------------------

    def wants_bodies(self, camera: str, track_ids: Sequence[int],
                     time_s: float) -> NDArray[np.bool_]:
        """Tell of which tracks a look at the body is due, shape (N,)."""
        return self._tracks.wants_bodies(camera, track_ids, time_s, self.config.body)

    def observe_bodies(self, camera: str, track_ids: Sequence[int], appearance: Appearance,
                       time_s: float) -> None:
        """
        Take in how tracks look.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            N tracks.
        appearance
            N looks; unknown ones are zeros.
        time_s
            When the image was taken, seconds.

        """
        self._tracks.add_bodies(camera, track_ids, appearance, time_s, self.config)
        self.scales.learn_strangers(
            appearance.model, self._tracks.bodies_in_view(camera, appearance.model))

    def observe_faces(self, camera: str, faces: Faces, time_s: float) -> None:
        """Take in the faces of one image; those of no track are left out."""
        self.scales.follow(self.gallery, faces.model)
        self._tracks.add_faces(camera, faces, time_s, self.config, self.scales)

    # --- Decisions ------------------------------------------------------------------------------

    def update(self, camera: str, track_ids: Sequence[int], is_visible: NDArray[np.bool_],
               time_s: float) -> list[Identity]:
        """
        Decide who is on the tracks of one image.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            N tracks that are believed, from 1.
        is_visible
            Shape (N,): seen in this image, not merely predicted.
        time_s
            When the image was taken, seconds; a step back in time, as of a recording that starts
            again, is taken as it is.

        Returns
        -------
        list
            One entry per track, in order.

        """
        tracks = self._tracks.see(camera, track_ids, is_visible.tolist(), time_s)
        pending = []
        for track in tracks:
            if track.contrary_faces >= _CONTRARY:
                self._turn(track, time_s)
            if track.is_changed:
                self._weigh(track)
                pending.append(track)
            elif not track.person_id:
                pending.append(track)
        # Who has the best evidence chooses first.
        for track in sorted(pending, key=lambda each: -_strongest(each.candidates)):
            self._decide(track, time_s)
        self._state.note_presence(tracks, time_s)
        self._state.end_tracks(camera, time_s)
        present = {track.person_id for track in self._tracks if track.person_id}
        for person_id in self._state.ledger.keep_house(time_s, self.config, present):
            self._state.drop(person_id, time_s)
        return [self._identity(track, time_s) for track in tracks]

    def _turn(self, track: TrackEvidence, time_s: float) -> None:
        """End the identity of a track that has gone over to somebody else: it shows two faces."""
        newest = min(track.contrary_faces, len(track.faces) - 1)
        since_s = track.faces.times_s[-newest - 1]
        track.begin_anew(newest)
        if not track.person_id or self._state.face_before(track) > 0.0:
            return  # nobody was on it, or the person is known by both faces
        self._state.split(track, time_s, since_s)

    def _weigh(self, track: TrackEvidence) -> None:
        """Find out who may be on a track; an operator's word needs no weighing."""
        track.is_changed = False
        scales = self.scales.of(track.faces.model, track.bodies.model)
        track.candidates = ([] if track.source == Source.OPERATOR
                            else candidates_on(track, self.gallery, scales))
        own = [each.total for each in track.candidates if each.person_id == track.person_id]
        if own and not track.contributed:  # else it would be compared with itself
            track.log_odds = max(track.log_odds, *own)

    def _decide(self, track: TrackEvidence, time_s: float) -> None:
        if track.source == Source.OPERATOR:
            self._state.learn(track, time_s)
            return
        shown = {other.person_id: other for other in self._tracks.in_view(track.camera)
                 if other is not track}
        others = [each for each in track.candidates if each.person_id in self.gallery
                  and each.person_id not in track.denied and each.person_id != track.person_id
                  and not self._is_better(shown.get(each.person_id), each)]
        best = self._believed(track, others)
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
        learning = self.config.learning
        pause_s = self._state.paused_s.get(track.camera, -math.inf) - time_s
        if not learning.strangers or 0.0 < pause_s <= learning.pause_s:
            return
        likeliest = max((each.total for each in others), default=-math.inf)
        wait_s = learning.doubt_s if likeliest > 0.0 else learning.decide_s
        if abs(time_s - track.first_s) >= wait_s:
            self._state.create(track, likeliest, time_s)

    def _believed(self, track: TrackEvidence,
                  others: Sequence[Candidate]) -> Candidate | None:
        """Return the person who is on a track beyond doubt, None where nobody is."""
        sure = self.config.accept_log_odds
        # A face decides: whoever is known by clothes alone is no rival to it.
        shown = [each for each in others if each.face >= sure]
        known = [each for each in others if not math.isnan(each.face)] if shown else others
        best = max(shown or others[:1], key=lambda each: each.total, default=None)
        if best is None or best.total < sure:
            return None
        if best.source < Source.FACE and len(track.bodies) < self.config.body.min_looks:
            return None
        rivals = [each for each in known if each is not best
                  and best.total - each.total < self.config.min_margin]
        kinship = self._state.kinship
        if not all(kinship.is_double(best.person_id, each.person_id) for each in rivals):
            return None
        doubles = [best, *(each for each in rivals if each.total >= sure)]
        return min(doubles, key=lambda each: self._seniority(each.person_id))

    def _seniority(self, person_id: str) -> tuple[bool, float]:
        """Return what of doubles is preferred, lowest first: a name, then age."""
        person = self.gallery.get(person_id)
        return not person.name, person.created_s

    def _is_better(self, other: TrackEvidence | None, candidate: Candidate) -> bool:
        """Tell whether another track of the camera shows this person now, with better evidence."""
        return other is not None and (
            other.source == Source.OPERATOR or candidate.source < other.source
            or candidate.total < other.log_odds + self.config.min_margin)

    def _challenge(self, track: TrackEvidence, best: Candidate, others: Sequence[Candidate],
                   time_s: float) -> None:
        """Weigh somebody believed to be on a track against the person it has."""
        by_face = not math.isnan(best.face) and best.face >= self.config.accept_log_odds
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
            self._state.face_before(track) <= -self.config.reject_log_odds)

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
            person = self.gallery.find(each.person_id)
            if each.total < self.config.accept_log_odds + _UNITE or person is None or person.name:
                continue
            pair = track.person_id, person.person_id
            has_face = self._state.kinship.has_face_of(*pair)
            is_same = math.isnan(each.face) if has_face is None else has_face
            if is_same and not self._tracks.of_person(person.person_id) and (
                    self._state.kinship.may_be_one(*pair, by_face=True)):
                self._state.merge(*pair, time_s)

    def _identity(self, track: TrackEvidence, time_s: float) -> Identity:
        if not track.person_id:
            return Identity()
        name = self.gallery.get(track.person_id).name if self._is_named(track, time_s) else ''
        return Identity(track.person_id, name, track.source, probability(track.log_odds),
                        track.margin)

    def _is_named(self, track: TrackEvidence, time_s: float) -> bool:
        """Tell whether the name of its person may be said: by a face, or carried by clothes."""
        if track.source >= Source.FACE:
            return True
        clothes = self.config.body
        confirmed_s = self._state.confirmed_s.get(track.person_id, -math.inf)
        return (abs(time_s - confirmed_s) <= clothes.carry_name_s
                and track.log_odds >= self.config.accept_log_odds + clothes.carry_log_odds)


def _strongest(candidates: Sequence[Candidate]) -> float:
    """Return the best evidence there is, log-odds."""
    return candidates[0].total if candidates else -math.inf


def _lead(best: Candidate, others: Sequence[Candidate]) -> float:
    """Return by how much a candidate leads the next, log-odds."""
    return min((best.total - each.total for each in others if each.total <= best.total
                and each.person_id != best.person_id), default=math.inf)
