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

"""`person_tracker people list`: who is known, by which looks, and which of them are of no use."""

from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
import json
import sys

from person_tracker.commands.people_config import models_in_use
from person_tracker.commands.people_config import people_config
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.store.people_store import PeopleStore

_TITLES = ('person_id', 'name', 'face looks', 'body looks', 'first seen', 'last seen')


def list_people(arguments: Namespace) -> None:
    """Print the people, oldest first, as a table or JSON."""
    in_use = models_in_use(people_config(arguments))
    with closing(PeopleStore(arguments.store)) as store:
        people = store.people()
        where = store.url_text
    if arguments.json:
        content = {'store': where, 'models_in_use': in_use,
                   'people': [_described(person) for person in people]}
        print(json.dumps(content, indent=2, ensure_ascii=False))
        return
    print(_table([_TITLES, *(_row(person) for person in people)]) if people
          else f'nobody is known in {where}')
    for note in _notes(people, in_use):
        print(f'note: {note}', file=sys.stderr)


def _described(person: Person) -> dict[str, object]:
    looks = Counter((look.kind, look.model, look.is_negative) for look in person.prototypes)
    return {
        'person_id': person.person_id, 'name': person.name, 'created_s': person.created_s,
        'first_seen_s': person.first_seen_s, 'last_seen_s': person.last_seen_s,
        'looks': [{'kind': kind, 'model': model, 'is_negative': is_negative, 'count': count}
                  for (kind, model, is_negative), count in sorted(looks.items())]}


def _row(person: Person) -> tuple[str, ...]:
    return (person.person_id, person.name or '-', _looks(person, FACE), _looks(person, BODY),
            _local_time(person.first_seen_s), _local_time(person.last_seen_s))


def _looks(person: Person, kind: str) -> str:
    counts = sorted(_counts(person, kind).items())
    return ', '.join(f'{count} {model}' for model, count in counts) or '-'


def _counts(person: Person, kind: str) -> Counter[str]:
    return Counter(look.model for look in person.prototypes
                   if look.kind == kind and not look.is_negative)


def _local_time(time_s: float) -> str:
    return datetime.fromtimestamp(time_s).strftime('%Y-%m-%d %H:%M:%S') if time_s else 'never'


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return '\n'.join('  '.join(
        text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows)


def _notes(people: Sequence[Person], in_use: Mapping[str, str]) -> list[str]:
    """Say which people are not recognised by looks of a kind, since another model made them."""
    advice = {FACE: 'enrol them again from photos (person_tracker people enrol)',
              BODY: 'new ones are learnt when they are seen'}
    notes = []
    for kind, model in in_use.items():
        strangers = sorted({other for person in people for other in _counts(person, kind)
                            if model not in _counts(person, kind)})
        count = sum(bool(_counts(person, kind)) and model not in _counts(person, kind)
                    for person in people)
        if count:
            notes.append(
                f'{count} of {len(people)} people have {kind} looks of {", ".join(strangers)} '
                f'only, which {model}, the model in use, cannot compare: {advice[kind]}, or go '
                'back to that model')
    return notes
