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

"""One id space for the tracks of all cameras: as it was told, and as it is known in the end."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.evaluation.joint_replay import CameraImage

Ids = dict[str, NDArray[np.int64]]  # by camera, one for each track of its images in their order


class GlobalIds:
    """Keeps who was said to be on every track of a run, and settles it in the end."""

    def __init__(self, cameras: Iterable[str]) -> None:
        """Begin with cameras that have seen nobody."""
        self._numbers = {'': 0}
        self._stays: dict[str, str] = {}  # by the id of somebody merged: who that is
        self._frames: dict[str, list[NDArray[np.int64]]] = {each: [] for each in cameras}
        self._track_ids: dict[str, list[NDArray[np.int64]]] = {each: [] for each in cameras}
        self._told: dict[str, list[NDArray[np.int64]]] = {each: [] for each in cameras}

    def add(self, image: CameraImage, identities: Sequence[Identity],
            events: Iterable[IdentityEvent]) -> None:
        """Take in what was said of one image, and what happened in it."""
        told = [self._numbers.setdefault(each.person_id, len(self._numbers))
                for each in identities]
        self._frames[image.camera].append(np.full(len(told), image.frame, np.int64))
        self._track_ids[image.camera].append(image.track_ids)
        self._told[image.camera].append(np.array(told, np.int64))
        for event in events:
            if event.kind == EventKind.MERGED:
                self._stays[event.other_person_id] = event.person_id

    def people(self, *, as_told: bool = False) -> dict[int, str]:
        """Return the `person_id` behind each id that stands for a person."""
        numbers = np.arange(len(self._numbers)) if as_told else self._final()
        return {int(numbers[number]): person_id if as_told else self._who_stays(person_id)
                for person_id, number in self._numbers.items() if person_id}

    def told(self) -> Ids:
        """Return what was said at each moment; 0: nobody."""
        return {camera: _joined(each) for camera, each in self._told.items()}

    def merged(self) -> Ids:
        """Return what was said, people who turned out to be one under one id; 0: nobody."""
        final = self._final()
        return {camera: final[each] for camera, each in self.told().items()}

    def settled(self, *, as_told: bool = False) -> Ids:
        """
        Return an id from 1 for every track of every image, none twice in an image.

        What was not decided yet is taken from what was said of the track later; a track that is
        nobody's has an id of its own, and so has one whose person is on another track of the
        image. With `as_told` nothing is taken from later.
        """
        said = self.told()
        known = said if as_told else self.merged()
        own = _own_ids({camera: _joined(each) for camera, each in self._track_ids.items()},
                       len(self._numbers))
        settled = {}
        for camera, ids in known.items():
            frames, tracks = _joined(self._frames[camera]), _joined(self._track_ids[camera])
            filled = ids if as_told else _filled_from_later(ids, frames, tracks)
            is_own = (filled == 0) | _is_double(filled, frames, tracks, was_said=ids > 0)
            settled[camera] = np.where(is_own, own[camera], filled)
        return settled

    def _final(self) -> NDArray[np.int64]:
        """Return by number of a person that of who the person turned out to be."""
        stayed = dict(self._numbers)  # who stays may never have been told
        return np.array([stayed.setdefault(self._who_stays(person_id), number)
                         for person_id, number in self._numbers.items()], np.int64)

    def _who_stays(self, person_id: str) -> str:
        while person_id in self._stays:
            person_id = self._stays[person_id]
        return person_id


def _joined(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _own_ids(tracks: Mapping[str, NDArray[np.int64]], first: int) -> Ids:
    """Return ids from `first` on that no two tracks share."""
    own = {}
    for camera, track_ids in tracks.items():
        names, numbers = np.unique(track_ids, return_inverse=True)
        own[camera] = first + numbers.astype(np.int64)
        first += len(names)
    return own


def _filled_from_later(ids: NDArray[np.int64], frames: NDArray[np.int64],
                       tracks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ids in which a 0 is replaced by the next id of its track, where there is one."""
    order = np.lexsort((frames, tracks))
    sorted_ids, sorted_tracks = ids[order], tracks[order]
    end = len(ids)
    next_rows = np.where(sorted_ids > 0, np.arange(end), end)
    next_rows = np.minimum.accumulate(next_rows[::-1])[::-1]
    has_next = next_rows < end
    has_next[has_next] &= sorted_tracks[next_rows[has_next]] == sorted_tracks[has_next]
    filled = ids.copy()
    filled[order[has_next]] = sorted_ids[next_rows[has_next]]
    return filled


def _is_double(ids: NDArray[np.int64], frames: NDArray[np.int64], tracks: NDArray[np.int64], *,
               was_said: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell whose id another track of the image has: what was said counts more, then age."""
    order = np.lexsort((tracks, ~was_said, ids, frames))
    same = (np.diff(ids[order], prepend=-1) == 0) & (np.diff(frames[order], prepend=-1) == 0)
    is_double = np.zeros(len(ids), np.bool_)
    is_double[order[same]] = True
    return is_double
