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
The node `identity` with eight cameras of ten people each: what share of a core it takes.

    python -m benchmarks.node_load --seconds 60

The node knows where the cameras see the floor, so that it follows everybody in metres, too.
Needs ROS 2 and `person_tracker_msgs`. Another process publishes `tracks` and `features` of a busy
site over DDS at 30 images per second and camera, serialised before, and counts the images that
`people` answers. What is measured is the node's own processor time, all of its threads, from the
system.
"""

from argparse import ArgumentParser
from dataclasses import dataclass
import os
from pathlib import Path
import struct
import subprocess
import sys
from tempfile import NamedTemporaryFile
import time

from benchmarks.busy_site import CAMERAS
from benchmarks.busy_site import floor_points
from benchmarks.busy_site import IMAGE_SIZE
from benchmarks.busy_site import Site
from benchmarks.busy_site import Wardrobe
from benchmarks.site_messages import features_of
from benchmarks.site_messages import tracks_of
import numpy as np
from person_tracker.core.types import NANOSECONDS
from person_tracker.nodes import qos
from person_tracker_msgs.msg import PersonFeaturesArray
from person_tracker_msgs.msg import TrackedPersonArray
import rclpy
from rclpy.node import Node
from rclpy.serialization import serialize_message
import yaml

RATE_HZ = 30.0
_SETTLE_S = 5.0  # not measured at the beginning
_START_S, _END_S = 30.0, 10.0  # longest waits for the node
_STAMP_AT = 4  # of a serialised message that begins with a header; four bytes come before
_START_NODE = 'from person_tracker.nodes.identity import main; raise SystemExit(main())'


@dataclass(frozen=True)
class NodeLoad:
    """
    What the node did.

    Attributes
    ----------
    share
        Processor time over time.
    answered
        Part of the images that `people` answered.
    late_s
        By how much the publisher fell behind at the end, seconds.

    """

    share: float
    answered: float
    late_s: float


class Publisher(Node):
    """Plays the cameras of a busy site in real time."""

    def __init__(self, site: Site, seconds: float, wardrobe: Wardrobe) -> None:
        """Make all messages beforehand."""
        super().__init__('busy_site')
        self.heard = 0
        self._messages = [
            (image.time_s, image.camera,
             bytearray(serialize_message(features_of(image, wardrobe))),
             bytearray(serialize_message(tracks_of(image))))
            for image in site.images(seconds / 60.0, RATE_HZ)]
        self._topics = {(camera, topic): self.create_publisher(
            kind, f'{camera}/{topic}', qos.RESULT) for camera in CAMERAS
            for kind, topic in ((PersonFeaturesArray, 'features'), (TrackedPersonArray, 'tracks'))}
        self.create_subscription(TrackedPersonArray, 'people', self._count, qos.RESULT)

    def has_listener(self) -> bool:
        """Tell whether the node has found every topic."""
        return all(each.get_subscription_count() for each in self._topics.values())

    def play(self, process: int) -> NodeLoad:
        """Publish everything in its time, and measure the other process meanwhile."""
        begin = time.monotonic()
        base_ns = time.time_ns()
        first, used_s = None, 0.0
        for number, (time_s, camera, features, tracks) in enumerate(self._messages):
            while (left_s := begin + time_s - time.monotonic()) > 0.0:
                rclpy.spin_once(self, timeout_sec=left_s)
            if first is None and time_s >= _SETTLE_S:
                first, used_s, self.heard = (number, time.monotonic()), cpu_s(process), 0
            stamp = divmod(base_ns + round(time_s * NANOSECONDS), NANOSECONDS)
            for topic, data in (('features', features), ('tracks', tracks)):
                struct.pack_into('<iI', data, _STAMP_AT, *stamp)
                self._topics[camera, topic].publish(bytes(data))
        end, used_s = time.monotonic(), cpu_s(process) - used_s
        while time.monotonic() < end + 1.0:
            rclpy.spin_once(self, timeout_sec=0.1)
        if first is None:
            raise ValueError(f'nothing is measured in the first {_SETTLE_S:g} s')
        return NodeLoad(used_s / (end - first[1]),
                        self.heard / (len(self._messages) - first[0]),
                        max(0.0, end - begin - self._messages[-1][0]))

    def _count(self, people: TrackedPersonArray) -> None:
        self.heard += len(people.images)


def camera_list(site: Site) -> str:
    """Return the list of the cameras with points on their floor."""
    return yaml.safe_dump({'cameras': [
        {'name': camera, 'image_size': list(IMAGE_SIZE),
         'ground_points': floor_points(site, camera)} for camera in CAMERAS]})


def cpu_s(process: int) -> float:
    """Return the processor time that a process has used, seconds."""
    fields = Path(f'/proc/{process}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def main(texts: list[str] | None = None) -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--seconds', type=float, default=60.0)
    parser.add_argument('--seed', type=int, default=0)
    arguments = parser.parse_args(texts)
    if arguments.seconds <= _SETTLE_S:
        parser.error(f'--seconds must be more than {_SETTLE_S:g}, which are not measured')
    random = np.random.default_rng(arguments.seed)
    wardrobe = Wardrobe.made_up(random)
    site = Site(wardrobe.people, random)
    rclpy.init()
    publisher = Publisher(site, arguments.seconds, wardrobe)
    with NamedTemporaryFile('w', suffix='.yaml', encoding='utf-8') as cameras:
        cameras.write(camera_list(site))
        cameras.flush()
        load = measure(publisher, cameras.name)
    if load is None:
        print('error: the node did not start', file=sys.stderr)
        return 2
    print(f'identity: {load.share:.3f} of a core, {load.answered:.1%} of the images answered, '
          f'publisher {load.late_s:.2f} s late')
    return 0


def measure(publisher: Publisher, cameras: str) -> NodeLoad | None:
    """Start the node with a list of cameras, measure it and end it; None: it did not start."""
    node = subprocess.Popen(
        [sys.executable, '-c', _START_NODE, '--ros-args', '-p', 'store.url:=memory',
         '-p', f'cameras:=[{", ".join(CAMERAS)}]', '-p', f'camera_list:={cameras}'])
    try:
        deadline = time.monotonic() + _START_S
        while not publisher.has_listener():
            if time.monotonic() > deadline or node.poll() is not None:
                return None
            rclpy.spin_once(publisher, timeout_sec=0.1)
        return publisher.play(node.pid)
    finally:
        node.terminate()
        try:
            node.wait(_END_S)
        except subprocess.TimeoutExpired:
            node.kill()
        publisher.destroy_node()
        rclpy.try_shutdown()


if __name__ == '__main__':
    sys.exit(main())
