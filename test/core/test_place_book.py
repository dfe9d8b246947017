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

"""Laws of places: who is in one place grows likely to be one, who is apart does not."""

import math

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.identity_config import GeometryConfig
from person_tracker.core.place_book import PlaceBook
import pytest

CONFIG = GeometryConfig()
IMPOSSIBLE = -8.0


class Watch:
    """A book, and cameras that tell it where their tracks are."""

    def __init__(self, places_at):
        self.book = PlaceBook()
        self._places_at = places_at

    def see(self, camera, time_s, config=CONFIG, **places):
        """Tell where tracks are, as `t1=(x, y)`; return whether they were compared."""
        return self.book.see(camera, [int(track[1:]) for track in places],
                             self._places_at(list(places.values())), time_s, config)

    def both(self, times_s, gap_m, config=CONFIG, velocity_mps=(0.0, 0.0)):
        """Let two cameras see somebody, so far apart; return what that says."""
        for time_s in times_s:
            place = np.multiply(velocity_mps, time_s)
            self.see('left', time_s, config, t1=place)
            self.see('right', time_s, config, t1=place + [gap_m, 0.0])
        return self.together()

    def together(self, one=('left', 1), other=('right', 1)):
        """Return what speaks for two tracks being one, log-odds; NaN: never compared."""
        keys, log_odds = self.book.together(one)
        return dict(zip(keys, log_odds.tolist())).get(other, math.nan)


@pytest.fixture
def watch(places_at):
    return Watch(places_at)


@pytest.fixture(scope='session')
def new_watch(places_at):
    return lambda: Watch(places_at)


SECOND = np.arange(0.0, 1.0, 0.1).tolist()
MINUTE = np.arange(0.0, 60.0, 0.25).tolist()


class TestTogether:

    @pytest.mark.parametrize('gap_m, sign', [
        (0.0, 1.0),
        (0.3, 1.0),    # within what calibration errs
        (4.0, -1.0),
        (30.0, -1.0),
    ])
    def test_one_place_speaks_for_one_person_and_two_places_for_two(self, watch, gap_m, sign):
        assert sign * watch.both(SECOND, gap_m) > 1.0

    def test_the_farther_apart_the_less_it_speaks_for_one(self, new_watch):
        worth = [new_watch().both(SECOND, gap_m) for gap_m in (0.0, 0.5, 1.0, 1.5, 2.0)]
        assert worth == sorted(worth, reverse=True)
        assert len(set(worth)) == len(worth)

    def test_the_longer_the_surer_but_never_without_a_limit(self, new_watch):
        for gap_m, sign in ((0.0, 1.0), (4.0, -1.0)):
            worth = [sign * new_watch().both(np.arange(0.0, duration_s, 0.25), gap_m)
                     for duration_s in (0.5, 2.0, 8.0, 300.0)]
            assert worth == sorted(worth)
            assert worth[-1] <= -IMPOSSIBLE

    def test_two_who_walk_together_through_two_views_are_in_one_place(self, watch):
        assert watch.both(MINUTE, 0.2, velocity_mps=(1.2, -0.5)) > 1.0

    @given(gap_m=strategies.floats(0.0, 5.0), count=strategies.integers(1, 20),
           lag_s=strategies.floats(0.0, 0.3))
    def test_what_one_says_of_the_other_the_other_says_of_the_one(
            self, new_watch, gap_m, count, lag_s):
        watch = new_watch()
        for number in range(count):
            watch.see('left', 0.3 * number, t1=(0.0, 0.0))
            watch.see('right', 0.3 * number - lag_s, t1=(gap_m, 0.0))
        assert watch.together() == pytest.approx(watch.together(('right', 1), ('left', 1)))

    @pytest.mark.parametrize('gap_m', [0.0, 6.0])
    def test_where_calibration_is_poor_places_say_less(self, new_watch, gap_m):
        worth = [abs(new_watch().both(SECOND, gap_m, GeometryConfig(spread_m=spread_m)))
                 for spread_m in (0.2, 0.5, 1.0, 1.5)]
        assert worth == sorted(worth, reverse=True)
        assert worth[0] > worth[-1]

    def test_the_larger_the_area_the_more_it_says_to_be_in_one_place(self, new_watch):
        small, large = (new_watch().both(SECOND, 0.0, GeometryConfig(area_m2=area_m2))
                        for area_m2 in (20.0, 60.0))
        assert small < large

    def test_tracks_of_one_camera_are_not_compared(self, watch):
        for time_s in SECOND:
            watch.see('left', time_s, t1=(0.0, 0.0), t2=(0.0, 0.0))
        assert watch.book.together(('left', 1))[0] == []

    def test_every_track_is_compared_with_every_one_of_the_other_cameras(self, watch):
        for time_s in SECOND:
            watch.see('left', time_s, t1=(0.0, 0.0), t2=(5.0, 0.0))
            watch.see('right', time_s, t1=(5.0, 0.0), t2=(0.0, 0.0))
            watch.see('top', time_s, t9=(0.0, 0.0))
        keys, log_odds = watch.book.together(('left', 1))
        assert sorted(keys) == [('right', 1), ('right', 2), ('top', 9)]
        near = {key for key, worth in zip(keys, log_odds) if worth > 0.0}
        assert near == {('right', 2), ('top', 9)}

    def test_who_was_apart_and_now_stands_together_is_told_in_time(self, watch):
        watch.both(np.arange(0.0, 20.0, 0.25), 4.0)
        assert watch.together() < 0.0
        assert watch.both(np.arange(20.0, 60.0, 0.25), 0.0) > 0.0

    def test_a_longer_memory_takes_longer_to_change_its_mind(self, new_watch):
        worth = []
        for memory_s in (2.0, 20.0):
            watch, config = new_watch(), GeometryConfig(memory_s=memory_s)
            watch.both(np.arange(0.0, 20.0, 0.25), 0.0, config)
            worth.append(watch.both(np.arange(20.0, 26.0, 0.25), 4.0, config))
        assert worth[0] < worth[1]

    @pytest.mark.parametrize('lag_s', [0.0, 0.1, 0.3, 0.45])
    def test_a_late_camera_is_compared_with_where_the_others_were_at_its_time(
            self, watch, lag_s):
        for number in range(60):
            now_s = number / 10
            watch.see('left', now_s, t1=(2.0 * now_s, 0.0))
            then_s = now_s - lag_s
            watch.see('right', then_s, t1=(2.0 * then_s, 0.0))
        assert watch.together() > 1.0

    def test_who_was_not_seen_just_now_is_not_compared(self, watch):
        watch.see('left', 0.0, t1=(0.0, 0.0))
        watch.see('right', 5.0, t1=(0.0, 0.0))
        assert math.isnan(watch.together())

    def test_how_fast_a_camera_is_says_nothing(self, new_watch):
        slow, fast = (new_watch().both(np.arange(0.0, 10.0, step_s), 0.0)
                      for step_s in (0.25, 0.025))
        assert slow == pytest.approx(fast, abs=1.0)

    def test_images_in_quick_succession_are_compared_now_and_then(self, watch):
        watch.see('right', 0.0, t1=(0.0, 0.0))
        compared = [watch.see('left', number / 30, t1=(0.0, 0.0)) for number in range(30)]
        assert compared[0]
        assert 2 <= sum(compared) <= 10


class TestTracks:

    def test_a_track_whose_place_was_never_known_is_not_here(self, watch):
        assert not watch.see('left', 0.0, t1=(math.nan, math.nan))
        assert len(watch.book) == 0
        assert watch.book.together(('left', 1))[0] == []

    def test_unknown_places_are_left_out_and_the_others_taken(self, watch):
        watch.see('left', 0.0, t1=(math.nan, math.nan), t2=(1.0, 0.0))
        known, walkers = watch.book.walkers([('left', 1), ('left', 2)], 0.0)
        assert known.tolist() == [False, True]
        np.testing.assert_array_equal(walkers.x[:, :2], [[1.0, 0.0]])

    def test_an_image_without_tracks_is_no_matter(self, watch):
        assert not watch.see('left', 0.0)

    def test_a_track_that_is_over_leaves_nothing_to_the_next_one(self, watch):
        assert watch.both(SECOND, 0.0) > 1.0
        watch.book.end(('right', 1))
        assert len(watch.book) == 1
        assert watch.book.together(('left', 1))[0] == []
        for time_s in (1.0, 1.25, 1.5):
            watch.see('left', time_s, t1=(0.0, 0.0))
            watch.see('right', time_s, t7=(9.0, 0.0))
        assert watch.together(other=('right', 7)) < 0.0
        assert math.isnan(watch.together())

    def test_to_end_a_track_that_never_was_is_no_matter(self, watch):
        watch.book.end(('left', 1))
        assert len(watch.book) == 0

    def test_many_tracks_are_kept_apart(self, watch):
        many = {f't{number}': (3.0 * number, 0.0) for number in range(1, 101)}
        for time_s in (0.0, 0.25, 0.5, 0.75):
            watch.see('left', time_s, **many)
            watch.see('right', time_s, **many)
        assert len(watch.book) == 200
        for number in (1, 32, 33, 64, 65, 100):
            keys, log_odds = watch.book.together(('left', number))
            assert len(keys) == 100
            assert [key for key, worth in zip(keys, log_odds) if worth > 0.0] == [
                ('right', number)]

    def test_memory_stays_bounded_where_tracks_come_and_go(self, watch):
        for number in range(1, 500):
            watch.see('left', 0.3 * number, **{f't{number}': (0.0, 0.0)})
            watch.see('right', 0.3 * number, t1=(0.0, 0.0))
            watch.book.end(('left', number - 1))
        assert len(watch.book) == 2
        assert len(watch.book.together(('right', 1))[0]) == 1

    def test_a_recording_that_starts_again_is_followed_from_there(self, watch):
        watch.both(SECOND, 0.0)
        watch.see('left', -1000.0, t1=(7.0, 7.0))
        known, walkers = watch.book.walkers([('left', 1)], -1000.0)
        assert known.tolist() == [True]
        np.testing.assert_array_equal(walkers.x[0], [7.0, 7.0, 0.0, 0.0])

    def test_walkers_go_on_to_the_time_asked_for_but_not_for_long(self, watch):
        for time_s in np.arange(0.0, 5.0, 0.1).tolist():
            watch.see('left', time_s, t1=(time_s, 0.0))
        known, walkers = watch.book.walkers([('left', 1), ('left', 9)], 5.2)
        assert known.tolist() == [True, False]
        assert walkers.x[0, 0] == pytest.approx(5.2, abs=0.1)
        known, walkers = watch.book.walkers([('left', 1)], 10.0)
        assert known.tolist() == [False]
        assert walkers.x.shape == (0, 4)

    def test_two_books_do_not_notice_each_other(self, new_watch):
        one, other = new_watch(), new_watch()
        one.both(SECOND, 0.0)
        assert len(other.book) == 0


class TestTravelled:

    @pytest.fixture
    def went(self, watch):
        """Return a function that says what it is worth to come so far in such a time."""
        def worth(gap_m, gap_s, config=CONFIG):
            watch.see('left', 0.0, config, t1=(0.0, 0.0))
            watch.see('right', gap_s, config, t1=(gap_m, 0.0))
            return watch.book.travelled(('right', 1), [('left', 1)], config)[0]
        return worth

    @pytest.mark.parametrize('gap_m, gap_s', [
        (0.0, 0.5),   # on the spot
        (1.0, 1.0),   # at a stroll
    ])
    def test_where_somebody_just_was_it_is_likely_the_same(self, went, gap_m, gap_s):
        assert went(gap_m, gap_s) > 0.5

    def test_the_farther_from_there_the_less_likely(self, new_watch):
        worth = []
        for gap_m in (0.0, 1.0, 2.0, 4.0, 40.0):
            watch = new_watch()
            watch.see('left', 0.0, t1=(0.0, 0.0))
            watch.see('right', 2.0, t1=(gap_m, 0.0))
            worth += watch.book.travelled(('right', 1), [('left', 1)], CONFIG)
        assert worth == sorted(worth, reverse=True)
        assert len(set(worth)) == len(worth)

    @pytest.mark.parametrize('gap_m, gap_s', [(30.0, 0.5), (30.0, 3.0), (200.0, 20.0)])
    def test_nobody_is_faster_than_people_are(self, went, gap_m, gap_s):
        assert went(gap_m, gap_s) == IMPOSSIBLE

    def test_whoever_is_faster_by_the_settings_is(self, went):
        assert went(20.0, 3.0, GeometryConfig(max_speed_mps=10.0)) > IMPOSSIBLE

    def test_after_a_long_time_it_says_nothing_for_or_against(self, went):
        assert went(10.0, 300.0) == pytest.approx(0.0, abs=0.5)

    @pytest.mark.parametrize('gap_s', [0.0, -1.0])
    def test_who_was_still_seen_then_says_nothing(self, went, gap_s):
        assert math.isnan(went(0.0, gap_s))

    def test_each_is_answered_in_order_and_nan_where_no_place_is_known(self, watch):
        watch.see('left', 0.0, t1=(0.0, 0.0), t2=(40.0, 0.0))
        watch.see('right', 1.0, t1=(0.5, 0.0))
        others = [('left', 2), ('left', 7), ('left', 1)]
        far, unknown, near = watch.book.travelled(('right', 1), others, CONFIG)
        assert far == IMPOSSIBLE
        assert math.isnan(unknown)
        assert near > 0.5
        assert watch.book.travelled(('right', 1), others[::-1], CONFIG) == pytest.approx(
            [near, unknown, far], nan_ok=True)

    def test_a_track_without_a_place_came_from_nowhere(self, watch):
        watch.see('left', 0.0, t1=(0.0, 0.0))
        assert [math.isnan(each) for each in watch.book.travelled(
            ('right', 1), [('left', 1)] * 2, CONFIG)] == [True, True]

    def test_without_others_there_is_no_answer(self, watch):
        watch.see('left', 0.0, t1=(0.0, 0.0))
        assert watch.book.travelled(('left', 1), [], CONFIG) == []

    def test_what_counts_is_where_the_one_ended_and_the_other_began(self, watch):
        for time_s in np.arange(0.0, 10.0, 0.2).tolist():
            watch.see('left', time_s, t1=(time_s, 0.0))
        for time_s in np.arange(10.5, 20.0, 0.2).tolist():
            watch.see('right', time_s, t1=(time_s, 0.0))
        assert watch.book.travelled(('right', 1), [('left', 1)], CONFIG)[0] > 0.5
