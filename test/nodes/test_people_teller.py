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

"""Whom the cameras see is told once for each moment, at once where nothing is due."""

from person_tracker.nodes.identity import IdentityNode
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import TrackedPersonArray
import pytest

BEGAN_S = 1.7e9  # as every show
LONG_S = 10.0  # a test that waited so long would fail


def moments(show) -> list[list[tuple[str, int]]]:
    """Return the images that each array answered: camera and stamp in ms of the show."""
    return [[(image.camera, round(1000.0 * (seconds(image.header.stamp) - BEGAN_S)))
             for image in array.images] for array in show.people]


def send(show, *cameras: str, step_s: float = 0.1, **actors: str) -> None:
    """Send images of cameras that were taken at one time, which is later by a step."""
    show.time_s += step_s
    for camera in cameras:
        show.send(camera, step_s=0.0, **actors)


@pytest.fixture
def pair(ros, identify):
    """Return a show before two cameras whose rhythm is known."""
    show = identify(gather_s=1.0)
    for count in (2, 4):
        send(show, 'left', 'right')
        ros.until(lambda count=count: sum(map(len, moments(show))) == count)
    show.people.clear()
    return show


def test_one_camera_has_an_array_for_each_image_under_its_header(ros, identify):
    show = identify(('eye',), gather_s=1.0)
    for number in range(1, 9):
        show.send('eye', step_s=0.05, t1='Anna')
        ros.until(lambda number=number: len(show.people) == number, LONG_S)
    assert moments(show) == [[('eye', 50 * number)] for number in range(1, 9)]
    for array in show.people:
        assert (array.header, array.camera) == (array.images[0].header, 'eye')


def test_images_of_one_moment_are_told_of_together_under_the_newest(ros, pair):
    for count in range(1, 4):
        send(pair, 'right', t1='Anna')
        send(pair, 'left', step_s=0.001, t1='Bert')
        ros.until(lambda count=count: len(pair.people) == count, LONG_S)
    assert moments(pair) == [[('right', 300 + late), ('left', 301 + late)]
                             for late in (0, 101, 202)]
    last = pair.people[-1]
    assert (last.camera, last.header) == ('left', last.images[1].header)
    assert {person.camera for person in last.people} == {'left', 'right'}


def test_camera_that_is_due_is_waited_for_no_longer_than_set(ros, identify):
    show = identify(gather_s=0.05)
    for _ in range(4):
        send(show, 'left', 'right')
    ros.until(lambda: sum(map(len, moments(show))) == 8)
    show.people.clear()
    send(show, 'left', t1='Anna')
    ros.until(lambda: show.people, LONG_S)
    assert moments(show) == [[('left', 500)]]
    send(show, 'right', step_s=0.0, t1='Anna')  # it was late
    ros.until(lambda: len(show.people) == 2, LONG_S)
    assert moments(show) == [[('left', 500)], [('right', 500)]]


def test_every_image_is_in_one_array_whatever_comes(ros, pair):
    stamps_ms = []
    for step_ms, camera in (
            (100, 'left'), (100, 'left'), (10, 'left'), (90, 'right'), (0, 'right'),
            (-5000, 'left'), (100, 'right'), (9000, 'left'), (100, 'right')):
        send(pair, camera, step_s=step_ms / 1000.0)
        stamps_ms.append((camera, round(1000.0 * (pair.time_s - BEGAN_S))))
        ros.spin(0.05)
    ros.until(lambda: sum(map(len, moments(pair))) >= len(stamps_ms), LONG_S)
    ros.spin(0.2)
    assert sorted(image for moment in moments(pair) for image in moment) == sorted(stamps_ms)


def test_each_image_has_an_array_of_its_own_where_nothing_is_gathered(ros, identify):
    show = identify(gather_s=0.0)
    for _ in range(5):
        send(show, 'left', 'right')
    ros.until(lambda: len(show.people) == 10, LONG_S)
    assert all(len(moment) == 1 for moment in moments(show))


def test_nothing_is_told_while_nobody_listens_and_identity_goes_on(ros, watch):
    node = ros.make(IdentityNode, {'store.url': 'memory', 'cameras': ['left']}, namespace='/')
    latest = ros.diagnostics_of('identity')
    speaker = ros.speaker(TrackedPersonArray, '/left/tracks')
    for _ in range(3):
        speaker.publish(TrackedPersonArray())
    ros.until(lambda: latest().get('processed') == '3', LONG_S)
    show = watch(('left',), node=node)
    assert [person.track_id for person in show.play(2, 'left', t1='Anna')] == [1]


def test_who_was_before_a_camera_that_fell_silent_is_known_before_another(ros, identify):
    show = identify(gather_s=0.0, max_camera_age_s=0.5)
    anna, = show.play(6, t1='Anna')
    assert show.known()[anna.person_id].present
    send(show, 'right', step_s=1.0)
    ros.until(lambda: show.people[-1].camera == 'right')
    assert show.people[-1].people == [] and not show.known()[anna.person_id].present
    again, = show.play(4, 'right', t9='Anna')
    assert again.person_id == anna.person_id
    show.show('left', step_s=0.1, t1='Anna')
    both, = show.people[-1].people
    assert both.person_id == anna.person_id
    assert sorted(view.camera for view in both.views) == ['left', 'right']
