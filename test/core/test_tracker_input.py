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

"""Laws of what a tracker is given: bad boxes, odd clocks, changed settings."""

from dataclasses import replace

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
import numpy as np
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Detections
import pytest

CONFIG = TrackerConfig()
LOOKS = np.eye(2, 8, dtype=np.float32)
BAD = [
    ([np.nan, 20, 30, 60], 0.9),  # not a number
    ([10, 20, np.inf, 60], 0.9),  # infinite
    ([-np.inf, -np.inf, np.inf, np.inf], 0.9),
    ([-1e30, -1e30, 1e30, 1e30], 0.9),  # beyond any image
    ([10, 20, 10, 60], 0.9),  # without width
    ([10, 20, 30, 20], 0.9),  # without height
    ([30, 60, 10, 20], 0.9),  # inside out
    ([10, 20, 30, 60], -0.1),  # score below 0
    ([10, 20, 30, 60], 1.1),  # score above 1
    ([10, 20, 30, 60], np.nan),
]


def with_bad(detections, place, bad):
    """Return detections with a bad one put in before a place; its look is not a number either."""
    box, score = bad
    looks = np.insert(detections.embeddings, place, np.nan, axis=0)
    return Detections(np.insert(detections.boxes_xyxy, place, box, axis=0),
                      np.insert(detections.scores, place, score), looks)


def watched(detections, config=CONFIG):
    """Return a tracker that has seen detections from 0 s to 1 s."""
    tracker = Tracker(config)
    for step in range(11):
        tracker.update(detections, step / 10)
    return tracker


@pytest.mark.filterwarnings('error')
@given(strategies.integers(0, 2**32 - 1),
       strategies.lists(strategies.sampled_from(BAD), min_size=20, max_size=20))
@settings(max_examples=30)
def test_bad_boxes_are_dropped_and_counted_and_the_others_lose_nothing(
        film, assert_same, seed, bad_ones):
    random = np.random.default_rng(seed)
    clean, dirty = Tracker(), Tracker()
    for (detections, time_s, motion), bad in zip(film(seed), bad_ones):
        place = random.integers(len(detections) + 1)
        expected = clean.update(detections, time_s, motion)
        tracks = dirty.update(with_bad(detections, place, bad), time_s, motion)
        shifted = expected.detection_indices + (expected.detection_indices >= place)
        assert_same(tracks, replace(expected, detection_indices=shifted))
    assert dirty.counters.dropped_detections == len(bad_ones)
    assert clean.counters.dropped_detections == 0


@pytest.mark.parametrize('box, score', BAD)
def test_image_of_bad_boxes_alone_is_an_empty_one(people, assert_same, box, score):
    tracker, other = watched(people((100, 100))), watched(people((100, 100)))
    tracks = tracker.update(Detections([box, box], [score, score]), 1.1)
    assert_same(tracks, other.update(Detections.empty(), 1.1))
    assert tracker.counters.dropped_detections == 2


@pytest.mark.parametrize('time_s', [
    1.0,  # the same image twice
    0.95,  # one from before
    1.0 - CONFIG.restart_s,  # as far back as is taken for that
])
def test_image_not_later_is_dropped_and_counted_and_changes_no_track(people, assert_same, time_s):
    tracker, other = watched(people((100, 100))), watched(people((100, 100)))
    tracks = tracker.update(people((400, 100), (100, 100)), time_s, np.eye(2, 3) * 2)
    assert tracks.track_ids.tolist() == [1]
    assert tracks.detection_indices.tolist() == [-1]
    assert tracker.counters.dropped_images == 1
    assert tracker.counters.restarts == 0
    assert_same(tracker.update(people((110, 100)), 1.1), other.update(people((110, 100)), 1.1))


@pytest.mark.parametrize('config, time_s', [
    (CONFIG, 0.99 - CONFIG.restart_s),  # just beyond
    (CONFIG, -3600.0),
    (updated(CONFIG, {'restart_s': 0.0}), 0.99),  # every step back counts
])
def test_jump_back_starts_all_anew_and_uses_no_id_again(people, config, time_s):
    tracker = watched(people((100, 100), looks=LOOKS[0]), config)
    tracks = tracker.update(people((100, 100), looks=LOOKS[0]), time_s)
    assert tracks.track_ids.tolist() == [2]
    assert tracks.first_seen_s.tolist() == [time_s]
    assert tracker.counters.restarts == 1
    assert tracker.counters.dropped_images == 0
    for step in range(1, 4):
        tracks = tracker.update(people((100, 100), looks=LOOKS[0]), time_s + step / 10)
    assert tracks.confirmed().track_ids.tolist() == [2]


@pytest.mark.parametrize('time_s', [np.nan, np.inf, -np.inf])
def test_time_that_is_not_finite_is_refused(people, time_s):
    tracker = watched(people((100, 100)))
    with pytest.raises(ValueError, match='time_s must be finite, got'):
        tracker.update(people((100, 100)), time_s)
    assert tracker.update(people((100, 100)), 1.1).confirmed().track_ids.tolist() == [1]


@pytest.mark.parametrize('motion', [
    np.eye(3),  # a homography
    np.zeros(6),  # flat
    np.full((2, 3), np.nan),
    [[1.0, 0.0, np.inf], [0.0, 1.0, 0.0]],
])
def test_camera_motion_that_is_none_is_refused_and_harms_nothing(people, assert_same, motion):
    tracker, other = watched(people((100, 100))), watched(people((100, 100)))
    with pytest.raises(ValueError, match=r'must be a finite array of shape \(2, 3\)'):
        tracker.update(people((100, 100)), 1.1, motion)
    assert_same(tracker.update(people((100, 100)), 1.1), other.update(people((100, 100)), 1.1))


def test_embeddings_of_another_dimension_are_refused_and_tracks_stay(people):
    tracker = watched(people((100, 100), (300, 100), looks=LOOKS))
    with pytest.raises(ValueError, match='must have dimension 8 like those before, got 4'):
        tracker.update(people((100, 100), looks=np.ones(4) / 2), 1.1)
    tracks = tracker.update(people((100, 100), (300, 100), looks=LOOKS), 1.2)
    assert tracks.confirmed().track_ids.tolist() == [1, 2]


@pytest.mark.parametrize('shape', [(0, 8), (0, 0), (0, 4)])
def test_image_of_nobody_says_nothing_of_the_dimension(people, shape):
    tracker = watched(people((100, 100), (300, 100), looks=LOOKS))
    tracker.update(Detections(np.empty((0, 4)), np.empty(0), np.empty(shape)), 1.1)
    tracks = tracker.update(people((100, 100), (300, 100), looks=LOOKS), 1.2)
    assert tracks.confirmed().track_ids.tolist() == [1, 2]


def test_images_with_and_without_embeddings_may_take_turns(people):
    tracker = Tracker()
    for step in range(20):
        looks = LOOKS if step % 3 == 0 else None
        tracks = tracker.update(people((100, 100), (300, 100), looks=looks), step / 10)
    assert tracks.confirmed().track_ids.tolist() == [1, 2]


@pytest.mark.parametrize('name, value', [
    ('high_score', 0.7),
    ('confirm_hits', 9),  # who is believed stays so
    ('max_lost_s', 60.0),
    ('matching.order', 'cascade'),
    ('use_low_scores', False),
    ('use_camera_motion', False),
    ('max_duplicate_iou', 0.5),
    ('matching.fusion', 'gated'),
    ('matching.use_clear_pairs', True),
    ('motion.form', 'xyah'),  # stays as it was made, too
    ('motion.use_score_noise', True),
    ('motion.use_bridging', True),
    ('appearance.use_stranger_scale', False),
    ('reentry.is_on', False),
    ('motion.position_noise', 0.2),
    ('appearance.max_distance', 0.1),
    ('appearance.memory', 'nearest'),  # the form of the memory stays as it was made
    ('appearance.budget', 7),
])
def test_settings_may_change_while_tracks_stay(people, name, value):
    tracker = watched(people((100, 100), (300, 100), looks=LOOKS))
    tracker.config = updated(CONFIG, {name: value})
    for step in range(11, 20):
        tracks = tracker.update(people((100, 100), (300, 100), looks=LOOKS), step / 10)
        assert tracks.confirmed().track_ids.tolist() == [1, 2]


def test_setting_counts_from_the_next_image_on(people):
    tracker = watched(people((100, 100)))
    tracker.update(people(), 1.4)
    tracker.config = updated(
        CONFIG, {'max_place_s': 0.6, 'max_occluded_s': 0.6, 'max_lost_s': 0.6})
    assert len(tracker.update(people(), 1.55)) == 1
    assert len(tracker.update(people(), 1.65)) == 0


def test_setting_of_the_motion_counts_from_the_next_image_on(people):
    steady, changed = watched(people((100, 100))), watched(people((100, 100)))
    changed.config = updated(CONFIG, {'motion.size_noise': 1.0})
    taller = Detections([[80, 50, 120, 180]], [0.9])
    heights = [tracker.update(taller, 1.1).boxes_xyxy[0, 3] for tracker in (steady, changed)]
    assert 150 < heights[1] < heights[0] < 180


def test_bridging_starts_from_the_last_sighting_whenever_it_is_switched_on(people):
    early, late = (Tracker(updated(CONFIG, {'motion.use_bridging': True})), Tracker())
    for step in range(31):
        for tracker in (early, late):
            tracker.update(people((100 + 6 * step, 100)), step / 10)
    late.config = early.config
    for tracker in (early, late):
        tracker.update(people(), 3.2)
    seen = people((304, 100))
    boxes = [tracker.update(seen, 3.4) for tracker in (early, late)]
    assert boxes[0].detection_indices.tolist() == boxes[1].detection_indices.tolist() == [0]
    np.testing.assert_allclose(boxes[0].velocities_px, boxes[1].velocities_px, atol=0.01)


@pytest.mark.parametrize('mean_weight, same', [(0.0, True), (0.9, False)])
def test_setting_of_the_looks_counts_from_the_next_image_on(people, mean_weight, same):
    tracker = watched(people((100, 100), looks=LOOKS[0]))
    tracker.config = updated(CONFIG, {'appearance.mean_weight': mean_weight})
    tracker.update(people((100, 100), looks=LOOKS[1]), 1.1)
    assert tracker.update(people(), 2.7).states.tolist() == [TrackState.LOST]
    for time_s in (2.8, 2.9, 3.0):
        tracks = tracker.update(people((100, 100), looks=LOOKS[1]), time_s)
    assert tracks.confirmed().track_ids.tolist() == [1 if same else 2]


@pytest.mark.parametrize('values, message', [
    ({'low_score': 0.6}, 'low_score must be <= high_score 0.5, got 0.6'),
    ({'high_score': 0.05}, 'low_score must be <= high_score 0.05, got 0.1'),
    ({'max_occluded_s': 80.0}, 'max_occluded_s must be <= max_lost_s 60, got 80'),
    ({'max_place_s': 2.0}, 'max_place_s must be <= max_occluded_s 1.5, got 2'),
    ({'max_lost_s': 0.0}, r'max_lost_s must be in \(0, 3600\] s, got 0.0'),
    ({'matching.order': 'best'}, "matching.order must be one of cascade, global, got 'best'"),
    ({'confirm_hits': 0}, r'confirm_hits must be in \[1, 100\], got 0'),
])
def test_settings_that_contradict_each_other_or_themselves_are_refused(values, message):
    with pytest.raises(SettingError, match=message):
        updated(TrackerConfig(), values)
