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

"""Laws of people who come back: their own id where looks are clear, never somebody else's."""

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
import numpy as np
from person_tracker.core.settings import updated
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
import pytest

CONFIG = TrackerConfig()
PLACES = np.array([(100.0 + 150 * column, 200.0 + 600 * row)
                   for row in range(2) for column in range(4)])
SHOWN_S = 3.0
GAPS_S = pytest.mark.parametrize('gap_s', [0.5, 1.0, 2.0, 5.0])
RATES_HZ = pytest.mark.parametrize('rate_hz', [5, 10, 30])
RED, GREEN, BLUE = np.eye(3, 8, dtype=np.float32)


def unit(looks):
    return looks / np.linalg.norm(looks, axis=-1, keepdims=True)


class Crowd:
    """People who are seen by one tracker, and which ids are given to whom."""

    def __init__(self, tracker, people, looks, rate_hz=10, noise=0.0):
        self.tracker, self.people, self.looks = tracker, people, looks
        self.rate_hz, self.noise, self.random = rate_hz, noise, np.random.default_rng(0)
        self.image = 0
        self.ids = {}

    def show(self, who, places, seconds):
        """Let people be seen in places for a while; gather every id that is given to them."""
        self.ids = {person: set() for person in who}
        for _ in range(round(seconds * self.rate_hz)):
            crops = self.random.normal(0.0, self.noise, (len(who), self.looks.shape[1]))
            seen = self.people(
                *PLACES[places], looks=unit(self.looks[who] + crops) if len(who) else None)
            tracks = self.tracker.update(seen, self.image / self.rate_hz)
            self.image += 1
            sure = tracks.confirmed()
            for track_id, index in zip(sure.track_ids, sure.detection_indices):
                self.ids[who[index]].add(int(track_id))
        return tracks

    def hide(self, seconds):
        return self.show([], [], seconds)


def distinct_looks(count, seed=1, length=128):
    """Return looks that nobody confuses: cosine distances of 1."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(length, count)))[0].T


@GAPS_S
@RATES_HZ
def test_six_who_come_back_in_permuted_places_keep_their_ids(people, config, gap_s, rate_hz):
    # Crops of one person are at a distance of about 0.2 from each other.
    crowd = Crowd(Tracker(config), people, distinct_looks(6), rate_hz, noise=0.03)
    everybody = list(range(6))
    crowd.show(everybody, everybody, SHOWN_S)
    before = crowd.ids
    assert before == {person: {person + 1} for person in everybody}
    crowd.hide(gap_s)
    crowd.show(everybody, [3, 4, 5, 1, 2, 0], 1.5)
    assert crowd.ids == before


@GAPS_S
def test_those_who_look_alike_get_new_ids_and_the_others_keep_theirs(people, config, gap_s):
    looks = distinct_looks(8)
    looks[1] = looks[0]
    crowd, everybody = Crowd(Tracker(config), people, looks, noise=0.02), list(range(8))
    crowd.show(everybody, everybody, SHOWN_S)
    before = crowd.ids
    crowd.hide(gap_s)
    crowd.show(everybody, [3, 4, 5, 6, 7, 0, 1, 2], 1.5)
    for person in (0, 1):
        assert min(crowd.ids[person]) > 8 and len(crowd.ids[person]) == 1
    assert crowd.ids[0] != crowd.ids[1]
    assert {person: crowd.ids[person] for person in range(2, 8)} == {
        person: before[person] for person in range(2, 8)}


@pytest.mark.parametrize('stays', [True, False], ids=['in view', 'away too'])
def test_one_of_two_alike_gets_a_new_id_wherever_the_other_is(people, config, stays):
    looks = distinct_looks(8)
    looks[1] = looks[0]
    crowd, everybody = Crowd(Tracker(config), people, looks, noise=0.02), list(range(8))
    crowd.show(everybody, everybody, SHOWN_S)
    crowd.show([1] * stays, [1] * stays, 2.0)
    crowd.show([1] * stays + [0], [1] * stays + [5], 1.5)
    assert min(crowd.ids[0]) > 8
    assert not stays or crowd.ids[1] == {2}


@pytest.mark.parametrize('is_on', [True, False])
def test_nobody_gets_an_id_back_where_reentry_is_off(people, config, is_on):
    crowd = Crowd(Tracker(updated(config, {'reentry.is_on': is_on})), people, distinct_looks(3))
    crowd.show([0, 1, 2], [0, 1, 2], SHOWN_S)
    crowd.hide(2.0)
    crowd.show([0, 1, 2], [4, 5, 6], 1.5)
    ids = sorted(track_id for ids in crowd.ids.values() for track_id in ids)
    assert ids == ([1, 2, 3] if is_on else [4, 5, 6])


@given(strategies.integers(0, 2**32 - 1))
@settings(max_examples=2)
def test_no_id_is_ever_given_to_two_people(people, config, seed):
    random = np.random.default_rng(seed)
    tracker, owners = Tracker(updated(config, {'appearance.budget': 5})), {}
    crowd = Crowd(tracker, people, distinct_looks(99, seed), noise=0.02)
    strangers = list(range(99))
    here, away = {}, []  # person to place, and who was here before
    for _ in range(10):
        for person in [one for one in here if random.random() < 0.4]:
            del here[person]
            away.append(person)
        crowd.show(list(here), list(here.values()), 0.5)  # a place is never handed over at once
        for person, ids in crowd.ids.items():
            for track_id in ids:
                assert owners.setdefault(track_id, person) == person
        for place in set(range(8)) - set(here.values()):
            if random.random() < 0.4:
                again = away and random.random() < 0.6
                person = away.pop(random.integers(len(away))) if again else strangers.pop()
                here[person] = place
        crowd.show(list(here), list(here.values()), 0.6)
        for person, ids in crowd.ids.items():
            for track_id in ids:
                assert owners.setdefault(track_id, person) == person


@pytest.mark.parametrize('values, similarity, same', [
    ({}, 0.95, True),
    ({}, 0.75, True),  # distance 0.25 of 0.3 allowed
    ({}, 0.65, False),  # a stranger
    ({'reentry.distance_factor': 0.5}, 0.75, False),
    ({'reentry.distance_factor': 0.5}, 0.9, True),
    ({'reentry.distance_factor': 1.5}, 0.65, True),
    ({'appearance.max_distance': 0.4}, 0.65, True),
    ({'appearance.max_distance': 0.2}, 0.75, False),
])
def test_distance_decides_who_may_come_back(people, values, similarity, same):
    config = updated(CONFIG, {'appearance.use_stranger_scale': False, **values})
    other = similarity * RED + np.sqrt(1 - similarity ** 2) * GREEN
    crowd = Crowd(Tracker(config), people, np.array([RED, other]))
    crowd.show([0], [0], 1.0)
    crowd.hide(2.0)
    crowd.show([1], [5], 1.0)
    assert crowd.ids[1] == {1 if same else 2}


@pytest.mark.parametrize('margin, same', [(0.1, True), (0.2, False)])
def test_margin_decides_how_much_less_alike_everybody_else_must_look(people, margin, same):
    config = updated(CONFIG, {'appearance.use_stranger_scale': False, 'reentry.margin': margin})
    # At distances of 0.10 and 0.14 from RED; the margin is a part of 0.3.
    looks = np.array([0.9 * RED + 0.436 * GREEN, 0.86 * RED + 0.51 * BLUE, RED])
    crowd = Crowd(Tracker(config), people, looks)
    crowd.show([0, 1], [0, 3], 1.0)
    crowd.hide(2.0)
    crowd.show([2], [5], 1.0)
    assert crowd.ids[2] == {1 if same else 3}


@pytest.mark.parametrize('tries, unclear_s, same', [
    (5, 0.3, True),
    (5, 0.6, True),
    (5, 0.7, False),  # too late
    (1, 0.3, False),
    (20, 1.5, True),
])
def test_tries_decide_for_how_long_a_new_track_may_turn_out_to_be_a_lost_one(
        people, tries, unclear_s, same):
    tracker = Tracker(updated(CONFIG, {'reentry.tries': tries}))
    crowd = Crowd(tracker, people, np.array([RED]))
    crowd.show([0], [0], 1.0)
    crowd.hide(2.0)
    unclear = people(PLACES[5], looks=np.zeros(8))
    for _ in range(round(unclear_s * 10)):
        tracker.update(unclear, crowd.image / 10)
        crowd.image += 1
    tracks = crowd.show([0], [5], 2.5)
    assert tracks.confirmed().track_ids.tolist() == [1 if same else 2]


@pytest.mark.parametrize('gap_s, same', [(1.0, True), (2.5, True), (3.2, False), (60.0, False)])
def test_nobody_comes_back_after_max_lost_s(people, gap_s, same):
    crowd = Crowd(Tracker(updated(CONFIG, {'max_lost_s': 3.0})), people, distinct_looks(2))
    crowd.show([0, 1], [0, 1], SHOWN_S)
    tracks = crowd.hide(gap_s)
    assert len(tracks) == (2 if same else 0)
    crowd.show([0, 1], [5, 4], 1.0)
    assert crowd.ids == ({0: {1}, 1: {2}} if same else {0: {3}, 1: {4}})


@pytest.mark.parametrize('most', [0, 1, 4, 6])
def test_only_the_latest_max_lost_tracks_come_back(people, config, most):
    tracker = Tracker(updated(config, {'max_lost_tracks': most}))
    crowd = Crowd(tracker, people, distinct_looks(6))
    for left in range(6):
        crowd.show(list(range(left, 6)), list(range(left, 6)), 1.0)
    assert len(crowd.hide(3.0)) == most
    crowd.show(list(range(6)), [7, 6, 5, 4, 3, 2], 1.0)
    kept = {person for person, ids in crowd.ids.items() if ids == {person + 1}}
    assert kept == set(range(6 - most, 6))
    new = [track_id for person in set(range(6)) - kept for track_id in crowd.ids[person]]
    assert len(set(new)) == 6 - most and min(new, default=7) > 6


@pytest.mark.parametrize('after_exit', [True, False])
@pytest.mark.parametrize('speed_px', [60, -60])
def test_who_walked_out_of_the_picture_is_new_unless_after_exit(people, after_exit, speed_px):
    tracker = Tracker(updated(CONFIG, {'reentry.after_exit': after_exit}))
    looks = np.array([RED, GREEN, BLUE])
    corners = (20, 50), (620, 430)  # two who stand where the picture ends
    for step in range(50):
        walker = 320 + speed_px * step / 10
        tracker.update(people(*corners, (walker, 240), looks=looks[[1, 2, 0]]), step / 10)
    for step in range(50, 80):
        tracker.update(people(*corners, looks=looks[1:]), step / 10)
    for step in range(80, 90):
        seen = people(*corners, (320, 240), looks=looks[[1, 2, 0]])
        tracks = tracker.update(seen, step / 10).confirmed()
    assert tracks.track_ids.tolist() == ([1, 2, 3] if after_exit else [1, 2, 4])


def test_who_vanishes_on_the_way_through_the_picture_keeps_the_id(people):
    tracker, looks = Tracker(), np.array([GREEN, BLUE, RED])
    corners = (20, 50), (620, 430)
    for step in range(20):
        tracker.update(people(*corners, (200 + 6 * step, 240), looks=looks), step / 10)
    for step in range(20, 50):  # behind a pillar
        tracker.update(people(*corners, looks=looks[:2]), step / 10)
    for step in range(50, 60):
        seen = people(*corners, (500 + 6 * (step - 50), 240), looks=looks)
        tracks = tracker.update(seen, step / 10)
    assert tracks.confirmed().track_ids.tolist() == [1, 2, 3]


def test_track_that_came_back_moves_on_from_where_it_is_seen(people):
    crowd = Crowd(Tracker(), people, np.array([RED]))
    crowd.show([0], [0], 2.0)
    crowd.hide(2.0)
    tracks = crowd.show([0], [5], 0.3)
    assert tracks.track_ids.tolist() == [1]
    assert tracks.first_seen_s.tolist() == [0.0]
    np.testing.assert_allclose(
        tracks.boxes_xyxy, people(PLACES[5]).boxes_xyxy, atol=1.0)
    np.testing.assert_allclose(tracks.velocities_px, [[0, 0]], atol=1.0)


def test_without_embeddings_nobody_comes_back(people):
    tracker = Tracker(updated(CONFIG, {
        'appearance.max_distance': 2.0, 'reentry.distance_factor': 2.0}))
    for step in range(60):
        seen = people(PLACES[0]) if step < 20 else people(PLACES[1]) if step >= 40 else people()
        tracks = tracker.update(seen, step / 10)
    assert tracks.confirmed().track_ids.tolist() == [2]
