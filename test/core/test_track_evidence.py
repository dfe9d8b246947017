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

"""Laws of evidence on one track: bounded, monotone, and silent where nothing can be compared."""

import math

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.track_evidence import Candidate
from person_tracker.core.track_evidence import candidates_on
from person_tracker.core.track_evidence import combined
from person_tracker.core.track_evidence import Looks
from person_tracker.core.track_evidence import Scales
from person_tracker.core.track_evidence import TrackEvidence
import pytest

MOST = {FACE: 24.0, BODY: 12.0}
SCALES = Scales(Calibration(0.4, 30.0), Calibration(0.5, 20.0))
KIND = strategies.sampled_from([FACE, BODY])
LOOKS = strategies.lists(strategies.tuples(
    strategies.floats(-100, 100), strategies.floats(0, 1)), min_size=1, max_size=8)


def together(looks, kind):
    weights, qualities = np.array(looks, np.float32).T
    return float(combined(weights[:, None], qualities, kind)[0])


@given(LOOKS, KIND)
def test_evidence_is_within_limits(looks, kind):
    assert abs(together(looks, kind)) <= MOST[kind]


@given(LOOKS, KIND, strategies.floats(0, 50))
def test_more_alike_never_says_less(looks, kind, more):
    for number in range(len(looks)):
        better = [(weight + more * (each == number), quality)
                  for each, (weight, quality) in enumerate(looks)]
        assert together(better, kind) >= together(looks, kind) - 1e-4


@given(strategies.floats(-20, 20), KIND, strategies.integers(1, 20), strategies.floats(0.1, 1))
def test_looks_that_agree_say_more_together_but_less_than_their_sum(weight, kind, count, quality):
    one, many = (together([(weight, quality)] * times, kind) for times in (1, count))
    assert abs(one) - 1e-3 <= abs(many) <= count * abs(one) + 1e-3
    assert one * many >= 0
    assert abs(many) <= 2 * abs(together([(weight, 1.0)], kind)) + 1e-3


@given(strategies.floats(-20, 20), KIND, strategies.floats(0, 1), strategies.floats(0, 1))
def test_a_worse_picture_says_less(weight, kind, quality, other):
    worse, better = sorted((quality, other))
    assert abs(together([(weight, worse)], kind)) <= abs(together([(weight, better)], kind)) + 1e-4


def test_worthless_pictures_say_nothing():
    assert together([(10.0, 0.0), (-10.0, 0.0)], FACE) == 0.0


def test_what_cannot_be_compared_is_not_known():
    weights = np.float32([[5.0, np.nan], [5.0, np.nan]])
    found = combined(weights, np.float32([1, 1]), FACE)
    assert found[0] > 0
    assert np.isnan(found[1])


def test_order_of_looks_does_not_matter():
    looks = [(5.0, 0.9), (-3.0, 0.2), (8.0, 0.5)]
    assert together(looks, FACE) == pytest.approx(together(looks[::-1], FACE))


def test_clothes_speak_less_against_than_for_and_never_as_strongly_as_a_face():
    assert -together([(-50.0, 1.0)] * 8, BODY) < together([(50.0, 1.0)] * 8, BODY)
    assert together([(50.0, 1.0)] * 8, BODY) < together([(50.0, 1.0)] * 8, FACE)


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


class TestCandidates:

    @pytest.fixture
    def gallery(self, look):
        return PersonGallery([
            Person('pAnna', prototypes=(look([1, 0, 0]),)),
            Person('pBob', prototypes=(look([0, 1, 0]), look([0, 1, 0], 'a body network', BODY))),
            Person('pNobody')])

    def test_a_track_without_looks_has_none(self, gallery):
        assert candidates_on(track_with(), gallery, SCALES) == []

    def test_an_empty_gallery_has_none(self):
        assert candidates_on(track_with([[1, 0, 0]]), PersonGallery(), SCALES) == []

    def test_the_likeliest_comes_first(self, gallery):
        found = candidates_on(track_with([[0.6, 0.8, 0]]), gallery, SCALES)
        assert [each.person_id for each in found] == ['pBob', 'pAnna']
        assert found[0].total > found[1].total
        assert {each.source for each in found} == {Source.FACE}

    def test_each_kind_says_what_it_can(self, gallery):
        anna, = (each for each in candidates_on(
            track_with([[1, 0, 0]], [[0, 1, 0]]), gallery, SCALES) if each.person_id == 'pAnna')
        assert math.isnan(anna.body)
        bob, = candidates_on(track_with((), [[0, 1, 0]]), gallery, SCALES)
        assert math.isnan(bob.face)
        assert bob.source == Source.BODY

    def test_the_more_are_known_the_more_must_speak_for_one(self, look):
        totals = []
        for count in (1, 10, 100):
            random = np.random.default_rng(1)
            others = [Person(f'p{number}', prototypes=(look(random.normal(size=3)),))
                      for number in range(count - 1)]
            gallery = PersonGallery([Person('pAnna', prototypes=(look([1, 0, 0]),)), *others])
            found = candidates_on(track_with([[1, 0, 0]]), gallery, SCALES)
            totals += [each.total for each in found if each.person_id == 'pAnna']
        assert totals[0] > totals[1] > totals[2]

    def test_the_tracks_own_person_is_weighed_even_when_far_away(self, look):
        random = np.random.default_rng(1)
        near = [Person(f'p{number}', prototypes=(look([1, 0.01 * number, 0]),))
                for number in range(30)]
        gallery = PersonGallery([*near, Person('pFar', prototypes=(look(random.normal(size=3)),))])
        track = track_with([[1, 0, 0]])
        track.person_id = 'pFar'
        assert 'pFar' in {each.person_id for each in candidates_on(track, gallery, SCALES)}

    def test_a_look_that_is_not_the_persons_speaks_against(self, look):
        known = (look([1, 0, 0]),)
        wrong = (*known, look([1, 0, 0], is_negative=True))
        track = track_with([[1, 0, 0]])
        believed, = candidates_on(track, PersonGallery([Person('p1', prototypes=known)]), SCALES)
        doubted, = candidates_on(track, PersonGallery([Person('p1', prototypes=wrong)]), SCALES)
        assert believed.total > 5.0
        assert doubted.total <= 0.0

    def test_embeddings_of_another_network_are_no_evidence(self, gallery):
        assert candidates_on(track_with([[1, 0, 0]], model='b'), gallery, SCALES) == []
        assert candidates_on(track_with([[1, 0]]), gallery, SCALES) == []


def test_a_face_outranks_a_body():
    assert Candidate('p', 9.0, math.nan, 9.0).source < Candidate('p', 1.0, 1.0, 0.0).source
