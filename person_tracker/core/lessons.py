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

"""Which looks of a track are worth keeping of its person, and which to give up for them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.people import BODY
from person_tracker.core.people import Change
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved

_NOVEL = 0.4  # of the way from the scale's midpoint to equality; nearer looks add nothing


def lessons(person: Person, look: Prototype, scale: Calibration, limit: int) -> list[Change]:
    """
    Return the changes by which a person is known better after a look; none where it adds nothing.

    A face fills free places only, so that what an enrolment taught is never displaced. Of bodies
    the older of the two that are most alike makes room, because clothes and light change.

    Parameters
    ----------
    person
        Whose look it is, beyond doubt.
    look
        The look.
    scale
        Of the network that made it.
    limit
        Looks of this kind to keep.

    """
    kept = [each for each in person.prototypes if each.kind == look.kind
            and each.model == look.model and not each.is_negative]
    if not kept:
        return [PrototypesAdded(person.person_id, (look,))]
    similar = float((_stacked(kept) @ look.embedding).max())
    if similar > 1.0 - _NOVEL * (1.0 - scale.midpoint):
        return []
    added = PrototypesAdded(person.person_id, (look,))
    if len(kept) < limit:
        return [added]
    if look.kind != BODY:
        return []
    surplus = _surplus(kept, len(kept) - limit + 1)
    return [added, PrototypesRemoved(person.person_id, surplus)]


def union(person: Person, other: Person, limits: dict[str, int]) -> list[Change]:
    """Return what makes one person of two, with no more looks than allowed."""
    merged = replace(person, prototypes=person.prototypes + other.prototypes)
    return [PeopleMerged(person.person_id, other.person_id), *tidied(merged, limits)]


def tidied(person: Person, limits: dict[str, int]) -> list[Change]:
    """Return what to remove of a person who has more looks than allowed, as after a merge."""
    spaces = {(each.kind, each.model) for each in person.prototypes}
    surplus: list[str] = []
    for kind, model in sorted(spaces):
        kept = [each for each in person.prototypes if not each.is_negative
                and (each.kind, each.model) == (kind, model)]
        if len(kept) > limits[kind]:
            surplus += _surplus(kept, len(kept) - limits[kind])
    return [PrototypesRemoved(person.person_id, tuple(surplus))] if surplus else []


def _surplus(kept: Sequence[Prototype], count: int) -> tuple[str, ...]:
    """Return the ids of the looks to give up, of each closest pair the older one."""
    left = sorted(kept, key=lambda each: each.time_s)
    removed = []
    similarities = _stacked(left) @ _stacked(left).T
    np.fill_diagonal(similarities, -2.0)
    for _ in range(count):
        row = int(similarities.max(axis=1).argmax())  # of equals the first, which is the older
        removed.append(left[row].prototype_id)
        similarities[row, :] = similarities[:, row] = -2.0
    return tuple(removed)


def _stacked(prototypes: Sequence[Prototype]) -> NDArray[np.float32]:
    return np.array([each.embedding for each in prototypes], np.float32)
