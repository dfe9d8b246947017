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
DeepSORT on arrays: give every detected person a track id within one camera.

Detections are taken in turns: by looks among those that motion allows (Wojke, Bewley, Paulus
2017, arXiv:1703.07402), by overlap, and at last those of low score by overlap (Zhang et al. 2022,
arXiv:2110.06864). All lifetimes are in seconds, so that a camera of any rate, or one that
stutters, is tracked alike. Nobody reads a clock here: time is an argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core import boxes
from person_tracker.core.assignment import assign
from person_tracker.core.assignment import Indices
from person_tracker.core.kalman import GATE_4_DOF
from person_tracker.core.kalman import KalmanBank
from person_tracker.core.kalman import MotionConfig
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.core.track_gallery import AppearanceConfig
from person_tracker.core.track_gallery import TrackGallery
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.tracks import TrackTable
from person_tracker.core.types import Detections

__all__ = ['Tracker', 'TrackerConfig', 'Tracks', 'TrackState']

CASCADE_STEP_S = 1.0 / 30.0  # tracks last seen within one step of each other choose together


@dataclass(frozen=True)
class TrackerConfig:
    """How detections become tracks."""

    high_score: float = setting(
        0.5, 'Detections from this score on are matched first.', minimum=0.0, maximum=1.0)
    low_score: float = setting(
        0.1, 'Detections below this score are ignored.', minimum=0.0, maximum=1.0)
    new_score: float = setting(
        0.6, 'Lowest score of a detection that may start a track.', minimum=0.0, maximum=1.0)
    use_low_scores: bool = setting(
        True, 'Let detections between low_score and high_score continue a track.')
    confirm_hits: int = setting(
        3, 'A track is believed when it was seen this often (n_init).', minimum=1, maximum=100)
    max_tentative_s: float = setting(
        0.15, 'A track not yet believed is dropped when unseen for longer.',
        minimum=0.0, maximum=60.0, unit='s')
    max_occluded_s: float = setting(
        0.5, 'A believed track that is unseen for longer counts as lost.',
        minimum=0.0, maximum=600.0, unit='s')
    max_lost_s: float = setting(
        1.5, 'A track that is unseen for longer is forgotten (max_age).',
        minimum=0.0, maximum=3600.0, exclusive_minimum=True, unit='s')
    max_iou_distance: float = setting(
        0.8, 'Largest 1 - IoU at which a detection may be taken for a track by its place.',
        minimum=0.0, maximum=1.0)
    max_low_iou_distance: float = setting(
        0.5, 'The same for detections of low score.', minimum=0.0, maximum=1.0)
    order: str = setting(
        'global', 'Cascade: tracks seen last choose first; global: all choose at once.',
        choices=('cascade', 'global'))
    appearance_weight: float = setting(
        0.5, 'Share of the looks in the cost of the first stage, the rest is overlap; 1 is '
        'plain DeepSORT.', minimum=0.0, maximum=1.0)
    restart_s: float = setting(
        1.0, 'A time stamp further back than this starts all tracks anew; a smaller step back '
        'drops that image.', minimum=0.0, maximum=3600.0, unit='s')
    motion: MotionConfig = group(MotionConfig)
    appearance: AppearanceConfig = group(AppearanceConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range or contradicting each other."""
        validate(self)
        if self.low_score > self.high_score:
            raise SettingError(
                f'low_score must be <= high_score {self.high_score:g}, got {self.low_score:g}')
        if self.max_occluded_s > self.max_lost_s:
            raise SettingError(
                f'max_occluded_s must be <= max_lost_s {self.max_lost_s:g}, '
                f'got {self.max_occluded_s:g}')


@dataclass
class TrackerCounters:
    """
    What a tracker has refused since it was made.

    Attributes
    ----------
    dropped_detections
        Boxes that no image can hold (`boxes.usable`), or a score outside [0, 1].
    dropped_images
        Images whose time stamp was not after the one before.
    restarts
        Jumps back in time after which all tracks were started anew.

    """

    dropped_detections: int = 0
    dropped_images: int = 0
    restarts: int = 0


class Tracker:
    """Tracks of one camera; instances know nothing of each other."""

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._config = config or TrackerConfig()
        self._table = TrackTable()
        self._motion = KalmanBank(self._config.motion)
        self._gallery = TrackGallery(self._config.appearance)
        self._time_s: float | None = None
        self.counters = TrackerCounters()

    @property
    def config(self) -> TrackerConfig:
        """Return the settings in force; they may be replaced between updates, and tracks stay."""
        return self._config

    @config.setter
    def config(self, config: TrackerConfig) -> None:
        self._config = config
        self._motion.config = config.motion
        self._gallery.config = config.appearance

    def update(self, detections: Detections, time_s: float,
               camera_motion: NDArray[np.floating] | None = None) -> Tracks:
        """
        Take in one image; call it for images without detections too.

        Parameters
        ----------
        detections
            What was detected, low scores included; unusable boxes are dropped and counted.
        time_s
            When the image was taken, seconds on any clock that runs on. An image not later than
            the last one is dropped and counted.
        camera_motion
            Shape (2, 3), or None for a camera at rest: maps pixels of the last image to this one.

        Returns
        -------
        Tracks
            Every live track; `detection_indices` count in the detections as given.

        Raises
        ------
        ValueError
            The time or the camera motion is not finite, or the embeddings' dimension changed.

        """
        if not np.isfinite(time_s):
            raise ValueError(f'time_s must be finite, got {time_s!r}')
        if not self._is_later(time_s):
            self.counters.dropped_images += 1
            self._table.detections[:] = -1
            return self._tracks()
        self._predict(time_s, camera_motion)
        # After a gap in the images, whoever stands in a forgotten person's place is somebody new.
        self._forget(time_s, self._config.max_lost_s)
        usable = boxes.usable(detections.boxes_xyxy, detections.scores)
        self.counters.dropped_detections += int(len(usable) - np.count_nonzero(usable))
        usable &= detections.scores >= self._config.low_score
        chosen = np.flatnonzero(usable)
        if len(chosen):
            self._match(detections[chosen], chosen, time_s)
        self._age(time_s)
        return self._tracks()

    def _is_later(self, time_s: float) -> bool:
        if self._time_s is None or time_s > self._time_s:
            return True
        if self._time_s - time_s <= self._config.restart_s:
            return False
        self.counters.restarts += 1
        self._keep(np.zeros(len(self._table), np.bool_))
        self._time_s = None
        return True

    def _predict(self, time_s: float, camera_motion: NDArray[np.floating] | None) -> None:
        if camera_motion is not None:
            affine = np.asarray(camera_motion, np.float64)
            if affine.shape != (2, 3) or not np.isfinite(affine).all():
                raise ValueError(
                    f'camera_motion must be a finite array of shape (2, 3), got {camera_motion!r}')
            self._motion.move_with_camera(affine)
        if self._time_s is not None:
            self._motion.predict(time_s - self._time_s)
        self._time_s = time_s
        self._table.detections[:] = -1

    def _match(self, detections: Detections, origins: Indices, time_s: float) -> None:
        seen = _Seen(detections, origins, boxes.xyxy_to_cxcywh(detections.boxes_xyxy), time_s)
        high = detections.scores >= self._config.high_score
        free = np.ones(len(detections), np.bool_)
        predicted = boxes.cxcywh_to_xyxy(self._motion.values)
        overlaps = boxes.iou(predicted, detections.boxes_xyxy)
        for costs, allowed in self._stages(seen, overlaps, high):
            waiting = self._table.detections < 0
            allowed &= waiting[:, None] & free
            if not allowed.any():
                continue
            rows, columns = assign(costs, allowed)
            self._see(rows, columns, seen)
            free[columns] = False
        self._start(np.flatnonzero(free & (detections.scores >= self._config.new_score)), seen)

    def _stages(self, seen: '_Seen', overlaps: NDArray[np.floating], high: NDArray[np.bool_],
                ) -> Iterator[tuple[NDArray[np.floating], NDArray[np.bool_]]]:
        """Give the costs and the allowed pairs of each stage, first stage first."""
        config, table = self._config, self._table
        # Within each stage a detection of low score is the dearer one (arXiv:2206.14651, fuse).
        place = 1.0 - overlaps * seen.detections.scores
        unsure = table.states == TrackState.TENTATIVE
        near = (table.states != TrackState.LOST)[:, None] & high
        if seen.detections.embeddings is not None:
            distances = self._gallery.distances(seen.detections.embeddings)
            alike = distances <= config.appearance.max_distance
            alike &= self._motion.squared_distances(seen.boxes_cxcywh) <= GATE_4_DOF
            alike &= high & ~unsure[:, None]
            looks = distances / max(config.appearance.max_distance, 1e-6)
            costs = config.appearance_weight * looks + (1.0 - config.appearance_weight) * place
            for turn in self._turns(seen.time_s):
                yield costs, alike & turn[:, None]
        yield place, near & ~unsure[:, None] & (overlaps >= 1.0 - config.max_iou_distance)
        if config.use_low_scores:
            followed = (table.states == TrackState.CONFIRMED) | (
                table.states == TrackState.OCCLUDED)
            yield place, (followed[:, None] & ~high
                          & (overlaps >= 1.0 - config.max_low_iou_distance))
        yield place, near & unsure[:, None] & (overlaps >= 1.0 - config.max_iou_distance)

    def _turns(self, time_s: float) -> Iterator[NDArray[np.bool_]]:
        """Give the tracks that choose together, one group after the other."""
        if self._config.order == 'global':
            yield np.ones(len(self._table), np.bool_)
            return
        unseen = ((time_s - self._table.last_seen_s) / CASCADE_STEP_S).round().astype(np.int64)
        for level in np.unique(unseen):
            yield unseen == level

    def _see(self, rows: Indices, columns: Indices, seen: '_Seen') -> None:
        if not len(rows):
            return
        self._motion.update(rows, seen.boxes_cxcywh[columns])
        self._table.see(
            rows, seen.origins[columns], seen.detections.scores[columns], seen.time_s)
        self._learn(rows, columns, seen)

    def _start(self, columns: Indices, seen: '_Seen') -> None:
        if not len(columns):
            return
        first = len(self._table)
        self._motion.add(seen.boxes_cxcywh[columns])
        self._table.add(seen.origins[columns], seen.detections.scores[columns], seen.time_s)
        self._gallery.add(len(columns))
        self._learn(np.arange(first, len(self._table)), columns, seen)

    def _learn(self, rows: Indices, columns: Indices, seen: '_Seen') -> None:
        if seen.detections.embeddings is None:
            return
        clear = seen.detections.scores[columns] >= self._config.appearance.learn_score
        self._gallery.learn(rows[clear], seen.detections.embeddings[columns[clear]])

    def _age(self, time_s: float) -> None:
        config, table = self._config, self._table
        unseen_s = time_s - table.last_seen_s
        seen_now = table.detections >= 0
        believed = (table.states != TrackState.TENTATIVE) | (table.hits >= config.confirm_hits)
        table.states[believed & seen_now] = TrackState.CONFIRMED
        table.states[believed & ~seen_now] = TrackState.OCCLUDED
        table.states[believed & (unseen_s > config.max_occluded_s)] = TrackState.LOST
        self._motion.hold_size(~seen_now)
        self._forget(time_s, np.where(believed, config.max_lost_s, config.max_tentative_s))

    def _forget(self, time_s: float, longest_s: float | NDArray[np.float64]) -> None:
        over = time_s - self._table.last_seen_s > longest_s
        if over.any():
            self._keep(~over)

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        self._table.keep(chosen)
        self._motion.keep(chosen)
        self._gallery.keep(chosen)

    def _tracks(self) -> Tracks:
        table = self._table
        return Tracks(
            track_ids=table.ids.copy(),
            boxes_xyxy=boxes.cxcywh_to_xyxy(self._motion.values),
            states=table.states.copy(),
            scores=table.scores.copy(),
            velocities_px=self._motion.rates[:, :2].astype(np.float32),
            first_seen_s=table.first_seen_s.copy(),
            last_seen_s=table.last_seen_s.copy(),
            detection_indices=table.detections.copy())


@dataclass(frozen=True, eq=False)
class _Seen:
    """The usable detections of one image; `origins` are their indices as given."""

    detections: Detections
    origins: Indices
    boxes_cxcywh: NDArray[np.float64]
    time_s: float
