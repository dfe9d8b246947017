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

"""What `person_tracker multicamera` writes: tracks of each camera, and who was on which."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.evaluation.global_ids import GlobalIds
from person_tracker.evaluation.joint_replay import CameraImage
from person_tracker.evaluation.track_writer import TrackWriter

_NO_LOOKS = np.empty((0, 0), np.float32)


class JointOutputs:
    """
    The files in the making; what turns out in the end changes the ids of earlier frames.

    Attributes
    ----------
    boxes
        How many boxes there are of people seen.

    """

    def __init__(self, folder: Path, cameras: Sequence[str]) -> None:
        """Begin with cameras that have seen nobody."""
        self._folder = folder
        self._images: dict[str, list[CameraImage]] = {each: [] for each in cameras}
        self._ids = GlobalIds(cameras)
        self.boxes = 0

    @property
    def paths(self) -> list[Path]:
        """Return the files that will be written."""
        return [*(self._path(camera) for camera in self._images), self._people_path]

    def add(self, image: CameraImage, identities: Sequence[Identity],
            events: Iterable[IdentityEvent]) -> None:
        """Take in one image."""
        self._images[image.camera].append(replace(image, looks=_NO_LOOKS))
        self._ids.add(image, identities, events)
        self.boxes += int(np.count_nonzero(image.is_visible))

    def write(self, *, as_told: bool = False) -> tuple[int, int]:
        """Write all files; return how many people there are, and how many on several cameras."""
        seen: dict[int, dict[str, list[int]]] = {}  # by id, by camera: frames
        for camera, ids in self._ids.settled(as_told=as_told).items():
            first = 0
            with TrackWriter(self._path(camera)) as writer:
                for image in self._images[camera]:
                    shown = image.is_visible
                    known = ids[first:first + len(shown)][shown]
                    first += len(shown)
                    writer.write(image.frame, known, image.boxes_xyxy[shown], image.scores[shown])
                    for each in known.tolist():
                        seen.setdefault(each, {}).setdefault(camera, []).append(image.frame)
        self._write_people(seen, self._ids.people(as_told=as_told))
        return len(seen), sum(len(cameras) > 1 for cameras in seen.values())

    def _write_people(self, seen: dict[int, dict[str, list[int]]],
                      person_ids: dict[int, str]) -> None:
        lines = ['id,person_id,camera,first_frame,last_frame,boxes\n']
        for each, cameras in sorted(seen.items()):
            lines += [f'{each},{person_ids.get(each, "")},{camera},{frames[0]},{frames[-1]},'
                      f'{len(frames)}\n' for camera, frames in cameras.items()]
        self._people_path.write_text(''.join(lines), encoding='utf-8')

    @property
    def _people_path(self) -> Path:
        return self._folder / 'people.csv'

    def _path(self, camera: str) -> Path:
        return self._folder / f'{camera}.txt'
