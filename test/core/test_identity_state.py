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

"""Laws of change: contradictions split and are taken back, agreement merges, age ends."""

import numpy as np
from person_tracker.core.identity_events import EventKind
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import PeopleMerged
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.person_gallery import PersonGallery
import pytest


def looks_of(door, person_id, kind, time_s=0.0):
    """Return the looks kept of a person that are not older."""
    person = door.gallery.find(person_id)
    return [] if person is None else [
        each for each in person.prototypes if each.kind == kind and each.time_s >= time_s]


def events(door, kind):
    return [event for event in door.events if event.kind == kind]


class TestSplits:

    def test_faces_that_contradict_end_what_clothes_carried(self, stage):
        door = stage(['Anna'], body__carry_name_s=1800.0)
        door.play(1.0, 10.0, t1='Anna good red')
        assert door.play(100.0, 110.0, t2='Anna none red').name == 'Anna'
        # The clothes were hers, the face is not.
        answer = door.play(110.5, 112.0, t2='Bob good red')
        assert answer.name == ''
        assert answer.person_id != 'pAnna'
        assert [event.person_id for event in events(door, EventKind.SPLIT)] == ['pAnna']

    def test_what_the_track_taught_is_taken_back(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, 'hall', t1='Anna good red')
        door.show(100.0, t2='Anna good blue')
        door.play(100.5, 102.0, t2='Bob poor blue')  # too poor to tell yet
        assert looks_of(door, 'pAnna', BODY, 100.0)
        assert door.play(102.5, 110.0, t2='Bob poor blue').person_id != 'pAnna'
        assert [event.person_id for event in events(door, EventKind.SPLIT)] == ['pAnna']
        assert not looks_of(door, 'pAnna', BODY, 100.0)
        assert len(looks_of(door, 'pAnna', FACE)) >= 3  # what was enrolled stays
        assert looks_of(door, 'pAnna', BODY)  # and what another track taught

    def test_a_person_ruled_out_is_not_given_back_on_that_track(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna good red')
        door.play(100.0, 110.0, t2='Anna none red')
        door.play(110.5, 112.0, t2='Bob good red')
        assert door.play(112.5, 140.0, t2='Bob none red').person_id != 'pAnna'

    @pytest.mark.parametrize('people, name', [
        (['Anna', 'Bob'], 'Bob'),  # somebody known
        (['Anna'], ''),            # a stranger
    ])
    def test_a_track_that_goes_over_to_somebody_else_is_noticed_by_two_faces(
            self, stage, people, name):
        door = stage(people)
        door.play(1.0, 10.0, t1='Anna')
        answers = [door.show(time_s, t1='Bob') for time_s in (10.5, 11.0, 11.5)]
        assert [each.name for each in answers] == ['Anna', name, name]
        assert door.play(12.0, 15.0, t1='Bob').person_id not in ('', 'pAnna')

    @pytest.mark.parametrize('then', [
        'Bob good unseen',  # two faces show it
        'Bob none',         # more of his clothes do
    ])
    def test_what_was_learnt_before_a_track_went_over_stays_and_what_came_after_goes(
            self, stage, then):
        door = stage(['Anna'], face__min_quality=0.3)
        door.play(1.0, 10.0, t1='Anna')
        door.play(10.5, 11.0, t1='Bob none')  # has gone over already, the face is hidden
        assert looks_of(door, 'pAnna', BODY, 10.5)
        door.play(11.5, 13.0, t1=then)
        assert not looks_of(door, 'pAnna', BODY, 10.5)
        assert looks_of(door, 'pAnna', BODY)

    def test_two_who_swap_their_tracks_get_their_names_back(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 10.0, t1='Anna', t2='Bob')
        answers = door.play(10.5, 20.0, t1='Bob', t2='Anna')
        assert [each.name for each in answers] == ['Bob', 'Anna']

    def test_an_impostor_found_out_by_the_true_one_taught_nothing(self, stage):
        door = stage(['Anna'], body__max_looks=16)
        door.play(1.0, 3.0, 'hall', t1='Anna good red')
        door.show(100.0, t2='Anna good red')
        door.play(100.5, 105.0, t2='Bob none red')  # has gone over, the face is hidden
        wrong = set(door.track(track_id=2).contributed)
        assert wrong
        door.play(105.5, 108.0, t2='Bob none red', t3='Anna good red')
        assert door.track(track_id=3).person_id == 'pAnna'
        assert not wrong & {each.prototype_id for each in looks_of(door, 'pAnna', BODY)}

    def test_who_is_taken_off_a_track_is_told(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 3.0, t1='Anna good red')
        door.play(100.0, 105.0, t2='Anna none red')
        door.play(105.5, 106.0, t2='Anna none red', t3='Anna good red')
        assert door.track(track_id=2).person_id != 'pAnna'
        split, = events(door, EventKind.SPLIT)
        assert (split.track_id, split.person_id) == (2, 'pAnna')


class TestMerges:

    def test_a_new_person_who_shows_a_known_face_is_merged_into_the_older(self, stage):
        door = stage(['Anna'])
        new = door.play(100.0, 110.0, t1='Anna none').person_id
        assert new not in ('', 'pAnna')
        answer = door.play(110.5, 113.0, t1='Anna')
        assert (answer.person_id, answer.name) == ('pAnna', 'Anna')
        merged, = events(door, EventKind.MERGED)
        assert (merged.person_id, merged.other_person_id, merged.name) == ('pAnna', new, 'Anna')
        assert new not in door.gallery
        assert looks_of(door, 'pAnna', BODY, 100.0)

    def test_the_name_goes_along_where_the_older_has_none(self, stage, cast):
        door = stage()
        older = door.play(100.0, 110.0, t1='Anna none red').person_id
        door.ask([PersonCreated(cast.enrolled('Anna', created_s=150.0))], 150.0)
        door.show(175.0)  # the first track is over
        answer = door.play(200.0, 215.0, 'hall', t2='Anna good red')
        assert (answer.person_id, answer.name) == (older, 'Anna')
        merged, = events(door, EventKind.MERGED)
        assert (merged.person_id, merged.other_person_id) == (older, 'pAnna')
        assert door.named('Anna') == older

    def test_tracks_of_other_cameras_follow(self, stage):
        door = stage(['Anna'])
        new = door.play(100.0, 105.0, t1='Anna none').person_id
        assert door.play(104.0, 108.0, 'hall', t7='Anna none').person_id == new
        door.play(108.5, 110.0, t1='Anna')
        assert door.show(110.0, 'hall', t7='Anna none').person_id == 'pAnna'

    def test_two_with_names_are_never_merged(self, stage, cast):
        twin = Person('pBea', 'Bea', prototypes=tuple(
            each for each in cast.enrolled('Anna', 6).prototypes[3:]))
        door = stage(['Anna', twin])  # one face under two names
        answers = {door.show(time_s, t1='Anna').name for time_s in np.arange(1.0, 30.0, 0.5)}
        assert answers == {''}
        assert not events(door, EventKind.MERGED)
        assert {'pAnna', 'pBea'} <= {person.person_id for person in door.gallery}

    def test_who_were_seen_together_are_never_merged(self, stage):
        door = stage()
        one, other = (each.person_id for each in door.play(
            1.0, 10.0, t1='Anna none', t2='Bob none'))
        door.play(100.0, 105.0, t3='Anna good')
        door.play(200.0, 220.0, t4='Anna good')
        assert one != other
        assert {one, other} <= {person.person_id for person in door.gallery}

    def test_a_merge_loses_no_look_within_the_limits(self, stage):
        door = stage(['Anna'], face__max_looks=16, body__max_looks=16)
        new = door.play(100.0, 102.0, t1='Anna none').person_id
        before = {each.prototype_id for who in ('pAnna', new)
                  for each in door.gallery.get(who).prototypes}
        door.show(102.5, t1='Anna')
        after = {each.prototype_id for each in door.gallery.get('pAnna').prototypes}
        assert new not in door.gallery
        assert before <= after

    def test_a_face_decides_whoever_else_wore_these_clothes(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna good red')
        by_clothes = door.play(100.0, 110.0, t2='Anna none blue').person_id
        assert by_clothes not in ('', 'pAnna')
        assert door.play(200.0, 202.0, t3='Anna good blue').name == 'Anna'
        clothes, = (each for each in door.track(track_id=3).candidates
                    if each.person_id == by_clothes)
        assert clothes.total > door.config.accept_log_odds
        assert by_clothes in door.gallery  # one would be believed, but not joined for good
        door.play(202.5, 206.0, t3='Anna good blue')
        assert by_clothes not in door.gallery
        assert len(events(door, EventKind.MERGED)) == 1

    def test_clothes_seen_after_the_face_was_hidden_join_nobody(self, stage):
        door = stage(['Anna'])
        bob = door.play(1.0, 10.0, t1='Bob none').person_id
        door.play(100.0, 105.0, t2='Anna good')
        door.play(105.5, 120.0, t2='Bob none')  # the track has gone over to him
        clothes, = (each for each in door.track(track_id=2).candidates if each.person_id == bob)
        assert clothes.body > 8.0
        assert bob in door.gallery
        assert not events(door, EventKind.MERGED)

    def test_two_who_have_different_faces_are_not_joined_by_the_same_clothes(self, stage):
        door = stage(['Anna'])
        bob = door.play(1.0, 10.0, t1='Bob good').person_id
        assert door.play(100.0, 110.0, t2='Anna good those_of_Bob').name == 'Anna'
        assert bob in door.gallery
        assert not events(door, EventKind.MERGED)


class TestLearning:

    def test_enrolled_faces_are_never_displaced(self, stage):
        door = stage(['Anna'], face__max_looks=4)
        enrolled = set(door.gallery.get('pAnna').prototypes)
        door.play(1.0, 100.0, t1='Anna')
        assert enrolled <= set(door.gallery.get('pAnna').prototypes)

    def test_a_named_person_learns_no_face_that_is_not_surely_hers(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna')
        faces = looks_of(door, 'pAnna', FACE)
        assert door.play(100.0, 101.0, t2='Anna none').person_id == 'pAnna'
        door.show(101.5, t2='Bob poor')
        assert looks_of(door, 'pAnna', FACE) == faces

    def test_clothes_that_only_clothes_have_vouched_for_teach_nothing(self, stage):
        door = stage()
        person_id = door.play(1.0, 10.0, t1='Anna none').person_id
        assert looks_of(door, person_id, BODY)  # of a new person's own track
        assert door.play(100.0, 130.0, t2='Anna none').person_id == person_id
        assert door.track(track_id=2).log_odds > door.config.accept_log_odds
        assert not looks_of(door, person_id, BODY, 100.0)

    @pytest.mark.parametrize('who_vouches', ['face', 'operator'])
    def test_clothes_are_learnt_once_a_face_or_an_operator_vouches_for_them(
            self, stage, who_vouches):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna good red')
        assert door.play(100.0, 110.0, t2='Anna none red').person_id == 'pAnna'
        assert not looks_of(door, 'pAnna', BODY, 100.0)
        if who_vouches == 'face':
            door.show(110.5, t2='Anna good red')
        else:
            door.edits.appoint(door.track(track_id=2), 'pAnna', 110.5)
        door.play(111.0, 120.0, t2='Anna none red')
        assert looks_of(door, 'pAnna', BODY, 111.0)

    def test_galleries_stay_within_their_limits_over_a_long_random_run(self, stage, contents):
        door = stage(['Anna'], face__max_looks=3, body__max_looks=4, body__memory_s=300.0,
                     retention__anonymous_s=600.0, retention__max_anonymous=5)
        random, now_s = np.random.default_rng(3), 1.0
        actors = ['Anna', 'Bob', 'Cleo', *(f'stranger{number}' for number in range(12))]
        for visit in range(60):
            who = random.choice(actors, 2, replace=False)
            tracks = {f't{10 * visit + place}': ' '.join((
                each, random.choice(['good', 'poor', 'none']),
                f'{random.choice(["red", "blue", "green"])}_of_{each}'))
                for place, each in enumerate(who)}
            camera = str(random.choice(['door', 'hall']))
            door.play(now_s, now_s + 6.0, camera, **tracks)
            now_s += 6.0 + float(random.choice([2.0, 30.0, 120.0]))
            for person in door.gallery:
                for kind, limit in ((FACE, 3), (BODY, 4)):
                    assert len(looks_of(door, person.person_id, kind)) <= limit
        for pause_s in (100.0, 200.0):
            for camera in ('door', 'hall'):
                door.show(now_s + pause_s, camera)
        assert sum(not person.name for person in door.gallery) <= 5
        assert len(door.manager) == 0
        replayed = PersonGallery([door.cast.enrolled('Anna')])
        for change in door.journal:
            replayed.apply(change)
        assert contents(replayed) == contents(door.gallery)

    def test_what_a_track_remembers_of_its_lessons_is_bounded(self, stage):
        door = stage(['Anna'], body__max_looks=4)
        door.play(1.0, 100.0, t1='Anna')
        assert len(door.track().contributed) <= 50


class TestRetention:

    def test_anonymous_people_are_forgotten_in_time_and_named_ones_stay(self, stage):
        door = stage(['Anna'], retention__anonymous_s=3600.0)
        stranger = door.play(1.0, 10.0, t1='Bob').person_id
        door.play(11.0, 20.0, t2='Anna')
        door.show(3500.0)
        assert stranger in door.gallery
        door.show(3700.0)
        assert [person.name for person in door.gallery] == ['Anna']
        assert [event.person_id for event in events(door, EventKind.FORGOTTEN)] == [stranger]

    def test_who_is_in_view_is_not_forgotten(self, stage):
        door = stage(retention__anonymous_s=100.0, retention__max_anonymous=0)
        person_id = door.play(1.0, 300.0, t1='Bob').person_id
        assert person_id in door.gallery

    def test_who_is_forgotten_with_age_pauses_no_camera(self, stage):
        door = stage(retention__anonymous_s=100.0)
        door.play(1.0, 10.0, t1='Bob')
        door.show(300.0)
        assert len(door.gallery) == 0
        assert door.play(301.0, 305.0, t2='Cleo').person_id

    def test_named_people_are_forgotten_where_that_is_wanted(self, stage):
        door = stage(['Anna'], retention__named_s=600.0)
        door.play(1.0, 10.0, t1='Anna')
        door.show(500.0)
        assert 'pAnna' in door.gallery
        door.show(700.0)
        assert 'pAnna' not in door.gallery

    def test_who_left_no_look_is_not_forgotten_while_on_another_track(self, stage):
        door = stage(body__memory_s=2.0, forget_track_s=10.0)
        person_id = door.play(1.0, 10.0, t1='Anna none').person_id
        assert door.play(8.0, 12.0, 'hall', t1='Anna none').person_id == person_id
        for time_s in np.arange(12.5, 40.0, 0.5).tolist():
            door.show(time_s)
            door.show(time_s, 'hall', t1='Anna none unseen')
        assert door.show(40.0, 'hall', t1='Anna none').person_id == person_id


class TestJournal:

    def test_a_merge_is_told_in_the_journal(self, stage):
        door = stage(['Anna'])
        new = door.play(100.0, 105.0, t1='Anna none').person_id
        door.play(105.5, 107.0, t1='Anna')
        assert PeopleMerged('pAnna', new) in door.journal

    def test_journal_is_silent_while_nothing_is_learnt(self, stage):
        door = stage(['Anna'], learning__strangers=False)
        door.play(1.0, 30.0, t1='Bob')
        assert door.journal == []
