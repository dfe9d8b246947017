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

"""Where people are, written into the entries of `people`."""

from collections.abc import Callable
from collections.abc import Sequence
import math

from geometry_msgs.msg import PoseWithCovariance
from geometry_msgs.msg import Quaternion
from geometry_msgs.msg import TwistWithCovariance
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.whereabouts import Whereabouts
from person_tracker.nodes.conversions import NO_POSE
from person_tracker.nodes.conversions import NO_TWIST
from person_tracker_msgs.msg import TrackedPerson

View = tuple[str, int]  # camera and track_id
Fuse = Callable[[Sequence[Sequence[View]], float], Whereabouts]

_LEAST_SPEED_MPS = 0.2  # below, the direction of travel is mostly noise
_NAN = math.nan
_UNKNOWN = (TrackedPerson.POSITION_NONE, NO_POSE, NO_TWIST)


class Positions:
    """Fills in pose and twist of people."""

    def __init__(self, fuse: Fuse) -> None:
        """Take places from a function such as `IdentityManager.fused_places`."""
        self._fuse = fuse

    def fill(self, people: Sequence[TrackedPerson], time_s: float) -> None:
        """Write into people where they are at a time, seconds."""
        found = self._fuse([[(view.camera, view.track_id) for view in person.views]
                            for person in people], time_s)
        poses, twists = _covariances(found.covariances_m2), _covariances(
            found.velocity_covariances)
        rows = zip(people, found.view_counts.tolist(), found.positions_m.tolist(),
                   found.velocities_mps.tolist(), poses, twists)
        for person, count, (x, y), (vx, vy), of_pose, of_twist in rows:
            if not count or not math.isfinite(x):
                person.position_source, person.pose, person.twist = _UNKNOWN
                continue
            person.position_source = (TrackedPerson.POSITION_FUSED if count > 1
                                      else TrackedPerson.POSITION_GROUND_PLANE)
            person.pose = PoseWithCovariance()
            person.pose.covariance = of_pose
            point = person.pose.pose.position
            point.x, point.y = x, y
            person.pose.pose.orientation = _heading(vx, vy)
            person.twist = TwistWithCovariance()
            person.twist.covariance = of_twist
            linear = person.twist.twist.linear
            linear.x, linear.y = vx, vy
            person.twist.twist.angular = NO_TWIST.twist.angular


def _heading(vx: float, vy: float) -> Quaternion:
    if not math.hypot(vx, vy) >= _LEAST_SPEED_MPS:
        return NO_POSE.pose.orientation
    half = math.atan2(vy, vx) / 2.0
    return Quaternion(x=0.0, y=0.0, z=math.sin(half), w=math.cos(half))


def _covariances(on_ground: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return the 6 x 6 form of 2 x 2 ones, shape (N, 36).

    Nobody moves upwards, and of turns nothing is known.
    """
    whole = np.full((len(on_ground), 6, 6), _NAN)
    whole[:, :3, :3] = 0.0
    whole[:, :2, :2] = on_ground
    return whole.reshape(-1, 36)
