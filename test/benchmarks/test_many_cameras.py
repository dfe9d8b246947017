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

"""A busy site is what it claims to be, and what identity costs there is counted."""

from dataclasses import replace
from itertools import count
from itertools import islice

from benchmarks.busy_site import CAMERAS
from benchmarks.busy_site import PEOPLE_PER_PLACE
from benchmarks.busy_site import Site
from benchmarks.busy_site import UNHIDDEN
from benchmarks.busy_site import Wardrobe
from benchmarks.many_cameras import bars
from benchmarks.many_cameras import Load
from benchmarks.many_cameras import Minute
from benchmarks.many_cameras import minute_table
from benchmarks.many_cameras import share
import numpy as np
import pytest

RATE_HZ = 1.0
MINUTE = Minute(np.full(100, 0.5), 100.0, 50, 60)


def site(seed=0):
    random = np.random.default_rng(seed)
    return Site(list(range(200)), random)


def test_each_camera_has_ten_people_at_any_time_and_nobody_is_in_two_places():
    images = list(site().images(5.0, RATE_HZ))
    for first in range(0, len(images), len(CAMERAS)):
        now = images[first:first + len(CAMERAS)]
        assert [image.camera for image in now] == list(CAMERAS)
        assert len({image.time_s for image in now}) == 1
        for one, other in zip(now[::2], now[1::2]):
            assert one.people == other.people
            assert not set(one.track_ids) & set(other.track_ids)
        everybody = [person for image in now[::2] for person in image.people]
        assert len(set(everybody)) == len(everybody) == PEOPLE_PER_PLACE * len(CAMERAS) // 2
    visible = np.concatenate([image.is_visible for image in images])
    assert visible.mean() == pytest.approx(UNHIDDEN, abs=0.02)


def test_people_walk_on_to_other_cameras_and_come_again():
    seen = {}
    for image in site().images(10.0, RATE_HZ):
        for person, track_id in zip(image.people, image.track_ids):
            seen.setdefault(person, {}).setdefault(image.camera, set()).add(track_id)
    assert sum(len(cameras) > 2 for cameras in seen.values()) > len(seen) / 2
    assert any(len(tracks) > 1 for cameras in seen.values() for tracks in cameras.values())


def test_both_cameras_of_a_place_find_its_people_where_they_are():
    busy = site()
    for one, other in zip(*[busy.images(0.2, RATE_HZ)] * 2):
        places = [busy.grounds[image.camera].places(image.boxes_xyxy) for image in (one, other)]
        assert places[0].known.all()
        np.testing.assert_allclose(places[0].positions_m, places[1].positions_m, atol=0.05)


def test_a_seed_settles_a_site():
    first, again, other = (next(islice(site(seed).images(1.0, RATE_HZ), 100, None))
                           for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.boxes_xyxy, again.boxes_xyxy)
    assert not np.array_equal(first.boxes_xyxy, other.boxes_xyxy)


def test_made_up_people_look_more_like_themselves_than_like_others():
    wardrobe = Wardrobe.made_up(np.random.default_rng(0))
    one, other = (wardrobe.looks(camera, wardrobe.people) for camera in CAMERAS[:2])
    similarities = one @ other.T
    assert np.diag(similarities).min() > similarities[~np.eye(len(one), dtype=bool)].max()


def test_real_people_have_looks_for_every_camera(shared_data):
    path = shared_data / 'reid' / 'market1501_osnet_x0_25_msmt17.npz'
    wardrobe = Wardrobe.real(path, np.random.default_rng(0))
    for camera in CAMERAS:
        looks = wardrobe.looks(camera, wardrobe.people[:20])
        np.testing.assert_allclose(np.linalg.norm(looks, axis=1), 1.0, atol=1e-5)


def test_a_minute_has_the_cost_of_each_image():
    random, ticks = np.random.default_rng(0), count()
    load = Load(Wardrobe.made_up(random), random, clock=lambda: 0.001 * next(ticks))
    minute, = load.minutes(1, rate_hz=0.5)
    assert len(minute.costs_ms) == 30 * len(CAMERAS)
    np.testing.assert_allclose(minute.costs_ms, 3.0)  # three spans, each of one tick
    assert minute.people >= 40
    assert minute.met >= 40


@pytest.mark.parametrize(('minutes', 'missed'), [
    ([MINUTE], []),
    ([MINUTE] * 20, []),
    ([replace(MINUTE, costs_ms=np.full(100, 0.9))] * 20, ['share']),
    ([MINUTE] * 10 + [replace(MINUTE, costs_ms=np.full(100, 0.61))] * 10, ['cost']),
    ([replace(MINUTE, costs_ms=np.full(100, 0.61))] * 10 + [MINUTE] * 10, []),  # it may fall
])
def test_a_bar_is_missed_by_its_figure_alone(minutes, missed):
    assert [each.name.split()[0] for each in bars(minutes) if not each.is_met] == missed


def test_a_share_is_of_one_core_at_30_images_of_each_camera():
    assert share([MINUTE]) == pytest.approx(0.5e-3 * 30 * 8)


def test_the_table_has_the_first_minute_and_every_tenth():
    lines = minute_table([MINUTE] * 20).splitlines()
    assert [line.split('|')[1].strip() for line in lines[2:]] == ['1', '10', '20']
