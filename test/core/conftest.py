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

"""People who stand where a test puts them, films of people who walk about, kinds of trackers."""

from dataclasses import fields

import numpy as np
from person_tracker.core.settings import updated
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.types import Detections
import pytest

SIZE = np.array([40.0, 100.0])  # of a person's box, pixels


def _read_only(*arrays):
    for array in arrays:
        array.setflags(write=False)
    return arrays


def _detections(centres, scores, looks):
    centres = np.reshape(np.asarray(centres, np.float64), (-1, 2))
    boxes = np.hstack((centres - SIZE / 2, centres + SIZE / 2)).astype(np.float32)
    scores = np.array(np.broadcast_to(scores, len(boxes)), np.float32)
    if looks is None:
        return Detections(*_read_only(boxes, scores))
    looks = np.array(looks, np.float32)
    looks = looks.reshape(len(boxes), looks.shape[-1])
    return Detections(*_read_only(boxes, scores, looks))


@pytest.fixture(scope='session')
def people():
    """Return a function that makes detections, 40 x 100 pixels, by their centres; read-only."""
    def make(*centres, scores=0.9, looks=None):
        return _detections(centres, scores, looks)
    return make


@pytest.fixture(scope='session')
def film():
    """
    Return a function that films a crowd at an unsteady rate with a shaking camera.

    Everybody has a look and walks straight on, is overlooked now and then, and may be unclear;
    every other one is away for a while and comes back in another place.
    Each image is a tuple of detections, time and camera motion, all arrays read-only.
    """
    def make(seed, count=30, size=6):
        random = np.random.default_rng(seed)
        centres = random.uniform((50, 100), (600, 400), (size, 2))
        velocities = random.normal(0.0, 60.0, (size, 2))
        looks = random.normal(size=(size, 16))
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        left = np.where(np.arange(size) % 2, random.integers(count // 3, count // 2, size), count)
        back = left + random.integers(2, count // 3, size)
        time_s, images = 0.0, []
        for number in range(count):
            step_s = random.uniform(0.02, 0.2)
            shake = np.hstack((np.eye(2), random.normal(0.0, 3.0, (2, 1))))
            time_s += step_s
            centres = centres + velocities * step_s + shake[:, 2]
            returning = number == back
            centres[returning] = random.uniform((50, 100), (600, 400), (returning.sum(), 2))
            seen = (random.random(size) < 0.85) & ((number < left) | (number >= back))
            noisy = centres[seen] + random.normal(0.0, 2.0, (seen.sum(), 2))
            scores = random.uniform(0.2, 1.0, seen.sum())
            images.append((_detections(noisy, scores, looks[seen]), time_s, *_read_only(shake)))
        return images
    return make


@pytest.fixture(scope='session', params=[
    (order, memory) for order in ('cascade', 'global') for memory in ('mean', 'nearest')],
    ids='-'.join)
def config(request):
    """Return the default settings with each way of choosing by looks."""
    order, memory = request.param
    return updated(TrackerConfig(), {'matching.order': order, 'appearance.memory': memory})


SWITCHES = {
    'defaults': {},
    'cascade': {'matching.order': 'cascade'},
    'minimum': {'matching.fusion': 'minimum'},
    'gated': {'matching.fusion': 'gated'},
    'looks alone': {'matching.appearance_weight': 1.0},
    'scores aside': {'matching.use_score': False},
    'without heights': {'matching.use_height': False},
    'clear pairs': {'matching.use_clear_pairs': True},
    'high scores only': {'use_low_scores': False},
    'camera at rest': {'use_camera_motion': False},
    'aspect': {'motion.form': 'xyah'},
    'score noise': {'motion.use_score_noise': True},
    'bridging': {'motion.use_bridging': True},
    'nearest': {'appearance.memory': 'nearest'},
    'fixed limit': {'appearance.use_stranger_scale': False},
    'duplicates': {'max_duplicate_iou': 0.3},
    'no re-entry': {'reentry.is_on': False},
    'after exit': {'reentry.after_exit': True},
}
TOGETHER = {'matching.order', 'matching.use_height', 'matching.use_clear_pairs', 'motion.form',
            'motion.use_score_noise', 'motion.use_bridging', 'appearance.memory',
            'max_duplicate_iou', 'reentry.after_exit'}
SWITCHES['many together'] = {
    name: value for values in SWITCHES.values() for name, value in values.items()
    if name in TOGETHER}


@pytest.fixture(scope='session', params=SWITCHES.values(), ids=SWITCHES)
def switched(request):
    """Return the default settings with one switch the other way, and with many."""
    return updated(TrackerConfig(), request.param)


@pytest.fixture(scope='session', params=[None, 16], ids=['place', 'looks'])
def sighted(request):
    """Return a function that takes the looks from a film, or leaves it as it is."""
    def make(images):
        if request.param:
            return images
        return [(Detections(seen.boxes_xyxy, seen.scores), *rest) for seen, *rest in images]
    return make


@pytest.fixture(scope='session')
def assert_same():
    """Return a function that requires two lots of tracks to agree in every bit."""
    def compare(first, second):
        for item in fields(first):
            np.testing.assert_array_equal(getattr(first, item.name), getattr(second, item.name))
    return compare
