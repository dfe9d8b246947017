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

"""Files of exported people: what is written is read again, and nothing else is."""

import base64
import json
import os
import stat

import numpy as np
from person_tracker.commands.people_archive import ArchiveError
from person_tracker.commands.people_archive import read_people
from person_tracker.commands.people_archive import write_people
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
import pytest


def look(seed, **options):
    """Return a look made up from a seed."""
    embedding = np.random.default_rng(seed).normal(size=16)
    return Prototype(options.pop('kind', 'face'), 'sface', embedding / np.linalg.norm(embedding),
                     **options)


ANNA = Person('p1', 'Anna Åström', 100.25, 101.5, 200.0, (
    look(1, quality=.75, time_s=101.5), look(2, kind='body', is_negative=True)))
NOBODY = Person('p2')


@pytest.fixture
def file(tmp_path):
    """Write two people."""
    path = tmp_path / 'people.json'
    write_people(path, [ANNA, NOBODY])
    return path


def described(person):
    """Return everything of a person, as values that can be compared."""
    looks = [(*vars(one).values(),) for one in person.prototypes]
    return {**vars(person), 'prototypes': [
        tuple(value.tobytes() if isinstance(value, np.ndarray) else value for value in one)
        for one in looks]}


def test_what_is_written_is_read_again_to_the_bit(file):
    assert [described(one) for one in read_people(file)] == [described(ANNA), described(NOBODY)]


def test_nobody_is_an_export_too(tmp_path):
    write_people(tmp_path / 'none.json', [])
    assert read_people(tmp_path / 'none.json') == []


def test_only_the_user_can_read_the_file_even_where_an_open_one_was(tmp_path):
    path = tmp_path / 'people.json'
    path.write_text('')
    path.chmod(0o666)
    write_people(path, [ANNA])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_failure_leaves_the_older_file_and_no_other(file, monkeypatch):
    before = file.read_bytes()

    def full(handle):
        raise OSError(28, 'No space left on device')
    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match='No space left'):
        write_people(file, [NOBODY])
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_every_shorter_beginning_is_refused(file):
    content = file.read_bytes()
    for length in range(0, len(content) - 1, 97):
        file.write_bytes(content[:length])
        with pytest.raises(ArchiveError, match='people.json is damaged'):
            read_people(file)


def encoded(*numbers):
    """Return numbers as an embedding in a file."""
    return base64.b64encode(np.array(numbers, '<f4').tobytes()).decode()


@pytest.mark.parametrize(('place', 'value', 'complaint'), [
    ((), [], "its format is not 'person_tracker people'"),               # not an object
    (('format',), 'cameras', "its format is not 'person_tracker people'"),
    (('version',), 2, 'has version 2, written by a newer person_tracker'),
    (('version',), 0, 'damaged: version must be 1, got 0'),
    (('version',), '1', "damaged: version must be 1, got '1'"),
    (('people',), {}, 'damaged: the file: people is missing or of the wrong type'),
    (('people', 0), 'Anna', 'damaged: person 1 must be an object'),
    (('people', 0, 'person_id'), '7', 'a person_id must start with a letter'),
    (('people', 0, 'person_id'), 'p2', "person_id 'p2' is there 2 times, expected once"),
    (('people', 1, 'name'), 'Anna Åström', "name 'Anna Åström' is there 2 times"),
    (('people', 1, 'name'), 'unknown', 'a name must not be the word for nobody'),
    (('people', 0, 'name'), None, 'person 1: name is missing or of the wrong type'),
    (('people', 0, 'created_s'), -1, 'person 1: created_s must be a number from 0, got -1'),
    (('people', 0, 'created_s'), True, 'person 1: created_s must be a number, got True'),
    (('people', 0, 'last_seen_s'), float('nan'), 'last_seen_s must be a number from 0, got nan'),
    (('people', 0, 'prototypes', 0), 3, 'person 1, look 1 must be an object'),
    (('people', 0, 'prototypes', 0, 'kind'), 'voice', 'kind of a prototype must be one of'),
    (('people', 0, 'prototypes', 0, 'model'), '', 'person 1, look 1: model must not be empty'),
    (('people', 0, 'prototypes', 0, 'quality'), 2, 'quality must be in [0, 1], got 2.0'),
    (('people', 0, 'prototypes', 0, 'is_negative'), 0, 'look 1: is_negative is missing or'),
    (('people', 0, 'prototypes', 0, 'embedding'), 'Zm9', 'embedding is not base64 of float32'),
    (('people', 0, 'prototypes', 0, 'embedding'), 'Zm9v', 'embedding is not base64 of float32'),
    (('people', 0, 'prototypes', 0, 'embedding'), 'ä', 'embedding is not base64 of float32'),
    (('people', 0, 'prototypes', 0, 'embedding'), '', 'embedding must have length 1'),
    (('people', 0, 'prototypes', 0, 'embedding'), encoded(3, 4), 'must have length 1'),
    (('people', 0, 'prototypes', 0, 'embedding'), encoded(np.nan), 'must have length 1'),
    (('people', 0, 'prototypes', 0, 'prototype_id'), ANNA.prototypes[1].prototype_id,
     'is there 2 times, expected once'),
])
def test_a_file_with_one_wrong_thing_is_refused_by_name_and_place(file, place, value, complaint):
    content = json.loads(file.read_text())
    if place:
        *path, last = place
        inner = content
        for key in path:
            inner = inner[key]
        inner[last] = value
    else:
        content = value
    file.write_text(json.dumps(content))
    with pytest.raises(ArchiveError) as error:
        read_people(file)
    assert str(file) in str(error.value)
    assert complaint in str(error.value)


@pytest.mark.parametrize('content', [b'\xff\xfe\x00', b'[' * 100_000, b'person,name\n'])
def test_what_is_no_json_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(ArchiveError, match='it holds no JSON'):
        read_people(file)
