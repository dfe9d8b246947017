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

"""Laws of learning: looks are few, differ, and an enrolled face is never displaced."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.lessons import lessons
from person_tracker.core.lessons import tidied
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.person_gallery import PersonGallery
import pytest

SCALE = Calibration(0.5, 20.0)  # looks alike by more than .8 add nothing


def at(look, degrees, **options):
    """Return a look in the plane, at so many degrees."""
    angle = np.radians(degrees)
    return look([np.cos(angle), np.sin(angle)], **options)


def taught(person, looks, limit):
    gallery = PersonGallery([person])
    for each in looks:
        for change in lessons(gallery.get('p1'), each, SCALE, limit):
            gallery.apply(change)
    return gallery.get('p1')


@pytest.mark.parametrize('degrees, is_learnt', [
    (0, False),    # the same once more
    (20, False),   # .94: hardly different
    (40, True),    # .77: another side
    (180, True),   # nothing in common
])
def test_only_what_differs_is_learnt(look, degrees, is_learnt):
    person = Person('p1', prototypes=(at(look, 0),))
    assert bool(lessons(person, at(look, degrees), SCALE, 8)) == is_learnt


def test_the_first_look_of_a_kind_and_network_is_always_learnt(look):
    person = Person('p1', prototypes=(
        at(look, 0), at(look, 0, model='b', kind=BODY), at(look, 0, kind=BODY, is_negative=True)))
    new = at(look, 0, kind=BODY)
    change, = lessons(person, new, SCALE, 8)
    assert change == PrototypesAdded('p1', (new,))


def test_a_face_fills_free_places_only(look):
    person = Person('p1', prototypes=(at(look, 0), at(look, 90)))
    assert lessons(person, at(look, 180), SCALE, 2) == []
    assert len(lessons(person, at(look, 180), SCALE, 3)) == 1


def test_a_body_displaces_the_older_of_the_two_most_alike(look):
    looks = [at(look, 0, kind=BODY, time_s=1.0), at(look, 50, kind=BODY, time_s=3.0),
             at(look, 90, kind=BODY, time_s=2.0)]
    person = taught(Person('p1', prototypes=tuple(looks)), [at(look, 180, kind=BODY, time_s=4.0)],
                    3)
    assert [each.time_s for each in person.prototypes] == [1.0, 3.0, 4.0]


@given(strategies.integers(0, 2**31), strategies.integers(1, 6), strategies.sampled_from(
    [FACE, BODY]))
def test_never_more_looks_than_allowed_and_the_newest_body_is_among_them(look, seed, limit, kind):
    random = np.random.default_rng(seed)
    looks = [look(random.normal(size=8), kind=kind, time_s=float(number))
             for number in range(30)]
    person = taught(Person('p1'), looks, limit)
    assert len(person.prototypes) <= limit
    nearest = max(float(each.embedding @ looks[-1].embedding) for each in person.prototypes)
    assert kind == FACE or nearest > 0.8


@given(strategies.integers(0, 2**31))
def test_tidied_leaves_as_many_as_allowed_of_each_kind_and_network(look, seed):
    random = np.random.default_rng(seed)
    prototypes = tuple(
        look(random.normal(size=4), model=str(random.choice(['a', 'b'])),
             kind=str(random.choice([FACE, BODY])), is_negative=bool(random.random() < 0.2),
             time_s=float(random.integers(100))) for _ in range(random.integers(0, 40)))
    person = Person('p1', prototypes=prototypes)
    gallery = PersonGallery([person])
    limits = {FACE: 2, BODY: 4}
    for change in tidied(person, limits):
        gallery.apply(change)
    left = gallery.get('p1').prototypes
    for kind, model in {(each.kind, each.model) for each in prototypes}:
        before, after = (sum((each.kind, each.model, each.is_negative) == (kind, model, False)
                             for each in looks) for looks in (prototypes, left))
        assert after == min(before, limits[kind])
    assert sum(each.is_negative for each in left) == sum(each.is_negative for each in prototypes)


def test_nothing_is_tidied_where_there_is_room(look):
    assert tidied(Person('p1', prototypes=(at(look, 0),)), {FACE: 1, BODY: 1}) == []
    assert tidied(Person('p1'), {FACE: 1, BODY: 1}) == []
