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
Laws of every tracker on any film.

Who is taken for whom, how long a track lives and what odd input does have files of their own.
"""

from dataclasses import fields
import pickle

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
import numpy as np
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Detections
import pytest

SEEDS = strategies.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=10)
def test_order_of_detections_changes_nothing_but_numbering(film, config, seed):
    random = np.random.default_rng(seed)
    straight, shuffled, partners = Tracker(config), Tracker(config), {}
    for detections, time_s, motion in film(seed):
        order = random.permutation(len(detections))
        first = straight.update(detections, time_s, motion)
        second = shuffled.update(detections[order], time_s, motion)
        for track_id, index in zip(second.track_ids, second.detection_indices):
            if index >= 0 and track_id not in partners:
                row = np.flatnonzero(first.detection_indices == order[index])[0]
                partners[track_id] = first.track_ids[row]
        renamed = np.array([partners[track_id] for track_id in second.track_ids], np.int64)
        second = second[np.argsort(renamed)]
        np.testing.assert_array_equal(first.track_ids, np.sort(renamed))
        np.testing.assert_array_equal(first.states, second.states)
        np.testing.assert_array_equal(first.scores, second.scores)
        np.testing.assert_allclose(first.boxes_xyxy, second.boxes_xyxy, rtol=1e-5, atol=1e-3)
        origins = np.append(order, -1)[second.detection_indices]
        np.testing.assert_array_equal(first.detection_indices, origins)


@given(SEEDS)
@settings(max_examples=10)
def test_two_trackers_do_not_notice_each_other(film, config, assert_same, seed):
    films = film(seed), film(seed + 1)
    alone = [[tracker.update(*image) for image in images]
             for tracker, images in zip((Tracker(config), Tracker(config)), films)]
    side_by_side = Tracker(config), Tracker(config)
    for expected, images in zip(zip(*alone), zip(*films)):
        for tracker, image, tracks in zip(side_by_side, images, expected):
            assert_same(tracker.update(*image), tracks)


@given(SEEDS)
@settings(max_examples=10)
def test_every_track_is_sound(film, config, seed):
    tracker, known = Tracker(config), set()
    for detections, time_s, motion in film(seed, size=10):
        tracks = tracker.update(detections, time_s, motion)
        taken = tracks.detection_indices[tracks.detection_indices >= 0]
        assert len(set(taken)) == len(taken) and (taken < len(detections)).all()
        assert (np.diff(tracks.track_ids) > 0).all()
        fresh = set(tracks.track_ids[tracks.first_seen_s == time_s])
        assert not fresh & known, 'an id was used again'
        assert set(tracks.track_ids) <= known | fresh, 'a forgotten id came back'
        known |= fresh
        seen = tracks.detection_indices >= 0
        assert (seen == (tracks.last_seen_s == time_s)).all()
        assert (seen | (tracks.states != TrackState.CONFIRMED)).all()
        np.testing.assert_array_equal(tracks.scores[seen], detections.scores[taken])
        assert np.isfinite(tracks.boxes_xyxy).all() and np.isfinite(tracks.velocities_px).all()


@given(SEEDS, strategies.sampled_from([-3600.0, 86400.0, 1.8e9]))
@settings(max_examples=20)
def test_origin_of_the_clock_does_not_matter(film, seed, origin_s):
    here, there = Tracker(), Tracker()
    for detections, time_s, motion in film(seed):
        first = here.update(detections, time_s, motion)
        second = there.update(detections, origin_s + time_s, motion)
        np.testing.assert_array_equal(first.track_ids, second.track_ids)
        np.testing.assert_array_equal(first.states, second.states)
        np.testing.assert_allclose(first.boxes_xyxy, second.boxes_xyxy, atol=0.01)


@pytest.mark.parametrize('count', [0, 1, 2, 10, 100, 1000])
def test_any_number_of_people_keep_their_ids(people, count):
    number = np.arange(count)
    centres = np.stack((number % 40 * 60, number // 40 * 130), axis=1)
    looks = np.random.default_rng(0).normal(size=(count, 4))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    tracker = Tracker()
    for time_s in (0.0, 0.1, 0.2):
        tracks = tracker.update(people(*centres, looks=looks), time_s)
    assert tracks.track_ids.tolist() == tracks.confirmed().track_ids.tolist()
    np.testing.assert_array_equal(tracks.detection_indices, number)
    assert len(tracks) == count


def test_tracks_handed_out_belong_to_the_caller(people, assert_same):
    tracker, other = Tracker(), Tracker()
    first = tracker.update(people((100, 100)), 0.0)
    kept = pickle.loads(pickle.dumps(first))
    tracker.update(people((110, 100)), 0.1)
    assert_same(first, kept)
    other.update(people((100, 100)), 0.0)
    other.update(people((110, 100)), 0.1)
    handed_out = tracker.update(Detections.empty(), 0.2)
    for item in fields(handed_out):
        getattr(handed_out, item.name)[:] = 0
    other.update(Detections.empty(), 0.2)
    assert_same(tracker.update(people((120, 100)), 0.3), other.update(people((120, 100)), 0.3))


def test_memory_stays_bounded_while_people_come_and_go(people):
    tracker, sizes = Tracker(), []
    looks = np.eye(8, dtype=np.float32)
    for step in range(20_000):
        # Two people at a time, a new pair every second, half a second of nobody in between.
        visit, phase = divmod(step, 15)
        here = phase < 10
        seen = people((100 + 3 * phase, 200), (900 - 3 * phase, 200),
                      looks=looks[[visit % 8, (visit + 1) % 8]]) if here else people()
        tracks = tracker.update(seen, step * 0.1)
        if step % 15 == 9:
            sizes.append((len(tracks), len(pickle.dumps(tracker))))
    assert tracks.track_ids.max() > 2000
    lengths, room = np.array(sizes[5:]).T
    assert lengths.max() <= 6
    assert room.max() <= room[:20].max() + 32  # numbers grow by some digits, arrays do not
