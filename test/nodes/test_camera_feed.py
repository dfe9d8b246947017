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

"""What cameras tell reaches identity: where people stand, and that a tracker began anew."""

from builtin_interfaces.msg import Time
from person_tracker.core.settings import SettingError
from person_tracker.nodes.identity import IdentityNode
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest

CONFIRMED, TENTATIVE = TrackedPerson.CONFIRMED, TrackedPerson.TENTATIVE
NONE, PLANE, FUSED = (TrackedPerson.POSITION_NONE, TrackedPerson.POSITION_GROUND_PLANE,
                      TrackedPerson.POSITION_FUSED)
# The cameras stand side by side; the feet of an actor on track 1 are at (100, 175) in both.
LIST = """
cameras:
  - name: left
    ground_points: [[0, 400, -2, 4], [640, 400, 2, 4], [0, 175, -2, 8], [640, 175, 2, 8]]
    image_size: [640, 480]
  - name: right
    ground_points: [[0, 400, -2, 4], [640, 400, 2, 4], [0, 175, -2, 8], [640, 175, 2, 8]]
    image_size: [640, 480]
"""
X_M = -2.0 + 4.0 * 100.0 / 640.0


@pytest.fixture
def listed(tmp_path):
    """Return the path of a list of two cameras that see the same floor."""
    path = tmp_path / 'cameras.yaml'
    path.write_text(LIST, encoding='utf-8')
    return str(path)


def where(person: TrackedPerson) -> tuple[float, float]:
    point = person.pose.pose.position
    return point.x, point.y


# --- Places -----------------------------------------------------------------------------------


def test_who_is_seen_by_one_camera_is_on_the_ground(identify, listed):
    show = identify(camera_list=listed)
    anna, = show.play(4, t1='Anna')
    assert show.people[-1].pose_frame == 'map'
    assert anna.position_source == PLANE
    assert where(anna) == pytest.approx((X_M, 8.0), abs=0.1)


def test_who_is_seen_by_two_cameras_is_one_person_in_one_place(identify, listed):
    show = identify(camera_list=listed)
    for _ in range(25):
        show.show('left', step_s=0.1, t1='Anna')
        show.show('right', step_s=0.0, t1='Anna')
    anna, = show.people[-1].people
    assert sorted(view.camera for view in anna.views) == ['left', 'right']
    assert anna.position_source == FUSED
    assert where(anna) == pytest.approx((X_M, 8.0), abs=0.1)


def test_people_of_cameras_that_know_no_ground_are_nowhere(identify, listed):
    for show in (identify(), identify(robot='/other', camera_list=listed, ground_frame='')):
        anna, = show.play(4, t1='Anna')
        assert anna.person_id and anna.position_source == NONE


def test_what_tells_the_places_is_in_the_diagnostics(ros, identify, listed):
    show = identify(('left', 'third'), camera_list=listed)
    latest = ros.diagnostics_of('identity')
    show.show(t1='Anna')
    ros.until(lambda: latest().get('left.age_s', 'never heard') != 'never heard')
    assert (latest()['left.places'], latest()['third.places']) == ('points', 'unknown')
    assert latest()['third.age_s'] == 'never heard'
    ros.until(lambda: 'no tracks of camera third for ' in latest()['message'])


@pytest.mark.parametrize(('content', 'said'), [
    (None, 'list of cameras .*cameras.yaml cannot be read'),
    ('cameras: [{name: left, pose: {z: high}}]', "camera 'left': z of a pose must be a number"),
])
def test_list_that_cannot_be_used_is_refused(ros, tmp_path, content, said):
    path = tmp_path / 'cameras.yaml'
    if content:
        path.write_text(content, encoding='utf-8')
    with pytest.raises(SettingError, match=said):
        ros.make(IdentityNode, {'store.url': 'memory', 'camera_list': str(path)})


# --- A tracker that begins anew ---------------------------------------------------------------


def tracked(show, began_s: float, *states: int) -> list[TrackedPerson]:
    """Send tracks from 1 on that began at a time, seconds, and return who is on them."""
    show.time_s += 0.1
    show.people.clear()
    header = show.header('left')
    show.say('left', 'tracks', TrackedPersonArray(header=header, camera='left', people=[
        TrackedPerson(track_id=number, state=state, first_seen=Time(sec=round(began_s)))
        for number, state in enumerate(states, 1)]))
    return show.answer('left', header)


def someone(show) -> TrackedPerson:
    """Return who was made a person on track 1, which began 2 s before the show."""
    began_s = show.time_s - 2.0
    for _ in range(15):
        person, = tracked(show, began_s, CONFIRMED)
    assert person.person_id
    return person


def test_track_of_a_tracker_that_began_anew_is_not_the_old_one(identify):
    show = identify()
    before = someone(show)
    tracked(show, show.time_s)  # nobody at first, as of every new tracker
    after, = tracked(show, show.time_s, CONFIRMED)
    assert after.track_id == before.track_id and after.person_id == ''


def test_tentative_track_shows_it_as_well(identify):
    show = identify()
    someone(show)
    began_s = show.time_s
    assert tracked(show, began_s, TENTATIVE) == []
    after, = tracked(show, began_s, CONFIRMED)
    assert after.person_id == ''


def test_track_that_goes_on_keeps_its_person(identify):
    show = identify()
    began_s = show.time_s - 2.0
    before = someone(show)
    tracked(show, began_s)
    after, = tracked(show, began_s, CONFIRMED)
    assert after.person_id == before.person_id


def test_other_camera_goes_on_when_one_begins_anew(identify):
    show = identify()
    there, = show.play(6, 'right', t1='Anna')
    someone(show)
    tracked(show, show.time_s, CONFIRMED)
    again, = show.show('right', t1='Anna')
    assert again.person_id == there.person_id != ''
