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

"""Faces told apart by planes between people, and strangers kept out."""

import importlib.util
import sys

import numpy as np
from person_tracker.core.evidence import Calibration
from person_tracker.core.settings import SettingError
from person_tracker.models.errors import ModelError
import pytest

pytest.importorskip('sklearn', reason='scikit-learn is not installed')
face_svm = importlib.import_module('person_tracker.models.face_svm')
FaceSvm, FaceSvmConfig = face_svm.FaceSvm, face_svm.FaceSvmConfig

CALIBRATION = Calibration(0.4, 25.0)
DIMENSION = 64


def looks_of(people, each, seed=0, noise=0.09):
    """Return looks of people in random directions, alike to about .65, and whose they are."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, DIMENSION))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    looks = np.repeat(centres, each, axis=0)
    looks = looks + noise * random.normal(size=looks.shape)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return looks.astype(np.float32), [f'p{row // each}' for row in range(people * each)]


def learnt(embeddings, person_ids, **options):
    svm = FaceSvm(FaceSvmConfig(**options))
    svm.fit(embeddings, person_ids, CALIBRATION)
    return svm


def split(people, each, enrolled, taught, seed=0):
    """Return looks to learn, their owners, other looks of the same people, and strangers."""
    looks, owners = looks_of(people, each, seed)
    rows = np.arange(people * each)
    known, is_taught = rows // each < enrolled, rows % each < taught
    teach = rows[known & is_taught]
    return (looks[teach], [owners[row] for row in teach], looks[known & ~is_taught],
            looks[~known])


@pytest.mark.parametrize('enrolled, taught', [
    (1, 1),  # nobody else to compare with, nothing to hold out
    (1, 4),  # nobody else to compare with
    (2, 1),  # all that is held out are strangers
    (2, 2),
    (3, 10),
    (40, 3),
])
def test_own_looks_are_likely_and_strangers_are_not(enrolled, taught):
    embeddings, owners, own, strangers = split(enrolled + 20, taught + 4, enrolled, taught)
    svm = learnt(embeddings, owners)
    truth = np.arange(len(own)) // 4
    log_odds = svm.log_odds(own)
    np.testing.assert_array_equal(log_odds.argmax(axis=1), truth)
    # With one look the calibration decides, and a similarity of .65 is not much by it.
    assert np.mean(log_odds.max(axis=1) > (1.0 if taught == 1 else 4.0)) > 0.9
    # One chance in 55 for each of the people known: what log-odds of 4 say.
    assert np.mean(svm.log_odds(strangers) > 4.0) < 1 / 55
    assert np.mean(svm.log_odds(strangers) < 0.0) > 0.95


def test_one_look_is_worth_what_the_calibration_says():
    look, stranger = np.eye(2, DIMENSION, dtype=np.float32)
    svm = learnt(look[None], ['p0'])
    for similarity in (-1.0, 0.0, 0.4, 0.8, 1.0):
        face = similarity * look + np.sqrt(1.0 - similarity ** 2) * stranger
        np.testing.assert_allclose(svm.log_odds(face[None].astype(np.float32)),
                                   CALIBRATION.log_odds(np.float32([[similarity]])), atol=0.05)


def test_what_held_out_looks_show_outweighs_a_wrong_calibration():
    embeddings, owners, own, strangers = split(60, 8, 40, 4)
    careless = FaceSvm()
    careless.fit(embeddings, owners, Calibration(-0.2, 25.0))
    assert np.mean(careless.log_odds(own).max(axis=1) > 4.0) > 0.9
    assert np.mean(careless.log_odds(strangers) > 4.0) < 1 / 55
    alone = FaceSvm()
    alone.fit(embeddings[:1], owners[:1], Calibration(-0.2, 25.0))
    assert np.mean(alone.log_odds(strangers) > 4.0) > 0.5


def test_labels_without_meaning_make_nobody_likely():
    random = np.random.default_rng(0)
    looks = random.normal(size=(60, DIMENSION))
    looks = (looks / np.linalg.norm(looks, axis=1, keepdims=True)).astype(np.float32)
    svm = learnt(looks[:40], [f'p{row % 10}' for row in range(40)])
    assert svm.log_odds(looks[40:]).max() < 4.0


def test_two_names_on_one_face_are_both_unlikely():
    looks, _ = looks_of(1, 6)
    svm = learnt(looks[:4], ['p0', 'p0', 'p1', 'p1'])
    assert svm.log_odds(looks[4:]).max() < 4.0


def test_learning_anew_gives_up_what_was_learnt():
    embeddings, owners = looks_of(4, 2)
    svm = learnt(embeddings, owners)
    svm.fit(embeddings[:2], owners[:2], CALIBRATION)
    assert svm.person_ids == ('p0',)
    np.testing.assert_array_equal(svm.log_odds(embeddings),
                                  learnt(embeddings[:2], owners[:2]).log_odds(embeddings))
    svm.fit(embeddings[:0], [])
    assert svm.person_ids == ()
    assert svm.log_odds(embeddings).shape == (8, 0)


def test_the_same_looks_give_the_same_answers():
    embeddings, owners = looks_of(12, 3)
    first, second = (learnt(embeddings, owners).log_odds(embeddings) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_people_stand_in_the_order_of_their_first_looks():
    embeddings, owners = looks_of(3, 2)
    order = [4, 0, 5, 2, 1, 3]
    svm = learnt(embeddings[order], [owners[row] for row in order])
    assert svm.person_ids == ('p2', 'p0', 'p1')
    np.testing.assert_array_equal(svm.log_odds(embeddings).argmax(axis=1), [1, 1, 2, 2, 0, 0])


def test_distant_people_need_not_be_rivals():
    embeddings, owners, own, _ = split(30, 6, 30, 3)
    all_, few = (learnt(embeddings, owners, rivals=count).log_odds(own) for count in (1000, 40))
    np.testing.assert_array_equal(all_.argmax(axis=1), few.argmax(axis=1))
    assert np.median(np.abs(all_ - few).max(axis=1)) < 2.0


def test_a_newcomer_knows_nobody_and_no_face_gives_no_row():
    svm = FaceSvm()
    assert svm.person_ids == ()
    assert svm.log_odds(np.zeros((3, DIMENSION), np.float32)).shape == (3, 0)
    svm.fit(*looks_of(2, 1))
    none = svm.log_odds(np.empty((0, DIMENSION), np.float32))
    assert none.shape == (0, 2)
    assert none.dtype == np.float32


def test_a_face_without_embedding_is_nobody():
    embeddings, owners = looks_of(5, 3)
    assert learnt(embeddings, owners).log_odds(np.zeros((1, DIMENSION))).max() < 0.0


@pytest.mark.parametrize('embeddings, person_ids, message', [
    (np.ones((2, 4)), ['p0'], 'shape'),  # an owner is missing
    (np.ones(4), ['p0'], 'shape'),  # one row, not a table
    (np.full((1, 4), np.nan), ['p0'], 'finite'),
    (np.zeros((1, 4)), ['p0'], 'not zero'),  # a face that was never described
])
def test_what_cannot_be_learnt_is_refused(embeddings, person_ids, message):
    with pytest.raises(ValueError, match=message):
        FaceSvm().fit(embeddings, person_ids)


def test_faces_of_another_length_are_refused():
    svm = learnt(*looks_of(2, 2))
    with pytest.raises(ValueError, match=r'\(M, 64\), got \(1, 3\)'):
        svm.log_odds(np.ones((1, 3), np.float32))


def test_a_penalty_of_nothing_is_refused():
    with pytest.raises(SettingError, match='penalty must be'):
        FaceSvmConfig(penalty=0.0)


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'sklearn.svm', None)
    spec = importlib.util.spec_from_file_location('without_sklearn', face_svm.__file__)
    module = importlib.util.module_from_spec(spec)
    with pytest.raises(ModelError, match='extra `svm`'):
        spec.loader.exec_module(module)
