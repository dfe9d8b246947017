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
Who is on a track by the plain rule: the person whose mean look is nearest, or else a new one.

The rule of `mean_gallery` for people who are kept: the mean is the one look that is kept of a
person's body, so that it comes from the store, and goes where the person is forgotten or merged.
Whoever has several looks, as after a merge, begins with the mean of these.
"""

from collections.abc import Sequence
from dataclasses import replace
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Source
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.people import BODY
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.track_evidence import TrackEvidence

_WRITE_EVERY_S = 10.0  # how often the mean of somebody in view is written down


class MeanRule:
    """Decides about the tracks of one image by mean looks and a threshold."""

    def __init__(self, state: IdentityState) -> None:
        """Decide in a state."""
        self._state = state

    @property
    def _config(self) -> IdentityConfig:
        return self._state.config

    def decide(self, tracks: Sequence[TrackEvidence], time_s: float) -> None:
        """Take in the looks of one image; a track keeps its person for as long as it lasts."""
        for track in tracks:
            if not len(track.bodies) or track.bodies.latest.time_s != time_s:
                continue
            look = track.bodies.latest
            if not track.person_id:
                self._settle(track, look, time_s)
            if track.person_id:
                self._learn(self._state.ledger.gallery.get(track.person_id), look)

    def _settle(self, track: TrackEvidence, look: Prototype, time_s: float) -> None:
        """Put the nearest person on a track, or a new one where nobody is near enough."""
        ranked = self._ranked(look, track.denied)
        scale = self._state.scales.body(look.model)
        # The threshold decides; what it is worth is only told.
        worth = scale.log_odds(np.array([each for each, _ in ranked], np.float32)).tolist()
        if ranked and ranked[0][0] >= self._config.mean.threshold:
            track.person_id, track.source = ranked[0][1], Source.BODY
            track.log_odds = worth[0]
            track.margin = worth[0] - worth[1] if len(worth) > 1 else math.inf
            track.noted_s = -math.inf
            self._state.tell(EventKind.RECOGNISED, track, time_s)
        elif self._state.learns_strangers(track.camera, time_s):
            self._state.create(track, worth[0] if worth else -math.inf, time_s)
            track.source = Source.BODY

    def _ranked(self, look: Prototype, denied: set[str]) -> list[tuple[float, str]]:
        """Return similarities to the people nearest, two at least if there are, nearest first."""
        gallery = self._state.ledger.gallery
        near = gallery.nearest(BODY, look.model, look.embedding[np.newaxis], 2 + len(denied))
        return sorted(((float(_mean(_bodies(gallery.get(person_id), look)) @ look.embedding),
                        person_id) for person_id in near if person_id not in denied),
                      reverse=True)

    def _learn(self, person: Person, look: Prototype) -> None:
        """Move the mean of a person; it is written down now and then, and where it is new."""
        bodies = _bodies(person, look)
        embedding = look.embedding if not bodies else _blended(
            _mean(bodies), look.embedding, self._config.mean.momentum)
        ledger = self._state.ledger
        if len(bodies) == 1 and abs(look.time_s - bodies[0].time_s) < _WRITE_EVERY_S:
            moved = replace(bodies[0], embedding=embedding)
            ledger.gallery.replace(replace(person, prototypes=tuple(
                moved if each is bodies[0] else each for each in person.prototypes)))
            return
        if bodies:
            ledger.record(PrototypesRemoved(
                person.person_id, tuple(each.prototype_id for each in bodies)))
        ledger.record(PrototypesAdded(person.person_id, (replace(look, embedding=embedding),)))


def _bodies(person: Person, look: Prototype) -> list[Prototype]:
    """Return the looks of a person that a look can be compared with."""
    return [each for each in person.prototypes
            if each.kind == BODY and each.model == look.model and not each.is_negative
            and each.embedding.shape == look.embedding.shape]


def _mean(bodies: Sequence[Prototype]) -> NDArray[np.float32]:
    if len(bodies) == 1:
        return bodies[0].embedding
    return _unit(np.mean([each.embedding for each in bodies], axis=0, dtype=np.float32))


def _blended(mean: NDArray[np.float32], look: NDArray[np.float32],
             momentum: float) -> NDArray[np.float32]:
    blend = _unit(momentum * mean + (1.0 - momentum) * look)
    return blend if blend.any() else mean  # two opposite looks have no mean


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.float32(np.linalg.norm(vector))
    return vector / length if length > 0.0 else vector
