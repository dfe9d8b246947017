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

"""`person_tracker people rename | merge | forget`: what an operator says about known people."""

from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
import sys

from person_tracker.commands.arguments import UsageError
from person_tracker.commands.people_choice import called
from person_tracker.commands.people_choice import ChoiceError
from person_tracker.commands.people_choice import chosen
from person_tracker.commands.people_choice import chosen_among
from person_tracker.core.erasure import erasing
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.ledger import limits_of
from person_tracker.core.lessons import union
from person_tracker.core.people import check_person_name
from person_tracker.core.people import Person
from person_tracker.core.people import PersonRenamed
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.scale_book import ScaleBook
from person_tracker.models.registry import known_calibrations
from person_tracker.store.people_store import PeopleStore


def rename(arguments: Namespace) -> None:
    """Give a person another name, or none."""
    name = arguments.name
    if arguments.no_name == bool(name):
        raise UsageError('give either a new NAME or --no-name')
    if name:
        check_person_name(name)
    with closing(PeopleStore(arguments.store)) as store:
        person = chosen(store.people(), arguments.who)
        store.apply([PersonRenamed(person.person_id, name)])
    print(f'{called(person)} is called {name} from now on' if name
          else f'{called(person)} has no name any more')


def merge(arguments: Namespace) -> None:
    """Make one person of two that are one."""
    with closing(PeopleStore(arguments.store)) as store:
        people = store.people()
        person, other = (chosen(people, who) for who in (arguments.who, arguments.other))
        if person.person_id == other.person_id:
            raise ChoiceError(f'{arguments.who!r} and {arguments.other!r} are the same person')
        if person.name and other.name:
            raise ChoiceError(
                f'{called(person)} and {called(other)} both have names; if they are one, first '
                f'take one away: person_tracker people rename {other.person_id} --no-name')
        store.apply(union(person, other, limits_of(IdentityConfig())))
        merged = store.person(person.person_id)
    print(f'{called(other)} is part of {called(merged or person)} from now on')


def forget(arguments: Namespace) -> None:
    """Erase people for ever, after a question on a terminal."""
    if bool(arguments.who) + arguments.all + arguments.anonymous != 1:
        raise UsageError('give WHO to forget, or --all, or --anonymous')
    with closing(PeopleStore(arguments.store)) as store:
        people = _to_forget(store.people(), arguments)
        if people and not arguments.yes:
            _ask(people)
        gallery, scales = PersonGallery(store.people()), ScaleBook(known_calibrations())
        store.apply([change for person in people
                     for change in erasing(gallery, person.person_id, scales)])
    for person in people:
        print(f'forgot {called(person)}')
    if not people:
        print('there is nobody to forget')


def _to_forget(people: Sequence[Person], arguments: Namespace) -> list[Person]:
    if arguments.who:
        return chosen_among(people, arguments.who)
    return [person for person in people if arguments.all or not person.name]


def _ask(people: Sequence[Person]) -> None:
    """Go on only after a yes."""
    if not sys.stdin.isatty():
        raise UsageError('forgetting cannot be undone and there is no terminal to ask on; '
                         'add --yes')
    for person in people:
        print(called(person), file=sys.stderr)
    print(f'Forget {len(people)} for ever? [y/N] ', end='', file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ('y', 'yes'):
        raise ChoiceError('nobody was forgotten')
