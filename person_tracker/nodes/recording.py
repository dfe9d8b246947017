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

"""What a recorder keeps of one camera: video, tracks, contact sheet and a summary in figures."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.types import Frame
from person_tracker.core.types import NANOSECONDS
from person_tracker.evaluation.summary import RunRecord
from person_tracker.evaluation.track_writer import TrackWriter
from person_tracker.rendering.contact_sheet import contact_sheet
from person_tracker.rendering.contact_sheet import write_png
from person_tracker.rendering.video import VideoWriter

_SHEET_IMAGES = 6
_LATENCY = 'image stamp to people'


class Recording:
    """
    Files of one run in a folder: `<name>_tracked.mp4`, `<name>_sheet.png`, `tracks.txt`, summary.

    Frame numbers in `tracks.txt` count from 1 at the camera's first image, by stamps and the
    nominal rate, so that images left out by a node keep their number.
    """

    def __init__(self, folder: Path, name: str, frame_rate_hz: float) -> None:
        """Start files in a folder, which is made if need be."""
        self._folder = folder
        self._name = name
        self._rate_hz = frame_rate_hz
        self._tracks = TrackWriter(folder / 'tracks.txt')
        self._video = VideoWriter(folder / f'{name}_tracked.mp4', frame_rate_hz)
        self._record = RunRecord()
        self._sheet: list[tuple[NDArray[np.uint8], str]] = []
        self._sheet_every = 1
        self._images = 0
        self._stamps_ns: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        """Return the number of images whose people were added."""
        return len(self._record)

    def add_people(self, stamp_ns: int, first_stamp_ns: int, latency_s: float,
                   track_ids: NDArray[np.int64], boxes_xyxy: NDArray[np.float32],
                   scores: NDArray[np.float32]) -> None:
        """
        Add the people of one image.

        Parameters
        ----------
        stamp_ns, first_stamp_ns
            Stamps of the image and of the camera's first one, nanoseconds.
        latency_s
            Age of the image when its people were known, seconds.
        track_ids, boxes_xyxy, scores
            Shapes (N,), (N, 4) in pixels, (N,): the people seen in it.

        """
        number = round((stamp_ns - first_stamp_ns) / NANOSECONDS * self._rate_hz) + 1
        self._tracks.write(number, track_ids, boxes_xyxy, scores)
        self._record.add({_LATENCY: latency_s}, track_ids.tolist())
        self._stamps_ns = (self._stamps_ns[0] or stamp_ns, stamp_ns)

    def add_image(self, frame: Frame, first_stamp_ns: int) -> None:
        """Add an annotated image to the video, and now and then to the contact sheet."""
        self._video.write(frame.image, frame.stamp_ns)
        if self._images % self._sheet_every == 0:
            time_s = (frame.stamp_ns - first_stamp_ns) / NANOSECONDS
            self._sheet.append((frame.image, f'{time_s:.1f} s'))
        self._images += 1
        if len(self._sheet) == 2 * _SHEET_IMAGES:
            # Whatever the length of the run, the sheet shows moments equally far apart.
            self._sheet = self._sheet[::2]
            self._sheet_every *= 2

    def close(self, published: int, nodes: Mapping[str, Mapping[str, str]]) -> list[Path]:
        """
        Finish all files.

        Parameters
        ----------
        published
            Images that the camera has published; 0 where it did not say.
        nodes
            Last diagnostics by node: latency and counts.

        Returns
        -------
        list
            The files, those without content left out.

        """
        self._tracks.close()
        self._video.close()
        if self._sheet:
            images, captions = zip(*self._sheet[:_SHEET_IMAGES])
            write_png(self._sheet_path, contact_sheet(images, captions, columns=3))
        text = self._summary(published, nodes)
        (self._folder / 'summary.md').write_text(text, encoding='utf-8')
        return [path for path in (
            self._folder / f'{self._name}_tracked.mp4', self._folder / 'tracks.txt',
            self._folder / 'summary.md', self._sheet_path) if path.exists()]

    @property
    def _sheet_path(self) -> Path:
        return self._folder / f'{self._name}_sheet.png'

    def _summary(self, published: int, nodes: Mapping[str, Mapping[str, str]]) -> str:
        elapsed_s = (self._stamps_ns[1] - self._stamps_ns[0]) / NANOSECONDS + 1.0 / self._rate_hz
        dropped = max(0, published - len(self._record))
        lines = [f'# {self._name}', '', self._record.summary(elapsed_s, dropped).to_markdown(), '',
                 'Age of an image when a node had answered it, at the end of the run:', '',
                 '| node | median ms | p95 ms | images | dropped |', '|---|---:|---:|---:|---:|']
        for name, values in nodes.items():
            median_ms = 1e3 * float(values.get('latency_median_s', 'nan'))
            p95_ms = 1e3 * float(values.get('latency_p95_s', 'nan'))
            lines.append(f'| {name} | {median_ms:.1f} | {p95_ms:.1f} | '
                         f'{values.get("processed", "")} | {values.get("dropped", "")} |')
        return '\n'.join(lines) + '\n'
