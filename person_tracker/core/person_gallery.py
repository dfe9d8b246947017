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

"""The people who are known, and their looks ready to be searched."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.people import BODY
from person_tracker.core.people import Change
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonError
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.prototype_bank import PrototypeBank

SpaceKey = tuple[str, str]  # kind and model: embeddings of different spaces are never compared


class PersonGallery:
    """
    Known people by id, changed only through `apply`.

    Of each person at most `slots` looks per kind and model can be searched: the newest.

    Attributes
    ----------
    names_revision
        Grows with each change of a name, and of a look of somebody who has one.

    """

    def __init__(self, people: Iterable[Person] = (), slots: int = 16) -> None:
        """Begin with some people."""
        self._slots = slots
        self._people: dict[str, Person] = {}
        self._banks: dict[SpaceKey, PrototypeBank] = {}
        self._negatives: dict[SpaceKey, dict[str, NDArray[np.float32]]] = {}
        self._names: dict[str, str] = {}
        self._with_bodies: set[str] = set()
        self.names_revision = 0
        for person in people:
            self.replace(person)

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self._people)

    def __iter__(self) -> Iterator[Person]:
        """Return the people, in the order in which they became known here."""
        return iter(self._people.values())

    def __contains__(self, person_id: str) -> bool:
        """Tell whether a person is known."""
        return person_id in self._people

    def find(self, person_id: str) -> Person | None:
        """Return a person, None where not known."""
        return self._people.get(person_id)

    def get(self, person_id: str) -> Person:
        """
        Return a person.

        Raises
        ------
        PersonError
            Nobody has this id.

        """
        if person_id not in self._people:
            raise PersonError(f'nobody is known as {person_id!r}; list the people to see who is')
        return self._people[person_id]

    def named(self, name: str) -> Person | None:
        """Return the person of a name, None where nobody has it."""
        person_id = self._names.get(name)
        return None if person_id is None else self._people[person_id]

    def size(self, kind: str, model: str) -> int:
        """Return how many people can be recognised by looks of a kind and model."""
        bank = self._banks.get((kind, model))
        return 0 if bank is None else len(bank)

    def models(self, kind: str) -> set[str]:
        """Return the networks that made the looks of a kind."""
        return {model for of_kind, model in self._banks if of_kind == kind
                and len(self._banks[of_kind, model])}

    def nearest(self, kind: str, model: str, looks: NDArray[np.float32],
                count: int) -> list[str]:
        """Return candidates for some looks, shape (M, D); see `PrototypeBank.nearest`."""
        bank = self._fitting_bank(kind, model, looks)
        return [] if bank is None else bank.nearest(looks, count)

    def similarities(self, kind: str, model: str, looks: NDArray[np.float32],
                     person_ids: Sequence[str]) -> NDArray[np.float32]:
        """Return cosine similarities, shape (M, P); NaN where nothing comparable is kept."""
        bank = self._fitting_bank(kind, model, looks)
        if bank is None:
            return np.full((len(looks), len(person_ids)), np.nan, np.float32)
        return bank.similarities(looks, person_ids)

    def negative_similarities(self, kind: str, model: str, looks: NDArray[np.float32],
                              person_ids: Sequence[str]) -> NDArray[np.float32]:
        """Return similarities to looks that are not the person's, (M, P); NaN: there is none."""
        result = np.full((len(looks), len(person_ids)), np.nan, np.float32)
        kept = self._negatives.get((kind, model), {})
        for column, person_id in enumerate(person_ids):
            if person_id in kept and len(looks) and kept[person_id].shape[1] == looks.shape[1]:
                result[:, column] = (looks @ kept[person_id].T).max(axis=1)
        return result

    def stale_bodies(self, oldest_s: float) -> list[PrototypesRemoved]:
        """Return what to remove of the bodies of people not seen since this time, seconds."""
        stale = []
        for person_id in self._with_bodies:
            ids = tuple(each.prototype_id for each in self._people[person_id].prototypes
                        if each.kind == BODY and not each.is_negative
                        and max(each.time_s, self._people[person_id].last_seen_s) < oldest_s)
            if ids:
                stale.append(PrototypesRemoved(person_id, ids))
        return stale

    def apply(self, change: Change) -> None:
        """
        Take a change in; one about a person who is not known, as elsewhere forgotten, is nothing.

        Raises
        ------
        PersonError
            The new name is another person's.

        """
        if isinstance(change, PersonCreated):
            self.replace(change.person)
        elif isinstance(change, PersonForgotten):
            self.drop(change.person_id)
        elif isinstance(change, LinksLearnt) or change.person_id not in self._people:
            return
        elif isinstance(change, PeopleMerged):
            self._merge(change)
        else:
            self.replace(_changed(self._people[change.person_id], change))

    def replace(self, person: Person) -> None:
        """Know a person as given, whatever was known before."""
        holder = self._names.get(person.name) if person.name else None
        if holder not in (None, person.person_id):
            raise PersonError(f'the name {person.name!r} belongs to {holder} already; rename one '
                              'of the two, or merge them if they are one person')
        before = self._people.get(person.person_id)
        self._note_names(person, before)
        if before is not None and before.name:
            self._names.pop(before.name, None)
        if person.name:
            self._names[person.name] = person.person_id
        self._people[person.person_id] = person
        if any(each.kind == BODY for each in person.prototypes):
            self._with_bodies.add(person.person_id)
        else:
            self._with_bodies.discard(person.person_id)
        changed = _spaces(before) | _spaces(person) if before is None or (
            before.prototypes is not person.prototypes) else set()
        for kind in {kind for kind, _ in changed}:
            self._index(person, {model for of, model in changed if of == kind}, kind)

    def drop(self, person_id: str) -> None:
        """Know nothing of a person any more."""
        person = self._people.pop(person_id, None)
        if person is None:
            return
        self._with_bodies.discard(person_id)
        self.names_revision += bool(person.name)
        if person.name:
            self._names.pop(person.name, None)
        for key in _spaces(person):
            if key in self._banks:
                self._banks[key].remove(person_id)
                self._close(*key)
            self._negatives.get(key, {}).pop(person_id, None)

    def _note_names(self, person: Person, before: Person | None) -> None:
        name, looks = ('', ()) if before is None else (before.name, before.prototypes)
        if person.name != name or (person.name and person.prototypes is not looks):
            self.names_revision += 1

    def _merge(self, change: PeopleMerged) -> None:
        other = self._people.get(change.other_person_id)
        if other is None:
            return
        person = self._people[change.person_id]
        self.drop(other.person_id)
        first = [each for each in (person.first_seen_s, other.first_seen_s) if each > 0.0]
        self.replace(replace(
            person, name=person.name or other.name,
            first_seen_s=min(first, default=0.0),
            last_seen_s=max(person.last_seen_s, other.last_seen_s),
            prototypes=person.prototypes + other.prototypes))

    def _index(self, person: Person, models: Iterable[str], kind: str) -> None:
        """Make a person's looks of a kind searchable, for each of some models."""
        for model in models:
            looks = [each for each in person.prototypes
                     if each.kind == kind and each.model == model]
            positive = [each for each in looks if not each.is_negative]
            negative = [each for each in looks if each.is_negative]
            bank = self._banks.get((kind, model))
            if bank is None:
                if not positive:
                    continue
                bank = PrototypeBank(len(positive[0].embedding), self._slots)
                self._banks[kind, model] = bank
            bank.put(person.person_id, _stacked(positive, bank.dimension)[-self._slots:])
            self._close(kind, model)
            kept = self._negatives.setdefault((kind, model), {})
            kept.pop(person.person_id, None)
            if negative:
                kept[person.person_id] = _stacked(negative, bank.dimension)

    def _close(self, kind: str, model: str) -> None:
        """Give an empty bank up: a network of the same name may come with another size."""
        if not len(self._banks[kind, model]):
            del self._banks[kind, model]

    def _fitting_bank(self, kind: str, model: str,
                      looks: NDArray[np.float32]) -> PrototypeBank | None:
        bank = self._banks.get((kind, model))
        return bank if bank is not None and bank.dimension == looks.shape[1] else None


def _changed(person: Person, change: PersonRenamed | PersonSeen | PrototypesAdded
             | PrototypesRemoved) -> Person:
    if isinstance(change, PersonRenamed):
        return replace(person, name=change.name)
    if isinstance(change, PersonSeen):
        first_s = min(person.first_seen_s or change.first_seen_s, change.first_seen_s)
        return replace(person, first_seen_s=first_s,
                       last_seen_s=max(person.last_seen_s, change.last_seen_s))
    if isinstance(change, PrototypesAdded):
        return replace(person, prototypes=person.prototypes + change.prototypes)
    return replace(person, prototypes=tuple(
        each for each in person.prototypes if each.prototype_id not in change.prototype_ids))


def _spaces(person: Person | None) -> set[SpaceKey]:
    return set() if person is None else {(each.kind, each.model) for each in person.prototypes}


def _stacked(prototypes: Sequence[Prototype], dimension: int) -> NDArray[np.float32]:
    rows = [each.embedding for each in prototypes if len(each.embedding) == dimension]
    return np.array(rows, np.float32).reshape(-1, dimension)
