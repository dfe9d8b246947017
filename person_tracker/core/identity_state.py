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

"""What follows from a decision about a track: for the track, its person and those who listen."""

from collections.abc import Iterable
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.camera_clocks import CameraClocks
from person_tracker.core.camera_links import CameraLink
from person_tracker.core.camera_links import CameraLinks
from person_tracker.core.candidates import Candidate
from person_tracker.core.candidates import combined
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.identity_events import Source
from person_tracker.core.kinship import Kinship
from person_tracker.core.ledger import Ledger
from person_tracker.core.ledger import limits_of
from person_tracker.core.lessons import lessons
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import Person
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.place_book import PlaceBook
from person_tracker.core.recognition import prior
from person_tracker.core.recognition import probability
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.surroundings import Surroundings
from person_tracker.core.track_book import TrackBook
from person_tracker.core.track_evidence import TrackEvidence

_SEEN_EVERY_S = 30.0  # how often the time of a person in view is written down
_SURELY = 3.0  # log-odds above believing from which looks teach how people go between cameras


class IdentityState:
    """
    Tracks, people and what is known of both; every step leaves them in agreement.

    Attributes
    ----------
    config, scales
        Settings, and what similarities are worth.
    ledger
        The people and the journal of their changes.
    tracks
        The tracks of all cameras.
    surroundings
        Where the tracks are, and how people go between cameras.
    clocks
        How far the cameras have come in time.
    kinship
        Whether people are one, and who was seen together.
    events
        What happened, until somebody takes it.
    confirmed_s
        When a face or an operator was last sure of a person, seconds.
    paused_s
        Until when a camera learns no strangers, seconds.

    """

    def __init__(self, config: IdentityConfig, people: Iterable[Person], scales: ScaleBook,
                 generator: np.random.Generator, links: Iterable[CameraLink]) -> None:
        """Begin with people and no tracks."""
        self.config = config
        self.scales = scales
        self.ledger = Ledger(people, generator)
        self.tracks = TrackBook()
        self.surroundings = Surroundings(self.tracks, PlaceBook(), CameraLinks(links))
        self.clocks = CameraClocks()
        self.kinship = Kinship(self.ledger.gallery, scales, self.tracks)
        self.events: list[IdentityEvent] = []
        self.confirmed_s: dict[str, float] = {}
        self.paused_s: dict[str, float] = {}

    # --- The person of a track ------------------------------------------------------------------

    def assign(self, track: TrackEvidence, best: Candidate, margin: float,
               time_s: float) -> None:
        """Put a person on a track, and take the person off every other track of the camera."""
        self._learn_way(track, best)
        for other in self.tracks.of_person(best.person_id):
            if other.camera == track.camera and other is not track:
                self._take_away(other, time_s)
        track.release()
        track.person_id, track.source = best.person_id, best.source
        track.log_odds, track.margin = best.total, margin
        track.noted_s = -math.inf
        track.is_changed = False
        if best.source >= Source.FACE:
            self.confirmed_s[best.person_id] = time_s

    def _learn_way(self, track: TrackEvidence, best: Candidate) -> None:
        """Learn from where the person of a track came to it, where looks leave no doubt."""
        if track.person_id or best.total - best.place < self.config.accept_log_odds + _SURELY:
            return
        before = [other for other in self.tracks.of_person(best.person_id) if other is not track]
        if not before or any(other.is_visible for other in before):
            return
        gap_s = track.first_s - before[0].last_s
        if gap_s > 0.0:
            self.surroundings.links.learn(before[0].camera, track.camera, gap_s)
            self.ledger.record(LinksLearnt(tuple(self.surroundings.links.take_changed())))

    def learns_strangers(self, camera: str, time_s: float) -> bool:
        """Tell whether a stranger whom a camera sees may become a lasting person now."""
        learning = self.config.learning
        pause_s = self.paused_s.get(camera, -math.inf) - time_s
        return learning.strangers and not 0.0 < pause_s <= learning.pause_s

    def create(self, track: TrackEvidence, likeliest: float, time_s: float) -> None:
        """Put a new person on a track; `likeliest` is the evidence for the best of the others."""
        track.release()
        track.person_id, track.is_new = self.ledger.create(time_s), True
        track.log_odds = min(-likeliest, self.config.accept_log_odds)
        track.margin = max(0.0, -likeliest)
        track.is_changed = False
        self.tell(EventKind.CREATED, track, time_s)

    def move(self, track: TrackEvidence, best: Candidate, margin: float, time_s: float) -> None:
        """Put another person on a track, and take back what the track taught of the first."""
        before = track.person_id
        self.unlearn(track)
        self.assign(track, best, margin, time_s)
        self.tell(EventKind.SPLIT, track, time_s, person_id=before, other=best.person_id)
        self._drop_if_nobody(before)

    def split(self, track: TrackEvidence, time_s: float, since_s: float = -math.inf) -> None:
        """Leave a track without a person; what it taught since some time is taken back."""
        before = track.person_id
        self.unlearn(track, since_s)
        self.reopen(track, time_s)
        self.tell(EventKind.SPLIT, track, time_s, person_id=before)
        self._drop_if_nobody(before)

    def reopen(self, track: TrackEvidence, time_s: float) -> None:
        """Decide anew who is on a track, as if it began now."""
        track.release()
        track.first_s = time_s

    def _take_away(self, track: TrackEvidence, time_s: float) -> None:
        """Take its person off a track, for a better track of the same camera."""
        before, was_visible = track.person_id, track.is_visible
        if was_visible:  # else the person was on both, one after the other
            self.unlearn(track)
        track.release()
        if was_visible:
            self.tell(EventKind.SPLIT, track, time_s, person_id=before)

    def _drop_if_nobody(self, person_id: str) -> None:
        """Forget somebody without a look and a name, who cannot be recognised again."""
        person = self.ledger.gallery.find(person_id)
        if person is not None and not (person.prototypes or person.name) and (
                not self.tracks.of_person(person_id)):
            self.ledger.record(PersonForgotten(person_id))

    # --- One person of two ----------------------------------------------------------------------

    def merge(self, one: str, other: str, time_s: float) -> str:
        """Make one person of two and return the id that stays, the older one."""
        kept, gone = self.ledger.merge(one, other, limits_of(self.config))
        self.join(kept, gone, time_s)
        return kept

    def join(self, kept: str, gone: str, time_s: float) -> None:
        """Tie to one person all that is tied to another, who exists no more."""
        for track in self.tracks.of_person(gone):
            track.person_id = kept
        self._keep_one_track_per_camera(kept, time_s)
        latest_s = max(self.confirmed_s.pop(gone, -math.inf),
                       self.confirmed_s.get(kept, -math.inf))
        if latest_s > -math.inf:
            self.confirmed_s[kept] = latest_s
        self.kinship.companies.forget(gone)
        self.events.append(IdentityEvent(
            EventKind.MERGED, kept, time_s, gone, self.ledger.gallery.get(kept).name))

    def _keep_one_track_per_camera(self, person_id: str, time_s: float) -> None:
        tracks = sorted(self.tracks.of_person(person_id),
                        key=lambda track: (track.is_visible, track.source, track.last_s))
        best = {track.camera: track for track in tracks}
        for track in tracks:
            if best[track.camera] is not track:
                self._take_away(track, time_s)

    # --- Learning -------------------------------------------------------------------------------

    def face_before(self, track: TrackEvidence) -> float:
        """
        Return how well a track's face fits what was known of its person before this track.

        Log-odds; NaN where there is nothing to compare.
        """
        known = [each.embedding for each in self.ledger.gallery.get(track.person_id).prototypes
                 if each.kind == FACE and each.model == track.faces.model
                 and not each.is_negative and each.prototype_id not in track.contributed]
        if not known or not len(track.faces):
            return math.nan
        nearest: NDArray[np.float32] = (
            track.faces.embeddings @ np.array(known, np.float32).T).max(axis=1)
        worth = self.scales.face(track.faces.model).log_odds(nearest)
        return float(combined(worth[:, None], track.faces.qualities, FACE)[0])

    def learn(self, track: TrackEvidence, time_s: float) -> None:
        """Know the person of a track better by its latest looks, where there is no doubt."""
        person = self.ledger.gallery.get(track.person_id)
        sure = self.config.accept_log_odds
        before = self.face_before(track)
        if before >= sure:
            known = self.ledger.gallery.size(FACE, track.faces.model)
            track.source = max(track.source, Source.FACE)
            track.log_odds = max(track.log_odds, before + prior(known))
            self.confirmed_s[person.person_id] = time_s
        if track.contrary_faces:
            return  # it may be going over to somebody else
        if len(track.faces) and (before >= sure if person.name else not before <= 0.0):
            self._teach(track, track.faces.latest, self.scales.face(track.faces.model))
        # Clothes that only clothes have vouched for would lead astray, ever further.
        is_vouched = track.is_new or track.source >= Source.FACE or not any(
            each.kind == BODY and not each.is_negative for each in person.prototypes)
        if len(track.bodies) and is_vouched:
            self._teach(track, track.bodies.latest, self.scales.body(track.bodies.model))
        if track.source == Source.NONE and (len(track.faces) or len(track.bodies)):
            track.source = Source.FACE if len(track.faces) else Source.BODY

    def unlearn(self, track: TrackEvidence, since_s: float = -math.inf) -> None:
        """Take back what a track taught of its person since some time."""
        wrong = tuple(key for key, taken_s in track.contributed.items() if taken_s >= since_s)
        if wrong:
            self.ledger.record(PrototypesRemoved(track.person_id, wrong))

    def _teach(self, track: TrackEvidence, look: Prototype, scale: Calibration) -> None:
        if look.prototype_id in track.contributed:
            return
        person = self.ledger.gallery.get(track.person_id)
        for change in lessons(person, look, scale, limits_of(self.config)[look.kind]):
            self.ledger.record(change)
            if isinstance(change, PrototypesAdded):
                track.contributed[look.prototype_id] = look.time_s
            elif isinstance(change, PrototypesRemoved):
                for prototype_id in change.prototype_ids:
                    track.contributed.pop(prototype_id, None)

    # --- Presence -------------------------------------------------------------------------------

    def note_presence(self, tracks: Iterable[TrackEvidence], time_s: float) -> None:
        """Write down that people are in view, and together."""
        present = [track for track in tracks if track.is_visible and track.person_id]
        self.kinship.companies.note([track.person_id for track in present])
        for track in present:
            if abs(time_s - track.noted_s) >= _SEEN_EVERY_S:
                track.noted_s = time_s
                self.ledger.note_seen(track.person_id, track.first_s, time_s)

    def end_tracks(self, camera: str, time_s: float) -> None:
        """Close tracks not heard of for long; who came with one and left no look is nobody."""
        ended = self.tracks.end(camera, time_s, self.config.forget_track_s)
        self._close(ended)

    def restart(self, camera: str) -> None:
        """Close every track of a camera, whose tracker begins to count anew."""
        self._close(self.tracks.end(camera, math.inf, 0.0))

    def _close(self, ended: Iterable[TrackEvidence]) -> None:
        self.note_last_seen(ended)
        for track in ended:
            self.surroundings.places.end(track.key)
            self._drop_if_nobody(track.person_id)

    def note_last_seen(self, tracks: Iterable[TrackEvidence]) -> None:
        """Write down when the people of tracks were last seen."""
        for track in tracks:
            if track.person_id:
                self.ledger.note_seen(track.person_id, track.first_s, track.last_s)

    def drop(self, person_id: str, time_s: float) -> None:
        """Lose every trace of a forgotten person, and learn no strangers where it was seen."""
        for track in self.tracks.of_person(person_id):
            if track.is_visible:
                self.paused_s[track.camera] = time_s + self.config.learning.pause_s
            track.release()
            track.begin_anew()
        self.confirmed_s.pop(person_id, None)
        self.kinship.companies.forget(person_id)
        self.events.append(IdentityEvent(EventKind.FORGOTTEN, person_id, time_s))

    def tell(self, kind: EventKind, track: TrackEvidence, time_s: float, *, person_id: str = '',
             other: str = '', source: Source | None = None) -> None:
        """Say what happened on a track, to its person unless another is given."""
        subject = person_id or track.person_id
        person = self.ledger.gallery.find(subject)
        self.events.append(IdentityEvent(
            kind, subject, time_s, other, person.name if person else '', track.camera,
            track.track_id, track.source if source is None else source,
            probability(track.log_odds) if track.person_id else math.nan))
