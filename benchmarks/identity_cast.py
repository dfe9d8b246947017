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
Real looks for people who come and go: what a camera sees of each of their visits.

Nobody shows one look in two visits, so that nobody is recognised by a picture that was learnt
before. Market-1501 has people in several cameras; the crops of one person in one camera are dealt
to visits in threes. A video of one camera has people in one track each, which is cut into
stretches of some seconds.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_BODY
from person_tracker.core.types import Appearance
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.models.registry import known_calibrations
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder

# Networks that are not in the registry; a logistic fit on Market-1501, as of those that are.
_LOOKS_PER_VISIT = 3
_LEAST_VISITS = 8  # of people from the embeddings of several cameras
_LEAST_STRETCHES = 4  # of people from a video
_QUALITY = 0.8  # of crops whose own is not known
_STRETCH_S, _PAUSE_S, _LOOK_EVERY_S = 4.0, 1.0, 0.5
_LEAST_LOOKS = 5  # of a stretch

Shown = tuple[str, NDArray[np.intp]]  # a visit: name of the camera, rows of the looks in order


@dataclass(frozen=True, eq=False)
class Cast:
    """
    People and what is seen of them.

    Attributes
    ----------
    model, calibration
        The network that made the looks, and what its similarities are worth.
    looks
        Of bodies.
    visits
        By person: visits that can be shown.
    stay_s
        Shortest and longest stay, seconds.

    """

    model: str
    calibration: Calibration
    looks: Appearance
    visits: Mapping[int, Sequence[Shown]]
    stay_s: tuple[float, float]

    def chosen(self, count: int, random: np.random.Generator) -> list[list[Shown]]:
        """Choose people, and for each an order of visits, each on another camera if there are."""
        people = random.choice(sorted(self.visits), count, replace=False)
        return [_alternating(self.visits[person], random) for person in people]


def _alternating(visits: Sequence[Shown], random: np.random.Generator) -> list[Shown]:
    """Return visits in random order, none on the camera of the one before, while there are."""
    left = [visits[number] for number in random.permutation(len(visits))]
    is_one_camera = len({camera for camera, _ in visits}) == 1
    order: list[Shown] = []
    while True:
        fitting = [number for number, (camera, _) in enumerate(left)
                   if is_one_camera or not order or camera != order[-1][0]]
        if not fitting:
            return order
        order.append(left.pop(fitting[0]))


def known_scale(model: str) -> Calibration:
    """Return what similarities of a body network are worth, as far as is known."""
    return known_calibrations('reid').get(model, UNKNOWN_BODY)


def market_cast(path: Path, random: np.random.Generator) -> Cast:
    """Read people who were filmed by several cameras; `random` deals their crops to visits."""
    model = path.stem.removeprefix('market1501_')
    with np.load(path) as archive:
        embeddings = archive['embedding'].astype(np.float32)
        people, cameras = archive['person'], archive['camera']
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    visits: dict[int, list[Shown]] = {}
    for person in np.unique(people[people > 0]).tolist():
        for camera in np.unique(cameras[people == person]).tolist():
            rows = random.permutation(np.flatnonzero((people == person) & (cameras == camera)))
            visits.setdefault(person, []).extend(
                (f'camera{camera}', rows[first:first + _LOOKS_PER_VISIT])
                for first in range(0, len(rows) - _LOOKS_PER_VISIT + 1, _LOOKS_PER_VISIT))
    rich = {person: shown for person, shown in visits.items() if len(shown) >= _LEAST_VISITS
            and len({camera for camera, _ in shown}) > 1}
    looks = Appearance(embeddings, np.full(len(embeddings), _QUALITY, np.float32), model)
    return Cast(model, known_scale(model), looks, rich, (4.0, 20.0))


def video_cast(video: Path, ground_truth: Path, rate_hz: float, model: str) -> Cast:
    """Compute the looks of annotated people in a video; `rate_hz` is that of the annotation."""
    encoder = ReidEncoder(ReidConfig(model=model, threads=1, device='cpu'))
    truth = read_ground_truth(ground_truth)
    stretches = _stretches(truth, rate_hz)
    rows: dict[tuple[int, int], list[int]] = {}
    found = []
    for frame, image in enumerate(_images(video), start=1):
        boxes = truth.boxes_xywh[truth.frames == frame]
        for person, box in zip(truth.track_ids[truth.frames == frame].tolist(), boxes):
            if (person, frame) in stretches:
                xyxy = np.concatenate((box[:2], box[:2] + box[2:])).astype(np.float32)
                rows.setdefault((person, stretches[person, frame]), []).append(len(found))
                found.append(encoder.encode(image, xyxy[None]))
    visits: dict[int, list[Shown]] = {}
    for (person, _), numbers in rows.items():
        if len(numbers) >= _LEAST_LOOKS:
            visits.setdefault(person, []).append(('camera', np.array(numbers)))
    looks = Appearance(np.concatenate([look.embeddings for look in found]),
                       np.concatenate([look.qualities for look in found]), encoder.name)
    return Cast(encoder.name, known_scale(encoder.name), looks,
                {person: shown for person, shown in visits.items()
                 if len(shown) >= _LEAST_STRETCHES}, (_STRETCH_S, _STRETCH_S))


def _stretches(truth: GroundTruthRows, rate_hz: float) -> dict[tuple[int, int], int]:
    """Return the frames to look at, by person and frame, and the stretch that each is in."""
    step, length = round(_LOOK_EVERY_S * rate_hz), round(_STRETCH_S * rate_hz)
    period = length + round(_PAUSE_S * rate_hz)
    chosen = {}
    for person in np.unique(truth.track_ids).tolist():
        frames = truth.frames[truth.track_ids == person]
        for frame in frames.tolist():
            age = frame - int(frames[0])
            if age % period < length and age % period % step == 0:
                chosen[person, frame] = age // period
    return chosen


def _images(video: Path) -> Iterator[NDArray[np.uint8]]:
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise OSError(f'cannot read the video {video}')
    while True:
        is_read, image = capture.read()
        if not is_read:
            return
        yield np.asarray(image, np.uint8)
