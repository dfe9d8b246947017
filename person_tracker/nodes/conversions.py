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

"""Messages of detections, features, tracks and people to the core's types and back."""

from collections.abc import Sequence
import math

from geometry_msgs.msg import Point
from geometry_msgs.msg import Pose
from geometry_msgs.msg import PoseWithCovariance
from geometry_msgs.msg import Quaternion
from geometry_msgs.msg import Twist
from geometry_msgs.msg import TwistWithCovariance
from geometry_msgs.msg import Vector3
import numpy as np
from numpy.typing import NDArray
from person_tracker.core import boxes
from person_tracker.core.geometry import CameraModel
from person_tracker.core.tracks import Tracks
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.nodes.stamps import seconds
from person_tracker.nodes.stamps import stamp_from_seconds
from person_tracker_msgs.msg import PersonFeatures
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header
from vision_msgs.msg import BoundingBox2D
from vision_msgs.msg import Detection2D
from vision_msgs.msg import Detection2DArray
from vision_msgs.msg import ObjectHypothesisWithPose

PERSON = 'person'
SKIPPED = 'skipped'  # id of the one entry of an image that the detector left out
CameraMotion = NDArray[np.float64]  # shape (2, 3): pixels of the last image to this one

_NAN = math.nan
NO_POSE = PoseWithCovariance(
    pose=Pose(position=Point(x=_NAN, y=_NAN, z=_NAN),
              orientation=Quaternion(x=_NAN, y=_NAN, z=_NAN, w=_NAN)),
    covariance=[_NAN] * 36)
NO_TWIST = TwistWithCovariance(
    twist=Twist(linear=Vector3(x=_NAN, y=_NAN, z=_NAN), angular=Vector3(x=_NAN, y=_NAN, z=_NAN)),
    covariance=[_NAN] * 36)


def box_to_msg(box_cxcywh: NDArray[np.floating]) -> BoundingBox2D:
    """Return the message of one box, shape (4,): centre x, centre y, width, height."""
    msg = BoundingBox2D()
    msg.center.position.x, msg.center.position.y, msg.size_x, msg.size_y = box_cxcywh.tolist()
    return msg


def boxes_from_msgs(msgs: Sequence[BoundingBox2D]) -> NDArray[np.float32]:
    """Return boxes of shape (N, 4) by their corners."""
    rows = [(box.center.position.x, box.center.position.y, box.size_x, box.size_y)
            for box in msgs]
    return boxes.cxcywh_to_xyxy(np.array(rows, np.float64).reshape(-1, 4))


def detections_to_msg(detections: Detections, header: Header) -> Detection2DArray:
    """Return the message of an image's detections; every one is a person."""
    msg = Detection2DArray(header=header)
    centred = boxes.xyxy_to_cxcywh(detections.boxes_xyxy)
    for box, score in zip(centred, detections.scores.tolist()):
        hypothesis = ObjectHypothesisWithPose()
        hypothesis.hypothesis.class_id = PERSON
        hypothesis.hypothesis.score = score
        msg.detections.append(
            Detection2D(header=header, bbox=box_to_msg(box), results=[hypothesis]))
    return msg


def detections_from_msg(msg: Detection2DArray) -> Detections:
    """Return the people among an image's detections, by their best hypothesis."""
    found = [(item.bbox, result.hypothesis.score) for item in msg.detections
             for result in item.results if result.hypothesis.class_id == PERSON]
    return Detections(boxes_from_msgs([box for box, _ in found]),
                      np.array([score for _, score in found], np.float32))


def skipped_to_msg(header: Header) -> Detection2DArray:
    """Return the message of an image in which nobody was looked for, on purpose."""
    return Detection2DArray(header=header, detections=[Detection2D(header=header, id=SKIPPED)])


def is_skipped(msg: Detection2DArray) -> bool:
    """Tell whether nobody was looked for; an empty message says that nobody is there."""
    return any(item.id == SKIPPED for item in msg.detections)


def features_to_msg(detections: Detections, appearance: Appearance, header: Header,
                    camera_motion: CameraMotion | None = None) -> PersonFeaturesArray:
    """Return the message of detections with their looks; an unknown look is left empty."""
    msg = PersonFeaturesArray(header=header, model=appearance.model)
    if camera_motion is not None:
        msg.camera_motion = camera_motion.ravel()
    centred = boxes.xyxy_to_cxcywh(detections.boxes_xyxy)
    known = np.any(appearance.embeddings != 0.0, axis=1)
    for index, box in enumerate(centred):
        person = PersonFeatures(bbox=box_to_msg(box), score=float(detections.scores[index]))
        if known[index]:
            person.embedding.frombytes(appearance.embeddings[index].tobytes())
            person.quality = float(appearance.qualities[index])
        msg.people.append(person)
    return msg


def detections_from_features(msg: PersonFeaturesArray) -> Detections:
    """Return detections with their embeddings; rows of zeros where a look is unknown."""
    dimension = max((len(person.embedding) for person in msg.people), default=0)
    embeddings = np.zeros((len(msg.people), dimension), np.float32)
    for row, person in zip(embeddings, msg.people):
        if person.embedding:
            row[:] = person.embedding
    return Detections(
        boxes_from_msgs([person.bbox for person in msg.people]),
        np.array([person.score for person in msg.people], np.float32),
        embeddings if dimension else None)


def camera_motion_from_features(msg: PersonFeaturesArray) -> CameraMotion | None:
    """Return the camera's motion since the last image; None where not known."""
    motion = np.array(msg.camera_motion).reshape(2, 3)
    return motion if motion.any() else None


def tracks_to_msg(tracks: Tracks, header: Header, camera: str) -> TrackedPersonArray:
    """Return the message of a camera's tracks."""
    centred = boxes.xyxy_to_cxcywh(tracks.boxes_xyxy)
    return TrackedPersonArray(header=header, camera=camera, people=[
        TrackedPerson(
            track_id=int(tracks.track_ids[index]), camera=camera,
            state=int(tracks.states[index]), score=float(tracks.scores[index]),
            bbox=box_to_msg(centred[index]), velocity_px=tracks.velocities_px[index],
            first_seen=stamp_from_seconds(tracks.first_seen_s[index]),
            last_seen=stamp_from_seconds(tracks.last_seen_s[index]),
            pose=NO_POSE, twist=NO_TWIST, identity_confidence=_NAN, identity_margin=_NAN)
        for index in range(len(tracks))])


def tracks_from_msg(msg: TrackedPersonArray) -> Tracks:
    """Return a camera's tracks; detections have no numbers in messages."""
    people = msg.people
    return Tracks(
        track_ids=np.array([person.track_id for person in people], np.int64),
        boxes_xyxy=boxes_from_msgs([person.bbox for person in people]),
        states=np.array([person.state for person in people], np.uint8),
        scores=np.array([person.score for person in people], np.float32),
        velocities_px=np.array(
            [person.velocity_px for person in people], np.float32).reshape(-1, 2),
        first_seen_s=np.array([seconds(person.first_seen) for person in people]),
        last_seen_s=np.array([seconds(person.last_seen) for person in people]),
        detection_indices=np.full(len(people), -1, np.int64))


def camera_info_to_msg(camera: CameraModel, header: Header) -> CameraInfo:
    """Return the message of a camera's calibration."""
    return CameraInfo(
        header=header, height=camera.height, width=camera.width,
        distortion_model=camera.distortion_model, d=camera.distortion.tolist(),
        k=camera.K.ravel(), r=camera.R.ravel(), p=camera.P.ravel())


def camera_info_from_msg(msg: CameraInfo) -> CameraModel | None:
    """Return a camera's calibration, None where the message holds none that can be used."""
    try:
        return CameraModel(
            width=msg.width, height=msg.height, distortion_model=msg.distortion_model,
            distortion=np.array(msg.d), K=np.reshape(msg.k, (3, 3)), R=np.reshape(msg.r, (3, 3)),
            P=np.reshape(msg.p, (3, 4)))
    except ValueError:  # a driver without calibration sends zeros
        return None
