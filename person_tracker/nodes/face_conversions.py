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

"""Messages of faces to the core's types and back, and what people say about tracks' faces."""

import numpy as np
from person_tracker.core import boxes
from person_tracker.core.faces import Faces
from person_tracker.core.faces import LANDMARKS
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker_msgs.msg import FaceObservation
from person_tracker_msgs.msg import FaceObservationArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from std_msgs.msg import Header
from vision_msgs.msg import Point2D

_TOLD = (TrackedPerson.IDENTITY_FACE, TrackedPerson.IDENTITY_OPERATOR)


def faces_to_msg(faces: Faces, header: Header, camera: str) -> FaceObservationArray:
    """Return the message of an image's faces; an embedding that was not computed is left empty."""
    msg = FaceObservationArray(header=header, camera=camera, model=faces.model)
    centred = boxes.xyxy_to_cxcywh(faces.boxes_xyxy)
    known = np.any(faces.embeddings != 0.0, axis=1)
    for index, box in enumerate(centred):
        face = FaceObservation(
            track_id=int(faces.track_ids[index]), bbox=box_to_msg(box),
            landmarks=[Point2D(x=x, y=y) for x, y in faces.landmarks[index].tolist()],
            score=float(faces.scores[index]), frontality=float(faces.frontalities[index]),
            sharpness=float(faces.sharpnesses[index]),
            brightness=float(faces.brightnesses[index]))
        if known[index]:
            face.embedding.frombytes(np.float32(faces.embeddings[index]).tobytes())
            face.quality = float(faces.qualities[index])
        msg.faces.append(face)
    return msg


def faces_from_msg(msg: FaceObservationArray) -> Faces:
    """Return an image's faces; rows of zeros, and quality 0, where there is no embedding."""
    found = msg.faces

    def column(name: str) -> np.ndarray:
        return np.array([getattr(face, name) for face in found], np.float32)

    landmarks = [[(point.x, point.y) for point in face.landmarks] for face in found]
    dimension = max((len(face.embedding) for face in found), default=0)
    embeddings = np.zeros((len(found), dimension), np.float32)
    for row, face in zip(embeddings, found):
        if face.embedding:
            row[:] = face.embedding
    return Faces(
        boxes_xyxy=boxes_from_msgs([face.bbox for face in found]),
        landmarks=np.array(landmarks, np.float32).reshape(-1, len(LANDMARKS), 2),
        scores=column('score'), sharpnesses=column('sharpness'),
        brightnesses=column('brightness'), frontalities=column('frontality'),
        qualities=column('quality'), embeddings=embeddings,
        track_ids=np.array([face.track_id for face in found], np.int64), model=msg.model)


def settled_tracks(people: TrackedPersonArray, camera: str) -> dict[int, bool]:
    """Tell by track id of a camera whether a face or an operator has told who it is."""
    return {view.track_id: bool(person.person_id) and person.identity_source in _TOLD
            for person in people.people for view in (person, *person.views)
            if view.camera == camera and view.track_id}
