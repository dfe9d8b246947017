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

"""Laws of decisions between several tracks, people and cameras at once."""

import math

import numpy as np
from person_tracker.core.candidates import Candidate
from person_tracker.core.decisions import Decisions
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_state import IdentityState
from person_tracker.core.people import Person
from person_tracker.core.scale_book import ScaleBook
import pytest

CONFIG = IdentityConfig()  # believes from 5 on, with a margin of 2
KNOWN = ('p1', 'p2', 'p3')


class Bench:
    """Tracks of one camera whose candidates a test chooses, and decisions about them."""

    def __init__(self):
        self.state = IdentityState(CONFIG, [Person(each) for each in KNOWN], ScaleBook(),
                                   np.random.default_rng(1), ())
        self.decisions = Decisions(self.state)

    def decide(self, worth, time_s=10.0, hidden=()):
        """Decide who is on tracks, by what speaks for each person on them; return who is."""
        is_visible = [track_id not in hidden for track_id in worth]
        tracks = self.state.tracks.see('door', list(worth), is_visible, time_s)
        for track, of_people in zip(tracks, worth.values()):
            for look in np.eye(3, dtype=np.float32):
                track.bodies.add(look, 0.9, 'a body network', time_s)
            track.candidates = sorted(
                (Candidate(person_id, total, math.nan, total)
                 for person_id, total in zip(KNOWN, of_people) if not math.isnan(total)),
                key=lambda each: -each.total)
        self.decisions.decide(tracks, time_s)
        return [track.person_id for track in tracks]


@pytest.fixture
def bench():
    return Bench()


class TestClaims:

    @pytest.mark.parametrize('worth, people', [
        # 1 may be either, but 2 can be the first only: so 1 is the second.
        ({1: [8, 7], 2: [7, 3]}, ['p2', 'p1']),
        # The same three times over.
        ({1: [9, 8, 1], 2: [1, 9, 8], 3: [9, 1, 1]}, ['p2', 'p3', 'p1']),
        # Clear from the first.
        ({1: [9, 1], 2: [1, 9]}, ['p1', 'p2']),
        # Two in the same clothes: who is who nobody can tell.
        ({1: [8, 8], 2: [8, 8]}, ['', '']),
        # One alone does not tell.
        ({1: [8, 7]}, ['']),
        # 2 is rather the second, so 1 is the first; but rather is not enough for 2 itself.
        ({1: [9, 1], 2: [9, 4]}, ['p1', '']),
        # The better one gets the person where the lead is clear.
        ({1: [6, -9], 2: [9, -9]}, ['', 'p1']),
        # Nobody.
        ({1: [-3, -3], 2: [-3, math.nan]}, ['', '']),
    ])
    @pytest.mark.parametrize('is_reversed', [False, True])
    def test_all_tracks_together_tell_more_than_each_alone(
            self, bench, worth, people, is_reversed):
        if is_reversed:
            worth, people = dict(reversed(worth.items())), people[::-1]
        assert bench.decide(worth) == people

    def test_an_operators_no_is_heard_in_what_they_tell_together(self, bench):
        track, = bench.state.tracks.see('door', [2], [True], 10.0)
        track.denied.add('p1')
        assert bench.decide({1: [8, 7], 2: [7, 3]}) == ['', '']


class TestOutOfView:

    def test_who_is_not_seen_takes_nobodys_person(self, bench):
        bench.state.tracks.see('door', [1], [True], 1.0)
        assert bench.decide({1: [9]}, time_s=10.0, hidden=[1]) == ['']
        assert bench.decide({1: [9]}, time_s=11.0) == ['p1']

    def test_a_hidden_track_keeps_its_person_from_others_for_a_moment_only(self, bench):
        assert bench.decide({1: [9]}, time_s=10.0) == ['p1']
        assert bench.decide({1: [9], 2: [8]}, time_s=10.5, hidden=[1]) == ['p1', '']
        assert bench.decide({1: [9], 2: [8]}, time_s=12.0, hidden=[1]) == ['', 'p1']

    def test_one_person_does_not_go_to_and_fro_between_two_tracks(self, bench):
        holders = []
        for number in range(120):
            hidden = [number // 20 % 2 + 1]  # each is hidden for ten seconds, in turns
            people = bench.decide({1: [8.5], 2: [8]}, 10.0 + number / 2, hidden)
            assert people.count('p1') <= 1
            holders.append(people.index('p1') if 'p1' in people else None)
        changes = sum(one != other for one, other in zip(holders, holders[1:]))
        assert changes <= 2 * 120 // 20


class TestLateCameras:
    """A stranger is made only when no camera can say any more that it is somebody known."""

    DUE_S = 10.0 + CONFIG.learning.decide_s

    def show(self, bench, time_s):
        bench.state.clocks.note('door', time_s)
        return bench.decide({1: [-9]}, time_s)[0]

    def test_alone_a_camera_waits_for_nobody(self, bench):
        assert not self.show(bench, 10.0)
        assert not self.show(bench, self.DUE_S - 0.1)
        assert self.show(bench, self.DUE_S + 0.01)

    def test_with_a_late_camera_a_stranger_waits_for_max_skew_s_and_no_longer(self, bench):
        self.show(bench, 10.0)
        bench.state.clocks.note('hall', self.DUE_S - 0.2)
        skew_s = CONFIG.geometry.max_skew_s
        assert not self.show(bench, self.DUE_S + 0.01)
        assert not self.show(bench, self.DUE_S + skew_s - 0.01)
        assert self.show(bench, self.DUE_S + skew_s + 0.02)

    def test_when_the_late_camera_has_come_nobody_waits(self, bench):
        self.show(bench, 10.0)
        bench.state.clocks.note('hall', self.DUE_S - 0.2)
        assert not self.show(bench, self.DUE_S + 0.01)
        bench.state.clocks.note('hall', self.DUE_S + 0.01)
        assert self.show(bench, self.DUE_S + 0.02)

    def test_for_a_camera_that_is_gone_nobody_waits(self, bench):
        bench.state.clocks.note('hall', self.DUE_S - 5.0)
        self.show(bench, 10.0)
        assert self.show(bench, self.DUE_S + 0.01)
