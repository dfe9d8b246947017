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

"""What similarities are worth, network by network, and what a place teaches about strangers."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.candidates import Scales
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_BODY
from person_tracker.core.evidence import UNKNOWN_FACE
from person_tracker.core.people import FACE
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import FaceClassifier
from person_tracker.core.stranger_scale import StrangerScale

_MOST_STRICT = 0.5  # of the way from a scale's midpoint to equality: double boxes are no strangers


class ScaleBook:
    """
    Scales of known networks, made stricter where people who are seen together look alike.

    A scale was measured elsewhere. Where strangers in one image resemble each other more than
    there, because all wear white or the light is poor, resemblance is worth less.

    Attributes
    ----------
    classifier
        The second way to read faces; None: not in use.

    """

    def __init__(self, known: Mapping[str, Calibration] | None = None,
                 classifier: FaceClassifier | None = None) -> None:
        """Begin with the scales of known networks, by name."""
        self.classifier = classifier
        self._known = dict(known or {})
        self._strangers: dict[str, StrangerScale] = {}
        self._learnt = -1, ''

    def face(self, model: str) -> Calibration:
        """Return the scale of a face network."""
        return self._known.get(model, UNKNOWN_FACE)

    def body(self, model: str) -> Calibration:
        """Return the scale of a body network, here and now."""
        scale = self._known.get(model, UNKNOWN_BODY)
        strangers = self._strangers.get(model)
        if strangers is None or strangers.low_distance is None:
            return scale
        strictest = scale.midpoint + _MOST_STRICT * (1.0 - scale.midpoint)
        midpoint = min(max(scale.midpoint, 1.0 - strangers.low_distance), strictest)
        return Calibration(midpoint, scale.slope)

    def of(self, face_model: str, body_model: str) -> Scales:
        """Return the scales of a track's looks."""
        is_learnt = self._learnt[1] == face_model
        return Scales(self.face(face_model), self.body(body_model),
                      self.classifier if is_learnt else None)

    def follow(self, gallery: PersonGallery, model: str) -> None:
        """Teach the classifier a network's looks of the people with names, where they changed."""
        if self.classifier is None or not model:
            return
        if self._learnt == (gallery.names_revision, model):
            return
        self._learnt = gallery.names_revision, model
        looks = [(each.embedding, person.person_id) for person in gallery if person.name
                 for each in person.prototypes if each.kind == FACE and each.model == model
                 and not each.is_negative]
        embeddings = (np.array([embedding for embedding, _ in looks], np.float32) if looks
                      else np.empty((0, 1), np.float32))
        self.classifier.fit(embeddings, [person_id for _, person_id in looks], self.face(model))

    def learn_strangers(self, model: str, looks: NDArray[np.float32]) -> None:
        """Take in the looks of people seen at the same time, shape (N, D)."""
        if len(looks) > 1:
            scale = self._strangers.setdefault(model, StrangerScale())
            scale.learn(1.0 - looks @ looks.T)
