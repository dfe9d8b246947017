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

"""Erase a person, also where looks of the person are kept as evidence against somebody else."""

import numpy as np
from person_tracker.core.people import Change
from person_tracker.core.people import FACE
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.scale_book import ScaleBook


def erasing(gallery: PersonGallery, person_id: str, scales: ScaleBook) -> list[Change]:
    """
    Return what erases a person.

    Of the looks by which an operator said who somebody is *not*, those go that may be this
    person's: the ones more likely the person's than a stranger's.

    Raises
    ------
    PersonError
        Nobody has the id.

    """
    gallery.get(person_id)
    changes: list[Change] = []
    for other in gallery:
        looks = [each for each in other.prototypes if each.is_negative]
        if not looks or other.person_id == person_id:
            continue
        alike = tuple(
            each.prototype_id for each in looks
            if (scales.face if each.kind == FACE else scales.body)(each.model).log_odds(
                gallery.similarities(each.kind, each.model, each.embedding[np.newaxis],
                                     [person_id]))[0, 0] > 0.0)
        if alike:
            changes.append(PrototypesRemoved(other.person_id, alike))
    return [*changes, PersonForgotten(person_id)]
