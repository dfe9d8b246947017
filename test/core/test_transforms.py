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

"""Frames are found over the tree that connects them, at the time that is asked for."""

import math

import numpy as np
from person_tracker.core.poses import quaternion_from_rpy
from person_tracker.core.transforms import Transform
from person_tracker.core.transforms import TransformTree
import pytest


def at(parent, child, x=0.0, yaw=0.0):
    return Transform(parent, child, (x, 0.0, 0.0), quaternion_from_rpy(0.0, 0.0, yaw))


def robot():
    """Return a robot that drives along x at 1 m/s, with a camera 0.5 m ahead that looks left."""
    tree = TransformTree()
    tree.add_static(at('base', 'camera', 0.5, math.pi / 2))
    tree.add_static(at('base', 'arm', -0.5))
    for tenth in range(11):
        tree.add(at('odom', 'base', tenth / 10.0), 10.0 + tenth / 10.0)
        tree.add(at('map', 'odom', 100.0), 10.0 + tenth / 10.0)
    return tree


def place_of(tree, target, source, time_s=10.5):
    pose = tree.between(target, source, time_s)
    return None if pose is None else pose[:3, 3].round(9).tolist()


@pytest.mark.parametrize(('target', 'source', 'place'), [
    ('map', 'map', [0.0, 0.0, 0.0]),  # itself
    ('nowhere', 'nowhere', [0.0, 0.0, 0.0]),  # itself, though nobody told of it
    ('base', 'camera', [0.5, 0.0, 0.0]),  # one step up
    ('map', 'camera', [101.0, 0.0, 0.0]),  # all the way up
    ('camera', 'base', [0.0, 0.5, 0.0]),  # one step down, into a frame that is turned
    ('arm', 'camera', [1.0, 0.0, 0.0]),  # up and down again
    ('map', 'nowhere', None),  # not connected
    ('nowhere', 'camera', None),
])
def test_frames_are_connected_over_what_they_have_in_common(target, source, place):
    assert place_of(robot(), target, source) == place


@pytest.mark.parametrize(('time_s', 'x'), [
    (10.0, 100.5),  # the first that was told
    (10.2, 100.7),  # as told
    (10.25, 100.75),  # in between
    (11.0, 101.5),  # the last
    (11.04, 101.5),  # a little later: as it was
    (11.2, None),  # long after
    (9.99, None),  # before
])
def test_moving_frame_is_where_it_was_at_that_time(time_s, x):
    place = place_of(robot(), 'map', 'camera', time_s)
    assert place == (None if x is None else pytest.approx([x, 0.0, 0.0]))


def test_fixed_frame_is_known_at_any_time():
    assert place_of(robot(), 'base', 'camera', -1e9) == [0.5, 0.0, 0.0]


def test_turn_is_interpolated_too():
    tree = TransformTree()
    tree.add(at('map', 'base', yaw=0.0), 1.0)
    tree.add(at('map', 'base', yaw=1.0), 2.0)
    ahead = tree.between('map', 'base', 1.25)[:2, 0]
    np.testing.assert_allclose(ahead, (math.cos(0.25), math.sin(0.25)))


def test_recording_that_starts_anew_forgets_what_was():
    tree = robot()
    tree.add(at('odom', 'base', 7.0), 3.0)
    assert place_of(tree, 'odom', 'base', 3.0) == [7.0, 0.0, 0.0]
    assert place_of(tree, 'odom', 'base', 10.5) is None


def test_frame_that_gets_another_parent_is_there_only():
    tree = robot()
    tree.add(at('hall', 'base', 3.0), 10.5)
    assert place_of(tree, 'hall', 'base') == [3.0, 0.0, 0.0]
    assert place_of(tree, 'odom', 'base') is None


def test_circle_of_frames_ends():
    tree = TransformTree()
    tree.add_static(at('a', 'b', 1.0))
    tree.add_static(at('b', 'a', 1.0))
    assert place_of(tree, 'a', 'b') == [1.0, 0.0, 0.0]
    assert place_of(tree, 'c', 'b') is None


def test_hours_of_poses_take_no_more_memory_than_seconds():
    tree = TransformTree()
    for hundredth in range(5000):
        tree.add(at('map', 'base'), hundredth / 100.0)
    assert place_of(tree, 'map', 'base', 39.0) is None
    assert place_of(tree, 'map', 'base', 41.0) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize('numbers', [
    ((math.nan, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))])
def test_what_is_no_pose_is_refused_by_its_frame(numbers):
    with pytest.raises(ValueError, match="the pose of frame 'b' in 'a' must be finite"):
        Transform('a', 'b', *numbers)
