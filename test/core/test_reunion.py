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

"""Laws of reunion: people in one place become one, a person in two places is parted."""

import numpy as np
import pytest

HERE, FAR = (0.0, 0.0), (8.0, 0.0)
ANYBODY = 'none unseen'  # no look at all


def watch(stage, start_s, end_s, left, right):
    """
    Let two cameras watch at once; return who is on the tracks of left, and of right.

    `left` and `right` are tracks with actors and places, as `{'t1': ('Anna none', (0, 0))}`.
    """
    for time_s in np.arange(start_s, end_s + 0.01, 0.5).tolist():
        found = []
        for camera, tracks in (('left', left), ('right', right)):
            roles = {track: role for track, (role, _) in tracks.items()}
            places = {int(track[1:]): place for track, (_, place) in tracks.items() if place}
            answers = stage.show(time_s, camera, places, **roles)
            found.append(answers if isinstance(answers, list) else [answers])
    return [[answer.person_id for answer in answers] for answers in found]


def test_two_who_turn_out_to_stand_in_one_place_for_seconds_are_one(stage):
    site = stage()
    apart = watch(site, 1.0, 5.0, {'t1': (f'Anna {ANYBODY}', None)},
                  {'t1': (f'Anna {ANYBODY}', None)})
    assert apart[0] != apart[1]
    together = watch(site, 5.5, 20.0, {'t1': (f'Anna {ANYBODY}', HERE)},
                     {'t1': (f'Anna {ANYBODY}', HERE)})
    assert together[0] == together[1]
    assert together[0][0] in (apart[0][0], apart[1][0])  # and the older one stays
    assert site.kinds().count('MERGED') == 1


def test_two_who_stand_apart_stay_two(stage):
    site = stage()
    left, right = watch(site, 1.0, 30.0, {'t1': (f'Anna {ANYBODY}', HERE)},
                        {'t1': (f'Bob {ANYBODY}', FAR)})
    assert left != right
    assert 'MERGED' not in site.kinds()


def test_to_pass_each_other_makes_nobody_one(stage):
    site = stage()
    for number in range(41):  # they meet in the middle, 20 m in 10 s each
        time_s = 1.0 + number / 4
        site.show(time_s, 'left', {1: (number / 2, 0.0)}, t1='Anna none')
        site.show(time_s, 'right', {1: (20.0 - number / 2, 0.0)}, t1='Bob none')
    assert len(site.gallery) == 2
    assert 'MERGED' not in site.kinds()


def test_one_place_is_not_enough_for_two_in_clothes_that_have_nothing_in_common(stage):
    site = stage()
    left, right = watch(site, 1.0, 5.0, {'t1': ('Anna none', None)}, {'t1': ('Bob none', None)})
    assert left != right
    assert watch(site, 5.5, 40.0, {'t1': ('Anna none', HERE)}, {'t1': ('Bob none', HERE)}) == [
        left, right]


def test_two_seen_together_by_one_camera_are_never_one(stage):
    site = stage()
    (anna, bob), right = watch(site, 1.0, 10.0, {
        't1': ('Anna none red', None), 't2': ('Bob none red', None)}, {
        't2': ('Bob none red', None)})
    assert right == [bob]
    left, right = watch(site, 10.5, 40.0, {'t1': ('Anna none unseen', HERE)},
                        {'t2': ('Bob none unseen', HERE)})
    assert (left, right) == ([anna], [bob])


def test_two_who_have_names_are_never_made_one_by_places(stage):
    site = stage(['Anna', 'Bob'])
    watch(site, 1.0, 3.0, {'t1': ('Anna good unseen', None)}, {'t1': ('Bob good unseen', None)})
    left, right = watch(site, 3.5, 40.0, {'t1': (f'Anna {ANYBODY}', HERE)},
                        {'t1': (f'Bob {ANYBODY}', HERE)})
    assert (left, right) == (['pAnna'], ['pBob'])
    assert 'MERGED' not in site.kinds()


def test_two_who_have_two_faces_are_never_made_one_by_places(stage):
    site = stage()
    left, right = watch(site, 1.0, 3.0, {'t1': ('Anna good unseen', None)},
                        {'t1': ('Bob good unseen', None)})
    assert '' not in (*left, *right)
    assert watch(site, 3.5, 40.0, {'t1': (f'Anna {ANYBODY}', HERE)},
                 {'t1': (f'Bob {ANYBODY}', HERE)}) == [left, right]


def test_a_person_in_two_places_is_parted(stage):
    site = stage()
    anna, = watch(site, 1.0, 5.0, {'t1': ('Anna none red', HERE)}, {})[0]
    _, alike = watch(site, 5.5, 9.0, {'t1': ('Anna none red', HERE)}, {'t1': (
        'Anna none red', None)})  # where that one stands is not known yet
    assert alike == [anna]
    left, right = watch(site, 9.5, 30.0, {'t1': ('Anna none red', HERE)}, {'t1': (
        'Anna none red', FAR)})
    assert '' not in (*left, *right)
    assert left != right
    assert 'SPLIT' in site.kinds()


def test_who_is_sure_by_the_face_is_not_parted(stage):
    site = stage(['Anna'])
    left, right = watch(site, 1.0, 30.0, {'t1': ('Anna', HERE)}, {'t1': ('Anna', FAR)})
    assert left == right == ['pAnna']
    assert 'SPLIT' not in site.kinds()


@pytest.mark.parametrize('order', [('t1', 't2'), ('t2', 't1')])
def test_two_close_together_are_not_mixed_up(stage, order):
    site = stage()
    close = {'t1': ('Anna none', HERE), 't2': ('Bob none', (0.9, 0.0))}
    left, right = watch(site, 1.0, 30.0, close, {track: close[track] for track in order})
    assert left == (right if order[0] == 't1' else right[::-1])
    assert len(site.gallery) == 2


def test_where_two_stand_so_close_that_looks_do_not_tell_either_nobody_is_joined(stage):
    site = stage()
    close = {'t1': (f'Anna {ANYBODY}', HERE), 't2': (f'Bob {ANYBODY}', (0.1, 0.0))}
    (anna, bob), = watch(site, 1.0, 5.0, close, {})[:1]
    watch(site, 5.5, 20.0, close, {'t7': (f'Bob {ANYBODY}', (0.05, 0.0))})
    assert anna in site.gallery
    assert bob in site.gallery
    assert site.track('right', 7).person_id not in (anna, bob)


def test_switched_off_places_join_and_part_nobody(stage):
    site = stage(geometry__is_on=False)
    left, right = watch(site, 1.0, 20.0, {'t1': (f'Anna {ANYBODY}', HERE)},
                        {'t1': (f'Anna {ANYBODY}', HERE)})
    assert left != right
    assert 'MERGED' not in site.kinds()
