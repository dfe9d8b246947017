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

"""Laws of the scale: strangers' low percentile, learnt from whoever is in view together."""

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.stranger_scale import ENOUGH
from person_tracker.core.stranger_scale import LEVEL
from person_tracker.core.stranger_scale import StrangerScale
from person_tracker.core.track_gallery import UNKNOWN_DISTANCE
import pytest

SEEDS = strategies.integers(0, 2**32 - 1)


def images(seed, count, people=6, low=0.4, high=1.0, own=0.05):
    """Give distances between people, uniform in a range, with the own ones on the diagonal."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        distances = random.uniform(low, high, (people, people))
        np.fill_diagonal(distances, own)
        yield distances


def learnt(scale, all_distances):
    for distances in all_distances:
        scale.learn(distances)
    return scale.low_distance


@pytest.mark.parametrize('low, high', [
    (0.4, 1.0),
    (0.02, 0.1),  # a network to which all look alike
    (0.9, 1.4),
])
@pytest.mark.parametrize('people', [2, 6, 30])
def test_scale_settles_at_the_low_percentile_of_strangers(low, high, people):
    scale = StrangerScale()
    learnt(scale, images(1, 500, people, low, high))
    settled = [learnt(scale, images(seed, 1, people, low, high)) for seed in range(2, 502)]
    expected = low + LEVEL * (high - low)
    assert abs(np.mean(settled) - expected) < 0.05 * (high - low)
    assert np.ptp(settled) < 0.4 * expected


@pytest.mark.parametrize('first, then', [((0.4, 1.0), (0.2, 0.5)), ((0.2, 0.5), (0.4, 1.0))])
def test_scale_follows_where_strangers_become_more_or_less_alike(first, then):
    scale = StrangerScale()
    learnt(scale, images(1, 100, low=first[0], high=first[1]))
    settled = learnt(scale, images(2, 3000, low=then[0], high=then[1]))
    expected = then[0] + LEVEL * (then[1] - then[0])
    assert abs(settled - expected) < 0.15 * expected


def test_nothing_is_said_before_enough_people_were_seen_together():
    scale = StrangerScale()
    for count, distances in enumerate(images(1, ENOUGH // 6 + 1, people=3), start=1):
        scale.learn(distances)
        assert (scale.low_distance is None) == (6 * count < ENOUGH)


@given(SEEDS)
def test_first_estimate_is_the_percentile_of_all_strangers_so_far(seed):
    scale, given_images = StrangerScale(), list(images(seed, 4))
    strangers = np.concatenate([one[~np.eye(6, dtype=np.bool_)] for one in given_images])
    np.testing.assert_allclose(learnt(scale, given_images), np.quantile(strangers, LEVEL))


@given(SEEDS)
def test_unknown_looks_and_those_alone_say_nothing(seed):
    plain, disturbed = StrangerScale(), StrangerScale()
    for distances in images(seed, 30):
        plain.learn(distances)
        unknown = np.full((8, 8), UNKNOWN_DISTANCE)
        unknown[:6, :6] = distances
        disturbed.learn(unknown)
        disturbed.learn(np.full((4, 4), UNKNOWN_DISTANCE))
        disturbed.learn(distances[:1, :1])
        disturbed.learn(distances[:0, :0])
        assert plain.low_distance == disturbed.low_distance


@given(SEEDS)
def test_own_distances_say_nothing(seed):
    near, far = StrangerScale(), StrangerScale()
    assert learnt(near, images(seed, 30, own=0.0)) == learnt(far, images(seed, 30, own=1.9))


@given(SEEDS)
def test_order_of_people_does_not_matter(seed):
    random = np.random.default_rng(seed)
    straight, shuffled = StrangerScale(), StrangerScale()
    for distances in images(seed, 30):
        order = random.permutation(len(distances))
        straight.learn(distances)
        shuffled.learn(distances[np.ix_(order, order)])
        assert straight.low_distance == shuffled.low_distance


def test_doubles_of_one_person_now_and_then_are_not_taken_for_strangers():
    scale, random = StrangerScale(), np.random.default_rng(1)
    for distances in images(2, 2000):
        if random.random() < 0.3:
            distances[0, 1] = distances[1, 0] = 0.02  # two boxes on one person
        scale.learn(distances)
    assert 0.35 < scale.low_distance < 0.5


@pytest.mark.parametrize('distance', [0.0, 1e-9])
def test_scale_recovers_from_doubles_alone(distance):
    scale = StrangerScale()
    learnt(scale, images(1, 500, people=2, low=0.0, high=distance, own=0.0))
    assert 0.35 < learnt(scale, images(2, 6000)) < 0.5


def test_no_more_is_kept_than_is_needed_for_the_first_estimate():
    scale = StrangerScale()
    learnt(scale, images(1, 5))
    assert {name: np.size(kept) for name, kept in vars(scale).items()} == {
        'low_distance': 1, '_first': 0}


def test_distances_given_are_never_changed():
    distances = next(images(1, 1))
    distances.setflags(write=False)
    StrangerScale().learn(distances)
