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
What speaks for whom on one track: looks of its face and body, weighed against those known.

Looks of one track resemble each other, so n of them are worth less than n times one. With the
correlation `r` between their errors, the mean of n looks is worth `n / (1 + (n - 1) r)` of them.
"""

from dataclasses import dataclass
from dataclasses import field
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Prototype
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import FaceClassifier
from person_tracker.core.recognition import prior
from person_tracker.core.recognition import SHORTLIST
from person_tracker.core.recognition import weighed

_CORRELATION = 0.5
# Log-odds of one look, and of all together. Clothes can change, so they speak less against
# somebody than for somebody, and never as strongly as a face.
_RANGES = {FACE: (-8.0, 16.0), BODY: (-3.0, 10.0)}
_MOST = {FACE: 24.0, BODY: 12.0}


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
    is_visible
        Seen in the last image of its camera.
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
    contrary_faces
        How many of the latest faces in a row are another person's than those before.
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
    candidates: list['Candidate'] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    contributed: dict[str, float] = field(default_factory=dict)
    contrary_faces: int = 0
    asked_s: float = -math.inf
    noted_s: float = -math.inf

    def reconsider(self) -> None:
        """Compare all looks again, since somebody else may be known by now."""
        self.faces.search_again()
        self.bodies.search_again()
        self.is_changed = True

    def begin_anew(self, faces: int = 0) -> None:
        """Lose the looks but for the newest faces: the others are somebody else's."""
        self.faces.clear(keep=faces)
        self.bodies.clear()
        self.contrary_faces = 0
        self.is_changed = True

    def release(self) -> None:
        """Have no person any more; what is seen from now on decides anew."""
        self.person_id, self.source, self.is_new = '', Source.NONE, False
        self.log_odds = self.margin = math.nan
        self.contributed.clear()
        self.is_changed = True


@dataclass(frozen=True)
class Candidate:
    """
    What speaks for one person on a track, natural log-odds.

    Attributes
    ----------
    person_id
        The person.
    total
        All evidence and the prior.
    face, body
        Evidence of each kind without the prior; NaN: nothing can be compared.

    """

    person_id: str
    total: float
    face: float
    body: float

    @property
    def source(self) -> Source:
        """Return the strongest kind of evidence."""
        return Source.BODY if math.isnan(self.face) else Source.FACE


@dataclass(frozen=True)
class Scales:
    """
    What similarities are worth now.

    Attributes
    ----------
    face, body
        Scale of the network that made the looks.
    classifier
        The second way to read faces; None: not in use.

    """

    face: Calibration
    body: Calibration
    classifier: FaceClassifier | None = None


def combined(weights: NDArray[np.float32], qualities: NDArray[np.float32],
             kind: str) -> NDArray[np.float32]:
    """
    Return what several looks of one track say together.

    Parameters
    ----------
    weights
        Shape (n, P), log-odds of each look for each person; NaN: nothing can be compared.
    qualities
        Shape (n,), in [0, 1]: a bad picture says less, for and against.
    kind
        `face` or `body`.

    Returns
    -------
    ndarray
        Shape (P,), log-odds; NaN where nothing can be compared.

    """
    share = qualities[:, None] / max(float(qualities.sum()), 1e-6)
    mean = (np.clip(weights, *_RANGES[kind]) * share).sum(axis=0)
    count = float(qualities.sum())
    worth = count / (1.0 + max(count - 1.0, 0.0) * _CORRELATION)
    together: NDArray[np.float32] = np.clip(mean * np.float32(worth), -_MOST[kind], _MOST[kind])
    return together


def candidates_on(track: TrackEvidence, gallery: PersonGallery,
                  scales: Scales) -> list[Candidate]:
    """Return everybody who may be on a track, and its own person, the likeliest first."""
    own = {track.person_id} if track.person_id else set()
    people = sorted(own | track.faces.nearest(gallery) | track.bodies.nearest(gallery))
    face = _evidence(track.faces, gallery, people, scales.face)
    if scales.classifier is not None and len(track.faces):
        _classify(face, track.faces, people, scales.classifier)
    body = _evidence(track.bodies, gallery, people, scales.body)
    sizes = {FACE: gallery.size(FACE, track.faces.model),
             BODY: gallery.size(BODY, track.bodies.model)}
    found = []
    for person_id, of_face, of_body in zip(people, face.tolist(), body.tolist()):
        if math.isnan(of_face) and math.isnan(of_body):
            continue
        known = sizes[BODY] if math.isnan(of_face) else sizes[FACE]
        total = prior(known) + sum(each for each in (of_face, of_body) if not math.isnan(each))
        found.append(Candidate(person_id, total, of_face, of_body))
    return sorted(found, key=lambda each: (-each.total, each.person_id))


def _evidence(looks: Looks, gallery: PersonGallery, people: list[str],
              scale: Calibration) -> NDArray[np.float32]:
    if not len(looks) or not people:
        return np.full(len(people), np.nan, np.float32)
    weights = weighed(gallery, looks.kind, looks.model, looks.embeddings, people, scale)
    return combined(weights, looks.qualities, looks.kind)


def _classify(face: NDArray[np.float32], looks: Looks, people: list[str],
              classifier: FaceClassifier) -> None:
    """Replace the evidence for the people that a classifier has learnt."""
    columns = {person_id: column for column, person_id in enumerate(classifier.person_ids)}
    if not columns:
        return
    learnt = combined(classifier.log_odds(looks.embeddings), looks.qualities, FACE)
    for row, person_id in enumerate(people):
        if person_id in columns:
            face[row] = learnt[columns[person_id]]
