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

"""Which detections need their looks computed: not those that can be nobody else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core import boxes
from person_tracker.core.matching import clear_pairs
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Detections


@dataclass(frozen=True)
class LookPlanConfig:
    """When a detection's looks may be left out."""

    is_on: bool = setting(
        False, 'Leave the looks of people out who overlap clearly with one track, with nobody '
        'near.')
    clear_overlap: float = setting(
        0.6, 'Overlap from which a pair is clear; anything else must overlap by less than a '
        'quarter of it.', minimum=0.0, maximum=1.0, exclusive_minimum=True)
    refresh_s: float = setting(
        0.5, 'After this time a track is looked at all the same.',
        minimum=0.0, maximum=3600.0, unit='s')

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class LookPlan:
    """
    Decides image by image; remembers when each track was looked at last.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.

    """

    def __init__(self, config: LookPlanConfig | None = None) -> None:
        self.config = config or LookPlanConfig()
        self._looked_s: dict[int, float] = {}

    def needed(self, detections: Detections, time_s: float, tracks: Tracks,
               tracks_s: float) -> NDArray[np.bool_]:
        """
        Tell of which detections the looks are needed.

        Parameters
        ----------
        detections
            What was found in the image.
        time_s
            When it was taken, seconds.
        tracks
            The tracks after an earlier image.
        tracks_s
            When that one was taken, seconds.

        Returns
        -------
        ndarray
            Shape (N,).

        """
        needed = np.ones(len(detections), np.bool_)
        present = tracks.present()
        if not self.config.is_on or not len(present) or not len(detections):
            return needed
        shift = (present.velocities_px * (time_s - tracks_s)).astype(np.float32)
        expected = present.boxes_xyxy + np.concatenate((shift, shift), axis=1)
        overlaps = boxes.iou(expected, detections.boxes_xyxy)
        confirmed = present.states == TrackState.CONFIRMED
        pairs = clear_pairs(overlaps, np.broadcast_to(confirmed[:, None], overlaps.shape),
                            self.config.clear_overlap)
        rows, columns = np.nonzero(pairs)
        for track_id, column in zip(present.track_ids[rows].tolist(), columns.tolist()):
            # A look later than this image is of another recording.
            if 0.0 <= time_s - self._looked_s.get(track_id, -np.inf) < self.config.refresh_s:
                needed[column] = False
            else:
                self._looked_s[track_id] = time_s
        self._forget(set(present.track_ids.tolist()))
        return needed

    def _forget(self, present: set[int]) -> None:
        if len(self._looked_s) > 2 * len(present) + 16:
            self._looked_s = {
                key: looked_s for key, looked_s in self._looked_s.items() if key in present}
