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

"""The tracker on recorded detections: every frame is a tick, scores are brought to [0, 1]."""

import numpy as np
from person_tracker.core.tracker import Tracker
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.replay import replay
from person_tracker.evaluation.replay import usual_score_range
from person_tracker.evaluation.replay import with_unit_scores
import pytest


def standing(frames, x=100.0):
    """Return one box at the same place in each of the frames."""
    count = len(frames)
    boxes = np.tile([x, 50.0, 40.0, 100.0], (count, 1))
    return DetectionRows(np.array(frames), boxes, np.full(count, .9))


class Recorder:
    """A tracker that only remembers how it was called."""

    def __init__(self):
        self.calls = []

    def update(self, detections, time_s, camera_motion=None):
        """Remember the call."""
        self.calls.append((len(detections), time_s, camera_motion))

    def predict(self, time_s, camera_motion=None):
        """Remember the call, which has no detections."""
        self.calls.append((None, time_s, camera_motion))


def test_the_tracker_ticks_on_empty_frames_with_the_time_of_the_recording():
    tracker, motion = Recorder(), np.eye(2, 3)
    numbers = [frame for frame, _ in replay(
        tracker, standing([3, 4, 7]), fps=10.0, camera_motion={4: motion})]
    assert numbers == [3, 4, 5, 6, 7]
    assert [count for count, _, _ in tracker.calls] == [1, 1, 0, 0, 1]
    np.testing.assert_allclose([time_s for _, time_s, _ in tracker.calls], [.2, .3, .4, .5, .6])
    assert [given is motion for _, _, given in tracker.calls] == [False, True, False, False, False]


def test_a_standing_person_keeps_one_id_and_the_box_as_detected():
    results = list(replay(Tracker(), standing(range(1, 21)), fps=10.0))
    confirmed = [tracks.confirmed() for _, tracks in results]
    assert {track_id for tracks in confirmed for track_id in tracks.track_ids.tolist()} == {1}
    np.testing.assert_allclose(confirmed[-1].boxes_xyxy, [[100, 50, 140, 150]], atol=1)


def test_only_the_detections_of_every_nth_frame_are_used_and_time_and_camera_go_on():
    tracker, motion = Recorder(), np.eye(2, 3)
    numbers = [frame for frame, _ in replay(
        tracker, standing([3, 4, 5, 7, 9, 10]), fps=10.0, camera_motion={4: motion}, every=3)]
    assert numbers == [*range(3, 11)]
    assert [count for count, _, _ in tracker.calls] == [1, None, None, 0, None, None, 1, None]
    np.testing.assert_allclose(
        [time_s for _, time_s, _ in tracker.calls], np.arange(2, 10) / 10)
    assert [given is motion for _, _, given in tracker.calls] == [False, True] + [False] * 6


@pytest.mark.parametrize('every', range(1, 11))
def test_a_walker_has_one_id_and_a_box_in_every_frame_however_seldom_detections_are_used(every):
    frames = np.arange(1, 121)
    boxes = np.column_stack((100.0 + 2.0 * frames, np.tile([50.0, 40.0, 100.0], (120, 1))))
    results = [tracks.confirmed() for _, tracks in replay(
        Tracker(), DetectionRows(frames, boxes, np.full(120, .9)), fps=20.0, every=every)]
    people = results[2 * every:]  # the third detection makes sure
    assert [tracks.track_ids.tolist() for tracks in people] == [[1]] * len(people)
    settled = np.array([tracks.boxes_xyxy[0, 0] for tracks in results[60:]])
    np.testing.assert_allclose(settled, boxes[60:, 0], atol=4)


def test_embeddings_reach_their_own_boxes():
    """Two people swap places while unseen; only their looks tell who is who."""
    seen = [*range(1, 11), *range(16, 31)]
    frames = np.repeat(seen, 2)
    early = frames < 11
    first = np.tile([True, False], len(seen))
    x = np.where(first == early, 100.0, 160.0)
    boxes = np.column_stack([x, np.tile([50.0, 40.0, 100.0], (len(x), 1))])
    rows = DetectionRows(frames, boxes, np.full(len(x), .9))
    looks = np.where(first[:, None], [1.0, 0.0], [0.0, 1.0]).astype(np.float32)
    results = [tracks.confirmed() for _, tracks in replay(
        Tracker(), rows, fps=10.0, embeddings=looks)]
    before, after = ({int(track_id): box[0] < 130 for track_id, box in zip(
        tracks.track_ids, tracks.boxes_xyxy)} for tracks in (results[9], results[-1]))
    assert set(before) == set(after) == {1, 2}
    assert all(before[track_id] != after[track_id] for track_id in before)


def test_nothing_detected_is_no_frame_at_all():
    assert list(replay(Tracker(), standing([]), fps=10.0)) == []


@pytest.mark.parametrize('boxes', [[3, 4], []])
def test_frames_that_are_asked_for_are_run_whether_or_not_they_have_boxes(boxes):
    tracker = Recorder()
    frames = range(2, 7)
    assert [frame for frame, _ in replay(
        tracker, standing(boxes), fps=10.0, frames=frames)] == list(frames)
    assert [count for count, _, _ in tracker.calls] == [int(each in boxes) for each in frames]


@pytest.mark.parametrize(('scores', 'expected'), [
    ([], (0, 1)),                 # nothing to judge by
    ([.01, .99], (0, 1)),         # probabilities
    ([-.8, 3.7], (0, 1)),         # raw scores, as of DPM
    ([-.5, 38.0, 138.9], (0, 100)),   # per cent and more, as in the 2015 challenge
])
def test_the_scale_of_scores_is_guessed_from_their_largest(scores, expected):
    assert usual_score_range(np.array(scores)) == expected


def test_scores_are_mapped_linearly_and_limited():
    rows = DetectionRows(np.ones(4, int), np.ones((4, 4)), np.array([-30.0, 0.0, 50.0, 138.0]))
    assert with_unit_scores(rows, 0.0, 100.0).scores.tolist() == [0, 0, .5, 1]
    assert rows.scores.tolist() == [-30, 0, 50, 138]


@pytest.mark.parametrize('limits', [(1.0, 1.0), (2.0, 1.0), (0.0, np.inf), (np.nan, 1.0)])
def test_a_score_range_that_does_not_rise_is_refused(limits):
    with pytest.raises(ValueError, match='must rise and be finite'):
        with_unit_scores(standing([1]), *limits)
