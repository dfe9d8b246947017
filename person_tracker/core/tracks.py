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

"""Tracks of one camera: what the tracker hands out, and the table it keeps them in."""

from dataclasses import dataclass
from dataclasses import fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class TrackState(IntEnum):
    """
    How sure the tracker is of a track.

    TENTATIVE: seen too briefly to be believed. CONFIRMED: seen in this image. OCCLUDED: not seen
    in this image, its place is predicted. LOST: not seen for so long that only its looks can bring
    it back.
    """

    UNKNOWN = 0
    TENTATIVE = 1
    CONFIRMED = 2
    OCCLUDED = 3
    LOST = 4


@dataclass(frozen=True, eq=False)
class Tracks:
    """
    Every live track after one image, in order of `track_ids`.

    Attributes
    ----------
    track_ids
        Shape (N,), int64, from 1; unique within the life of the tracker.
    boxes_xyxy
        Shape (N, 4), float32, pixels: the filtered box, predicted where the track was not seen.
    states
        Shape (N,), uint8, values of `TrackState`.
    scores
        Shape (N,), float32, in [0, 1]: score of the last detection taken.
    velocities_px
        Shape (N, 2), float32, pixels per second: motion of the box centre.
    first_seen_s, last_seen_s
        Shape (N,), float64, seconds on the caller's clock.
    detection_indices
        Shape (N,), int64: the detection taken in this update, -1 where none was.

    """

    track_ids: NDArray[np.int64]
    boxes_xyxy: NDArray[np.float32]
    states: NDArray[np.uint8]
    scores: NDArray[np.float32]
    velocities_px: NDArray[np.float32]
    first_seen_s: NDArray[np.float64]
    last_seen_s: NDArray[np.float64]
    detection_indices: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.track_ids)

    def __getitem__(self, index: NDArray[np.intp] | NDArray[np.bool_] | slice) -> 'Tracks':
        """Return the chosen tracks."""
        return Tracks(*(getattr(self, item.name)[index] for item in fields(self)))

    def confirmed(self) -> 'Tracks':
        """Return the tracks to publish as people who are there: believed, and seen just now."""
        return self[self.states == TrackState.CONFIRMED]

    def present(self) -> 'Tracks':
        """Return the tracks of people taken to be in view: all but the lost ones."""
        return self[self.states != TrackState.LOST]


class TrackTable:
    """
    What is known of each track besides its motion and looks, row i being track i.

    Attributes
    ----------
    ids
        Shape (N,), int64, ascending.
    states
        Shape (N,), uint8, values of `TrackState`.
    scores
        Shape (N,), float32: score of the last detection taken.
    hits
        Shape (N,), int64: how often it was seen.
    first_seen_s, last_seen_s
        Shape (N,), float64, seconds.
    detections
        Shape (N,), int64: detection taken in the last update, -1 where none was.
    leaving
        Shape (N,), bool: was walking out of the picture when last seen.

    """

    def __init__(self) -> None:
        self._next_id = 1
        self.ids = np.empty(0, np.int64)
        self.states = np.empty(0, np.uint8)
        self.scores = np.empty(0, np.float32)
        self.hits = np.empty(0, np.int64)
        self.first_seen_s = np.empty(0)
        self.last_seen_s = np.empty(0)
        self.detections = np.empty(0, np.int64)
        self.leaving = np.empty(0, np.bool_)

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.ids)

    def add(self, detections: NDArray[np.intp], scores: NDArray[np.float32],
            time_s: float) -> None:
        """Start a tentative track for each detection; ids are never used again."""
        count = len(detections)
        ids = np.arange(self._next_id, self._next_id + count)
        self._next_id += count
        self.ids = np.concatenate((self.ids, ids))
        self.states = np.concatenate(
            (self.states, np.full(count, TrackState.TENTATIVE, np.uint8)))
        self.scores = np.concatenate((self.scores, scores))
        self.hits = np.concatenate((self.hits, np.ones(count, np.int64)))
        self.first_seen_s = np.concatenate((self.first_seen_s, np.full(count, time_s)))
        self.last_seen_s = np.concatenate((self.last_seen_s, np.full(count, time_s)))
        self.detections = np.concatenate((self.detections, detections))
        self.leaving = np.concatenate((self.leaving, np.zeros(count, np.bool_)))

    def see(self, rows: NDArray[np.intp], detections: NDArray[np.intp],
            scores: NDArray[np.float32], time_s: float) -> None:
        """Note that tracks were seen now."""
        self.scores[rows] = scores
        self.hits[rows] += 1
        self.last_seen_s[rows] = time_s
        self.detections[rows] = detections

    def take_over(self, old: int, new: int) -> None:
        """Let an unseen track go on as one seen now, which is dropped by the caller."""
        self.states[old] = self.states[new]
        self.scores[old] = self.scores[new]
        self.hits[old] += self.hits[new]
        self.last_seen_s[old] = self.last_seen_s[new]
        self.detections[old] = self.detections[new]
        self.leaving[old] = self.leaving[new]

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Drop the tracks that are not chosen, shape (N,)."""
        for name in ('ids', 'states', 'scores', 'hits', 'first_seen_s', 'last_seen_s',
                     'detections', 'leaving'):
            setattr(self, name, getattr(self, name)[chosen])
