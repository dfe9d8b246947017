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

"""
Laws of single settings: what each one decides, in a scene where it makes the difference.

Those of lifetimes, of re-entry and of camera motion are told where their subject is.
"""

import numpy as np
from person_tracker.core.settings import updated
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.types import Detections
import pytest

CONFIG = TrackerConfig()
RED, GREEN, BLUE = np.eye(3, 8, dtype=np.float32)


def blend(share, other):
    """Return a look at a cosine distance of 1 - share from RED."""
    return share * RED + np.sqrt(1 - share ** 2) * other


def tracker_with(**values):
    return Tracker(updated(CONFIG, {
        name.replace('__', '.'): value for name, value in values.items()}))


def watch(tracker, detections, start_s, end_s):
    """Let a tracker see the same detections at 10 Hz, both ends included."""
    for time_s in np.linspace(start_s, end_s, round((end_s - start_s) * 10) + 1):
        tracks = tracker.update(detections, time_s)
    return tracks


# How place and looks are weighed.

@pytest.mark.parametrize('fusion, taken', [
    ('weighted', 1),  # only those who look alike
    ('minimum', 0),  # the nearer one, whose place speaks for her
    ('gated', 1),
])
def test_fusion_decides_between_the_one_in_place_and_the_one_alike(people, fusion, taken):
    tracker = tracker_with(matching__fusion=fusion, appearance__use_stranger_scale=False)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    seen = people((100, 100), (112, 100), looks=[GREEN, blend(0.76, BLUE)])
    assert tracker.update(seen, 1.1).detection_indices[0] == taken


@pytest.mark.parametrize('fusion, taken', [
    ('weighted', 0),
    ('minimum', 0),  # looks speak for her
    ('gated', -1),  # her place does not
])
def test_fusion_decides_whether_looks_are_enough_within_the_motion_gate(people, fusion, taken):
    tracker = tracker_with(matching__fusion=fusion, motion__position_noise=0.5)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    tracks = tracker.update(people((145, 100), looks=RED), 1.1)  # beside where she was
    assert tracks.detection_indices[0] == taken


@pytest.mark.parametrize('use_score, taken', [(True, 1), (False, 0)])
@pytest.mark.parametrize('looks', [None, [RED, RED]], ids=['place', 'looks'])
def test_score_counts_in_the_place_where_it_is_used(people, use_score, taken, looks):
    tracker = tracker_with(matching__use_score=use_score)
    watch(tracker, people((100, 100), looks=None if looks is None else RED), 0.0, 1.0)
    seen = people((104, 100), (94, 100), scores=[0.55, 0.95], looks=looks)
    assert tracker.update(seen, 1.1).detection_indices[0] == taken


@pytest.mark.parametrize('use_height, taken', [(True, 0), (False, 1)])
def test_heights_count_where_they_are_used_and_nobody_has_looks(people, use_height, taken):
    beside, shorter = [100, 50, 140, 150], [80, 50, 120, 86]
    for looks, expected in ((None, taken), (np.array([RED, RED]), 1)):
        tracker = tracker_with(
            matching__use_height=use_height, motion__position_noise=0.5, motion__size_noise=1.0)
        watch(tracker, people((100, 100), looks=None if looks is None else RED), 0.0, 1.0)
        seen = Detections([beside, shorter], np.full(2, 0.9), looks)
        assert tracker.update(seen, 1.1).detection_indices[0] == expected


@pytest.mark.parametrize('use_clear_pairs, taker', [(True, 1), (False, 2)])
def test_clear_pairs_are_made_before_looks_are_compared(people, use_clear_pairs, taker):
    tracker = tracker_with(matching__use_clear_pairs=use_clear_pairs, motion__position_noise=0.5)
    watch(tracker, people((100, 100), (145, 100), looks=[RED, GREEN]), 0.0, 1.0)
    tracks = tracker.update(people((100, 100), looks=GREEN), 1.1)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [taker]


@pytest.mark.parametrize('clear_overlap, taker', [(0.6, 1), (0.95, 2)])
def test_clear_overlap_decides_what_is_clear(people, clear_overlap, taker):
    tracker = tracker_with(matching__use_clear_pairs=True, motion__position_noise=0.5,
                           matching__clear_overlap=clear_overlap)
    watch(tracker, people((100, 100), (150, 100), looks=[RED, GREEN]), 0.0, 1.0)
    tracks = tracker.update(people((104, 100), looks=GREEN), 1.1)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [taker]


# How far place reaches.

@pytest.mark.parametrize('largest, same', [(0.8, True), (0.7, False)])
def test_overlap_decides_how_far_place_reaches(people, largest, same):
    tracker = tracker_with(matching__max_iou_distance=largest)
    watch(tracker, people((100, 100)), 0.0, 1.0)
    tracks = tracker.update(people((124, 100)), 1.1)  # overlaps by a quarter
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [1 if same else 2]


@pytest.mark.parametrize('largest, same', [(0.5, True), (0.4, False)])
def test_overlap_decides_how_far_place_reaches_for_low_scores(people, largest, same):
    tracker = tracker_with(matching__max_low_iou_distance=largest)
    watch(tracker, people((100, 100)), 0.0, 1.0)
    tracks = tracker.update(people((112, 100), scores=0.3), 1.1)  # overlaps by 0.54
    assert tracks.detection_indices.tolist() == [0 if same else -1]


@pytest.mark.parametrize('use_camera_motion, ids', [(True, [1, 2]), (False, [3, 4])])
def test_motion_of_the_camera_counts_where_it_is_used(people, use_camera_motion, ids):
    tracker = tracker_with(use_camera_motion=use_camera_motion)
    watch(tracker, people((100, 200), (300, 200)), 0.0, 1.0)
    pan = np.array([[1.0, 0.0, 400.0], [0.0, 1.0, 0.0]])
    tracks = tracker.update(people((500, 200), (700, 200)), 1.1, pan)
    assert tracks.track_ids[tracks.detection_indices >= 0].tolist() == ids


# How people move.

@pytest.mark.parametrize('form, wider', [('xywh', False), ('xyah', True)])
def test_width_follows_the_height_where_the_aspect_is_filtered(people, form, wider):
    tracker = tracker_with(motion__form=form)
    watch(tracker, people((100, 100)), 0.0, 1.0)
    box = tracker.update(Detections([[80, 40, 120, 160]], [0.9]), 1.1).boxes_xyxy[0]
    width, height = box[2:] - box[:2]
    assert 101 < height < 120
    assert width > 41 if wider else abs(width - 40) < 0.01


@pytest.mark.parametrize('use_score_noise', [True, False])
def test_score_decides_how_far_a_detection_moves_a_track_where_it_is_used(people, use_score_noise):
    moved = []
    for score in (0.95, 0.6):
        tracker = tracker_with(motion__use_score_noise=use_score_noise)
        watch(tracker, people((100, 100)), 0.0, 1.0)
        moved.append(tracker.update(people((108, 100), scores=score), 1.1).boxes_xyxy[0, 0] - 80)
    assert moved[0] > moved[1] + 0.5 if use_score_noise else moved[0] == moved[1]


def walk_behind_a_pillar(people, use_bridging, hidden=range(0)):
    """Return the tracks after somebody walked to the right, and back; some images miss her."""
    tracker = tracker_with(motion__use_bridging=use_bridging)
    for step in range(39):
        centre = (100 + 6 * step if step <= 30 else 280 - 6 * (step - 30), 100)
        seen = people() if step in hidden else people(centre, looks=RED)
        tracks = tracker.update(seen, step / 10)
    assert tracks.confirmed().track_ids.tolist() == [1]
    return tracks


def test_bridged_absence_is_as_if_she_had_been_seen_on_the_straight_path(people):
    seen = walk_behind_a_pillar(people, use_bridging=False)
    bridged = walk_behind_a_pillar(people, use_bridging=True, hidden=range(31, 38))
    plain = walk_behind_a_pillar(people, use_bridging=False, hidden=range(31, 38))
    np.testing.assert_allclose(bridged.velocities_px, seen.velocities_px, atol=0.2)
    np.testing.assert_allclose(bridged.boxes_xyxy, seen.boxes_xyxy, atol=0.1)
    assert abs(plain.velocities_px - seen.velocities_px)[0, 0] > 1.0


def test_bridging_changes_nothing_for_those_who_are_seen_in_every_image(people):
    plain, bridged = (walk_behind_a_pillar(people, use) for use in (False, True))
    # The first interval is not known yet, so that the second image is bridged.
    np.testing.assert_allclose(plain.velocities_px, bridged.velocities_px, atol=0.01)


# What is remembered of looks.

@pytest.mark.parametrize('memory, same', [('nearest', True), ('mean', False)])
def test_memory_decides_whether_looks_of_long_ago_count(people, memory, same):
    tracker = tracker_with(appearance__memory=memory)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    watch(tracker, people((100, 100), looks=BLUE), 1.1, 4.0)  # turned round
    watch(tracker, people(), 4.1, 7.0)
    tracks = watch(tracker, people((400, 100), looks=RED), 7.1, 7.4)
    assert tracks.confirmed().track_ids.tolist() == [1 if same else 2]


@pytest.mark.parametrize('budget, same', [(50, True), (20, False)])
def test_budget_decides_how_long_ago(people, budget, same):
    tracker = tracker_with(appearance__memory='nearest', appearance__budget=budget)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    watch(tracker, people((100, 100), looks=BLUE), 1.1, 4.0)
    watch(tracker, people(), 4.1, 7.0)
    tracks = watch(tracker, people((400, 100), looks=RED), 7.1, 7.4)
    assert tracks.confirmed().track_ids.tolist() == [1 if same else 2]


@pytest.mark.parametrize('veto_after_s, same', [(0.3, False), (0.6, True)])
def test_veto_decides_for_how_long_place_outweighs_other_looks(people, veto_after_s, same):
    tracker = tracker_with(appearance__veto_after_s=veto_after_s)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    watch(tracker, people(), 1.1, 1.4)
    tracks = tracker.update(people((100, 100), looks=GREEN), 1.5)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [1 if same else 2]


@pytest.mark.parametrize('use_stranger_scale, same', [(True, False), (False, True)])
def test_stranger_scale_tells_apart_where_all_look_alike(people, use_stranger_scale, same):
    # At a distance of 0.2 from each other, all three of them.
    looks = np.sqrt(0.8) * BLUE + np.sqrt(0.2) * np.eye(3, 8, k=3)
    tracker = tracker_with(appearance__use_stranger_scale=use_stranger_scale)
    watch(tracker, people((100, 100), (400, 100), looks=looks[:2]), 0.0, 10.0)
    watch(tracker, people((400, 100), looks=looks[1]), 10.1, 10.5)
    tracks = tracker.update(people((100, 100), (400, 100), looks=looks[[2, 1]]), 10.6)
    assert tracks.track_ids[tracks.detection_indices == 0].tolist() == [1 if same else 3]


# Doubles.

@pytest.mark.parametrize('largest, ids', [
    (1.0, [1, 2]),  # never dropped
    (0.9, [1, 2]),  # they overlap by 0.82
    (0.7, [1]),  # the older one stays
])
def test_younger_of_two_that_overlap_is_dropped_where_that_is_wanted(people, largest, ids):
    tracker = tracker_with(max_duplicate_iou=largest)
    watch(tracker, people((100, 100)), 0.0, 1.0)
    tracks = watch(tracker, people((104, 100), (100, 100), scores=[0.95, 0.9]), 1.1, 2.0)
    assert tracks.confirmed().track_ids.tolist() == ids


@pytest.mark.parametrize('order', [[0, 1], [1, 0]])
def test_of_two_that_started_together_the_less_sure_one_is_dropped(people, order):
    seen = people((100, 100), (106, 100), scores=[0.9, 0.7])[np.array(order)]
    tracks = watch(tracker_with(max_duplicate_iou=0.7), seen, 0.0, 1.0)
    assert len(tracks.confirmed()) == 1
    assert seen.scores[tracks.detection_indices[0]] == np.float32(0.9)


def test_lost_track_is_nobodys_double(people):
    tracker = tracker_with(max_duplicate_iou=0.5, reentry__is_on=False)
    watch(tracker, people((100, 100), looks=RED), 0.0, 1.0)
    watch(tracker, people(), 1.1, 3.0)
    tracks = watch(tracker, people((100, 100), looks=GREEN), 3.1, 3.5)
    assert tracks.confirmed().track_ids.tolist() == [2]


def test_every_switch_off_is_still_a_tracker(people):
    tracker = tracker_with(
        use_low_scores=False, use_camera_motion=False, matching__use_height=False,
        appearance__use_stranger_scale=False, reentry__is_on=False)
    for looks in (None, [RED, GREEN]):
        for step in range(20):
            seen = people((100 + 5 * step, 100), (500 - 5 * step, 400), looks=looks)
            tracks = tracker.update(seen, step / 10 + (0 if looks is None else 100))
    assert len(tracks.confirmed()) == 2
