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

"""Stores of each kind, and people to keep."""

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.store.people_store import PeopleStore
import pytest


@pytest.fixture
def make_person() -> Callable[..., Person]:
    """Return a function that makes people with looks of random numbers, the same in every run."""
    generator = np.random.default_rng(7)

    def make(person_id: str, name: str = '', looks: int = 2, **options: object) -> Person:
        prototypes = []
        for number in range(looks):
            embedding = generator.standard_normal(128 if number % 2 == 0 else 96)
            prototypes.append(Prototype(
                *((FACE, 'a face network') if number % 2 == 0 else (BODY, 'a body network')),
                (embedding / np.linalg.norm(embedding)).astype(np.float32),
                quality=generator.random(), time_s=1.7e9 + generator.random(),
                is_negative=number == 3))
        return Person(person_id, name, prototypes=tuple(prototypes), **options)
    return make


@pytest.fixture
def contents() -> Callable[[Person], tuple]:
    """Return a function that turns a person into what can be compared."""
    def of(person: Person) -> tuple:
        return (person.person_id, person.name, person.created_s, person.first_seen_s,
                person.last_seen_s,
                [(p.kind, p.model, p.embedding.tobytes(), p.embedding.dtype, p.quality, p.time_s,
                  p.is_negative, p.prototype_id) for p in person.prototypes])
    return of


@pytest.fixture(params=['sqlite', 'memory', 'postgresql'])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PeopleStore]:
    """Return an empty store of each kind."""
    urls = {'sqlite': lambda: str(tmp_path / 'people.sqlite'), 'memory': lambda: 'memory',
            'postgresql': lambda: request.getfixturevalue('postgres_url')}
    store = PeopleStore(urls[request.param]())
    yield store
    store.close()


@pytest.fixture(params=['sqlite', 'postgresql'])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty store that several may open."""
    if request.param == 'sqlite':
        return str(tmp_path / 'people.sqlite')
    return str(request.getfixturevalue('postgres_url'))
