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

"""The faces in an image: found, measured, described, each given to the track it belongs to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.faces import Faces
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.models import face_quality
from person_tracker.models.face_alignment import aligned
from person_tracker.models.face_detector import FaceDetector
from person_tracker.models.face_detector import FoundFaces
from person_tracker.models.face_detector import without_doubles
from person_tracker.models.face_encoder import FaceEncoder
from person_tracker.models.face_encoder import names_face_file
from person_tracker.models.face_owners import owners
from person_tracker.models.face_owners import search_areas
from person_tracker.models.face_straightening import straightened
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.preprocessing import check_image
from person_tracker.models.preprocessing import Image
from person_tracker.models.registry import lookup
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.session import SharedSessions

# Small faces are found better enlarged; beyond this there is nothing to see.
_MAX_ZOOM = 4.0


@dataclass(frozen=True)
class FaceConfig(NetworkConfig):
    """What finds and describes faces, where, and which of them are good enough."""

    detector: str = setting(
        'yunet', 'Face detector: a name from the model registry, or the path of a YuNet .onnx '
        'file.', live=False)
    encoder: str = setting(
        'sface', 'Face recognition network: a name from the model registry, or the path of a '
        'network file: .onnx, .t7 (Torch7), .xml (OpenVINO), .pb or .tflite.', live=False)
    search: str = setting(
        'tracks', 'Where faces are looked for: tracks, in the upper part of each body box, or '
        'frame, in the whole image.', choices=('tracks', 'frame'))
    upper_part: float = setting(
        0.5, 'Share of the height of a body box, from its top, in which its face is looked for; '
        'never less than a square.', minimum=0.1, maximum=1.0)
    crop_size_px: int = setting(
        320, 'Longest side with which the upper part of a body box is looked at.', minimum=64,
        maximum=4096, unit='px')
    frame_size_px: int = setting(
        640, 'Longest side with which the whole image is looked at; smaller misses small faces.',
        minimum=64, maximum=8192, unit='px')
    straighten: bool = setting(
        True, 'Look at each face again, turned by several angles: heads leaned to the side are '
        'recognised, for about 3 ms a face.')
    min_score: float = setting(
        0.6, 'A face that the detector scores lower is left out.', minimum=0.0, maximum=1.0)
    min_size_px: float = setting(
        24.0, 'A face narrower than this gets no embedding.', minimum=1.0, maximum=1000.0,
        unit='px')
    min_quality: float = setting(
        0.1, 'A face of lower quality (small, blurred, dark, turned away) gets no embedding.',
        minimum=0.0, maximum=1.0)
    batch_size: int = setting(
        8, 'Faces described at once at most; more need more memory.', minimum=1, maximum=256)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class FaceAnalyser:
    """
    Finds the faces in an image and describes them.

    Attributes
    ----------
    name
        Name of the embedding space; embeddings of different names are never compared.
    dimension
        Length of one embedding.
    description
        Models, runtime and device: a line to log.
    calibration
        What similarities of these embeddings are worth.

    """

    def __init__(self, config: FaceConfig | None = None,
                 shared: SharedSessions | None = None) -> None:
        """
        Load the networks and run them once, so that the first image is not slower.

        Parameters
        ----------
        config
            The defaults where None.
        shared
            Where analysers for several cameras have the same networks; None loads its own.

        """
        self._config = config = config or FaceConfig()
        if config.detector.endswith('.onnx'):
            path, name = Path(config.detector).expanduser(), ''
        else:
            entry = lookup(config.detector, 'face_detector', config.models_folder)
            path = verify(entry, config.models_folder)[0]
            name = config.detector
        self._detector = FaceDetector(path, config.device, config.threads, name, shared,
                                      config.backend)
        self._encoder = FaceEncoder(config.encoder, config, shared)
        self.name = self._encoder.name
        self.dimension = self._encoder.dimension
        self.calibration = self._encoder.calibration
        self.description = f'{self._detector.description}; {self._encoder.description}'

    @property
    def config(self) -> FaceConfig:
        """Return the settings in use; assigning applies the live ones to the next image."""
        return self._config

    @config.setter
    def config(self, config: FaceConfig) -> None:
        self._config = config

    def find(self, image: Image, boxes_xyxy: NDArray[np.float32],
             track_ids: NDArray[np.int64], wanted: NDArray[np.bool_] | None = None) -> Faces:
        """Look where the settings say: `in_tracks`, or `in_frame` for everybody's."""
        if self._config.search == 'tracks':
            return self.in_tracks(image, boxes_xyxy, track_ids, wanted)
        return self.in_frame(image, boxes_xyxy, track_ids)

    def in_tracks(self, image: Image, boxes_xyxy: NDArray[np.float32],
                  track_ids: NDArray[np.int64],
                  wanted: NDArray[np.bool_] | None = None) -> Faces:
        """
        Look for the faces of tracks in the upper part of their body boxes.

        Parameters
        ----------
        image
            Shape (H, W, 3), uint8, blue-green-red.
        boxes_xyxy
            Body boxes, shape (N, 4), pixels; they may reach outside the image.
        track_ids
            Shape (N,).
        wanted
            Shape (N,): whose faces to look for; everybody's where None. Give the boxes of the
            others too: a face that fits one of them better is theirs.

        Returns
        -------
        Faces
            At most one per wanted track, in the order of the tracks: of the faces that fit no
            other box better, the one that fits best.

        Raises
        ------
        ValueError
            The array is not such an image, or the others are not of these shapes.

        """
        check_image(image)
        boxes, ids = _checked(boxes_xyxy, track_ids)
        chosen = np.ones(len(ids), bool) if wanted is None else np.asarray(wanted, bool)
        areas = search_areas(boxes, image.shape[1], image.shape[0], self._config.upper_part)
        found = [self._in_area(image, area) for area in areas[chosen]]
        faces = _joined(found)
        owner = owners(faces.boxes_xyxy, boxes, self._config.upper_part)
        kept = np.flatnonzero((owner >= 0) & np.append(chosen, False)[owner])
        kept = kept[np.argsort(owner[kept], kind='stable')]
        return self._described(image, faces[kept], ids[owner[kept]])

    def in_frame(self, image: Image, boxes_xyxy: NDArray[np.float32] | None = None,
                 track_ids: NDArray[np.int64] | None = None) -> Faces:
        """
        Look for every face in an image; arguments and errors as `in_tracks`.

        Returns
        -------
        Faces
            Best score first; a track has at most one of them, and `track_ids` is 0 for faces that
            belong to no track.

        """
        check_image(image)
        faces = self._detector.find(image, longest_px=self._config.frame_size_px,
                                    min_score=self._config.min_score)
        if boxes_xyxy is None or track_ids is None:
            return self._described(image, faces, np.zeros(len(faces), np.int64))
        boxes, ids = _checked(boxes_xyxy, track_ids)
        owner = owners(faces.boxes_xyxy, boxes, self._config.upper_part)
        return self._described(image, faces, np.append(ids, 0)[owner])

    def _in_area(self, image: Image, area: NDArray[np.intp]) -> FoundFaces:
        left, top, right, bottom = area
        if right <= left or bottom <= top:
            return _joined([])
        crop = image[top:bottom, left:right]
        return self._detector.find(
            crop, longest_px=self._config.crop_size_px, max_zoom=_MAX_ZOOM,
            min_score=self._config.min_score).moved(left, top)

    def _described(self, image: Image, found: FoundFaces, track_ids: NDArray[np.int64]) -> Faces:
        count = len(found)
        sides = found.boxes_xyxy[:, 2] - found.boxes_xyxy[:, 0]
        large = sides >= self._config.min_size_px
        if self._config.straighten:
            found = self._straightened(image, found, large)
        measures = np.zeros((4, count), np.float32)
        embeddings = np.zeros((count, self.dimension), np.float32)
        pictures, rows = [], []
        for row, (points, score) in enumerate(zip(found.landmarks, found.scores)):
            face, measures[:, row] = _measured(image, points, float(score))
            usable = measures[3, row] > 0.0 and measures[3, row] >= self._config.min_quality
            if face is not None and large[row] and usable:
                pictures.append(self._encoder.picture(image, points, face))
                rows.append(row)
        for first in range(0, len(rows), self._config.batch_size):
            some = slice(first, first + self._config.batch_size)
            embeddings[rows[some]] = self._encoder.encode(pictures[some])
        sharpnesses, brightnesses, frontalities, qualities = measures
        qualities[~embeddings.any(axis=1)] = 0.0
        return Faces(_inside(found.boxes_xyxy, image), found.landmarks, found.scores, sharpnesses,
                     brightnesses, frontalities, qualities, embeddings, track_ids, self.name)

    def _straightened(self, image: Image, found: FoundFaces,
                      large: NDArray[np.bool_]) -> FoundFaces:
        """Return the faces with better landmarks where they are worth the time."""
        landmarks = found.landmarks.copy()
        landmarks[large] = straightened(image, found[large], self._detector).landmarks
        return FoundFaces(found.boxes_xyxy, landmarks, found.scores)


def needed_face_models(config: FaceConfig) -> list[tuple[ModelEntry, str]]:
    """
    Return the networks of the registry that a configuration needs, and the folder of each.

    Files of the user's own are not among them; `fetch` gets what is missing.

    Raises
    ------
    ModelError
        A network is not known.

    """
    folder, needed = config.models_folder, []
    if not config.detector.endswith('.onnx'):
        needed.append((lookup(config.detector, 'face_detector', folder), folder))
    if not names_face_file(config.encoder):
        needed.append((lookup(config.encoder, 'face_encoder', folder), folder))
    return needed


def _measured(image: Image, landmarks: NDArray[np.float32],
              score: float) -> tuple[Image | None, tuple[float, float, float, float]]:
    """Return the aligned face, and its sharpness, brightness, frontality and quality."""
    frontality = face_quality.frontality(landmarks)
    if np.isnan(frontality):
        return None, (0.0, 0.0, frontality, 0.0)  # such points cannot be brought into position
    face = aligned(image, landmarks)
    return face, (face_quality.sharpness(face), face_quality.brightness(face), frontality,
                  face_quality.quality(face, landmarks, score))


def _checked(boxes_xyxy: NDArray[np.float32],
             track_ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    boxes = np.asarray(boxes_xyxy, np.float32)
    if boxes.size == 0:
        boxes = boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f'boxes_xyxy must have shape (N, 4), got {boxes.shape}')
    ids = np.asarray(track_ids, np.int64)
    if ids.shape != (len(boxes),):
        raise ValueError(f'track_ids must have shape ({len(boxes)},), got {ids.shape}')
    return boxes, ids


def _joined(found: list[FoundFaces]) -> FoundFaces:
    """Return the faces of several areas as one list, a face seen in two areas only once."""
    none = FoundFaces(np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32),
                      np.empty(0, np.float32))
    every = [none, *found]
    return without_doubles(FoundFaces(np.concatenate([each.boxes_xyxy for each in every]),
                                      np.concatenate([each.landmarks for each in every]),
                                      np.concatenate([each.scores for each in every])))


def _inside(boxes: NDArray[np.float32], image: Image) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    return np.clip(boxes, 0.0, np.array([width, height, width, height], np.float32))
