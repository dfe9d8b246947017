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

"""Action `enrol_person`: good looks are gathered and kept under a name, or nothing is."""

from action_msgs.msg import GoalStatus
from builtin_interfaces.msg import Duration
from person_tracker.store.people_store import PeopleStore
from person_tracker_msgs.action import EnrolPerson
from person_tracker_msgs.msg import IdentityEvent
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.srv import RenamePerson
import pytest
from rclpy.action import ActionClient

FIRST = {'camera': 'left', 'track_id': 1}
SHORT = {'timeout': Duration(sec=1)}
Hint = EnrolPerson.Feedback


@pytest.fixture
def show(identify):
    """Return actors before the cameras of a node."""
    return identify()


@pytest.fixture
def begin(ros):
    """Return a function that sends a goal and returns its handle."""
    def send(**goal: object):
        client = ActionClient(ros.node, EnrolPerson, 'enrol_person')
        ros.until(client.server_is_ready)
        sent = client.send_goal_async(EnrolPerson.Goal(**goal))
        ros.until(sent.done)
        assert sent.result().accepted
        return sent.result()
    return send


def refusal(result: EnrolPerson.Result) -> str:
    assert not result.success and (result.person_id, result.looks) == ('', 0)
    return result.message


# --- Success ----------------------------------------------------------------------------------


@pytest.mark.parametrize('goal', [{}, {'looks': 3}, {'looks': 1}])
def test_only_person_in_view_is_enrolled_and_named_by_the_operator(show, goal):
    anna, = show.play(4, t1='Anna')
    result, feedback = show.enrol('Anna', goal=goal, t1='Anna')
    wanted = goal.get('looks', 5)
    assert result.success and result.looks >= wanted
    assert result.person_id == anna.person_id
    assert result.message == f"{anna.person_id} is known as 'Anna' from now on"
    gathered = [each.looks_gathered for each in feedback]
    assert gathered == sorted(gathered) and gathered[-1] == wanted
    assert {each.looks_wanted for each in feedback} == {wanted}
    person, = show.show(t1='Anna')
    assert (person.name, person.person_id, person.identity_source) == (
        'Anna', anna.person_id, TrackedPerson.IDENTITY_OPERATOR)
    assert show.happened(IdentityEvent.NAMED) == [
        (IdentityEvent.NAMED, anna.person_id, 'Anna', 0)]
    assert show.known()[anna.person_id].face_prototypes >= wanted


@pytest.mark.parametrize('role, looks, kept', [
    ('Anna', 12, 8),       # as many as the setting face.max_looks says
    ('Anna stiff', 3, 1),  # the same look three times
])
def test_looks_of_the_result_are_those_that_are_kept(show, role, looks, kept):
    result, feedback = show.enrol('Anna', goal={'looks': looks}, t1=role)
    assert feedback[-1].looks_gathered == looks
    assert result.success and result.looks == kept
    assert show.known()[result.person_id].face_prototypes == kept


def test_person_can_be_chosen_by_track_or_by_id(show):
    anna, bert, cleo = show.play(4, t1='Anna', t2='Bert', t3='Cleo')
    cast = {'t1': 'Anna', 't2': 'Bert', 't3': 'Cleo'}
    by_track, _ = show.enrol('Bert', goal={'camera': 'left', 'track_id': 2}, **cast)
    by_id, _ = show.enrol('Cleo', goal={'person_id': cleo.person_id}, **cast)
    assert (by_track.person_id, by_id.person_id) == (bert.person_id, cleo.person_id)
    assert [person.name for person in show.show(**cast)] == ['', 'Bert', 'Cleo']
    assert set(show.known(named_only=True)) == {bert.person_id, cleo.person_id}


def test_who_is_not_yet_anybody_can_be_enrolled(show):
    result, _ = show.enrol('Anna', t1='Anna')
    person, = show.show(t1='Anna')
    assert result.success and (person.name, person.person_id) == ('Anna', result.person_id)


def test_more_looks_are_added_to_the_person_who_has_the_name(show):
    first, _ = show.enrol('Anna', goal={'looks': 2}, t1='Anna')
    show.play(2)
    show.time_s += 120.0
    second, _ = show.enrol('Anna', goal={'looks': 4}, t2='Anna seen coat')
    assert second.success and second.person_id == first.person_id
    assert len(show.known()) == 1
    assert show.show(t2='Anna seen coat')[0].name == 'Anna'


def test_enrolled_person_is_in_the_store_when_the_result_comes(identify, tmp_path):
    url = str(tmp_path / 'people.sqlite')
    show = identify(store__url=url)
    result, _ = show.enrol('Anna', t1='Anna')
    store = PeopleStore(url)
    person = store.person(result.person_id)
    store.close()
    assert person.name == 'Anna'
    assert sum(each.kind == 'face' for each in person.prototypes) == result.looks >= 5


def test_two_people_are_enrolled_at_the_same_time(ros, show, begin):
    cast = {'t1': 'Anna', 't2': 'Bert'}
    anna, bert = show.play(4, **cast)
    endings = [begin(name=name, camera='left', track_id=track).get_result_async()
               for track, name in ((1, 'Anna'), (2, 'Bert'))]
    while not all(ending.done() for ending in endings):
        show.show(**cast)
    assert [ending.result().result.person_id for ending in endings] == [
        anna.person_id, bert.person_id]
    assert [person.name for person in show.show(**cast)] == ['Anna', 'Bert']


# --- Hints ------------------------------------------------------------------------------------


@pytest.mark.parametrize('role, hint, sentence', [
    ('Anna far', Hint.HINT_COME_CLOSER, 'Please come closer.'),
    ('Anna turned', Hint.HINT_FACE_CAMERA, 'Please look into the camera.'),
    ('Anna hidden', Hint.HINT_FACE_CAMERA, 'Please look into the camera.'),
    ('Anna dark', Hint.HINT_MORE_LIGHT, 'Please go where there is more light.'),
    ('Anna blurred', Hint.HINT_HOLD_STILL, 'Please hold still.'),
    ('nobody', Hint.HINT_COME_BACK, 'Please come back into view.'),
])
def test_what_is_missing_is_said_and_told_again_when_time_is_over(
        ros, show, begin, role, hint, sentence):
    show.play(4, t1='Anna')
    result, feedback = show.enrol('Anna', goal={**SHORT, **FIRST}, t1=role)
    assert {(each.hint, each.message) for each in feedback[2:]} == {(hint, sentence)}
    message = refusal(result)
    assert message.startswith('only ') and 'of 5 looks were gathered in time' in message
    assert message.endswith(f'last hint: {sentence}')
    assert show.known(named_only=True) == {}


def test_head_that_is_never_turned_is_asked_to_but_taken_in_the_end(show):
    result, feedback = show.enrol('Anna', goal={'looks': 3}, t1='Anna stiff')
    assert Hint.HINT_TURN_HEAD in {each.hint for each in feedback}
    assert result.success, result.message


def test_two_faces_close_to_each_other_are_asked_to_part(show):
    cast = {'t1': 'Anna beside', 't2': 'Bert beside'}
    show.play(4, t1='Anna', t2='Bert')
    _, feedback = show.enrol('Anna', goal={'looks': 16, **SHORT, **FIRST}, **cast)
    assert {each.hint for each in feedback[2:]} <= {Hint.HINT_STAND_ALONE, Hint.HINT_NONE}
    assert Hint.HINT_STAND_ALONE in {each.hint for each in feedback}


def test_time_is_what_the_setting_says_where_the_goal_does_not(identify):
    show = identify(enrolment__timeout_s=1.0, enrolment__looks=2)
    show.play(4, t1='Anna')
    result, feedback = show.enrol('Anna', goal=FIRST, t1='Anna far')
    assert 'of 2 looks' in refusal(result) and len(feedback) <= 8


# --- Refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize('name, goal, said', [
    ('', {}, "a name must have 1 to 64 printable characters without blanks around them, got ''"),
    ('unknown', {}, "a name must not be the word for nobody, got 'unknown'"),
    ('Anna', {}, '2 people are in view; say whom to enrol by person_id, or by camera and '
     'track_id'),
    ('Anna', {'person_id': 'p9'}, "nobody is known as 'p9'; list the people to see who is"),
    ('Anna', {'camera': 'left', 'track_id': 9}, "camera 'left' has no track 9; in view are: "
     'left 1, left 2'),
    ('Anna', {'camera': 'rear', 'track_id': 1}, "camera 'rear' has no track 1; in view are: "
     'left 1, left 2'),
])
def test_goal_that_names_nobody_is_refused_at_once(show, name, goal, said):
    cast = {'t1': 'Anna', 't2': 'Bert'}
    show.play(4, **cast)
    result, feedback = show.enrol(name, goal=goal, **cast)
    assert refusal(result) == said and feedback == []
    assert show.known(named_only=True) == {}


def test_nobody_in_view_is_told(show):
    result, _ = show.enrol('Anna')
    assert refusal(result).startswith('0 people are in view; say whom to enrol by person_id')


def test_known_person_who_is_not_there_is_told(show):
    anna, = show.play(4, t1='Anna')
    result, _ = show.enrol('Anna', goal={'person_id': anna.person_id})
    assert refusal(result) == f'{anna.person_id} is not in view'


def test_looks_of_two_people_are_refused(ros, show, begin):
    show.play(4, t1='Anna')
    ending = begin(name='Anna', looks=6).get_result_async()
    for who in ('Anna', 'Anna', 'Anna', 'Bert', 'Bert', 'Bert', 'Bert'):
        show.show(t1=who)
    ros.until(ending.done)
    assert 'the looks show more than one person' in refusal(ending.result().result)
    assert show.known(named_only=True) == {}


def test_face_of_another_name_is_refused(show):
    anna, _ = show.enrol('Anna', t1='Anna')
    show.play(2)
    show.time_s += 120.0
    result, _ = show.enrol('Agnes', t2='Anna')
    message = refusal(result)
    assert message.startswith(f"this face belongs to 'Anna' already ({anna.person_id})")
    assert [each.name for each in show.known(named_only=True).values()] == ['Anna']
    assert show.show(t2='Anna')[0].name == 'Anna'


def test_name_of_another_face_is_refused(show):
    anna, _ = show.enrol('Anna', t1='Anna')
    show.play(2)
    show.time_s += 120.0
    result, _ = show.enrol('Anna', t2='Bert')
    message = refusal(result)
    assert message.startswith(f"'Anna' is the name of another person ({anna.person_id})")
    assert show.show(t2='Bert')[0].name == ''


def test_track_is_enrolled_under_one_name_at_a_time(ros, show, begin):
    show.play(4, t1='Anna')
    endings = [begin(name=name).get_result_async() for name in ('Anna', 'Agnes')]
    while not all(ending.done() for ending in endings):
        show.show(t1='Anna')
    first, second = (ending.result() for ending in endings)
    assert first.result.success and second.status == GoalStatus.STATUS_ABORTED
    assert "track 1 of camera 'left' is being enrolled already" in refusal(second.result)
    assert [each.name for each in show.known().values()] == ['Anna']


def test_name_given_to_two_at_the_same_time_goes_to_one(ros, show, begin):
    cast = {'t1': 'Anna', 't2': 'Bert'}
    show.play(4, **cast)
    endings = [begin(name='Anna', camera='left', track_id=track).get_result_async()
               for track in (1, 2)]
    while not all(ending.done() for ending in endings):
        show.show(**cast)
    good, bad = sorted((ending.result().result for ending in endings),
                       key=lambda result: not result.success)
    assert good.success and f'to {good.person_id}' in refusal(bad)
    assert sorted(person.name for person in show.show(**cast)) == ['', 'Anna']


def test_cancelled_enrolment_keeps_nothing(ros, show, begin):
    anna, = show.play(4, t1='Anna')
    goal = begin(name='Anna', looks=16)
    show.play(4, t1='Anna')
    before = show.known()[anna.person_id].face_prototypes
    cancelled = goal.cancel_goal_async()
    ros.until(cancelled.done)
    assert len(cancelled.result().goals_canceling) == 1
    ending = goal.get_result_async()
    ros.until(ending.done)
    assert ending.result().status == GoalStatus.STATUS_CANCELED
    assert refusal(ending.result().result) == 'cancelled; nothing is kept'
    record, = show.known().values()
    assert (record.name, record.face_prototypes) == ('', before)
    result, _ = show.enrol('Anna', t1='Anna')  # and it can be done again
    assert result.success


def test_names_change_hands_while_somebody_is_enrolled(ros, show, begin):
    cast = {'t1': 'Anna', 't2': 'Bert'}
    _, bert = show.play(4, **cast)
    ending = begin(name='Anna', **FIRST).get_result_async()
    assert show.call(RenamePerson, 'rename_person', person_id=bert.person_id, name='Anna').success
    while not ending.done():
        show.show(**cast)
    assert bert.person_id in refusal(ending.result().result)
