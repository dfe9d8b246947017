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
Bytes per second and camera: what travels to `identity`, against the images that do not.

    python -m benchmarks.bandwidth

Needs ROS 2 and `person_tracker_msgs`. Messages are those of a busy site with ten people in view,
serialised as they go over the wire (CDR, without the headers of the transport).
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from itertools import islice
import sys

from benchmarks.busy_site import Site
from benchmarks.busy_site import SiteImage
from benchmarks.busy_site import Wardrobe
from benchmarks.document import table
from benchmarks.site_messages import faces_of
from benchmarks.site_messages import features_of
from benchmarks.site_messages import header_of
from benchmarks.site_messages import tracks_of
import numpy as np
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

RATE_HZ, FACES_HZ = 30.0, 5.0  # of images; of looks at faces
_IMAGES = 80  # of which the mean is taken
_SIZES = ((1280, 720), (1920, 1080))


def message_bytes(images: Sequence[SiteImage], wardrobe: Wardrobe,
                  random: np.random.Generator) -> dict[str, float]:
    """Return the mean length of each topic's messages, bytes."""
    kinds = {
        'features': lambda image: features_of(image, wardrobe),
        'tracks': tracks_of,
        'faces': lambda image: faces_of(image, random),
    }
    return {topic: float(np.mean([len(serialize_message(make(image))) for image in images]))
            for topic, make in kinds.items()}


def image_bytes(image: SiteImage, size: tuple[int, int]) -> int:
    """Return the length of a colour image's message, bytes."""
    width, height = size
    return len(serialize_message(Image(
        header=header_of(image), width=width, height=height, encoding='bgr8', step=3 * width,
        data=bytes(3 * width * height))))


def rate_table(sizes: dict[str, float], images: dict[str, float]) -> str:
    """Return a table of topics, and what part of each image stream they are."""
    rates = {topic: size * (FACES_HZ if topic == 'faces' else RATE_HZ)
             for topic, size in sizes.items()}
    rates['all that travels'] = sum(rates.values())
    rows = [(topic, f'{sizes[topic] / 1e3:.1f}' if topic in sizes else '-', f'{rate / 1e3:.0f}',
             *(f'1 / {each * RATE_HZ / rate:.0f}' for each in images.values()))
            for topic, rate in rates.items()]
    rows += [(f'image {name}', f'{each / 1e3:.0f}', f'{each * RATE_HZ / 1e3:.0f}',
              *('-' for _ in images)) for name, each in images.items()]
    return table(('topic', 'kB per message', 'kB/s',
                  *(f'part of {name}' for name in images)), rows)


def main(texts: list[str] | None = None) -> int:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--seed', type=int, default=0)
    random = np.random.default_rng(parser.parse_args(texts).seed)
    wardrobe = Wardrobe.made_up(random)
    images = list(islice(Site(wardrobe.people, random).images(1.0, RATE_HZ), _IMAGES))
    pictures = {f'{width} x {height}': float(image_bytes(images[0], (width, height)))
                for width, height in _SIZES}
    print(f'{len(images[0].people)} people in view, {RATE_HZ:g} images/s, faces {FACES_HZ:g}/s\n')
    print(rate_table(message_bytes(images, wardrobe, random), pictures))
    return 0


if __name__ == '__main__':
    sys.exit(main())
