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
What places decide about people whose tracks have one already: who is one, and who is not.

Two cameras that both see somebody make two people of one where looks alone did not tell; once the
two have stood in one place for a while they are joined. Where one person is in two places, the
less sure of the two tracks is decided anew.
"""

from collections.abc import Sequence
import math

import numpy as np
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_events import Source
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.track_evidence import TrackEvidence

_EVERY_S = 1.0  # places say little more in less time


class Reunion:
    """Joins people who are in one place, and parts a person who is in two."""

    def __init__(self, state: IdentityState) -> None:
        """Decide in a state."""
        self._state = state
        self._decided_s: dict[str, float] = {}

    @property
    def _config(self) -> IdentityConfig:
        return self._state.config

    def decide(self, camera: str, tracks: Sequence[TrackEvidence], time_s: float) -> None:
        """Compare tracks that a camera sees with those of the others, every now and then."""
        is_due = abs(time_s - self._decided_s.get(camera, -math.inf)) >= _EVERY_S
        if not (is_due and self._config.geometry.is_on):
            return
        self._decided_s[camera] = time_s
        for track in tracks:
            if track.is_visible and track.person_id:
                self._decide(track, time_s)

    def _decide(self, track: TrackEvidence, time_s: float) -> None:
        near, apart = self._beside(track)
        if apart is not None:
            self._part(track, apart, time_s)
            return
        for camera in sorted({other.camera for other, _ in near}):
            one = self._same(track, near, camera)
            if one is not None and one.person_id != track.person_id and (
                    self._same(one, self._beside(one)[0], track.camera) is track):
                self._state.merge(track.person_id, one.person_id, time_s)

    def _part(self, track: TrackEvidence, other: TrackEvidence, time_s: float) -> None:
        """Decide anew who is on the less sure of two tracks."""
        weaker = min(track, other, key=lambda each: (each.source, each.is_new, each.log_odds))
        if weaker.source < Source.FACE:
            self._state.split(weaker, time_s)

    def _same(self, track: TrackEvidence, near: Sequence[tuple[TrackEvidence, float]],
              camera: str) -> TrackEvidence | None:
        """Return which track of a camera is this one beyond doubt, by places and looks."""
        ranked = sorted(((self._worth(track, other, worth), other)
                         for other, worth in near if other.camera == camera),
                        key=lambda each: -each[0])
        if not ranked or ranked[0][0] < self._config.accept_log_odds:
            return None
        if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < self._config.min_margin:
            return None
        return ranked[0][1]

    def _worth(self, track: TrackEvidence, other: TrackEvidence, place: float) -> float:
        """Return what speaks for two tracks being one person, log-odds."""
        if track.person_id == other.person_id:
            return place + self._config.accept_log_odds
        kinship = self._state.kinship
        if not kinship.may_be_one(track.person_id, other.person_id, by_face=True):
            return -math.inf
        return place + kinship.resemblance(track.person_id, other.person_id)

    def _beside(self, track: TrackEvidence) -> tuple[
            list[tuple[TrackEvidence, float]], TrackEvidence | None]:
        """
        Return who stands beside a track, and where else its person is.

        That is tracks in view of other cameras with what places say for their being this one,
        log-odds; and a track that has the same person but cannot be the same.
        """
        keys, log_odds = self._state.surroundings.places.together(track.key)
        near, apart = [], None
        telling = (log_odds > 0.0) | (log_odds <= -self._config.reject_log_odds)
        for row in np.flatnonzero(telling).tolist():
            other = self._state.tracks.find(*keys[row])
            if other is None or not other.person_id or not other.is_visible:
                continue
            if log_odds[row] > 0.0:
                near.append((other, float(log_odds[row])))
            elif other.person_id == track.person_id:
                apart = other
        return near, apart
