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

"""The looks of a camera's tracks: `features` and `tracks` of one image brought together."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.look_matching import clear_matches
from person_tracker.core.types import Appearance
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.identity_conversions import looks_from_features
from person_tracker.nodes.look_check import LookCheck
from person_tracker.nodes.stamps import nanoseconds
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson

_KEPT = 8  # messages of `features` that wait for their `tracks`


class LookFeed:
    """Keeps the last few `features` of a camera until the tracks of the same image come."""

    def __init__(self, check: LookCheck) -> None:
        self._check = check
        self._features: OrderedDict[int, PersonFeaturesArray] = OrderedDict()

    def put(self, features: PersonFeaturesArray) -> None:
        """Keep a message, unless its looks cannot be used."""
        if not self._check.accepts(features.model, features.people):
            return
        self._features[nanoseconds(features.header.stamp)] = features
        while len(self._features) > _KEPT:
            self._features.popitem(last=False)

    def looks_of(self, people: list[TrackedPerson], wanted: NDArray[np.bool_],
                 stamp_ns: int) -> tuple[list[int], Appearance] | None:
        """
        Return the tracks whose look in the image of that stamp is clear, and these looks.

        Parameters
        ----------
        people
            N tracks of the image.
        wanted
            Shape (N,): whose looks are asked for.
        stamp_ns
            Stamp of the image, nanoseconds.

        """
        features = self._features.get(stamp_ns)
        if features is None or not wanted.any():
            return None
        rows, found = clear_matches(
            boxes_from_msgs([person.bbox for person in people]),
            boxes_from_msgs([person.bbox for person in features.people]))
        asked = wanted[rows]
        if not asked.any():
            return None
        return ([people[row].track_id for row in rows[asked].tolist()],
                looks_from_features(features, found[asked]))
