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
A file that people are exported to: versioned JSON with embeddings as base64.

    {"format": "person_tracker people", "version": 1, "people": [
        {"person_id": "p1", "name": "Anna", "created_s": 1.0, "first_seen_s": 0.0,
         "last_seen_s": 0.0, "prototypes": [
            {"prototype_id": "4f...", "kind": "face", "model": "sface", "quality": 0.9,
             "time_s": 0.0, "is_negative": false, "embedding": "..."}]}]}

Times are seconds since 1970; an embedding is base64 of little-endian float32 numbers of length 1.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
import json
import math
import os
from pathlib import Path
import tempfile
from typing import Any

import numpy as np
from person_tracker.core.people import Person
from person_tracker.core.people import PersonError
from person_tracker.core.people import Prototype

FORMAT, VERSION = 'person_tracker people', 1

# What rounding may leave of an embedding's length 1; a damaged number is far beyond.
_LENGTH_TOLERANCE = 0.01
_Fields = dict[str, Any]


class ArchiveError(ValueError):
    """A file is no export of people, is damaged, or was written by a newer version."""


def write_people(path: Path, people: Iterable[Person]) -> None:
    """
    Write people to a file that only the user can read; it is complete or not there.

    An older file of that name is replaced.
    """
    content = {'format': FORMAT, 'version': VERSION, 'people': [_packed(one) for one in people]}
    # Such a file is made with mode 0600, and so stays private under its final name.
    handle, partial = tempfile.mkstemp(prefix=f'.{path.name}.', dir=path.parent)
    try:
        with open(handle, 'w', encoding='utf-8') as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def read_people(path: Path) -> list[Person]:
    """
    Read all people of a file.

    Raises
    ------
    ArchiveError
        One thing in it is not as it should be; the text names the file and the place.

    """
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise ArchiveError(f'{path} is damaged or no export of people: it holds no JSON') from None
    if not isinstance(content, dict) or content.get('format') != FORMAT:
        raise ArchiveError(f'{path} is no export of people: its format is not {FORMAT!r}')
    version = content.get('version')
    if isinstance(version, int) and version > VERSION:
        raise ArchiveError(f'{path} has version {version}, written by a newer person_tracker; '
                           f'this one reads up to {VERSION}: update it')
    try:
        if version != VERSION:
            raise ArchiveError(f'version must be {VERSION}, got {version!r}')
        people = [_person(fields, f'person {number}') for number, fields in enumerate(
            _field(content, 'people', list, 'the file'), 1)]
        _check_unique(people)
    except (ArchiveError, PersonError) as error:
        raise ArchiveError(f'{path} is damaged: {error}') from None
    return people


def _packed(person: Person) -> _Fields:
    return {'person_id': person.person_id, 'name': person.name, 'created_s': person.created_s,
            'first_seen_s': person.first_seen_s, 'last_seen_s': person.last_seen_s,
            'prototypes': [_packed_look(look) for look in person.prototypes]}


def _packed_look(look: Prototype) -> _Fields:
    numbers = look.embedding.astype('<f4').tobytes()
    return {'prototype_id': look.prototype_id, 'kind': look.kind, 'model': look.model,
            'quality': look.quality, 'time_s': look.time_s, 'is_negative': look.is_negative,
            'embedding': base64.b64encode(numbers).decode('ascii')}


def _person(fields: object, place: str) -> Person:
    looks = tuple(
        _look(look, f'{place}, look {number}')
        for number, look in enumerate(_field(fields, 'prototypes', list, place), 1))
    return Person(
        _field(fields, 'person_id', str, place), _field(fields, 'name', str, place),
        _number(fields, 'created_s', place), _number(fields, 'first_seen_s', place),
        _number(fields, 'last_seen_s', place), looks)


def _look(fields: object, place: str) -> Prototype:
    quality = _number(fields, 'quality', place)
    if quality > 1:
        raise ArchiveError(f'{place}: quality must be in [0, 1], got {quality}')
    try:
        numbers = base64.b64decode(_field(fields, 'embedding', str, place), validate=True)
        embedding = np.frombuffer(numbers, '<f4').astype(np.float32)
    except (binascii.Error, ValueError):
        raise ArchiveError(f'{place}: embedding is not base64 of float32 numbers') from None
    if not abs(np.linalg.norm(embedding) - 1) < _LENGTH_TOLERANCE:
        raise ArchiveError(f'{place}: embedding must have length 1')
    return Prototype(
        _field(fields, 'kind', str, place), _text(fields, 'model', place), embedding, quality,
        _number(fields, 'time_s', place), _field(fields, 'is_negative', bool, place),
        _text(fields, 'prototype_id', place))


def _check_unique(people: Sequence[Person]) -> None:
    values = {'person_id': [person.person_id for person in people],
              'name': [person.name for person in people if person.name],
              'prototype_id': [look.prototype_id for person in people
                               for look in person.prototypes]}
    for name, found in values.items():
        for value, count in Counter(found).items():
            if count > 1:
                raise ArchiveError(f'{name} {value!r} is there {count} times, expected once')


def _field(fields: object, name: str, kind: type | tuple[type, ...], place: str) -> Any:
    if not isinstance(fields, dict):
        raise ArchiveError(f'{place} must be an object')
    value = fields.get(name)
    if not isinstance(value, kind):
        raise ArchiveError(f'{place}: {name} is missing or of the wrong type')
    return value


def _text(fields: object, name: str, place: str) -> str:
    text: str = _field(fields, name, str, place)
    if not text:
        raise ArchiveError(f'{place}: {name} must not be empty')
    return text


def _number(fields: object, name: str, place: str) -> float:
    value = _field(fields, name, (int, float), place)
    if isinstance(value, bool):
        raise ArchiveError(f'{place}: {name} must be a number, got {value}')
    if not (math.isfinite(value) and value >= 0):
        raise ArchiveError(f'{place}: {name} must be a number from 0, got {value}')
    return float(value)
