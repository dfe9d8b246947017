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

"""`person_tracker people identify`: whose faces photos show."""

from argparse import Namespace
from contextlib import closing
from dataclasses import dataclass
import json
import math
from pathlib import Path
import sys

import numpy as np
from person_tracker.commands.people_config import face_analyser
from person_tracker.commands.people_config import people_config
from person_tracker.commands.people_photos import PhotoError
from person_tracker.commands.people_photos import read_photo
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import recognised
from person_tracker.core.recognition import Verdict
from person_tracker.core.scale_book import ScaleBook
from person_tracker.models.face_classifier import face_classifier
from person_tracker.models.faces import FaceAnalyser
from person_tracker.store.people_store import PeopleStore
from tqdm import tqdm


@dataclass(frozen=True)
class _Face:
    box_xyxy: tuple[float, ...]
    quality: float
    verdict: Verdict


def identify(arguments: Namespace) -> None:
    """Print who is seen in each photo, face by face from left to right."""
    config = people_config(arguments)
    with closing(PeopleStore(arguments.store)) as store:
        gallery = PersonGallery(store.people())
    analyser = face_analyser(config.face)
    recognise = _Recogniser(gallery, analyser, config.identity)
    results, failures = [], []
    for photo in tqdm(arguments.photos, unit=' photos', disable=None, leave=False):
        try:
            faces = recognise.faces(photo)
        except PhotoError as error:
            failures.append(str(error))
            continue
        results.append({'photo': str(photo), 'faces': [_described(face) for face in faces]})
        if not arguments.json:
            for line in map(_sentence, faces) if faces else ('no face',):
                tqdm.write(f'{photo}: {line}', file=sys.stdout)
    if arguments.json:
        print(json.dumps(results, indent=2, ensure_ascii=False))
    if failures:
        raise PhotoError('\n'.join(failures))


class _Recogniser:
    """Says whose the faces in a photo are."""

    def __init__(self, gallery: PersonGallery, analyser: FaceAnalyser,
                 config: IdentityConfig) -> None:
        self._gallery = gallery
        self._analyser = analyser
        self._config = config
        model = analyser.name
        scales = ScaleBook({model: analyser.calibration}, face_classifier(config.classifier))
        scales.follow(gallery, model)
        self._scales = scales.of(model, '')

    def faces(self, photo: Path) -> list[_Face]:
        """Return the faces from left to right."""
        faces = self._analyser.in_frame(read_photo(photo))
        verdicts = recognised(
            self._gallery, faces.embeddings, faces.qualities, self._analyser.name,
            self._scales.face, self._config, self._scales.classifier)
        return [_Face(tuple(faces.boxes_xyxy[row].tolist()), float(faces.qualities[row]),
                      verdicts[row]) for row in np.argsort(faces.boxes_xyxy[:, 0], kind='stable')]


def _described(face: _Face) -> dict[str, object]:
    verdict = face.verdict
    return {
        'box_xyxy': [round(value, 1) for value in face.box_xyxy],
        'quality': round(face.quality, 3), 'person_id': verdict.person_id, 'name': verdict.name,
        'similarity': _rounded(verdict.similarity), 'log_odds': _rounded(verdict.log_odds),
        'confidence': round(verdict.confidence, 4), 'margin': _rounded(verdict.margin),
        'runner_up_id': verdict.runner_up_id, 'runner_up_name': verdict.runner_up_name,
        'runner_up_similarity': _rounded(verdict.runner_up_similarity)}


def _rounded(value: float) -> float | None:
    """Return a number for JSON, which knows neither NaN nor infinity: there is none."""
    return round(value, 3) if math.isfinite(value) else None


def _sentence(face: _Face) -> str:
    left, top, right, bottom = face.box_xyxy
    place = f'face at {left:.0f},{top:.0f} of {right - left:.0f}x{bottom - top:.0f} px'
    verdict = face.verdict
    if not face.quality:
        return f'{place}: unknown, too small, blurred, dark or turned away'
    who = verdict.name or verdict.person_id or 'unknown'
    if math.isnan(verdict.similarity):
        return f'{place}: {who}, nobody is known to compare with'
    text = f'{place}: {who}, similarity {verdict.similarity:.2f}'
    if not verdict.runner_up_id:
        return f'{text}, no runner-up'
    return (f'{text}, margin {verdict.margin:.1f} over '
            f'{verdict.runner_up_name or verdict.runner_up_id} '
            f'({verdict.runner_up_similarity:.2f})')
