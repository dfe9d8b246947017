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

"""An operator is told which camera is silent and whose clock is off."""

from person_tracker.nodes.camera_health import CameraHealth

SKEW_S = 0.1


def health(duration_s: float = 5.0, **lags_s: float) -> CameraHealth:
    """Return what is noted of cameras that are heard ten times a second, with lags."""
    noted = CameraHealth(('front', 'rear'), 100.0)
    for tenth in range(round(10 * duration_s)):
        for camera, lag_s in lags_s.items():
            now_s = 100.0 + tenth / 10.0
            noted.heard(camera, now_s - lag_s, now_s)
    return noted


def test_cameras_that_are_heard_are_no_trouble():
    noted = health(front=0.05, rear=0.12)
    assert list(noted.troubles(105.0, SKEW_S)) == []
    assert noted.values(105.0, {'front': 'points', 'rear': 'unknown'}.get) == {
        'front.age_s': '0.100', 'front.places': 'points',
        'rear.age_s': '0.100', 'rear.places': 'unknown'}


def test_clock_that_is_off_is_named():
    assert list(health(front=0.05, rear=3.25).troubles(105.0, SKEW_S)) == [
        'clock of camera rear is 3.2 s behind']
    assert list(health(front=0.05, rear=-7.0).troubles(105.0, SKEW_S)) == [
        'clock of camera rear is 7.0 s ahead']


def test_camera_that_falls_silent_is_named_until_it_comes_back():
    noted = health(front=0.05, rear=0.05)
    noted.heard('front', 109.0, 109.0)
    assert list(noted.troubles(109.0, SKEW_S)) == ['no tracks of camera rear for 4.1 s']
    assert noted.values(109.0, str)['rear.age_s'] == '4.100'
    noted.heard('rear', 109.0, 109.1)
    assert list(noted.troubles(109.2, SKEW_S)) == []


def test_camera_that_never_came_is_named_when_it_had_its_time():
    noted = health(front=0.05)
    assert list(noted.troubles(101.0, SKEW_S)) == []
    assert list(noted.troubles(105.0, SKEW_S)) == ['no tracks of camera rear for 5.0 s']
    assert noted.values(105.0, str)['rear.age_s'] == 'never heard'
