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

"""A MOTChallenge track file written frame by frame."""

import os
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray


class TrackWriter:
    """
    A track file in the making; it takes its final name when it is closed.

    Use it in a `with` block. What was written is kept after Ctrl-C or an error too; where nothing
    was, a file that had the name before stays as it is.
    """

    def __init__(self, path: Path) -> None:
        """Create the file under a temporary name, and its folder where that is missing."""
        self._path = path
        self._partial = path.with_name(path.name + '.part')
        self._is_empty = True
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self._partial, 'w', buffering=1, encoding='utf-8')

    def write(self, frame: int, track_ids: NDArray[np.integer],
              boxes_xyxy: NDArray[np.floating], scores: NDArray[np.floating]) -> None:
        """Add the people of one frame (from 1): ids (N,), boxes (N, 4) in pixels, scores (N,)."""
        lines = []
        for track_id, box, score in zip(
                track_ids.tolist(), boxes_xyxy.tolist(), scores.tolist(), strict=True):
            x_min, y_min, x_max, y_max = box
            lines.append(
                f'{frame},{track_id},{x_min:.2f},{y_min:.2f},{x_max - x_min:.2f},'
                f'{y_max - y_min:.2f},{score:.4f},-1,-1,-1\n')
        # In one piece, so that Ctrl-C does not cut a frame in two.
        self._file.write(''.join(lines))
        self._is_empty = False

    def close(self) -> None:
        """Finish the file and give it its name."""
        self._file.close()
        os.replace(self._partial, self._path)

    def __enter__(self) -> 'TrackWriter':
        """Return the writer itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """Give the file its final name."""
        try:
            self._file.close()
            if kind is None or not self._is_empty:
                os.replace(self._partial, self._path)
        finally:
            self._partial.unlink(missing_ok=True)
