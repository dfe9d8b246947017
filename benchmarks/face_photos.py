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
Photos of people with labelled pairs: verification, and recognition among strangers.

The folder holds photos and tables of pairs with a verdict, same person or not (deepface's tests).
Who is who follows from the pairs: photos joined by "same" show one person.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import csv
from dataclasses import dataclass
from pathlib import Path
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import recognised

PAIRS = 'master.csv'
MORE_PAIRS = 'face-recognition-pivot.csv'
ENROLLED_PHOTOS = 2
_MIN_PHOTOS = ENROLLED_PHOTOS + 1

Looks = Mapping[str, NDArray[np.float32] | None]


@dataclass(frozen=True)
class Pair:
    """Two photos, and whether they show one person."""

    first: str
    second: str
    is_same: bool


@dataclass(frozen=True)
class OpenSetResult:
    """Counts over all draws; `missed` photos of enrolled people were named nobody."""

    shown: int
    right: int
    wrong: int
    strangers: int
    strangers_named: int

    @property
    def identified(self) -> float:
        """Share of the photos of enrolled people that got the right name."""
        return self.right / max(self.shown, 1)


def read_pairs(path: Path) -> list[Pair]:
    """Return the pairs of a table, photos by their file's name."""
    with path.open(encoding='utf-8', newline='') as file:
        rows = [{key.lower(): value for key, value in row.items()}
                for row in csv.DictReader(file)]
    return [Pair(PurePosixPath(row['file_x']).name, PurePosixPath(row['file_y']).name,
                 row['decision'] == 'Yes') for row in rows]


def people_of(pairs: Sequence[Pair]) -> list[list[str]]:
    """Return the photos of each person, joined by the pairs that show one."""
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        first = groups.setdefault(pair.first, {pair.first})
        second = groups.setdefault(pair.second, {pair.second})
        if pair.is_same and first is not second:
            first |= second
            groups.update(dict.fromkeys(second, first))
    unique = {id(group): sorted(group) for group in groups.values()}
    return sorted(unique.values())


def similarities(pairs: Sequence[Pair], looks: Looks) -> NDArray[np.float64]:
    """Return cosines of pairs; a photo without a face counts as far wrong as can be."""
    result = np.empty(len(pairs))
    for number, pair in enumerate(pairs):
        first, second = looks[pair.first], looks[pair.second]
        if first is None or second is None:
            result[number] = -1.0 if pair.is_same else 1.0
        else:
            result[number] = float(first @ second)
    return result


def area_under_curve(values: NDArray[np.float64], is_same: NDArray[np.bool_]) -> float:
    """Return the probability that a pair of one person is more similar than another pair."""
    same, different = values[is_same][:, None], values[~is_same]
    return float((same > different).mean() + 0.5 * (same == different).mean())


def every_pair(people: Sequence[Sequence[str]]) -> list[Pair]:
    """Return every two photos."""
    owners = {photo: number for number, photos in enumerate(people) for photo in photos}
    names = sorted(owners)
    return [Pair(first, second, owners[first] == owners[second])
            for number, first in enumerate(names) for second in names[number + 1:]]


def open_set(people: Sequence[Sequence[str]], looks: Looks, calibration: Calibration,
             enrolled: int, draws: int) -> OpenSetResult:
    """
    Enrol some people from two photos each, show all other photos; over several draws.

    The verdict is the project's own: log-odds against a stranger, and a margin over the runner-up.
    """
    random = np.random.default_rng(0)
    candidates = [number for number, photos in enumerate(people) if len(photos) >= _MIN_PHOTOS]
    counts = np.zeros(5, np.intp)
    for _ in range(draws):
        chosen = random.choice(candidates, enrolled, replace=False)
        mixed = {int(number): list(random.permutation(people[number])) for number in chosen}
        gallery = PersonGallery([
            _enrolled(number, [looks[photo] for photo in photos[:ENROLLED_PHOTOS]])
            for number, photos in mixed.items()])
        for number, photos in enumerate(people):
            shown = mixed[number][ENROLLED_PHOTOS:] if number in mixed else photos
            verdicts = [_name(gallery, looks[photo], calibration) for photo in shown]
            named = sum(verdict != '' for verdict in verdicts)
            if number in mixed:
                right = verdicts.count(f'p{number}')
                counts += (len(shown), right, named - right, 0, 0)
            else:
                counts += (0, 0, 0, len(shown), named)
    return OpenSetResult(*counts.tolist())


def _enrolled(number: int, photos: list[NDArray[np.float32] | None]) -> Person:
    return Person(f'p{number}', prototypes=tuple(
        Prototype(FACE, 'benchmark', look) for look in photos if look is not None))


def _name(gallery: PersonGallery, look: NDArray[np.float32] | None,
          calibration: Calibration) -> str:
    if look is None:
        return ''
    verdict, = recognised(gallery, look[None], np.ones(1, np.float32), 'benchmark', calibration)
    return verdict.person_id
