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

"""The plain rule over people who are kept: the ids of `mean_gallery`, and all else of people."""

import numpy as np
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_events import Source
from person_tracker.core.mean_gallery import MeanGallery
from person_tracker.core.people import BODY
from person_tracker.core.people import Person
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.settings import updated
from person_tracker.core.types import Appearance
import pytest

PLAIN = {'rule': 'mean', 'forget_track_s': 5.0}


@pytest.fixture
def scene(stage):
    """Return a stage that is decided upon by the plain rule."""
    def make(*args, **values):
        return stage(*args, **{**PLAIN, **values})
    return make


@pytest.fixture
def plain():
    """Return a function that makes a manager of the plain rule."""
    def make(people=(), **values):
        config = updated(IdentityConfig(), {**PLAIN, **{
            name.replace('__', '.'): value for name, value in values.items()}})
        return IdentityManager(config, people, generator=np.random.default_rng(0))
    return make


def seen(manager, time_s, camera, track_ids, looks, model='a network'):
    """Show tracks of one image; return who is on each."""
    looks = np.atleast_2d(np.asarray(looks, np.float32))
    manager.observe_bodies(camera, track_ids, Appearance(
        looks, np.ones(len(looks), np.float32), model), time_s)
    found = manager.update(camera, track_ids, np.ones(len(track_ids), np.bool_), time_s)
    return [each.person_id for each in found]


def crowd(seed, images=150):
    """Make images of three cameras: people come, are seen with noise or not, and leave."""
    random = np.random.default_rng(seed)
    actors = random.normal(size=(12, 8)) + 0.5 * random.normal(size=8)
    tracks, ends = {}, {}
    for number in range(images):
        camera = f'camera{number % 3}'
        for track_id in [each for each in ends.get(camera, {}) if ends[camera][each] == number]:
            del ends[camera][track_id], tracks[camera, track_id]
        if random.random() < 0.4:
            track_id = number // 3 + 1
            tracks[camera, track_id] = actors[random.integers(len(actors))]
            ends.setdefault(camera, {})[track_id] = number + 3 * int(random.integers(1, 12))
        here = [track_id for of, track_id in tracks if of == camera]
        looks = np.array([tracks[camera, each] for each in here]).reshape(-1, 8)
        looks = looks + random.normal(0.0, 0.5, looks.shape)
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        looks[random.random(len(looks)) < 0.1] = 0.0
        yield number / 10, camera, here, looks.astype(np.float32)


def as_numbers(ids):
    """Return numbers for people in the order in which they appear; nobody is 0."""
    numbers = {'': 0, 0: 0}
    return [numbers.setdefault(each, len(numbers)) for each in ids]


class TestRule:

    @pytest.mark.parametrize('seed', range(8))
    def test_ids_are_those_of_the_plain_gallery(self, plain, seed):
        gallery, manager = MeanGallery(), plain(forget_track_s=60.0)
        expected, told = [], []
        for time_s, camera, track_ids, looks in crowd(seed):
            expected += gallery.identify(camera, track_ids, looks).tolist()
            told += seen(manager, time_s, camera, track_ids, looks)
        assert len(gallery) > 3
        assert as_numbers(told) == as_numbers(expected)

    def test_who_goes_to_another_camera_is_the_same_at_the_first_look(self, scene):
        door = scene()
        anna, bob = (each.person_id for each in door.play(
            1.0, 5.0, t1='Anna none', t2='Bob none'))
        hall = door.show(6.0, 'hall', t1='Bob none')
        assert hall.person_id == bob != anna
        assert hall.source == Source.BODY
        assert 0.0 < hall.confidence < 1.0 and hall.margin > 0.0
        cleo = door.show(6.5, 'hall', t1='Bob none', t2='Cleo none')[1]
        assert cleo.person_id not in ('', anna, bob)
        assert door.kinds() == ['CREATED', 'CREATED', 'RECOGNISED', 'CREATED']

    def test_a_track_keeps_its_person_whatever_it_looks_like(self, plain):
        manager = plain()
        first, = seen(manager, 1.0, 'door', [1], [1, 0])
        assert seen(manager, 2.0, 'door', [1], [-1, 0]) == [first]

    def test_a_track_that_is_over_is_decided_anew(self, plain):
        manager = plain()
        first, = seen(manager, 1.0, 'door', [1], [1, 0])
        manager.update('door', [], np.empty(0, np.bool_), 7.0)
        assert len(manager) == 0
        assert seen(manager, 8.0, 'door', [1], [0, 1]) != [first]

    def test_one_camera_may_show_a_person_twice(self, plain):
        one, other = seen(plain(), 1.0, 'door', [1, 2], [[1, 0], [0.9, 0.436]])
        assert one == other

    def test_faces_and_places_have_no_say(self, scene):
        door = scene(['Anna'])
        first = door.play(1.0, 5.0, t1='Anna good red', places={1: (1.0, 1.0)})
        other = door.play(1.0, 5.0, 'hall', t1='Anna good blue', places={1: (1.0, 1.0)})
        assert (first.name, other.name) == ('', '')
        assert door.named('Anna') not in (first.person_id, other.person_id)
        assert first.person_id != other.person_id

    def test_networks_are_not_compared_with_each_other(self, plain):
        manager = plain()
        first, = seen(manager, 1.0, 'door', [1], [1, 0], 'one')
        assert seen(manager, 2.0, 'hall', [1], [1, 0], 'other') != [first]
        assert seen(manager, 3.0, 'hall', [2], [1, 0, 0], 'one') != [first]

    def test_threshold_and_momentum_may_change_at_any_time(self, plain):
        manager = plain(mean__threshold=0.9, mean__momentum=0.0)
        first, = seen(manager, 1.0, 'door', [1], [1, 0])
        seen(manager, 2.0, 'door', [1], [0, 1])  # the newest look is the mean
        assert seen(manager, 3.0, 'hall', [1], [0, 1]) == [first]
        manager.config = updated(manager.config, {'mean.threshold': -1.0, 'mean.momentum': 0.5})
        assert seen(manager, 4.0, 'hall', [2], [0, -1]) == [first]
        # Opposite looks have no mean: the one before stays.
        assert manager.gallery.get(first).prototypes[0].embedding.tolist() == [0.0, 1.0]

    def test_strangers_stay_undecided_where_they_are_not_learnt(self, plain):
        manager = plain(learning__strangers=False)
        assert seen(manager, 1.0, 'door', [1], [1, 0]) == ['']
        assert len(manager.gallery) == 0


class TestKeeping:

    def test_the_mean_is_the_one_look_kept_and_written_down_now_and_then(self, plain):
        manager = plain()
        random = np.random.default_rng(0)
        changes = []
        for time_s in np.arange(0.0, 60.0, 0.1).tolist():
            look = np.array([1.0, random.normal(0.0, 0.1)])
            person_id, = seen(manager, time_s, 'door', [1], look / np.linalg.norm(look))
            changes += manager.take_changes()
            assert len(manager.gallery.get(person_id).prototypes) == 1
        assert 5 <= sum(isinstance(each, PrototypesAdded) for each in changes) <= 7
        kept = PersonGallery()
        for change in changes:
            kept.apply(change)
        mean, = kept.get(person_id).prototypes
        assert (mean.kind, mean.model) == (BODY, 'a network')
        assert mean.embedding @ manager.gallery.get(person_id).prototypes[0].embedding > 0.99

    def test_people_are_known_again_after_a_restart(self, scene, stage):
        door = scene()
        people = [each.person_id for each in door.play(
            1.0, 30.0, t1='Anna none', t2='Bob none')]
        door.manager.finish()
        door.note()
        kept = PersonGallery()
        for change in door.journal:
            kept.apply(change)
        again = scene(list(kept))
        assert [each.person_id for each in again.show(
            60.0, 'hall', t1='Anna none', t2='Bob none')] == people

    def test_who_was_learnt_by_evidence_begins_with_the_mean_of_all_looks(self, plain, look):
        looks = tuple(look(each, 'a network', BODY) for each in ([1, 0, 0], [0, 1, 0]))
        manager = plain([Person('pAnna', prototypes=looks)], mean__threshold=0.99)
        assert seen(manager, 1.0, 'door', [1], [0.7072, 0.7070, 0]) == ['pAnna']
        assert len(manager.gallery.get('pAnna').prototypes) == 1

    def test_clothes_are_forgotten_and_people_bounded_as_elsewhere(self, plain):
        manager = plain(retention__max_anonymous=5, body__memory_s=600.0)
        for number, look in enumerate(np.eye(40)):
            seen(manager, 100.0 * number, 'door', [number + 1], look)
        assert len(manager) == 1
        assert len(manager.gallery) <= 6
        manager.update('door', [], np.empty(0, np.bool_), 5000.0)
        assert not any(person.prototypes for person in manager.gallery)


class TestOperators:

    def test_a_name_is_the_persons_and_carried_as_elsewhere(self, scene):
        door = scene(body__carry_name_s=60.0, accept_log_odds=2.0, body__carry_log_odds=0.0)
        person_id = door.play(1.0, 5.0, t1='Anna').person_id
        assert door.enrol('Anna', 5.0) == person_id
        told = door.play(5.5, 8.0, t1='Anna none')
        assert (told.name, told.source) == ('Anna', Source.OPERATOR)
        assert door.show(20.0, 'hall', t1='Anna none').name == 'Anna'
        later = door.show(80.0, 'hall', t2='Anna none')
        assert (later.person_id, later.name) == (person_id, '')
        assert door.gallery.get(person_id).name == 'Anna'

    def test_who_is_forgotten_leaves_no_mean_and_is_a_stranger_after_the_pause(self, scene):
        door = scene(learning__pause_s=60.0)
        person_id = door.play(1.0, 5.0, t1='Anna none').person_id
        door.ask(door.edits.forgetting(person_id), 5.0)
        assert len(door.gallery) == 0
        assert door.play(5.5, 60.0, t1='Anna none').person_id == ''
        assert door.play(66.0, 67.0, t1='Anna none').person_id not in ('', person_id)

    def test_whom_an_operator_makes_one_are_one(self, scene):
        door = scene()
        red = door.play(1.0, 5.0, t1='Anna none red').person_id
        blue = door.play(1.0, 5.0, 'hall', t1='Anna none blue').person_id
        door.ask(door.edits.merging(red, blue), 5.0)
        assert door.show(5.5, 'hall', t1='Anna none blue').person_id == red
        assert door.show(6.0, 'yard', t1='Anna none red').person_id == red
        assert door.show(6.5, 'yard', t2='Anna none blue').person_id == red

    def test_who_an_operator_says_it_is_not_is_not_given_to_that_track_again(self, scene):
        door = scene()
        person_id = door.play(1.0, 5.0, t1='Anna none').person_id
        door.reject(5.0)
        assert door.play(5.5, 8.0, t1='Anna none').person_id not in ('', person_id)
        assert door.show(9.0, 'hall', t1='Anna none').person_id
