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

"""Laws of who is taken for whom: by score, by looks, by motion."""

import numpy as np
from person_tracker.core.settings import updated
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Detections
import pytest

CONFIG = TrackerConfig()
RED, GREEN, BLUE = np.eye(3, 8, dtype=np.float32)  # looks that nobody confuses


def watch(tracker, detections, start_s, end_s, rate_hz=10):
    """Let a tracker see the same detections for a while, both ends included."""
    count = round((end_s - start_s) * rate_hz) + 1
    for time_s in np.linspace(start_s, end_s, count):
        tracks = tracker.update(detections, time_s)
    return tracks


# Scores.

@pytest.mark.parametrize('score, continues, starts', [
    (CONFIG.low_score - 0.01, False, False),  # ignored
    (CONFIG.low_score, True, False),  # second pass
    (CONFIG.high_score - 0.01, True, False),
    (CONFIG.high_score, True, False),  # first pass
    (CONFIG.new_score - 0.01, True, False),
    (CONFIG.new_score, True, True),
    (1.0, True, True),
])
@pytest.mark.parametrize('looks', [None, RED], ids=['place', 'looks'])
def test_score_decides_what_a_detection_may_do(people, score, continues, starts, looks):
    assert len(Tracker().update(people((100, 100), scores=score, looks=looks), 0.0)) == starts
    tracker = Tracker()
    watch(tracker, people((100, 100), looks=looks), 0.0, 0.5)
    tracks = tracker.update(people((100, 100), scores=score, looks=looks), 0.6)
    assert tracks.detection_indices.tolist() == [0 if continues else -1]


def test_low_scores_continue_a_track_for_ever_but_believe_in_none(people):
    tracker = Tracker()
    watch(tracker, people((100, 100)), 0.0, 0.5)
    tracks = watch(tracker, people((100, 100), (400, 100), scores=0.3), 0.6, 20.0)
    assert tracks.track_ids.tolist() == [1]
    assert tracks.confirmed().track_ids.tolist() == [1]


def test_low_scores_do_nothing_where_they_are_switched_off(people):
    tracker = Tracker(updated(CONFIG, {'use_low_scores': False}))
    watch(tracker, people((100, 100)), 0.0, 0.5)
    assert tracker.update(people((100, 100), scores=0.3), 0.6).detection_indices.tolist() == [-1]


def test_clear_detection_is_taken_before_an_unclear_one_in_the_same_place(people):
    tracker = Tracker()
    watch(tracker, people((100, 100)), 0.0, 0.5)
    tracks = tracker.update(people((100, 100), (105, 100), scores=[0.3, 0.9]), 0.6)
    assert tracks.detection_indices.tolist() == [1]


def test_clearer_detection_is_taken_of_two_about_as_near(people):
    tracker = Tracker()
    watch(tracker, people((100, 100)), 0.0, 0.5)
    tracks = tracker.update(people((104, 100), (94, 100), scores=[0.55, 0.95]), 0.6)
    assert tracks.detection_indices.tolist() == [1]


@pytest.mark.parametrize('looks', [None, RED], ids=['place', 'looks'])
def test_low_score_neither_believes_in_a_track_nor_brings_one_back(people, looks):
    unclear = people((100, 100), scores=0.4, looks=looks)
    tentative, lost = Tracker(), Tracker()
    tentative.update(people((100, 100), looks=looks), 0.0)
    assert tentative.update(unclear, 0.1).detection_indices.tolist() == [-1]
    watch(lost, people((100, 100), looks=looks), 0.0, 1.0)
    watch(lost, people(), 1.1, 2.0)
    assert lost.update(unclear, 2.1).detection_indices.tolist() == [-1]


# Looks.

def test_people_who_cross_keep_their_ids_by_their_looks(people, config):
    tracker = Tracker(config)
    for step in range(41):
        # They meet in the middle, where the one behind is not seen for half a second.
        left, right = (100 + 10 * step, 200), (500 - 10 * step, 205)
        if 18 <= step <= 22:
            seen = people(left, looks=[RED])
        else:
            seen = people(right, left, looks=[GREEN, RED])
        tracks = tracker.update(seen, step * 0.1)
        if step == 15:
            before = tracks
    assert before.track_ids.tolist() == tracks.track_ids.tolist() == [1, 2]
    assert before.detection_indices.tolist() == tracks.detection_indices.tolist() == [0, 1]


def test_people_who_turn_back_where_they_meet_keep_their_ids_by_their_looks(people, config):
    tracker = Tracker(config)
    for step in range(41):
        # Motion alone expects them to pass: behind each other they turn round.
        offset = 15 * abs(20 - step)
        if abs(20 - step) <= 1:
            seen = people()
        else:
            seen = people((300 - offset, 200), (300 + offset, 205), looks=[RED, GREEN])
        tracks = tracker.update(seen, step * 0.1)
    assert tracks.track_ids.tolist() == [1, 2]
    assert tracks.detection_indices.tolist() == [0, 1]


@pytest.mark.parametrize('look, same', [
    (RED, True),  # herself
    (GREEN, False),  # somebody else in her place
    (np.zeros(8), False),  # nobody can tell
    (np.full(8, np.nan), False),  # an encoder gone wrong
])
def test_lost_track_comes_back_by_its_looks_only(people, config, look, same):
    tracker = Tracker(config)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    lost = watch(tracker, people(), 1.1, 1.0 + (config.max_occluded_s + config.max_lost_s) / 2)
    assert lost.states.tolist() == [TrackState.LOST]
    back_s = 1.0 + (config.max_occluded_s + config.max_lost_s) / 2 + 0.1
    tracks = watch(tracker, people((110, 100), looks=look), back_s, back_s + 0.2)
    assert tracks.confirmed().track_ids.tolist() == [1 if same else 2]


@pytest.mark.parametrize('unknown', [np.zeros(8), np.full(8, np.nan)], ids=['zeros', 'nan'])
def test_unknown_look_is_matched_by_place_and_teaches_nothing(people, config, unknown):
    tracker = Tracker(config)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    tracks = watch(tracker, people((100, 100), looks=unknown), 1.1, 2.0)
    assert tracks.confirmed().track_ids.tolist() == [1]
    watch(tracker, people(), 2.1, 3.0)
    assert tracker.update(people((100, 100), looks=RED), 3.1).track_ids.tolist() == [1]


@pytest.mark.parametrize('look, same', [
    (GREEN, True),  # known, and any difference is allowed
    (np.zeros(8), False),
    (np.full(8, np.nan), False),
])
def test_unknown_look_is_like_nobody_even_where_any_difference_is_allowed(
        people, config, look, same):
    tracker = Tracker(updated(config, {
        'appearance.max_distance': 2.0, 'reentry.distance_factor': 2.0, 'reentry.margin': 0.0}))
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    watch(tracker, people(), 1.1, 3.0)
    tracks = watch(tracker, people((100, 100), looks=look), 3.1, 3.3)
    assert tracks.confirmed().track_ids.tolist() == [1 if same else 2]


def test_same_looks_too_far_away_for_the_motion_are_somebody_else(people):
    tracker = Tracker()
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    tracks = tracker.update(people((900, 100), looks=RED), 1.1)
    assert tracks.track_ids.tolist() == [1, 2]
    assert tracks.detection_indices.tolist() == [-1, 0]


@pytest.mark.parametrize('score, learnt', [
    (CONFIG.appearance.learn_score - 0.05, False),
    (CONFIG.appearance.learn_score + 0.05, True),
])
def test_look_is_learnt_from_a_clear_detection_only(people, score, learnt):
    tracker = Tracker(updated(CONFIG, {'appearance.mean_weight': 0.0}))
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    watch(tracker, people((100, 100), scores=score, looks=BLUE), 1.1, 1.3)
    watch(tracker, people(), 1.4, 2.3)
    tracks = tracker.update(people((100, 100), looks=BLUE), 2.4)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [1 if learnt else 2]


def test_first_look_is_not_learnt_from_an_unclear_detection_either(people):
    config = updated(CONFIG, {'new_score': 0.3, 'appearance.learn_score': 0.7})
    tracker = Tracker(config)
    watch(tracker, people((100, 100), scores=0.6, looks=RED), 0.0, 1.0)
    watch(tracker, people(), 1.1, 2.0)
    assert tracker.update(people((100, 100), scores=0.6, looks=RED), 2.1).track_ids.max() == 2


def test_track_not_yet_believed_is_followed_by_its_place_alone(people):
    tracker = Tracker()
    tracker.update(people((100, 100), looks=RED), 0.0)
    tracks = tracker.update(people((130, 100), looks=RED), 0.1)
    assert tracks.detection_indices.tolist() == [-1, 0]


@pytest.mark.parametrize('weight, taken', [(0.0, 0), (1.0, 1)])
def test_weight_decides_between_the_nearer_and_the_more_alike(people, weight, taken):
    tracker = Tracker(updated(CONFIG, {'matching.appearance_weight': weight}))
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    nearer, more_alike = 0.94 * RED + 0.34 * GREEN, RED
    tracks = tracker.update(people((102, 100), (112, 100), looks=[nearer, more_alike]), 1.1)
    assert tracks.detection_indices[0] == taken


@pytest.mark.parametrize('order, taker', [('cascade', 1), ('global', 2)])
def test_order_decides_between_the_one_seen_last_and_the_more_alike(people, order, taker):
    config = updated(CONFIG, {'matching.order': order, 'matching.appearance_weight': 1.0})
    tracker, similar = Tracker(config), 0.9 * RED + 0.436 * GREEN
    watch(tracker, people((100, 100), (110, 100), looks=[RED, similar]), 0.0, 1.0)
    watch(tracker, people((100, 100), looks=RED), 1.1, 1.3)
    tracks = tracker.update(people((105, 100), looks=similar), 1.4)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [taker]


# Motion.

@pytest.mark.parametrize('compensated, ids', [(True, [1, 2]), (False, [3, 4])])
def test_pan_keeps_the_ids_where_the_camera_motion_is_told(people, compensated, ids):
    tracker = Tracker()
    watch(tracker, people((100, 200), (300, 200)), 0.0, 1.0)
    pan = np.array([[1.0, 0.0, 400.0], [0.0, 1.0, 0.0]])
    tracks = tracker.update(
        people((500, 200), (700, 200)), 1.1, pan if compensated else None)
    assert tracks.track_ids[tracks.detection_indices >= 0].tolist() == ids


def test_camera_motion_moves_those_who_are_not_seen_too(people):
    tracker = Tracker()
    still = watch(tracker, people((100, 200)), 0.0, 1.0).boxes_xyxy
    pan = np.array([[1.0, 0.0, 40.0], [0.0, 1.0, -30.0]])
    for time_s in (1.1, 1.2):
        tracks = tracker.update(people(), time_s, pan)
    np.testing.assert_allclose(tracks.boxes_xyxy, still + [80, -60, 80, -60], atol=0.1)


@pytest.mark.parametrize('rate_hz', [5, 10, 30])
def test_walker_is_followed_with_a_velocity_in_pixels_per_second(people, rate_hz):
    tracker = Tracker()
    for step in range(3 * rate_hz + 1):
        time_s = step / rate_hz
        tracks = tracker.update(people((100 + 50 * time_s, 200 - 20 * time_s)), time_s)
    assert tracks.confirmed().track_ids.tolist() == [1]
    np.testing.assert_allclose(tracks.velocities_px, [[50, -20]], atol=5)


def test_person_not_seen_is_expected_farther_on_the_way(people):
    tracker = Tracker()
    for step in range(31):
        tracker.update(people((100 + 6 * step, 200)), step * 0.1)
    tracks = tracker.update(people(), 3.4)
    centre_x = tracks.boxes_xyxy[0, [0, 2]].mean()
    assert abs(centre_x - (100 + 60 * 3.4)) < 5
    size = tracks.boxes_xyxy[0, 2:] - tracks.boxes_xyxy[0, :2]
    np.testing.assert_allclose(size, [40, 100], atol=1)


def test_size_of_a_person_not_seen_stays(people):
    tracker = Tracker()
    for step in range(21):
        box = [100, 100, 140 + 2 * step, 200 + 5 * step]  # comes nearer
        tracker.update(Detections([box], [0.9]), step * 0.1)
    sizes = []
    for time_s in (2.1, 2.2, 2.3, 2.4):
        tracks = tracker.update(people(), time_s)
        sizes.append(tracks.boxes_xyxy[0, 2:] - tracks.boxes_xyxy[0, :2])
    assert sizes[0][1] > 190
    np.testing.assert_allclose(sizes, [sizes[0]] * 4, atol=1e-3)
