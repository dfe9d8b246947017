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

"""What travels between the nodes is counted in bytes."""

from benchmarks.busy_site import PEOPLE_PER_PLACE
from benchmarks.busy_site import Site
from benchmarks.busy_site import Wardrobe
import numpy as np
import pytest

bandwidth = pytest.importorskip('benchmarks.bandwidth', reason='messages need ROS 2')
messages = pytest.importorskip('person_tracker_msgs.msg')
serialization = pytest.importorskip('rclpy.serialization')
site_messages = pytest.importorskip('benchmarks.site_messages')


@pytest.fixture
def image():
    return next(Site(list(range(60)), np.random.default_rng(0)).images(0.1, 1.0))


def test_a_message_holds_its_numbers_and_little_else(image):
    wardrobe = Wardrobe.made_up(np.random.default_rng(0))
    sizes = bandwidth.message_bytes([image], wardrobe, np.random.default_rng(0))
    looks = 4 * 512 * int(image.is_visible.sum())
    assert looks < sizes['features'] < 1.1 * looks + 1000
    assert 4 * 128 * PEOPLE_PER_PLACE < sizes['faces'] < 8 * 128 * PEOPLE_PER_PLACE
    assert bandwidth.image_bytes(image, (1280, 720)) == pytest.approx(1280 * 720 * 3, rel=1e-4)


def test_messages_are_those_of_the_image(image):
    data = serialization.serialize_message(site_messages.tracks_of(image))
    people = serialization.deserialize_message(data, messages.TrackedPersonArray).people
    assert [person.track_id for person in people] == image.track_ids
    assert [person.state == person.CONFIRMED for person in people] == image.is_visible.tolist()


def test_the_table_is_printed(capsys):
    assert bandwidth.main([]) == 0
    printed = capsys.readouterr().out
    assert '| all that travels |' in printed
    assert '| image 1920 x 1080 | 6221 |' in printed
