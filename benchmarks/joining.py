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

from collections.abc import Mapping

from benchmarks.auditorium import people_on
from benchmarks.auditorium import View
from benchmarks.camera_tracks import CameraTracks
from benchmarks.camera_tracks import images
from benchmarks.identity_cast import known_scale
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.identity_events import EventKind
from person_tracker.core.mean_gallery import MeanGallery
from person_tracker.core.mean_gallery import MeanGalleryConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.types import Appearance

_QUALITY = 0.8  # of looks, whose own is not known

Ids = dict[str, NDArray[np.int64]]  # of every box, by camera


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
            config: IdentityConfig | None = None) -> tuple[Ids, Ids]:
    """Join tracks by our identity; return ids as told, and with what merging corrected later."""
    manager = IdentityManager(config, scales=ScaleBook({model: known_scale(model)}),
                              generator=np.random.default_rng(0))
    ids, numbers, stays = _nothing_told(tracks), {'': 0}, {}
    for camera, rows, time_s in images(tracks):
        seen = tracks[camera]
        track_ids, is_visible = seen.track_ids[rows].tolist(), seen.is_visible[rows]
        due = manager.wants_bodies(camera, track_ids, time_s) & is_visible
        looks = seen.looks[rows][due]
        manager.observe_bodies(
            camera, np.array(track_ids)[due].tolist(),
            Appearance(looks, np.full(len(looks), _QUALITY, np.float32), model), time_s)
        for row, identity in zip(range(rows.start, rows.stop),
                                 manager.update(camera, track_ids, is_visible, time_s)):
            ids[camera][row] = numbers.setdefault(identity.person_id, len(numbers))
        for event in manager.take_events():
            if event.kind == EventKind.MERGED:
                stays[event.other_person_id] = event.person_id
        manager.take_changes()
    return ids, _merged(ids, numbers, stays)


def _merged(ids: Ids, numbers: dict[str, int], stays: Mapping[str, str]) -> Ids:
    """Return ids with those that were merged replaced by those that stayed."""
    final = np.arange(len(numbers))
    for person_id, number in numbers.items():
        while person_id in stays:
            person_id = stays[person_id]
        final[number] = numbers.setdefault(person_id, number)
    return {camera: final[each] for camera, each in ids.items()}


def _nothing_told(tracks: Mapping[str, CameraTracks]) -> Ids:
    return {camera: np.zeros(len(each), np.int64) for camera, each in tracks.items()}
