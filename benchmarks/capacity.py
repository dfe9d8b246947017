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
Thousands of people and a day: what an image costs identity, and what memory it takes.

Ten people are in view of one camera, always; each stays for about a minute, then somebody else
takes the place, who is known or not. The gallery is full from the beginning: for strangers who
become known, those not seen for longest are forgotten.

The first minute of each hour is played at 10 images per second and timed, all but its first ten
seconds. In the rest there is one image every five seconds, so that a day has all of its visits,
but not all of its images.
"""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
import os
from pathlib import Path
import time

from benchmarks.absence import FACE_MODEL
from benchmarks.absence import faces_on
from benchmarks.absence import name_of
from benchmarks.made_up_faces import MadeUpFaces
from benchmarks.made_up_faces import normalised
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_config import RetentionConfig
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.types import Appearance

TRACKS, FACE_LOOKS, FACE_NUMBERS, BODY_NUMBERS = 10, 5, 128, 512
RATE_HZ, STEP_S, HOUR_S = 10.0, 5.0, 3600.0
QUICK_S, UNTIMED_S = 60.0, 10.0  # of each hour at the full rate, and what of that is not timed
_CAMERA, _BODY_MODEL = 'camera', 'body'
_QUALITY = 0.8
_STAY_S = (10.0, 110.0)
_KNOWN = 0.7  # of those who come
_WITH_FACE = 0.5  # of the visits
_FACES_HZ = 1.0  # looks at a face that can be seen
_UNHIDDEN = 0.8  # of the bodies that are due; without misses, all would be due at the same time
_STRANGERS = 0.5  # people who can come beside those known, per person known
_ALIKE, _STEADY = 0.45, 0.95  # cosines of two bodies, and of a look to the mean
_BEGIN_S = 1e6
_PRODUCTS = 200  # timed in each hour, of the bare search


@dataclass(frozen=True)
class Hour:
    """
    One simulated hour.

    Attributes
    ----------
    number
        From 1.
    people
        In the gallery at its end.
    memory_mib
        Of the process at its end (resident set).
    median_ms, p95_ms, worst_ms
        Time of an image.
    search_ms
        Median time of one bare search: the product of the 8 looks of a track with one vector for
        each person.
    visits, recognised, wrong_names
        Visits of people with a name and with a face to be seen; those among them that ended with
        the right name; images of anybody with another's name.

    """

    number: int
    people: int
    memory_mib: float
    median_ms: float
    p95_ms: float
    worst_ms: float
    search_ms: float
    visits: int
    recognised: int
    wrong_names: int


@dataclass(eq=False)
class _Guest:
    person: int
    until_s: float
    face: NDArray[np.float32] | None
    name: str = ''


class Day:
    """A full gallery and a camera with ten people in view."""

    def __init__(self, people: int, random: np.random.Generator,
                 clock: Callable[[], float] = time.thread_time) -> None:
        """Begin with so many people known, every other with a name."""
        self._known = people
        self._random = random
        self._clock = clock
        self._everybody = round(people * (1.0 + _STRANGERS))
        self._faces = MadeUpFaces(self._everybody, random, FACE_NUMBERS)
        self._common_body = normalised(random.normal(size=(1, BODY_NUMBERS)))[0]
        # A minute's average stay, and a third of the guests not known: a day brings thousands.
        config = IdentityConfig(retention=RetentionConfig(max_anonymous=people // 2))
        scales = ScaleBook({FACE_MODEL: Calibration(0.40, 32.0),
                            _BODY_MODEL: Calibration(0.59, 23.0)})
        self.manager = IdentityManager(config, self._people(), scales, random)
        self._numbers = count(1)
        self._guests: dict[int, _Guest] = {}
        self._visits = self._recognised = self._wrong_names = 0

    def hours(self, number: int, hour_s: float = HOUR_S) -> Iterator[Hour]:
        """Let hours pass, one after the other; for a quick look shorter ones."""
        for hour in range(1, number + 1):
            begin_s = _BEGIN_S + (hour - 1) * hour_s
            self._visits = self._recognised = self._wrong_names = 0
            quick = [self._image(begin_s + image / RATE_HZ, 1.0 / RATE_HZ)
                     for image in range(round(QUICK_S * RATE_HZ))]
            for time_s in np.arange(begin_s + QUICK_S, begin_s + hour_s, STEP_S).tolist():
                self._image(time_s, STEP_S)
            costs_ms = 1e3 * np.array(quick[round(UNTIMED_S * RATE_HZ):])
            yield Hour(hour, len(self.manager.gallery), memory_mib(), float(np.median(costs_ms)),
                       float(np.quantile(costs_ms, 0.95)), float(costs_ms.max()),
                       1e3 * self._search_s(), self._visits, self._recognised,
                       self._wrong_names)

    def _people(self) -> Iterator[Person]:
        for person in range(self._known):
            looks = [self._faces.look(self._faces.visit(person)) for _ in range(FACE_LOOKS)]
            yield Person(f'p{person}', name_of(person) if self._has_name(person) else '',
                         _BEGIN_S, _BEGIN_S, _BEGIN_S,
                         tuple(Prototype(FACE, FACE_MODEL, look) for look in looks))

    def _has_name(self, person: int) -> bool:
        return person < self._known and person % 2 == 0

    def _image(self, time_s: float, since_s: float) -> float:
        """Show one image; return what it cost, seconds."""
        self._come_and_go(time_s)
        track_ids = list(self._guests)
        due = [track_id for track_id, is_due in zip(
            track_ids, self.manager.wants_bodies(_CAMERA, track_ids, time_s))
            if is_due and self._random.random() < _UNHIDDEN]
        bodies = Appearance(np.array([self._body(self._guests[each].person) for each in due],
                                     np.float32).reshape(-1, BODY_NUMBERS),
                            np.full(len(due), _QUALITY, np.float32), _BODY_MODEL)
        with_face = [(each, guest.face) for each, guest in self._guests.items()
                     if guest.face is not None and self._random.random() < _FACES_HZ * since_s]
        faces = faces_on([each for each, _ in with_face],
                         [self._faces.look(face) for _, face in with_face])
        visible = np.ones(len(track_ids), np.bool_)
        start = self._clock()
        if due:
            self.manager.observe_bodies(_CAMERA, due, bodies, time_s)
        if with_face:
            self.manager.observe_faces(_CAMERA, faces, time_s)
        identities = self.manager.update(_CAMERA, track_ids, visible, time_s)
        cost_s = self._clock() - start
        self.manager.take_changes()
        self.manager.take_events()
        for guest, identity in zip(self._guests.values(), identities):
            guest.name = identity.name
            self._wrong_names += guest.name not in ('', name_of(guest.person))
        return cost_s

    def _come_and_go(self, time_s: float) -> None:
        for track_id, guest in list(self._guests.items()):
            if guest.until_s <= time_s:
                del self._guests[track_id]
                if self._has_name(guest.person) and guest.face is not None:
                    self._visits += 1
                    self._recognised += guest.name == name_of(guest.person)
        while len(self._guests) < TRACKS:
            person = self._somebody({guest.person for guest in self._guests.values()})
            face = self._faces.visit(person) if self._random.random() < _WITH_FACE else None
            self._guests[next(self._numbers)] = _Guest(
                person, time_s + self._random.uniform(*_STAY_S), face)

    def _somebody(self, present: set[int]) -> int:
        while True:
            first, last = ((0, self._known) if self._random.random() < _KNOWN
                           else (self._known, self._everybody))
            person = int(self._random.integers(first, last))
            if person not in present:
                return person

    def _body(self, person: int) -> NDArray[np.float32]:
        """Return a look at somebody's clothes; whoever comes again wears the same."""
        own = normalised(np.random.default_rng(person).normal(size=(1, BODY_NUMBERS)))[0]
        mean = np.sqrt(_ALIKE) * self._common_body + np.sqrt(1.0 - _ALIKE) * own
        noise = normalised(self._random.normal(size=(1, BODY_NUMBERS)))[0]
        look: NDArray[np.float32] = normalised(
            (_STEADY * mean + np.sqrt(1.0 - _STEADY**2) * noise)[None])[0]
        return look

    def _search_s(self) -> float:
        """Return the median time of a bare search among as many people."""
        means = normalised(self._random.normal(size=(self._known, FACE_NUMBERS)))
        looks = normalised(self._random.normal(size=(8, FACE_NUMBERS)))
        costs = []
        for _ in range(_PRODUCTS):
            start = self._clock()
            looks @ means.T
            costs.append(self._clock() - start)
        return float(np.median(costs))


def memory_mib() -> float:
    """Return what memory of this process is in use, MiB (resident set)."""
    pages = int(Path('/proc/self/statm').read_text(encoding='utf-8').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20
