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

"""The people known, with a journal of every change for whoever keeps them."""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
import math

import numpy as np
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.lessons import union
from person_tracker.core.people import BODY
from person_tracker.core.people import Change
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonSeen
from person_tracker.core.person_gallery import PersonGallery

_BODIES_EVERY_S = 20.0
_PEOPLE_EVERY_S = 60.0


class Ledger:
    """
    Changes people in memory and remembers the changes until they are taken to be stored.

    Attributes
    ----------
    gallery
        Who is known.

    """

    def __init__(self, people: Iterable[Person], generator: np.random.Generator) -> None:
        """Begin with people; `generator` makes the ids of new ones."""
        self.gallery = PersonGallery(people)
        self._generator = generator
        self._journal: list[Change] = []
        self._bodies_s = self._people_s = -math.inf

    def take_changes(self) -> list[Change]:
        """Return the changes since the last call, in order."""
        changes, self._journal = self._journal, []
        return changes

    def record(self, change: Change) -> None:
        """Make a change and remember it."""
        self.gallery.apply(change)
        self._journal.append(change)

    def new_id(self) -> str:
        """Return an id that nobody has."""
        return 'p' + self._generator.bytes(6).hex()

    def create(self, time_s: float) -> str:
        """Make a person without a name and return the id."""
        person_id = self.new_id()
        self.record(PersonCreated(Person(
            person_id, created_s=time_s, first_seen_s=time_s, last_seen_s=time_s)))
        return person_id

    def note_seen(self, person_id: str, first_s: float, last_s: float) -> None:
        """Remember when a person was seen."""
        self.record(PersonSeen(person_id, first_s, last_s))

    def merge(self, one: str, other: str, limits: Mapping[str, int]) -> tuple[str, str]:
        """Make one person of two; return the id that stays, the older one, and the one gone."""
        first, second = sorted((self.gallery.get(one), self.gallery.get(other)),
                               key=lambda person: (person.created_s, person.person_id))
        for change in union(first, second, dict(limits)):
            self.record(change)
        return first.person_id, second.person_id

    def keep_house(self, time_s: float, config: IdentityConfig,
                   present: Collection[str]) -> list[str]:
        """Give up looks and people that are too old; return the people forgotten."""
        if abs(time_s - self._bodies_s) >= _BODIES_EVERY_S:
            self._bodies_s = time_s
            for change in self.gallery.stale_bodies(time_s - config.body.memory_s):
                self.record(change)
        if abs(time_s - self._people_s) < _PEOPLE_EVERY_S:
            return []
        self._people_s = time_s
        old = self._expired(time_s, config, present)
        for person_id in old:
            self.record(PersonForgotten(person_id))
        return old

    def _expired(self, time_s: float, config: IdentityConfig,
                 present: Collection[str]) -> list[str]:
        kept = config.retention
        absent = [person for person in self.gallery if person.person_id not in present]
        anonymous = sorted((person for person in absent if not person.name), key=last_known_s)
        surplus = max(0, len(anonymous) - kept.max_anonymous)
        old = [person.person_id for number, person in enumerate(anonymous) if number < surplus
               or 0.0 < kept.anonymous_s < time_s - last_known_s(person)]
        return old + [person.person_id for person in absent if person.name
                      and 0.0 < kept.named_s < time_s - last_known_s(person)]


def last_known_s(person: Person) -> float:
    """Return when a person was last seen or became known, seconds."""
    return max(person.last_seen_s, person.created_s)


def limits_of(config: IdentityConfig) -> dict[str, int]:
    """Return how many looks to keep of a person, by kind."""
    return {FACE: config.face.max_looks, BODY: config.body.max_looks}
