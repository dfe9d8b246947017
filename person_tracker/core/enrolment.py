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

"""Learn a face under a name: gather good looks, say what is missing, refuse what is doubtful."""

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.faces import Faces
from person_tracker.core.people import FACE
from person_tracker.core.people import Prototype
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import prior
from person_tracker.core.recognition import recognised
from person_tracker.core.recognition import SHORTLIST
from person_tracker.core.recognition import weighed
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from scipy.sparse.csgraph import connected_components

_RECENT = 5  # looks that the hint is about


class EnrolmentError(RuntimeError):
    """Looks cannot be learnt under this name; the text says why and what to do."""


class Hint(IntEnum):
    """What is missing, as the action EnrolPerson numbers it."""

    NONE = 0
    COME_CLOSER = 1
    FACE_CAMERA = 2
    TURN_HEAD = 3
    HOLD_STILL = 4
    MORE_LIGHT = 5
    STAND_ALONE = 6
    COME_BACK = 7


SENTENCES = {
    Hint.NONE: 'Stay like this.',
    Hint.COME_CLOSER: 'Please come closer.',
    Hint.FACE_CAMERA: 'Please look into the camera.',
    Hint.TURN_HEAD: 'Please turn your head a little.',
    Hint.HOLD_STILL: 'Please hold still.',
    Hint.MORE_LIGHT: 'Please go where there is more light.',
    Hint.STAND_ALONE: 'Please let nobody else stand close to you.',
    Hint.COME_BACK: 'Please come back into view.',
}


@dataclass(frozen=True)
class EnrolmentConfig:
    """What an enrolment gathers, and what it takes for a good look."""

    looks: int = setting(5, 'Looks to gather where a request does not say.', minimum=1, maximum=16)
    timeout_s: float = setting(
        30.0, 'An enrolment gives up after this time where a request does not say.',
        minimum=1.0, maximum=600.0, unit='s')
    min_quality: float = setting(
        0.3, 'Looks of lower quality are not learnt.', minimum=0.0, maximum=1.0)
    min_difference: float = setting(
        0.05, 'A look more alike to one already gathered (one minus cosine similarity) is not '
        'taken, so that the head is seen from several sides.', minimum=0.0, maximum=1.0)
    max_alike: int = setting(
        4, 'After so many looks alike one is taken all the same: not everybody can turn.',
        minimum=1, maximum=100)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class Enrolment:
    """
    Gathers looks of one track's face.

    Attributes
    ----------
    camera, track_id
        Whose face.
    wanted
        Looks to gather.
    model
        The network that made the looks; empty before the first.

    """

    def __init__(self, camera: str, track_id: int, wanted: int, config: EnrolmentConfig) -> None:
        """Begin without looks."""
        self.camera, self.track_id, self.wanted = camera, track_id, wanted
        self.model = ''
        self._config = config
        self._looks: list[Prototype] = []
        self._alike = 0
        self._recent: list[Hint] = []

    @property
    def gathered(self) -> int:
        """Return the number of looks so far."""
        return len(self._looks)

    @property
    def is_complete(self) -> bool:
        """Tell whether there are enough looks."""
        return self.gathered >= self.wanted

    @property
    def looks(self) -> tuple[Prototype, ...]:
        """Return the looks so far."""
        return tuple(self._looks)

    @property
    def hint(self) -> Hint:
        """Return what was missing most often of late."""
        if not self._recent:
            return Hint.FACE_CAMERA
        return Counter(self._recent).most_common(1)[0][0]

    def observe(self, faces: Faces, time_s: float) -> None:
        """Take in the faces of one image of this camera."""
        rows = np.flatnonzero(faces.track_ids == self.track_id)
        hint = self._take(faces, int(rows[0]), time_s) if len(rows) else Hint.FACE_CAMERA
        if len(rows) and _has_company(faces, int(rows[0])):
            hint = Hint.STAND_ALONE
        self._recent = [*self._recent, hint][-_RECENT:]

    def miss(self) -> None:
        """Take in that the track is out of sight."""
        self._recent = [Hint.COME_BACK]

    def _take(self, faces: Faces, row: int, time_s: float) -> Hint:
        embedding = faces.embeddings[row]
        if not embedding.any() or faces.qualities[row] < self._config.min_quality:
            return _missing(faces, row)
        if faces.model != self.model:
            self.model = faces.model
            self._looks.clear()
        alike = any(float(look.embedding @ embedding) > 1.0 - self._config.min_difference
                    for look in self._looks)
        self._alike = self._alike + 1 if alike else 0
        if alike and self._alike < self._config.max_alike:
            return Hint.TURN_HEAD
        self._alike = 0
        self._looks.append(Prototype(
            FACE, faces.model, embedding.copy(), float(faces.qualities[row]), time_s))
        return Hint.NONE


def check_looks(embeddings: NDArray[np.float32], calibration: Calibration) -> None:
    """
    Refuse looks that show two people.

    Parameters
    ----------
    embeddings
        Shape (N, D), L2-normalised.
    calibration
        Scale of the network that made them.

    Raises
    ------
    EnrolmentError
        Names the look, counted from 1, that fits the others least.

    """
    count = len(embeddings)
    if count < 2:
        return
    worth = calibration.log_odds(embeddings @ embeddings.T)
    np.fill_diagonal(worth, -np.inf)
    # One odd angle may differ from most, but it resembles at least its neighbour.
    groups, _ = connected_components(worth > 0.0, directed=False)
    if groups > 1:
        np.fill_diagonal(worth, 0.0)
        odd = int(worth.sum(axis=1).argmin()) + 1
        raise EnrolmentError(f'the looks show more than one person: number {odd} of {count} does '
                             'not fit the others; take looks of one person only')


def check_not_known(gallery: PersonGallery, embeddings: NDArray[np.float32], model: str,
                    calibration: Calibration, name: str, person_id: str = '') -> None:
    """
    Refuse a face that belongs to another name already, and a name that belongs to another face.

    Parameters
    ----------
    gallery
        Who is known.
    embeddings, model, calibration
        The looks, shape (N, D), and the network that made them.
    name
        What the person is to be called.
    person_id
        The person the looks are of, where known; empty: nobody yet.

    Raises
    ------
    EnrolmentError
        Names the other person.

    """
    for verdict in recognised(gallery, embeddings, np.ones(len(embeddings), np.float32), model,
                              calibration):
        if verdict.name and verdict.name != name and verdict.person_id != person_id:
            raise EnrolmentError(
                f'this face belongs to {verdict.name!r} already ({verdict.person_id}); rename or '
                'forget that person first if it is the same one')
    holder = gallery.named(name)
    if holder is None or holder.person_id == person_id:
        return
    support = agreement(gallery, holder.person_id, embeddings, model, calibration)
    if not support > 0.0:  # NaN: nothing to compare
        raise EnrolmentError(
            f'{name!r} is the name of another person ({holder.person_id}), whose face '
            f'{"differs" if support <= 0.0 else "is not known"}; choose another name, or forget '
            'that person first')


def agreement(gallery: PersonGallery, person_id: str, embeddings: NDArray[np.float32],
              model: str, calibration: Calibration) -> float:
    """Return how well looks fit a person, mean log-odds; NaN where nothing can be compared."""
    weights = weighed(gallery, FACE, model, embeddings, [person_id], calibration)
    return float(weights.mean()) if weights.size else math.nan


def same_face(gallery: PersonGallery, embeddings: NDArray[np.float32], model: str,
              calibration: Calibration, accept_log_odds: float) -> list[str]:
    """Return the people whom looks of one face show for sure, best first."""
    candidates = gallery.nearest(FACE, model, embeddings, SHORTLIST)
    if not candidates:
        return []
    weights = weighed(gallery, FACE, model, embeddings, candidates, calibration).mean(axis=0)
    weights = weights + prior(gallery.size(FACE, model))
    order = np.argsort(-weights, kind='stable')
    return [candidates[index] for index in order if weights[index] >= accept_log_odds]


def _missing(faces: Faces, row: int) -> Hint:
    """Return why a look is not good enough: the worst of what can be mended."""
    if faces.frontalities[row] < 0.35:
        return Hint.FACE_CAMERA
    if faces.brightnesses[row] < 0.2:
        return Hint.MORE_LIGHT
    if faces.embeddings[row].any() and faces.sharpnesses[row] < 0.3:
        return Hint.HOLD_STILL
    return Hint.COME_CLOSER


def _has_company(faces: Faces, row: int) -> bool:
    """Tell whether another face is so near that the two could be confused."""
    box = faces.boxes_xyxy[row]
    width = box[2] - box[0]
    centres = (faces.boxes_xyxy[:, :2] + faces.boxes_xyxy[:, 2:]) / 2.0
    distances = np.linalg.norm(centres - centres[row], axis=1)
    distances[row] = np.inf
    return bool(distances.min(initial=np.inf) < width)
