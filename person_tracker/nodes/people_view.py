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

"""What is shown of the latest `people` of one camera: marks on the image, markers in RViz."""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.geometry import CameraModel
from person_tracker.core.geometry import positions_from_body_height
from person_tracker.core.tracks import TrackState
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.markers import person_markers
from person_tracker.nodes.stamps import seconds
from person_tracker.nodes.views import seen_by
from person_tracker.rendering.overlay import draw_people
from person_tracker.rendering.overlay import PersonMark
from person_tracker.rendering.trails import Trails
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

_USUAL_WIDTH = 0.3  # of a body's height, where its box is not known


class PeopleView:
    """The people whom one camera sees, with the trails they left in the image and in space."""

    def __init__(self, camera: str, trail_s: float, body_height_m: float) -> None:
        """Show the people of a camera, trails of some seconds, bodies of some metres."""
        self._camera = camera
        self._body_height_m = body_height_m
        self._image_trails = Trails(trail_s)
        self._space_trails = Trails(trail_s)
        self._header = Header()
        self._pose_frame = ''
        self._people: list[TrackedPerson] = []
        self._boxes = np.empty((0, 4), np.float32)
        self._positions = np.empty((0, 3))

    def update(self, msg: TrackedPersonArray, header: Header,
               camera: CameraModel | None) -> None:
        """
        Take in the people of one image.

        Parameters
        ----------
        msg
            People, as all cameras see them.
        header
            Stamp and frame of the camera's image.
        camera
            The camera's calibration; without one nobody's position is estimated.

        """
        self._header, self._pose_frame = header, msg.pose_frame
        self._people = seen_by(msg.people, self._camera)
        self._boxes = boxes_from_msgs([person.bbox for person in self._people])
        self._positions = self._positions_of(camera)
        time_s = seconds(header.stamp)
        feet = np.column_stack(
            ((self._boxes[:, 0] + self._boxes[:, 2]) / 2.0, self._boxes[:, 3]))
        self._image_trails.update(time_s, dict(zip(self._keys(), feet)))
        self._space_trails.update(time_s, {
            f'{key} in {self._frame_of(person)}': position
            for key, person, position in zip(self._keys(), self._people, self._positions)
            if np.isfinite(position).all()})

    def draw(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a copy of the image with the people on it."""
        marks = [
            PersonMark(person.track_id, box, label_of(person), TrackState(person.state),
                       person.person_id, self._image_trails.points(key))
            for person, box, key in zip(self._people, self._boxes, self._keys())]
        seen = sum(person.state == TrackedPerson.CONFIRMED for person in self._people)
        return draw_people(image, marks, status=f'{self._camera}  people {seen}')

    def markers(self) -> list[Marker]:
        """Return the markers of all people whose position is known or can be estimated."""
        found: list[Marker] = []
        for person, box, position, key in zip(
                self._people, self._boxes, self._positions, self._keys()):
            if not np.isfinite(position).all():
                continue
            size_px = box[2:] - box[:2]
            has_box = np.isfinite(size_px).all() and size_px.min() > 0
            share = float(size_px[0] / size_px[1]) if has_box else _USUAL_WIDTH
            size_m = (share * self._body_height_m, self._body_height_m)
            frame = self._frame_of(person)
            found += person_markers(
                person, Header(stamp=self._header.stamp, frame_id=frame), position, size_m,
                label_of(person), self._space_trails.points(f'{key} in {frame}'),
                is_upright=self._is_on_floor(person))
        return found

    def _keys(self) -> list[str]:
        return [str(person.track_id) for person in self._people]

    def _is_on_floor(self, person: TrackedPerson) -> bool:
        """Tell whether a person's position is in a frame of its own, that of a floor."""
        return bool(self._pose_frame) and (
            person.position_source != TrackedPerson.POSITION_NONE)

    def _frame_of(self, person: TrackedPerson) -> str:
        return self._pose_frame if self._is_on_floor(person) else self._header.frame_id

    def _positions_of(self, camera: CameraModel | None) -> NDArray[np.float64]:
        if camera is None:
            positions = np.full((len(self._people), 3), np.nan)
        else:
            positions = positions_from_body_height(
                self._boxes, camera, body_height_m=self._body_height_m)
        for row, person in zip(positions, self._people):
            if person.position_source != TrackedPerson.POSITION_NONE:
                point = person.pose.pose.position
                row[:] = point.x, point.y, point.z
                if self._is_on_floor(person):
                    row[2] += self._body_height_m / 2.0
        return positions


def label_of(person: TrackedPerson) -> str:
    """Return what a human reads: the name, else the number of the track."""
    return person.name or f'#{person.track_id}'
