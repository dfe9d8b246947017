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

"""Several cameras and one identity on detections that were recorded before."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_events import Identity
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Appearance
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.replay import replay

_QUALITY = 0.8  # of looks, whose own is not recorded


@dataclass(frozen=True, eq=False)
class Recording:
    """
    What was detected by one camera.

    Attributes
    ----------
    camera
        Its name.
    rows
        The detections, scores in [0, 1].
    embeddings
        Shape (N, D), float32, L2-normalised, zeros where unknown; None: there are none.

    """

    camera: str
    rows: DetectionRows
    embeddings: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class CameraImage:
    """
    The tracks that are believed in one image of one camera.

    Attributes
    ----------
    camera, frame, time_s
        Which image it is, and when it was taken, seconds.
    track_ids
        Shape (N,), int64.
    boxes_xyxy
        Shape (N, 4), float32, pixels.
    scores
        Shape (N,), float32, in [0, 1].
    is_visible
        Shape (N,), bool: seen in this image, not merely predicted.
    looks
        Shape (N, D), float32: of the detections taken, zeros where there is none.

    """

    camera: str
    frame: int
    time_s: float
    track_ids: NDArray[np.int64]
    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    is_visible: NDArray[np.bool_]
    looks: NDArray[np.float32]


def common_frames(recordings: Iterable[Recording]) -> range:
    """Return the frames from the first in which any camera has a box to the last."""
    numbers = [frame for each in recordings if len(each.rows)
               for frame in (int(each.rows.frames[0]), int(each.rows.frames[-1]))]
    return range(min(numbers), max(numbers) + 1) if numbers else range(0)


def follow_together(recordings: Sequence[Recording], config: TrackerConfig, *, fps: float,
                    every: int = 1) -> Iterator[CameraImage]:
    """
    Track the people of each camera, and give all images in order of time.

    Parameters
    ----------
    recordings
        One for each camera; frames of one number were taken at one time.
    config
        Settings of each camera's tracker.
    fps
        Frames per second.
    every
        The detections of every n-th frame are used.

    """
    frames = common_frames(recordings)
    cameras = [_follow(each, config, fps, every, frames) for each in recordings]
    for images in zip(*cameras):
        yield from images


def _follow(recording: Recording, config: TrackerConfig, fps: float, every: int,
            frames: range) -> Iterator[CameraImage]:
    looks = recording.embeddings
    for frame, tracks in replay(Tracker(config), recording.rows, fps=fps, embeddings=looks,
                                every=every, frames=frames):
        now = tracks[np.isin(tracks.states, (TrackState.CONFIRMED, TrackState.OCCLUDED))]
        taken = now.detection_indices >= 0
        shown = np.zeros((len(now), 0 if looks is None else looks.shape[1]), np.float32)
        if looks is not None:
            shown[taken] = looks[recording.rows.in_frame(frame)][now.detection_indices[taken]]
        yield CameraImage(recording.camera, frame, (frame - 1) / fps, now.track_ids,
                          now.boxes_xyxy, now.scores, now.states == TrackState.CONFIRMED, shown)


def identify(images: Iterable[CameraImage], manager: IdentityManager, *, model: str,
             grounds: Mapping[str, CameraGround] | None = None,
             ) -> Iterator[tuple[CameraImage, list[Identity]]]:
    """
    Ask identity who is on the tracks, image by image.

    Parameters
    ----------
    images
        Of all cameras, in order of time.
    manager
        Identity; its events and changes are for the caller to take.
    model
        Name of the network that made the looks.
    grounds
        Where cameras see the ground, as far as it is known.

    Yields
    ------
    tuple
        An image, and one identity for each of its tracks.

    """
    known = grounds or {}
    for image in images:
        shown = np.flatnonzero(image.is_visible)
        track_ids = image.track_ids[shown].tolist()
        wanted = shown[manager.wants_bodies(image.camera, track_ids, image.time_s)]
        looks = image.looks[wanted]
        if looks.any():
            manager.observe_bodies(
                image.camera, image.track_ids[wanted].tolist(),
                Appearance(looks, np.full(len(looks), _QUALITY, np.float32), model), image.time_s)
        if image.camera in known and manager.wants_places(image.camera, image.time_s):
            places = known[image.camera].places(image.boxes_xyxy[shown])
            manager.observe_places(image.camera, track_ids, places, image.time_s)
        yield image, manager.update(
            image.camera, image.track_ids.tolist(), image.is_visible, image.time_s)
