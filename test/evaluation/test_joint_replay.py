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

"""Several cameras are followed in step, and one identity hears of them all."""

import numpy as np
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity import IdentityManager
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.tracker_config import TrackerConfig
from person_tracker.evaluation.global_ids import GlobalIds
from person_tracker.evaluation.joint_replay import common_frames
from person_tracker.evaluation.joint_replay import follow_together
from person_tracker.evaluation.joint_replay import identify
from person_tracker.evaluation.joint_replay import Recording
from person_tracker.evaluation.motchallenge import DetectionRows
import pytest

FPS, MODEL, LOOKS = 10.0, 'net', np.eye(4, 16, dtype=np.float32)
GROUND = CameraGround.from_pairs(
    [(0, 0), (640, 0), (640, 480), (0, 480)], [(0, 8), (8, 8), (8, 0), (0, 0)], (640, 480))


def recording(camera, frames, people, looks=True):
    """Return people who stand 100 pixels apart for these frames."""
    frame, person = (each.ravel() for each in np.meshgrid(frames, people, indexing='ij'))
    boxes = np.column_stack((100.0 * person, np.full(len(person), 50.0),
                             np.full(len(person), 40.0), np.full(len(person), 100.0)))
    return Recording(camera, DetectionRows(frame, boxes, np.full(len(frame), 0.9)),
                     LOOKS[person] if looks else None)


def manager():
    return IdentityManager(scales=ScaleBook({MODEL: Calibration(0.6, 20.0)}),
                           generator=np.random.default_rng(0))


def ids_of(recordings, **options):
    identities, ids = manager(), GlobalIds([each.camera for each in recordings])
    images = follow_together(recordings, TrackerConfig(), fps=FPS)
    for image, found in identify(images, identities, model=MODEL, **options):
        ids.add(image, found, identities.take_events())
    return ids.settled()


@pytest.mark.parametrize(('frames', 'expected'), [
    ([(1, 5), (3, 9)], range(1, 10)),   # overlapping
    ([(0, 2), (7, 8)], range(0, 9)),    # one after the other, counted from 0
    ([(), (4, 6)], range(4, 7)),        # one camera saw nobody
    ([(), ()], range(0)),               # nobody did
])
def test_all_cameras_are_followed_from_the_first_box_of_any_to_the_last(frames, expected):
    recordings = [recording(str(number), np.arange(each[0], each[1] + 1) if each else [], [1])
                  for number, each in enumerate(frames)]
    assert common_frames(recordings) == expected
    images = list(follow_together(recordings, TrackerConfig(), fps=FPS))
    assert [(image.frame, image.camera) for image in images] == [
        (frame, camera) for frame in expected for camera in '01']
    assert np.all(np.diff([image.time_s for image in images]) >= 0.0)


def test_a_look_is_that_of_the_detection_that_the_track_took():
    images = follow_together([recording('a', np.arange(1, 10), [2, 0, 1])], TrackerConfig(),
                             fps=FPS)
    for image in images:
        people = np.rint(image.boxes_xyxy[:, 0] / 100.0).astype(int)
        np.testing.assert_array_equal(image.looks, LOOKS[people])


def test_a_track_that_is_merely_predicted_has_no_look():
    frames = np.array([*range(1, 10), 14])
    images = list(follow_together([recording('a', frames, [1])], TrackerConfig(), fps=FPS))
    hidden = [image for image in images if len(image.is_visible) and not image.is_visible.any()]
    assert hidden
    assert not any(image.looks.any() for image in hidden)


def test_people_are_known_by_their_looks_on_another_camera():
    ids = ids_of([recording('a', np.arange(1, 41), [0, 1]),
                  recording('b', np.arange(41, 81), [1, 2])])
    seen = {camera: set(each.tolist()) for camera, each in ids.items()}
    assert len(seen['a']) == len(seen['b']) == 2
    assert len(seen['a'] & seen['b']) == 1


def test_people_are_known_by_where_they_stand_on_two_cameras_that_see_one_ground():
    recordings = [recording(camera, np.arange(1, 61), [0, 2], looks=False) for camera in 'ab']
    ids = ids_of(recordings, grounds=dict.fromkeys('ab', GROUND))
    assert set(ids['a'].tolist()) == set(ids['b'].tolist())
    assert len(set(ids['a'].tolist())) == 2


def test_without_looks_and_places_nobody_is_on_two_cameras():
    ids = ids_of([recording(camera, np.arange(1, 41), [0, 2], looks=False) for camera in 'ab'])
    assert len(set(ids['a'].tolist())) == len(set(ids['b'].tolist())) == 2
    assert not set(ids['a'].tolist()) & set(ids['b'].tolist())


def test_the_same_recordings_give_the_same_ids():
    recordings = [recording('a', np.arange(1, 41), [0, 1]),
                  recording('b', np.arange(20, 61), [1, 3])]
    first, again = ids_of(recordings), ids_of(recordings)
    for camera in first:
        np.testing.assert_array_equal(first[camera], again[camera])
