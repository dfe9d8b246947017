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

"""Services of the node `identity`: what an operator says is done and kept, or refused in words."""

from pathlib import Path

import numpy as np
from person_tracker.store.people_store import PeopleStore
from person_tracker_msgs.msg import IdentityEvent
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.srv import ForgetPerson
from person_tracker_msgs.srv import ListPeople
from person_tracker_msgs.srv import MergePeople
from person_tracker_msgs.srv import RejectIdentity
from person_tracker_msgs.srv import RenamePerson
import pytest

NOT_ANY_MORE = 8  # images, longer than it takes to learn a stranger
REFUTED = 'the looks that a track taught before refute the merged person'


@pytest.fixture
def file(tmp_path) -> Path:
    """Return where people are kept."""
    return tmp_path / 'people.sqlite'


@pytest.fixture
def show(identify, file):
    """Return actors before the cameras of a node that keeps people in a file."""
    return identify(store__url=str(file))


@pytest.fixture
def stored(file):
    """Return a function that reads who is in the file, by person_id."""
    def read():
        store = PeopleStore(str(file))
        people = {person.person_id: person for person in store.people()}
        store.close()
        return people
    return read


def rename(show, person_id: str, name: str) -> RenamePerson.Response:
    return show.call(RenamePerson, 'rename_person', person_id=person_id, name=name)


def forget(show, person_id: str) -> ForgetPerson.Response:
    return show.call(ForgetPerson, 'forget_person', person_id=person_id)


def merge(show, person_id: str, other: str) -> MergePeople.Response:
    return show.call(MergePeople, 'merge_people', person_id=person_id, other_person_id=other)


def reject(show, track_id: int, person_id: str = '') -> RejectIdentity.Response:
    return show.call(RejectIdentity, 'reject_identity', camera='left', track_id=track_id,
                     person_id=person_id)


def refusal(answer) -> str:
    assert not answer.success
    return answer.message


# --- rename_person ----------------------------------------------------------------------------


def test_name_holds_at_once_and_is_in_the_store_when_the_answer_comes(show, stored):
    anna, = show.play(6, t1='Anna')
    answer = rename(show, anna.person_id, 'Anna')
    assert stored()[anna.person_id].name == 'Anna'
    assert answer.success
    assert answer.message == f"{anna.person_id} is called 'Anna' from now on"
    assert show.show(t1='Anna')[0].name == 'Anna'
    assert rename(show, anna.person_id, 'Anne').success
    assert show.show(t1='Anna')[0].name == 'Anne'
    answer = rename(show, anna.person_id, '')
    assert answer.message == f'{anna.person_id} has no name any more'
    assert show.show(t1='Anna')[0].name == ''
    assert show.happened(IdentityEvent.NAMED, IdentityEvent.RENAMED, count=3) == [
        (IdentityEvent.NAMED, anna.person_id, 'Anna', 0),
        (IdentityEvent.RENAMED, anna.person_id, 'Anne', 0),
        (IdentityEvent.RENAMED, anna.person_id, '', 0)]


@pytest.mark.parametrize('name, said', [
    (' Anna', 'a name must have 1 to 64 printable characters without blanks around them'),
    ('A\nB', 'printable'), ('A' * 65, '1 to 64'),
    ('Unknown', 'must not be the word for nobody'),
    ('Bert', "'Bert' is the name of {bert} already; merge the two"),
])
def test_name_that_cannot_be_is_refused(show, name, said):
    anna, bert = show.play(6, t1='Anna', t2='Bert')
    assert rename(show, bert.person_id, 'Bert').success
    assert said.format(bert=bert.person_id) in refusal(rename(show, anna.person_id, name))
    assert show.show(t1='Anna')[0].name == ''


def test_the_same_name_again_is_no_fault(show):
    anna, = show.play(6, t1='Anna')
    assert rename(show, anna.person_id, 'Anna').success
    assert rename(show, anna.person_id, 'Anna').success


@pytest.mark.parametrize('call', [
    lambda show, known: rename(show, 'p9', 'Anna'), lambda show, known: forget(show, 'p9'),
    lambda show, known: merge(show, known, 'p9'), lambda show, known: merge(show, 'p9', known),
    lambda show, known: reject(show, 1, 'p9')])
def test_person_who_is_not_known_is_told(show, call):
    anna, = show.play(6, t1='Anna')
    message = refusal(call(show, anna.person_id))
    assert message == "nobody is known as 'p9'; list the people to see who is"


# --- forget_person ----------------------------------------------------------------------------


def test_nothing_is_left_of_a_person_when_the_answer_comes(ros, show, stored, file):
    show.play(2, t1='Anna', t2='Bert')
    result, _ = show.enrol('Anna of Erewhon', goal={'camera': 'left', 'track_id': 1},
                           t1='Anna', t2='Bert')
    assert result.success, result.message
    bert = show.show(t1='Anna', t2='Bert')[1]
    ros.until(lambda: stored()[result.person_id].last_seen_s)
    looks = [each.embedding.astype(np.float32).tobytes()
             for each in stored()[result.person_id].prototypes]
    before = traces(file)
    assert len(looks) > 5
    assert all(look in before for look in looks) and b'Anna of Erewhon' in before
    answer = forget(show, result.person_id)
    after = traces(file)
    assert answer.success
    assert answer.message == f'everything known of {result.person_id} is erased'
    assert not any(look in after for look in looks) and b'Anna of Erewhon' not in after
    assert set(stored()) == set(show.known()) == {bert.person_id}
    assert show.happened(IdentityEvent.FORGOTTEN) == [
        (IdentityEvent.FORGOTTEN, result.person_id, '', 0)]


def traces(file: Path) -> bytes:
    return b''.join(each.read_bytes() for each in sorted(file.parent.glob('people.sqlite*')))


def test_person_in_view_is_not_learnt_again_for_a_time(ros, identify, file, stored):
    show = identify(store__url=str(file), learning__pause_s=60.0)
    anna, bert = show.play(6, t1='Anna', t2='Bert')
    assert forget(show, anna.person_id).success
    for tracks in ({'t1': 'Anna', 't2': 'Bert'}, {'t3': 'Anna', 't2': 'Bert'}):
        people = show.play(NOT_ANY_MORE, **tracks)
        assert [person.person_id for person in people] == ['', bert.person_id]
        assert people[0].identity_source == TrackedPerson.IDENTITY_NONE
    assert set(show.known()) == {bert.person_id}
    ros.spin(0.2)
    assert set(stored()) == {bert.person_id}
    show.time_s += 60.0
    again = show.play(NOT_ANY_MORE, t3='Anna', t2='Bert')[0]
    assert again.person_id not in ('', anna.person_id)


def test_person_who_was_forgotten_can_be_enrolled_at_once(show):
    anna, = show.play(6, t1='Anna')
    assert forget(show, anna.person_id).success
    result, _ = show.enrol('Anna', t1='Anna')
    assert result.success and result.person_id != anna.person_id
    assert show.show(t1='Anna')[0].name == 'Anna'


# --- merge_people -----------------------------------------------------------------------------


def known_twice(show) -> tuple[str, str]:
    """Return two people who are one, the second of whom is in view, in disguise."""
    anna, = show.play(6, t1='Anna')
    show.time_s += 120.0
    double, = show.play(6, t2='Mask')
    assert double.person_id != anna.person_id
    return anna.person_id, double.person_id


def test_two_people_become_one(show, stored):
    anna, double = known_twice(show)
    assert rename(show, double, 'Anna').success
    show.show()
    answer = merge(show, anna, double)
    assert stored()[anna].name == 'Anna' and set(stored()) == {anna}
    assert answer.success
    assert answer.message == f'{double} is part of {anna} from now on'
    record, = show.known().values()
    assert (record.person_id, record.name) == (anna, 'Anna')
    show.happened(IdentityEvent.MERGED)
    event, = [each for each in show.events if each.kind == IdentityEvent.MERGED]
    assert (event.person_id, event.other_person_id, event.name) == (anna, double, 'Anna')


def test_merged_person_is_known_by_the_looks_of_both(show):
    anna, double = known_twice(show)
    assert merge(show, anna, double).success
    show.show()
    for track, who in (('t3', 'Anna'), ('t4', 'Mask')):
        show.time_s += 120.0
        assert show.play(4, **{track: who})[0].person_id == anna
        show.show()


@pytest.mark.parametrize('kept', [0, 1])
def test_who_is_in_view_is_the_merged_person_from_the_next_image_on(show, kept):
    pair = known_twice(show)
    assert merge(show, pair[kept], pair[1 - kept]).success
    assert {show.show(t2='Mask')[0].person_id for _ in range(6)} == {pair[kept]}


def test_people_who_are_two_are_not_merged(show):
    anna, bert = (person.person_id for person in show.play(10, t1='Anna', t2='Bert'))
    assert 'both' in refusal(merge(show, anna, anna))
    message = refusal(merge(show, anna, bert))
    assert message == f'{anna} and {bert} were seen together by one camera, so they are two people'
    assert set(show.known()) == {anna, bert}


def test_two_names_are_not_merged(show):
    ids = []
    for track, name in enumerate(('Anna', 'Bert'), 1):
        person, = show.play(6, **{f't{track}': name})
        ids.append(person.person_id)
        assert rename(show, person.person_id, name).success
        show.time_s += 120.0
    assert "both have names, 'Anna' and 'Bert'" in refusal(merge(show, *ids))
    assert {record.name for record in show.known().values()} == {'Anna', 'Bert'}


# --- reject_identity --------------------------------------------------------------------------


def test_track_that_is_not_the_person_is_so_as_long_as_it_lives(show, stored):
    anna, = show.play(6, t1='Anna')
    answer = reject(show, 1)
    assert answer.success and answer.new_person_id == ''
    assert answer.message == f"track 1 of camera 'left' is not {anna.person_id}"
    assert any(each.is_negative for each in stored()[anna.person_id].prototypes)
    other = show.play(NOT_ANY_MORE, t1='Anna')[0]
    assert other.person_id not in ('', anna.person_id)
    assert show.happened(IdentityEvent.REJECTED) == [
        (IdentityEvent.REJECTED, anna.person_id, '', 1)]


def test_wrong_name_is_taken_off_the_track_and_stays_off_later_ones(show):
    result, _ = show.enrol('Anna', t1='Anna')
    assert result.success
    show.play(2)
    show.time_s += 120.0
    assert show.play(3, t2='Anna')[0].name == 'Anna'
    answer = reject(show, 2, result.person_id)
    assert answer.success
    assert {show.show(t2='Anna')[0].name for _ in range(NOT_ANY_MORE)} == {''}
    show.time_s += 120.0
    assert {show.show(t3='Anna')[0].name for _ in range(NOT_ANY_MORE)} == {''}


def test_person_whom_the_track_was_not_taken_for_can_be_ruled_out_too(show):
    anna, bert = show.play(6, t1='Anna', t2='Bert')
    answer = reject(show, 1, bert.person_id)
    assert answer.success and answer.new_person_id == anna.person_id
    assert show.show(t1='Anna', t2='Bert')[0].person_id == anna.person_id


def test_track_that_is_not_there_is_told_with_those_that_are(show):
    show.play(6, t1='Anna', t2='Bert')
    assert refusal(reject(show, 7)) == "camera 'left' has no track 7; in view are: left 1, left 2"


def test_track_that_is_taken_for_nobody_needs_to_be_told_whom(show):
    show.show(t1='Anna')
    assert refusal(reject(show, 1)) == (
        "track 1 of camera 'left' is taken for nobody; say who it is not")


# --- list_people ------------------------------------------------------------------------------


def test_people_are_listed_oldest_first_and_as_asked_for(show):
    anna, = show.play(6, t1='Anna')
    assert rename(show, anna.person_id, 'Anna').success
    show.time_s += 120.0
    bert, = show.play(6, t2='Bert')
    show.time_s += 120.0
    cleo, = show.play(6, t3='Cleo')
    assert rename(show, cleo.person_id, 'Cleo').success
    show.time_s += 31.0
    show.show(t3='Cleo')
    answer = show.call(ListPeople, 'list_people')
    assert (answer.success, answer.message) == (True, 'people: 3')
    assert [(each.person_id, each.name, each.present) for each in answer.people] == [
        (anna.person_id, 'Anna', False), (bert.person_id, '', False),
        (cleo.person_id, 'Cleo', True)]
    assert all(each.face_prototypes > 0 and each.body_prototypes > 0 for each in answer.people)
    times = [(each.first_seen.sec, each.last_seen.sec) for each in answer.people]
    assert times == sorted(times) and all(first < last for first, last in times[-1:])
    assert set(show.known(named_only=True)) == {anna.person_id, cleo.person_id}
    assert set(show.known(present_only=True)) == {cleo.person_id}
    show.show()
    assert show.known(named_only=True, present_only=True) == {}


def test_list_without_people_is_empty(show):
    answer = show.call(ListPeople, 'list_people')
    assert (answer.success, answer.message, answer.people) == (True, 'people: 0', [])


# --- A store that cannot be written -----------------------------------------------------------


def test_nothing_is_changed_and_that_is_said_while_the_store_is_away(show, stored, file):
    anna, = show.play(6, t1='Anna seen red')
    show.time_s += 120.0
    other, = show.play(6, t2='Bert')
    elsewhere = file.with_name('elsewhere.sqlite')
    file.rename(elsewhere)
    for answer in (rename(show, anna.person_id, 'Anna'), forget(show, anna.person_id),
                   merge(show, anna.person_id, other.person_id), reject(show, 2)):
        message = refusal(answer)
        assert message.startswith('nothing was changed: ') and 'people.sqlite' in message
    assert set(show.known()) == {anna.person_id, other.person_id}
    assert show.show(t2='Bert')[0].person_id == other.person_id
    elsewhere.rename(file)
    assert rename(show, anna.person_id, 'Anna').success
    assert stored()[anna.person_id].name == 'Anna'
