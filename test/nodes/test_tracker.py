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

"""Node `tracker`: people keep their number, and every image is answered."""

from array import array

from builtin_interfaces.msg import Time
import numpy as np
from person_tracker.core.types import Detections
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.conversions import detections_to_msg
from person_tracker.nodes.conversions import skipped_to_msg
from person_tracker.nodes.tracker import TrackerNode
from person_tracker_msgs.msg import PersonFeatures
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from rclpy.parameter import Parameter
from std_msgs.msg import Header
from vision_msgs.msg import Detection2DArray


def header_at(time_s: float) -> Header:
    sec, nanosec = divmod(round(time_s * 1e9), 1_000_000_000)
    return Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id='eye')


def features_at(time_s: float, *lefts: float, embedding: tuple[float, ...] = (1.0, 0.0),
                ) -> PersonFeaturesArray:
    """Return people of 20 x 60 pixels with the same looks."""
    return PersonFeaturesArray(header=header_at(time_s), model='net', people=[
        PersonFeatures(bbox=box_to_msg(np.array([left + 10, 50.0, 20, 60])), score=0.9,
                       embedding=array('f', embedding), quality=1.0) for left in lefts])


@pytest.fixture
def ask(ros):
    """Return a function that makes a tracker and gives the function that feeds it."""
    def start(kind: type, topic: str, **parameters: object):
        node = ros.make(TrackerNode, {'camera': 'left', **parameters})
        answers = ros.heard(TrackedPersonArray, '/camera/tracks')
        speaker = ros.speaker(kind, f'/camera/{topic}')
        ros.until(lambda: ros.node.count_publishers('/camera/tracks'))

        def feed(msg: object) -> TrackedPersonArray:
            answers.clear()
            speaker.publish(msg)
            ros.until(lambda: answers)
            return answers[0]
        feed.node = node
        return feed
    return start


@pytest.fixture
def feed(ask):
    """Return a function that sends features to a tracker and gives its answer."""
    return ask(PersonFeaturesArray, 'features')


def test_two_people_keep_their_numbers_and_the_header_is_that_of_the_image(feed):
    for frame in range(10):
        time_s = 1_700_000_000 + 0.1 * frame
        tracks = feed(features_at(time_s, 10 + frame, 200 - frame))
        assert tracks.header == header_at(time_s) and tracks.camera == 'left'
        assert [person.track_id for person in tracks.people] == [1, 2]
    assert {person.state for person in tracks.people} == {TrackedPerson.CONFIRMED}
    assert {person.camera for person in tracks.people} == {'left'}
    assert tracks.people[0].bbox.center.position.x == pytest.approx(29, abs=1)
    assert tracks.people[0].velocity_px[0] == pytest.approx(10, abs=4)
    assert tracks.people[0].last_seen == header_at(time_s).stamp


def test_nobody_is_an_empty_array_and_time_goes_on(feed):
    for frame in range(5):
        feed(features_at(10 + 0.1 * frame, 10))
    assert [person.state for person in feed(features_at(10.6)).people] == [TrackedPerson.OCCLUDED]
    assert feed(features_at(12.5)).people == []  # lost
    empty = feed(features_at(20.0))
    assert empty.people == [] and empty.header == header_at(20.0)
    assert feed(features_at(20.1, 10)).people[0].track_id == 2


def test_detections_alone_are_tracked_where_that_is_set(ask):
    feed = ask(Detection2DArray, 'detections', listens_to='detections')
    for frame in range(5):
        detections = Detections(np.array([[10 + frame, 20, 30 + frame, 80]]), np.array([0.9]))
        tracks = feed(detections_to_msg(detections, header_at(10 + 0.1 * frame)))
    assert [(person.track_id, person.state) for person in tracks.people] == [
        (1, TrackedPerson.CONFIRMED)]


@pytest.mark.parametrize('listens_to', ['features', 'detections'])
def test_between_images_that_were_looked_at_people_move_on_as_predicted(ask, listens_to):
    kind = PersonFeaturesArray if listens_to == 'features' else Detection2DArray
    feed = ask(kind, listens_to, listens_to=listens_to)
    for frame in range(30):
        time_s, left = 10 + 0.1 * frame, 10 + 4 * frame
        if listens_to == 'features':
            seen = features_at(time_s, left)
            skipped = PersonFeaturesArray(header=header_at(time_s), detector_skipped=True)
        else:
            box = Detections(np.array([[left, 20, left + 20, 80]]), np.array([0.9]))
            seen = detections_to_msg(box, header_at(time_s))
            skipped = skipped_to_msg(header_at(time_s))
        tracks = feed(skipped if frame % 3 else seen)
        assert tracks.header == header_at(time_s)
        assert [person.track_id for person in tracks.people] == [1]
        if frame >= 12:
            person = tracks.people[0]
            assert person.state == TrackedPerson.CONFIRMED
            assert person.bbox.center.position.x == pytest.approx(left + 10, abs=3)
            assert person.last_seen == header_at(10 + 0.1 * (frame - frame % 3)).stamp


def test_people_are_carried_along_with_the_camera_also_where_nobody_was_looked_for(feed):
    for frame in range(5):
        feed(features_at(10 + 0.1 * frame, 100))
    msg = PersonFeaturesArray(header=header_at(10.5), detector_skipped=True,
                              camera_motion=[1.0, 0.0, 50.0, 0.0, 1.0, 0.0])
    assert feed(msg).people[0].bbox.center.position.x == pytest.approx(160, abs=1)
    assert [person.track_id for person in feed(features_at(10.6, 150)).people] == [1]


def test_stamps_that_go_back_are_counted_and_harm_nobody(ros, feed):
    latest = ros.diagnostics_of('camera/tracker')
    for time_s in (10.0, 10.1, 10.2, 10.3):
        feed(features_at(time_s, 10))
    assert feed(features_at(10.25, 10)).header == header_at(10.25)  # a little: dropped
    assert feed(features_at(10.3, 10)).header == header_at(10.3)  # the same again: dropped
    assert [person.track_id for person in feed(features_at(10.4, 10)).people] == [1]
    assert feed(features_at(3.0, 10)).people[0].track_id == 2  # a restart of the camera
    ros.until(lambda: latest().get('restarts') == '1')
    assert latest()['dropped_images'] == '2' and latest()['processed'] == '8'


@pytest.mark.parametrize('bad', [
    features_at(10.2, 10, embedding=(1.0, 0.0, 0.0)),  # another network was started
    PersonFeaturesArray(header=header_at(10.2), people=[
        *features_at(10.2, 10).people, *features_at(10.2, 40, embedding=(1.0, 0, 0)).people]),
    PersonFeaturesArray(header=header_at(10.2), camera_motion=[float('nan')] * 6),
])
def test_message_that_cannot_be_used_is_counted_and_left_out(ros, feed, bad):
    latest = ros.diagnostics_of('camera/tracker')
    feed(features_at(10.0, 10))
    feed(features_at(10.1, 10))
    ros.node.create_publisher(PersonFeaturesArray, '/camera/features', 10).publish(bad)
    ros.until(lambda: latest().get('refused') == '1')
    assert [person.track_id for person in feed(features_at(10.3, 10)).people] == [1]


def test_boxes_that_are_none_are_counted(ros, feed):
    latest = ros.diagnostics_of('camera/tracker')
    msg = features_at(10.0, 10, float('nan'), 50)
    msg.people[2].bbox.size_x = 0.0
    assert len(feed(msg).people) == 1
    ros.until(lambda: latest().get('dropped_detections') == '2')


def test_threshold_changes_live_and_the_tracks_stay(feed):
    for frame in range(4):
        feed(features_at(10 + 0.1 * frame, 10))
    for name in ('max_place_s', 'max_occluded_s'):
        assert feed.node.set_parameters([Parameter(name, value=0.05)])[0].successful
    assert feed(features_at(10.4)).people == []  # unseen for 0.1 s is lost now
    for frame in range(5, 9):
        tracks = feed(features_at(10 + 0.1 * frame, 10))
    assert [person.track_id for person in tracks.people] == [1]  # by the looks


def test_two_trackers_count_for_themselves(ros):
    heard = {name: ros.heard(TrackedPersonArray, f'/{name}/tracks') for name in ('left', 'right')}
    for name in heard:
        ros.make(TrackerNode, {'camera': name}, namespace=f'/{name}')
    speakers = [ros.speaker(PersonFeaturesArray, f'/{name}/features') for name in heard]
    ros.until(lambda: all(ros.node.count_publishers(f'/{name}/tracks') for name in heard))
    for speaker in speakers:
        speaker.publish(features_at(10.0, 10))
    ros.until(lambda: all(heard.values()))
    assert [array[0].people[0].track_id for array in heard.values()] == [1, 1]
