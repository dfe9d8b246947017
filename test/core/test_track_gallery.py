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
    largest = next(about.maximum for name, _, about in walk(AppearanceConfig())
                   if name == 'max_distance')
    assert largest < UNKNOWN_DISTANCE


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
