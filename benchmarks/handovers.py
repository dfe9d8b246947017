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
What becomes of people who go from track to track, and whether they keep their id.

A hand-over is the beginning of a track of a person of whom there was another track before, on any
camera. A track's person is whom it mostly shows in its first five seconds. It is judged once, by
the last box in them that shows this person, so that an identity may take its time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.auditorium import FPS
from benchmarks.auditorium import people_on
from benchmarks.auditorium import View
from benchmarks.camera_tracks import CameraTracks
import numpy as np
from numpy.typing import NDArray

_JUDGED_S = 5.0
_LEAST_BOXES = 10  # that show somebody: tracks with fewer, or with more of nobody, are left out


@dataclass(frozen=True)
class Handovers:
    """
    Counts.

    Attributes
    ----------
    kept
        The id is the person's: most of its boxes on people so far were on this person.
    wrong
        The id is somebody else's: most of its boxes on people so far were on another person.
    new
        The id is one that nobody had before, or none was told yet.
    between_cameras, wrong_between_cameras
        Those among them where the person was last followed by another camera.

    """

    kept: int = 0
    wrong: int = 0
    new: int = 0
    between_cameras: int = 0
    wrong_between_cameras: int = 0

    @property
    def total(self) -> int:
        """Return how many there were."""
        return self.kept + self.wrong + self.new


@dataclass(frozen=True, eq=False)
class Stay:
    """A track of a person: its first row on its camera, and the row by which it is judged."""

    camera: str
    person: int
    first: int
    judged: int


def people_of(tracks: Mapping[str, CameraTracks],
              views: Mapping[str, View]) -> dict[str, NDArray[np.int64]]:
    """Return whom each box shows, 0 for nobody and for boxes that are merely predicted."""
    people = {}
    for camera, seen in tracks.items():
        rows = np.flatnonzero(seen.is_visible)
        people[camera] = np.zeros(len(seen), np.int64)
        people[camera][rows] = people_on(
            seen.frames[rows], seen.boxes_xywh[rows], views[camera].truth)
    return people


def stays(tracks: Mapping[str, CameraTracks],
          people: Mapping[str, NDArray[np.int64]]) -> list[Stay]:
    """Return the tracks of people by their beginning, those on nobody left out."""
    found = []
    for camera, seen in tracks.items():
        for track_id in np.unique(seen.track_ids):
            rows = np.flatnonzero((seen.track_ids == track_id) & seen.is_visible)
            rows = rows[seen.frames[rows] <= seen.frames[rows[0]] + _JUDGED_S * FPS]
            shown = people[camera][rows]
            if np.count_nonzero(shown) >= max(_LEAST_BOXES, len(rows) / 2):
                person = int(np.bincount(shown[shown > 0]).argmax())
                found.append(Stay(camera, person, int(rows[0]),
                                  int(rows[shown == person][-1])))
    return sorted(found, key=lambda stay: int(tracks[stay.camera].frames[stay.first]))


def count_handovers(tracks: Mapping[str, CameraTracks], ids: Mapping[str, NDArray[np.int64]],
                    people: Mapping[str, NDArray[np.int64]]) -> Handovers:
    """Judge every hand-over of a run."""
    owners = _Owners(tracks, ids, people)
    verdicts: list[str] = []
    between: list[str] = []
    cameras: dict[int, str] = {}  # that followed each person last
    for stay in stays(tracks, people):
        if stay.person in cameras:
            verdicts.append(owners.verdict(
                int(ids[stay.camera][stay.judged]), stay.person,
                int(tracks[stay.camera].frames[stay.first])))
            if cameras[stay.person] != stay.camera:
                between.append(verdicts[-1])
        cameras[stay.person] = stay.camera
    return Handovers(verdicts.count('kept'), verdicts.count('wrong'), verdicts.count('new'),
                     len(between), between.count('wrong'))


class _Owners:
    """On whom the boxes of each id were, until a given frame."""

    def __init__(self, tracks: Mapping[str, CameraTracks], ids: Mapping[str, NDArray[np.int64]],
                 people: Mapping[str, NDArray[np.int64]]) -> None:
        self._frames = np.concatenate([tracks[camera].frames for camera in tracks])
        self._ids = np.concatenate([ids[camera] for camera in tracks])
        self._people = np.concatenate([people[camera] for camera in tracks])
        is_seen = np.concatenate([tracks[camera].is_visible for camera in tracks])
        self._ids[~is_seen] = 0

    def verdict(self, told: int, person: int, frame: int) -> str:
        """Say whether a person's track that begins in a frame was told the person's id."""
        is_shown = (self._ids == told) & (self._frames < frame) & (self._people > 0)
        shown = self._people[is_shown]
        if not told or not len(shown):
            return 'new'
        return 'kept' if np.bincount(shown).argmax() == person else 'wrong'
