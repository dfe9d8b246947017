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

"""Whether two people are one: what their looks, their names and where they were seen say."""

import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.candidates import combined
from person_tracker.core.companies import Companies
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.track_book import TrackBook

_SAME = 3.0  # log-odds of the looks of two people from which they are one who became known twice


class Kinship:
    """
    Compares people who are known with each other.

    Attributes
    ----------
    companies
        Who was seen together.

    """

    def __init__(self, gallery: PersonGallery, scales: ScaleBook, tracks: TrackBook) -> None:
        """Compare the people of a gallery, who are on these tracks."""
        self.companies = Companies()
        self._gallery = gallery
        self._scales = scales
        self._tracks = tracks

    def may_be_one(self, one: str, other: str, *, by_face: bool = False) -> bool:
        """
        Tell whether two people can be one: not both named, seen together, or of two faces.

        Where no face has shown it, in two kinds of clothes neither.
        """
        if self._gallery.get(one).name and self._gallery.get(other).name:
            return False
        if self.are_two(one, other):
            return False
        face = self._agreement(one, other, FACE)
        if math.isnan(face):
            return by_face or not self._differ(one, other)
        return face > 0.0

    def are_two(self, one: str, other: str) -> bool:
        """Tell whether two people were, or are, seen together by one camera."""
        places = [{track.camera for track in self._tracks.of_person(person_id)
                   if track.is_visible} for person_id in (one, other)]
        return bool(places[0] & places[1]) or self.companies.are_two(one, other)

    def is_double(self, one: str, other: str) -> bool:
        """Tell whether two people are one who became known twice, by looks that leave no doubt."""
        if not self.may_be_one(one, other):
            return False
        face = self._agreement(one, other, FACE)
        return (self._agreement(one, other, BODY) if math.isnan(face) else face) >= _SAME

    def has_face_of(self, one: str, other: str) -> bool | None:
        """Tell whether two people have one face; None where that is not known."""
        face = self._agreement(one, other, FACE)
        return None if math.isnan(face) else face >= _SAME

    def resemblance(self, one: str, other: str) -> float:
        """Return what the bodies of two people say for their being one, log-odds; 0: nothing."""
        worth = [each for each in (self._agreement(one, other, BODY),
                                   self._agreement(other, one, BODY)) if not math.isnan(each)]
        return max(worth, default=0.0)

    def _agreement(self, one: str, other: str, kind: str) -> float:
        """Return what the looks of a person say for being another, log-odds; NaN: nothing."""
        log_odds, qualities = self._weigh_looks(one, other, kind)
        return float(combined(log_odds, qualities, kind)[0]) if len(log_odds) else math.nan

    def _differ(self, one: str, other: str) -> bool:
        """Tell whether the first was seen in clothes that the other has not worn."""
        log_odds, _ = self._weigh_looks(other, one, BODY)
        return bool((log_odds < 0.0).any())

    def _weigh_looks(self, one: str, other: str, kind: str) -> tuple[
            NDArray[np.float32], NDArray[np.float32]]:
        """Return log-odds of each look of the other being the one's, (n, 1), and qualities."""
        looks = [each for each in self._gallery.get(other).prototypes
                 if each.kind == kind and not each.is_negative]
        if not looks:
            return np.empty((0, 1), np.float32), np.empty(0, np.float32)
        model = looks[-1].model
        looks = [each for each in looks if each.model == model]
        similarities = self._gallery.similarities(
            kind, model, np.array([each.embedding for each in looks], np.float32), [one])
        scale = self._scales.face(model) if kind == FACE else self._scales.body(model)
        return (scale.log_odds(similarities),
                np.array([each.quality for each in looks], np.float32))
