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

"""Laws of the gallery: what is remembered, what is compared, and how much room it takes."""

from dataclasses import replace
import pickle

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.settings import walk
from person_tracker.core.track_gallery import AppearanceConfig
from person_tracker.core.track_gallery import TrackGallery
from person_tracker.core.track_gallery import UNKNOWN_DISTANCE
from person_tracker.core.tracker_config import TrackerConfig
import pytest

MEAN = AppearanceConfig(memory='mean')
NEAREST = AppearanceConfig(memory='nearest', budget=3)
AXES = np.eye(6, dtype=np.float32)
EVERY_MEMORY = pytest.mark.parametrize('config', [MEAN, NEAREST], ids=['mean', 'nearest'])


def random_looks(seed, count, dimension=6):
    looks = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return looks / np.linalg.norm(looks, axis=1, keepdims=True)


def gallery_of(config, *looks):
    """Return a gallery with one track per look, seen once."""
    gallery = TrackGallery(config)
    gallery.add(len(looks))
    gallery.learn(np.arange(len(looks)), np.array(looks, np.float32))
    return gallery


@EVERY_MEMORY
@given(strategies.integers(0, 2**32 - 1))
def test_distance_is_that_of_the_cosine(config, seed):
    looks, others = random_looks(seed, 4), random_looks(seed + 1, 5)
    distances = gallery_of(config, *looks).distances(others)
    np.testing.assert_allclose(distances, 1.0 - looks @ others.T, atol=1e-6)
    assert ((distances >= 0) & (distances <= 2)).all()


@EVERY_MEMORY
@pytest.mark.parametrize('look, expected', [
    (AXES[0], 0.0),  # the same
    (-AXES[0], 2.0),  # the opposite: no empty slot may seem nearer
    (AXES[1], 1.0),  # unrelated
])
def test_distance_from_a_look_seen_once(config, look, expected):
    assert gallery_of(config, AXES[0]).distances(look[None]) == expected


@pytest.mark.filterwarnings('error')
@EVERY_MEMORY
@pytest.mark.parametrize('unknown', [
    np.zeros(6),  # nothing could be seen
    np.full(6, np.nan),  # an encoder gone wrong
    np.array([1, 0, 0, 0, 0, np.inf]),
], ids=['zeros', 'nan', 'inf'])
def test_unknown_look_is_like_nobody_and_teaches_nothing(config, unknown):
    unknown = unknown.astype(np.float32)
    gallery = gallery_of(config, AXES[0], unknown)
    gallery.learn(np.array([0]), unknown[None])
    assert gallery.known().tolist() == [True, False]
    distances = gallery.distances(np.array([AXES[0], unknown]))
    assert distances.tolist() == [[0.0, UNKNOWN_DISTANCE], [UNKNOWN_DISTANCE] * 2]


def test_unknown_is_farther_than_any_distance_that_can_be_allowed():
    largest = {name: about.maximum for name, _, about in walk(TrackerConfig())}
    limit = max(largest['appearance.max_distance'], largest['appearance.stranger_factor'] * 2.0)
    assert limit * max(1.0, largest['reentry.distance_factor']) < UNKNOWN_DISTANCE


@given(strategies.floats(0.0, 0.99), strategies.integers(0, 2**32 - 1))
def test_mean_is_the_moving_average_on_the_unit_sphere(weight, seed):
    looks = random_looks(seed, 4)
    gallery = TrackGallery(AppearanceConfig(memory='mean', mean_weight=weight))
    gallery.add(1)
    expected = looks[0]
    for number, look in enumerate(looks):
        gallery.learn(np.array([0]), look[None])
        if number:
            mixed = weight * expected + (1 - weight) * look
            expected = mixed / np.linalg.norm(mixed)
    np.testing.assert_allclose(
        gallery.distances(random_looks(seed + 1, 3)),
        [1.0 - random_looks(seed + 1, 3) @ expected], atol=1e-5)


def test_mean_of_opposite_looks_is_like_nobody():
    gallery = TrackGallery(AppearanceConfig(memory='mean', mean_weight=0.5))
    gallery.add(1)
    for look in (AXES[0], -AXES[0]):
        gallery.learn(np.array([0]), look[None])
    np.testing.assert_array_equal(gallery.distances(AXES[:2]), [[1.0, 1.0]])


def test_nearest_of_the_last_looks_counts_and_older_ones_are_forgotten():
    gallery = TrackGallery(NEAREST)
    gallery.add(1)
    for look in AXES[:5]:
        gallery.learn(np.array([0]), look[None])
    np.testing.assert_array_equal(gallery.distances(AXES), [[1, 1, 0, 0, 0, 1]])


@EVERY_MEMORY
def test_tracks_keep_their_own_looks_when_others_come_and_go(config):
    gallery = gallery_of(config, AXES[0], AXES[1], AXES[2])
    gallery.keep(np.array([True, False, True]))
    gallery.add(2)
    gallery.learn(np.array([3]), AXES[3:4])
    assert gallery.known().tolist() == [True, True, False, True]
    assert gallery.distances(AXES[[0, 2, 3]]).tolist() == [
        [0, 1, 1], [1, 0, 1], [UNKNOWN_DISTANCE] * 3, [1, 1, 0]]


@EVERY_MEMORY
@given(strategies.integers(0, 2**32 - 1))
def test_distance_between_tracks_is_that_of_their_nearest_looks(config, seed):
    gallery = gallery_of(config, *random_looks(seed, 5))
    gallery.learn(np.array([1, 3]), random_looks(seed + 1, 2))
    gallery.add(1)  # a track without a known look
    first, second = np.array([3, 0, 5]), np.array([1, 5, 4, 3])
    between = gallery.distances_between(first, second)
    np.testing.assert_allclose(between, gallery.distances_between(second, first).T, atol=1e-6)
    assert (between[2] == UNKNOWN_DISTANCE).all() and (between[:, 1] == UNKNOWN_DISTANCE).all()
    assert abs(between[0, 3]) < 1e-6, 'a track is like itself'
    if config is MEAN:
        return
    looks = {0: random_looks(seed, 5)[:1], 4: random_looks(seed, 5)[4:]}
    for row, number in ((1, 0), (3, 1)):
        looks[row] = np.stack((random_looks(seed, 5)[row], random_looks(seed + 1, 2)[number]))
    for i, j in ((0, 0), (0, 2), (1, 0), (1, 2), (1, 3)):
        expected = 1.0 - (looks[first[i]] @ looks[second[j]].T).max()
        np.testing.assert_allclose(between[i, j], expected, atol=1e-6)


@EVERY_MEMORY
def test_distances_between_nobody_have_the_shape_of_nobody(config):
    gallery, nobody = gallery_of(config, AXES[0], AXES[1]), np.empty(0, np.intp)
    assert gallery.distances_between(nobody, np.arange(2)).shape == (0, 2)
    assert gallery.distances_between(np.arange(2), nobody).shape == (2, 0)
    blind = TrackGallery(config)
    blind.add(2)
    assert (blind.distances_between(np.arange(2), np.arange(2)) == UNKNOWN_DISTANCE).all()


@EVERY_MEMORY
def test_track_that_is_taken_over_hands_its_looks_on(config):
    gallery = gallery_of(config, AXES[0], AXES[1], AXES[2])
    gallery.learn(np.array([2]), AXES[3:4])
    gallery.take_over(0, 2)
    gallery.keep(np.array([True, True, False]))
    distances = gallery.distances(AXES[:4])
    if config is NEAREST:
        assert distances[0].tolist() == [0, 1, 0, 0]
    else:
        assert distances[0, 0] < distances[0, 2] < 1.0 and distances[0, 3] < 1.0
    assert distances[1].tolist() == [1, 0, 1, 1]


@EVERY_MEMORY
def test_track_without_a_known_look_hands_nothing_on(config):
    gallery = gallery_of(config, AXES[0], np.zeros(6))
    gallery.take_over(0, 1)
    assert gallery.distances(AXES[:2]).tolist() == [[0, 1], [UNKNOWN_DISTANCE] * 2]
    gallery.take_over(1, 0)
    assert gallery.distances(AXES[:2]).tolist() == [[0, 1], [0, 1]]


def meet_strangers(gallery, images=20):
    """Show three people at a distance of 0.8 from each other, who all are in view together."""
    looks = np.full((3, 3), 0.8, np.float32) - 0.6 * np.eye(3, dtype=np.float32)
    everybody = np.arange(3)
    for _ in range(images):
        gallery.compare_strangers(looks, (everybody, everybody))


@pytest.mark.parametrize('use, factor, limit', [
    (True, 0.85, 0.68),
    (True, 0.5, 0.4),
    (False, 0.85, 0.3),  # as it is set
])
def test_limit_is_a_part_of_the_distance_of_strangers_where_that_is_wanted(use, factor, limit):
    gallery = TrackGallery(AppearanceConfig(
        max_distance=0.3, use_stranger_scale=use, stranger_factor=factor))
    assert gallery.max_distance == 0.3, 'nobody was seen yet'
    meet_strangers(gallery)
    assert abs(gallery.max_distance - limit) < 0.02


def test_stranger_scale_may_be_switched_at_any_time():
    gallery = TrackGallery(AppearanceConfig(max_distance=0.3))
    meet_strangers(gallery)
    gallery.config = AppearanceConfig(max_distance=0.3, use_stranger_scale=False)
    assert gallery.max_distance == 0.3
    gallery.config = AppearanceConfig(max_distance=0.3, stranger_factor=0.5)
    assert abs(gallery.max_distance - 0.4) < 0.02


def test_strangers_are_those_seen_and_not_the_whole_crowd():
    gallery, distances = TrackGallery(), np.full((5, 4), 0.1, np.float32)
    rows, columns = np.array([0, 2, 4]), np.array([3, 1, 0])
    distances[np.ix_(rows, columns)] = 0.8
    for _ in range(20):
        gallery.compare_strangers(distances, (rows, columns))
    assert abs(gallery.max_distance - 0.85 * 0.8) < 0.02


@EVERY_MEMORY
def test_looks_of_another_dimension_are_refused_and_harm_nothing(config):
    gallery = gallery_of(config, AXES[0])
    for call in (gallery.distances, lambda looks: gallery.learn(np.array([0]), looks)):
        with pytest.raises(ValueError, match='must have dimension 6 like those before, got 4'):
            call(np.eye(1, 4, dtype=np.float32))
    assert gallery.distances(AXES[:1]) == 0.0


@EVERY_MEMORY
def test_dimension_is_free_until_the_first_look_and_after_the_last(config):
    gallery = gallery_of(config, np.zeros(4))
    gallery.learn(np.array([0]), AXES[:1])
    assert gallery.distances(AXES[:1]) == 0.0
    gallery.keep(np.array([False]))
    assert gallery.distances(np.eye(2, 4, dtype=np.float32)).shape == (0, 2)


@EVERY_MEMORY
def test_empty_gallery_and_empty_image_have_no_distance(config):
    assert TrackGallery(config).distances(AXES).shape == (0, 6)
    assert gallery_of(config, AXES[0]).distances(AXES[:0]).shape == (1, 0)


@EVERY_MEMORY
def test_memory_does_not_grow_with_what_is_learnt(config):
    gallery = TrackGallery(config)
    gallery.add(3)
    sizes = []
    for look in random_looks(0, 100):
        gallery.learn(np.arange(3), np.stack([look] * 3))
        sizes.append(len(pickle.dumps(gallery)))
    assert set(sizes) == {sizes[0]}


@EVERY_MEMORY
def test_memory_follows_the_number_of_tracks(config):
    gallery, sizes = gallery_of(config, AXES[0]), []
    for _ in range(3):
        gallery.add(500)
        sizes.append(len(pickle.dumps(gallery)))
        gallery.keep(np.arange(len(gallery)) == 0)
        gallery.add(1)
        assert len(pickle.dumps(gallery)) < sizes[0] / 5
        gallery.keep(np.array([True, False]))
    assert len(set(sizes)) == 1


@EVERY_MEMORY
def test_form_of_the_memory_stays_when_settings_change(config):
    gallery = gallery_of(config, AXES[0])
    gallery.config = AppearanceConfig(
        max_distance=0.1, memory='nearest' if config is MEAN else 'mean', budget=7)
    assert gallery.config == replace(config, max_distance=0.1)
    gallery.learn(np.array([0]), AXES[:1])
    assert gallery.distances(AXES[:1]) == 0.0


@EVERY_MEMORY
def test_two_galleries_do_not_notice_each_other(config):
    first, second = gallery_of(config, AXES[0]), gallery_of(config, AXES[1])
    first.learn(np.array([0]), AXES[2:3])
    assert second.distances(AXES[:2]).tolist() == [[1.0, 0.0]]


@EVERY_MEMORY
def test_arrays_given_are_never_changed_and_never_kept(config):
    looks = AXES[:2].copy()
    gallery = gallery_of(config, *looks)
    rows = np.arange(2)
    looks.setflags(write=False)
    rows.setflags(write=False)
    gallery.learn(rows, looks)
    gallery.distances(looks)[:] = 5.0
    assert gallery.distances(looks).tolist() == [[0, 1], [1, 0]]


def test_average_that_learns_nothing_is_refused():
    with pytest.raises(ValueError, match='mean_weight must be < 1'):
        AppearanceConfig(mean_weight=1.0)
