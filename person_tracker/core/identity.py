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
Who is behind the tracks of all cameras: the same person after an absence and on another camera.

Evidence is gathered per track (`track_book`), weighed against the people known (`track_evidence`)
and decided upon (`decisions`). Only a face or an operator gives a name; clothes carry one for a
limited time.
"""

from collections.abc import Iterable
from collections.abc import Sequence
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.camera_links import CameraLink
from person_tracker.core.decisions import Decisions
from person_tracker.core.faces import Faces
from person_tracker.core.ground import GroundPoints
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_edits import IdentityEdits
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.core.identity_events import Source
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.mean_rule import MeanRule
from person_tracker.core.people import Change
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import probability
from person_tracker.core.reunion import Reunion
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.track_evidence import TrackEvidence
from person_tracker.core.types import Appearance
from person_tracker.core.whereabouts import fused
from person_tracker.core.whereabouts import Whereabouts


class IdentityManager:
    """
    Gives every track of every camera a person, and changes what is known of people.

    Attributes
    ----------
    scales
        What similarities are worth, by network.
    gallery
        The people; changed only through this manager.
    edits
        What operators and other robots ask for.

    """

    def __init__(self, config: IdentityConfig | None = None, people: Iterable[Person] = (),
                 scales: ScaleBook | None = None,
                 generator: np.random.Generator | None = None,
                 links: Iterable[CameraLink] = ()) -> None:
        """
        Begin with people, and with how they go between cameras.

        `generator` makes ids, from the system's entropy if None.
        """
        self.scales = scales or ScaleBook()
        self._state = IdentityState(config or IdentityConfig(), people, self.scales,
                                    generator or np.random.default_rng(), links)
        self._tracks = self._state.tracks
        is_plain = self.config.rule == 'mean'
        self._decisions = MeanRule(self._state) if is_plain else Decisions(self._state)
        self._reunion = None if is_plain else Reunion(self._state)
        self.edits = IdentityEdits(self._state)
        self.gallery: PersonGallery = self._state.ledger.gallery

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self._tracks)

    @property
    def config(self) -> IdentityConfig:
        """Return the settings in force; they may be replaced at any time."""
        return self._state.config

    @config.setter
    def config(self, config: IdentityConfig) -> None:
        self._state.config = config

    def take_changes(self) -> list[Change]:
        """Return what changed of people since the last call, to be stored in this order."""
        return self._state.ledger.take_changes()

    def take_events(self) -> list[IdentityEvent]:
        """Return what happened since the last call, in order."""
        events, self._state.events = self._state.events, []
        return events

    def track_of(self, camera: str, track_id: int) -> TrackEvidence | None:
        """Return what is known of a track, None where there is no such track."""
        return self._tracks.find(camera, track_id)

    def finish(self) -> None:
        """Write down when everybody was last seen, before the end."""
        self._state.note_last_seen(self._tracks)

    def in_view(self) -> list[TrackEvidence]:
        """Return the tracks that were seen in the last image of their camera."""
        return [track for track in self._tracks if track.is_visible]

    # --- Evidence -------------------------------------------------------------------------------

    def wants_bodies(self, camera: str, track_ids: Sequence[int],
                     time_s: float) -> NDArray[np.bool_]:
        """Tell of which tracks a look at the body is due, shape (N,)."""
        return self._tracks.wants_bodies(camera, track_ids, time_s, self.config.body)

    def observe_bodies(self, camera: str, track_ids: Sequence[int], appearance: Appearance,
                       time_s: float) -> None:
        """
        Take in how tracks look.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            N tracks.
        appearance
            N looks; unknown ones are zeros.
        time_s
            When the image was taken, seconds.

        """
        self._tracks.add_bodies(camera, track_ids, appearance, time_s, self.config, self.scales)
        self.scales.learn_strangers(
            appearance.model, self._tracks.bodies_in_view(camera, appearance.model))

    def observe_faces(self, camera: str, faces: Faces, time_s: float) -> None:
        """Take in the faces of one image; those of no track are left out."""
        self.scales.follow(self.gallery, faces.model)
        self._tracks.add_faces(camera, faces, time_s, self.config, self.scales)

    def wants_places(self, camera: str, time_s: float) -> bool:
        """Tell whether it is worth finding out where the tracks of an image are."""
        return self.config.geometry.is_on and self._state.surroundings.places.wants(
            camera, time_s)

    def observe_places(self, camera: str, track_ids: Sequence[int], places: GroundPoints,
                       time_s: float) -> None:
        """
        Take in where tracks are that are seen, before `update` for the same image.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            N tracks.
        places
            N places on the ground that all cameras have in common; unknown ones are left out.
        time_s
            When the image was taken, seconds.

        """
        if self._state.surroundings.places.see(
                camera, track_ids, places, time_s, self.config.geometry):
            self._tracks.reconsider_undecided(camera, track_ids, time_s)

    def fused_places(self, views: Sequence[Sequence[tuple[str, int]]],
                     time_s: float) -> Whereabouts:
        """Return where people are at a time whose tracks, as camera and track id, are given."""
        is_known, walkers = self._state.surroundings.places.walkers(
            [view for person in views for view in person], time_s)
        people = np.repeat(np.arange(len(views)), [len(person) for person in views])
        counts = np.bincount(people[is_known], minlength=len(views))
        return fused(walkers, counts, self.config.geometry.spread_m)

    def restart_camera(self, camera: str) -> None:
        """Take in that the tracker of a camera begins anew: its track ids are others now."""
        self._state.restart(camera)

    def note_silence(self, camera: str) -> None:
        """Take in that a camera tells nothing any more: whom it showed last may be elsewhere."""
        self._tracks.lose_sight(camera)

    # --- Decisions ------------------------------------------------------------------------------

    def update(self, camera: str, track_ids: Sequence[int], is_visible: NDArray[np.bool_],
               time_s: float) -> list[Identity]:
        """
        Decide who is on the tracks of one image.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            N tracks that are believed, from 1.
        is_visible
            Shape (N,): seen in this image, not merely predicted.
        time_s
            When the image was taken, seconds; a step back in time, as of a recording that starts
            again, is taken as it is.

        Returns
        -------
        list
            One entry per track, in order.

        """
        self._state.clocks.note(camera, time_s)
        tracks = self._tracks.see(camera, track_ids, is_visible.tolist(), time_s)
        self._decisions.decide(tracks, time_s)
        if self._reunion is not None:
            self._reunion.decide(camera, tracks, time_s)
        self._state.note_presence(tracks, time_s)
        self._state.end_tracks(camera, time_s)
        present = {track.person_id for track in self._tracks if track.person_id}
        for person_id in self._state.ledger.keep_house(time_s, self.config, present):
            self._state.drop(person_id, time_s)
        return [self._identity(track, time_s) for track in tracks]

    def _identity(self, track: TrackEvidence, time_s: float) -> Identity:
        if not track.person_id:
            return Identity()
        name = self.gallery.get(track.person_id).name if self._is_named(track, time_s) else ''
        return Identity(track.person_id, name, track.source, probability(track.log_odds),
                        track.margin)

    def _is_named(self, track: TrackEvidence, time_s: float) -> bool:
        """Tell whether the name of its person may be said: by a face, or carried by clothes."""
        if track.source >= Source.FACE:
            return True
        clothes = self.config.body
        confirmed_s = self._state.confirmed_s.get(track.person_id, -math.inf)
        return (abs(time_s - confirmed_s) <= clothes.carry_name_s
                and track.log_odds >= self.config.accept_log_odds + clothes.carry_log_odds)
