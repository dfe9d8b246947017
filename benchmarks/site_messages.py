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

"""What the nodes of one camera of a busy site would publish of an image."""

from benchmarks.busy_site import MODEL
from benchmarks.busy_site import SiteImage
from benchmarks.busy_site import Wardrobe
import numpy as np
from person_tracker.core.faces import Faces
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.nodes.conversions import features_to_msg
from person_tracker.nodes.conversions import tracks_to_msg
from person_tracker.nodes.face_conversions import faces_to_msg
from person_tracker.nodes.stamps import stamp_from_seconds
from person_tracker_msgs.msg import FaceObservationArray
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPersonArray
from std_msgs.msg import Header

_SCORE, _QUALITY = 0.9, 0.8
_FACE_MODEL, _FACE_NUMBERS = 'sface', 128


def header_of(image: SiteImage) -> Header:
    """Return stamp and frame of an image."""
    return Header(stamp=stamp_from_seconds(image.time_s),
                  frame_id=f'{image.camera}_optical_frame')


def features_of(image: SiteImage, wardrobe: Wardrobe) -> PersonFeaturesArray:
    """Return the message of `reid`: everybody who is detected, with looks."""
    rows = np.flatnonzero(image.is_visible)
    looks = wardrobe.looks(image.camera, [image.people[row] for row in rows])
    return features_to_msg(
        Detections(image.boxes_xyxy[rows], np.full(len(rows), _SCORE, np.float32)),
        Appearance(looks, np.full(len(rows), _QUALITY, np.float32), MODEL), header_of(image))


def tracks_of(image: SiteImage) -> TrackedPersonArray:
    """Return the message of `tracker`."""
    count = len(image.track_ids)
    tracks = Tracks(
        np.array(image.track_ids, np.int64), image.boxes_xyxy,
        np.where(image.is_visible, TrackState.CONFIRMED, TrackState.OCCLUDED).astype(np.uint8),
        np.full(count, _SCORE, np.float32), np.zeros((count, 2), np.float32),
        np.array(image.first_seen_s), np.full(count, image.time_s), np.arange(count))
    return tracks_to_msg(tracks, header_of(image), image.camera)


def faces_of(image: SiteImage, random: np.random.Generator) -> FaceObservationArray:
    """Return a message of `face` in which everybody shows a face."""
    count = len(image.track_ids)
    looks = random.normal(size=(count, _FACE_NUMBERS)).astype(np.float32)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    scores = np.full(count, _SCORE, np.float32)
    return faces_to_msg(Faces(
        boxes_xyxy=image.boxes_xyxy, landmarks=np.zeros((count, 5, 2), np.float32), scores=scores,
        sharpnesses=scores, brightnesses=scores, frontalities=scores, qualities=scores,
        embeddings=looks, track_ids=np.array(image.track_ids, np.int64), model=_FACE_MODEL),
        header_of(image), image.camera)
