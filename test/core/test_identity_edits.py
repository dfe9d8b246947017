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

"""Laws of edits: an operator's word is above all, and is stored before it holds."""

from dataclasses import replace

import numpy as np
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import PersonError
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.people import PrototypesRemoved
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.types import Appearance
import pytest


def replayed(door, people=()):
    gallery = PersonGallery(people)
    for change in door.journal:
        gallery.apply(change)
    return gallery


class TestAppointing:

    def test_an_operator_is_above_faces(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Anna')
        door.edits.appoint(door.track(), 'pBob', 5.0)
        answer = door.play(5.5, 30.0, t1='Anna')
        assert (answer.name, answer.source) == ('Bob', Source.OPERATOR)
        assert answer.confidence > 0.999

    def test_an_appointed_person_is_taken_off_the_other_tracks_of_the_camera(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna', t2='Bob')
        door.edits.appoint(door.track(track_id=2), 'pAnna', 5.0)
        answers = door.play(5.5, 20.0, t1='Anna', t2='Bob')
        assert [each.name for each in answers] == ['', 'Anna']

    def test_an_appointment_confirms_the_name_for_clothes_to_carry(self, stage):
        door = stage([Person('pAnna', 'Anna')], body__carry_name_s=100.0)
        door.play(1.0, 5.0, t1='Anna none')
        door.edits.appoint(door.track(), 'pAnna', 50.0)
        assert door.play(50.5, 60.0, t1='Anna none').name == 'Anna'
        assert door.play(130.0, 140.0, 'hall', t2='Anna none').name == 'Anna'
        assert door.play(160.0, 170.0, 'hall', t2='Anna none').name == ''

    def test_what_the_wrong_person_learnt_is_taken_back(self, stage):
        door = stage(['Anna', Person('pBob', 'Bob')])
        door.play(1.0, 10.0, t1='Anna good red')
        door.play(100.0, 120.0, t2='Anna good blue')
        taught = set(door.track(track_id=2).contributed)
        assert taught & {each.prototype_id for each in door.gallery.get('pAnna').prototypes
                         if each.kind == BODY}
        door.edits.appoint(door.track(track_id=2), 'pBob', 120.0)
        assert not taught & {each.prototype_id for each in door.gallery.get('pAnna').prototypes}


class TestRejecting:

    def test_it_ends_at_once_and_the_looks_are_kept_against_it(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna')
        assert door.reject(10.0) == 'pAnna'
        assert door.track().person_id == ''
        kinds = [each.kind for each in door.gallery.get('pAnna').prototypes if each.is_negative]
        assert set(kinds) == {FACE, BODY}
        event = door.events[-1]
        assert (event.kind, event.person_id) == (EventKind.REJECTED, 'pAnna')
        assert (event.source, event.track_id) == (Source.OPERATOR, 1)

    def test_what_the_track_taught_is_taken_back(self, stage):
        door = stage(['Anna'])
        enrolled = set(door.gallery.get('pAnna').prototypes)
        door.play(1.0, 10.0, t1='Anna')
        door.reject(10.0)
        left = {each for each in door.gallery.get('pAnna').prototypes if not each.is_negative}
        assert left == enrolled

    def test_it_is_not_given_back_on_that_track(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna')
        door.reject(10.0)
        people = {door.show(time_s, t1='Anna').person_id for time_s in np.arange(10.5, 60.0, 0.5)}
        assert 'pAnna' not in people

    def test_it_is_not_given_to_the_same_looks_later(self, stage):
        door = stage(['Anna'])  # whose look-alike is taken for her
        door.play(1.0, 10.0, t1='Anna')
        door.reject(10.0)
        names = {door.show(time_s, 'hall', t1='Anna').name for time_s in np.arange(100, 130, 0.5)}
        assert names == {''}

    def test_others_are_recognised_on_that_track(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 10.0, t1='Anna')
        door.reject(10.0)
        assert door.play(10.5, 20.0, t1='Bob').name == 'Bob'

    def test_an_appointment_can_be_rejected_and_a_rejected_person_appointed(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 10.0, t1='Anna')
        door.reject(10.0)
        door.edits.appoint(door.track(), 'pAnna', 11.0)
        assert door.play(11.5, 20.0, t1='Anna').name == 'Anna'
        door.reject(20.0)
        assert door.play(20.5, 30.0, t1='Anna').name == ''

    def test_somebody_who_is_not_on_the_track_can_be_ruled_out(self, stage):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 10.0, t1='Anna')
        assert door.reject(10.0, person_id='pBob') == 'pBob'
        assert door.show(10.5, t1='Anna').name == 'Anna'

    @pytest.mark.parametrize('camera, track_id, person_id, message', [
        ('door', 9, '', "camera 'door' has no track 9; in view are: door 1"),
        ('hall', 1, '', "camera 'hall' has no track 1; in view are: door 1"),
        ('door', 1, 'pX', "nobody is known as 'pX'"),
        ('door', 1, '', "track 1 of camera 'door' is taken for nobody; say who it is not"),
    ])
    def test_what_cannot_be_is_refused_with_a_reason(
            self, stage, camera, track_id, person_id, message):
        door = stage(learning__strangers=False)
        door.play(1.0, 5.0, t1='Anna')
        with pytest.raises(PersonError, match=message):
            door.reject(5.0, camera, track_id, person_id)

    def test_without_any_track_the_refusal_says_so(self, stage):
        with pytest.raises(PersonError, match='in view are: none'):
            stage().edits.live_track('door', 1)


class TestRenaming:

    def test_the_new_name_holds_at_once_on_every_camera(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        door.play(1.0, 5.0, 'hall', t1='Anna')
        door.ask(door.edits.renaming('pAnna', 'Ann'), 5.0)
        assert door.show(5.5, t1='Anna').name == 'Ann'
        assert door.show(5.5, 'hall', t1='Anna none').name == 'Ann'
        assert door.events[-1].kind == EventKind.RENAMED
        assert door.events[-1].name == 'Ann'

    def test_a_stranger_can_be_named_later_and_a_name_taken_away(self, stage):
        door = stage()
        person_id = door.play(1.0, 5.0, t1='Anna').person_id
        door.ask(door.edits.renaming(person_id, 'Anna'), 5.0)
        assert door.show(5.5, t1='Anna').name == 'Anna'
        door.ask(door.edits.renaming(person_id, ''), 6.0)
        assert door.show(6.5, t1='Anna').name == ''
        assert door.kinds()[-2:] == ['NAMED', 'RENAMED']

    def test_the_same_name_again_is_no_event(self, stage):
        door = stage(['Anna'])
        door.ask(door.edits.renaming('pAnna', 'Anna'), 5.0)
        assert door.events == []

    @pytest.mark.parametrize('person_id, name, message', [
        ('pX', 'Cleo', "nobody is known as 'pX'"),
        ('pAnna', 'Bob', "'Bob' is the name of pBob already"),
        ('pAnna', 'unknown', 'a name must not be the word for nobody'),
        ('pAnna', ' Ann', 'without blanks'),
    ])
    def test_what_cannot_be_is_refused_with_a_reason(self, stage, person_id, name, message):
        door = stage(['Anna', 'Bob'])
        with pytest.raises(PersonError, match=message):
            door.edits.renaming(person_id, name)
        assert door.gallery.get('pAnna').name == 'Anna'


class TestMerging:

    def test_the_first_id_stays_and_tracks_follow(self, stage):
        door = stage()
        one = door.play(1.0, 10.0, t1='Anna none red').person_id
        other = door.play(100.0, 110.0, t2='Anna none blue').person_id
        door.play(105.0, 110.0, 'hall', t1='Anna none blue')
        door.ask(door.edits.merging(other, one), 110.0)
        assert door.show(110.5, t2='Anna none blue').person_id == other
        assert door.show(110.5, 'hall', t1='Anna none blue').person_id == other
        assert one not in door.gallery
        assert door.kinds().count('MERGED') == 1
        assert door.play(300.0, 310.0, t3='Anna none red').person_id == other

    def test_a_name_goes_along(self, stage):
        door = stage(['Anna'])
        other = door.play(1.0, 10.0, t1='Bob none').person_id
        door.ask(door.edits.merging(other, 'pAnna'), 10.0)
        assert door.gallery.named('Anna').person_id == other

    @pytest.mark.parametrize('one, other, message', [
        ('pX', 'pAnna', "nobody is known as 'pX'"),
        ('pAnna', 'pX', "nobody is known as 'pX'"),
        ('pAnna', 'pAnna', "are both 'pAnna'"),
        ('pAnna', 'pBob', "both have names, 'Anna' and 'Bob'"),
    ])
    def test_what_cannot_be_is_refused_with_a_reason(self, stage, one, other, message):
        door = stage(['Anna', 'Bob'])
        with pytest.raises(PersonError, match=message):
            door.edits.merging(one, other)
        assert len(door.gallery) == 2

    def test_two_who_were_seen_together_are_refused(self, stage):
        door = stage()
        one, other = (each.person_id for each in door.play(1.0, 10.0, t1='Anna', t2='Bob'))
        with pytest.raises(PersonError, match='were seen together by one camera'):
            door.edits.merging(one, other)

    def test_two_who_are_seen_together_just_now_are_refused(self, stage):
        door = stage()
        one, other = (each.person_id for each in door.play(1.0, 2.5, t1='Anna', t2='Bob'))
        assert one and other
        with pytest.raises(PersonError):
            door.edits.merging(one, other)

    def test_who_is_merged_is_on_one_track_of_a_camera(self, stage):
        door = stage()
        one = door.play(1.0, 10.0, t1='Bob none red').person_id
        other = door.play(10.5, 13.0, t1='nobody', t2='Bob none blue')[1].person_id
        assert other not in ('', one)
        door.ask(door.edits.merging(one, other), 13.0)
        answers = door.play(13.5, 20.0, t1='Dan none red', t2='Bob none blue')
        assert [each.person_id for each in answers].count(one) == 1

    def test_merged_looks_stay_within_the_limits(self, stage):
        door = stage(['Anna'], face__max_looks=4)
        for visit in range(4):
            door.play(100.0 * visit + 1.0, 100.0 * visit + 5.0, **{f't{visit}': f'Bob{visit}'})
        for person in [each for each in door.gallery if not each.name]:
            door.ask(door.edits.merging('pAnna', person.person_id), 500.0)
        looks = [each for each in door.gallery.get('pAnna').prototypes if each.kind == FACE]
        assert len(looks) <= 4


class TestForgetting:

    def test_nothing_is_left_in_gallery_tracks_and_journal(self, stage):
        door = stage()
        person_id = door.play(1.0, 10.0, t1='Anna').person_id
        door.ask(door.edits.renaming(person_id, 'Anna'), 10.0)
        looks = [each.embedding for each in door.gallery.get(person_id).prototypes]
        door.ask(door.edits.forgetting(person_id), 10.5)
        assert person_id not in door.gallery
        assert len(replayed(door)) == 0
        assert door.gallery.named('Anna') is None
        for kind, model in ((FACE, 'a face network'), (BODY, 'a body network')):
            assert door.gallery.nearest(kind, model, np.array(looks), 8) == []
        track = door.track()
        assert (track.person_id, len(track.faces), len(track.bodies)) == ('', 0, 0)
        assert not track.contributed
        assert door.events[-1].kind == EventKind.FORGOTTEN

    def test_who_is_in_view_is_not_learnt_again_for_pause_s(self, stage):
        door = stage(learning__pause_s=60.0)
        person_id = door.play(1.0, 10.0, t1='Anna').person_id
        door.ask(door.edits.forgetting(person_id), 10.5)
        answers = {door.show(time_s, t1='Anna').person_id for time_s in np.arange(11, 70, 0.5)}
        assert answers == {''}
        assert len(door.gallery) == 0
        again = door.play(70.5, 75.0, t1='Anna').person_id
        assert again not in ('', person_id)

    def test_people_known_are_recognised_meanwhile_and_other_cameras_go_on(self, stage):
        door = stage(['Bob'], learning__pause_s=60.0)
        person_id, _ = (each.person_id for each in door.play(1.0, 10.0, t1='Anna', t2='Bob'))
        door.ask(door.edits.forgetting(person_id), 10.5)
        stranger, bob = door.play(11.0, 30.0, t1='Anna', t3='Bob')
        assert (stranger.person_id, bob.name) == ('', 'Bob')
        assert door.play(11.0, 30.0, 'hall', t1='Cleo').person_id

    def test_who_was_not_in_view_pauses_no_camera(self, stage):
        door = stage()
        person_id = door.play(1.0, 10.0, t1='Anna').person_id
        door.show(100.0)
        door.ask(door.edits.forgetting(person_id), 100.5)
        assert door.play(101.0, 105.0, t2='Bob').person_id

    def test_looks_kept_against_others_are_erased_too(self, stage):
        door = stage(['Bob'])
        person_id = door.play(1.0, 10.0, t1='Anna').person_id
        door.reject(10.0, person_id='pBob')
        assert any(each.is_negative for each in door.gallery.get('pBob').prototypes)
        door.ask(door.edits.forgetting(person_id), 10.5)
        assert not any(each.is_negative for each in door.gallery.get('pBob').prototypes)

    def test_who_is_not_known_cannot_be_forgotten(self, stage):
        with pytest.raises(PersonError, match="nobody is known as 'pX'"):
            stage().edits.forgetting('pX')

    def test_who_is_forgotten_between_two_odd_faces_breaks_nothing(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        door.show(5.5, t1='Bob')
        door.ask(door.edits.forgetting('pAnna'), 5.6)
        for time_s in (6.0, 6.5, 7.0):
            door.show(time_s, t1='Bob')


class TestEnrolling:

    def test_a_stranger_in_view_gets_a_name_and_keeps_the_id(self, stage):
        door = stage()
        person_id = door.play(1.0, 5.0, t1='Anna').person_id
        assert door.enrol('Anna', 5.0) == person_id
        answer = door.play(5.5, 10.0, t1='Anna none')
        assert (answer.person_id, answer.name) == (person_id, 'Anna')
        assert door.play(1e5, 1e5 + 3, 'hall', t1='Anna good other').name == 'Anna'

    def test_somebody_who_is_not_decided_yet_can_be_enrolled(self, stage):
        door = stage(learning__strangers=False)
        door.play(1.0, 5.0, t1='Anna')
        person_id = door.enrol('Anna', 5.0)
        assert door.show(5.5, t1='Anna').person_id == person_id
        assert replayed(door).named('Anna').person_id == person_id

    def test_the_face_of_another_name_is_refused(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        with pytest.raises(EnrolmentError, match="belongs to 'Anna' already"):
            door.enrol('Bea', 5.0)
        assert len(door.gallery) == 1

    def test_the_name_of_another_face_is_refused(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Bob')
        with pytest.raises(EnrolmentError, match="'Anna' is the name of another person"):
            door.enrol('Anna', 5.0)
        assert len(door.gallery) == 2

    def test_faces_of_two_people_are_refused(self, stage, look, cast):
        door = stage()
        door.play(1.0, 5.0, t1='Anna')
        looks = [look(cast.face(who, number)[0]) for who, number in (
            ('Anna', 1), ('Anna', 2), ('Bob', 1))]
        with pytest.raises(EnrolmentError, match='more than one person: number 3 of 3'):
            door.edits.enrolling(door.track(), 'Anna', looks, 5.0)

    def test_the_name_of_somebody_not_known_before_is_told(self, stage):
        door = stage(learning__strangers=False)
        door.play(1.0, 5.0, t1='Anna')
        person_id = door.enrol('Anna', 5.0)
        assert [(each.person_id, each.name) for each in door.events] == [(person_id, 'Anna')]

    def test_an_enrolment_once_more_adds_looks_to_the_same_person(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        assert door.enrol('Anna', 5.0) == 'pAnna'
        assert sum(person.name == 'Anna' for person in door.gallery) == 1


class TestCarryingOut:

    def test_what_is_stored_already_is_not_in_the_journal(self, stage):
        door = stage()
        person_id = door.play(1.0, 10.0, t1='Anna').person_id
        manager = door.manager
        for changes in (door.edits.renaming(person_id, 'Anna'), door.edits.forgetting(person_id)):
            door.edits.carry_out(changes, 11.0)
        assert manager.take_changes() == []

    def test_looks_are_no_more_than_allowed_though_cameras_taught_meanwhile(self, stage):
        door = stage(['Anna'], face__max_looks=4)
        taught, *wished = [Prototype(FACE, 'another network', look, 0.9, 5.0)
                           for look in np.eye(5, dtype=np.float32)]
        # The four looks wished for were all that is allowed until a camera added one.
        door.edits.carry_out([PrototypesAdded('pAnna', (taught,))], 5.0)
        door.edits.carry_out([PrototypesAdded('pAnna', tuple(wished))], 6.0)
        kept = [each for each in door.gallery.get('pAnna').prototypes
                if each.model == 'another network']
        assert len(kept) == 4
        surplus, = door.manager.take_changes()
        assert isinstance(surplus, PrototypesRemoved)

    def test_what_could_not_be_stored_never_happened(self, stage, contents):
        door = stage(['Anna', 'Bob'])
        before = contents(door.gallery)
        door.play(1.0, 2.0, t1='Anna')
        before = contents(door.gallery)
        door.edits.renaming('pAnna', 'Ann')
        door.edits.forgetting('pBob')
        door.edits.rejecting('door', 1, 'pAnna')
        assert contents(door.gallery) == before

    def test_journal_and_what_was_asked_give_the_same_people_when_replayed(self, stage, contents):
        door = stage()
        anna, bob = (each.person_id for each in door.play(1.0, 10.0, t1='Anna', t2='Bob'))
        door.enrol('Anna', 10.0)
        door.reject(11.0, track_id=2)
        door.play(11.5, 20.0, t1='Anna', t2='Bob')
        cleo = door.play(100.0, 110.0, 'hall', t1='Cleo none red').person_id
        again = door.play(200.0, 210.0, 'hall', t2='Cleo none blue').person_id
        door.ask(door.edits.merging(again, cleo), 210.0)
        door.ask(door.edits.forgetting(bob), 211.0)
        door.play(212.0, 300.0, t1='Anna')
        assert contents(replayed(door)) == contents(door.gallery)
        assert anna in door.gallery


class TestNews:

    def test_a_new_name_shows_on_the_tracks(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        door.edits.absorb([replace(door.gallery.get('pAnna'), name='Ann')], [], 5.0)
        assert door.show(5.5, t1='Anna none').name == 'Ann'
        assert door.manager.take_changes() == []

    def test_an_enrolment_elsewhere_is_known_here(self, stage, cast):
        door = stage()
        door.edits.absorb([cast.enrolled('Anna')], [], 1.0)
        assert door.play(1.5, 3.0, t1='Anna').name == 'Anna'

    def test_who_was_forgotten_elsewhere_is_gone_and_not_learnt_again(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna')
        door.edits.absorb([], ['pAnna', 'pUnknown'], 5.0)
        assert door.play(5.5, 60.0, t1='Anna').person_id == ''
        assert len(door.gallery) == 0
        assert door.events[-1].kind == EventKind.FORGOTTEN

    @pytest.mark.parametrize('order', [('pAnna', 'pBob'), ('pBob', 'pAnna')])
    def test_two_who_swapped_their_names_are_taken_over_in_any_order(self, stage, order):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Anna', t2='Bob')
        names = {'pAnna': 'Bob', 'pBob': 'Anna'}
        door.edits.absorb([replace(door.gallery.get(each), name=names[each]) for each in order],
                          [], 5.0)
        assert [each.name for each in door.show(5.5, t1='Anna', t2='Bob')] == ['Bob', 'Anna']
        assert door.gallery.named('Anna').person_id == 'pBob'

    def test_a_name_given_here_and_elsewhere_is_the_others_as_stored(self, stage):
        door = stage(['Anna'])
        door.edits.absorb([Person('pOther', 'Anna')], [], 1.0)
        assert door.gallery.named('Anna').person_id == 'pOther'
        assert door.gallery.get('pAnna').name == ''

    def test_who_was_merged_elsewhere_is_recognised_as_who_stayed(self, stage):
        door = stage(['Anna'])
        new = door.play(1.0, 10.0, t1='Anna none').person_id
        stayed = replace(door.gallery.get('pAnna'), prototypes=(
            *door.gallery.get('pAnna').prototypes, *door.gallery.get(new).prototypes))
        door.edits.absorb([stayed], [new], 10.0)
        assert door.play(10.5, 14.0, t1='Anna none').person_id == 'pAnna'

    def test_a_merge_elsewhere_pauses_no_camera(self, stage):
        door = stage(['Anna'])
        new = door.play(1.0, 10.0, t1='Anna none').person_id
        stayed = replace(door.gallery.get('pAnna'), prototypes=(
            *door.gallery.get('pAnna').prototypes, *door.gallery.get(new).prototypes))
        door.edits.absorb([stayed], [new], 10.0)
        assert door.play(10.5, 14.0, t1='Anna none', t2='Bob')[1].person_id


def test_rejected_looks_are_new_ones_that_nobody_else_shares(stage):
    door = stage(['Anna'])
    door.play(1.0, 10.0, t1='Anna')
    _, _, changes = door.edits.rejecting('door', 1, '')
    change, = changes
    assert isinstance(change, PrototypesAdded)
    assert all(each.is_negative for each in change.prototypes)
    known = {each.prototype_id for each in door.gallery.get('pAnna').prototypes}
    assert not known & {each.prototype_id for each in change.prototypes}


def test_a_track_without_looks_can_be_rejected(stage):
    door = stage(['Anna'])
    door.show(1.0, t1='Anna none unseen')
    track, wrong, changes = door.edits.rejecting('door', 1, 'pAnna')
    assert (track.track_id, wrong, changes) == (1, 'pAnna', [])


def test_renaming_is_one_change(stage):
    assert stage(['Anna']).edits.renaming('pAnna', 'Ann') == [PersonRenamed('pAnna', 'Ann')]


def test_looks_of_a_network_that_is_not_known_are_enrolled_with_care(stage, look):
    door = stage()
    door.manager.observe_bodies('door', [1], Appearance(
        np.eye(1, 4, dtype=np.float32), np.float32([0.9]), 'b'), 1.0)
    door.show(2.0, t1='Anna none unseen')
    person_id, changes = door.edits.enrolling(
        door.track(), 'Anna', [look([1, 0], 'another network')], 2.0)
    door.ask(changes, 2.0)
    assert door.gallery.named('Anna').person_id == person_id


class TestSeeking:

    def test_a_person_in_view_is_found_by_id_by_track_or_as_the_only_one(self, stage):
        door = stage(['Anna'])
        door.play(1.0, 5.0, t1='Anna good')
        track = door.manager.track_of('door', 1)
        for sought in (('pAnna', '', 0), ('', 'door', 1), ('', '', 0), ('pAnna', 'hall', 9)):
            assert door.edits.sought(*sought) is track

    @pytest.mark.parametrize('sought, complaint', [
        (('pNobody', '', 0), 'nobody is known as'),
        (('pBob', '', 0), 'pBob is not in view'),
        (('', 'door', 7), 'has no track 7'),
        (('', '', 0), '2 people are in view'),
    ])
    def test_who_cannot_be_meant_is_refused(self, stage, sought, complaint):
        door = stage(['Anna', 'Bob'])
        door.play(1.0, 5.0, t1='Anna good', t2='Cleo good')
        with pytest.raises(PersonError, match=complaint):
            door.edits.sought(*sought)

    def test_an_empty_view_has_nobody_to_enrol(self, stage):
        with pytest.raises(PersonError, match='0 people are in view'):
            stage().edits.sought('', '', 0)
