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
People as they are kept: a lasting identity, a name, prototypes, and what can happen to them.

Every change of what is kept is one of the `Change` types. The identity manager says which
happened, a store makes them lasting; neither needs to know the other.
"""

from dataclasses import dataclass
from dataclasses import field
import re
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.camera_links import CameraLink

FACE, BODY = 'face', 'body'
KINDS = (FACE, BODY)
MAX_NAME_LENGTH = 64

_PERSON_ID = re.compile(r'[A-Za-z][A-Za-z0-9_]{0,63}')


class PersonError(ValueError):
    """What is asked of a person cannot be; the text names the value and what is allowed."""


@dataclass(frozen=True, eq=False)
class Prototype:
    """
    One look that is kept of a person.

    Attributes
    ----------
    kind
        `face` or `body`.
    model
        Name of the network; embeddings of different names are never compared.
    embedding
        Shape (D,), float32, L2-normalised.
    quality
        How far it can be trusted, in [0, 1].
    time_s
        When the look was taken, seconds since 1970; 0: not known.
    is_negative
        An operator said that somebody who looked like this is *not* the person.
    prototype_id
        Unique among all prototypes.

    """

    kind: str
    model: str
    embedding: NDArray[np.float32]
    quality: float = 1.0
    time_s: float = 0.0
    is_negative: bool = False
    prototype_id: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        """Bring the embedding to float32; refuse what is none."""
        if self.kind not in KINDS:
            raise PersonError(f'kind of a prototype must be one of {KINDS}, got {self.kind!r}')
        embedding = np.ascontiguousarray(self.embedding, np.float32)
        if embedding.ndim != 1 or not embedding.size or not np.isfinite(embedding).all():
            raise PersonError('an embedding must be a finite vector of shape (D,), got shape '
                              f'{embedding.shape}')
        object.__setattr__(self, 'embedding', embedding)


@dataclass(frozen=True, eq=False)
class Person:
    """
    One person as kept.

    Attributes
    ----------
    person_id
        Opaque text that starts with a letter (REP-155).
    name
        Given at enrolment; empty: nobody has named this person.
    created_s
        When the person became known, seconds since 1970.
    first_seen_s, last_seen_s
        First and last time of being recognised in an image; 0: never.
    prototypes
        Looks of the face and of the body.

    """

    person_id: str
    name: str = ''
    created_s: float = 0.0
    first_seen_s: float = 0.0
    last_seen_s: float = 0.0
    prototypes: tuple[Prototype, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an identity or a name of the wrong form."""
        if not _PERSON_ID.fullmatch(self.person_id):
            raise PersonError('a person_id must start with a letter and hold letters, digits and '
                              f'_ only, 64 at most, got {self.person_id!r}')
        if self.name:
            check_person_name(self.name)


def check_person_name(name: str) -> None:
    """
    Refuse what cannot be a person's name.

    Raises
    ------
    PersonError
        It is empty, longer than `MAX_NAME_LENGTH`, has blanks around it or unprintable
        characters, or is the word `unknown`, which means nobody.

    """
    if not name or name != name.strip() or not name.isprintable() or len(name) > MAX_NAME_LENGTH:
        raise PersonError(f'a name must have 1 to {MAX_NAME_LENGTH} printable characters without '
                          f'blanks around them, got {name!r}')
    if name.lower() == 'unknown':
        raise PersonError(f'a name must not be the word for nobody, got {name!r}')


@dataclass(frozen=True)
class PersonCreated:
    """Somebody is known from now on."""

    person: Person


@dataclass(frozen=True)
class PersonRenamed:
    """Somebody is called `name` from now on; empty: has no name any more."""

    person_id: str
    name: str


@dataclass(frozen=True)
class PersonSeen:
    """Somebody was recognised in images of this time span."""

    person_id: str
    first_seen_s: float
    last_seen_s: float


@dataclass(frozen=True)
class PrototypesAdded:
    """More looks of somebody are kept."""

    person_id: str
    prototypes: tuple[Prototype, ...]


@dataclass(frozen=True)
class PrototypesRemoved:
    """Some looks of somebody are kept no longer; those already gone do not matter."""

    person_id: str
    prototype_ids: tuple[str, ...]


@dataclass(frozen=True)
class PeopleMerged:
    """
    Two people were one: the prototypes and times of the other go to the first.

    The other exists no more. The first takes the other's name where it has none.
    """

    person_id: str
    other_person_id: str


@dataclass(frozen=True)
class PersonForgotten:
    """Everything of somebody was erased."""

    person_id: str


@dataclass(frozen=True)
class LinksLearnt:
    """It is better known how people go between cameras; the links as they are now."""

    links: tuple[CameraLink, ...]


Change = (PersonCreated | PersonRenamed | PersonSeen | PrototypesAdded | PrototypesRemoved
          | PeopleMerged | PersonForgotten | LinksLearnt)
