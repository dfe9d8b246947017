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

"""What can be a person, a name and a prototype, and what cannot."""

import numpy as np
from person_tracker.core.people import BODY
from person_tracker.core.people import check_person_name
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import PersonError
from person_tracker.core.people import Prototype
import pytest


@pytest.mark.parametrize('name', [
    'Anna', 'Anna Lind', "O'Neill", '安娜', 'Ž', 'unknown soldier', 'x' * 64, '7'])
def test_what_people_are_called_is_a_name(name):
    check_person_name(name)
    assert Person('p1', name).name == name


@pytest.mark.parametrize('name', [
    '',            # nobody
    ' Anna',       # looks like another name, and is not found by it
    'Anna ',
    '\t',
    'An\nna',      # would break a line of a list
    'An\x00na',
    'x' * 65,      # too long
    'unknown',     # means nobody
    'Unknown',
])
def test_what_cannot_be_a_name_is_refused(name):
    with pytest.raises(PersonError, match='a name must'):
        check_person_name(name)
    if name:
        with pytest.raises(PersonError):
            Person('p1', name)


@pytest.mark.parametrize('person_id', ['', '1p', '_p', 'p-1', 'p 1', 'p' * 65, 'pé', 'p\n'])
def test_ids_start_with_a_letter_and_are_plain(person_id):
    with pytest.raises(PersonError, match='person_id must start with a letter'):
        Person(person_id)


@pytest.mark.parametrize('embedding', [
    np.float32([]),                # empty
    np.ones((1, 4), np.float32),   # not a vector
    np.float32([1, np.nan]),
    np.float32([1, np.inf]),
])
def test_what_is_no_embedding_is_refused(embedding):
    with pytest.raises(PersonError, match='an embedding must be a finite vector'):
        Prototype(FACE, 'a', embedding)


def test_embeddings_become_float32_and_the_given_array_stays():
    given = np.array([0.6, 0.8])
    assert Prototype(BODY, 'a', given).embedding.dtype == np.float32
    assert given.dtype == np.float64


def test_kinds_are_few():
    with pytest.raises(PersonError, match='kind of a prototype'):
        Prototype('gait', 'a', np.ones(2, np.float32))


def test_prototypes_have_ids_of_their_own():
    assert len({Prototype(FACE, 'a', np.ones(2)).prototype_id for _ in range(50)}) == 50
