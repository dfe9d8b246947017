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

"""What is shown is the latest people of one camera, with the way they came."""

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.people_view import label_of
from person_tracker.nodes.people_view import PeopleView
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

CAMERA = CameraModel.from_field_of_view(640, 480, 1.0)


def person(left: float, track_id: int = 1, camera: str = 'left', **fields: object,
           ) -> TrackedPerson:
    return TrackedPerson(
        track_id=track_id, person_id=f'p{track_id}', camera=camera,
        state=TrackedPerson.CONFIRMED, score=0.9,
        bbox=box_to_msg(np.array([left + 30, 240.0, 60, 200])), **fields)


def people_at(time_s: float, *people: TrackedPerson) -> TrackedPersonArray:
    sec, nanosec = divmod(round(time_s * 1e9), 1_000_000_000)
    header = Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id='eye')
    return TrackedPersonArray(header=header, people=list(people))


def update(view: PeopleView, msg: TrackedPersonArray, camera: CameraModel | None) -> None:
    view.update(msg, msg.header, camera)


@pytest.fixture
def view() -> PeopleView:
    """Return a view of the left camera with trails of a second."""
    return PeopleView('left', 1.0, 1.8)


def blank() -> np.ndarray:
    return np.zeros((480, 640, 3), np.uint8)


def test_people_are_drawn_where_they_are_on_a_copy(view):
    image = blank()
    update(view, people_at(10.0, person(300)), CAMERA)
    drawn = view.draw(image)
    assert not image.any() and drawn.shape == image.shape
    assert drawn[140:340, 300:303].any() and not drawn[140:340, 500:].any()


def test_people_of_other_cameras_are_not_drawn(view):
    update(view, people_at(10.0, person(300, camera='right')), CAMERA)
    assert not view.draw(blank())[140:340].any()
    assert view.markers() == []


def test_trail_shows_the_way_of_the_last_second(view):
    for frame in range(30):
        update(view, people_at(10 + 0.1 * frame, person(10 * frame)), CAMERA)
    line = view.markers()[2]
    assert line.type == Marker.LINE_STRIP and 8 <= len(line.points) <= 12
    assert line.points[0].x < line.points[-1].x
    # Its feet were in the image's row 340, at most a second ago.
    drawn = view.draw(blank())
    assert drawn[336:345, 250:280].any() and not drawn[336:345, :180].any()


def test_nobody_is_nothing_and_the_trails_end(view):
    update(view, people_at(10.0, person(300)), CAMERA)
    update(view, people_at(10.1, person(310)), CAMERA)
    update(view, people_at(20.0), CAMERA)
    assert view.markers() == [] and not view.draw(blank())[140:340].any()
    update(view, people_at(20.1, person(320)), CAMERA)
    assert len(view.markers()) == 2  # no trail from before


def test_distance_is_estimated_from_the_height_of_the_body(view):
    update(view, people_at(10.0, person(290)), CAMERA)
    box = view.markers()[0]
    assert box.pose.position.z == pytest.approx(CAMERA.K[1, 1] * 1.8 / 200)
    assert box.pose.position.x == pytest.approx(0.0, abs=0.02)
    assert (box.scale.x, box.scale.y) == (pytest.approx(0.54), pytest.approx(1.8))
    assert box.header.frame_id == 'eye'


def test_position_that_is_known_is_shown_instead(view):
    known = person(290, position_source=TrackedPerson.POSITION_DEPTH)
    point = known.pose.pose.position
    point.x, point.y, point.z = 1.0, 0.5, 7.0
    update(view, people_at(10.0, known), None)
    shown = view.markers()[0].pose.position
    assert (shown.x, shown.y, shown.z) == (1.0, 0.5, 7.0)


def test_known_position_of_someone_without_a_box_is_shown(view):
    known = person(290, position_source=TrackedPerson.POSITION_FUSED)
    known.bbox = box_to_msg(np.zeros(4))
    known.pose.pose.position.z = 7.0
    update(view, people_at(10.0, known), CAMERA)
    box = view.markers()[0]
    assert box.pose.position.z == 7.0 and box.scale.x > 0
    view.draw(blank())


def test_person_on_a_known_floor_stands_upright_on_it(view):
    floor = person(290, position_source=TrackedPerson.POSITION_GROUND_PLANE)
    elsewhere = person(100, track_id=2)
    for step in range(2):
        point = floor.pose.pose.position
        point.x, point.y, point.z = 4.0 + step, -1.0, 0.0
        msg = people_at(10.0 + 0.1 * step, floor, elsewhere)
        msg.pose_frame = 'map'
        update(view, msg, CAMERA)
    box, label, trail, other, *_ = view.markers()
    assert {each.header.frame_id for each in (box, label, trail)} == {'map'}
    centre = box.pose.position
    assert (centre.x, centre.y, centre.z) == (5.0, -1.0, pytest.approx(0.9))
    assert box.scale.z == pytest.approx(1.8) and box.scale.x == box.scale.y
    assert label.pose.position.z > 1.8
    assert [point.x for point in trail.points] == [4.0, 5.0]
    assert other.header.frame_id == 'eye'  # whose place is only guessed from the image


def test_trail_never_joins_places_of_different_frames(view):
    floor = person(290, position_source=TrackedPerson.POSITION_GROUND_PLANE)
    for known in (True, False):
        msg = people_at(10.0 if known else 10.1, floor if known else person(290))
        msg.pose_frame = 'map'
        update(view, msg, CAMERA)
    assert len(view.markers()) == 2  # box and label, and no line from the floor to the lens


def test_without_a_calibration_there_are_boxes_in_the_image_only(view):
    update(view, people_at(10.0, person(300)), None)
    assert view.markers() == [] and view.draw(blank())[140:340].any()


@pytest.mark.parametrize('number', [np.nan, np.inf, 0.0])
def test_box_that_is_none_is_not_shown(view, number):
    broken = person(300)
    broken.bbox = box_to_msg(np.full(4, number))
    update(view, people_at(10.0, broken, person(100, track_id=2)), CAMERA)
    assert {marker.id for marker in view.markers()} == {2}
    assert view.draw(blank())[140:340].any()


def test_label_is_the_name_else_the_number_of_the_track():
    assert label_of(TrackedPerson(name='Ada', track_id=3)) == 'Ada'
    assert label_of(TrackedPerson(track_id=3)) == '#3'
