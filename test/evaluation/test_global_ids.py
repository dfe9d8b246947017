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

"""Ids of all cameras: what was told, and what is known in the end."""

import numpy as np
from person_tracker.core.identity_events import EventKind
from person_tracker.core.identity_events import Identity
from person_tracker.core.identity_events import IdentityEvent
from person_tracker.evaluation.global_ids import GlobalIds
from person_tracker.evaluation.joint_replay import CameraImage
import pytest


def image_of(camera, frame, track_ids):
    """Return an image with these tracks."""
    count = len(track_ids)
    return CameraImage(
        camera, frame, frame / 10.0, np.array(track_ids, np.int64),
        np.zeros((count, 4), np.float32), np.ones(count, np.float32), np.ones(count, np.bool_),
        np.zeros((count, 0), np.float32))


def merged(stays, gone):
    return IdentityEvent(EventKind.MERGED, stays, 1.0, gone)


def pattern(ids):
    """Return the ids numbered as they first come."""
    return [list(dict.fromkeys(ids)).index(each) for each in ids]


def told(*images, events=()):
    """Take in images, each a camera and the people told by track; the last brings events."""
    ids = GlobalIds(['a', 'b'])
    for frame, (camera, people) in enumerate(images, 1):
        ids.add(image_of(camera, frame, list(people)),
                [Identity(person_id) for person_id in people.values()],
                events if frame == len(images) else ())
    return ids


@pytest.mark.parametrize(('images', 'events', 'expected'), [
    # decided in the first image
    ([('a', {1: 'p'}), ('a', {1: 'p'})], [], [1, 1]),
    # decided later: so it was before
    ([('a', {1: ''}), ('a', {1: ''}), ('a', {1: 'p'})], [], [1, 1, 1]),
    # never decided: an id of its own
    ([('a', {1: ''}), ('a', {2: 'p'})], [], [2, 1]),
    # undecided once more, and nothing follows: an id of its own
    ([('a', {1: 'p'}), ('a', {1: ''})], [], [1, 2]),
    # what is decided later on another track says nothing
    ([('a', {1: ''}), ('a', {2: 'p'}), ('a', {1: 'q'})], [], [2, 1, 2]),
    # two people who turn out to be one
    ([('a', {1: 'p'}), ('a', {2: 'q'})], [merged('p', 'q')], [1, 1]),
    # by way of a third, who was never told
    ([('a', {1: 'p'}), ('a', {2: 'q'})], [merged('r', 'p'), merged('r', 'q')], [1, 1]),
    ([('a', {1: 'p'}), ('a', {2: 'q'})], [merged('r', 'p'), merged('s', 'r')], [1, 2]),
    # nobody at all
    ([('a', {}), ('a', {})], [], []),
])
def test_in_the_end_each_image_has_what_is_known_then(images, events, expected):
    settled = told(*images, events=events).settled()['a'].tolist()
    assert pattern(settled) == pattern(expected)
    assert all(each > 0 for each in settled)


def test_who_is_on_a_better_track_already_is_not_on_another_of_the_image():
    # Person p leaves track 1, and later track 2 turns out to be p: not while both were seen.
    ids = told(('a', {1: 'p', 2: ''}), ('a', {1: 'p', 2: ''}), ('a', {2: ''}), ('a', {2: 'p'}))
    settled = ids.settled()['a'].tolist()
    p, own = settled[0], settled[1]
    assert p != own
    assert settled == [p, own, p, own, p, p]


def test_of_two_tracks_whose_people_became_one_the_older_keeps_the_id():
    ids = told(('a', {1: 'p', 2: 'q'}), events=[merged('q', 'p')])
    first, second = ids.settled()['a'].tolist()
    assert first != second
    assert ids.people()[first] == 'q'
    assert second not in ids.people()


def test_tracks_of_two_cameras_never_share_an_own_id():
    ids = told(('a', {1: ''}), ('b', {1: ''}), ('b', {2: 'p'})).settled()
    assert len({*ids['a'].tolist(), *ids['b'].tolist()}) == 3


def test_as_told_nothing_is_taken_from_later():
    ids = told(('a', {1: ''}), ('a', {1: 'p'}), ('b', {1: 'q'}), events=[merged('p', 'q')])
    settled = ids.settled(as_told=True)
    assert len({*settled['a'].tolist(), *settled['b'].tolist()}) == 3
    assert sorted(ids.people(as_told=True).values()) == ['p', 'q']
    assert ids.told()['a'].tolist()[0] == 0


def test_one_person_on_two_cameras_has_one_id():
    ids = told(('a', {7: 'p'}), ('b', {3: 'p'}))
    assert ids.settled()['a'].tolist() == ids.settled()['b'].tolist() == [1]
    assert ids.people() == {1: 'p'}


@pytest.mark.parametrize('seed', range(5))
def test_no_id_is_twice_in_an_image_whatever_was_told(seed):
    random = np.random.default_rng(seed)
    ids = GlobalIds(['a', 'b'])
    people = ['', *'pqrst']
    for frame in range(1, 60):
        for camera in 'ab':
            tracks = np.flatnonzero(random.random(5) < 0.7) + 1 + 5 * (frame // 20)
            chosen = random.permutation(people)[:len(tracks)]
            events = [merged('p', 'q')] if frame == 30 else []
            ids.add(image_of(camera, frame, tracks.tolist()),
                    [Identity(str(each)) for each in chosen], events)
    for as_told in (False, True):
        for camera, settled in ids.settled(as_told=as_told).items():
            frames = np.concatenate(ids._frames[camera])
            pairs = np.column_stack((frames, settled))
            assert len(np.unique(pairs, axis=0)) == len(pairs)
            assert (settled > 0).all()
