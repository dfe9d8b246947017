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

"""Laws of identity: one person per track of a camera, as long as the track lives."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.identity import IdentityConfig
from person_tracker.core.identity import IdentityManager
import pytest

FORGET_S = IdentityConfig().forget_track_s


@pytest.fixture
def manager():
    return IdentityManager()


def test_track_keeps_its_person_as_long_as_it_is_heard_of(manager):
    first = manager.identify('door', [1, 2], 0.0)
    for time_s in np.arange(1.0, 3 * FORGET_S, FORGET_S / 3):
        assert manager.identify('door', [1, 2], time_s) == first


def test_track_out_of_view_keeps_its_person_for_a_while_only(manager):
    person = manager.identify('door', [1], 0.0)
    manager.identify('door', [], 0.9 * FORGET_S)
    assert manager.identify('door', [1], FORGET_S) == person
    manager.identify('door', [], 2.1 * FORGET_S)
    assert len(manager) == 0
    assert manager.identify('door', [1], 2.2 * FORGET_S) != person


def test_same_track_id_of_two_cameras_is_two_people(manager):
    assert manager.identify('door', [1], 0.0) != manager.identify('hall', [1], 0.0)
    assert len(manager) == 2


def test_clock_of_one_camera_does_not_age_the_tracks_of_another(manager):
    person = manager.identify('door', [1], 0.0)
    manager.identify('hall', [1], 1e9)
    assert manager.identify('door', [1], 1.0) == person


@given(strategies.lists(strategies.lists(strategies.integers(1, 8), max_size=6), max_size=8))
def test_answers_come_in_the_order_asked_and_are_different_for_different_tracks(calls):
    manager = IdentityManager()
    known = {}
    for time_s, track_ids in enumerate(calls):
        people = manager.identify('door', track_ids, float(time_s))
        assert len(people) == len(track_ids)
        for track_id, person in zip(track_ids, people):
            assert known.setdefault(track_id, person) == person
    assert len(set(known.values())) == len(known) == len(manager)


def test_person_ids_are_opaque_and_start_with_a_letter(manager):
    for person in manager.identify('door', list(range(1, 100)), 0.0):
        assert person.isalnum()
        assert person[0].isalpha()


def test_two_managers_name_people_apart_unless_they_share_their_luck():
    first, second = IdentityManager(), IdentityManager()
    assert first.identify('door', [1], 0.0) != second.identify('door', [1], 0.0)
    lucky = [IdentityManager(generator=np.random.default_rng(7)) for _ in range(2)]
    assert lucky[0].identify('door', [1], 0.0) == lucky[1].identify('door', [1], 0.0)


def test_settings_may_change_while_people_stay(manager):
    person = manager.identify('door', [1], 0.0)
    manager.config = IdentityConfig(forget_track_s=10 * FORGET_S)
    assert manager.identify('door', [1], 5 * FORGET_S) == person
    manager.config = IdentityConfig(forget_track_s=1.0)
    manager.identify('door', [], 5 * FORGET_S + 2.0)
    assert len(manager) == 0


def test_small_step_back_in_time_loses_nobody(manager):
    people = manager.identify('door', [1, 2], 10.0)
    assert manager.identify('door', [1], 9.0) == people[:1]
    assert manager.identify('door', [2], 10.5) == people[1:]


def test_far_jump_back_in_time_forgets_what_was_seen_in_the_future(manager):
    manager.identify('door', [1, 2], 10 * FORGET_S)
    manager.identify('door', [3], 0.0)
    assert len(manager) == 1


def test_number_of_people_stays_bounded_while_tracks_come_and_go(manager):
    for step in range(2000):
        manager.identify('door', [step, step + 1], step * FORGET_S / 50)
        assert len(manager) <= 53


def test_track_ids_given_are_never_changed(manager):
    track_ids = [3, 1]
    manager.identify('door', track_ids, 0.0)
    assert track_ids == [3, 1]


@pytest.mark.parametrize('value', [0.0, -1.0, float('inf')])
def test_tracks_cannot_be_kept_for_ever_or_not_at_all(value):
    with pytest.raises(ValueError, match='forget_track_s must be > 0 s'):
        IdentityConfig(forget_track_s=value)
