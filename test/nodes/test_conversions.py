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

"""Arrays and messages say the same, whichever way they are turned."""

from array import array
import math

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.geometry import CameraModel
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.nodes import conversions
from person_tracker_msgs.msg import PersonFeatures
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
import pytest
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

HEADER = Header(stamp=Time(sec=12, nanosec=345), frame_id='left_optical_frame')
BOXES = np.array([
    [10, 20, 30, 60],
    [-5.5, 0, 3.25, 100],  # reaches beyond the image
    [7, 7, 7, 7],  # no area
], np.float32)
SCORES = np.array([0.9, 0.25, 1.0], np.float32)


def some_tracks() -> Tracks:
    return Tracks(
        track_ids=np.array([1, 7, 4_000_000_000]), boxes_xyxy=BOXES, scores=SCORES,
        states=np.array([TrackState.CONFIRMED, TrackState.TENTATIVE, TrackState.OCCLUDED],
                        np.uint8),
        velocities_px=np.array([[1, -2], [0, 0], [30.5, 4]], np.float32),
        first_seen_s=np.array([1.0, 2.5, 3.0]), last_seen_s=np.array([12.0, 12.0, 11.75]),
        detection_indices=np.array([0, 1, -1]))


@pytest.mark.parametrize('count', [0, 1, 3])
def test_detections_come_back(count):
    detections = Detections(BOXES[:count], SCORES[:count])
    msg = conversions.detections_to_msg(detections, HEADER)
    back = conversions.detections_from_msg(msg)
    assert msg.header == HEADER and all(item.header == HEADER for item in msg.detections)
    assert np.allclose(back.boxes_xyxy, detections.boxes_xyxy)
    assert np.array_equal(back.scores, detections.scores) and back.embeddings is None


def test_detections_of_other_classes_are_left_out():
    msg = conversions.detections_to_msg(Detections(BOXES, SCORES), HEADER)
    msg.detections[0].results[0].hypothesis.class_id = 'dog'
    msg.detections[2].results.clear()
    assert np.array_equal(conversions.detections_from_msg(msg).scores, SCORES[1:2])


@pytest.mark.parametrize('count', [0, 1, 3])
def test_features_come_back_and_an_unknown_look_stays_unknown(count):
    embeddings = np.array([[0.6, 0.8], [0, 0], [1, 0]], np.float32)[:count]
    detections = Detections(BOXES[:count], SCORES[:count])
    appearance = Appearance(embeddings, np.array([0.5, 0, 1], np.float32)[:count], 'net-1')
    msg = conversions.features_to_msg(detections, appearance, HEADER)
    back = conversions.detections_from_features(msg)
    assert (msg.header, msg.model) == (HEADER, 'net-1')
    assert [len(person.embedding) for person in msg.people] == [2, 0, 2][:count]
    assert [person.quality for person in msg.people] == [0.5, 0, 1][:count]
    assert np.allclose(back.boxes_xyxy, BOXES[:count])
    assert np.array_equal(back.scores, SCORES[:count])
    if count:
        assert np.array_equal(back.embeddings, embeddings)
    else:
        assert back.embeddings is None


def test_nobody_known_by_looks_means_no_embeddings_at_all():
    msg = PersonFeaturesArray(people=[PersonFeatures(score=0.5), PersonFeatures(score=0.5)])
    assert conversions.detections_from_features(msg).embeddings is None


def test_looks_of_several_lengths_in_one_message_are_refused():
    msg = PersonFeaturesArray(people=[
        PersonFeatures(embedding=array('f', [1, 0])),
        PersonFeatures(embedding=array('f', [1, 0, 0]))])
    with pytest.raises(ValueError):
        conversions.detections_from_features(msg)


def test_camera_at_rest_is_no_motion():
    assert conversions.camera_motion_from_features(PersonFeaturesArray()) is None
    msg = PersonFeaturesArray(camera_motion=[1.0, 0.0, 5.0, 0.0, 1.0, -3.0])
    motion = conversions.camera_motion_from_features(msg)
    assert motion.tolist() == [[1, 0, 5], [0, 1, -3]]


def test_tracks_are_told_as_they_are():
    msg = conversions.tracks_to_msg(some_tracks(), HEADER, 'left')
    assert (msg.header, msg.camera) == (HEADER, 'left')
    assert [person.track_id for person in msg.people] == [1, 7, 4_000_000_000]
    assert [person.state for person in msg.people] == [
        TrackedPerson.CONFIRMED, TrackedPerson.TENTATIVE, TrackedPerson.OCCLUDED]
    assert {person.camera for person in msg.people} == {'left'}
    assert np.allclose(conversions.boxes_from_msgs([person.bbox for person in msg.people]), BOXES)
    last = msg.people[2]
    assert last.score == 1.0 and last.velocity_px.tolist() == [30.5, 4]
    assert (last.first_seen, last.last_seen) == (Time(sec=3), Time(sec=11, nanosec=750_000_000))


@pytest.mark.parametrize('count', [0, 1, 3])
def test_tracks_come_back(count):
    tracks = some_tracks()[np.arange(count)]
    back = conversions.tracks_from_msg(conversions.tracks_to_msg(tracks, HEADER, 'left'))
    for name in ('track_ids', 'boxes_xyxy', 'states', 'scores', 'velocities_px', 'first_seen_s',
                 'last_seen_s'):
        expected, found = getattr(tracks, name), getattr(back, name)
        assert np.allclose(found, expected), name
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype), name
    assert back.detection_indices.tolist() == [-1] * count


def test_an_image_left_out_is_neither_an_empty_one_nor_one_with_people():
    skipped = conversions.skipped_to_msg(HEADER)
    assert skipped.header == HEADER
    assert conversions.is_skipped(skipped)
    assert len(conversions.detections_from_msg(skipped)) == 0
    for detections in (Detections.empty(), Detections(BOXES, SCORES)):
        assert not conversions.is_skipped(conversions.detections_to_msg(detections, HEADER))


def test_camera_motion_comes_back():
    motion = np.array([[1.01, 0.02, -7.5], [-0.02, 1.01, 3.25]])
    msg = conversions.features_to_msg(Detections.empty(), Appearance(), HEADER, motion)
    assert np.array_equal(conversions.camera_motion_from_features(msg), motion)
    unknown = conversions.features_to_msg(Detections.empty(), Appearance(), HEADER)
    assert conversions.camera_motion_from_features(unknown) is None


def test_no_tracks_are_an_empty_message_with_a_header():
    nobody = some_tracks()[np.zeros(3, np.bool_)]
    assert conversions.tracks_to_msg(nobody, HEADER, 'left').people == []
    assert conversions.tracks_to_msg(nobody, HEADER, 'left').header == HEADER


def test_states_have_the_same_numbers_in_core_and_message():
    for state in TrackState:
        assert getattr(TrackedPerson, state.name) == state


def test_what_is_not_known_is_nan():
    msg = conversions.tracks_to_msg(some_tracks(), HEADER, 'left')
    for person in msg.people:
        assert person.position_source == TrackedPerson.POSITION_NONE
        assert person.identity_source == TrackedPerson.IDENTITY_NONE
        point, velocity = person.pose.pose.position, person.twist.twist.linear
        numbers = [person.identity_confidence, person.identity_margin, point.x, point.y, point.z,
                   velocity.x, velocity.y, velocity.z, *person.pose.covariance,
                   *person.twist.covariance]
        assert all(math.isnan(number) for number in numbers)


def test_calibration_comes_back():
    camera = CameraModel.from_field_of_view(640, 480, 1.0)
    msg = conversions.camera_info_to_msg(camera, HEADER)
    back = conversions.camera_info_from_msg(msg)
    assert msg.header == HEADER
    assert (back.width, back.height, back.distortion_model) == (640, 480, camera.distortion_model)
    for name in ('distortion', 'K', 'R', 'P'):
        assert np.array_equal(getattr(back, name), getattr(camera, name)), name


def test_driver_without_a_calibration_has_none():
    assert conversions.camera_info_from_msg(CameraInfo(width=640, height=480)) is None
