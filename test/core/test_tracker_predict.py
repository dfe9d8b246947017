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

"""Laws of images in which nobody was looked for: everybody moves on, nobody ages."""

from dataclasses import replace

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
import numpy as np
from person_tracker.core import boxes
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Detections
import pytest

RATE_HZ = 30
STATES = ('track_ids', 'states', 'scores', 'first_seen_s', 'last_seen_s')


def walkers(time_s):
    """Return where three people are: two walk, one stands."""
    return (100 + 60 * time_s, 200 + 10 * time_s), (900 - 50 * time_s, 500), (500, 900)


def watched(people, until_s=2.0, rate_hz=RATE_HZ):
    tracker = Tracker()
    for time_s in np.arange(round(until_s * rate_hz) + 1) / rate_hz:
        tracker.update(people(*walkers(time_s)), time_s)
    return tracker


def assert_nobody_aged(tracks, before):
    for name in STATES:
        np.testing.assert_array_equal(getattr(tracks, name), getattr(before, name))
    assert (tracks.detection_indices == -1).all()


@pytest.mark.parametrize('ahead_s', [0.03, 0.1, 0.5, 1.0])
def test_boxes_move_on_and_nobody_ages(people, ahead_s):
    tracker = watched(people, 1.9)
    before = tracker.update(people(*walkers(2.0)), 2.0)
    tracks = tracker.predict(2.0 + ahead_s)
    assert_nobody_aged(tracks, before)
    expected = people(*walkers(2.0 + ahead_s)).boxes_xyxy
    np.testing.assert_allclose(tracks.boxes_xyxy, expected, atol=1 + 5 * ahead_s)


@pytest.mark.parametrize('gap_s', [1.0, 60.0, 3600.0])
def test_nobody_ages_however_long_nobody_is_looked_for(people, gap_s):
    tracker = watched(people)
    tracker.update(people(*walkers(2.02)[:2], (900, 900)), 2.02)
    before = tracker.update(people(*walkers(2.04)[:2]), 2.04)
    assert set(before.states) == {
        TrackState.TENTATIVE, TrackState.CONFIRMED, TrackState.OCCLUDED}
    for time_s in 2.04 + np.linspace(0.0, gap_s, 40)[1:]:
        tracks = tracker.predict(time_s)
        assert_nobody_aged(tracks, before)
        assert np.isfinite(tracks.boxes_xyxy).all()


@pytest.mark.parametrize('looks', [None, np.eye(3, 8, dtype=np.float32)], ids=['place', 'looks'])
@pytest.mark.parametrize('every', range(1, 11))
def test_people_keep_their_ids_where_only_every_nth_image_is_looked_at(people, every, looks):
    tracker = Tracker()
    for number in range(6 * RATE_HZ):
        time_s = number / RATE_HZ
        truth = people(*walkers(time_s), looks=looks)
        if number % every:
            tracks = tracker.predict(time_s)
        else:
            tracks = tracker.update(truth, time_s)
        assert tracks.track_ids.tolist() == [1, 2, 3]
        if number > 3 * every:
            assert (tracks.states == TrackState.CONFIRMED).all()
            assert (np.diag(boxes.iou(tracks.boxes_xyxy, truth.boxes_xyxy)) > 0.6).all()


@pytest.mark.parametrize('rate_hz', [1.0, 0.4])
def test_images_in_between_do_not_make_a_slow_camera_a_fast_one(people, rate_hz):
    tracker = Tracker()
    for number in range(200):
        time_s = number / rate_hz / 10
        if number % 10:
            tracks = tracker.predict(time_s)
        else:
            tracks = tracker.update(people((100 + 3 * time_s, 200), (300, 500)), time_s)
    assert tracks.track_ids.tolist() == [1, 2]


def test_camera_motion_moves_everybody_in_between_too(people):
    tracker = watched(people)
    still = tracker.update(people((500, 900)), 2.1)
    pan = np.array([[1.0, 0.0, 40.0], [0.0, 1.0, -30.0]])
    tracks = tracker.predict(2.2, pan)
    np.testing.assert_allclose(
        tracks.boxes_xyxy[2], still.boxes_xyxy[2] + [40, -30, 40, -30], atol=0.5)


@pytest.mark.parametrize('time_s, restarts', [
    (2.0, 0),  # the same image twice
    (1.9, 0),  # one from before
    (-60.0, 1),  # a jump back
])
def test_image_that_is_not_later_is_dropped_or_starts_all_anew(people, time_s, restarts):
    tracker = watched(people)
    tracks = tracker.predict(time_s)
    assert len(tracks) == (0 if restarts else 3)
    assert tracker.counters.restarts == restarts
    assert tracker.counters.dropped_images == 1 - restarts


def test_image_looked_at_after_it_was_predicted_is_a_second_one(people, assert_same):
    tracker, other = watched(people), watched(people)
    expected = replace(tracker.predict(2.1), detection_indices=np.full(3, -1))
    assert_same(tracker.update(people(*walkers(2.1)), 2.1), expected)
    assert tracker.counters.dropped_images == 1
    other.predict(2.1)
    seen = people(*walkers(2.2))
    assert_same(tracker.update(seen, 2.2), other.update(seen, 2.2))


@pytest.mark.parametrize('time_s, motion, message', [
    (np.nan, None, 'time_s must be finite'),
    (np.inf, None, 'time_s must be finite'),
    (2.1, np.full((2, 3), np.nan), 'camera_motion must be a finite array'),
    (2.1, np.eye(3), 'camera_motion must be a finite array'),
])
def test_nonsense_is_refused_and_harms_nothing(people, assert_same, time_s, motion, message):
    tracker, other = watched(people), watched(people)
    with pytest.raises(ValueError, match=message):
        tracker.predict(time_s, motion)
    assert_same(tracker.predict(2.1), other.predict(2.1))


def test_tracker_without_tracks_predicts_nobody():
    tracker = Tracker()
    assert len(tracker.predict(0.0)) == 0
    assert len(tracker.predict(1.0, np.eye(2, 3))) == 0
    assert len(tracker.update(Detections.empty(), 2.0)) == 0


@given(strategies.integers(0, 2**32 - 1))
@settings(max_examples=3)
def test_every_track_is_sound_with_images_in_between(film, switched, seed):
    tracker, random = Tracker(switched), np.random.default_rng(seed)
    known = 0
    for detections, time_s, motion in film(seed):
        if random.random() < 0.4:
            tracks = tracker.predict(time_s, motion)
            assert not len(tracks) or tracks.track_ids.max() <= known
            assert (tracks.last_seen_s < time_s).all()
        else:
            tracks = tracker.update(detections, time_s, motion)
        known = max(known, tracks.track_ids.max(initial=0))
        assert (np.diff(tracks.track_ids) > 0).all()
        assert np.isfinite(tracks.boxes_xyxy).all() and np.isfinite(tracks.velocities_px).all()
