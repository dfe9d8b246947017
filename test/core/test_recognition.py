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

"""Whom a face shows: the best of those known beyond doubt, or nobody."""

from dataclasses import dataclass
import math

from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.people import Person
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.recognition import prior
from person_tracker.core.recognition import probability
from person_tracker.core.recognition import recognised
from person_tracker.core.recognition import RecognitionConfig
import pytest

MODEL, SCALE = 'a face network', Calibration(0.4, 30.0)


def show(gallery, *looks, quality=0.9, model=MODEL, config=None):
    embeddings = np.float32(looks)
    qualities = np.full(len(looks), quality, np.float32)
    return recognised(gallery, embeddings, qualities, model, SCALE, config)


def mixed(cosine):
    """Return a look of this similarity to Anna, and none to Bob."""
    return [cosine, 0.0, math.sqrt(1 - cosine * cosine)]


@pytest.fixture
def gallery(look):
    return PersonGallery([Person('pA', 'Anna', prototypes=(look([1, 0, 0]),)),
                          Person('pB', 'Bob', prototypes=(look([0, 1, 0]),)),
                          Person('pC')])


@pytest.mark.parametrize('face, person_id', [
    (mixed(1.0), 'pA'),
    (mixed(0.7), 'pA'),
    (mixed(0.5), ''),       # likely, but not beyond doubt
    (mixed(0.0), ''),       # a stranger
    ([0, 1, 0], 'pB'),
    ([0.72, 0.69, 0], ''),  # both: ambiguity names nobody
    ([0.738, 0.675, 0], ''),   # log-odds of 1.9 between the two
    ([0.74, 0.67, 0], 'pA'),   # 2.1
    ([0, 0, 0], ''),        # no embedding
])
def test_nobody_is_named_in_doubt(gallery, face, person_id):
    verdict, = show(gallery, face)
    assert verdict.person_id == person_id
    assert bool(verdict.name) == bool(person_id)


def test_a_verdict_says_how_sure_it_is_and_who_else_it_may_be(gallery):
    verdict, = show(gallery, [0.9, 0.1, math.sqrt(0.18)])
    assert (verdict.name, verdict.runner_up_name) == ('Anna', 'Bob')
    assert verdict.similarity == pytest.approx(0.9, abs=1e-4)
    assert verdict.runner_up_similarity == pytest.approx(0.1, abs=1e-4)
    assert verdict.margin == pytest.approx(30.0 * 0.8, abs=1e-2)
    assert verdict.log_odds == pytest.approx(30.0 * 0.5 - math.log(2), abs=1e-2)
    assert verdict.confidence == pytest.approx(1.0, abs=1e-4)


def test_who_is_not_believed_is_still_told_of(gallery):
    verdict, = show(gallery, mixed(0.45))
    assert verdict.person_id == verdict.name == ''
    assert verdict.similarity == pytest.approx(0.45, abs=1e-4)
    assert 0.5 < verdict.confidence < 0.99


def test_an_empty_gallery_recognises_nobody():
    verdict, = show(PersonGallery(), [1, 0, 0])
    assert (verdict.person_id, verdict.confidence) == ('', 0.0)
    assert math.isnan(verdict.similarity)


def test_faces_are_judged_one_by_one(gallery):
    together = show(gallery, [1, 0, 0], [0, 1, 0], [0, 0, 1])
    assert [each.name for each in together] == ['Anna', 'Bob', '']


def test_an_unusable_picture_shows_nobody(gallery):
    assert show(gallery, [1, 0, 0], quality=0.0)[0].person_id == ''


@pytest.mark.parametrize('face, model', [
    ([1, 0, 0], 'another'),  # another network
    ([1, 0], MODEL),         # the name says the same network, the size another
])
def test_embeddings_of_another_network_are_never_compared(gallery, face, model):
    assert show(gallery, face, model=model)[0].person_id == ''


def test_a_rejected_look_is_not_given_back(look):
    gallery = PersonGallery([Person('pA', 'Anna', prototypes=(
        look([1, 0, 0]), look([0.8, 0, 0.6], is_negative=True)))])
    assert show(gallery, [0.8, 0, 0.6])[0].name == ''
    assert show(gallery, [0.8, 0, -0.6])[0].name == 'Anna'


def test_threshold_and_margin_are_settings(gallery):
    careful = RecognitionConfig(accept_log_odds=18.0)
    assert show(gallery, mixed(1.0), config=careful)[0].name == ''
    careless = RecognitionConfig(min_margin=0.0)
    assert show(gallery, [0.72, 0.69, 0], config=careless)[0].name == 'Anna'


@dataclass(frozen=True)
class Learnt:
    """A classifier that knows some people and says the same of every face."""

    worth: dict[str, float]

    @property
    def person_ids(self):
        return tuple(self.worth)

    def log_odds(self, embeddings):
        return np.full((len(embeddings), len(self.worth)), list(self.worth.values()), np.float32)


@pytest.mark.parametrize(('worth', 'face', 'name'), [
    ({'pA': 9.0, 'pB': -9.0}, [0, 0, 1], 'Anna'),  # whatever the similarity says
    ({'pA': -9.0, 'pB': -9.0}, [1, 0, 0], ''),
    ({'pA': 9.0, 'pB': 8.0}, [1, 0, 0], ''),       # the margin is asked for as well
    ({'pA': 5.0, 'pB': -9.0}, [1, 0, 0], ''),      # and two who are known make each less likely
    ({'pB': -9.0}, [1, 0, 0], 'Anna'),             # whom it has not learnt is told by similarity
    ({'pB': 17.0}, [1, 0, 0], ''),                 # but who it speaks for is a rival
    ({'pX': 9.0}, [1, 0, 0], 'Anna'),              # who is gone is nobody
    ({}, [1, 0, 0], 'Anna'),
])
def test_a_classifier_speaks_for_the_people_it_has_learnt(gallery, worth, face, name):
    embeddings, qualities = np.float32([face]), np.ones(1, np.float32)
    verdict, = recognised(gallery, embeddings, qualities, MODEL, SCALE, classifier=Learnt(worth))
    assert verdict.name == name
    assert verdict.similarity == pytest.approx(face[0])


@given(strategies.integers(1, 10**6), strategies.integers(1, 10**6))
def test_the_more_are_known_the_less_likely_is_each(one, other):
    assert (prior(one) <= prior(other)) == (one >= other)
    assert prior(one) <= prior(0) == prior(1) == 0.0


@given(strategies.floats(-1e9, 1e9))
def test_a_probability_is_one(log_odds):
    assert 0.0 <= probability(log_odds) <= 1.0
    assert probability(log_odds) + probability(-log_odds) == pytest.approx(1.0)
