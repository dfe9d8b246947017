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

"""Frames go as arrays inside a process, as messages outside, and are found again by stamp."""

import threading

import numpy as np
from person_tracker.core.types import Frame
from person_tracker.nodes import qos
from person_tracker.nodes.frame_exchange import FrameBuffer
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameInput
from person_tracker.nodes.frame_exchange import FrameOutput
from person_tracker.nodes.images import frame_to_msg
import pytest
from sensor_msgs.msg import Image


def frame_at(stamp_ns: int, frame_id: str = 'eye') -> Frame:
    return Frame(np.full((4, 6, 3), stamp_ns % 200, np.uint8), stamp_ns, frame_id=frame_id)


def test_every_listener_of_a_topic_gets_the_very_frame():
    hub, first, second, other = FrameHub(), [], [], []
    hub.listen('/a', first.append)
    hub.listen('/a', second.append)
    hub.listen('/b', other.append)
    frame = frame_at(1)
    hub.publish('/a', frame)
    assert first == [frame] and second == [frame] and other == []
    assert first[0].image is frame.image
    assert (hub.listeners('/a'), hub.listeners('/c')) == (2, 0)


def test_who_has_left_is_not_called():
    hub, first, second = FrameHub(), [], []
    hub.listen('/a', first.append)
    hub.listen('/a', second.append)
    hub.leave('/a', first.append)
    hub.leave('/a', print)  # who never listened may leave too
    hub.publish('/a', frame_at(1))
    assert first == [] and len(second) == 1


def test_listener_may_leave_while_it_is_called():
    hub, seen = FrameHub(), []

    def once(frame: Frame) -> None:
        seen.append(frame)
        hub.leave('/a', once)

    hub.listen('/a', once)
    hub.listen('/a', seen.append)
    hub.publish('/a', frame_at(1))
    hub.publish('/a', frame_at(2))
    assert [frame.stamp_ns for frame in seen] == [1, 1, 2]


def test_topic_has_one_feeder_at_a_time():
    hub = FrameHub()
    assert hub.feed('/a') and not hub.feed('/a') and hub.feed('/b')
    hub.starve('/a')
    assert hub.feed('/a')


def test_frames_inside_the_process_are_arrays_and_no_message_is_made(ros):
    hub, seen = FrameHub(), []
    output, into = FrameOutput(ros.node, hub), FrameInput(ros.node, hub, seen.append)
    ros.spin(0.1)
    assert ros.node.count_subscribers('image_raw') == 0
    assert output.listeners() == 1
    frame = frame_at(7)
    output.publish(frame)
    assert seen == [frame]
    into.close()
    assert output.listeners() == 0


def test_frames_between_processes_are_messages(ros):
    seen = []
    output = FrameOutput(ros.node, FrameHub())
    into = FrameInput(ros.node, FrameHub(), seen.append)  # a hub of its own: another process
    ros.until(lambda: output.listeners() == 1)
    frame = frame_at(1_700_000_000_000_000_003)
    output.publish(frame)
    ros.until(lambda: seen)
    assert np.array_equal(seen[0].image, frame.image)
    assert (seen[0].stamp_ns, seen[0].frame_id) == (frame.stamp_ns, 'eye')
    into.close()
    output.close()
    ros.until(lambda: not ros.node.count_publishers('image_raw'))
    assert ros.node.count_subscribers('image_raw') == 0


def test_topic_of_a_driver_is_subscribed_to_once_for_the_whole_process(ros):
    hub, first, second = FrameHub(), [], []
    inputs = [FrameInput(ros.node, hub, seen.append) for seen in (first, second)]
    driver = ros.speaker(Image, 'image_raw', qos.IMAGE)
    assert ros.node.count_subscribers('image_raw') == 1
    driver.publish(frame_to_msg(frame_at(5)))
    ros.until(lambda: first and second)
    assert first[0] is second[0]
    for into in inputs:
        into.close()
    ros.until(lambda: not ros.node.count_subscribers('image_raw'))


def test_driver_is_heard_again_when_the_one_who_heard_it_for_the_process_is_back(ros):
    hub, first, second = FrameHub(), [], []
    early, late = (FrameInput(ros.node, hub, seen.append) for seen in (first, second))
    driver = ros.speaker(Image, 'image_raw', qos.IMAGE)
    early.close()
    again = FrameInput(ros.node, hub, first.append)
    ros.until(lambda: driver.get_subscription_count() == 1)
    driver.publish(frame_to_msg(frame_at(5)))
    ros.until(lambda: first and second)
    late.close()
    again.close()


def test_unreadable_image_is_dropped_and_the_next_one_taken(ros):
    seen = []
    into = FrameInput(ros.node, FrameHub(), seen.append)
    driver = ros.speaker(Image, 'image_raw', qos.IMAGE)
    driver.publish(Image(encoding='bgr8', width=5, height=5, step=15))
    ros.spin(0.2)
    driver.publish(frame_to_msg(frame_at(5)))
    ros.until(lambda: seen)
    assert [frame.stamp_ns for frame in seen] == [5]
    into.close()


def test_buffer_finds_a_frame_by_stamp_and_frame_id():
    buffer = FrameBuffer(capacity=3)
    frames = [frame_at(stamp_ns) for stamp_ns in (10, 20, 30)]
    for frame in frames:
        buffer.put(frame)
    assert buffer.find(20, 'eye') is frames[1]
    assert buffer.find(20, 'nose') is None and buffer.find(21, 'eye') is None


def test_buffer_forgets_the_oldest():
    buffer = FrameBuffer(capacity=2)
    for stamp_ns in (10, 20, 30):
        buffer.put(frame_at(stamp_ns))
    assert buffer.find(10, 'eye') is None
    assert buffer.find(20, 'eye') and buffer.find(30, 'eye')


def test_buffer_waits_for_a_frame_that_is_still_on_its_way():
    buffer, late = FrameBuffer(), frame_at(20)
    timer = threading.Timer(0.1, buffer.put, (late,))
    timer.start()
    assert buffer.find(20, 'eye', patience_s=10.0) is late
    timer.join()


@pytest.mark.parametrize('stamp_ns', [15, 5])
def test_buffer_does_not_wait_for_a_frame_that_cannot_come_any_more(stamp_ns):
    buffer = FrameBuffer()
    buffer.put(frame_at(10))
    buffer.put(frame_at(20))
    assert buffer.find(stamp_ns, 'eye', patience_s=1000.0) is None


def test_buffer_gives_up_after_a_while():
    assert FrameBuffer().find(20, 'eye', patience_s=0.05) is None
