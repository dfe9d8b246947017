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

"""
The frames of a robot and how they move, as tf tells it: a tree of poses over the last seconds.

What tf2 has besides, such as waiting for a pose or asking between two times, is left out: who asks
here has an image that is worked on now, with or without a pose.
"""

from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
import math

import numpy as np
from person_tracker.core.poses import inverse
from person_tracker.core.poses import Pose
from person_tracker.core.poses import pose_from_quaternion
from person_tracker.core.poses import quaternion_between

_SPAN_S = 10.0  # poses kept; as tf2 does
_HOLD_S = 0.05  # a pose holds a little beyond its time: half the period of a 10 Hz publisher


@dataclass(frozen=True)
class Transform:
    """
    The pose of a frame in another.

    Attributes
    ----------
    parent, child
        Names; the pose is that of the child in the parent.
    position_m
        Three numbers, metres.
    quaternion_xyzw
        Four numbers, not all zero.

    """

    parent: str
    child: str
    position_m: Sequence[float]
    quaternion_xyzw: Sequence[float]

    def __post_init__(self) -> None:
        """Refuse what is no pose."""
        numbers = (*self.position_m, *self.quaternion_xyzw)
        if not all(map(math.isfinite, numbers)) or not any(self.quaternion_xyzw):
            raise ValueError(f'the pose of frame {self.child!r} in {self.parent!r} must be finite '
                             f'numbers and a quaternion that is not zero, got {numbers}')

    @property
    def pose(self) -> Pose:
        """Return `parent_from_child`, shape (4, 4)."""
        return pose_from_quaternion(self.position_m, self.quaternion_xyzw)


@dataclass
class _Fixed:
    """A frame that does not move in its parent."""

    parent: str
    pose: Pose

    def at(self, time_s: float) -> Pose:
        return self.pose


@dataclass
class _Moving:
    """A frame that moves in its parent: its poses of the last seconds."""

    parent: str
    times_s: list[float] = field(default_factory=list)
    transforms: list[Transform] = field(default_factory=list)

    def add(self, transform: Transform, time_s: float) -> None:
        if self.times_s and time_s < self.times_s[-1]:  # a recording that starts anew
            self.times_s.clear()
            self.transforms.clear()
        self.times_s.append(time_s)
        self.transforms.append(transform)
        old = bisect_left(self.times_s, time_s - _SPAN_S)
        del self.times_s[:old], self.transforms[:old]

    def at(self, time_s: float) -> Pose | None:
        after = bisect_left(self.times_s, time_s)
        if after == len(self.times_s):
            is_near = time_s - self.times_s[-1] <= _HOLD_S
            return self.transforms[-1].pose if is_near else None
        if self.times_s[after] == time_s:
            return self.transforms[after].pose
        if after == 0:
            return None
        start, end = self.transforms[after - 1:after + 1]
        start_s, end_s = self.times_s[after - 1:after + 1]
        share = (time_s - start_s) / (end_s - start_s)
        position = ((1.0 - share) * np.asarray(start.position_m)
                    + share * np.asarray(end.position_m))
        return pose_from_quaternion(position, quaternion_between(
            start.quaternion_xyzw, end.quaternion_xyzw, share))


class TransformTree:
    """All frames that were told of."""

    def __init__(self) -> None:
        self._frames: dict[str, _Fixed | _Moving] = {}

    def add_static(self, transform: Transform) -> None:
        """Take in the pose of a frame that does not move in its parent."""
        self._frames[transform.child] = _Fixed(transform.parent, transform.pose)

    def add(self, transform: Transform, time_s: float) -> None:
        """Take in where a frame was at a time, seconds."""
        frame = self._frames.get(transform.child)
        if not isinstance(frame, _Moving) or frame.parent != transform.parent:
            frame = self._frames[transform.child] = _Moving(transform.parent)
        frame.add(transform, time_s)

    def between(self, target: str, source: str, time_s: float) -> Pose | None:
        """
        Return how to bring points from one frame to another.

        Parameters
        ----------
        target, source
            Names of frames.
        time_s
            When, seconds; poses in between two that were told are interpolated.

        Returns
        -------
        ndarray or None
            `target_from_source`, shape (4, 4); None where the frames are not connected at that
            time.

        """
        above = dict(self._upwards(source, time_s))
        for frame, frame_from_target in self._upwards(target, time_s):
            if frame in above:
                return inverse(frame_from_target) @ above[frame]
        return None

    def _upwards(self, frame: str, time_s: float) -> Iterator[tuple[str, Pose]]:
        """Return the frame and those above it, each with the pose of the frame in it."""
        pose: Pose = np.eye(4)
        passed = {frame}
        yield frame, pose
        while (link := self._frames.get(frame)) is not None and link.parent not in passed:
            step = link.at(time_s)
            if step is None:
                return
            frame, pose = link.parent, step @ pose
            passed.add(frame)
            yield frame, pose
