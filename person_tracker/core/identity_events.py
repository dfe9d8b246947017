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

"""What the identity manager says: who is on a track, and what changed."""

from dataclasses import dataclass
from enum import IntEnum
import math


class Source(IntEnum):
    """Strongest evidence behind an identity, as the messages number it."""

    NONE = 0
    BODY = 1
    FACE = 2
    OPERATOR = 3


class EventKind(IntEnum):
    """What happened, as the message IdentityEvent numbers it."""

    CREATED = 1
    RECOGNISED = 2
    NAMED = 3
    RENAMED = 4
    MERGED = 5
    SPLIT = 6
    REJECTED = 7
    FORGOTTEN = 8


@dataclass(frozen=True)
class Identity:
    """
    Who is on a track.

    Attributes
    ----------
    person_id
        Empty: not decided.
    name
        Empty: the person has none, or it is not sure enough.
    source
        Strongest evidence.
    confidence
        Probability that it is right, in [0, 1]; NaN: not decided.
    margin
        Lead over the runner-up, natural log-odds; infinite: nobody else is likely. NaN: not
        decided.

    """

    person_id: str = ''
    name: str = ''
    source: Source = Source.NONE
    confidence: float = math.nan
    margin: float = math.nan


@dataclass(frozen=True)
class IdentityEvent:
    """
    A change of who is who; fields as in the message IdentityEvent.

    Attributes
    ----------
    time_s
        Of the image or the request that brought the change, seconds.

    """

    kind: EventKind
    person_id: str
    time_s: float
    other_person_id: str = ''
    name: str = ''
    camera: str = ''
    track_id: int = 0
    source: Source = Source.NONE
    confidence: float = math.nan
