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

The steps are the very classes that the nodes `detector`, `reid` and `tracker` wrap, so that what
is measured here holds there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import Tracks
from person_tracker.core.types import Detections
from person_tracker.core.types import Frame
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.registry import lookup
from person_tracker.models.registry import ModelEntry
from person_tracker.models.reid import chosen_entry
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder


@dataclass(frozen=True)
class PipelineConfig:
    """Settings of every step, and which steps there are."""

    use_appearance: bool = setting(
        True, 'Compare how people look; without it they are followed by place alone.', live=False)
    detector: DetectorConfig = group(DetectorConfig)
    reid: ReidConfig = group(ReidConfig)
    tracker: TrackerConfig = group(TrackerConfig)

    def __post_init__(self) -> None:
        """Refuse values of the wrong type."""
        validate(self)


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
        Seconds spent by step: `detect`, `reid` where there is one, `track`.

    """

    detections: Detections
    tracks: Tracks
    durations_s: Mapping[str, float]


class Pipeline:
    """Detector, encoder and tracker of one camera, one after the other."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        """
        Load the networks.

        Raises
        ------
        ModelError
            A network is missing, damaged, or not of the kind that is needed.

        """
        config = config or PipelineConfig()
        self._detector = Detector(config.detector)
        self._encoder = ReidEncoder(config.reid) if config.use_appearance else None
        self._tracker = Tracker(config.tracker)

    @property
    def descriptions(self) -> list[str]:
        """Which networks run, and on what: lines to log."""
        return [part.description for part in (self._detector, self._encoder) if part is not None]

    def process(self, frame: Frame) -> PipelineResult:
        """Find and follow the people in the next frame; its time must be after the last one's."""
        durations_s = {}
        start_s = perf_counter()
        detections = self._detector.detect(frame.image)
        detected_s = perf_counter()
        durations_s['detect'] = detected_s - start_s
        encoded_s = detected_s
        if self._encoder is not None:
            looks = self._encoder.encode(frame.image, detections.boxes_xyxy)
            detections = Detections(detections.boxes_xyxy, detections.scores, looks.embeddings)
            encoded_s = perf_counter()
            durations_s['reid'] = encoded_s - detected_s
        tracks = self._tracker.update(detections, frame.time_s)
        durations_s['track'] = perf_counter() - encoded_s
        return PipelineResult(detections, tracks, durations_s)


def needed_models(config: PipelineConfig) -> list[tuple[ModelEntry, str]]:
    """
    Return the networks of the registry that a pipeline runs, and the folder of each.

    Files of the user's own are not among them; `fetch` gets what is missing.

    Raises
    ------
    ModelError
        A network is not known.

    """
    needed = []
    detector, reid = config.detector, config.reid
    if not detector.model.endswith('.onnx'):
        needed.append((lookup(detector.model, 'detector'), detector.models_folder))
    if config.use_appearance and not reid.model.endswith('.onnx'):
        needed.append((chosen_entry(reid), reid.models_folder))
    return needed
