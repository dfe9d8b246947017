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

"""What speaks for whom on one track: its looks and its place, weighed against those known."""

import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.candidates import Around
from person_tracker.core.candidates import Candidate
from person_tracker.core.candidates import combined
from person_tracker.core.candidates import Scales
from person_tracker.core.evidence import Calibration
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import FaceClassifier
from person_tracker.core.recognition import weighed
from person_tracker.core.track_evidence import Looks
from person_tracker.core.track_evidence import TrackEvidence


def candidates_on(track: TrackEvidence, gallery: PersonGallery, scales: Scales,
                  around: Around | None) -> list[Candidate]:
    """
    Return everybody who may be on a track, and its own person, the likeliest first.

    Parameters
    ----------
    track, gallery, scales
        The track, the people, and what similarities are worth.
    around
        What is known of people from where it is; None: who is known by clothes or place alone is
        not asked for.

    """
    own = {track.person_id} if track.person_id else set()
    people = own | track.faces.nearest(gallery)
    if around is None:
        around = Around()
    else:
        near = {person_id for person_id, worth in around.places.items() if worth > 0.0}
        people |= near | track.bodies.nearest(gallery)
    return _weighed(track, sorted(people), gallery, scales, around)


def _weighed(track: TrackEvidence, people: list[str], gallery: PersonGallery, scales: Scales,
             around: Around) -> list[Candidate]:
    face = _evidence(track.faces, gallery, people, scales.face)
    if scales.classifier is not None and len(track.faces):
        _classify(face, track.faces, people, scales.classifier)
    body = _evidence(track.bodies, gallery, people, scales.body)
    sizes = {FACE: gallery.size(FACE, track.faces.model),
             BODY: gallery.size(BODY, track.bodies.model)}
    found = []
    for person_id, of_face, of_body in zip(people, face.tolist(), body.tolist()):
        of_place = around.places.get(person_id, 0.0)
        if math.isnan(of_face) and math.isnan(of_body) and not of_place > 0.0:
            continue
        known = sizes[BODY] if math.isnan(of_face) else sizes[FACE]
        total = around.worth(gallery.get(person_id), known) + sum(
            each for each in (of_face, of_body) if not math.isnan(each))
        found.append(Candidate(person_id, total, of_face, of_body, of_place))
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
