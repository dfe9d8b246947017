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

"""Laws of identity over several cameras that know the ground, and over those that do not."""

import numpy as np
from person_tracker.core.camera_links import CameraLinks
from person_tracker.core.identity import IdentityManager
from person_tracker.core.people import LinksLearnt
import pytest

HERE, THERE, NOWHERE = (0.0, 0.0), (7.0, 0.0), (np.nan, np.nan)
UNSEEN = 'none unseen'  # no look at all


def watch(site, start_s, end_s, step_s=0.25, **cameras):
    """Let cameras watch, each one track at a place; return who each says it is."""
    for time_s in np.arange(start_s, end_s + 0.01, step_s).tolist():
        found = {camera: site.show(time_s, camera, {1: place}, t1=role).person_id
                 for camera, (role, place) in cameras.items()}
    return found


class TestOnePlace:

    def test_who_is_seen_by_two_cameras_in_one_place_is_one_person_without_any_look(self, stage):
        site = stage()
        found = watch(site, 1.0, 5.0, left=(f'Anna {UNSEEN}', HERE),
                      right=(f'Anna {UNSEEN}', HERE))
        assert found['left'] == found['right'] != ''
        assert len(site.gallery) == 1

    def test_who_stands_far_away_is_another_even_in_the_same_clothes(self, stage):
        site = stage()
        found = watch(site, 1.0, 20.0, left=('Anna none red', HERE),
                      right=('Bob none red', THERE))
        assert '' not in found.values()
        assert found['left'] != found['right']

    def test_any_number_of_cameras_see_one_person(self, stage):
        site = stage()
        found = watch(site, 1.0, 8.0, **{f'camera{number}': (f'Anna {UNSEEN}', HERE)
                                         for number in range(6)})
        assert len(set(found.values())) == 1
        assert '' not in found.values()

    def test_where_one_camera_knows_no_places_the_looks_decide(self, stage):
        site = stage()
        found = watch(site, 1.0, 10.0, left=('Anna none', HERE), right=('Anna none', NOWHERE))
        assert found['left'] == found['right'] != ''

    def test_without_looks_and_places_nobody_is_one(self, stage):
        site = stage()
        found = watch(site, 1.0, 10.0, left=(f'Anna {UNSEEN}', NOWHERE),
                      right=(f'Anna {UNSEEN}', NOWHERE))
        assert found['left'] != found['right']

    def test_by_the_place_alone_nobody_is_recognised_before_a_stranger_would_be(self, stage):
        site = stage(learning__decide_s=8.0, learning__doubt_s=30.0)
        anna = watch(site, 1.0, 10.0, left=(f'Anna {UNSEEN}', HERE))['left']
        found = [watch(site, time_s, time_s, left=(f'Anna {UNSEEN}', HERE),
                       right=(f'Anna {UNSEEN}', HERE))['right']
                 for time_s in np.arange(10.25, 20.0, 0.25).tolist()]
        assert found.index(anna) == 8.0 / 0.25
        assert set(found) == {'', anna}

    def test_a_place_that_is_known_a_moment_only_makes_nobody_one(self, stage):
        site = stage(learning__decide_s=5.0, learning__doubt_s=5.0)
        watch(site, 1.0, 1.0, left=(f'Anna {UNSEEN}', HERE), right=(f'Bob {UNSEEN}', HERE))
        assert site.kinds() == []

    @pytest.mark.parametrize('skew_s', [-0.25, -0.1, 0.1, 0.25])
    def test_stamps_that_differ_a_little_are_no_matter(self, stage, skew_s):
        site = stage()
        for time_s in np.arange(1.0, 8.0, 0.25).tolist():
            place = {1: (1.2 * time_s, 0.0)}
            left = site.show(time_s, 'left', place, t1=f'Anna {UNSEEN}')
            right = site.show(time_s + skew_s, 'right', place, t1=f'Anna {UNSEEN}')
        assert left.person_id == right.person_id != ''

    def test_cameras_of_different_rates_see_one_person(self, stage):
        site = stage()
        for number in range(300):
            time_s = 1.0 + number / 30
            left = site.show(time_s, 'left', {1: HERE}, t1=f'Anna {UNSEEN}')
            if number % 10 == 0:
                right = site.show(time_s, 'right', {1: HERE}, t1=f'Anna {UNSEEN}')
        assert left.person_id == right.person_id != ''
        assert len(site.gallery) == 1

    def test_a_name_given_by_one_camera_is_said_by_the_other(self, stage):
        site = stage(['Anna'])
        watch(site, 1.0, 5.0, left=(f'Anna {UNSEEN}', HERE), right=(f'Anna {UNSEEN}', HERE))
        found = watch(site, 5.25, 8.0, left=('Anna good unseen', HERE),
                      right=(f'Anna {UNSEEN}', HERE))
        assert found == {'left': 'pAnna', 'right': 'pAnna'}


class TestRestartedCamera:

    def test_tracks_of_the_camera_are_gone_and_those_of_others_are_not(self, stage):
        site = stage()
        watch(site, 1.0, 5.0, left=('Anna none', HERE), right=('Anna none', HERE))
        site.manager.restart_camera('left')
        assert site.track('left') is None
        assert site.track('right') is not None
        assert len(site.manager) == 1

    def test_the_same_track_id_may_be_somebody_else_afterwards(self, stage):
        site = stage()
        anna = watch(site, 1.0, 5.0, left=('Anna none', NOWHERE))['left']
        site.manager.restart_camera('left')
        bob = watch(site, 5.25, 10.0, left=('Bob none', NOWHERE))['left']
        assert bob not in ('', anna)
        assert anna in site.gallery

    def test_who_stays_in_view_of_another_camera_is_the_same_person_again(self, stage):
        site = stage()
        anna = watch(site, 1.0, 5.0, left=(f'Anna {UNSEEN}', HERE),
                     right=(f'Anna {UNSEEN}', HERE))['right']
        site.manager.restart_camera('left')
        watch(site, 5.25, 8.0, right=(f'Anna {UNSEEN}', HERE))
        found = watch(site, 8.25, 12.0, left=(f'Anna {UNSEEN}', HERE),
                      right=(f'Anna {UNSEEN}', HERE))
        assert found == {'left': anna, 'right': anna}
        assert len(site.gallery) == 1

    def test_it_is_kept_until_when_people_were_seen(self, stage):
        site = stage()
        anna = watch(site, 1.0, 12.0, left=('Anna none', HERE))['left']
        site.manager.restart_camera('left')
        assert site.gallery.get(anna).last_seen_s == 12.0

    def test_a_camera_that_nobody_knows_may_restart(self, stage):
        site = stage()
        site.manager.restart_camera('left')
        assert len(site.manager) == 0


class TestFusedPlaces:

    def test_a_person_is_between_the_places_two_cameras_say(self, stage):
        site = stage()
        watch(site, 1.0, 5.0, left=('Anna none', HERE), right=('Anna none', (0.4, 0.0)))
        both, left, unknown = (site.manager.fused_places(
            [[('left', 1), ('right', 1)], [('left', 1)], [('top', 1)]], 5.0).positions_m)
        np.testing.assert_allclose(both, [0.2, 0.0], atol=1e-6)
        np.testing.assert_allclose(left, HERE, atol=1e-6)
        assert np.isnan(unknown).all()

    def test_views_without_a_place_do_not_count(self, stage):
        site = stage()
        watch(site, 1.0, 5.0, left=('Anna none', HERE), right=('Anna none', NOWHERE))
        found = site.manager.fused_places(
            [[('left', 1), ('right', 1)], [('right', 1)], []], 5.0)
        assert found.view_counts.tolist() == [1, 0, 0]
        assert np.isfinite(found.positions_m[0]).all()
        assert np.isnan(found.positions_m[1:]).all()

    def test_how_fast_people_walk_is_told(self, stage):
        site = stage()
        for time_s in np.arange(0.0, 10.0, 0.2).tolist():
            site.show(time_s, 'left', {1: (time_s, -0.5 * time_s)}, t1='Anna none')
        found = site.manager.fused_places([[('left', 1)]], 10.0)
        np.testing.assert_allclose(found.velocities_mps, [[1.0, -0.5]], atol=0.05)
        np.testing.assert_allclose(found.positions_m, [[10.0, -5.0]], atol=0.1)

    def test_who_was_not_seen_for_long_is_nowhere(self, stage):
        site = stage()
        watch(site, 1.0, 5.0, left=('Anna none', HERE))
        assert site.manager.fused_places([[('left', 1)]], 60.0).view_counts.tolist() == [0]

    def test_nobody_is_nowhere(self):
        assert len(IdentityManager().fused_places([], 0.0).view_counts) == 0


class TestLearntWays:

    def walk(self, site, count, gap_s=20.0):
        """Let somebody go from the door to the hall again and again; return links learnt."""
        now_s = 1.0
        for number in range(count):
            site.play(now_s, now_s + 3.0, 'door', **{f't{number + 1}': 'Anna'})
            site.show(now_s + 3.5, 'door')
            site.play(now_s + 3.0 + gap_s, now_s + 6.0 + gap_s, 'hall',
                      **{f't{number + 1}': 'Anna'})
            now_s += 400.0
        return [change for change in site.journal if isinstance(change, LinksLearnt)]

    def test_ways_of_people_known_beyond_doubt_are_learnt_and_told(self, stage):
        learnt = self.walk(stage(['Anna']), 5)
        links = CameraLinks(learnt[-1].links)
        assert links.log_odds('door', 'hall', 20.0) > 0.5
        assert links.log_odds('door', 'hall', 2000.0) < 0.0

    def test_what_was_learnt_speaks_for_people_after_a_restart(self, stage):
        learnt = self.walk(stage(['Anna']), 20)
        worth = []
        for links in ((), learnt[-1].links):
            site = stage(links=links, body__min_looks=1)
            site.play(1.0, 4.0, 'door', t1='Cleo none')
            site.show(4.5, 'door')
            site.show(24.0, 'hall', t1='Cleo none')
            candidate, = site.track('hall', 1).candidates
            worth.append(candidate.total)
        assert worth[1] > worth[0] + 0.5

    @pytest.mark.parametrize('place, gap_s', [
        (NOWHERE, 20.0),
        (HERE, 1.0),  # a place must not be the reason for a way that then is a reason itself
    ])
    def test_who_is_barely_believed_by_looks_teaches_no_way(self, stage, place, gap_s):
        site = stage()
        anna = watch(site, 1.0, 11.0, 0.5, door=('Anna none', place))['door']
        site.show(11.5, 'door')
        now_s = 11.0 + gap_s
        assert watch(site, now_s, now_s + 1.0, 0.5, hall=('Anna none', place))['hall'] == anna
        assert not [change for change in site.journal if isinstance(change, LinksLearnt)]

    def test_who_is_seen_by_both_at_once_has_gone_no_way(self, stage):
        site = stage(['Anna'])
        for time_s in np.arange(1.0, 10.0, 0.5).tolist():
            site.show(time_s, 'door', t1='Anna')
            if time_s > 5.0:
                site.show(time_s + 0.1, 'hall', t1='Anna')
        assert site.track('hall').person_id == 'pAnna'
        assert not [change for change in site.journal if isinstance(change, LinksLearnt)]

    @pytest.mark.parametrize('is_silent', [False, True])
    def test_who_was_before_a_camera_that_fell_silent_may_have_gone_on(self, stage, is_silent):
        site = stage(['Anna'])
        site.play(1.0, 4.0, 'door', t1='Anna')
        if is_silent:
            site.manager.note_silence('door')
            assert site.manager.in_view() == []
        site.play(24.0, 27.0, 'hall', t1='Anna')
        learnt = [change for change in site.journal if isinstance(change, LinksLearnt)]
        assert bool(learnt) == is_silent
