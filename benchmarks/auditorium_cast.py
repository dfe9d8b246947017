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
Looks for the people of a recording without images: real embeddings of people of Market-1501.

Each person is played by one person of Market-1501, drawn by a seed, and each camera has one camera
there that stands for it, so that a change of camera changes the look as it does in life. A box
that shows a person (overlap .5) gets a crop of the actor on that camera. A crop is worn for half a
second to one and a half; then, and at each new stay in view, another is put on, all in turn. Since
the same crop would return bit by bit otherwise, which real looks never do, each box gets noise of
its own: two looks of one crop have a similarity of .96. Detections of nobody are played by
people who are not in the cast, one for each spot in which they keep appearing: these data have no
distractors of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.auditorium import FPS
from benchmarks.auditorium import people_on
from benchmarks.auditorium import View
import numpy as np
from numpy.typing import NDArray

# The cameras of Market-1501 with most people in all four of them.
MARKET_CAMERAS: Mapping[str, int] = {'HC3': 1, 'HC4': 3, 'IP2': 5, 'IP5': 6}
_LEAST_CROPS = 3  # of an actor on each camera
_SHOWN_S = (0.5, 1.5)
_STAY_GAP_S = 1.0  # unseen for longer: another stay
_NOISE_SIMILARITY = 0.98  # of a look to its crop
_SPOT_GAP_S = 2.0
_SPOT_REACH = 0.5  # of a box's size


@dataclass(frozen=True, eq=False)
class Market:
    """
    Real embeddings of people who were filmed by several cameras.

    Attributes
    ----------
    model
        Name of the network.
    embeddings
        Shape (N, D), float32, L2-normalised.
    people, cameras
        Shape (N,).

    """

    model: str
    embeddings: NDArray[np.float32]
    people: NDArray[np.int64]
    cameras: NDArray[np.int64]

    @classmethod
    def read(cls, path: Path) -> 'Market':
        """Read an archive with `embedding`, `person` and `camera`."""
        with np.load(path) as archive:
            embeddings = archive['embedding'].astype(np.float32)
            people, cameras = archive['person'], archive['camera']
        embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
        return cls(path.stem.removeprefix('market1501_'), embeddings, people.astype(np.int64),
                   cameras.astype(np.int64))

    def crops(self, person: int, camera: int) -> NDArray[np.intp]:
        """Return the rows of a person on a camera."""
        return np.flatnonzero((self.people == person) & (self.cameras == camera))


def cast(views: Mapping[str, View], market: Market, random: np.random.Generator,
         ) -> tuple[dict[int, int], list[int]]:
    """Draw an actor for each person; return actors by person, and who is left for distractors."""
    people = np.unique(np.concatenate([view.truth.track_ids for view in views.values()]))
    actors = [actor for actor in np.unique(market.people[market.people > 0]).tolist()
              if all(len(market.crops(actor, camera)) >= _LEAST_CROPS
                     for camera in MARKET_CAMERAS.values())]
    if len(actors) < len(people):
        raise ValueError(f'{len(people)} people need as many actors, there are {len(actors)}')
    chosen = random.choice(actors, len(people), replace=False).tolist()
    others = set(np.unique(market.people).tolist()) - set(chosen)
    return dict(zip(people.tolist(), chosen)), sorted(others)


def dress(views: Mapping[str, View], market: Market, seed: int) -> dict[str, NDArray[np.float32]]:
    """Return looks for the detections of each camera, shape (N, D), the same for a seed."""
    random = np.random.default_rng(seed)
    actors, others = cast(views, market, random)
    looks = {}
    for camera, view in views.items():
        wardrobe = _Wardrobe(market, MARKET_CAMERAS[camera], random)
        found = view.detections
        people = people_on(found.frames, found.boxes_xywh, view.truth)
        crops = np.zeros(len(found), np.intp)
        for person in np.unique(people[people > 0]).tolist():
            rows = np.flatnonzero(people == person)
            crops[rows] = wardrobe.dress(actors[person], found.frames[rows])
        for rows in _spots(found.frames, found.boxes_xywh, np.flatnonzero(people == 0)):
            crops[rows] = wardrobe.dress(wardrobe.somebody(others), found.frames[rows])
        looks[camera] = _noisy(market.embeddings[crops], random)
    return looks


class _Wardrobe:
    """Deals the crops of people on one camera."""

    def __init__(self, market: Market, camera: int, random: np.random.Generator) -> None:
        self._market = market
        self._camera = camera
        self._random = random

    def somebody(self, people: list[int]) -> int:
        """Return one of these people, who was seen by this camera."""
        while True:
            person = int(self._random.choice(people))
            if len(self._market.crops(person, self._camera)):
                return person

    def dress(self, person: int, frames: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return a crop for each frame in which somebody is seen, shape (N,)."""
        crops = self._random.permutation(self._market.crops(person, self._camera))
        gaps = np.diff(frames, prepend=frames[0]) / FPS
        chosen, number, until = [], 0, 0.0
        for frame, gap in zip(frames.tolist(), gaps.tolist()):
            if gap > _STAY_GAP_S or frame / FPS >= until:
                number += 1
                until = frame / FPS + self._random.uniform(*_SHOWN_S)
            chosen.append(crops[number % len(crops)])
        return np.array(chosen, np.intp)


def _spots(frames: NDArray[np.int64], boxes_xywh: NDArray[np.float64],
           rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Group boxes of nobody that follow each other in one place."""
    spots: list[list[int]] = []
    for row in rows.tolist():
        box, size = boxes_xywh[row], boxes_xywh[row, 2:]
        for spot in reversed(spots):
            last = spot[-1]
            if frames[row] - frames[last] > _SPOT_GAP_S * FPS:
                continue
            is_near = np.all(np.abs(boxes_xywh[last, :2] - box[:2]) < _SPOT_REACH * size)
            if is_near and frames[last] != frames[row]:
                spot.append(row)
                break
        else:
            spots.append([row])
    return [np.array(spot, np.intp) for spot in spots]


def _noisy(embeddings: NDArray[np.float32],
           random: np.random.Generator) -> NDArray[np.float32]:
    """Return embeddings a little beside those given, L2-normalised."""
    noise = random.normal(size=embeddings.shape)
    noise *= np.sqrt(1.0 / _NOISE_SIMILARITY**2 - 1.0) / np.sqrt(embeddings.shape[1])
    looks = embeddings + noise
    return (looks / np.linalg.norm(looks, axis=1, keepdims=True)).astype(np.float32)
