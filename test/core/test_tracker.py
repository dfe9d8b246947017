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
from person_tracker.core.settings import updated
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Detections
import pytest

SEEDS = strategies.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=3)
def test_order_of_detections_changes_nothing_but_numbering(film, sighted, switched, seed):
    random = np.random.default_rng(seed)
    straight, shuffled, partners = Tracker(switched), Tracker(switched), {}
    for detections, time_s, motion in sighted(film(seed)):
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
@settings(max_examples=2)
def test_two_trackers_do_not_notice_each_other(film, switched, assert_same, seed):
    films = film(seed), film(seed + 1)
    alone = [[tracker.update(*image) for image in images]
             for tracker, images in zip((Tracker(switched), Tracker(switched)), films)]
    side_by_side = Tracker(switched), Tracker(switched)
    for expected, images in zip(zip(*alone), zip(*films)):
        for tracker, image, tracks in zip(side_by_side, images, expected):
            assert_same(tracker.update(*image), tracks)


@pytest.mark.filterwarnings('error')
@given(SEEDS)
@settings(max_examples=4)
def test_every_track_is_sound(film, sighted, switched, seed):
    tracker, known = Tracker(switched), set()
    for detections, time_s, motion in sighted(film(seed, size=10)):
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
        assert (tracks.boxes_xyxy[:, 2:] > tracks.boxes_xyxy[:, :2]).all()


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


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('looks', [False, True], ids=['place', 'looks'])
def test_crowds_of_any_size_may_follow_each_other(people, looks):
    tracker, random, known, time_s = Tracker(), np.random.default_rng(0), 0, 0.0
    for count in (0, 1000, 999, 1000, 0, 3, 1, 0, 500, 500, 500, 2, 0, 1000):
        time_s += random.choice([0.05, 0.4, 3.0, 3 * 3600.0], p=[0.6, 0.2, 0.1, 0.1])
        number = np.arange(count)
        centres = np.stack((number % 40 * 60, number // 40 * 130), axis=1)
        faces = random.normal(size=(count, 16))
        faces /= np.linalg.norm(faces, axis=1, keepdims=True)
        tracks = tracker.update(
            people(*centres + random.normal(0, 2, (count, 2)), looks=faces if looks else None),
            time_s)
        assert (tracks.detection_indices >= 0).sum() == count
        assert np.count_nonzero(tracks.states == TrackState.LOST) <= 100
        assert (np.diff(tracks.track_ids) > 0).all()
        fresh = tracks.first_seen_s == time_s
        np.testing.assert_array_equal(tracks.track_ids > known, fresh)
        assert np.isfinite(tracks.boxes_xyxy).all()
        known = max(known, tracks.track_ids.max(initial=0))


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


def arrays_in(thing):
    """Give the sizes of all arrays and lists that an object and its parts hold."""
    for part in vars(thing).values():
        if isinstance(part, (np.ndarray, list, dict)):
            yield np.size(part)
        elif hasattr(part, '__dict__'):
            yield from arrays_in(part)


def test_eight_hours_of_people_coming_and_going_leave_nothing_behind(people):
    most_people, look_length, hours = 8, 32, 8
    config = updated(TrackerConfig(), {'max_lost_tracks': 10, 'appearance.memory': 'nearest',
                                       'appearance.budget': 2})
    tracker, random = Tracker(config), np.random.default_rng(0)
    centres, looks = np.empty((0, 2)), np.empty((0, look_length))
    largest, most_tracks = [], 0
    for time_s in range(0, hours * 3600, 3):
        stays = random.random(len(centres)) < 0.9
        fresh = random.integers(0, 3) if len(centres) < most_people - 2 else 0
        centres = np.vstack((centres[stays] + random.normal(0.0, 2.0, (stays.sum(), 2)),
                             random.uniform((50, 100), (900, 400), (fresh, 2))))
        strangers = random.normal(size=(fresh, look_length))
        strangers /= np.linalg.norm(strangers, axis=1, keepdims=True)
        looks = np.vstack((looks[stays], strangers))
        tracks = tracker.update(people(*centres, looks=looks), float(time_s))
        most_tracks = max(most_tracks, len(tracks))
        if time_s % 360 == 0:
            largest.append(max(arrays_in(tracker)))
    assert tracks.track_ids.max() > 5000
    # Who is seen, who was so a moment ago, and who is lost; room for twice as many at most.
    bound = 3 * most_people + config.max_lost_tracks
    assert most_tracks <= bound
    assert max(largest) <= 2 * 2 * bound * config.appearance.budget * look_length
    assert max(largest[40:]) <= max(largest[:40])
