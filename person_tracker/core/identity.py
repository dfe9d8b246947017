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

"""Who is behind the tracks of all cameras: one person per track, as long as it lives."""

from dataclasses import dataclass

import numpy as np
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

TrackKey = tuple[str, int]  # camera, track_id


@dataclass(frozen=True)
class IdentityConfig:
    """How identities are kept."""

    forget_track_s: float = setting(
        60.0, 'A track not heard of for longer gives its person up.',
        minimum=0.0, exclusive_minimum=True, unit='s')

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class IdentityManager:
    """
    Gives every track of every camera a person id, and the same one as long as it lives.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.

    """

    def __init__(self, config: IdentityConfig | None = None,
                 generator: np.random.Generator | None = None) -> None:
        """Start without people; `generator` makes the ids, from the system's entropy if None."""
        self.config = config or IdentityConfig()
        self._generator = generator or np.random.default_rng()
        self._people: dict[TrackKey, str] = {}
        self._last_seen_s: dict[TrackKey, float] = {}

    def __len__(self) -> int:
        """Return the number of tracks that have a person."""
        return len(self._people)

    def identify(self, camera: str, track_ids: list[int], time_s: float) -> list[str]:
        """
        Return the person behind each track, in the order given.

        Parameters
        ----------
        camera
            Name of the camera.
        track_ids
            Tracks of that camera that are in view.
        time_s
            When the image was taken, seconds.

        Returns
        -------
        list
            Person ids: opaque texts that start with a letter (REP-155).

        """
        keys = [(camera, track_id) for track_id in track_ids]
        for key in keys:
            if key not in self._people:
                self._people[key] = self._new_person_id()
            self._last_seen_s[key] = time_s
        self._forget(camera, time_s)
        return [self._people[key] for key in keys]

    def _forget(self, camera: str, time_s: float) -> None:
        gone = [key for key, seen_s in self._last_seen_s.items()
                if key[0] == camera and abs(time_s - seen_s) > self.config.forget_track_s]
        for key in gone:
            del self._people[key], self._last_seen_s[key]

    def _new_person_id(self) -> str:
        return 'p' + self._generator.bytes(6).hex()
