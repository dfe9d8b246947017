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
Ways to give the tracks of all cameras ids in common: plain, ours, and an oracle.

Each gives an id for every box as it was told when the box was seen; 0 says that nothing was told.
"""

from collections.abc import Iterator
from collections.abc import Mapping

from benchmarks.auditorium import FPS
from benchmarks.auditorium import people_on
from benchmarks.auditorium import View
from benchmarks.camera_tracks import CameraTracks
from benchmarks.camera_tracks import images
from benchmarks.identity_cast import known_scale
import numpy as np
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.mean_gallery import MeanGallery
from person_tracker.core.mean_gallery import MeanGalleryConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.evaluation.global_ids import GlobalIds
from person_tracker.evaluation.global_ids import Ids
from person_tracker.evaluation.joint_replay import CameraImage
from person_tracker.evaluation.joint_replay import identify


def plain_ids(tracks: Mapping[str, CameraTracks],
              config: MeanGalleryConfig | None = None) -> Ids:
    """Join tracks by a mean look for each person and a threshold."""
    gallery = MeanGallery(config)
    ids = _nothing_told(tracks)
    for camera, rows, _ in images(tracks):
        seen = tracks[camera]
        ids[camera][rows] = gallery.identify(
            camera, seen.track_ids[rows].tolist(), seen.looks[rows])
    return ids


def alone_ids(tracks: Mapping[str, CameraTracks]) -> Ids:
    """Leave every camera by itself: each track is somebody new."""
    return {camera: number * 1_000_000 + each.track_ids
            for number, (camera, each) in enumerate(tracks.items())}


def oracle_ids(tracks: Mapping[str, CameraTracks], views: Mapping[str, View]) -> Ids:
    """Join tracks by the person whom each shows most often: the best that joining can do."""
    ids = _nothing_told(tracks)
    for camera, seen in tracks.items():
        people = people_on(seen.frames, seen.boxes_xywh, views[camera].truth)
        people[~seen.is_visible] = 0
        for track_id in np.unique(seen.track_ids):
            rows = seen.track_ids == track_id
            shown = people[rows & (people > 0)]
            ids[camera][rows] = np.bincount(shown).argmax() if len(shown) else 0
    return ids


def own_ids(tracks: Mapping[str, CameraTracks], model: str,
            config: IdentityConfig | None = None,
            grounds: Mapping[str, CameraGround] | None = None, *,
            use_looks: bool = True) -> tuple[Ids, Ids]:
    """Join tracks by our identity; return ids as told, and as they are known in the end."""
    manager = IdentityManager(config, scales=ScaleBook({model: known_scale(model)}),
                              generator=np.random.default_rng(0))
    ids = GlobalIds(tracks)
    for image, identities in identify(
            _images(tracks, use_looks), manager, model=model, grounds=grounds):
        ids.add(image, identities, manager.take_events())
        manager.take_changes()
    return ids.told(), ids.settled()


def _images(tracks: Mapping[str, CameraTracks], use_looks: bool) -> Iterator[CameraImage]:
    for camera, rows, time_s in images(tracks):
        seen = tracks[camera]
        yield CameraImage(
            camera, round(time_s * FPS) + 1, time_s, seen.track_ids[rows], seen.boxes_xyxy[rows],
            np.ones(rows.stop - rows.start, np.float32), seen.is_visible[rows],
            seen.looks[rows] if use_looks else np.zeros_like(seen.looks[rows]))


def _nothing_told(tracks: Mapping[str, CameraTracks]) -> Ids:
    return {camera: np.zeros(len(each), np.int64) for camera, each in tracks.items()}
