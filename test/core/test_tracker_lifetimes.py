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

"""Laws of how long a track lives: by time, whatever the rate of the camera."""

import numpy as np
from person_tracker.core.settings import updated
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import TrackState
import pytest

# Between the images of 5, 10 and 30 Hz, so that no limit falls on an image.
CONFIG = TrackerConfig(
    max_tentative_s=0.25, max_place_s=0.55, max_occluded_s=0.55, max_lost_s=1.55)
LOOK = np.eye(1, 8, dtype=np.float32)
RATES = pytest.mark.parametrize('rate_hz', [5, 10, 30])


def times(start_s, end_s, rate_hz):
    """Return the times of a camera's images, both ends included."""
    return np.arange(round(start_s * rate_hz), round(end_s * rate_hz) + 1) / rate_hz


def watched(detections, rate_hz=10, config=CONFIG):
    """Return a tracker that has seen detections from 0 s to 2 s."""
    tracker = Tracker(config)
    for time_s in times(0.0, 2.0, rate_hz):
        tracker.update(detections, time_s)
    return tracker


@RATES
def test_track_becomes_occluded_then_lost_then_forgotten_by_time(people, rate_hz):
    tracker = watched(people((100, 100)), rate_hz)
    for time_s in times(2.0 + 1 / rate_hz, 5.0, rate_hz):
        tracks, unseen_s = tracker.update(people(), time_s), time_s - 2.0
        if unseen_s > CONFIG.max_lost_s:
            assert len(tracks) == 0
        elif unseen_s > CONFIG.max_occluded_s:
            assert tracks.states.tolist() == [TrackState.LOST]
        else:
            assert tracks.states.tolist() == [TrackState.OCCLUDED]
            assert len(tracks.present()) == 1
        assert len(tracks.confirmed()) == 0


@RATES
@pytest.mark.parametrize('gap_s, state', [
    (0.4, TrackState.OCCLUDED),
    (0.8, TrackState.LOST),
    (1.0, TrackState.LOST),
])
def test_lost_track_keeps_its_id_within_max_lost_s(people, rate_hz, gap_s, state):
    tracker = watched(people((100, 100), looks=LOOK), rate_hz)
    for time_s in times(2.0 + 1 / rate_hz, 2.0 + gap_s - 1 / rate_hz, rate_hz):
        tracks = tracker.update(people(), time_s)
    assert len(tracks) == 1
    assert gap_s - 1 / rate_hz <= CONFIG.max_occluded_s or tracks.states == state
    for seen, time_s in enumerate(times(2.0 + gap_s, 2.0 + gap_s + 2 / rate_hz, rate_hz), 1):
        tracks = tracker.update(people((100, 100), looks=LOOK), time_s)
        believed = state == TrackState.OCCLUDED or seen == CONFIG.confirm_hits
        assert tracks.confirmed().track_ids.tolist() == [1] * believed
    assert tracks.track_ids.tolist() == [1]
    assert tracks.first_seen_s.tolist() == [0.0]


@RATES
def test_person_who_returns_after_max_lost_s_gets_another_id(people, rate_hz):
    tracker = watched(people((100, 100), looks=LOOK), rate_hz)
    for time_s in times(2.0 + 1 / rate_hz, 3.6, rate_hz):
        tracker.update(people(), time_s)
    for time_s in times(3.6 + 1 / rate_hz, 5.0, rate_hz):
        tracks = tracker.update(people((100, 100), looks=LOOK), time_s)
    assert tracks.confirmed().track_ids.tolist() == [2]


@RATES
@pytest.mark.parametrize('max_place_s, same', [(0.55, True), (0.45, False)])
def test_place_alone_is_enough_for_max_place_s(people, rate_hz, max_place_s, same):
    config = updated(CONFIG, {'max_place_s': max_place_s})
    tracker = watched(people((100, 100)), rate_hz, config)
    for time_s in times(2.0 + 1 / rate_hz, 2.5 - 1 / rate_hz, rate_hz):
        tracker.update(people(), time_s)
    tracks = tracker.update(people((100, 100)), 2.5 if rate_hz != 5 else 2.52)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [1 if same else 2]


@pytest.mark.parametrize('looks', [None, LOOK], ids=['place', 'looks'])
@pytest.mark.parametrize('gap_s', [1.2, 20.0])
def test_one_late_image_does_not_make_the_camera_a_slow_one(people, looks, gap_s):
    config = updated(CONFIG, {'max_lost_s': 30.0})
    tracker = watched(people((100, 100), looks=looks), config=config)
    tracker.update(people(), 2.0 + gap_s)
    stranger = None if looks is None else -looks
    tracks = tracker.update(people((100, 100), looks=stranger), 2.1 + gap_s)
    assert tracks.track_ids.tolist() == [1, 2]
    assert tracks.detection_indices.tolist() == [-1, 0]


@pytest.mark.parametrize('looks', [None, np.eye(3, 8, dtype=np.float32)], ids=['place', 'looks'])
@pytest.mark.parametrize('rate_hz', [2.0, 1.0, 0.4])
def test_slow_camera_still_tracks_people(people, rate_hz, looks):
    tracker, random = Tracker(), np.random.default_rng(0)
    for time_s in np.arange(60) / rate_hz:
        strolling, standing, coming = random.normal(0.0, 1.5, (3, 2)) + [
            (100 + 4 * time_s, 200), (300, 400), (900 - 5 * time_s, 600)]
        tracks = tracker.update(people(strolling, standing, coming, looks=looks), time_s)
        assert tracks.track_ids.tolist() == [1, 2, 3]
    assert tracks.states.tolist() == [TrackState.CONFIRMED] * 3


@pytest.mark.parametrize('rate_hz', [2.0, 1.0, 0.4])
def test_slow_camera_may_overlook_somebody_once(people, rate_hz):
    tracker, looks, confirmed = Tracker(), np.eye(2, 8, dtype=np.float32), set()
    for number, time_s in enumerate(np.arange(30) / rate_hz):
        seen = people((100, 200), (300, 200), looks=looks)
        if number in (5, 10, 20):
            seen = seen[:1]
        tracks = tracker.update(seen, time_s)
        confirmed |= set(tracks.confirmed().track_ids)
    assert confirmed == {1, 2}
    assert tracks.track_ids.tolist() == [1, 2]


@pytest.mark.parametrize('gap_s, state', [
    (0.5, TrackState.OCCLUDED),
    (1.5, TrackState.LOST),
    (1.6, None),
    (7200.0, None),  # two hours without an image
    (1e9, None),
])
def test_silence_ages_a_track_as_empty_images_do(people, gap_s, state):
    tracks = watched(people((100, 100))).update(people(), 2.0 + gap_s)
    assert tracks.states.tolist() == ([] if state is None else [state])


def test_after_hours_of_silence_everybody_is_new(people):
    tracker = watched(people((100, 100), (300, 100), looks=[LOOK, -LOOK]))
    tracks = tracker.update(people((100, 100), (300, 100), looks=[LOOK, -LOOK]), 2.0 + 3 * 3600)
    assert tracks.states.tolist() == [TrackState.TENTATIVE] * 2
    assert set(tracks.track_ids).isdisjoint({1, 2})


@pytest.mark.parametrize('hits', [1, 2, 3, 5])
def test_track_is_believed_when_seen_often_enough_and_not_before(people, hits):
    tracker = Tracker(updated(CONFIG, {'confirm_hits': hits}))
    for seen in range(1, hits + 3):
        tracks = tracker.update(people((100, 100)), seen * 0.1)
        assert len(tracks.confirmed()) == (seen >= hits)
        assert tracks.track_ids.tolist() == [1]


@RATES
def test_track_not_yet_believed_is_dropped_when_unseen_for_max_tentative_s(people, rate_hz):
    tracker = Tracker(CONFIG)
    tracker.update(people((100, 100), looks=LOOK), 0.0)
    for time_s in times(1 / rate_hz, 1.0, rate_hz):
        tracks = tracker.update(people(), time_s)
        assert len(tracks) == (time_s <= CONFIG.max_tentative_s)
        assert len(tracks.confirmed()) == 0


@pytest.mark.parametrize('rate_hz', [0.4, 2, 5, 30])
def test_track_not_yet_believed_must_be_seen_in_every_image_where_max_tentative_s_is_0(
        people, rate_hz):
    tracker = Tracker(updated(TrackerConfig(), {'max_tentative_s': 0.0}))
    for number in range(10):
        tracks = tracker.update(people((100, 100)), number / rate_hz)
    for number in range(10, 12):
        tracks = tracker.update(people((100, 100), (400, 100)), number / rate_hz)
    assert tracks.track_ids.tolist() == [1, 2]
    assert tracker.update(people((100, 100)), 12 / rate_hz).track_ids.tolist() == [1]


def test_track_not_yet_believed_survives_a_short_gap(people):
    tracker = Tracker(CONFIG)
    for time_s, seen in ((0.0, True), (0.1, False), (0.2, True), (0.3, False), (0.4, True)):
        tracks = tracker.update(people((100, 100)) if seen else people(), time_s)
        assert tracks.track_ids.tolist() == [1]
    assert len(tracks.confirmed()) == 1


def test_track_is_confirmed_again_as_soon_as_it_is_seen(people):
    tracker = watched(people((100, 100)))
    assert tracker.update(people(), 2.1).states.tolist() == [TrackState.OCCLUDED]
    assert tracker.update(people((100, 100)), 2.2).states.tolist() == [TrackState.CONFIRMED]


def test_track_knows_when_it_was_first_and_last_seen(people):
    tracker = watched(people((100, 100)))
    for time_s in (2.1, 2.2):
        tracks = tracker.update(people((500, 100)), time_s)
    assert tracks.first_seen_s.tolist() == [0.0, 2.1]
    assert tracks.last_seen_s.tolist() == [2.0, 2.2]


def test_stuttering_camera_keeps_the_ids(people):
    tracker, random = Tracker(CONFIG), np.random.default_rng(3)
    for time_s in np.cumsum(random.uniform(0.005, 0.5, 200)):
        centre_x = 300 + 30 * np.sin(time_s)
        tracks = tracker.update(people((centre_x, 100), (centre_x + 200, 100)), time_s)
    assert tracks.confirmed().track_ids.tolist() == [1, 2]


def test_ids_are_never_used_again(people):
    tracker, known = Tracker(CONFIG), []
    for visit in range(20):
        for step in range(4):
            tracks = tracker.update(people((100, 100)), visit * 10.0 + step * 0.1)
        known += tracks.track_ids.tolist()
    assert len(set(known)) == len(known) == 20
    assert known == sorted(known)
