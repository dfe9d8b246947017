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

"""The evaluation of several cameras counts what it says, on a small scene and on the real one."""

from benchmarks.auditorium import CAMERAS
from benchmarks.auditorium import people_on
from benchmarks.auditorium import read_grounds
from benchmarks.auditorium import read_views
from benchmarks.auditorium import View
from benchmarks.auditorium_cast import cast
from benchmarks.auditorium_cast import dress
from benchmarks.auditorium_cast import Market
from benchmarks.auditorium_cast import MARKET_CAMERAS
from benchmarks.camera_tracks import CameraTracks
from benchmarks.camera_tracks import follow_all
from benchmarks.handovers import count_handovers
from benchmarks.handovers import Handovers
from benchmarks.handovers import people_of
from benchmarks.joining import alone_ids
from benchmarks.joining import oracle_ids
from benchmarks.joining import own_ids
from benchmarks.joining import plain_ids
from benchmarks.joint_metrics import joint_metrics
from benchmarks.multicamera import measure
from benchmarks.multicamera import table
import numpy as np
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.motchallenge import GroundTruthRows
import pytest

MODEL, PEOPLE = 'omz_reid_0287', 3


def rows_of(people, frames):
    """Return frames, people and boxes: person p stands at x = 200 p."""
    frame, person = (each.ravel() for each in np.meshgrid(frames, people, indexing='ij'))
    boxes = np.column_stack((200.0 * person, np.full(len(person), 100.0),
                             np.full(len(person), 60.0), np.full(len(person), 150.0)))
    return frame, person, boxes


def view_of(people, frames):
    frame, person, boxes = rows_of(people, frames)
    truth = GroundTruthRows(frame, person, boxes, np.ones(len(frame), np.bool_), None)
    return View(truth, DetectionRows(frame, boxes + 2.0, np.full(len(frame), 0.9)))


@pytest.fixture
def views():
    """Return three people on the first camera, who then are on the second."""
    return {'HC3': view_of([1, 2, 3], np.arange(1, 61)),
            'IP2': view_of([1, 2, 3], np.arange(61, 121))}


@pytest.fixture
def market():
    """Return embeddings in which people differ much and their crops little."""
    random = np.random.default_rng(0)
    people = np.repeat(np.arange(1, 9), 16)
    cameras = np.tile(np.repeat(sorted(MARKET_CAMERAS.values()), 4), 8)
    looks = 4.0 * random.normal(size=(9, 64))[people] + random.normal(size=(len(people), 64))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return Market(MODEL, looks.astype(np.float32), people, cameras)


@pytest.fixture
def tracks(views, market):
    return follow_all(views, dress(views, market, 0))


def test_each_person_has_one_actor_and_the_cameras_theirs(views, market):
    actors, others = cast(views, market, np.random.default_rng(0))
    assert len(set(actors.values())) == PEOPLE
    assert not set(actors.values()) & set(others)
    for camera, looks in dress(views, market, 0).items():
        people = people_on(views[camera].detections.frames,
                           views[camera].detections.boxes_xywh, views[camera].truth)
        nearest = (looks @ market.embeddings.T).argmax(axis=1)
        assert np.all(market.cameras[nearest] == MARKET_CAMERAS[camera])
        assert market.people[nearest].tolist() == [actors[each] for each in people.tolist()]


def test_a_seed_settles_the_looks(views, market):
    first, again, other = (dress(views, market, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first['HC3'], again['HC3'])
    assert not np.array_equal(first['HC3'], other['HC3'])


def test_looks_change_within_a_stay(views, market):
    looks = dress(views, market, 0)['HC3']
    first = looks[views['HC3'].truth.track_ids == 1]
    assert np.diff(first, axis=0).any(axis=1).all()
    crops = (first @ market.embeddings.T).argmax(axis=1)
    assert 2 <= len(set(crops.tolist())) <= 4


def test_nobody_is_played_by_somebody_outside_the_cast(views, market):
    frame, _, boxes = rows_of([6], np.arange(1, 61))
    found = views['HC3'].detections
    views['HC3'] = View(views['HC3'].truth, DetectionRows(
        *(np.concatenate(each) for each in (
            (found.frames, frame), (found.boxes_xywh, boxes), (found.scores, np.ones(60))))))
    looks = dress(views, market, 0)['HC3'][-60:]
    players = set(market.people[(looks @ market.embeddings.T).argmax(axis=1)].tolist())
    assert len(players) == 1  # who keeps appearing in one spot is one
    assert not players & set(cast(views, market, np.random.default_rng(0))[0].values())


def test_the_oracle_loses_nothing_where_tracks_are_whole(views, tracks):
    joint = joint_metrics(views, tracks, oracle_ids(tracks, views))
    alone = joint_metrics(views, tracks, alone_ids(tracks))
    assert joint.track_ids == joint.ground_truth_ids == PEOPLE
    assert joint.IDF1 > 95.0
    assert alone.track_ids == 2 * PEOPLE
    assert alone.IDF1 == pytest.approx(joint.IDF1 / 2.0, abs=1.0)


@pytest.mark.parametrize('join', [plain_ids, lambda tracks: own_ids(tracks, MODEL)[1]],
                         ids=['plain', 'ours'])
def test_people_who_look_like_nobody_else_are_joined(views, tracks, join):
    ids = join(tracks)
    assert count_handovers(tracks, ids, people_of(tracks, views)) == Handovers(
        kept=PEOPLE, between_cameras=PEOPLE)


def two_tracks(first_id, second_id):
    """Return one person's track on each of two cameras, person 2's on the first, and ids."""
    frame, person, boxes = rows_of([1, 2], np.arange(1, 61))
    xyxy = np.hstack((boxes[:, :2], boxes[:, :2] + boxes[:, 2:])).astype(np.float32)
    seen, looks = np.ones(len(frame), np.bool_), np.zeros((len(frame), 1), np.float32)
    tracks = {'HC3': CameraTracks(frame, person, xyxy, seen, looks)}
    chosen = person == 1
    tracks['IP2'] = CameraTracks(frame[chosen] + 60, person[chosen], xyxy[chosen], seen[chosen],
                                 looks[chosen])
    people = {'HC3': person, 'IP2': person[chosen]}
    return tracks, {'HC3': np.where(person == 1, first_id, 20),
                    'IP2': np.full(60, second_id)}, people


@pytest.mark.parametrize('told, verdict', [
    (10, Handovers(kept=1, between_cameras=1)),
    (20, Handovers(wrong=1, between_cameras=1, wrong_between_cameras=1)),  # somebody else's
    (30, Handovers(new=1, between_cameras=1)),
    (0, Handovers(new=1, between_cameras=1)),  # nothing told
])
def test_a_hand_over_is_kept_wrong_or_new(told, verdict):
    assert count_handovers(*two_tracks(10, told)) == verdict


def test_of_two_tracks_with_one_id_in_one_image_the_older_keeps_it(views):
    tracks, ids, _ = two_tracks(10, 10)
    ids['HC3'][:] = 10
    joint = joint_metrics(views, tracks, ids)
    assert joint.track_ids == 2  # 10, and an id of its own for the younger


def test_a_later_run_reads_the_tracks_of_the_first(views, market, tmp_path):
    looks = dress(views, market, 0)
    first = follow_all(views, looks, tmp_path)
    again = follow_all(views, {}, tmp_path)
    for camera in views:
        np.testing.assert_array_equal(first[camera].boxes_xyxy, again[camera].boxes_xyxy)
        np.testing.assert_array_equal(first[camera].looks, again[camera].looks)


def test_the_table_has_a_row_for_each_way(views, tracks):
    results = measure(views, tracks, {'alone': alone_ids(tracks)})
    lines = table({way: [result, result] for way, result in results.items()}).splitlines()
    assert len(lines) == 3
    assert lines[0].count('|') == lines[1].count('|') == lines[2].count('|')
    assert '| 6 |' in lines[2]  # three new hand-overs in each of two runs


def test_real_views_are_read(shared_data):
    views = read_views(shared_data / 'multicam_auditorium', last=300)
    assert tuple(views) == CAMERAS
    for view in views.values():
        assert view.truth.frames.min() == 1
        assert view.truth.frames.max() <= 300
        assert np.all(view.truth.boxes_xywh[:, 2:] > 0)
        assert np.all(np.diff(view.detections.frames) >= 0)


@pytest.mark.parametrize('one, other, median_m', [('HC3', 'HC4', 0.4), ('IP2', 'IP5', 0.9)])
def test_real_grounds_agree_on_where_people_are(shared_data, one, other, median_m):
    folder = shared_data / 'multicam_auditorium'
    views, grounds, places = read_views(folder), read_grounds(folder), {}
    for camera in (one, other):
        truth = views[camera].truth
        boxes = truth.boxes_xywh
        found = grounds[camera].places(np.hstack((boxes[:, :2], boxes[:, :2] + boxes[:, 2:])))
        keys = zip(truth.frames[found.known].tolist(), truth.track_ids[found.known].tolist())
        places[camera] = dict(zip(keys, found.positions_m[found.known]))
    gaps = [np.linalg.norm(places[one][key] - places[other][key])
            for key in places[one].keys() & places[other].keys()]
    assert len(gaps) > 500
    assert np.median(gaps) < median_m
