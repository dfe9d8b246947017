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

"""`person_tracker people export | import`: people to a file and back, all or none."""

from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing

from person_tracker.commands.arguments import refuse_overwriting
from person_tracker.commands.people_archive import read_people
from person_tracker.commands.people_archive import write_people
from person_tracker.commands.people_choice import called
from person_tracker.commands.people_choice import chosen_among
from person_tracker.core.people import Change
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import PersonSeen
from person_tracker.core.people import PrototypesAdded
from person_tracker.store.people_store import PeopleStore


class ImportConflictError(ValueError):
    """People of a file and of the store contradict each other."""


def export_people(arguments: Namespace) -> None:
    """Write all people, or some, to a file."""
    refuse_overwriting([arguments.file], [])
    with closing(PeopleStore(arguments.store)) as store:
        people = store.people()
    if arguments.who:
        people = chosen_among(people, arguments.who)
    write_people(arguments.file, people)
    print(f'wrote {len(people)} people to {arguments.file}; whoever has the file can recognise '
          'them')


def import_people(arguments: Namespace) -> None:
    """Add the people of a file to the store, in one piece."""
    added = read_people(arguments.file)
    with closing(PeopleStore(arguments.store)) as store:
        changes = import_changes(store.people(), added)
        store.apply(changes)
    new = sum(isinstance(change, PersonCreated) for change in changes)
    print(f'{len(added)} people in {arguments.file}: {new} are new, {len(added) - new} were known')


def import_changes(stored: Sequence[Person], added: Sequence[Person]) -> list[Change]:
    """
    Return what makes people of a file known.

    Somebody who is known by the same person_id gets the looks that are missing, and a name where
    there was none.

    Raises
    ------
    ImportConflictError
        A name or a look is another person's in the store, or a known person has another name.

    """
    known = {person.person_id: person for person in stored}
    owners = {person.name: person for person in stored if person.name}
    owner_of_look = {look.prototype_id: person for person in stored for look in person.prototypes}
    changes: list[Change] = []
    for person in added:
        _check_name(person, known, owners)
        _check_looks(person, owner_of_look)
        changes += _changes(known.get(person.person_id), person, owner_of_look)
    return changes


def _check_name(person: Person, known: dict[str, Person], owners: dict[str, Person]) -> None:
    before = known.get(person.person_id)
    if before is not None and person.name and before.name not in ('', person.name):
        raise ImportConflictError(
            f'{person.person_id} is called {before.name} in the store and {person.name} in the '
            f'file; rename the one in the store: person_tracker people rename '
            f'{person.person_id} {person.name!r}')
    owner = owners.get(person.name)
    if owner is not None and owner.person_id != person.person_id:
        raise ImportConflictError(
            f'the name {person.name} is that of {owner.person_id} in the store and of '
            f'{person.person_id} in the file; give the one in the store another name: '
            f'person_tracker people rename {owner.person_id} NAME')


def _check_looks(person: Person, owner_of_look: dict[str, Person]) -> None:
    for look in person.prototypes:
        owner = owner_of_look.get(look.prototype_id)
        if owner is not None and owner.person_id != person.person_id:
            raise ImportConflictError(
                f'looks of {called(person)} in the file are those of {called(owner)} in the '
                'store, probably since the two were merged; export the others with --who')


def _changes(before: Person | None, person: Person,
             owner_of_look: dict[str, Person]) -> list[Change]:
    if before is None:
        return [PersonCreated(person)]
    changes: list[Change] = []
    if person.name and not before.name:
        changes.append(PersonRenamed(person.person_id, person.name))
    if person.last_seen_s:
        changes.append(PersonSeen(person.person_id, person.first_seen_s, person.last_seen_s))
    missing = tuple(
        look for look in person.prototypes if look.prototype_id not in owner_of_look)
    if missing:
        changes.append(PrototypesAdded(person.person_id, missing))
    return changes
