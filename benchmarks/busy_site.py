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
A busy site: ten people in each of four places, each place seen by two cameras from both sides.

People stay for a while, walk on to another place or leave, and come again later; each stay is a
new track on both cameras. Looks are those of real people where there are any, or made up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
import math
from pathlib import Path

from benchmarks.made_up_faces import normalised
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.geometry import CameraModel
from person_tracker.core.poses import BODY_FROM_OPTICAL
from person_tracker.core.poses import pose_from_quaternion
from person_tracker.core.poses import quaternion_from_rpy

PEOPLE_PER_PLACE, PLACES, CAMERAS_PER_PLACE = 10, 4, 2
CAMERAS = tuple(f'camera{number}' for number in range(PLACES * CAMERAS_PER_PLACE))
CAST = 200  # who ever come
UNHIDDEN = 0.9  # of the boxes in an image
_STAY_S, _WALK_S, _STAYS_ON = (10.0, 60.0), (3.0, 10.0), 0.8
_AREA_M, _APART_M, _BEHIND_M = (8.0, 6.0), 20.0, 9.0  # of a place; between two; camera to centre
_HEIGHT_M, _PITCH_RAD, _FIELD_RAD = 3.5, 0.3, 1.3
IMAGE_SIZE, _BODY_M, _HALF_WIDTH_M = (1280, 720), 1.7, 0.3
_DIMENSION, _ALIKE, _STEADY, _CROPS = 512, 0.45, 0.9, 4  # of made-up looks
_NOISE = 0.95  # cosine of a look to its crop
MODEL = 'osnet_x0_25_msmt17'


@dataclass(frozen=True, eq=False)
class SiteImage:
    """
    What one camera sees at one time.

    Attributes
    ----------
    camera, time_s
        Which image it is.
    people, track_ids
        Who is in view, and on which tracks: N each.
    first_seen_s
        When these tracks began, N.
    boxes_xyxy
        Shape (N, 4), float32, pixels.
    is_visible
        Shape (N,), bool: detected in this image.

    """

    camera: str
    time_s: float
    people: list[int]
    track_ids: list[int]
    first_seen_s: list[float]
    boxes_xyxy: NDArray[np.float32]
    is_visible: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Stay:
    """Somebody walks through a place from one spot to another."""

    person: int
    track_ids: tuple[int, ...]
    from_s: float
    until_s: float
    start_m: NDArray[np.float64]
    end_m: NDArray[np.float64]


class Wardrobe:
    """Pictures of people, as a network saw them, for each camera its own."""

    def __init__(self, crops: dict[int, list[NDArray[np.float32]]],
                 random: np.random.Generator) -> None:
        """Begin with one array of crops for each camera of each person, in order of cameras."""
        self.people = sorted(crops)
        self._crops = crops
        self._random = random

    @classmethod
    def made_up(cls, random: np.random.Generator) -> 'Wardrobe':
        """Return people who do not exist."""
        common = normalised(random.normal(size=(1, _DIMENSION)))
        own = normalised(random.normal(size=(CAST, _DIMENSION)))
        means = np.sqrt(_ALIKE) * common + np.sqrt(1.0 - _ALIKE) * own
        return cls({person: [_near(np.repeat(mean[None], _CROPS, axis=0), _STEADY, random)
                             for _ in CAMERAS] for person, mean in enumerate(means)}, random)

    @classmethod
    def real(cls, path: Path, random: np.random.Generator) -> 'Wardrobe':
        """Read people of Market-1501; cameras beyond its six show what the first ones saw."""
        with np.load(path) as archive:
            looks = normalised(archive['embedding'].astype(np.float32))
            people, cameras = archive['person'], archive['camera']
        crops = {}
        for person in random.permutation(np.unique(people[people > 0])).tolist()[:CAST]:
            rows = np.flatnonzero(people == person)
            seen_by = np.unique(cameras[rows]).tolist()
            crops[person] = [looks[rows[cameras[rows] == seen_by[number % len(seen_by)]]]
                             for number in range(len(CAMERAS))]
        return cls(crops, random)

    def looks(self, camera: str, people: list[int]) -> NDArray[np.float32]:
        """Return a look at each person on a camera, shape (N, D)."""
        number = CAMERAS.index(camera)
        crops = [self._crops[person][number] for person in people]
        chosen = np.array([each[self._random.integers(len(each))] for each in crops])
        return _near(chosen, _NOISE, self._random)


class Site:
    """
    The places, who is there, and what the cameras see.

    Attributes
    ----------
    grounds
        Where each camera sees the ground.
    met
        Who has ever been there.

    """

    def __init__(self, people: list[int], random: np.random.Generator) -> None:
        """Begin with everybody outside."""
        self.grounds = {camera: _ground(number) for number, camera in enumerate(CAMERAS)}
        self.met: set[int] = set()
        self._random = random
        self._outside = list(people)
        self._walking: list[tuple[int, int, float]] = []  # person, place, arrival
        self._stays: list[list[_Stay]] = [[] for _ in range(PLACES)]
        self._track_ids = count(1)

    def images(self, minutes: float, rate_hz: float) -> Iterator[SiteImage]:
        """Let time pass from 0 on; give the images of all cameras in order of time."""
        for step in range(round(minutes * 60.0 * rate_hz)):
            time_s = step / rate_hz
            for place in range(PLACES):
                self._come_and_go(place, time_s)
                yield from self._views(place, time_s)

    def _views(self, place: int, time_s: float) -> Iterator[SiteImage]:
        stays = self._stays[place]
        shares = [(time_s - stay.from_s) / (stay.until_s - stay.from_s) for stay in stays]
        spots = np.array([stay.start_m + share * (stay.end_m - stay.start_m)
                          for stay, share in zip(stays, shares)])
        for side in range(CAMERAS_PER_PLACE):
            camera = CAMERAS[place * CAMERAS_PER_PLACE + side]
            yield SiteImage(
                camera, time_s, [stay.person for stay in stays],
                [stay.track_ids[side] for stay in stays], [stay.from_s for stay in stays],
                _boxes(self.grounds[camera], spots), self._random.random(len(stays)) < UNHIDDEN)

    def _come_and_go(self, place: int, time_s: float) -> None:
        for stay in [each for each in self._stays[place] if each.until_s <= time_s]:
            self._stays[place].remove(stay)
            if self._random.random() < _STAYS_ON:
                arrival_s = time_s + self._random.uniform(*_WALK_S)
                self._walking.append(
                    (stay.person, int(self._random.integers(PLACES)), arrival_s))
            else:
                self._outside.append(stay.person)
        while len(self._stays[place]) < PEOPLE_PER_PLACE:
            self._stays[place].append(self._stay(self._next(place, time_s), place, time_s))

    def _next(self, place: int, time_s: float) -> int:
        """Return who comes: somebody who walked here, or else from outside."""
        for each in self._walking:
            person, target, arrival_s = each
            if target == place and arrival_s <= time_s:
                self._walking.remove(each)
                return person
        return self._outside.pop(int(self._random.integers(len(self._outside))))

    def _stay(self, person: int, place: int, time_s: float) -> _Stay:
        self.met.add(person)
        centre = np.array([_APART_M * place, 0.0])
        start, end = centre + self._random.uniform(-0.5, 0.5, (2, 2)) * _AREA_M
        track_ids = tuple(next(self._track_ids) for _ in range(CAMERAS_PER_PLACE))
        return _Stay(person, track_ids, time_s, time_s + self._random.uniform(*_STAY_S),
                     start, end)


def floor_points(site: Site, camera: str) -> list[list[float]]:
    """Return where a camera sees the corners of its place: u, v in pixels, x, y in metres."""
    centre = np.array([_APART_M * (CAMERAS.index(camera) // CAMERAS_PER_PLACE), 0.0])
    corners = centre + np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)]) * _AREA_M / 2.0
    pixels = _feet(site.grounds[camera], corners)
    return np.hstack((pixels, corners)).tolist()


def _ground(camera: int) -> CameraGround:
    place, side = divmod(camera, CAMERAS_PER_PLACE)
    x = _APART_M * place + (-_BEHIND_M, _BEHIND_M)[side]
    pose = pose_from_quaternion(
        (x, 0.0, _HEIGHT_M), quaternion_from_rpy(0.0, _PITCH_RAD, math.pi * side))
    return CameraGround.from_pose(
        CameraModel.from_field_of_view(*IMAGE_SIZE, _FIELD_RAD), pose @ BODY_FROM_OPTICAL)


def _boxes(ground: CameraGround, spots_m: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the boxes of people who stand at spots, shape (N, 4)."""
    P = np.asarray(ground.image_from_world)
    heads = np.column_stack((spots_m, np.tile((_BODY_M, 1.0), (len(spots_m), 1)))) @ P.T
    u, bottom = _feet(ground, spots_m).T
    top = heads[:, 1] / heads[:, 2]
    half = _HALF_WIDTH_M / _BODY_M * (bottom - top)
    return np.column_stack((u - half, top, u + half, bottom)).astype(np.float32)


def _feet(ground: CameraGround, spots_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where people stand in the image, shape (N, 2), pixels."""
    standing = np.column_stack((spots_m, np.tile((0.0, 1.0), (len(spots_m), 1))))
    feet = standing @ np.asarray(ground.image_from_world).T
    return feet[:, :2] / feet[:, 2:]


def _near(looks: NDArray[np.float32], cosine: float,
          random: np.random.Generator) -> NDArray[np.float32]:
    """Return looks beside those given, L2-normalised."""
    noise = normalised(random.normal(size=looks.shape))
    near: NDArray[np.float32] = normalised(cosine * looks + math.sqrt(1.0 - cosine**2) * noise)
    return near
