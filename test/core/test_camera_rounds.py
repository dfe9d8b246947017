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

"""Laws of rounds: who is of one moment, and who is waited for."""

from person_tracker.core.camera_rounds import CameraRounds
import pytest

SPAN_S = 0.02


def rounds_of(*images, span_s=SPAN_S):
    """Return which cameras' images are told together; a round that waits in vain ends at last."""
    rounds, told = CameraRounds(), []
    for camera, time_s in images:
        if camera in rounds:
            told.append(rounds.end())
        rounds.add(camera, time_s)
        if rounds.is_complete(span_s):
            told.append(rounds.end())
    return [*told, rounds.end()] if len(rounds) else told


def regular(offsets_s, count=20, rate_hz=10.0):
    """Return the images of cameras of one rate, each with an offset, in order of time."""
    return sorted(((camera, number / rate_hz + offset_s) for camera, offset_s in offsets_s.items()
                   for number in range(count)), key=lambda image: image[1])


def test_one_camera_waits_for_nobody():
    assert rounds_of(*regular({'a': 0.0})) == [['a']] * 20


def test_cameras_that_see_at_one_time_are_told_together():
    told = rounds_of(*regular({'a': 0.0, 'b': 0.001, 'c': 0.002}))
    assert told[:6] == [['a'], ['b'], ['c']] * 2  # nothing is known of their rhythm yet
    assert told[6:] == [['a', 'b', 'c']] * 18


def test_cameras_that_take_turns_wait_for_nobody():
    assert rounds_of(*regular({'a': 0.0, 'b': 0.05})) == [['a'], ['b']] * 20


def test_slow_camera_is_waited_for_only_when_it_is_due():
    images = [*regular({'a': 0.0}), ('b', 0.001), ('b', 0.501), ('b', 1.001), ('b', 1.501)]
    told = rounds_of(*sorted(images, key=lambda image: image[1]))
    assert told[-10:] == 2 * [['a', 'b'], ['a'], ['a'], ['a'], ['a']]


@pytest.mark.parametrize('last_s', [
    -1.5,  # silent
    -50.0,  # of a clock that is behind
    50.0,  # of a clock that is ahead, or before a recording began again
])
def test_camera_far_from_the_others_is_not_waited_for(last_s):
    rounds = CameraRounds()
    for time_s in (last_s - 0.1, last_s):
        rounds.add('b', time_s)
        rounds.end()
    for time_s in (0.0, 0.1):
        rounds.add('a', time_s)
        assert rounds.is_complete(SPAN_S)
        rounds.end()


def test_every_image_is_told_once_whatever_comes():
    images = [*regular({'a': 0.0, 'b': 0.01, 'c': 0.015}), ('a', 0.0), ('a', 0.0), ('b', 1e6),
              ('b', -1e6), ('c', 2.0)]
    told = rounds_of(*images)
    for camera in 'abc':
        assert sum(each.count(camera) for each in told) == [
            name for name, _ in images].count(camera)
    assert all(len(set(each)) == len(each) for each in told)


def test_nobody_is_waited_for_within_no_time():
    images = regular({'a': 0.0, 'b': 0.0})
    assert rounds_of(*images, span_s=0.0) == [[camera] for camera, _ in images]


def test_camera_of_the_newest_image_comes_last():
    rounds = CameraRounds()
    for camera, time_s in (('a', 2.0), ('b', 1.0), ('c', 1.5)):
        rounds.add(camera, time_s)
    assert rounds.end() == ['b', 'c', 'a'] and len(rounds) == 0
