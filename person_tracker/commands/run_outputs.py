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

"""What a run leaves behind: a video with people drawn on it, and a track file."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Frame
from person_tracker.evaluation.track_writer import TrackWriter
from person_tracker.rendering.overlay import draw_people
from person_tracker.rendering.overlay import PersonMark
from person_tracker.rendering.trails import Trails
from person_tracker.rendering.video import VideoWriter


class RunOutputs:
    """Writes each frame's people to the files that are wanted; to be used in a `with` block."""

    def __init__(self, video: Path | None, tracks: Path | None, frame_rate_hz: float) -> None:
        """Open the files; None is a file that is not wanted."""
        self._trails = Trails()
        with ExitStack() as stack:
            self._tracks = stack.enter_context(TrackWriter(tracks)) if tracks else None
            self._video = (
                stack.enter_context(VideoWriter(video, frame_rate_hz)) if video else None)
            self._stack = stack.pop_all()

    def write(self, frame: Frame, tracks: Tracks) -> None:
        """Add one frame."""
        if self._tracks is not None:
            people = tracks.confirmed()
            self._tracks.write(
                frame.index + 1, people.track_ids, people.boxes_xyxy, people.scores)
        if self._video is not None:
            self._video.write(self._drawn(frame, tracks.present()), frame.stamp_ns)

    def __enter__(self) -> 'RunOutputs':
        """Return the outputs themselves."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """Finish the files."""
        self._stack.__exit__(kind, error, trace)

    def _drawn(self, frame: Frame, tracks: Tracks) -> NDArray[np.uint8]:
        keys = [str(track_id) for track_id in tracks.track_ids]
        feet = {key: ((x_min + x_max) / 2, y_max) for key, (x_min, _, x_max, y_max) in zip(
            keys, tracks.boxes_xyxy.tolist())}
        self._trails.update(frame.time_s, feet)
        return draw_people(frame.image, [
            PersonMark(int(key), box, key, TrackState(state), trail=self._trails.points(key))
            for key, box, state in zip(keys, tracks.boxes_xyxy, tracks.states)])
