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

"""Each camera followed by itself: what the tracker made of its detections, kept on disk."""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

from benchmarks.auditorium import FPS
from benchmarks.auditorium import View
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import TrackState
from person_tracker.evaluation.replay import replay


@dataclass(frozen=True, eq=False)
class CameraTracks:
    """
    Tracks of one camera that are believed, by ascending frame.

    Attributes
    ----------
    frames
        Shape (N,), int64, from 1.
    track_ids
        Shape (N,), int64.
    boxes_xyxy
        Shape (N, 4), float32, pixels.
    is_visible
        Shape (N,), bool: seen in this image, not merely predicted.
    looks
        Shape (N, D), float32: of the detection taken, zeros where there is none.

    """

    frames: NDArray[np.int64]
    track_ids: NDArray[np.int64]
    boxes_xyxy: NDArray[np.float32]
    is_visible: NDArray[np.bool_]
    looks: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.frames)

    @property
    def boxes_xywh(self) -> NDArray[np.float64]:
        """Return the boxes as `x_min, y_min, width, height`."""
        boxes = self.boxes_xyxy.astype(np.float64)
        return np.hstack((boxes[:, :2], boxes[:, 2:] - boxes[:, :2]))

    def in_frame(self, frame: int) -> slice:
        """Return where the tracks of a frame stand."""
        first, end = np.searchsorted(self.frames, (frame, frame + 1))
        return slice(int(first), int(end))


def follow(view: View, looks: NDArray[np.float32], config: TrackerConfig) -> CameraTracks:
    """Track the people of one camera."""
    seen = []
    for frame, tracks in replay(Tracker(config), view.detections, fps=FPS, embeddings=looks):
        now = tracks[np.isin(tracks.states, (TrackState.CONFIRMED, TrackState.OCCLUDED))]
        offset = view.detections.in_frame(frame).start
        rows = np.where(now.detection_indices >= 0, now.detection_indices + offset, -1)
        seen.append((np.full(len(now), frame), now.track_ids, now.boxes_xyxy,
                     now.states == TrackState.CONFIRMED, rows))
    frames, track_ids, boxes, is_visible, rows = (np.concatenate(each) for each in zip(*seen))
    taken = np.where((rows >= 0)[:, None], looks[rows], np.float32(0.0))
    return CameraTracks(frames, track_ids, boxes, is_visible, taken)


def follow_all(views: Mapping[str, View], looks: Mapping[str, NDArray[np.float32]],
               cache: Path | None = None) -> dict[str, CameraTracks]:
    """Track the people of every camera, or read what an earlier run wrote into `cache`."""
    found = {}
    for camera, view in views.items():
        path = None if cache is None else cache / f'{camera}.npz'
        if path is not None and path.exists():
            with np.load(path) as archive:
                found[camera] = CameraTracks(
                    *(archive[item.name] for item in fields(CameraTracks)))
            continue
        found[camera] = follow(view, looks[camera], TrackerConfig())
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, **vars(found[camera]))
    return found


def images(tracks: Mapping[str, CameraTracks]) -> Iterator[tuple[str, slice, float]]:
    """Give what each camera saw in turn, image by image: camera, its rows, time in seconds."""
    last = max(int(each.frames.max(initial=0)) for each in tracks.values())
    for frame in range(1, last + 1):
        for camera, each in tracks.items():
            yield camera, each.in_frame(frame), (frame - 1) / FPS
