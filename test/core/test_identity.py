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

"""Laws of identity: who is recognised, by what, for how long, and who never is."""

import numpy as np
from person_tracker.core.faces import Faces
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import Source
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.types import Appearance
import pytest

NOBODY = Identity()


def is_nobody(answer):
    return answer.person_id == answer.name == '' and answer.source == Source.NONE


class TestStrangers:

    def test_a_stranger_becomes_a_lasting_person_after_decide_s_and_not_before(self, stage):
        door = stage(learning__decide_s=2.0)
        for time_s in (1.0, 1.5, 2.0, 2.5):
            assert is_nobody(door.show(time_s, t1='Anna'))
        person_id = door.show(3.0, t1='Anna').person_id
        assert person_id.isalnum() and person_id[0].isalpha()
        assert door.play(3.5, 10.0, t1='Anna').person_id == person_id
        assert door.kinds() == ['CREATED']

    def test_without_strangers_they_stay_undecided(self, stage):
        door = stage(['Anna'], learning__strangers=False)
        anna, bob = door.play(1.0, 60.0, t1='Anna', t2='Bob')
        assert anna.name == 'Anna'
        assert is_nobody(bob)
        assert len(door.gallery) == 1

    def test_a_face_and_a_body_are_no_condition_for_being_somebody(self, stage):
        door = stage()
        person_id = door.play(1.0, 3.0, t1='Anna none unseen').person_id
        assert person_id
        assert door.play(3.5, 9.0, t1='Anna none unseen').person_id == person_id

    def test_who_left_no_look_is_nobody_once_the_track_is_over(self, stage):
        door = stage()
        door.play(1.0, 3.0, t1='Anna none unseen')
        door.show(3.0 + door.config.forget_track_s + 1.0)
        assert len(door.gallery) == 0
        assert len(door.manager) == 0

    def test_who_may_be_somebody_known_is_not_made_a_stranger_in_haste(self, stage):
        door = stage(['Anna'])
        decided = [bool(door.show(1.0 + number / 10, t1='Anna poor unseen').person_id)
                   for number in range(20)]
        assert not any(decided)


class TestReturning:

    @pytest.mark.parametrize('camera', ['door', 'hall'])
    def test_who_comes_back_is_the_same_by_clothes(self, stage, camera):
        door = stage()
        person_id = door.play(1.0, 10.0, t1='Anna none').person_id
        back = door.play(310.0, 320.0, camera, t2='Anna none')
        assert back.person_id == person_id
        assert back.source == Source.BODY
        assert door.kinds() == ['CREATED', 'RECOGNISED']

    @pytest.mark.parametrize('absence_s, is_same', [(590.0, True), (615.0, False)])
    def test_clothes_are_remembered_for_memory_s(self, stage, absence_s, is_same):
        door = stage(body__memory_s=600.0)
        person_id = door.play(1.0, 5.0, t1='Anna none').person_id
        back = door.play(5.0 + absence_s, 9.0 + absence_s, t2='Anna none').person_id
        assert (back == person_id) == is_same

    def test_without_memory_of_clothes_only_a_face_brings_somebody_back(self, stage):
        door = stage(['Bob'], body__memory_s=0.0)
        person_id = door.play(1.0, 10.0, t1='Anna none').person_id
        door.play(20.0, 30.0, t2='Bob')
        assert door.play(120.0, 125.0, t3='Anna none').person_id != person_id
        assert door.play(200.0, 205.0, t4='Bob').name == 'Bob'

    def test_a_face_is_remembered_for_ever(self, stage):
        door = stage(retention__anonymous_s=0.0)
        person_id = door.play(1.0, 5.0, t1='Anna').person_id
        back = door.play(1e7, 1e7 + 5.0, 'hall', t2='Anna good other_clothes')
        assert back.person_id == person_id
        assert back.source == Source.FACE

    @pytest.mark.parametrize('min_looks', [1, 3, 5])
    def test_nobody_is_recognised_by_clothes_alone_on_fewer_looks(self, stage, min_looks):
        door = stage(body__min_looks=min_looks, learning__doubt_s=60.0)
        person_id = door.play(1.0, 10.0, t1='Anna none').person_id
        for track_id in (2, 3):  # each track is looked at anew
            first_s = 100.0 * track_id
            found = [door.show(first_s + number / 2, **{f't{track_id}': 'Anna none'}).person_id
                     for number in range(8)]
            looks = found.index(person_id) + 1
            assert looks == max(min_looks, 2)  # one look does not convince

    def test_a_face_needs_no_looks_at_the_body(self, stage):
        door = stage(['Anna'], body__min_looks=8)
        assert door.show(1.0, t1='Anna good unseen').name == 'Anna'

    def test_other_clothes_without_a_face_are_somebody_else(self, stage):
        door = stage()
        person_id = door.play(1.0, 5.0, t1='Anna none red').person_id
        assert door.play(100.0, 105.0, t2='Anna none blue').person_id not in ('', person_id)

    def test_absence_counts_from_the_last_time_of_being_seen(self, stage, cast):
        door = stage(body__memory_s=600.0)
        look = cast.body('Anna', 'the same in every image')[0][None]

        def show(time_s, track_id):
            door.manager.observe_bodies('door', [track_id], Appearance(
                look, np.float32([0.9]), 'a body network'), time_s)
            return door.manager.update('door', [track_id], np.array([True]), time_s)[0].person_id

        for time_s in np.arange(1.0, 590.0, 2.0).tolist():
            person_id = show(time_s, 1)
        door.show(670.0)
        back = [show(time_s, 2) for time_s in np.arange(680.0, 690.0, 0.5).tolist()]
        assert back[-1] == person_id


class TestNames:

    def test_a_face_gives_the_name_and_it_follows_the_track_while_hidden(self, stage):
        door = stage(['Anna'], body__carry_name_s=10.0)
        assert door.show(1.0, t1='Anna').name == 'Anna'
        hidden = door.play(1.5, 100.0, t1='Anna none')
        assert (hidden.name, hidden.source) == ('Anna', Source.FACE)
        assert door.play(100.5, 130.0, t1='nobody').name == 'Anna'

    @pytest.mark.parametrize('absence_s, name', [(290.0, 'Anna'), (310.0, '')])
    def test_clothes_carry_a_name_for_carry_name_s_after_the_last_face(
            self, stage, absence_s, name):
        door = stage(['Anna'], body__carry_name_s=300.0)
        door.play(1.0, 10.0, t1='Anna')
        back = door.play(5.0 + absence_s, 10.0 + absence_s, 'hall', t2='Anna none')
        assert (back.person_id, back.name) == ('pAnna', name)
        assert back.source == Source.BODY

    @pytest.mark.parametrize('absence_s, name', [(45.0, 'Anna'), (55.0, '')])
    def test_clothes_carry_a_name_for_a_minute_where_nothing_else_is_wanted(
            self, stage, absence_s, name):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna')
        back = door.play(10.0 + absence_s, 16.0 + absence_s, 'hall', t2='Anna none')
        assert (back.person_id, back.name) == ('pAnna', name)

    def test_clothes_carry_a_name_only_where_they_are_surer_than_recognition_asks(self, stage):
        door = stage(['Anna'], body__carry_log_odds=3.0)
        door.play(1.0, 10.0, t1='Anna')
        said = []
        for time_s in np.arange(20.0, 30.0, 0.5).tolist():
            answer = door.show(time_s, 'hall', t2='Anna none')
            track = door.track('hall', 2)
            sure = door.config.accept_log_odds
            assert bool(answer.person_id) == (track.log_odds >= sure)
            assert bool(answer.name) == (track.log_odds >= sure + 3.0)
            said.append((answer.person_id, answer.name))
        assert ('pAnna', '') in said  # barely believed
        assert said[-1] == ('pAnna', 'Anna')

    def test_being_recognised_by_clothes_does_not_carry_the_name_longer(self, stage):
        door = stage(['Anna'], body__carry_name_s=300.0)
        door.play(1.0, 10.0, t1='Anna')
        assert door.play(250.0, 305.0, t2='Anna none').name == 'Anna'
        assert door.play(305.5, 320.0, t2='Anna none').name == ''
        assert door.play(320.5, 322.0, t2='Anna').name == 'Anna'

    def test_no_name_is_given_where_clothes_may_not_carry_it(self, stage):
        door = stage(['Anna'], body__carry_name_s=0.0)
        door.play(1.0, 10.0, t1='Anna')
        back = door.play(20.0, 30.0, 'hall', t2='Anna none')
        assert (back.person_id, back.name) == ('pAnna', '')

    def test_a_name_is_on_one_track_of_a_camera(self, stage, cast):
        door = stage(['Anna'])
        face, quality = cast.face('Anna', 'one picture shown twice')
        for number in range(20):
            seen = [(1, ['Anna', 'none']), (2, ['Anna', 'none'])]
            time_s = 1.0 + number / 2
            door.manager.observe_faces('door', Faces(
                np.zeros((2, 4), np.float32), np.zeros((2, 5, 2), np.float32),
                *[np.ones(2, np.float32)] * 4, np.float32([quality] * 2),
                np.stack([face] * 2), np.array([1, 2]), 'a face network'), time_s)
            answers = door.manager.update('door', [1, 2], np.array([True] * 2), time_s)
            assert sum(each.name == 'Anna' for each in answers) == 1
            assert len({each.person_id for each in answers}) == 2
        assert seen

    def test_the_same_person_may_be_on_two_cameras(self, stage):
        door = stage(['Anna'])
        assert door.play(1.0, 3.0, t1='Anna').name == 'Anna'
        assert door.play(1.0, 3.0, 'hall', t1='Anna').name == 'Anna'


class TestLookAlikes:

    @pytest.mark.parametrize('face', ['good', 'poor'])
    def test_a_stranger_who_looks_alike_gets_no_name(self, stage, face):
        door = stage(['Anna'], alike=['Anna', 'Bea'])
        names = {door.show(time_s, t1=f'Bea {face}').name
                 for time_s in np.arange(1.0, 60.0, 0.5).tolist()}
        assert names == {''}

    def test_a_stranger_who_looks_like_two_who_are_known_gets_neither_name(self, stage):
        door = stage(['Anna', 'Bea'], alike=['Anna', 'Bea', 'Cleo'])
        names = {door.show(time_s, t1='Cleo').name for time_s in np.arange(1.0, 60.0, 0.5)}
        assert names == {''}

    def test_look_alikes_who_are_known_are_told_apart_where_their_faces_are_well_seen(
            self, stage):
        door = stage(['Anna', 'Bea'], alike=['Anna', 'Bea'])
        assert [each.name for each in door.play(1.0, 5.0, t1='Bea', t2='Anna')] == ['Bea', 'Anna']

    def test_a_face_between_two_who_are_known_is_neither(self, stage, look, cast):
        between = sum(cast.face(who, 'photo 0')[0] for who in ('Anna', 'Bea'))
        door = stage(['Anna', 'Bea'])
        for number in range(20):
            door.manager.observe_faces('door', Faces(
                np.zeros((1, 4), np.float32), np.zeros((1, 5, 2), np.float32),
                *[np.ones(1, np.float32)] * 4, np.float32([0.9]),
                look(between).embedding[None], np.array([1]), 'a face network'), number / 2)
            answer, = door.manager.update('door', [1], np.array([True]), number / 2)
            assert answer.name == ''

    def test_two_seen_at_once_are_two_people_even_with_identical_looks(self, stage):
        door = stage()
        twins = door.play(1.0, 20.0, t1='Anna none', t2='Anna none')
        assert len({each.person_id for each in twins} - {''}) == 2
        assert 'MERGED' not in door.kinds()

    def test_of_two_in_the_same_clothes_the_face_decides(self, stage):
        door = stage(['Anna'], body__carry_name_s=1800.0)
        door.play(1.0, 10.0, t1='Anna good red')
        impostor = door.play(100.0, 110.0, t2='Anna none red')  # all but the face is hers
        assert impostor.name == 'Anna'
        impostor, anna = door.play(110.5, 115.0, t2='Anna none red', t3='Anna good red')
        assert (impostor.name, anna.name) == ('', 'Anna')

    @pytest.mark.parametrize('order', [(1, 2), (2, 1)])
    def test_the_better_evidence_gets_the_person(self, stage, cast, order):
        door = stage()
        person_id = door.play(1.0, 10.0, t1='Anna none').person_id
        best = door.gallery.get(person_id).prototypes[0].embedding
        worse = best + 0.55 * cast.body('Dan', 'x')[0]
        looks = {1: best, 2: worse / np.linalg.norm(worse)}
        for time_s, expected in ((100.0, ''), (100.5, ''), (101.0, person_id)):
            door.manager.observe_bodies('hall', order, Appearance(
                np.stack([looks[each] for each in order]), np.float32([0.9, 0.9]),
                'a body network'), time_s)
            answers = door.manager.update('hall', order, np.array([True, True]), time_s)
            found = dict(zip(order, answers))
            assert found[1].person_id == expected
            assert found[2].person_id != person_id

    def test_a_face_is_believed_whoever_is_known_by_the_same_clothes_alone(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna none red')  # a stranger's clothes
        door.play(100.0, 100.5, t2='Anna none red')
        assert door.track(track_id=2).person_id == ''
        answer = door.show(101.0, t2='Anna good red')
        clothes, = (each for each in door.track(track_id=2).candidates if np.isnan(each.face))
        face, = (each for each in door.track(track_id=2).candidates if each.face > 0.0)
        assert face.total - clothes.total < door.config.min_margin
        assert (answer.name, answer.source) == ('Anna', Source.FACE)


class TestHysteresis:

    @pytest.mark.parametrize('others', [
        ['Bob'],                             # one odd look
        ['Bob', 'Bob', 'Bob'],               # a few: she was hidden behind somebody
        ['Bob', 'Bob', 'Bob', 'Anna'] * 3,   # the same again and again
        ['Bob', 'Cleo', 'Dan', 'Eve'] * 2,   # the box is filled with this and that
    ])
    def test_some_odd_looks_at_clothes_do_not_overrule_what_was_decided(self, stage, others):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Bob')
        door.play(6.0, 10.0, t2='Anna')
        for number, who in enumerate(others):
            assert door.show(10.5 + number / 2, t2=f'{who} none').name == 'Anna'
        assert 'SPLIT' not in door.kinds()

    def test_a_track_in_other_clothes_for_good_has_gone_over_to_somebody_else(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Bob')
        door.play(6.0, 10.0, t2='Anna')
        answers = [door.show(10.5 + number / 2, t2='Bob none') for number in range(8)]
        assert [each.name for each in answers[:3]] == ['Anna'] * 3
        assert {each.person_id for each in answers[3:]} <= {'', 'pBob'}
        assert answers[-1].person_id == 'pBob'
        assert 'SPLIT' in door.kinds()

    def test_a_name_does_not_go_with_a_track_to_a_stranger_in_other_clothes(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna')
        names = [door.show(time_s, t1='Bob none').name
                 for time_s in np.arange(10.5, 30.0, 0.5).tolist()]
        assert set(names[3:]) == {''}

    def test_the_word_of_an_operator_outlasts_a_change_of_clothes(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 3.0, t1='Anna none')
        door.edits.appoint(door.track(), 'pAnna', 3.0)
        door.play(3.5, 6.0, t1='Anna none')
        assert door.play(6.5, 20.0, t1='Anna none red').name == 'Anna'
        assert 'SPLIT' not in door.kinds()

    def test_clothes_do_not_bring_another_person_to_a_track_that_has_one(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Bob good red')
        assert door.play(6.0, 10.0, t2='Anna good red').name == 'Anna'
        assert door.play(10.5, 30.0, t2='Anna none red').name == 'Anna'

    def test_a_poor_face_does_not_end_what_was_decided(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        answers = {door.show(time_s, t1='Anna poor').name for time_s in np.arange(5.5, 60, 0.5)}
        assert answers == {'Anna'}

    def test_one_odd_face_is_no_reason_for_another_name(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Anna')
        assert door.show(5.5, t1='Bob').name == 'Anna'
        assert door.play(6.0, 8.0, t1='Anna').name == 'Anna'
        assert 'SPLIT' not in door.kinds()

    def test_who_was_weighed_is_recognised_without_another_look_when_nothing_is_in_the_way(
            self, stage):
        door = stage(['Anna'], learning__strangers=False)
        door.play(1.0, 10.0, t1='Anna good red')
        answers = door.play(10.5, 20.0, t1='Anna good red', t2='Anna none red')
        assert [each.person_id for each in answers] == ['pAnna', '']
        assert door.show(20.5, t2='Anna none unseen').person_id == ''  # the other may come back
        assert door.show(21.5, t2='Anna none unseen').person_id == 'pAnna'


class TestTime:

    def test_an_empty_image_is_answered_with_nobody(self, stage):
        door = stage()
        assert door.show(1.0) == []
        assert door.manager.take_changes() == []

    def test_a_camera_that_sees_nobody_lets_time_pass(self, stage):
        door = stage()
        door.play(1.0, 3.0, t1='Anna')
        door.play(3.5, 4.0 + door.config.forget_track_s)
        assert len(door.manager) == 0

    def test_a_small_step_back_in_time_loses_nobody(self, stage):
        door = stage()
        person_id = door.play(100.0, 105.0, t1='Anna').person_id
        assert door.show(90.0, t1='Anna').person_id == person_id
        assert door.show(106.0, t1='Anna').person_id == person_id

    def test_a_recording_that_starts_again_finds_the_same_people(self, stage):
        door = stage()
        people = [each.person_id for each in door.play(1e6, 1e6 + 20, t1='Anna', t2='Bob')]
        again = door.play(1.0, 20.0, t3='Anna', t4='Bob')
        assert [each.person_id for each in again] == people
        assert len(door.manager) == 2

    def test_clock_of_one_camera_does_not_age_the_tracks_of_another(self, stage):
        door = stage()
        person_id = door.play(1.0, 5.0, t1='Anna none').person_id
        door.show(500.0, 'hall', t1='Bob none')
        assert door.show(5.5, t1='Anna none').person_id == person_id

    def test_same_stamp_twice_is_no_matter(self, stage):
        door = stage()
        for _ in range(5):
            answer = door.show(1.0, t1='Anna')
        assert is_nobody(answer)

    def test_looks_at_bodies_are_due_at_intervals(self, stage):
        door = stage(body__interval_s=1.0)
        assert door.manager.wants_bodies('door', [1, 2], 1.0).tolist() == [True, True]
        door.show(1.0, t1='Anna')
        assert door.manager.wants_bodies('door', [1, 2], 1.5).tolist() == [False, False]
        assert door.manager.wants_bodies('door', [1, 2], 2.0).tolist() == [True, True]
        assert door.manager.wants_bodies('door', [], 2.0).shape == (0,)

    def test_of_many_bodies_no_more_are_looked_at_in_one_image_than_wanted(self, stage):
        door = stage(body__max_tracks=2)
        assert door.manager.wants_bodies('door', [1, 2, 3], 1.0).sum() == 2


class TestNetworks:

    @pytest.mark.parametrize('dimension, model', [
        (1024, 'another network'),  # same size, another name
        (8, 'another network'),     # both differ
        (8, 'a face network'),      # the name says the same, the size does not
    ])
    def test_faces_of_another_network_name_nobody_and_raise_nothing(
            self, stage, look, faces_of, dimension, model):
        known = look(np.ones(1024))
        door = stage([Person('pAnna', 'Anna', prototypes=(known,))])
        other = look(np.ones(dimension), model)
        for number in range(20):
            door.manager.observe_faces('door', faces_of([(other.embedding, 0.9)], [1], model),
                                       1.0 + number / 2)
            answer, = door.manager.update('door', [1], np.array([True]), 1.0 + number / 2)
            assert answer.name == ''
            assert answer.person_id != 'pAnna'

    def test_a_change_of_network_while_somebody_is_in_view_loses_nobody(
            self, stage, look, faces_of):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        other = look(np.ones(8), 'another network')
        for number in range(6):
            door.manager.observe_faces(
                'door', faces_of([(other.embedding, 0.9)], [1], 'another network'), 6.0 + number)
            answer, = door.manager.update('door', [1], np.array([True]), 6.0 + number)
        assert answer.name == 'Anna'

    def test_a_change_of_network_after_one_odd_face_loses_nobody(self, stage, look, faces_of):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        door.show(5.5, t1='Bob')
        for number in range(6):
            other = look(np.eye(8)[number % 2], 'another network')
            door.manager.observe_faces(
                'door', faces_of([(other.embedding, 0.9)], [1], 'another network'), 6.0 + number)
            door.manager.update('door', [1], np.array([True]), 6.0 + number)


class TestManagers:

    def test_two_managers_do_not_notice_each_other(self, stage):
        one, other, alone = stage(seed=1), stage(seed=2), stage(seed=1)
        for time_s in np.arange(1.0, 20.0, 0.5).tolist():
            answer = one.show(time_s, t1='Anna')
            other.show(time_s, t1='Bob', t2='Cleo')
            assert answer == alone.show(time_s, t1='Anna')

    def test_the_same_luck_gives_the_same_ids(self, stage):
        ids = [stage(seed=seed).play(1.0, 3.0, t1='Anna').person_id for seed in (7, 7, 8)]
        assert ids[0] == ids[1] != ids[2]

    def test_without_a_generator_ids_differ(self):
        ids = set()
        for _ in range(2):
            manager = IdentityManager()
            for time_s in (1.0, 5.0):
                answer, = manager.update('door', [1], np.array([True]), time_s)
            ids.add(answer.person_id)
        assert len(ids) == 2

    def test_settings_may_change_while_people_stay(self, stage):
        door = stage()
        person_id = door.play(1.0, 3.0, t1='Anna').person_id
        door.manager.config = stage(forget_track_s=1e6).config
        door.show(5e4)
        assert door.show(1e5, t1='Anna').person_id == person_id

    def test_what_is_given_is_never_changed(self, stage):
        door = stage()
        track_ids, is_visible = [3, 1], np.array([True, False])
        looks = np.eye(2, 1024, dtype=np.float32)
        door.manager.observe_bodies('door', track_ids, Appearance(
            looks, np.float32([0.9, 0.9]), 'a body network'), 1.0)
        door.manager.update('door', track_ids, is_visible, 1.0)
        assert track_ids == [3, 1]
        assert is_visible.tolist() == [True, False]
        np.testing.assert_array_equal(looks, np.eye(2, 1024))


def test_events_say_where_and_by_what(stage):
    door = stage(['Anna'])
    door.show(1.0, t4='Anna')
    event, = door.events
    assert event.kind == EventKind.RECOGNISED
    assert (event.person_id, event.name, event.time_s) == ('pAnna', 'Anna', 1.0)
    assert (event.camera, event.track_id, event.source) == ('door', 4, Source.FACE)
    assert 0.99 < event.confidence <= 1.0
    assert door.manager.take_events() == []


def test_presence_is_written_down(stage):
    door = stage()
    person_id = door.play(100.0, 200.0, t1='Anna').person_id
    door.show(300.0)
    person = door.gallery.get(person_id)
    assert person.created_s == 101.0
    assert person.first_seen_s == 100.0
    assert person.last_seen_s == 200.0


def test_what_is_learnt_is_of_the_track_alone(stage):
    door = stage(['Anna', 'Bob'])
    door.play(1.0, 20.0, t1='Anna', t2='Bob')
    for name, other in (('Anna', 'Bob'), ('Bob', 'Anna')):
        looks = [each for each in door.gallery.named(name).prototypes if each.kind == FACE]
        mine = door.cast.face(name, 'test')[0]
        theirs = door.cast.face(other, 'test')[0]
        assert all(each.embedding @ mine > 0.5 > each.embedding @ theirs for each in looks)


def test_at_the_end_it_is_known_until_when_each_was_seen(stage):
    door = stage()
    person_id = door.play(100.0, 111.0, t1='Anna good').person_id
    assert door.gallery.get(person_id).last_seen_s < 111.0
    door.manager.finish()
    assert door.gallery.get(person_id).last_seen_s == 111.0
