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

"""A person in RViz is a box where it stands, a label above and a trail behind."""

import numpy as np
from person_tracker.nodes.markers import person_markers
from person_tracker_msgs.msg import TrackedPerson
import pytest
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

HEADER = Header(frame_id='eye')
POSITION = np.array([1.0, 0.2, 5.0])
SIZE_M = (0.5, 1.8)
TRAIL = np.array([[0.0, 0.2, 5.0], [0.5, 0.2, 5.0], [1.0, 0.2, 5.0]])


def markers_of(state: int = TrackedPerson.CONFIRMED, track_id: int = 7, camera: str = 'left',
               trail: np.ndarray = TRAIL) -> list[Marker]:
    person = TrackedPerson(track_id=track_id, camera=camera, state=state)
    return person_markers(person, HEADER, POSITION, SIZE_M, 'Ada', trail)


def test_box_has_the_size_of_the_body_and_the_label_is_above_the_head():
    box, label, _ = markers_of()
    assert (box.type, label.type) == (Marker.CUBE, Marker.TEXT_VIEW_FACING)
    point = box.pose.position
    assert (point.x, point.y, point.z) == (1.0, 0.2, 5.0)
    assert (box.scale.x, box.scale.y) == SIZE_M and box.scale.z > 0
    assert label.text == 'Ada'
    assert label.pose.position.y < 0.2 - SIZE_M[1] / 2  # y points down


def test_trail_is_a_line_through_its_points():
    line = markers_of()[2]
    assert line.type == Marker.LINE_STRIP and line.scale.x > 0
    assert [(point.x, point.y, point.z) for point in line.points] == list(map(tuple, TRAIL))


@pytest.mark.parametrize('count', [0, 1])
def test_trail_of_less_than_two_points_is_no_line(count):
    assert len(markers_of(trail=TRAIL[:count])) == 2


def test_markers_are_valid_and_vanish_when_the_chain_falls_silent():
    for marker in markers_of():
        assert marker.header == HEADER and marker.action == Marker.ADD
        assert marker.pose.orientation.w == 1.0
        assert 0 < marker.color.a <= 1
        assert 0 < marker.lifetime.sec + 1e-9 * marker.lifetime.nanosec < 2


def test_colour_tells_the_state():
    colours = {state: tuple(getattr(markers_of(state)[0].color, name) for name in 'rgb')
               for state in range(5)}
    confirmed, occluded = colours[TrackedPerson.CONFIRMED], colours[TrackedPerson.OCCLUDED]
    others = {colours[state] for state in (
        TrackedPerson.UNKNOWN, TrackedPerson.TENTATIVE, TrackedPerson.LOST)}
    assert len({confirmed, occluded, *others}) == 3


def test_markers_of_different_people_never_replace_each_other():
    people = [markers_of(track_id=track_id, camera=camera)
              for track_id in (1, 2) for camera in ('left', 'right')]
    keys = [(marker.ns, marker.id) for markers in people for marker in markers]
    assert len(set(keys)) == len(keys) == 12


def test_largest_track_id_is_a_valid_marker_id():
    assert markers_of(track_id=2 ** 32 - 1)[0].id == 2 ** 31 - 1
