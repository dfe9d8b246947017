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

"""Whom the user means by a name or a person_id, and how people are called in answers."""

from collections.abc import Iterable
from collections.abc import Sequence

from person_tracker.core.people import Person


class ChoiceError(ValueError):
    """A name or person_id means nobody, or two people."""


def chosen(people: Iterable[Person], who: str) -> Person:
    """
    Return the one person with that person_id or that name.

    Raises
    ------
    ChoiceError
        It means nobody, or it is the person_id of one and the name of another.

    """
    found = [person for person in people if who and who in (person.person_id, person.name)]
    if not found:
        raise ChoiceError(f'nobody has the name or person_id {who!r}; '
                          'see person_tracker people list')
    if len(found) > 1:
        ids = ' and '.join(person.person_id for person in found)
        raise ChoiceError(f'{who!r} means two people, {ids}: rename the one that has it as name')
    return found[0]


def chosen_among(people: Sequence[Person], wanted: Iterable[str]) -> list[Person]:
    """Return the people that are meant, each once, in the order of `people`."""
    ids = {chosen(people, who).person_id for who in wanted}
    return [person for person in people if person.person_id in ids]


def called(person: Person) -> str:
    """Return name and person_id, as answers call a person."""
    return f'{person.name} ({person.person_id})' if person.name else person.person_id
