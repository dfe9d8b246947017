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

"""Laws of camera links: nothing is known at first, and what was seen counts, softly."""

import math

import numpy as np
from person_tracker.core.camera_links import CameraLink
from person_tracker.core.camera_links import CameraLinks
from person_tracker.core.camera_links import GAPS_S
import pytest

ANY_GAPS_S = np.array([0.0, 0.5, 3.0, 10.0, 60.0, 3600.0, 1e6])


def taught(count, gap_s=lambda number: 10.0, ways=(('hall', 'lab'),)):
    links = CameraLinks()
    for number in range(count):
        for way in ways:
            links.learn(*way, gap_s(number))
    return links


def about_ten(number):
    return 8.0 + 4.0 * (number * 0.618 % 1.0)  # evenly spread over 8 s to 12 s


@pytest.mark.parametrize('way', [
    ('yard', 'lab'),   # nobody ever left there
    ('lab', 'hall'),   # the way back: a door may be one-way
    ('yard', 'attic'),  # neither camera is known
])
def test_where_nobody_left_there_is_no_evidence(way):
    assert (taught(50).log_odds(*way, ANY_GAPS_S) == 0.0).all()
    assert (CameraLinks().log_odds(*way, ANY_GAPS_S) == 0.0).all()


@pytest.mark.parametrize('gap_s, shape', [
    (10.0, ()),                          # one
    (np.zeros(0), (0,)),                 # none
    (np.ones((2, 3), np.float32), (2, 3)),
])
def test_evidence_has_the_shape_of_the_gaps(gap_s, shape):
    assert taught(3).log_odds('hall', 'lab', gap_s).shape == shape


def test_the_usual_time_of_travel_is_favoured():
    links = taught(30, about_ten)
    usual, hasty, slow = links.log_odds('hall', 'lab', np.array([10.0, 1.0, 300.0]))
    assert usual > 1.0
    assert hasty < -1.0 and slow < -1.0


def test_evidence_changes_smoothly_with_the_gap():
    gaps_s = np.geomspace(0.1, 1e4, 5000)
    evidence = taught(30, about_ten).log_odds('hall', 'lab', gaps_s)
    assert np.abs(np.diff(evidence)).max() < 0.05


def test_the_more_left_elsewhere_the_less_likely_is_a_way_nobody_took():
    evidence = [float(taught(count).log_odds('hall', 'yard', 10.0)) for count in (1, 5, 20, 60)]
    assert evidence == sorted(evidence, reverse=True)
    assert -0.2 < evidence[0] < 0.0 and evidence[-1] < -1.5


def test_the_more_came_the_more_likely_is_their_way():
    evidence = [float(taught(count, about_ten, [('hall', 'lab'), ('lab', 'hall')])
                      .log_odds('hall', 'lab', 10.0)) for count in (0, 1, 5, 20, 60)]
    assert evidence == sorted(evidence)
    assert 0.0 == evidence[0] < evidence[1] < 1.0 < evidence[-1]


def test_a_camera_where_everybody_comes_tells_less_than_one_that_few_reach():
    # From the hall to lab and yard alike, but the lab is reached from everywhere.
    ways = [('hall', 'lab'), ('hall', 'yard'), *((f'door{n}', 'lab') for n in range(6))]
    links = taught(40, ways=ways)
    assert links.log_odds('hall', 'yard', 10.0) > links.log_odds('hall', 'lab', 10.0) + 0.5


def test_evidence_approaches_what_was_seen():
    # Half of those who leave come to the lab, all after one gap; so do half of all arrivals.
    ways = [('hall', 'lab'), ('hall', 'yard')]
    links = taught(2000, lambda number: GAPS_S[6], ways)
    seen = math.log(len(GAPS_S))
    assert links.log_odds('hall', 'lab', GAPS_S[6]) == pytest.approx(seen, abs=0.1)


@pytest.mark.parametrize('gap_s, as_s', [
    (-3.0, 0.0),           # views that overlap
    (0.0, GAPS_S[0]),
    (math.inf, GAPS_S[-1]),
    (1e9, GAPS_S[-1]),
])
def test_gaps_out_of_range_are_as_the_nearest(gap_s, as_s):
    links = taught(10, lambda number: [0.0, 5000.0, 30.0][number % 3])
    assert links.log_odds('hall', 'lab', gap_s) == links.log_odds('hall', 'lab', as_s)


def test_a_gap_that_is_not_known_is_no_evidence():
    evidence = taught(50).log_odds('hall', 'lab', np.array([math.nan, 10.0]))
    assert evidence[0] == 0.0 < evidence[1]


def test_evidence_never_overrules_a_face():
    ways = [(f'door{number}', f'room{number}') for number in range(20)]
    links = taught(3000, ways=ways)
    assert links.log_odds('door1', 'room1', 10.0) == 3.0
    assert links.log_odds('door1', 'room2', 10.0) == -2.0
    assert links.log_odds('door1', 'room1', 300.0) == -2.0


def test_a_camera_that_was_moved_is_learnt_anew():
    links = taught(1000, about_ten)
    for _ in range(400):
        links.learn('hall', 'lab', 100.0)
    after, before = links.log_odds('hall', 'lab', np.array([100.0, 10.0]))
    assert after > 1.5 and before < after - 0.5
    for _ in range(800):
        links.learn('hall', 'lab', 100.0)
    assert links.log_odds('hall', 'lab', 10.0) < -1.0


def test_what_was_learnt_stays_bounded():
    for link in taught(5000, about_ten).take_changed():
        assert sum(link.counts) < 300.0


def test_the_order_of_a_few_does_not_matter():
    ways = [('hall', 'lab', 9.0), ('hall', 'yard', 40.0), ('lab', 'hall', 3.0)] * 5
    one, other = CameraLinks(), CameraLinks()
    for way, way_back in zip(ways, reversed(ways), strict=True):
        one.learn(*way)
        other.learn(*way_back)
    for way in ways[:3]:
        assert one.log_odds(*way) == pytest.approx(float(other.log_odds(*way)), abs=0.05)


def test_a_heavy_one_counts_as_several():
    heavy = CameraLinks()
    heavy.learn('hall', 'lab', 10.0, weight=4.0)
    assert heavy.log_odds('hall', 'lab', ANY_GAPS_S) == pytest.approx(
        taught(4).log_odds('hall', 'lab', ANY_GAPS_S), abs=0.02)


@pytest.mark.parametrize('gap_s, weight', [
    (math.nan, 1.0),   # when it was is not known
    (math.inf, 1.0),   # never came
    (3.0, 0.0),
    (3.0, -1.0),
    (3.0, math.nan),
])
def test_what_is_no_gap_or_weight_is_refused(gap_s, weight):
    links = CameraLinks()
    with pytest.raises(ValueError, match='finite gap'):
        links.learn('hall', 'lab', gap_s, weight)
    assert links.take_changed() == []


def test_what_was_kept_goes_on_as_if_never_interrupted():
    ways = [('hall', 'lab'), ('hall', 'yard'), ('lab', 'hall'), ('yard', 'yard')]
    links = taught(20, about_ten, ways)
    kept = {(link.from_camera, link.to_camera): link for link in links.take_changed()}
    assert sorted(kept) == sorted(ways)
    again = CameraLinks(kept.values())
    for each in (links, again):
        each.learn('hall', 'attic', 2.0)
    kept.update({(link.from_camera, link.to_camera): link for link in again.take_changed()})
    third = CameraLinks(kept.values())
    for way in [*ways, ('hall', 'attic'), ('lab', 'yard')]:
        expected = links.log_odds(*way, ANY_GAPS_S)
        assert np.allclose(again.log_odds(*way, ANY_GAPS_S), expected)
        assert np.allclose(third.log_odds(*way, ANY_GAPS_S), expected)


def test_only_links_from_a_camera_somebody_left_change():
    links = taught(3, ways=[('hall', 'lab'), ('hall', 'yard'), ('lab', 'hall')])
    links.take_changed()
    assert links.take_changed() == []
    links.learn('hall', 'lab', 5.0)
    assert [(link.from_camera, link.to_camera) for link in links.take_changed()] == [
        ('hall', 'lab'), ('hall', 'yard')]  # the older ones count less


def test_two_do_not_notice_each_other():
    one, other = CameraLinks(), CameraLinks()
    one.learn('hall', 'lab', 5.0)
    assert other.log_odds('hall', 'lab', 5.0) == 0.0
    assert other.take_changed() == []


@pytest.mark.parametrize('counts', [
    (),                                     # none
    (1.0,) * (len(GAPS_S) + 1),             # of other gaps
    (-1.0,) + (0.0,) * (len(GAPS_S) - 1),
    (math.nan,) + (0.0,) * (len(GAPS_S) - 1),
])
def test_a_link_with_wrong_counts_is_refused(counts):
    with pytest.raises(ValueError, match="from 'hall' to 'lab'"):
        CameraLink('hall', 'lab', counts)
