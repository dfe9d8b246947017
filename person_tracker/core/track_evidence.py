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

"""One track as identity sees it: its looks, its person and what is known of both."""

from dataclasses import dataclass
from dataclasses import field
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.candidates import Candidate
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Prototype
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import SHORTLIST


class Looks:
    """
    The latest looks of one kind on one track.

    Attributes
    ----------
    kind
        `face` or `body`.
    model
        The network that made them; another one starts anew.

    """

    def __init__(self, kind: str, capacity: int) -> None:
        """Keep up to `capacity` looks."""
        self.kind = kind
        self.model = ''
        self._capacity = capacity
        self._prototypes: list[Prototype] = []
        self._nearest: list[list[str] | None] = []  # of each look; None: not searched yet

    def __len__(self) -> int:
        """Return the number of looks."""
        return len(self._prototypes)

    @property
    def latest(self) -> Prototype:
        """Return the newest look."""
        return self._prototypes[-1]

    @property
    def best(self) -> list[Prototype]:
        """Return the looks, those of the highest quality first."""
        return sorted(self._prototypes, key=lambda each: -each.quality)

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """Return the looks, oldest first, shape (n, D)."""
        return np.array([each.embedding for each in self._prototypes], np.float32)

    @property
    def times_s(self) -> list[float]:
        """Return when they were taken, seconds."""
        return [each.time_s for each in self._prototypes]

    @property
    def qualities(self) -> NDArray[np.float32]:
        """Return their qualities, shape (n,)."""
        return np.array([each.quality for each in self._prototypes], np.float32)

    def add(self, embedding: NDArray[np.float32], quality: float, model: str,
            time_s: float) -> None:
        """Take a look; the oldest goes."""
        if model != self.model:
            self.model = model
            self.clear()
        self._prototypes.append(Prototype(self.kind, model, embedding.copy(), quality, time_s))
        self._nearest.append(None)
        self.clear(keep=self._capacity)

    def clear(self, keep: int = 0) -> None:
        """Lose all looks but the newest `keep`."""
        surplus = max(0, len(self._prototypes) - keep)
        del self._prototypes[:surplus], self._nearest[:surplus]

    def search_again(self) -> None:
        """Forget who may have these looks."""
        self._nearest = [None] * len(self._prototypes)

    def nearest(self, gallery: PersonGallery) -> set[str]:
        """Return who may have these looks; each look is searched for once, when it is new."""
        rows = [row for row, found in enumerate(self._nearest) if found is None]
        for row in rows:
            look = self._prototypes[row].embedding[np.newaxis]
            self._nearest[row] = gallery.nearest(self.kind, self.model, look, SHORTLIST)
        return {person_id for found in self._nearest for person_id in found or ()
                if person_id in gallery}


@dataclass(eq=False)
class TrackEvidence:
    """
    One track as identity sees it.

    Attributes
    ----------
    camera, track_id
        Which track.
    first_s, last_s
        Time of the first and last image it was believed in, seconds.
    is_visible, seen_s
        Seen in the last image of its camera; when it was last seen, seconds.
    faces, bodies
        Looks.
    person_id, source, log_odds, margin
        What was decided; empty: nothing.
    is_new
        The person became known through this track.
    is_changed
        There is evidence that was not weighed yet.
    candidates
        Who may be on the track, as last weighed.
    denied
        People whom an operator, or a face, has ruled out.
    contributed
        Prototypes that this track gave to its person, and when they were seen, seconds.
    contrary_faces, contrary_bodies
        How many of the latest looks in a row are another person's than those before.
    alike_bodies
        How many of these resemble the newest, and so are one other person's.
    asked_s
        When a look at the body was last asked for, seconds.
    noted_s
        When the person's presence was last written down, seconds.

    """

    camera: str
    track_id: int
    first_s: float
    last_s: float
    is_visible: bool = True
    faces: Looks = field(default_factory=lambda: Looks(FACE, 8))
    bodies: Looks = field(default_factory=lambda: Looks(BODY, 8))
    person_id: str = ''
    source: Source = Source.NONE
    log_odds: float = math.nan
    margin: float = math.nan
    is_new: bool = False
    is_changed: bool = False
    candidates: list[Candidate] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    contributed: dict[str, float] = field(default_factory=dict)
    contrary_faces: int = 0
    contrary_bodies: int = 0
    alike_bodies: int = 0
    seen_s: float = -math.inf
    asked_s: float = -math.inf
    noted_s: float = -math.inf

    @property
    def key(self) -> tuple[str, int]:
        """Return which track this is."""
        return self.camera, self.track_id

    def reconsider(self) -> None:
        """Compare all looks again, since somebody else may be known by now."""
        self.faces.search_again()
        self.bodies.search_again()
        self.is_changed = True

    def begin_anew(self, faces: int = 0, bodies: int = 0) -> None:
        """Lose the looks but for the newest of each kind: the others are somebody else's."""
        self.faces.clear(keep=faces)
        self.bodies.clear(keep=bodies)
        self.contrary_faces = self.contrary_bodies = self.alike_bodies = 0
        self.is_changed = True

    def release(self) -> None:
        """Have no person any more; what is seen from now on decides anew."""
        self.person_id, self.source, self.is_new = '', Source.NONE, False
        self.log_odds = self.margin = math.nan
        self.contributed.clear()
        self.is_changed = True
