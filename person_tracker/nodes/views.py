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

"""One entry per person over all cameras, and what one camera sees of them."""

from collections.abc import Iterable
from collections.abc import Sequence
from copy import copy
import math

from person_tracker.nodes.stamps import nanoseconds
from person_tracker_msgs.msg import PersonView
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from std_msgs.msg import Header


def united(people: Iterable[TrackedPerson]) -> list[TrackedPerson]:
    """
    Return one entry per person, with all views; who is not decided yet stays alone.

    Box and track are those of the best view: seen rather than predicted, and the highest. The
    identity is that of the view with the strongest evidence. The given entries stay as they are.
    """
    groups: dict[object, list[TrackedPerson]] = {}
    for number, person in enumerate(people):
        groups.setdefault(person.person_id or number, []).append(person)
    return [group[0] if len(group) == 1 else _joined(group) for group in groups.values()]


def seen_by(people: Iterable[TrackedPerson], camera: str) -> list[TrackedPerson]:
    """Return the people whom a camera sees, each with that camera's track and box."""
    found = []
    for person in people:
        if person.camera == camera:
            found.append(person)
            continue
        found += [_as_seen(person, view) for view in person.views if view.camera == camera][:1]
    return found


def image_of(array: TrackedPersonArray, camera: str) -> Header | None:
    """Return stamp and frame of the image of a camera that `people` answers, None: of none."""
    return next((image.header for image in array.images if image.camera == camera), None)


def _joined(group: Sequence[TrackedPerson]) -> TrackedPerson:
    person = copy(max(group, key=_worth))
    surest = max(group, key=lambda each: (each.identity_source, each.identity_confidence))
    for name in ('name', 'identity_source', 'identity_confidence', 'identity_margin'):
        setattr(person, name, getattr(surest, name))
    person.first_seen = min((each.first_seen for each in group), key=nanoseconds)
    person.last_seen = max((each.last_seen for each in group), key=nanoseconds)
    person.views = sorted((view for each in group for view in each.views), key=_worth,
                          reverse=True)
    return person


def _worth(view: TrackedPerson | PersonView) -> tuple[bool, float]:
    return view.state == TrackedPerson.CONFIRMED, view.bbox.size_y


def _as_seen(person: TrackedPerson, view: PersonView) -> TrackedPerson:
    seen = copy(person)
    for name in ('camera', 'track_id', 'state', 'score', 'bbox', 'last_seen'):
        setattr(seen, name, getattr(view, name))
    seen.velocity_px = [math.nan, math.nan]
    return seen
