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

"""Which images of several cameras are of one moment, and which are still to come."""

import math

_ALIVE_S = 1.0  # a camera so far behind the round is not waited for


class CameraRounds:
    """
    Gathers images into rounds: at most one of each camera, taken at about the same time.

    A camera is waited for where its next image is due, so that cameras that take turns, and one
    alone, make nobody wait.
    """

    def __init__(self) -> None:
        self._latest_s: dict[str, float] = {}
        self._steps_s: dict[str, float] = {}
        self._round_s: dict[str, float] = {}

    def __contains__(self, camera: str) -> bool:
        """Tell whether a camera's image is in the round."""
        return camera in self._round_s

    def __len__(self) -> int:
        """Return the number of images in the round."""
        return len(self._round_s)

    def add(self, camera: str, time_s: float) -> None:
        """Put the image of a camera that is not in the round yet into it."""
        self._steps_s[camera] = time_s - self._latest_s.get(camera, -math.inf)
        self._latest_s[camera] = self._round_s[camera] = time_s

    def is_complete(self, span_s: float) -> bool:
        """Tell whether no image is due that is taken within a time of the round's first one."""
        begin_s = min(self._round_s.values())
        return span_s <= 0.0 or not any(
            latest_s >= begin_s - _ALIVE_S
            and latest_s + self._steps_s[camera] <= begin_s + span_s
            for camera, latest_s in self._latest_s.items() if camera not in self)

    def end(self) -> list[str]:
        """End the round and return its cameras, that of the newest image last."""
        cameras = sorted(self._round_s, key=lambda camera: self._round_s[camera])
        self._round_s.clear()
        return cameras
