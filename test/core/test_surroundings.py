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

"""Laws of what places and ways say about people: who stands there, who may have come there."""

import numpy as np
from person_tracker.core.camera_links import CameraLinks
from person_tracker.core.identity_config import GeometryConfig
from person_tracker.core.place_book import PlaceBook
from person_tracker.core.surroundings import Surroundings
from person_tracker.core.track_book import TrackBook
import pytest

CONFIG = GeometryConfig()


class Site:
    """Cameras whose tracks have people and places, and what is around them."""

    def __init__(self, places_at):
        self.links = CameraLinks()
        self._places_at = places_at
        self._tracks, self._places = TrackBook(), PlaceBook()
        self.surroundings = Surroundings(self._tracks, self._places, self.links)

    def see(self, camera, time_s, people=(), **places):
        """Show tracks at places, as `t1=(x, y)`, and put people on them."""
        ids = [int(track[1:]) for track in places]
        self._places.see(camera, ids, self._places_at(list(places.values())), time_s, CONFIG)
        tracks = self._tracks.see(camera, ids, [True] * len(ids), time_s)
        for track, person_id in zip(tracks, people):
            track.person_id = person_id

    def around(self, camera, track_id, config=CONFIG):
        return self.surroundings.around(self._tracks.find(camera, track_id), config)


@pytest.fixture
def site(places_at):
    return Site(places_at)


def test_alone_nothing_is_said_of_anybody(site):
    site.see('left', 0.0, t1=(0.0, 0.0))
    found = site.around('left', 1)
    assert (dict(found.places), dict(found.habits)) == ({}, {})


def test_who_stands_where_the_track_is_is_likely_and_who_stands_elsewhere_not(site):
    for time_s in np.arange(0.0, 2.0, 0.25).tolist():
        site.see('left', time_s, ('pAnna', 'pBob'), t1=(0.0, 0.0), t2=(6.0, 0.0))
        site.see('right', time_s, t1=(0.1, 0.0))
    found = site.around('right', 1).places
    assert found['pAnna'] > 1.0
    assert found['pBob'] < -1.0


def test_one_view_that_sees_somebody_elsewhere_overrules_another_that_sees_nothing_odd(site):
    for time_s in np.arange(0.0, 2.0, 0.25).tolist():
        site.see('left', time_s, ('pAnna',), t1=(0.0, 0.0))
        site.see('top', time_s, ('pAnna',), t1=(9.0, 0.0))
        site.see('right', time_s, t1=(0.1, 0.0))
    assert site.around('right', 1).places['pAnna'] < -1.0


@pytest.mark.parametrize('place_m, gap_s, is_likely', [
    ((0.5, 0.0), 1.0, True),    # a step further
    ((40.0, 0.0), 2.0, False),  # nobody runs so fast
])
def test_who_has_gone_comes_where_people_can_get_to(site, place_m, gap_s, is_likely):
    site.see('left', 0.0, ('pAnna',), t1=(0.0, 0.0))
    site.see('left', 0.1)
    site.see('right', gap_s, t1=place_m)
    assert (site.around('right', 1).places['pAnna'] > 0.0) == is_likely


def test_who_is_in_view_elsewhere_has_not_gone(site):
    site.see('left', 0.0, ('pAnna',), t1=(0.0, 0.0))
    site.see('left', 0.5)
    site.see('top', 2.0, ('pAnna',), t1=(np.nan, np.nan))
    site.see('right', 2.0, t1=(0.1, 0.0))
    found = site.around('right', 1)
    assert 'pAnna' not in {**found.places, **found.habits}


def test_the_latest_track_of_somebody_counts(site):
    site.see('left', 0.0, ('pAnna',), t1=(0.0, 0.0))
    site.see('top', 5.0, ('pAnna',), t1=(20.0, 0.0))
    for camera in ('left', 'top'):
        site.see(camera, 5.1)
    site.see('right', 6.0, t1=(20.5, 0.0))
    assert site.around('right', 1).places['pAnna'] > 0.0


def test_switched_off_places_say_nothing(site):
    site.see('left', 0.0, ('pAnna',), t1=(0.0, 0.0))
    site.see('left', 0.1)
    site.see('right', 1.0, t1=(0.5, 0.0))
    assert 'pAnna' not in site.around('right', 1, GeometryConfig(is_on=False)).places


class TestLinks:

    @pytest.fixture
    def learnt(self, site):
        """Return a site where everybody goes from left to right in ten seconds."""
        for _ in range(30):
            site.links.learn('left', 'right', 10.0)
        return site

    @pytest.mark.parametrize('camera, gap_s, sign', [
        ('right', 10.0, 1.0),    # as everybody
        ('right', 1800.0, -1.0),  # nobody took so long
        ('top', 10.0, -1.0),     # nobody went there
    ])
    def test_learnt_ways_speak_for_and_against_where_no_place_is_known(
            self, learnt, camera, gap_s, sign):
        nowhere = (np.nan, np.nan)
        learnt.see('left', 0.0, ('pAnna',), t1=nowhere)
        learnt.see('left', 0.1)
        learnt.see(camera, gap_s, t1=nowhere)
        assert sign * learnt.around(camera, 1).habits['pAnna'] > 0.5

    def test_a_way_says_nothing_of_who_comes_back_to_the_same_camera(self, learnt):
        learnt.see('left', 0.0, ('pAnna',), t1=(np.nan, np.nan))
        learnt.see('left', 0.1)
        learnt.see('left', 10.0, t2=(np.nan, np.nan))
        assert learnt.around('left', 2).habits['pAnna'] == 0.0
