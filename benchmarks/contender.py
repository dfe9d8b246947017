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
Ours and its peers behind the same three calls.

`prepared` brings one image's boxes into the form that a tracker wants, `update` is the tracker's
own call and nothing else, so that it can be timed, and `people` reads the ids of those seen in
this image out of its answer.
"""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

People = tuple[NDArray[np.int64], NDArray[np.float32]]  # ids (N,), boxes x_min .. y_max (N, 4)


class Contender(Protocol):
    """A tracker in the comparison."""

    def prepared(self, boxes_xyxy: NDArray[np.float32], scores: NDArray[np.float32],
                 embeddings: NDArray[np.float32] | None) -> Any:
        """Return the boxes of one image in the tracker's form."""

    def update(self, prepared: Any, time_s: float, camera_motion: Any = None) -> Any:
        """Let the tracker take one image in."""

    def people(self, answer: Any) -> People:
        """Return who was seen in this image."""


class PersonTracker:
    """Ours; options are settings by dotted name, and in which images it looks for people."""

    def __init__(self, rate_hz: float, detect_every: int = 1, **options: Any) -> None:
        from person_tracker.core.settings import updated
        from person_tracker.core.tracker import Tracker
        from person_tracker.core.tracker import TrackerConfig
        self._tracker = Tracker(updated(TrackerConfig(), options))
        self._detect_every = detect_every
        self._images = 0

    def prepared(self, boxes_xyxy: Any, scores: Any, embeddings: Any) -> Any:
        """Return `Detections`."""
        from person_tracker.core.types import Detections
        return Detections(boxes_xyxy, scores, embeddings)

    def update(self, prepared: Any, time_s: float, camera_motion: Any = None) -> Any:
        """Use all that is known; between the images that are looked at, only time passes."""
        is_detected = self._images % self._detect_every == 0
        self._images += 1
        if not is_detected:
            return self._tracker.predict(time_s, camera_motion)
        return self._tracker.update(prepared, time_s, camera_motion)

    def people(self, answer: Any) -> People:
        """Return confirmed tracks."""
        confirmed = answer.confirmed()
        return confirmed.track_ids, confirmed.boxes_xyxy


class _Supervision:
    """Trackers that speak the language of `supervision`."""

    _tracker: Any

    def prepared(self, boxes_xyxy: Any, scores: Any, embeddings: Any) -> Any:
        """Return `supervision.Detections`."""
        import supervision
        return supervision.Detections(
            xyxy=boxes_xyxy, confidence=scores, class_id=np.zeros(len(scores), int))

    def update(self, prepared: Any, time_s: float, camera_motion: Any = None) -> Any:
        """Frames are all that these know of time."""
        return self._tracker.update(prepared)

    def people(self, answer: Any) -> People:
        """Leave out who has no id yet, -1."""
        if answer.tracker_id is None or not len(answer):
            return np.empty(0, np.int64), np.empty((0, 4), np.float32)
        known = answer.tracker_id >= 0
        return answer.tracker_id[known] + 1, answer.xyxy[known]


class ByteTrack(_Supervision):
    """Roboflow's, no appearance."""

    def __init__(self, rate_hz: float, **options: Any) -> None:
        from trackers import ByteTrackTracker
        self._tracker = ByteTrackTracker(frame_rate=rate_hz, **options)


class Sort(_Supervision):
    """Roboflow's, no appearance."""

    def __init__(self, rate_hz: float, **options: Any) -> None:
        from trackers import SORTTracker
        self._tracker = SORTTracker(frame_rate=rate_hz, **options)


class DeepSort:
    """deep_sort_realtime, which always wants embeddings."""

    def __init__(self, rate_hz: float, **options: Any) -> None:
        from deep_sort_realtime.deepsort_tracker import DeepSort as Tracker
        self._tracker = Tracker(embedder=None, **options)
        self._random = np.random.default_rng(0)

    def prepared(self, boxes_xyxy: Any, scores: Any, embeddings: Any) -> Any:
        """Return a list of `([left, top, width, height], score, class)`, and the embeddings."""
        sizes = np.concatenate((boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]), axis=1)
        boxes = [(box, score, 'person') for box, score in zip(sizes.tolist(), scores.tolist())]
        return boxes, list(self._known(embeddings))

    def _known(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give boxes of unknown looks, zeros, some that are like nobody's: it fails on zeros."""
        unknown = ~embeddings.any(axis=1)
        if not unknown.any():
            return embeddings
        looks = self._random.normal(size=embeddings.shape).astype(np.float32)
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        return np.where(unknown[:, None], looks, embeddings)

    def update(self, prepared: Any, time_s: float, camera_motion: Any = None) -> Any:
        """Frames are all that it knows of time."""
        boxes, embeddings = prepared
        return self._tracker.update_tracks(boxes, embeds=embeddings)

    def people(self, answer: Any) -> People:
        """Return confirmed tracks that were seen now, with the box as detected."""
        seen = [track for track in answer
                if track.is_confirmed() and track.time_since_update == 0]
        boxes = [track.to_ltrb(orig=True) for track in seen]
        return (np.array([int(track.track_id) for track in seen], np.int64),
                np.array(boxes, np.float32).reshape(-1, 4))


class Norfair:
    """Norfair, its overlap distance; `looks_s`: seconds for which looks bring somebody back."""

    def __init__(self, rate_hz: float, looks_s: float = 0.0, **options: Any) -> None:
        from norfair import Tracker
        if looks_s:
            options |= {'reid_distance_function': self._unlike, 'reid_distance_threshold': 0.5,
                        'reid_hit_counter_max': round(looks_s * rate_hz)}
        self._tracker = Tracker(
            distance_function='iou', distance_threshold=0.7, **options)

    @staticmethod
    def _unlike(new: Any, old: Any) -> float:
        """Return the least cosine distance of what is remembered of two."""
        first, second = (np.array([past.embedding for past in one.past_detections])
                         for one in (new, old))
        return float(1.0 - (first @ second.T).max())

    def prepared(self, boxes_xyxy: Any, scores: Any, embeddings: Any) -> Any:
        """Return `norfair.Detection`s, a box being its two corners."""
        from norfair import Detection
        looks = embeddings if embeddings is not None else [None] * len(scores)
        return [Detection(box.reshape(2, 2), np.full(2, score), embedding=look)
                for box, score, look in zip(boxes_xyxy, scores, looks)]

    def update(self, prepared: Any, time_s: float, camera_motion: Any = None) -> Any:
        """Frames are all that it knows of time."""
        return prepared, self._tracker.update(prepared)

    def people(self, answer: Any) -> People:
        """Return those whose last detection is of this image."""
        given, tracks = answer
        now = {id(detection) for detection in given}
        seen = [track for track in tracks if id(track.last_detection) in now]
        boxes = [track.estimate.ravel() for track in seen]
        return (np.array([track.id for track in seen], np.int64),
                np.array(boxes, np.float32).reshape(-1, 4))


CONTENDERS: Mapping[str, Callable[..., Contender]] = {
    'person_tracker': PersonTracker,
    'ByteTrack': ByteTrack,
    'SORT': Sort,
    'deep_sort_realtime': DeepSort,
    'norfair': Norfair,
}
