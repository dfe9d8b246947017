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

"""The tracks of all cameras and the looks gathered on them."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.faces import Faces
from person_tracker.core.identity_config import BodyEvidenceConfig
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.track_evidence import TrackEvidence
from person_tracker.core.types import Appearance

_CONTRARY_LOG_ODDS = -1.0
_CONTRARY_QUALITY = 0.4
_CONTRARY_CLOTHES = -1.5


class TrackBook:
    """Every track that identity has heard of, with its looks, until it is over."""

    def __init__(self) -> None:
        self._tracks: dict[tuple[str, int], TrackEvidence] = {}

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self._tracks)

    def __iter__(self) -> Iterator[TrackEvidence]:
        """Return the tracks."""
        return iter(self._tracks.values())

    def find(self, camera: str, track_id: int) -> TrackEvidence | None:
        """Return a track, None where it is not known."""
        return self._tracks.get((camera, track_id))

    def get(self, camera: str, track_id: int, time_s: float) -> TrackEvidence:
        """Return a track, which begins at this time where it was not known."""
        key = camera, track_id
        if key not in self._tracks:
            self._tracks[key] = TrackEvidence(camera, track_id, time_s, time_s)
        return self._tracks[key]

    def in_view(self, camera: str) -> Iterator[TrackEvidence]:
        """Return the tracks that were seen in the last image of a camera."""
        return (track for track in self.of_camera(camera) if track.is_visible)

    def of_camera(self, camera: str) -> Iterator[TrackEvidence]:
        """Return the tracks of a camera."""
        return (track for track in self if track.camera == camera)

    def of_person(self, person_id: str) -> list[TrackEvidence]:
        """Return the tracks of a person, those seen last first."""
        found = [track for track in self if track.person_id == person_id]
        return sorted(found, key=lambda track: -track.last_s)

    def see(self, camera: str, track_ids: Sequence[int], is_visible: Iterable[bool],
            time_s: float) -> list[TrackEvidence]:
        """Take in the tracks of one image and return them in order."""
        self.lose_sight(camera)
        tracks = [self.get(camera, track_id, time_s) for track_id in track_ids]
        for track, visible in zip(tracks, is_visible):
            track.is_visible, track.last_s = visible, time_s
            if visible:
                track.seen_s = time_s
        return tracks

    def lose_sight(self, camera: str) -> None:
        """Note that the tracks of a camera are not seen now."""
        for track in self.in_view(camera):
            track.is_visible = False

    def end(self, camera: str, time_s: float, patience_s: float) -> list[TrackEvidence]:
        """Take out and return the tracks of a camera that were not heard of for a time."""
        ended = [track for track in self if track.camera == camera
                 and abs(time_s - track.last_s) > patience_s]
        for track in ended:
            del self._tracks[track.camera, track.track_id]
        return ended

    def wants_bodies(self, camera: str, track_ids: Sequence[int], time_s: float,
                     config: BodyEvidenceConfig) -> NDArray[np.bool_]:
        """
        Tell at whose bodies to look in an image, shape (N,): those not looked at for longest.

        They count as looked at, whether or not the look turns out to be of use.
        """
        tracks = [self.get(camera, track_id, time_s) for track_id in track_ids]
        waits_s = np.array([abs(time_s - track.asked_s) for track in tracks])
        wanted = np.zeros(len(tracks), np.bool_)
        longest = np.argsort(-waits_s, kind='stable')[:config.max_tracks]
        wanted[longest] = waits_s[longest] >= config.interval_s
        for row in np.flatnonzero(wanted).tolist():
            tracks[row].asked_s = time_s
        return wanted

    def reconsider_undecided(self, camera: str, track_ids: Sequence[int], time_s: float) -> None:
        """Note that there is evidence on tracks of an image that have nobody yet."""
        for track_id in track_ids:
            track = self.get(camera, track_id, time_s)
            track.is_changed = track.is_changed or not track.person_id

    def add_bodies(self, camera: str, track_ids: Sequence[int], appearance: Appearance,
                   time_s: float, config: IdentityConfig, scales: ScaleBook) -> None:
        """Take in looks at the bodies of some tracks, those of low quality excepted."""
        for track_id, embedding, quality in zip(
                track_ids, appearance.embeddings, appearance.qualities.tolist()):
            if quality >= config.body.min_quality and embedding.any():
                track = self.get(camera, track_id, time_s)
                _note_contrary_body(track, embedding, appearance.model, scales)
                track.bodies.add(embedding, quality, appearance.model, time_s)
                track.is_changed = True

    def add_faces(self, camera: str, faces: Faces, time_s: float, config: IdentityConfig,
                  scales: ScaleBook) -> None:
        """Take in the faces of one image, those of low quality and of no track excepted."""
        for row, track_id in enumerate(faces.track_ids.tolist()):
            quality, embedding = float(faces.qualities[row]), faces.embeddings[row]
            if not track_id or quality < config.face.min_quality or not embedding.any():
                continue
            track = self.get(camera, track_id, time_s)
            _note_contrary(track, embedding, quality, faces.model, scales)
            track.faces.add(embedding, quality, faces.model, time_s)
            track.is_changed = True

    def bodies_in_view(self, camera: str, model: str) -> NDArray[np.float32]:
        """Return the latest look at each body in view, shape (N, D)."""
        return np.array([track.bodies.latest.embedding for track in self.in_view(camera)
                         if len(track.bodies) and track.bodies.model == model], np.float32)


def _note_contrary_body(track: TrackEvidence, embedding: NDArray[np.float32], model: str,
                        scales: ScaleBook) -> None:
    """Count the latest looks that are not as those before, and how many of them are alike."""
    count = track.contrary_bodies
    if len(track.bodies) <= count or track.bodies.model != model:
        track.contrary_bodies = track.alike_bodies = 0
        return
    worth = scales.body(model).log_odds(track.bodies.embeddings @ embedding)
    before, after = worth[:len(worth) - count], worth[len(worth) - count:]
    is_contrary = float(before.max()) <= _CONTRARY_CLOTHES
    track.contrary_bodies = count + 1 if is_contrary else 0
    track.alike_bodies = int((after > 0.0).sum()) + 1 if is_contrary else 0


def _note_contrary(track: TrackEvidence, embedding: NDArray[np.float32], quality: float,
                   model: str, scales: ScaleBook) -> None:
    """Count the good faces in a row that are another's than those the track showed before."""
    if not len(track.faces) or track.faces.model != model:
        track.contrary_faces = 0
        return
    before = track.faces.embeddings[:max(1, len(track.faces) - track.contrary_faces)]
    similarity = np.float32((before @ embedding).max(initial=-1.0))
    if float(scales.face(model).log_odds(similarity)) >= _CONTRARY_LOG_ODDS:
        track.contrary_faces = 0
    elif quality >= _CONTRARY_QUALITY:  # a poor picture resembles nobody
        track.contrary_faces += 1
