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
People who stand where a test puts them, films of people who walk about, kinds of trackers.

For identity there is a stage: actors whose faces and clothes resemble each other as a test wants.
"""

from dataclasses import fields
from zlib import crc32

import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.faces import Faces
from person_tracker.core.ground import GroundPoints
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.settings import updated
from person_tracker.core.tracker import TrackerConfig
from person_tracker.core.types import Appearance
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


FACE_MODEL, BODY_MODEL = 'a face network', 'a body network'
SCALES = {FACE_MODEL: Calibration(0.4, 30.0), BODY_MODEL: Calibration(0.5, 20.0)}
DIMENSION = 1024
# Shares of what is in a look; the similarity of two looks is the sum of the shares in common.
SHARES = {
    # One person .70, people who look alike .40, strangers .05.
    'good': {'everybody': 0.05, 'family': 0.35, 'person': 0.30, 'picture': 0.30},
    # The same person's good face .48.
    'poor': {'everybody': 0.05, 'family': 0.15, 'person': 0.13, 'picture': 0.67},
    # Same clothes .75, a uniform .60, one person in other clothes .35, strangers .20.
    BODY: {'everybody': 0.20, 'clothes': 0.40, 'person': 0.15, 'picture': 0.25},
}
QUALITIES = {'good': 0.9, 'poor': 0.35, BODY: 0.9}


class Cast:
    """
    Actors by their labels, and what networks make of them; the same in every run.

    An actor is told to play by `who face clothes`, as `Anna poor red`: the face is `good` (when
    left out), `poor` or `none`; the clothes are the actor's own when left out, and `unseen` gives
    no look at the body at all. `nobody` is an actor whom the camera does not see just now.
    """

    def __init__(self, alike=()):
        """Begin with actors whose faces resemble each other, if any."""
        self._families = dict.fromkeys(alike, ' and '.join(alike))
        self._parts = {}

    def face(self, who, picture, face='good'):
        """Return an embedding of a face, and its quality; zeros where it is not seen."""
        if face == 'none':
            return np.zeros(DIMENSION, np.float32), 0.0
        family = self._families.get(who, who)
        return self._mix(face, everybody='', family=family, person=who, picture=picture)

    def body(self, who, picture, clothes=''):
        """Return an embedding of a body, and its quality; zeros where it is not seen."""
        if clothes == 'unseen':
            return np.zeros(DIMENSION, np.float32), 0.0
        clothes = clothes or f'those of {who}'
        return self._mix(BODY, everybody='', clothes=clothes, person=who, picture=picture)

    def enrolled(self, who, looks=3, **options):
        """Return a person who is known by some photos of the face."""
        prototypes = tuple(
            Prototype(FACE, FACE_MODEL, *self.face(who, f'photo {number}'),
                      prototype_id=f'{who} {number}') for number in range(looks))
        return Person(f'p{who}', who, prototypes=prototypes, **options)

    def _mix(self, manner, **keys):
        parts = [np.sqrt(share) * self._part(f'{manner == BODY} {name} {keys[name]}')
                 for name, share in SHARES[manner].items()]
        mixed = np.sum(parts, axis=0)
        return (mixed / np.linalg.norm(mixed)).astype(np.float32), QUALITIES[manner]

    def _part(self, key):
        """Return a direction of this key's own, nearly at right angles to all others."""
        if ' picture ' in key:  # never asked for again
            return _direction(key)
        return self._parts.setdefault(key, _direction(key))


def _direction(key):
    vector = np.random.default_rng(crc32(key.encode())).normal(size=DIMENSION)
    return vector / np.linalg.norm(vector)


class Stage:
    """
    Cameras that watch actors, and a manager that says who they are.

    Attributes
    ----------
    journal
        Every change so far: the manager's and those that an operator asked for.
    events
        What happened so far.

    """

    def __init__(self, cast, values, people, seed, scales, links):
        self.cast = cast
        self.config = updated(IdentityConfig(), values)
        self.scales = ScaleBook(SCALES) if scales is None else scales
        self.manager = IdentityManager(
            self.config, people, self.scales, np.random.default_rng(seed), links)
        self.journal, self.events = [], []

    @property
    def edits(self):
        return self.manager.edits

    @property
    def gallery(self):
        return self.manager.gallery

    def named(self, name):
        """Return who has a name."""
        return self.gallery.named(name).person_id

    def track(self, camera='door', track_id=1):
        return self.manager.track_of(camera, track_id)

    def show(self, time_s, camera='door', places=None, **actors):
        """
        Show one image: which actor plays on which track, as `t1='Anna none'`; return who is.

        `places` are those of the tracks that have one, metres, by track id.
        """
        ids = [int(track[1:]) for track in actors]
        roles = [role.split() for role in actors.values()]
        seen = [(track, role) for track, role in zip(ids, roles) if role[0] != 'nobody']
        self.manager.observe_bodies(
            camera, [track for track, _ in seen], self._bodies(seen, camera, time_s), time_s)
        self.manager.observe_faces(camera, self.faces(seen, camera, time_s), time_s)
        if places:
            standing = [track for track, _ in seen if track in places]
            self.manager.observe_places(
                camera, standing, ground_points([places[track] for track in standing]), time_s)
        is_visible = np.array([role[0] != 'nobody' for role in roles], np.bool_)
        answers = self.manager.update(camera, ids, is_visible, time_s)
        self.note()
        return answers[0] if len(answers) == 1 else answers

    def play(self, start_s, end_s, camera='door', places=None, **actors):
        """Show two images a second, both ends included; return the last answer."""
        for time_s in np.arange(start_s, end_s + 0.01, 0.5).tolist():
            answer = self.show(time_s, camera, places, **actors)
        return answer

    def faces(self, seen, camera, time_s):
        """Return the faces of some tracks, side by side."""
        looks = [self.cast.face(role[0], f'{role[0]} {camera} {track} {time_s}', *role[1:2])
                 for track, role in seen]
        return make_faces(looks, [track for track, _ in seen], FACE_MODEL)

    def _bodies(self, seen, camera, time_s):
        looks = [self.cast.body(role[0], f'{role[0]} {camera} {track} {time_s}', *role[2:3])
                 for track, role in seen]
        return Appearance(np.array([look for look, _ in looks], np.float32).reshape(-1, DIMENSION),
                          np.array([quality for _, quality in looks], np.float32), BODY_MODEL)

    def note(self):
        """Put down what changed and what happened."""
        self.journal += self.manager.take_changes()
        self.events += self.manager.take_events()

    def ask(self, changes, time_s):
        """Store what an operator asks for, and carry it out."""
        self.note()
        self.journal += changes
        self.edits.carry_out(changes, time_s)
        self.note()

    def enrol(self, name, time_s, camera='door', track_id=1):
        """Enrol who is on a track from the looks it has, as the action does; return who it is."""
        track = self.edits.live_track(camera, track_id)
        person_id, changes = self.edits.enrolling(track, name, track.faces.best, time_s)
        self.ask(changes, time_s)
        self.edits.appoint(track, person_id, time_s)
        self.note()
        return person_id

    def reject(self, time_s, camera='door', track_id=1, person_id=''):
        """Say that a track is not a person; return who that is."""
        track, wrong, changes = self.edits.rejecting(camera, track_id, person_id)
        self.ask(changes, time_s)
        self.edits.reject(track, wrong, time_s)
        self.note()
        return wrong

    def kinds(self):
        """Return what happened so far, in words."""
        return [event.kind.name for event in self.events]


def ground_points(positions_m, deviation_m=0.1):
    """Return places on the ground, all known equally well, metres; NaN: unknown."""
    positions = np.array(positions_m, np.float64).reshape(-1, 2)
    covariances = np.broadcast_to(deviation_m**2 * np.eye(2), (len(positions), 2, 2)).copy()
    covariances[np.isnan(positions).any(axis=1)] = np.nan
    return GroundPoints(positions, covariances)


def make_faces(looks, track_ids, model):
    """Return faces side by side, each a look with its quality; zeros in a look: not computed."""
    count = len(looks)
    left = 100.0 * np.arange(count, dtype=np.float32)
    boxes = np.stack([left, 0 * left, left + 40, 0 * left + 50], 1).astype(np.float32)
    ones = np.ones(count, np.float32)
    embeddings = np.array([look for look, _ in looks], np.float32)
    return Faces(
        boxes, np.zeros((count, 5, 2), np.float32), ones, ones, ones, ones,
        np.array([quality for _, quality in looks], np.float32),
        embeddings.reshape(count, -1) if count else np.empty((0, DIMENSION), np.float32),
        np.array(track_ids, np.int64), model)


@pytest.fixture(scope='session')
def cast():
    """Return actors, none of whom look alike."""
    return Cast()


@pytest.fixture(scope='session')
def stage():
    """
    Return a function that makes a stage; settings by dotted names, with `__` for the dot.

    `people` are known beforehand: labels of actors whose faces are enrolled, or people as kept.
    """
    def make(people=(), alike=(), seed=1, scales=None, links=(), **values):
        cast = Cast(alike)
        people = [cast.enrolled(each) if isinstance(each, str) else each for each in people]
        dotted = {name.replace('__', '.'): value for name, value in values.items()}
        return Stage(cast, dotted, people, seed, scales, links)
    return make


@pytest.fixture(scope='session')
def places_at():
    """Return a function that makes places of positions and their standard deviation, metres."""
    return ground_points


@pytest.fixture(scope='session')
def faces_of():
    """Return a function that makes faces of looks with qualities, track ids and a network."""
    return make_faces


@pytest.fixture(scope='session')
def look():
    """Return a function that makes prototypes of unit length: a face unless told otherwise."""
    def make(values, model=FACE_MODEL, kind=FACE, **options):
        values = np.asarray(values, np.float32)
        return Prototype(kind, model, values / np.linalg.norm(values), **options)
    return make


@pytest.fixture(scope='session')
def contents():
    """Return a function that turns people into what can be compared, by id."""
    def of(people):
        return {person.person_id: (
            person.name, person.created_s, person.first_seen_s, person.last_seen_s,
            [(each.prototype_id, each.kind, each.model, each.embedding.tobytes(), each.quality,
              each.time_s, each.is_negative) for each in person.prototypes]) for person in people}
    return of
