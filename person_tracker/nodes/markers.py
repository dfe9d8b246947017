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

"""People as RViz markers: a box where they stand, a label above, a trail behind."""

from collections.abc import Sequence

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point
from geometry_msgs.msg import Vector3
import numpy as np
from numpy.typing import NDArray
from person_tracker_msgs.msg import TrackedPerson
from std_msgs.msg import ColorRGBA
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

_LIFETIME = Duration(sec=0, nanosec=600_000_000)  # a silent chain leaves no ghosts
_DEPTH_M = 0.4
_LETTER_M = 0.25
_LINE_M = 0.04
# Confirmed blue-green, occluded orange, all else grey: apart for colour-blind eyes, too.
_COLOURS = {TrackedPerson.CONFIRMED: (0.0, 0.62, 0.45), TrackedPerson.OCCLUDED: (0.9, 0.6, 0.0)}
_GREY = (0.6, 0.6, 0.6)


def person_markers(person: TrackedPerson, header: Header, position: NDArray[np.float64],
                   size_m: Sequence[float], label: str, trail: NDArray[np.floating], *,
                   is_upright: bool = False) -> list[Marker]:
    """
    Return the markers of one person.

    Parameters
    ----------
    person
        Its state gives the colour, its track the markers' ids.
    header
        Stamp and frame of the position.
    position
        Shape (3,): centre of the body, metres.
    size_m
        Width and height of the body, metres.
    label
        Text above the head.
    trail
        Shape (K, 3): where the person has been, metres, oldest first.
    is_upright
        The frame is one of a floor, with z upwards; else an optical one, with y downwards.

    """
    width, height = size_m
    box = _marker(person, header, 'box', Marker.CUBE, 0.5)
    box.pose.position = _point(position)
    box.scale = (Vector3(x=width, y=width, z=height) if is_upright
                 else Vector3(x=width, y=height, z=_DEPTH_M))
    text = _marker(person, header, 'label', Marker.TEXT_VIEW_FACING, 1.0)
    upwards = np.array([0.0, 0.0, 1.0] if is_upright else [0.0, -1.0, 0.0])
    text.pose.position = _point(position + (height / 2 + _LETTER_M) * upwards)
    text.scale.z = _LETTER_M
    text.text = label
    markers = [box, text]
    if len(trail) > 1:
        line = _marker(person, header, 'trail', Marker.LINE_STRIP, 0.8)
        line.scale.x = _LINE_M
        line.points = [_point(point) for point in trail]
        markers.append(line)
    return markers


def _marker(person: TrackedPerson, header: Header, namespace: str, kind: int,
            alpha: float) -> Marker:
    red, green, blue = _COLOURS.get(person.state, _GREY)
    marker = Marker(
        header=header, ns=f'{person.camera}/{namespace}', id=person.track_id & 0x7fffffff,
        type=kind, action=Marker.ADD, lifetime=_LIFETIME,
        color=ColorRGBA(r=red, g=green, b=blue, a=alpha))
    marker.pose.orientation.w = 1.0
    return marker


def _point(position: NDArray[np.floating]) -> Point:
    x, y, z = position.tolist()
    return Point(x=x, y=y, z=z)
