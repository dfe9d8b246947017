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

"""Who is who in labelled photos, and what counts as named, rightly and wrongly."""

from benchmarks.face_classifiers import centred
from benchmarks.face_classifiers import Draw
from benchmarks.face_classifiers import draw
from benchmarks.face_classifiers import identities
from benchmarks.face_classifiers import judged
from benchmarks.face_classifiers import Nearest
from benchmarks.face_classifiers import report
from benchmarks.reentry import Crops
import numpy as np
from person_tracker.core.evidence import Calibration
import pytest

CALIBRATION = Calibration(0.45, 40.0)
ANNA, BERT, STRANGER = np.eye(3, dtype=np.float32)


def blend(first, second, part):
    """Return a look whose similarity to the first is `part`."""
    return (part * first + np.sqrt(1 - part ** 2) * second).astype(np.float32)


def crowd(people, each=6, noise=0.1):
    """Return looks of people who are easy to tell apart."""
    random = np.random.default_rng(0)
    looks = np.repeat(np.eye(people, 64), each, axis=0) + noise * random.normal(
        size=(people * each, 64))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return Crops(looks.astype(np.float32), np.repeat(np.arange(people) + 1, each))


def test_photos_linked_by_pairs_show_one_person(tmp_path):
    (tmp_path / 'master.csv').write_text(
        'file_x,file_y,Decision\na.jpg, b.jpg,Yes\nc.jpg,d.jpg,Yes\na.jpg,c.jpg,No\n')
    (tmp_path / 'face-recognition-pivot.csv').write_text(
        'file_x,file_y,decision,distance\nold/d.jpg,old/e.jpg,Yes,0.3\nold/b.jpg,old/f.jpg,No,1\n')
    people = identities(tmp_path)
    assert people['a.jpg'] == people['b.jpg']
    assert people['c.jpg'] == people['d.jpg'] == people['e.jpg']
    assert len({people['a.jpg'], people['c.jpg'], people['f.jpg']}) == 3


def test_the_labels_of_the_photos_agree(shared_data):
    counts = np.bincount(list(identities(shared_data / 'face' / 'deepface_tests').values()))
    assert counts.sum() == 61
    assert len(counts) - 1 == 13


def test_a_draw_shows_everybody_else_once():
    people = np.repeat([1, 2, 3, 4], [5, 4, 3, 2])
    drawn = draw(people, enrolled=2, looks=2, random=np.random.default_rng(0))
    rows = np.concatenate((drawn.enrolled, drawn.own, drawn.strangers))
    np.testing.assert_array_equal(np.sort(rows), np.arange(len(people)))
    assert set(people[drawn.own]) == set(people[drawn.enrolled])
    assert not set(people[drawn.strangers]) & set(people[drawn.enrolled])


@pytest.mark.parametrize('look, who, expected', [
    (blend(ANNA, STRANGER, 0.9), 1, (1, 1, 0)),  # clearly Anna
    (blend(ANNA, STRANGER, 0.5), 1, (1, 0, 0)),  # Anna, not sure enough by default
    (blend(ANNA, STRANGER, 0.1), 1, (0, 0, 0)),  # less like Anna than the stranger is
    (blend(BERT, STRANGER, 0.9), 1, (0, 0, 1)),  # Anna, taken for Bert
    (blend(ANNA, BERT, 0.7), 1, (0, 0, 0)),  # either: the runner-up is too near
    (np.zeros(3, np.float32), 1, (0, 0, 0)),  # no face found
])
def test_named_is_who_is_sure_and_has_no_near_rival(look, who, expected):
    crops = Crops(np.stack([ANNA, BERT, look, blend(STRANGER, ANNA, 0.95)]),
                  np.array([1, 2, who, 3]))
    result = judged(Nearest(), crops,
                    Draw(np.array([0, 1]), np.array([2]), np.array([3])), CALIBRATION)
    assert (result.best, result.right, result.wrong) == expected
    assert result.strangers == 0.0


def test_a_stranger_who_looks_like_somebody_is_counted():
    crops = Crops(np.stack([ANNA, blend(ANNA, BERT, 0.8), blend(ANNA, BERT, 0.9), STRANGER]),
                  np.array([1, 1, 2, 3]))
    result = judged(Nearest(), crops,
                    Draw(np.array([0]), np.array([1]), np.array([2, 3])), CALIBRATION)
    assert (result.best, result.right, result.strangers) == (0.0, 1.0, 0.5)


def test_the_mean_comes_from_people_who_are_left_out():
    crops = crowd(90, each=2)
    left = centred(Crops(crops.embeddings + np.float32(1.0), crops.people),
                   np.random.default_rng(0))
    assert len(np.unique(left.people)) == 15
    np.testing.assert_allclose(np.linalg.norm(left.embeddings, axis=1), 1.0, rtol=1e-5)
    assert abs(float(left.embeddings.mean())) < 0.05


def test_both_ways_name_people_who_look_like_nobody_else():
    pytest.importorskip('sklearn')
    lines = report(crowd(8), CALIBRATION, [(4, 3)], draws=2).splitlines()[2:]
    assert [line.split(' | ')[2:5] for line in lines] == [
        ['nearest prototype', '100.0 %', '100.0 %'], ['SVM', '100.0 %', '100.0 %']]
