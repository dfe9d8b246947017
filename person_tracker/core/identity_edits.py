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
What operators and other robots say of people: checked, and made to hold on every track.

A wish is turned into changes first, which are to be stored, and carried out only then: what was
acknowledged is never lost, and what could not be stored never happened.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import math

import numpy as np
from person_tracker.core.candidates import Candidate
from person_tracker.core.enrolment import check_looks
from person_tracker.core.enrolment_changes import enrolment_changes
from person_tracker.core.erasure import erasing
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.identity_events import Source
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.ledger import limits_of
from person_tracker.core.lessons import tidied
from person_tracker.core.lessons import union
from person_tracker.core.people import Change
from person_tracker.core.people import check_person_name
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonError
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.track_evidence import TrackEvidence

_OF_OPERATOR = 20.0  # log-odds
_REJECTED_LOOKS = 3  # of each kind, kept as evidence against a person
_MOST_REJECTED = 24  # of all kinds; older ones go


class IdentityEdits:
    """Edits of people and tracks that did not come from a camera."""

    def __init__(self, state: IdentityState) -> None:
        """Edit what a manager keeps."""
        self._state = state
        self._gallery = state.ledger.gallery

    # --- Wishes ---------------------------------------------------------------------------------

    def renaming(self, person_id: str, name: str) -> list[Change]:
        """
        Return what renames a person; empty takes the name away.

        Raises
        ------
        PersonError
            Nobody has the id, or the name is none or another person's.

        """
        person = self._gallery.get(person_id)
        if name:
            check_person_name(name)
            holder = self._gallery.named(name)
            if holder is not None and holder is not person:
                raise PersonError(f'{name!r} is the name of {holder.person_id} already; merge the '
                                  'two if they are one person')
        return [PersonRenamed(person_id, name)]

    def merging(self, person_id: str, other_person_id: str) -> list[Change]:
        """
        Return what makes one person of two; the first id stays.

        Raises
        ------
        PersonError
            Nobody has an id, the two are the same, both have names, or were seen together.

        """
        person, other = self._gallery.get(person_id), self._gallery.get(other_person_id)
        if person is other:
            raise PersonError(f'person_id and other_person_id are both {person_id!r}')
        if person.name and other.name:
            raise PersonError(f'both have names, {person.name!r} and {other.name!r}; take one '
                              'name away first')
        if self._state.kinship.are_two(person_id, other_person_id):
            raise PersonError(f'{person_id} and {other_person_id} were seen together by one '
                              'camera, so they are two people')
        return union(person, other, limits_of(self._state.config))

    def forgetting(self, person_id: str) -> list[Change]:
        """
        Return what erases a person.

        Raises
        ------
        PersonError
            Nobody has the id.

        """
        return erasing(self._gallery, person_id, self._state.scales)

    def rejecting(self, camera: str, track_id: int,
                  person_id: str) -> tuple[TrackEvidence, str, list[Change]]:
        """
        Return the track, the person it is not, and what keeps its looks as evidence against that.

        Parameters
        ----------
        camera, track_id
            The track.
        person_id
            Who it is not; empty: whoever it is taken for.

        Raises
        ------
        PersonError
            There is no such track, it is taken for nobody, or nobody has the id.

        """
        track = self.live_track(camera, track_id)
        wrong = person_id or track.person_id
        if not wrong:
            raise PersonError(f'track {track_id} of camera {camera!r} is taken for nobody; '
                              'say who it is not')
        person = self._gallery.get(wrong)
        looks = tuple(
            Prototype(each.kind, each.model, each.embedding, each.quality, each.time_s, True)
            for kind in (track.faces, track.bodies) for each in kind.best[:_REJECTED_LOOKS])
        kept = [each.prototype_id for each in person.prototypes if each.is_negative]
        surplus = kept[:max(0, len(kept) + len(looks) - _MOST_REJECTED)]
        changes: list[Change] = [PrototypesAdded(wrong, looks)] if looks else []
        return track, wrong, changes + (
            [PrototypesRemoved(wrong, tuple(surplus))] if surplus else [])

    def enrolling(self, track: TrackEvidence, name: str, looks: Sequence[Prototype],
                  time_s: float) -> tuple[str, list[Change]]:
        """
        Return who gets a name for looks of a live track's face, and what changes by that.

        Raises
        ------
        EnrolmentError
            The looks show two people, the face belongs to another name, or the name to another
            face.

        """
        scale = self._state.scales.face(looks[0].model)
        check_looks(np.stack([each.embedding for each in looks]), scale)
        return enrolment_changes(
            self._gallery, name, looks, scale, self._state.config,
            new_id=self._state.ledger.new_id(), time_s=time_s, person_id=track.person_id)

    def live_track(self, camera: str, track_id: int) -> TrackEvidence:
        """
        Return a track that is in view.

        Raises
        ------
        PersonError
            There is no such track; the text names those that are.

        """
        track = self._state.tracks.find(camera, track_id)
        if track is None:
            live = ', '.join(sorted(f'{each.camera} {each.track_id}'
                                    for each in self._state.tracks if each.is_visible))
            raise PersonError(f'camera {camera!r} has no track {track_id}; in view are: '
                              f'{live or "none"}')
        return track

    def sought(self, person_id: str, camera: str, track_id: int) -> TrackEvidence:
        """
        Return the track in view of a person, or the one named, or the only one there is.

        Parameters
        ----------
        person_id
            Whose track; empty: the next two say which.
        camera, track_id
            Which track; empty and 0: the only one in view.

        Raises
        ------
        PersonError
            It is not in view, or there is not exactly one.

        """
        if person_id:
            self._gallery.get(person_id)
        elif camera or track_id:
            return self.live_track(camera, track_id)
        tracks = [track for track in self._state.tracks if track.is_visible
                  and person_id in ('', track.person_id)]
        if person_id and not tracks:
            raise PersonError(f'{person_id} is not in view')
        if not person_id and len(tracks) != 1:
            raise PersonError(f'{len(tracks)} people are in view; say whom to enrol by person_id, '
                              'or by camera and track_id')
        return tracks[0]

    # --- Deeds ----------------------------------------------------------------------------------

    def carry_out(self, changes: Sequence[Change], time_s: float) -> None:
        """Make changes that are stored already."""
        for change in changes:
            if isinstance(change, PersonRenamed):
                self._tell_name(change.person_id, change.name, time_s)
            self._gallery.apply(change)
            if isinstance(change, PersonForgotten):
                self._state.drop(change.person_id, time_s)
            elif isinstance(change, PeopleMerged):
                self._state.join(change.person_id, change.other_person_id, time_s)
                for track in self._state.tracks.of_person(change.person_id):
                    track.contributed.clear()  # what was merged by an order is beyond doubt
            elif isinstance(change, PersonCreated) and change.person.name:
                for track in self._state.tracks:
                    track.reconsider()
                self._state.events.append(IdentityEvent(
                    EventKind.CREATED, change.person.person_id, time_s, name=change.person.name,
                    source=Source.OPERATOR))
        self._keep_limits(changes)

    def _keep_limits(self, changes: Sequence[Change]) -> None:
        """Give up looks that are too many, as cameras taught while changes were being stored."""
        taught = dict.fromkeys(each.person_id for each in changes
                               if isinstance(each, (PrototypesAdded, PeopleMerged)))
        for person_id in taught:
            person = self._gallery.find(person_id)
            for surplus in tidied(person, limits_of(self._state.config)) if person else ():
                self._state.ledger.record(surplus)

    def appoint(self, track: TrackEvidence, person_id: str, time_s: float) -> None:
        """Put a person on a track because an operator said so."""
        if track.person_id not in ('', person_id):
            self._state.unlearn(track)
        sure = Candidate(person_id, _OF_OPERATOR, math.nan, math.nan)
        self._state.assign(track, sure, math.inf, time_s)
        track.source = Source.OPERATOR
        track.denied.discard(person_id)
        self._state.confirmed_s[person_id] = time_s

    def reject(self, track: TrackEvidence, person_id: str, time_s: float) -> None:
        """Take a person off a track, for as long as it lasts, because an operator said so."""
        track.denied.add(person_id)
        if track.person_id == person_id:
            self._state.unlearn(track)
            self._state.reopen(track, time_s)
        self._state.tell(EventKind.REJECTED, track, time_s, person_id=person_id,
                         source=Source.OPERATOR)

    def absorb(self, saved: Iterable[Person], removed: Iterable[str], time_s: float) -> None:
        """Take over what another robot, or the command line, changed in the shared store."""
        saved = list(saved)
        heirs = {look.prototype_id: person.person_id for person in saved
                 for look in person.prototypes}
        gone = {person_id: self._gallery.find(person_id) for person_id in removed}
        for person_id in gone:
            self._gallery.drop(person_id)
        for person in saved:
            holder = self._gallery.named(person.name) if person.name else None
            if holder is not None and holder.person_id != person.person_id:
                # The holder's own news are among those to come.
                self._gallery.apply(PersonRenamed(holder.person_id, ''))
            self._tell_name(person.person_id, person.name, time_s)
            self._gallery.replace(person)
        for track in self._state.tracks:
            track.reconsider()
        for person_id, known in gone.items():
            if known is None:
                continue
            # Whoever owns the looks now is who the person was merged into.
            heir = next((heirs[look.prototype_id] for look in known.prototypes
                         if look.prototype_id in heirs), '')
            if heir:
                self._state.join(heir, person_id, time_s)
            else:
                self._state.drop(person_id, time_s)

    def _tell_name(self, person_id: str, name: str, time_s: float) -> None:
        person = self._gallery.find(person_id)
        if person is not None and person.name != name:
            kind = EventKind.RENAMED if person.name else EventKind.NAMED
            self._state.events.append(IdentityEvent(
                kind, person_id, time_s, name=name, source=Source.OPERATOR))
