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

"""Laws of the looks gathered on one track."""

import math

import numpy as np
from person_tracker.core.identity_events import Source
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.track_evidence import Looks
from person_tracker.core.track_evidence import TrackEvidence
import pytest


class TestLooks:

    def test_the_latest_stay(self):
        looks = Looks(FACE, 3)
        for number in range(5):
            looks.add(np.float32([1, number]), 0.1 * number, 'a', float(number))
        assert looks.times_s == [2.0, 3.0, 4.0]
        assert looks.embeddings[:, 1].tolist() == [2, 3, 4]
        assert looks.latest.time_s == 4.0
        assert len(looks) == len(looks.qualities) == 3

    def test_the_best_come_first(self):
        looks = Looks(FACE, 3)
        for quality in (0.2, 0.9, 0.5):
            looks.add(np.float32([1, 0]), quality, 'a', 0.0)
        assert [each.quality for each in looks.best] == [0.9, 0.5, 0.2]

    def test_another_network_starts_anew(self):
        looks = Looks(FACE, 3)
        looks.add(np.float32([1, 0]), 1.0, 'a', 0.0)
        looks.add(np.float32([1, 0, 0]), 1.0, 'b', 1.0)
        assert looks.model == 'b'
        assert looks.embeddings.shape == (1, 3)

    @pytest.mark.parametrize('keep, left', [(0, []), (1, [2.0]), (3, [0.0, 1.0, 2.0]),
                                            (9, [0.0, 1.0, 2.0])])
    def test_clearing_keeps_the_newest(self, keep, left):
        looks = Looks(FACE, 8)
        for number in range(3):
            looks.add(np.float32([1, 0]), 1.0, 'a', float(number))
        looks.clear(keep)
        assert looks.times_s == left

    def test_a_look_is_a_copy(self):
        image = np.float32([1, 0])
        looks = Looks(FACE, 3)
        looks.add(image, 1.0, 'a', 0.0)
        image[:] = 0
        assert looks.latest.embedding.tolist() == [1, 0]


class CountingGallery(PersonGallery):
    """People who remember how many looks were searched for."""

    searched = 0

    def nearest(self, kind, model, looks, count):
        self.searched += len(looks)
        return super().nearest(kind, model, looks, count)


class TestNearest:

    @pytest.fixture
    def gallery(self, look):
        return CountingGallery([Person('pAnna', prototypes=(look([1, 0]),)),
                                Person('pBob', prototypes=(look([0, 1]),))])

    @pytest.fixture
    def looks(self):
        looks = Looks(FACE, 3)
        looks.add(np.float32([1, 0]), 0.9, 'a face network', 0.0)
        return looks

    def test_each_look_is_searched_for_once(self, gallery, looks):
        for number in range(1, 7):
            for _ in range(3):
                assert looks.nearest(gallery) == {'pAnna', 'pBob'}
            assert gallery.searched == number
            looks.add(np.float32([0, 1]), 0.9, 'a face network', float(number))

    def test_who_is_known_no_more_is_not_found(self, gallery, looks):
        looks.nearest(gallery)
        gallery.drop('pAnna')
        assert looks.nearest(gallery) == {'pBob'}

    def test_who_became_known_since_is_found_by_the_next_look(self, gallery, looks, look):
        looks.nearest(gallery)
        gallery.replace(Person('pCleo', prototypes=(look([1, 0]),)))
        looks.add(np.float32([1, 0]), 0.9, 'a face network', 1.0)
        assert looks.nearest(gallery) == {'pAnna', 'pBob', 'pCleo'}

    def test_what_was_found_goes_with_the_look(self, gallery, looks, look):
        looks.nearest(gallery)
        looks.clear()
        assert looks.nearest(gallery) == set()
        looks.add(np.float32([1, 0]), 0.9, 'a face network', 1.0)
        looks.nearest(gallery)
        looks.add(np.float32([1, 0]), 0.9, 'another network', 2.0)
        assert looks.nearest(gallery) == set()


def track_with(faces=(), bodies=(), model='a face network'):
    track = TrackEvidence('door', 1, 0.0, 0.0)
    for each in faces:
        track.faces.add(np.float32(each), 0.9, model, 0.0)
    for each in bodies:
        track.bodies.add(np.float32(each), 0.9, 'a body network', 0.0)
    return track


def test_release_keeps_looks_and_what_was_ruled_out():
    track = track_with(faces=[[1, 0]])
    track.person_id, track.source, track.is_new = 'p1', Source.FACE, True
    track.denied.add('p2')
    track.contributed['x'] = 1.0
    track.release()
    assert (track.person_id, track.source, track.is_new) == ('', Source.NONE, False)
    assert math.isnan(track.log_odds)
    assert not track.contributed
    assert len(track.faces) == 1
    assert track.denied == {'p2'}
    assert track.is_changed
