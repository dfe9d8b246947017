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
The scenario of absence: people come, are seen for some seconds by one camera, go and come again.

`Verdict` says what became of a visit. A person's own ids are those that were made on the person's
own tracks, or at enrolment; where two of them are merged, the one that stays is meant.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from enum import Enum
import math

from benchmarks.identity_cast import Cast
from benchmarks.identity_cast import Shown
from benchmarks.made_up_faces import MadeUpFaces
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.faces import Faces
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.types import Appearance

FACE_MODEL = 'sface'
HOUR_S = 3600.0
_GAP_S = (2.0, 1200.0)
_FIRST_WITHIN_S = 600.0
_STEP_S = 0.5
_ENROLLED_LOOKS = 5
_FACE_QUALITY = 0.8
_FACE_SEEN = 0.5  # of the images of a visit that shows a face


class Verdict(Enum):
    """
    What became of a visit.

    FIRST: nobody was seen before, and nobody known was taken for this person.
    KEPT: at its end it has the id of the person's visit before.
    DOUBLE: another own id.
    NEW: an id that was made on this visit.
    UNDECIDED: none.
    WRONG: in any image of the visit it had an id of somebody else.
    """

    FIRST = 'first'
    KEPT = 'kept'
    DOUBLE = 'double'
    NEW = 'new'
    UNDECIDED = 'undecided'
    WRONG = 'wrong'


@dataclass(eq=False)
class Visit:
    """
    One stay of one person in view of one camera.

    Attributes
    ----------
    person, camera, rows
        Who, where, and what is seen of the body, in order, again from the start at the end.
    start_s, end_s
        From and until when.
    gap_s
        Time since the person's visit before; NaN: there was none.
    face
        The face of this visit, shape (D,), None where it cannot be seen.
    verdict
        What became of it, once it is over.
    is_mistaken, is_misnamed
        In any image it had an id, or showed a name, of somebody else.
    is_named
        At its end it shows the person's own name.

    """

    person: int
    camera: str
    rows: NDArray[np.intp]
    start_s: float
    end_s: float
    gap_s: float
    face: NDArray[np.float32] | None = None
    verdict: Verdict = Verdict.UNDECIDED
    is_mistaken: bool = False
    is_misnamed: bool = False
    is_named: bool = False


@dataclass(eq=False)
class Register:
    """
    Whose ids are whose.

    Attributes
    ----------
    owners
        By id.
    bad_merges
        How often ids of two people became one.

    """

    owners: dict[str, int] = field(default_factory=dict)
    bad_merges: int = 0
    _stays: dict[str, str] = field(default_factory=dict)
    _last: dict[int, str] = field(default_factory=dict)

    def take(self, events: Iterable[IdentityEvent], visits: Mapping[int, Visit]) -> None:
        """Follow what was made and merged; the visits are given by track."""
        for event in events:
            if event.kind == EventKind.CREATED:
                self.owners[event.person_id] = visits[event.track_id].person
            elif event.kind == EventKind.MERGED:
                self._stays[event.other_person_id] = event.person_id
                self.bad_merges += (
                    self.owners[event.person_id] != self.owners[event.other_person_id])

    def is_others(self, person_id: str, person: int) -> bool:
        """Tell whether an id belongs to somebody else."""
        return bool(person_id) and self.owners[person_id] != person

    def verdict(self, visit: Visit, person_id: str, is_new: bool) -> Verdict:
        """Return what became of a visit that ends with this id, `is_new` if made on it."""
        if visit.is_mistaken:
            return Verdict.WRONG
        if not person_id:
            return Verdict.UNDECIDED
        last, self._last[visit.person] = self._last.get(visit.person, ''), person_id
        if math.isnan(visit.gap_s):
            return Verdict.FIRST
        if person_id == self._current(last):
            return Verdict.KEPT
        return Verdict.NEW if is_new else Verdict.DOUBLE

    def _current(self, person_id: str) -> str:
        while person_id in self._stays:
            person_id = self._stays[person_id]
        return person_id


def schedule(people: Sequence[Sequence[Shown]], cast: Cast, faces: MadeUpFaces,
             face_share: float, random: np.random.Generator) -> list[Visit]:
    """
    Let people come again and again, until the hour is over or nothing of them is unseen.

    Who has one visit to show is a stranger, who may come at any time.
    """
    visits = []
    for person, shown in enumerate(people):
        latest_s = _FIRST_WITHIN_S if len(shown) > 1 else HOUR_S - cast.stay_s[1]
        time_s, gap_s = random.uniform(0.0, latest_s), math.nan
        for camera, rows in shown:
            end_s = time_s + random.uniform(*cast.stay_s)
            if end_s > HOUR_S:
                break
            face = faces.visit(person) if random.random() < face_share else None
            visits.append(Visit(person, camera, rows, time_s, end_s, gap_s, face))
            gap_s = math.exp(random.uniform(*np.log(_GAP_S)))
            time_s = end_s + gap_s
    return sorted(visits, key=lambda visit: visit.start_s)


def enrolled(manager: IdentityManager, faces: MadeUpFaces, people: Iterable[int]) -> Register:
    """Give people a name, each by looks at the face as a robot takes them on one visit."""
    register = Register()
    for person in people:
        face = faces.visit(person)
        looks = tuple(Prototype(FACE, FACE_MODEL, faces.look(face), _FACE_QUALITY)
                      for _ in range(_ENROLLED_LOOKS))
        person_id = f'named{person}'
        manager.gallery.replace(Person(person_id, name_of(person), prototypes=looks))
        register.owners[person_id] = person
    return register


def name_of(person: int) -> str:
    """Return what a person is called."""
    return f'Person {person}'


class Absence:
    """Shows an hour of visits to an identity manager and keeps the books."""

    def __init__(self, manager: IdentityManager, cast: Cast, visits: Sequence[Visit],
                 faces: MadeUpFaces, register: Register,
                 random: np.random.Generator) -> None:
        """Begin with visits in the order of their start."""
        self._manager = manager
        self._cast = cast
        self._visits = dict(enumerate(visits, start=1))  # by track
        self._faces = faces
        self._register = register
        self._random = random
        self._cameras = sorted({visit.camera for visit in visits})
        self._made: dict[int, set[str]] = {}
        self._shown: dict[int, int] = {}

    def play(self) -> None:
        """Let the hour pass; the visits then say what became of them."""
        waiting = list(self._visits.items())
        present: dict[int, Visit] = {}
        last: dict[int, str] = {}
        for time_s in np.arange(0.0, HOUR_S + 2.0 * _STEP_S, _STEP_S).tolist():
            while waiting and waiting[0][1].start_s <= time_s:
                track_id, visit = waiting.pop(0)
                present[track_id] = visit
            for track_id in [each for each, visit in present.items() if visit.end_s < time_s]:
                visit, person_id = present.pop(track_id), last.get(track_id, '')
                visit.verdict = self._register.verdict(
                    visit, person_id, person_id in self._made.get(track_id, ()))
            for camera in self._cameras:
                in_view = {track_id: visit for track_id, visit in present.items()
                           if visit.camera == camera}
                for track_id, identity in zip(in_view, self._image(camera, in_view, time_s)):
                    last[track_id] = identity.person_id
                    self._watch(in_view[track_id], identity)

    def _image(self, camera: str, visits: Mapping[int, Visit], time_s: float) -> list[Identity]:
        track_ids = list(visits)
        if visits:
            rows = [self._row(track_id, visit) for track_id, visit in visits.items()]
            looks = self._cast.looks
            self._manager.observe_bodies(camera, track_ids, Appearance(
                looks.embeddings[rows], looks.qualities[rows], looks.model), time_s)
            self._observe_faces(camera, visits, time_s)
        found = self._manager.update(camera, track_ids, np.ones(len(visits), np.bool_), time_s)
        events = self._manager.take_events()
        for event in events:
            if event.kind == EventKind.CREATED:
                self._made.setdefault(event.track_id, set()).add(event.person_id)
        self._register.take(events, self._visits)
        self._manager.take_changes()
        return found

    def _row(self, track_id: int, visit: Visit) -> int:
        number = self._shown.get(track_id, 0)
        self._shown[track_id] = number + 1
        return int(visit.rows[number % len(visit.rows)])

    def _observe_faces(self, camera: str, visits: Mapping[int, Visit], time_s: float) -> None:
        seen = [(track_id, visit.face) for track_id, visit in visits.items()
                if visit.face is not None and self._random.random() < _FACE_SEEN]
        if seen:
            looks = [self._faces.look(face) for _, face in seen]
            self._manager.observe_faces(camera, faces_on([each for each, _ in seen], looks),
                                        time_s)

    def _watch(self, visit: Visit, identity: Identity) -> None:
        visit.is_mistaken |= self._register.is_others(identity.person_id, visit.person)
        visit.is_named = identity.name == name_of(visit.person)
        visit.is_misnamed |= identity.name not in ('', name_of(visit.person))


def faces_on(track_ids: Sequence[int], looks: Sequence[NDArray[np.float32]]) -> Faces:
    """Return looks at faces of tracks, without places in the image."""
    if not looks:
        return Faces.empty(FACE_MODEL)
    count = len(looks)
    good = np.full(count, _FACE_QUALITY, np.float32)
    return Faces(np.zeros((count, 4), np.float32), np.zeros((count, 5, 2), np.float32), good,
                 good, good, good, good, np.array(looks), np.array(track_ids, np.int64),
                 FACE_MODEL)
