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

Detections are taken in turns: by looks and place together among those that motion allows (Wojke,
Bewley, Paulus 2017, arXiv:1703.07402), by place, those of low score by place (Zhang et al. 2022,
arXiv:2110.06864), and at last by tracks not yet believed. What is left starts new tracks; one that
turns out to look like somebody who was lost gets that id back. All lifetimes are in seconds, so
that a camera of any rate, or one that stutters, is tracked alike. Nobody reads a clock here: time
is an argument.
"""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core import boxes
from person_tracker.core.assignment import assign
from person_tracker.core.assignment import Indices
from person_tracker.core.kalman import KalmanBank
from person_tracker.core.reentry import clear_reentries
from person_tracker.core.reentry import PictureEdge
from person_tracker.core.stages import Seen
from person_tracker.core.stages import Stages
from person_tracker.core.track_gallery import TrackGallery
from person_tracker.core.tracker_config import TrackerConfig
from person_tracker.core.tracker_config import TrackerCounters
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.tracks import TrackTable
from person_tracker.core.types import Detections

__all__ = ['Tracker', 'TrackerConfig', 'TrackerCounters', 'Tracks', 'TrackState']

_INTERVALS = 1.5  # however slow the camera, a believed track outlives one image without it


class Tracker:
    """Tracks of one camera; instances know nothing of each other."""

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._config = config or TrackerConfig()
        self._table = TrackTable()
        self._motion = KalmanBank(self._config.motion)
        self._sightings = KalmanBank(self._config.motion)
        self._gallery = TrackGallery(self._config.appearance)
        self._edge = PictureEdge()
        self._time_s: float | None = None
        self._detected_s: float | None = None
        self._intervals_s: tuple[float, ...] = ()
        self.counters = TrackerCounters()

    @property
    def config(self) -> TrackerConfig:
        """Return the settings in force; they may be replaced between updates, and tracks stay."""
        return self._config

    @config.setter
    def config(self, config: TrackerConfig) -> None:
        if config.motion.use_bridging and not self._config.motion.use_bridging:
            self._sightings.assign(np.arange(len(self._table)), self._motion)
        self._config = config
        self._motion.config = config.motion
        self._sightings.config = config.motion
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
        if not self._advance(time_s, camera_motion):
            return self._tracks()
        # After a gap in the images, whoever stands in a forgotten person's place is somebody new.
        self._forget(time_s, self._longest_lost_s)
        usable = boxes.usable(detections.boxes_xyxy, detections.scores)
        self.counters.dropped_detections += int(len(usable) - np.count_nonzero(usable))
        usable &= detections.scores >= self._config.low_score
        chosen = np.flatnonzero(usable)
        if len(chosen):
            self._match(detections[chosen], chosen, time_s)
        self._age(time_s)
        self._reenter(time_s)
        self._drop_surplus()
        if self._detected_s is not None:
            self._intervals_s = (*self._intervals_s, time_s - self._detected_s)[-2:]
        self._detected_s = time_s
        return self._tracks()

    def predict(self, time_s: float,
                camera_motion: NDArray[np.floating] | None = None) -> Tracks:
        """
        Move on to an image in which nobody was looked for.

        Tracks keep their states and are where they are expected to be; nobody ages. Parameters
        and errors are those of `update`.
        """
        self._advance(time_s, camera_motion)
        return self._tracks()

    def _advance(self, time_s: float, camera_motion: NDArray[np.floating] | None) -> bool:
        """Predict all tracks for an image; tell whether the image can be used."""
        if not np.isfinite(time_s):
            raise ValueError(f'time_s must be finite, got {time_s!r}')
        affine = None if camera_motion is None else np.asarray(camera_motion, np.float64)
        if affine is not None and not (affine.shape == (2, 3) and np.isfinite(affine).all()):
            raise ValueError(
                f'camera_motion must be a finite array of shape (2, 3), got {camera_motion!r}')
        self._table.detections[:] = -1
        if not self._is_later(time_s):
            self.counters.dropped_images += 1
            return False
        if affine is not None and self._config.use_camera_motion:
            self._motion.move_with_camera(affine)
            if self._config.motion.use_bridging:  # nobody looks at them otherwise
                self._sightings.move_with_camera(affine)
        if self._time_s is not None:
            self._motion.predict(time_s - self._time_s)
        self._time_s = time_s
        return True

    def _is_later(self, time_s: float) -> bool:
        if self._time_s is None or time_s > self._time_s:
            return True
        if self._time_s - time_s <= self._config.restart_s:
            return False
        self.counters.restarts += 1
        self._keep(np.zeros(len(self._table), np.bool_))
        self._time_s = self._detected_s = None
        return True

    def _match(self, detections: Detections, origins: Indices, time_s: float) -> None:
        distances = None
        if detections.embeddings is not None:
            distances = self._gallery.distances(detections.embeddings)
        seen = Seen(detections, origins, boxes.xyxy_to_cxcywh(detections.boxes_xyxy), distances,
                    time_s)
        free = np.ones(len(detections), np.bool_)
        self._edge.reach(detections.boxes_xyxy)
        stages = Stages(self._config, self._table, self._motion, self._gallery)
        for costs, allowed in stages.of(seen, self._patience_s):
            allowed &= (self._table.detections < 0)[:, None] & free
            if not allowed.any():
                continue
            rows, columns = assign(costs, allowed)
            self._see(rows, columns, seen)
            free[columns] = False
        if distances is not None:
            self._gallery.compare_strangers(distances, self._taken(origins))
        self._start(np.flatnonzero(free & (detections.scores >= self._config.new_score)), seen)

    def _taken(self, origins: Indices) -> tuple[Indices, Indices]:
        """Return the tracks seen now, and which usable detection each took."""
        rows = np.flatnonzero(self._table.detections >= 0)
        return rows, np.searchsorted(origins, self._table.detections[rows])

    def _see(self, rows: Indices, columns: Indices, seen: Seen) -> None:
        if not len(rows):
            return
        scores, measured = seen.detections.scores[columns], seen.boxes_cxcywh[columns]
        if self._config.motion.use_bridging:
            gaps_s = seen.time_s - self._table.last_seen_s[rows]
            gone = gaps_s > self._patience_s
            if gone.any():
                self._motion.bridge(rows[gone], self._sightings.subset(rows[gone]),
                                    measured[gone], gaps_s[gone])
        self._motion.update(rows, measured, scores)
        if self._config.motion.use_bridging:
            self._sightings.assign(rows, self._motion.subset(rows))
        self._table.see(rows, seen.origins[columns], scores, seen.time_s)
        self._learn(rows, columns, seen)

    def _start(self, columns: Indices, seen: Seen) -> None:
        if not len(columns):
            return
        first = len(self._table)
        self._motion.add(seen.boxes_cxcywh[columns])
        self._sightings.add(seen.boxes_cxcywh[columns])
        self._table.add(seen.origins[columns], seen.detections.scores[columns], seen.time_s)
        self._gallery.add(len(columns))
        self._learn(np.arange(first, len(self._table)), columns, seen)

    def _learn(self, rows: Indices, columns: Indices, seen: Seen) -> None:
        if seen.detections.embeddings is None:
            return
        clear = seen.detections.scores[columns] >= self._config.appearance.learn_score
        self._gallery.learn(rows[clear], seen.detections.embeddings[columns[clear]])

    @property
    def _patience_s(self) -> float:
        """Return for how long a track may be unseen between two images of a slow camera."""
        # One image that came late does not make a camera a slow one: of two, the shorter counts.
        return _INTERVALS * min(self._intervals_s, default=0.0)

    @property
    def _longest_lost_s(self) -> float:
        """Return for how long a track is kept unseen, by the settings or between slow images."""
        return max(self._config.max_lost_s, self._patience_s)

    def _age(self, time_s: float) -> None:
        config, table = self._config, self._table
        unseen_s = time_s - table.last_seen_s
        seen_now = table.detections >= 0
        believed = (table.states != TrackState.TENTATIVE) | (table.hits >= config.confirm_hits)
        table.states[believed & seen_now] = TrackState.CONFIRMED
        table.states[believed & ~seen_now] = TrackState.OCCLUDED
        table.states[believed & ~seen_now & (unseen_s > config.max_occluded_s)] = TrackState.LOST
        self._motion.hold_size(~seen_now)
        if seen_now.any():
            table.leaving[seen_now] = self._edge.leaving(
                self._motion.boxes_cxcywh()[seen_now], self._motion.rates[seen_now, :2])
        tentative_s = config.max_tentative_s
        if tentative_s > 0.0:
            tentative_s = max(tentative_s, self._patience_s)
        self._forget(time_s, np.where(believed, self._longest_lost_s, tentative_s))

    def _reenter(self, time_s: float) -> None:
        """Give tracks that have just become sure the id of whom they clearly look like."""
        config, table = self._config.reentry, self._table
        if not config.is_on:
            return
        unseen = (table.detections < 0) & (table.states != TrackState.TENTATIVE)
        unseen &= time_s - table.last_seen_s > self._patience_s
        if not config.after_exit:
            unseen &= ~table.leaving
        fresh = (table.states == TrackState.CONFIRMED) & (table.detections >= 0)
        fresh &= table.hits < self._config.confirm_hits + config.tries
        new, old = np.flatnonzero(fresh), np.flatnonzero(unseen)
        if not len(new) or not len(old):
            return
        limit = config.distance_factor * self._gallery.max_distance
        distances = self._gallery.distances_between(old, new)
        seen = np.flatnonzero(table.detections >= 0)
        in_view = self._gallery.distances_between(seen, new)
        in_view[seen[:, None] == new] = np.inf
        gone = np.zeros(len(table), np.bool_)
        for lost, found in zip(*clear_reentries(
                distances, in_view.min(axis=0), limit, config.margin * limit)):
            self._take_over(old[lost], new[found])
            gone[new[found]] = True
        if gone.any():
            self._keep(~gone)

    def _take_over(self, old: int, new: int) -> None:
        """Let a lost track go on where a new one is."""
        self._motion.assign(np.array([old]), self._motion.subset(np.array([new])))
        self._sightings.assign(np.array([old]), self._sightings.subset(np.array([new])))
        self._table.take_over(old, new)
        self._gallery.take_over(old, new)

    def _drop_surplus(self) -> None:
        table = self._table
        if self._config.max_duplicate_iou < 1.0 and len(table) > 1:
            self._drop_duplicates()
        lost = np.flatnonzero(table.states == TrackState.LOST)
        surplus = len(lost) - self._config.max_lost_tracks
        if surplus > 0:
            keep = np.ones(len(table), np.bool_)
            keep[lost[np.argsort(table.last_seen_s[lost], kind='stable')[:surplus]]] = False
            self._keep(keep)

    def _drop_duplicates(self) -> None:
        table = self._table
        present = np.flatnonzero(table.states != TrackState.LOST)
        # Of two that started together the less sure one counts as the younger.
        present = present[np.lexsort((
            -table.scores[present], -table.hits[present], table.first_seen_s[present]))]
        corners = boxes.cxcywh_to_xyxy(self._motion.boxes_cxcywh()[present])
        overlaps = np.triu(boxes.iou(corners, corners), k=1)
        younger = np.unique(np.nonzero(overlaps > self._config.max_duplicate_iou)[1])
        keep = np.ones(len(table), np.bool_)
        keep[present[younger]] = False
        self._keep(keep)

    def _forget(self, time_s: float, longest_s: float | NDArray[np.float64]) -> None:
        over = time_s - self._table.last_seen_s > longest_s
        if over.any():
            self._keep(~over)

    def _keep(self, chosen: NDArray[np.bool_]) -> None:
        for part in (self._table, self._motion, self._sightings, self._gallery):
            part.keep(chosen)

    def _tracks(self) -> Tracks:
        table = self._table
        return Tracks(
            track_ids=table.ids.copy(),
            boxes_xyxy=boxes.cxcywh_to_xyxy(self._motion.boxes_cxcywh()),
            states=table.states.copy(),
            scores=table.scores.copy(),
            velocities_px=self._motion.rates[:, :2].astype(np.float32),
            first_seen_s=table.first_seen_s.copy(),
            last_seen_s=table.last_seen_s.copy(),
            detection_indices=table.detections.copy())
