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

"""Looks are left out only of people who can be nobody else, and never for long."""

import numpy as np
from person_tracker.core.look_plan import LookPlan
from person_tracker.core.look_plan import LookPlanConfig
from person_tracker.core.settings import SettingError
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
import pytest

ON = LookPlanConfig(is_on=True)


def tracks_at(*centres, states=TrackState.CONFIRMED, velocities=(0.0, 0.0), first_id=1):
    """Return tracks with boxes of 40 x 100 pixels."""
    centres = np.reshape(np.asarray(centres, np.float32), (-1, 2))
    count = len(centres)
    return Tracks(
        track_ids=np.arange(first_id, first_id + count),
        boxes_xyxy=np.hstack((centres - [20, 50], centres + [20, 50])).astype(np.float32),
        states=np.array(np.broadcast_to(states, count), np.uint8),
        scores=np.full(count, 0.9, np.float32),
        velocities_px=np.array(np.broadcast_to(velocities, (count, 2)), np.float32),
        first_seen_s=np.zeros(count), last_seen_s=np.zeros(count),
        detection_indices=np.arange(count))


@pytest.fixture
def settled(people):
    """Return a function that makes a plan for people who have all been looked at, at 1 s."""
    def make(*centres, config=ON, **tracks):
        plan = LookPlan(config)
        assert plan.needed(people(*centres), 1.0, tracks_at(*centres, **tracks), 0.9).all()
        return plan
    return make


def test_switched_off_all_looks_are_needed(people, settled):
    plan = settled((100, 100), config=LookPlanConfig())
    assert plan.needed(people((100, 100)), 1.1, tracks_at((100, 100)), 1.0).tolist() == [True]


def test_a_person_alone_is_looked_at_once_and_again_after_the_refresh_time(people):
    plan, tracks = LookPlan(LookPlanConfig(is_on=True, refresh_s=0.5)), tracks_at((100, 100))
    times_s = np.arange(21) / 8.0
    looked = [bool(plan.needed(people((100, 100)), time_s, tracks, time_s - 0.125)[0])
              for time_s in times_s]
    assert times_s[looked].tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]


def test_a_refresh_time_of_zero_leaves_nothing_out(people, settled):
    plan = settled((100, 100), config=LookPlanConfig(is_on=True, refresh_s=0.0))
    assert plan.needed(people((100, 100)), 1.1, tracks_at((100, 100)), 1.0).all()


@pytest.mark.parametrize(('track', 'detections', 'needed'), [
    ([(100, 100)], [(100, 100)], [False]),                          # the same place
    ([(100, 100)], [(106, 104)], [False]),                          # nearly
    ([(100, 100)], [(115, 100)], [True]),                           # overlap below 0.6
    ([(100, 100)], [(400, 100)], [True]),                           # somebody else
    ([(100, 100)], [(100, 100), (400, 100)], [False, True]),        # and somebody new
    ([(100, 100)], [(100, 100), (120, 100)], [True, True]),         # two on one track
    ([(100, 100)], [(100, 100), (135, 100)], [False, True]),        # the second hardly touches
    ([(100, 100), (120, 100)], [(100, 100)], [True]),               # two tracks, one detection
    ([(100, 100), (400, 100)], [(400, 100), (100, 100)], [False, False]),
    ([(100, 100)], [], []),                                         # nobody detected
])
def test_looks_are_left_out_of_clear_pairs_with_nobody_near(
        people, settled, track, detections, needed):
    plan = settled((100, 100), (400, 100))
    found = plan.needed(people(*detections), 1.1, tracks_at(*track), 1.0)
    assert found.dtype == np.bool_
    assert found.tolist() == needed


def test_nobody_tracked_means_all_are_needed(people):
    assert LookPlan(ON).needed(people((100, 100)), 1.0, tracks_at(), 0.9).tolist() == [True]


@pytest.mark.parametrize(('state', 'needed'), [
    (TrackState.CONFIRMED, False),
    (TrackState.TENTATIVE, True),   # nobody yet
    (TrackState.OCCLUDED, True),    # whoever comes out from behind something may be another one
    (TrackState.LOST, True),
])
def test_only_tracks_that_are_sure_are_clear(people, settled, state, needed):
    plan = settled((100, 100))
    found = plan.needed(people((100, 100)), 1.1, tracks_at((100, 100), states=state), 1.0)
    assert found.tolist() == [needed]


@pytest.mark.parametrize(('state', 'needed'), [
    (TrackState.TENTATIVE, True),
    (TrackState.OCCLUDED, True),
    (TrackState.LOST, False),       # not in view
])
def test_anybody_in_view_is_near_sure_or_not(people, settled, state, needed):
    plan = settled((100, 100))
    tracks = tracks_at((100, 100), (120, 100), states=[TrackState.CONFIRMED, state])
    assert plan.needed(people((100, 100)), 1.1, tracks, 1.0).tolist() == [needed]


def test_people_are_expected_where_they_walk_to(people, settled):
    walking = tracks_at((100, 100), velocities=(200.0, 0.0))
    plan = settled((100, 100))
    assert not plan.needed(people((140, 100)), 1.2, walking, 1.0).any()
    plan = settled((100, 100))
    assert plan.needed(people((100, 100)), 1.2, walking, 1.0).all()


def test_whoever_was_looked_at_in_a_crowd_is_looked_at_again_when_alone(people):
    plan = LookPlan(ON)
    crowd = tracks_at((100, 100), (120, 100))
    assert plan.needed(people((100, 100), (120, 100)), 1.0, crowd, 0.9).all()
    alone = tracks_at((100, 100))
    assert plan.needed(people((100, 100)), 1.1, alone, 1.0).all()
    assert not plan.needed(people((100, 100)), 1.2, alone, 1.1).any()


def test_another_track_in_the_same_place_is_looked_at(people, settled):
    plan = settled((100, 100))
    other = tracks_at((100, 100), first_id=7)
    assert plan.needed(people((100, 100)), 1.1, other, 1.0).all()


def test_a_clock_that_went_back_does_not_stop_the_looks(people, settled):
    plan, tracks = settled((100, 100)), tracks_at((100, 100))
    assert plan.needed(people((100, 100)), 0.2, tracks, 0.1).all()
    assert not plan.needed(people((100, 100)), 0.3, tracks, 0.2).any()


def test_settings_may_change_at_any_time(people, settled):
    plan, tracks = settled((100, 100)), tracks_at((100, 100))
    plan.config = LookPlanConfig(is_on=True, refresh_s=0.05)
    assert plan.needed(people((100, 100)), 1.1, tracks, 1.0).all()
    plan.config = LookPlanConfig(is_on=True, clear_overlap=0.95)
    assert plan.needed(people((103, 100)), 1.12, tracks, 1.1).all()


def test_two_plans_know_nothing_of_each_other(people, settled):
    settled((100, 100))
    assert LookPlan(ON).needed(people((100, 100)), 1.1, tracks_at((100, 100)), 1.0).all()


def test_tracks_that_are_gone_are_forgotten(people):
    plan = LookPlan(ON)
    for number in range(1, 1000):
        tracks = tracks_at((100, 100), first_id=number)
        plan.needed(people((100, 100)), 0.1 * number, tracks, 0.1 * number - 0.1)
    assert len(plan._looked_s) < 30


@pytest.mark.parametrize(('values', 'complaint'), [
    ({'is_on': 1}, 'is_on must be true or false, got 1'),
    ({'clear_overlap': 0.0}, r'clear_overlap must be in \(0, 1\]'),
    ({'clear_overlap': 1.1}, 'clear_overlap must be in'),
    ({'refresh_s': -1.0}, r'refresh_s must be in \[0, 3600\] s, got -1.0'),
    ({'refresh_s': float('nan')}, 'refresh_s must be in'),
])
def test_settings_are_checked(values, complaint):
    with pytest.raises(SettingError, match=complaint):
        LookPlanConfig(**values)
