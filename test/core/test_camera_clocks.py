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

"""Whom decisions wait for, and whose clock is named."""

from person_tracker.core.camera_clocks import CameraClocks
import pytest

SKEW_S = 0.1


def clocks(**times_s):
    made = CameraClocks()
    for camera, time_s in times_s.items():
        made.note(camera, time_s)
    return made


def lagging(**lags_s):
    made = CameraClocks()
    for camera, lag_s in lags_s.items():
        for frame in range(40):
            made.note_arrival(camera, frame / 30.0, frame / 30.0 + lag_s)
    return made


@pytest.mark.parametrize(('times_s', 'time_s', 'reached'), [
    ({}, 10.0, True),  # no camera: nobody to wait for
    ({'a': 10.0}, 10.0, True),  # one camera never waits
    ({'a': 10.0, 'b': 9.95}, 10.0, False),  # b is late within the skew
    ({'a': 10.0, 'b': 10.0}, 10.0, True),  # both are there
    ({'a': 10.1, 'b': 9.95}, 10.0, False),  # a at the skew, not beyond
    ({'a': 10.2, 'b': 9.95}, 10.0, True),  # a has gone beyond the skew: b is not waited for
    ({'a': 10.0, 'b': 9.0}, 10.0, False),  # b just alive
    ({'a': 10.0, 'b': 8.9}, 10.0, True),  # b is silent for more than a second: dead
    ({'a': 9.0, 'b': 9.0}, 10.0, False),  # nobody is so far yet
])
def test_nobody_waits_for_the_dead_nor_beyond_the_skew(times_s, time_s, reached):
    assert clocks(**times_s).has_reached(time_s, SKEW_S) is reached


def test_camera_that_comes_back_is_waited_for_again():
    made = clocks(a=20.0, b=10.0)
    assert made.has_reached(20.0, SKEW_S)
    made.note('b', 19.98)
    assert not made.has_reached(20.0, SKEW_S)
    made.note('b', 20.01)
    assert made.has_reached(20.0, SKEW_S)


def test_recording_that_starts_anew_is_waited_for_as_any_other():
    made = clocks(a=100.0, b=100.0)
    made.note('a', 0.0)
    made.note('b', 0.0)
    made.note('a', 0.05)
    assert not made.has_reached(0.05, SKEW_S)


@pytest.mark.parametrize(('lags_s', 'off_s'), [
    ({}, {}),  # nobody heard
    ({'a': 0.2}, {}),  # one camera, a usual lag
    ({'a': 500.0}, {}),  # one camera: an old recording, not a clock
    ({'a': 500.0, 'b': 500.5}, {}),  # two old recordings side by side
    ({'a': 0.05, 'b': 1.1}, {}),  # a slow chain, no clock
    ({'a': -0.05, 'b': 0.05}, {}),  # ahead within the skew
    ({'a': 0.05, 'rear': 3.25}, {'rear': -3.2}),  # behind the other
    ({'rear': 3.25, 'a': 0.05}, {'rear': -3.2}),  # in whatever order
    ({'a': 0.05, 'rear': -3.2}, {'rear': 3.2}),  # from the future
    ({'rear': -3.2}, {'rear': 3.2}),  # from the future, alone
    ({'a': 0.1, 'b': 0.2, 'c': 5.1}, {'c': -4.9}),  # against the middle one of three
    ({'a': -4.0, 'b': 0.1, 'c': 6.1}, {'a': 4.0, 'c': -6.0}),  # one each way
])
def test_clock_that_is_off_is_named_with_its_error(lags_s, off_s):
    assert lagging(**lags_s).off(SKEW_S) == pytest.approx(off_s)


def test_single_late_message_names_nobody():
    made = lagging(a=0.05, b=0.05)
    made.note_arrival('b', 2.0, 12.0)
    assert made.off(SKEW_S) == {}


def test_clock_that_was_put_right_is_no_longer_named():
    made = lagging(a=0.05, b=-3.2)
    made.note_arrival('b', 0.5, 0.6)  # put back: its stamps step back
    assert made.off(SKEW_S) == {}
