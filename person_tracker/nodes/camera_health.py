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

"""Which cameras are heard, how late, and whose clock is off, in words for an operator."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from person_tracker.core.camera_clocks import CameraClocks

_SILENT_S = 2.0  # the slowest cameras in use send about one image a second


class CameraHealth:
    """Notes when each camera was heard, and says what is wrong."""

    def __init__(self, cameras: Sequence[str], now_s: float) -> None:
        """Begin to listen to cameras at a time, seconds by the own clock."""
        self._arrived_s: dict[str, float | None] = dict.fromkeys(cameras)
        self._began_s = now_s
        self._clocks = CameraClocks()

    def heard(self, camera: str, stamp_s: float, now_s: float) -> None:
        """Note that the tracks of an image came in now."""
        self._arrived_s[camera] = now_s
        self._clocks.note_arrival(camera, stamp_s, now_s)

    def values(self, now_s: float, origin_of: Callable[[str], str]) -> dict[str, str]:
        """Return for diagnostics when each camera was heard, and what tells its places."""
        values = {}
        for camera, arrived_s in self._arrived_s.items():
            age = 'never heard' if arrived_s is None else f'{now_s - arrived_s:.3f}'
            values.update({f'{camera}.age_s': age, f'{camera}.places': origin_of(camera)})
        return values

    def troubles(self, now_s: float, max_skew_s: float) -> Iterator[str]:
        """Return a sentence for each camera that is silent and each clock that is off."""
        for camera, off_s in self._clocks.off(max_skew_s).items():
            yield (f'clock of camera {camera} is {abs(off_s):.1f} s '
                   f'{"ahead" if off_s > 0.0 else "behind"}')
        for camera, arrived_s in self._arrived_s.items():
            silent_s = now_s - (self._began_s if arrived_s is None else arrived_s)
            if silent_s > _SILENT_S:
                yield f'no tracks of camera {camera} for {silent_s:.1f} s'
