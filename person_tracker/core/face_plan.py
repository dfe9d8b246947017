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

"""Whose face is looked at next, so that looking costs little where it brings nothing."""

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState


@dataclass(frozen=True)
class FacePlanConfig:
    """How often faces are looked at, and on whom."""

    min_box_px: float = setting(
        72.0, 'A track whose box is narrower than this is not looked at: its face, about a third '
        'as wide, is too small.', minimum=1.0, maximum=10000.0, unit='px')
    open_interval_s: float = setting(
        0.15, 'Time between two looks at a track whose person no face has told yet; each look '
        'without a usable face doubles it, up to refresh_s.',
        minimum=0.0, maximum=60.0, unit='s')
    refresh_s: float = setting(
        1.0, 'Time between two looks at a track whose person a face or an operator has told.',
        minimum=0.0, maximum=3600.0, unit='s')
    max_tracks: int = setting(
        3, 'Tracks looked at in one image at most, the most urgent ones.', minimum=1, maximum=100)
    max_rate_hz: float = setting(
        10.0, 'Images looked at per second at most.',
        minimum=0.0, maximum=1000.0, exclusive_minimum=True, unit='Hz')

    def __post_init__(self) -> None:
        """Refuse values out of range, and to look at what is open less often than at the rest."""
        validate(self)
        if self.refresh_s < self.open_interval_s:
            raise SettingError(f'refresh_s must be at least open_interval_s, '
                               f'{self.open_interval_s:g} s, got {self.refresh_s:g}')


@dataclass
class _Memory:
    looked_s: float = -np.inf
    looks_in_vain: int = 0
    is_settled: bool = False


class FacePlan:
    """
    Decides image by image; remembers of each live track when it was looked at and what it brought.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.

    """

    def __init__(self, config: FacePlanConfig | None = None) -> None:
        self.config = config or FacePlanConfig()
        self._memories: dict[int, _Memory] = {}
        self._time_s = -np.inf
        self._next_s = -np.inf

    def learn(self, settled: Mapping[int, bool]) -> None:
        """
        Take in whose identity is settled: a face or an operator has told it.

        Parameters
        ----------
        settled
            By track id. Of a track that is not among them the last word counts; at first it is
            open.

        """
        for track_id, is_settled in settled.items():
            self._memories.setdefault(track_id, _Memory()).is_settled = is_settled

    def due(self, tracks: Tracks, time_s: float) -> NDArray[np.intp]:
        """
        Choose the tracks to look at in an image.

        Parameters
        ----------
        tracks
            Every live track after that image; others are forgotten.
        time_s
            When it was taken, seconds. Before the last one's: another recording, in which nobody
            is known.

        Returns
        -------
        ndarray
            Indices into the tracks, the most urgent first: open ones before settled ones, and
            among these whoever was looked at longest ago.

        """
        if time_s < self._time_s:
            self._memories.clear()
            self._next_s = -np.inf
        self._time_s = time_s
        ids = tracks.track_ids.tolist()
        self._memories = {key: self._memories.get(key, _Memory()) for key in ids}
        if time_s < self._next_s:
            return np.empty(0, np.intp)
        widths_px = tracks.boxes_xyxy[:, 2] - tracks.boxes_xyxy[:, 0]
        is_candidate = ((tracks.states == TrackState.CONFIRMED)
                        & (widths_px >= self.config.min_box_px))
        known = {row: self._memories[ids[row]] for row in np.flatnonzero(is_candidate).tolist()}
        rows = [row for row, memory in known.items()
                if time_s - memory.looked_s >= self._wait_s(memory)]
        rows.sort(key=lambda row: (known[row].is_settled, known[row].looked_s))
        return np.array(rows[:self.config.max_tracks], np.intp)

    def looked(self, track_ids: Collection[int], with_face: Collection[int],
               time_s: float) -> None:
        """
        Note that tracks were looked at in an image.

        Parameters
        ----------
        track_ids
            Those looked at.
        with_face
            Those of them that showed a face that can be used.
        time_s
            When the image was taken, seconds.

        """
        # Late by less than a period, the next image keeps to the rhythm: the mean rate holds.
        period_s = 1.0 / self.config.max_rate_hz
        self._next_s = max(self._next_s, time_s - period_s) + period_s
        for track_id in track_ids:
            memory = self._memories.setdefault(track_id, _Memory())
            memory.looked_s = time_s
            memory.looks_in_vain = 0 if track_id in with_face else memory.looks_in_vain + 1

    def _wait_s(self, memory: _Memory) -> float:
        if memory.is_settled:
            return self.config.refresh_s
        doublings = min(memory.looks_in_vain, 16)  # more than any allowed refresh_s can show
        return min(self.config.open_interval_s * 2.0 ** doublings, self.config.refresh_s)
