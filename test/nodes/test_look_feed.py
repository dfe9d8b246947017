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

"""Laws of how the looks in one image find the tracks of the same image."""

from array import array

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.look_check import LookCheck
from person_tracker.nodes.look_feed import LookFeed
from person_tracker_msgs.msg import FaceObservation
from person_tracker_msgs.msg import PersonFeatures
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
import pytest
from rclpy.logging import get_logger
from std_msgs.msg import Header

ALL = np.array([True, True])


def box(left: float):
    return box_to_msg(np.array([left, 50.0, 40.0, 100.0]))


def features(stamp_ns: int, **looks: float) -> PersonFeaturesArray:
    """Return looks by the left edges of their boxes, as x100=.6: (.6, .8)."""
    return PersonFeaturesArray(
        header=Header(stamp=Time(nanosec=stamp_ns)), model='net', people=[
            PersonFeatures(bbox=box(float(place[1:])), quality=0.5,
                           embedding=array('f', [look, (1 - look ** 2) ** 0.5]))
            for place, look in looks.items()])


def tracks(*lefts: float) -> list[TrackedPerson]:
    return [TrackedPerson(track_id=number, bbox=box(left)) for number, left in enumerate(lefts, 1)]


@pytest.fixture
def check() -> LookCheck:
    """Return a check that has seen nothing yet."""
    return LookCheck(get_logger('test'))


@pytest.fixture
def feed(check) -> LookFeed:
    """Return a feed that has heard nothing yet."""
    return LookFeed(check)


def test_looks_go_to_the_tracks_of_their_image_by_place(feed):
    feed.put(features(1, x100=0.0, x300=1.0))
    feed.put(features(2, x100=0.6, x300=0.8))
    ids, looks = feed.looks_of(tracks(300, 100), ALL, 1)
    assert ids == [1, 2] and looks.model == 'net'
    assert looks.embeddings.tolist() == [[1, 0], [0, 1]]
    assert looks.qualities.tolist() == [0.5, 0.5]


@pytest.mark.parametrize('wanted, expected', [
    ([True, True], [1, 2]), ([False, True], [2]), ([True, False], [1]), ([False, False], None)])
def test_only_looks_that_are_asked_for_are_given(feed, wanted, expected):
    feed.put(features(1, x100=0.0, x300=1.0))
    found = feed.looks_of(tracks(100, 300), np.array(wanted), 1)
    assert (found and found[0]) == expected


def test_image_without_features_has_no_looks(feed):
    assert feed.looks_of(tracks(100, 300), ALL, 1) is None
    feed.put(features(1, x100=0.0))
    assert feed.looks_of(tracks(100, 300), ALL, 2) is None
    assert feed.looks_of([], ALL[:0], 1) is None


def test_track_without_a_detection_of_its_own_gets_no_look(feed):
    feed.put(features(1, x100=0.0))
    assert feed.looks_of(tracks(100, 500), ALL, 1)[0] == [1]
    assert feed.looks_of(tracks(400, 500), ALL, 1) is None


def test_features_wait_for_late_tracks_but_not_for_ever(feed):
    for stamp_ns in range(1, 10):
        feed.put(features(stamp_ns, x100=0.0, x300=1.0))
    assert feed.looks_of(tracks(100, 300), ALL, 1) is None
    for stamp_ns in range(2, 10):
        assert feed.looks_of(tracks(100, 300), ALL, stamp_ns) is not None


def test_looks_of_another_length_than_before_are_left_out_and_counted(feed, check):
    feed.put(features(1, x100=0.0))
    longer = features(2, x100=0.0)
    longer.people[0].embedding = array('f', [1, 0, 0])
    feed.put(longer)
    assert check.refused == 1
    assert feed.looks_of(tracks(100, 300), ALL, 2) is None
    longer.model = 'another net'
    feed.put(longer)
    assert check.refused == 1 and feed.looks_of(tracks(100, 300), ALL, 2)[0] == [1]


@pytest.mark.parametrize('look, accepted', [
    (FaceObservation(), True),                                              # not computed
    (FaceObservation(embedding=array('f', [0.6, 0.8]), quality=0.5), True),
    (FaceObservation(embedding=array('f', [np.nan, 0.8]), quality=0.5), False),
    (FaceObservation(embedding=array('f', [np.inf, 0.8]), quality=0.5), False),
    (FaceObservation(embedding=array('f', [0.6, 0.8]), quality=np.nan), False),
])
def test_what_is_no_number_is_not_accepted(check, look, accepted):
    assert check.accepts('net', [FaceObservation(), look]) is accepted
    assert check.refused == (not accepted)


def test_no_looks_at_all_are_accepted(check):
    assert check.accepts('', []) and check.refused == 0


def test_faces_learnt_with_another_network_are_told_of_once_for_each_that_comes(check, capfd):
    check.compare_faces('', {'old'})
    check.compare_faces('old', {'old'})
    assert capfd.readouterr().err == ''
    for _ in range(3):
        check.compare_faces('new', {'old', 'older', 'new'})
    said = capfd.readouterr().err
    assert said.count('faces learnt with old, older are not recognised by new') == 1
    assert 'enrol these people again' in said
