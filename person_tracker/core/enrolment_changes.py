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

"""What enrolling a face under a name changes, or why it must not be."""

from collections.abc import Sequence
from dataclasses import replace
import math

import numpy as np
from person_tracker.core.enrolment import agreement
from person_tracker.core.enrolment import check_not_known
from person_tracker.core.enrolment import same_face
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.ledger import limits_of
from person_tracker.core.lessons import tidied
from person_tracker.core.people import Change
from person_tracker.core.people import FACE
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.person_gallery import PersonGallery

# A look of at least this similarity is one that is kept already: the same picture once more.
_SAME_PICTURE = 0.999


def enrolment_changes(gallery: PersonGallery, name: str, looks: Sequence[Prototype],
                      calibration: Calibration, config: IdentityConfig, *, new_id: str,
                      time_s: float, person_id: str = '') -> tuple[str, list[Change]]:
    """
    Return who gets a name for a face, and what has to change for that.

    Whoever has the name already gets the looks that are new. Where nothing of the person can be
    compared, since another network made those looks or none is kept, the user's word counts.
    Whoever is known by this face, or is in view, without a name gets the name; several become one
    person. Of more looks than are kept those stay that differ most.

    Parameters
    ----------
    gallery
        Who is known.
    name
        What the person is to be called.
    looks
        One or more, all of one face and made by one network.
    calibration
        The scale of that network.
    config
        How sure one must be that an anonymous person has this face, and how many looks are kept.
    new_id
        The person_id, should this be a new person.
    time_s
        When the person becomes known, seconds since 1970.
    person_id
        Whom the looks were taken of, where that is known; empty: of nobody known.

    Returns
    -------
    tuple
        The person_id, and the changes; none where everything is known already.

    Raises
    ------
    EnrolmentError
        The face belongs to another name, or the name to another face.

    """
    embeddings = np.stack([look.embedding for look in looks])
    model = looks[0].model
    holder = gallery.named(name)
    is_trusted = holder is not None and math.isnan(
        agreement(gallery, holder.person_id, embeddings, model, calibration))
    check_not_known(gallery, embeddings, model, calibration, name,
                    holder.person_id if holder is not None and is_trusted else '')
    same = same_face(gallery, embeddings, model, calibration, config.accept_log_odds)
    nameless = [each for each in dict.fromkeys([person_id, *same])
                if each in gallery and not gallery.get(each).name]
    first: list[Change] = []
    if holder is not None:
        person = holder
    elif nameless:
        person = gallery.get(nameless.pop(0))
        first = [PersonRenamed(person.person_id, name)]
    else:
        person = Person(new_id, name, time_s)
        first = [PersonCreated(person)]
    # Whoever has this face under another id turns out to be the same person.
    doubles = [gallery.get(each) for each in nameless]
    new = _unlike(looks, person.prototypes)
    added = [PrototypesAdded(person.person_id, new)] if new else []
    merged = [PeopleMerged(person.person_id, each.person_id) for each in doubles]
    prototypes = person.prototypes + new + tuple(
        look for each in doubles for look in each.prototypes)
    surplus = tidied(replace(person, prototypes=prototypes), limits_of(config))
    return person.person_id, [*first, *added, *merged, *surplus]


def _unlike(looks: Sequence[Prototype], kept: Sequence[Prototype]) -> tuple[Prototype, ...]:
    """Return the looks that are neither kept yet nor there before in the row."""
    new: list[Prototype] = []
    for look in looks:
        others = [other.embedding for other in (*kept, *new) if other.kind == FACE
                  and other.model == look.model and not other.is_negative]
        if all(float(look.embedding @ other) < _SAME_PICTURE for other in others):
            new.append(look)
    return tuple(new)
