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

"""Faces are looked at where that brings something, soon where it does, seldom where not."""

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
from person_tracker.core.face_plan import FacePlan
from person_tracker.core.face_plan import FacePlanConfig
from person_tracker.core.settings import SettingError
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
import pytest

CONFIRMED = TrackState.CONFIRMED
# Times in steps of 1/8 s are exact numbers. Without a limit of the rate, unless a test is of that.
EIGHTHS = FacePlanConfig(open_interval_s=0.125, refresh_s=1.0, max_tracks=8, max_rate_hz=1000.0)


def tracks_of(*track_ids, states=CONFIRMED, widths_px=200.0):
    """Return tracks with boxes from the left edge on."""
    count = len(track_ids)
    boxes = np.tile(np.float32([0, 0, 0, 200]), (count, 1))
    boxes[:, 2] = widths_px
    return Tracks(
        track_ids=np.array(track_ids, np.int64), boxes_xyxy=boxes,
        states=np.array(np.broadcast_to(states, count), np.uint8),
        scores=np.full(count, 0.9, np.float32), velocities_px=np.zeros((count, 2), np.float32),
        first_seen_s=np.zeros(count), last_seen_s=np.zeros(count),
        detection_indices=np.full(count, -1))


def look(plan, tracks, time_s, faces=()):
    """Look at whoever is due, finding the faces of some tracks; return the ids looked at."""
    ids = tracks.track_ids[plan.due(tracks, time_s)].tolist()
    if ids:
        plan.looked(ids, [track_id for track_id in ids if track_id in faces], time_s)
    return ids


def times_looked(plan, tracks, times_s, faces=()):
    """Return when the first track was looked at."""
    return [time_s for time_s in times_s
            if tracks.track_ids[0] in look(plan, tracks, time_s, faces)]


@pytest.fixture
def plan():
    """Return a plan that knows nobody."""
    return FacePlan(EIGHTHS)


@pytest.mark.parametrize(('state', 'width_px', 'is_due'), [
    (TrackState.CONFIRMED, 200.0, True),
    (TrackState.CONFIRMED, 72.0, True),            # just wide enough
    (TrackState.CONFIRMED, 71.0, False),           # its face is too small
    (TrackState.CONFIRMED, 0.0, False),
    (TrackState.CONFIRMED, np.nan, False),         # a broken box
    (TrackState.CONFIRMED, np.inf, True),          # the analyser cuts it to the image
    (TrackState.TENTATIVE, 200.0, False),          # nobody yet
    (TrackState.OCCLUDED, 200.0, False),           # somebody else stands there
    (TrackState.LOST, 200.0, False),
    (TrackState.UNKNOWN, 200.0, False),
])
def test_only_people_seen_in_this_image_and_wide_enough_are_looked_at(
        plan, state, width_px, is_due):
    due = plan.due(tracks_of(4, states=state, widths_px=width_px), 1.0)
    assert due.dtype == np.intp and due.tolist() == ([0] if is_due else [])


def test_nobody_is_looked_at_where_nobody_is(plan):
    assert plan.due(tracks_of(), 1.0).tolist() == []


def test_indices_are_those_of_the_tracks_given(plan):
    states = [TrackState.LOST, CONFIRMED, TrackState.TENTATIVE, CONFIRMED]
    assert plan.due(tracks_of(3, 5, 8, 9, states=states), 1.0).tolist() == [1, 3]


def test_open_track_that_shows_its_face_is_looked_at_again_after_the_open_interval(plan):
    times_s = np.arange(16) / 16.0
    assert times_looked(plan, tracks_of(1), times_s, faces=[1]) == times_s[::2].tolist()


def test_looks_in_vain_become_fewer_down_to_the_refresh_time(plan):
    looked_s = times_looked(plan, tracks_of(1), np.arange(64) / 8.0)
    assert np.diff(looked_s).tolist() == [0.25, 0.5, *[1.0] * 7]


def test_face_that_shows_at_last_ends_the_waiting(plan):
    tracks = tracks_of(1)
    times_looked(plan, tracks, np.arange(32) / 8.0)  # in vain
    times_s = 5.0 + np.arange(8) / 8.0
    assert times_looked(plan, tracks, times_s, faces=[1]) == times_s.tolist()


def test_settled_track_is_looked_at_once_in_a_refresh_time_whether_it_shows_its_face_or_not(plan):
    plan.learn({1: True})
    for start_s, faces in ((0.0, [1]), (8.0, [])):
        looked_s = times_looked(plan, tracks_of(1), start_s + np.arange(25) / 8.0, faces)
        assert (np.array(looked_s) - start_s).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_settled_track_that_becomes_open_is_urgent_again(plan):
    plan.learn({1: True})
    assert look(plan, tracks_of(1), 1.0, faces=[1]) == [1]
    assert look(plan, tracks_of(1), 1.125, faces=[1]) == []
    plan.learn({1: False})
    assert look(plan, tracks_of(1), 1.25, faces=[1]) == [1]


def test_what_was_said_last_counts_where_nothing_new_is_said(plan):
    plan.learn({1: True})
    look(plan, tracks_of(1, 2), 1.0, faces=[1, 2])
    plan.learn({2: True})
    plan.learn({})
    assert look(plan, tracks_of(1, 2), 1.5, faces=[1, 2]) == []


@pytest.mark.parametrize(('settled', 'looked_s', 'expected'), [
    ({}, {}, [1, 2, 3]),                                       # all are new: in their order
    ({1: True}, {}, [2, 3, 1]),                                # open ones first
    ({}, {1: 2.0}, [2, 3, 1]),                                 # never looked at before looked at
    ({}, {1: 3.0, 2: 1.0, 3: 2.0}, [2, 3, 1]),                 # whoever waited longest
    ({1: True}, {1: 1.0, 2: 3.0, 3: 3.0}, [2, 3, 1]),          # open before the longest wait
    ({1: True, 2: True, 3: True}, {1: 3.0, 2: 1.0, 3: 2.0}, [2, 3, 1]),
    ({1: True}, {1: 4.5}, [2, 3]),                             # settled and fresh
])
def test_most_urgent_come_first(plan, settled, looked_s, expected):
    tracks = tracks_of(1, 2, 3)
    plan.learn(settled)
    plan.due(tracks, 0.0)
    for track_id, time_s in sorted(looked_s.items(), key=lambda item: item[1]):
        plan.looked([track_id], [track_id], time_s)
    assert tracks.track_ids[plan.due(tracks, 5.0)].tolist() == expected


def test_crowd_is_looked_at_in_turns_of_so_many_at_most():
    plan = FacePlan(FacePlanConfig(open_interval_s=0.0, refresh_s=10.0, max_tracks=2,
                                   max_rate_hz=1000.0))
    everybody = [1, 2, 3, 4, 5]
    turns = [look(plan, tracks_of(*everybody), float(time_s), faces=everybody)
             for time_s in range(30)]
    assert turns[:3] == [[1, 2], [3, 4], [5, 1]] and {len(turn) for turn in turns} == {2}
    for track_id in everybody:
        waits = np.diff([number for number, turn in enumerate(turns) if track_id in turn])
        assert waits.max() <= 3  # five people, two at a time


def test_choosing_alone_changes_nothing(plan):
    tracks = tracks_of(1, 2)
    for time_s in (1.0, 1.0, 1.01, 2.0):  # no image was found for the first ones
        assert plan.due(tracks, time_s).tolist() == [0, 1]


@pytest.mark.parametrize(('camera_hz', 'max_rate_hz', 'expected'), [
    (8.0, 4.0, 4.0),
    (8.0, 8.0, 8.0),
    (4.0, 8.0, 4.0),                                           # no faster than the images
    (8.0, 3.0, 3.0),                                           # no divisor of the camera's
    (64.0, 10.0, 10.0),
    (8.0, 0.5, 0.5),
])
def test_mean_rate_is_the_lower_of_camera_and_setting(camera_hz, max_rate_hz, expected):
    plan = FacePlan(FacePlanConfig(
        open_interval_s=0.0, refresh_s=0.0, max_rate_hz=max_rate_hz))
    times_s = np.arange(int(100.0 * camera_hz)) / camera_hz
    count = len(times_looked(plan, tracks_of(1), times_s, faces=[1]))
    assert count == pytest.approx(100.0 * expected, abs=2)


def test_camera_with_an_unsteady_clock_is_not_halved_at_its_own_rate():
    plan = FacePlan(FacePlanConfig(open_interval_s=0.0, refresh_s=0.0, max_rate_hz=10.0))
    jitter_s = np.random.default_rng(0).uniform(-0.01, 0.01, 1000)
    times_s = 1.0 + np.arange(1000) / 10.0 + jitter_s
    assert len(times_looked(plan, tracks_of(1), times_s, faces=[1])) > 980


@given(st.lists(st.floats(0.0, 0.3), min_size=1, max_size=60),
       st.lists(st.booleans(), min_size=60, max_size=60))
def test_pauses_lie_between_the_open_interval_and_the_refresh_time(
        steps_s, shows_face):
    plan = FacePlan(EIGHTHS)
    looked_s = []
    for time_s, shows in zip(np.cumsum(steps_s), shows_face):
        if look(plan, tracks_of(1), time_s, faces=[1] if shows else []):
            looked_s.append(time_s)
    pauses_s = np.diff([*looked_s, np.sum(steps_s)])
    assert (pauses_s < EIGHTHS.refresh_s + 0.3 + 1e-9).all()
    assert (pauses_s[:-1] >= EIGHTHS.open_interval_s - 1e-9).all()


def test_clock_that_went_back_begins_anew_with_everybody_open(plan):
    plan.learn({1: True})
    for time_s in (1000.0, 1000.5, 1001.0):
        look(plan, tracks_of(1), time_s)
    assert look(plan, tracks_of(1), 3.0, faces=[1]) == [1]
    assert look(plan, tracks_of(1), 3.125, faces=[1]) == [1]


def test_clock_that_went_back_within_a_period_of_the_rate_does_not_stall():
    plan = FacePlan(FacePlanConfig(max_rate_hz=0.01))  # 100 s between two looks
    look(plan, tracks_of(1), 50.0)
    look(plan, tracks_of(1), 51.0)
    assert look(plan, tracks_of(1), 49.0) == [1]


def test_two_images_of_one_stamp_are_looked_at_once(plan):
    assert [look(plan, tracks_of(1), 1.0), look(plan, tracks_of(1), 1.0)] == [[1], []]


def test_clock_that_leaps_ahead_makes_everybody_due_once(plan):
    plan.learn({1: True})
    assert look(plan, tracks_of(1, 2), 1.0) == [2, 1]
    assert look(plan, tracks_of(1, 2), 1e9) == [2, 1]
    assert look(plan, tracks_of(1, 2), 1e9) == []


def test_track_that_is_away_in_between_is_kept_and_one_that_is_gone_is_forgotten(plan):
    plan.learn({1: True, 2: True})
    look(plan, tracks_of(1, 2), 1.0, faces=[1, 2])
    plan.due(tracks_of(1, states=TrackState.OCCLUDED), 1.125)
    assert look(plan, tracks_of(1, 2), 1.25, faces=[1, 2]) == [2]


def test_memory_is_bounded_by_the_live_tracks(plan):
    for number in range(1000):
        plan.learn({number: True, number + 1: False, number + 7: True})
        look(plan, tracks_of(number, number + 1), number / 8.0)
    assert len(plan._memories) == 2


def test_settings_may_change_at_any_time(plan):
    plan.learn({1: True})
    look(plan, tracks_of(1), 1.0)
    assert look(plan, tracks_of(1), 1.5) == []
    plan.config = FacePlanConfig(open_interval_s=0.125, refresh_s=0.5, max_rate_hz=1000.0)
    assert look(plan, tracks_of(1), 1.5) == [1]


def test_two_plans_know_nothing_of_each_other(plan):
    other = FacePlan(EIGHTHS)
    look(plan, tracks_of(1), 1.0)
    assert look(other, tracks_of(1), 1.0) == [1]


@pytest.mark.parametrize(('values', 'complaint'), [
    ({'min_box_px': 0.0}, r'min_box_px must be in \[1, 10000\] px, got 0.0'),
    ({'open_interval_s': -1.0}, r'open_interval_s must be in \[0, 60\] s, got -1.0'),
    ({'refresh_s': float('nan')}, 'refresh_s must be in'),
    ({'refresh_s': 0.1}, r'refresh_s must be at least open_interval_s, 0.15 s, got 0.1'),
    ({'max_tracks': 0}, r'max_tracks must be in \[1, 100\], got 0'),
    ({'max_rate_hz': 0.0}, r'max_rate_hz must be in \(0, 1000\] Hz, got 0.0'),
])
def test_settings_are_checked(values, complaint):
    with pytest.raises(SettingError, match=complaint):
        FacePlanConfig(**values)
