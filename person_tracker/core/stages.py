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

"""The turns in which tracks take detections: what each may take, and at what cost."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core import boxes
from person_tracker.core.assignment import Indices
from person_tracker.core.kalman import GATE_4_DOF
from person_tracker.core.kalman import KalmanBank
from person_tracker.core.matching import Allowed
from person_tracker.core.matching import clear_pairs
from person_tracker.core.matching import Costs
from person_tracker.core.matching import fused
from person_tracker.core.matching import place_overlaps
from person_tracker.core.track_gallery import TrackGallery
from person_tracker.core.track_gallery import UNKNOWN_DISTANCE
from person_tracker.core.tracker_config import TrackerConfig
from person_tracker.core.tracks import TrackState
from person_tracker.core.tracks import TrackTable
from person_tracker.core.types import Detections

CASCADE_STEP_S = 1.0 / 30.0  # tracks last seen within one step of each other choose together


@dataclass(frozen=True, eq=False)
class Seen:
    """
    The usable detections of one image.

    Attributes
    ----------
    detections
        Boxes, scores, embeddings.
    origins
        Shape (N,): their indices among the detections as given.
    boxes_cxcywh
        Shape (N, 4), pixels.
    distances
        Shape (tracks, N): cosine distance from each track's looks; None without embeddings.
    time_s
        Time of the image, seconds.

    """

    detections: Detections
    origins: Indices
    boxes_cxcywh: NDArray[np.float64]
    distances: NDArray[np.float32] | None
    time_s: float


class Stages:
    """Turns of one image, over the tracks of the table, their motion and their looks."""

    def __init__(self, config: TrackerConfig, table: TrackTable, motion: KalmanBank,
                 gallery: TrackGallery) -> None:
        """Look at the state of a tracker; nothing of it is changed."""
        self._config = config
        self._table = table
        self._motion = motion
        self._gallery = gallery

    def of(self, seen: Seen, patience_s: float) -> Iterator[tuple[Costs, Allowed]]:
        """
        Give the costs and the allowed pairs of each stage, first stage first.

        Parameters
        ----------
        seen
            What was detected.
        patience_s
            Time that a track may be unseen for between two images of a slow camera, seconds.

        Yields
        ------
        tuple
            Both of shape (tracks, N); who was paired in an earlier stage is not left out.

        """
        config, table = self._config, self._table
        matching, distances = config.matching, seen.distances
        predicted = boxes.cxcywh_to_xyxy(self._motion.boxes_cxcywh())
        overlaps = place_overlaps(
            predicted, seen.detections.boxes_xyxy,
            use_height=matching.use_height and distances is None)
        # Within each stage a detection of low score is the dearer one (arXiv:2206.14651).
        place = 1.0 - (overlaps * seen.detections.scores if matching.use_score else overlaps)
        high = seen.detections.scores >= config.high_score
        unsure = table.states == TrackState.TENTATIVE
        near = overlaps >= 1.0 - matching.max_iou_distance
        near_low = overlaps >= 1.0 - matching.max_low_iou_distance
        recent = (seen.time_s - table.last_seen_s <= max(config.max_place_s, patience_s)
                  ) & ~unsure
        if distances is not None:
            plausible = self._is_plausible(distances, seen.time_s)
            followed = (table.states != TrackState.LOST) & ~unsure
            yield from self._stages_by_looks(
                seen, distances, overlaps, place, plausible & followed[:, None] & high)
            near &= plausible
        yield place, near & recent[:, None] & high
        if config.use_low_scores:
            yield place, near_low & recent[:, None] & ~high
        yield place, near & unsure[:, None] & high

    def _stages_by_looks(self, seen: Seen, distances: NDArray[np.float32], overlaps: Costs,
                         place: Costs, allowed: Allowed) -> Iterator[tuple[Costs, Allowed]]:
        matching = self._config.matching
        if matching.use_clear_pairs:
            yield place, clear_pairs(overlaps, allowed, matching.clear_overlap)
        limit = self._gallery.max_distance
        alike = (distances <= limit) & allowed
        alike &= self._motion.squared_distances(seen.boxes_cxcywh) <= GATE_4_DOF
        near = (overlaps >= 1.0 - matching.max_iou_distance) & allowed
        costs, allowed = fused(matching, place, distances / max(limit, 1e-6), alike, near)
        for turn in self._turns(seen.time_s):
            yield costs, allowed & turn[:, None]

    def _is_plausible(self, distances: NDArray[np.float32], time_s: float) -> Allowed:
        """
        Return the pairs that looks do not speak against, shape (N, M).

        Somebody out of sight for a while must look alike, and more so than, by a margin, anybody
        else who is missing, wherever that was. Before, a look may be spoilt by the occlusion.
        """
        config, table = self._config, self._table
        waited = time_s - table.last_seen_s > config.appearance.veto_after_s
        if not waited.any():
            return np.ones(distances.shape, np.bool_)
        limit = self._gallery.max_distance
        nearest = distances[waited].min(axis=0)
        alike = distances <= np.minimum(nearest + config.reentry.margin * limit, limit)
        plausible: Allowed = alike | (distances == UNKNOWN_DISTANCE) | ~waited[:, None]
        return plausible

    def _turns(self, time_s: float) -> Iterator[NDArray[np.bool_]]:
        """Give the tracks that choose together, one group after the other."""
        if self._config.matching.order == 'global':
            yield np.ones(len(self._table), np.bool_)
            return
        unseen = ((time_s - self._table.last_seen_s) / CASCADE_STEP_S).round().astype(np.int64)
        for level in np.unique(unseen):
            yield unseen == level
