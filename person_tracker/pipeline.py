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
One camera's chain as plain calls: frame in, tracks out.

The steps are the very classes that the nodes `detector`, `reid` (or `one_shot` in place of both)
and `tracker` wrap, so that what is measured here holds there.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.look_plan import LookPlan
from person_tracker.core.look_plan import LookPlanConfig
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import Tracks
from person_tracker.core.types import Detections
from person_tracker.core.types import Frame
from person_tracker.models.camera_motion import CameraMotion
from person_tracker.models.camera_motion import CameraMotionConfig
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.one_shot import needed_entry
from person_tracker.models.one_shot import OneShot
from person_tracker.models.one_shot import OneShotConfig
from person_tracker.models.registry import lookup
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.reid import chosen_entry
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import names_file


@dataclass(frozen=True)
class PipelineConfig:
    """Settings of every step, and which steps there are."""

    use_appearance: bool = setting(
        True, 'Compare how people look; without it they are followed by place alone.', live=False)
    use_one_shot: bool = setting(
        False, 'Find people and their looks with one network, that of one_shot, in place of '
        'detector and reid.', live=False)
    detect_every: int = setting(
        1, 'Look for people in every n-th frame; between, tracks move on as predicted.',
        minimum=1, maximum=10)
    detector: DetectorConfig = group(DetectorConfig)
    reid: ReidConfig = group(ReidConfig)
    one_shot: OneShotConfig = group(OneShotConfig)
    looks: LookPlanConfig = group(LookPlanConfig)
    camera_motion: CameraMotionConfig = group(CameraMotionConfig)
    tracker: TrackerConfig = group(TrackerConfig)

    def __post_init__(self) -> None:
        """Refuse values of the wrong type, and odometry, which only a robot has."""
        validate(self)
        if self.camera_motion.origin == 'odometry':
            raise SettingError("camera_motion.origin must be image or none here, got 'odometry'")


@dataclass(frozen=True, eq=False)
class PipelineResult:
    """
    What one frame brought.

    Attributes
    ----------
    detections
        Every box of the detector, with embeddings where these were computed.
    tracks
        Every live track after this frame; `tracks.confirmed()` are the people to report.
    durations_s
        Seconds spent by step: `detect`, `motion`, `reid`, `track`; only those that were done.
        Where one network does both, its time is that of `detect`.

    """

    detections: Detections
    tracks: Tracks
    durations_s: Mapping[str, float]


class Pipeline:
    """What finds people, what tells them apart and the tracker of one camera, in turn."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        """
        Load the networks.

        Raises
        ------
        ModelError
            A network is missing, damaged, or not of the kind that is needed.

        """
        self.config = config or PipelineConfig()
        self._detector: Detector | OneShot
        self._encoder: ReidEncoder | None = None
        if self.config.use_one_shot:
            self._detector = OneShot(self.config.one_shot)
        else:
            self._detector = Detector(self.config.detector)
            if self.config.use_appearance:
                self._encoder = ReidEncoder(self.config.reid)
        self._looks = LookPlan(self.config.looks)
        self._motion = CameraMotion(self.config.camera_motion)
        self._tracker = Tracker(self.config.tracker)
        self._last: tuple[Tracks, float] | None = None
        self._frames = 0

    @property
    def descriptions(self) -> list[str]:
        """Which networks run, and on what: lines to log."""
        return [part.description for part in (self._detector, self._encoder) if part is not None]

    def process(self, frame: Frame) -> PipelineResult:
        """Find and follow the people in the next frame; its time must be after the last one's."""
        durations_s: dict[str, float] = {}
        detections = Detections.empty()
        is_detected = self._frames % self.config.detect_every == 0
        self._frames += 1
        if is_detected:
            with _timed(durations_s, 'detect'):
                detections = self._detected(frame)
        motion = None
        if self.config.camera_motion.origin == 'image':
            with _timed(durations_s, 'motion'):
                motion = self._motion.estimate(frame.image, self._people(detections))
        if is_detected and self._encoder is not None:
            with _timed(durations_s, 'reid'):
                detections = self._with_looks(self._encoder, detections, frame)
        with _timed(durations_s, 'track'):
            tracks = (self._tracker.update(detections, frame.time_s, motion) if is_detected
                      else self._tracker.predict(frame.time_s, motion))
        self._last = (tracks, frame.time_s)
        return PipelineResult(detections, tracks, durations_s)

    def _detected(self, frame: Frame) -> Detections:
        found = self._detector.detect(frame.image)
        if self.config.use_appearance:
            return found
        return Detections(found.boxes_xyxy, found.scores)

    def _people(self, detections: Detections) -> NDArray[np.float32]:
        """Return boxes around all that moves by itself."""
        if len(detections) or self._last is None:
            return detections.boxes_xyxy
        return self._last[0].present().boxes_xyxy

    def _with_looks(self, encoder: ReidEncoder, detections: Detections,
                    frame: Frame) -> Detections:
        needed = np.ones(len(detections), np.bool_)
        if self._last is not None:
            needed = self._looks.needed(detections, frame.time_s, *self._last)
        looks = encoder.encode(frame.image, detections.boxes_xyxy[needed]).spread(needed)
        return Detections(detections.boxes_xyxy, detections.scores, looks.embeddings)


@contextmanager
def _timed(durations_s: dict[str, float], name: str) -> Iterator[None]:
    start_s = perf_counter()
    yield
    durations_s[name] = perf_counter() - start_s


def needed_models(config: PipelineConfig) -> list[tuple[ModelEntry, str]]:
    """
    Return the networks of the registry that a pipeline runs, and the folder of each.

    Files of the user's own are not among them; `fetch` gets what is missing.

    Raises
    ------
    ModelError
        A network is not known.

    """
    if config.use_one_shot:
        one_shot = needed_entry(config.one_shot)
        return [(one_shot, config.one_shot.models_folder)] if one_shot else []
    needed = []
    detector, reid = config.detector, config.reid
    if not names_file(detector.model):
        needed.append((lookup(detector.model, 'detector', detector.models_folder),
                       detector.models_folder))
    if config.use_appearance and not names_file(reid.model):
        needed.append((chosen_entry(reid), reid.models_folder))
    return needed
