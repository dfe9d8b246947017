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

"""Who may be on a track: laws of looks and places weighed against those known."""

import math

import numpy as np
from person_tracker.core.candidates import Around
from person_tracker.core.candidates import Scales
from person_tracker.core.evidence import Calibration
from person_tracker.core.identity_events import Source
from person_tracker.core.people import BODY
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.track_evidence import TrackEvidence
from person_tracker.core.weighing import candidates_on
import pytest

SCALES = Scales(Calibration(0.4, 30.0), Calibration(0.5, 20.0))
ANYWHERE = Around()


def track_with(faces=(), bodies=(), model='a face network'):
    track = TrackEvidence('door', 1, 0.0, 0.0)
    for each in faces:
        track.faces.add(np.float32(each), 0.9, model, 0.0)
    for each in bodies:
        track.bodies.add(np.float32(each), 0.9, 'a body network', 0.0)
    return track


def weighed(track, gallery, around=ANYWHERE):
    return candidates_on(track, gallery, SCALES, around)


class TestCandidates:

    @pytest.fixture
    def gallery(self, look):
        return PersonGallery([
            Person('pAnna', prototypes=(look([1, 0, 0]),)),
            Person('pBob', prototypes=(look([0, 1, 0]), look([0, 1, 0], 'a body network', BODY))),
            Person('pNobody')])

    def test_a_track_without_looks_has_none(self, gallery):
        assert weighed(track_with(), gallery) == []

    def test_an_empty_gallery_has_none(self):
        assert weighed(track_with([[1, 0, 0]]), PersonGallery()) == []

    def test_the_likeliest_comes_first(self, gallery):
        found = weighed(track_with([[0.6, 0.8, 0]]), gallery)
        assert [each.person_id for each in found] == ['pBob', 'pAnna']
        assert found[0].total > found[1].total
        assert {each.source for each in found} == {Source.FACE}

    def test_each_kind_says_what_it_can(self, gallery):
        anna, = (each for each in weighed(
            track_with([[1, 0, 0]], [[0, 1, 0]]), gallery) if each.person_id == 'pAnna')
        assert math.isnan(anna.body)
        bob, = weighed(track_with((), [[0, 1, 0]]), gallery)
        assert math.isnan(bob.face)
        assert bob.source == Source.BODY

    def test_the_more_are_known_the_more_must_speak_for_one(self, look):
        totals = []
        for count in (1, 10, 100):
            random = np.random.default_rng(1)
            others = [Person(f'p{number}', prototypes=(look(random.normal(size=3)),))
                      for number in range(count - 1)]
            gallery = PersonGallery([Person('pAnna', prototypes=(look([1, 0, 0]),)), *others])
            found = weighed(track_with([[1, 0, 0]]), gallery)
            totals += [each.total for each in found if each.person_id == 'pAnna']
        assert totals[0] > totals[1] > totals[2]

    def test_the_tracks_own_person_is_weighed_even_when_far_away(self, look):
        random = np.random.default_rng(1)
        near = [Person(f'p{number}', prototypes=(look([1, 0.01 * number, 0]),))
                for number in range(30)]
        gallery = PersonGallery([*near, Person('pFar', prototypes=(look(random.normal(size=3)),))])
        track = track_with([[1, 0, 0]])
        track.person_id = 'pFar'
        assert 'pFar' in {each.person_id for each in weighed(track, gallery)}

    def test_a_look_that_is_not_the_persons_speaks_against(self, look):
        known = (look([1, 0, 0]),)
        wrong = (*known, look([1, 0, 0], is_negative=True))
        track = track_with([[1, 0, 0]])
        believed, = weighed(track, PersonGallery([Person('p1', prototypes=known)]))
        doubted, = weighed(track, PersonGallery([Person('p1', prototypes=wrong)]))
        assert believed.total > 5.0
        assert doubted.total <= 0.0

    def test_embeddings_of_another_network_are_no_evidence(self, gallery):
        assert weighed(track_with([[1, 0, 0]], model='b'), gallery) == []
        assert weighed(track_with([[1, 0]]), gallery) == []


class TestPlaces:

    @pytest.fixture
    def gallery(self, look):
        return PersonGallery([
            Person('pAnna', prototypes=(look([1, 0, 0], 'a body network', BODY),)),
            Person('pBob', prototypes=(look([0, 1, 0], 'a body network', BODY),)),
            Person('pNobody')])

    def test_what_places_say_is_added_to_what_looks_say(self, gallery):
        track = track_with((), [[1, 0, 0]])
        plain, _ = weighed(track, gallery)
        away, = (each for each in weighed(track, gallery, Around({'pAnna': -3.0}))
                 if each.person_id == 'pAnna')
        assert away.total == pytest.approx(plain.total - 3.0)
        assert (away.place, plain.place) == (-3.0, 0.0)
        assert away.body == plain.body

    def test_who_stands_there_is_a_candidate_without_any_look(self, gallery):
        found, = weighed(track_with(), gallery, Around({'pNobody': 4.0}))
        assert (found.person_id, found.total, found.place) == ('pNobody', 4.0, 4.0)
        assert math.isnan(found.face)
        assert math.isnan(found.body)

    @pytest.mark.parametrize('worth', [0.0, -0.1, -8.0])
    def test_a_place_that_says_nothing_for_somebody_makes_no_candidate(self, gallery, worth):
        assert weighed(track_with(), gallery, Around({'pNobody': worth})) == []

    def test_who_stands_there_is_one_of_few_however_many_are_known(self, look):
        crowd = PersonGallery(Person(f'p{number}', prototypes=(
            look(np.eye(30)[number], 'a body network', BODY),)) for number in range(30))
        track = track_with((), np.eye(30)[:1])
        anywhere, near = (next(each for each in weighed(track, crowd, around)
                               if each.person_id == 'p0')
                          for around in (ANYWHERE, Around({'p0': 1.0})))
        assert near.total == pytest.approx(anywhere.total + math.log(30.0) + 1.0, abs=1e-4)

    @pytest.mark.parametrize('name, habit, worth', [
        ('', 2.0, 2.0),
        ('', -2.0, -2.0),
        ('Anna', 2.0, 0.0),    # to come the usual way makes nobody Anna
        ('Anna', -2.0, -2.0),
    ])
    def test_habits_speak_for_and_against_people_but_not_for_a_name(self, name, habit, worth):
        around = Around(habits={'p1': habit})
        assert around.worth(Person('p1', name), 1) == worth
        assert around.worth(Person('p2', name), 1) == 0.0

    def test_where_only_faces_are_asked_for_clothes_bring_nobody_but_the_own_person(
            self, gallery):
        track = track_with((), [[1, 0, 0]])
        assert weighed(track, gallery, None) == []
        track.person_id = 'pBob'
        assert [each.person_id for each in weighed(track, gallery, None)] == ['pBob']
