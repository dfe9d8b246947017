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

"""The made-up street is the same for everybody, and as noisy as it says."""

from benchmarks.scene import DIMENSION
from benchmarks.scene import street
import numpy as np
import pytest


def test_the_same_arguments_give_the_same_scene_and_another_seed_another():
    first, again = list(street(5, 4, 0.3)), list(street(5, 4, 0.3))
    other = list(street(5, 4, 0.3, seed=1))
    for one, two in zip(first, again):
        for name in ('boxes_xyxy', 'scores', 'embeddings'):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert not np.array_equal(first[0].scores, other[0].scores)


def test_boxes_are_upright_scores_in_range_and_some_people_are_missed():
    pictures = list(street(20, 50, 0.3))
    boxes = np.concatenate([picture.boxes_xyxy for picture in pictures])
    scores = np.concatenate([picture.scores for picture in pictures])
    assert boxes.dtype == scores.dtype == np.float32
    np.testing.assert_allclose(
        boxes[:, 3] - boxes[:, 1], 2.5 * (boxes[:, 2] - boxes[:, 0]), rtol=1e-3)
    assert 0.3 <= scores.min() < 0.35 and 0.9 < scores.max() <= 0.95
    assert 0.92 < len(boxes) / (20 * 50) < 0.98


@pytest.mark.parametrize('noise', [0.0, 0.3, 2.0])
def test_two_looks_of_one_person_are_as_alike_as_the_noise_says(noise):
    looks = [picture.embeddings for picture in street(1, 200, noise) if len(picture.embeddings)]
    looks = np.concatenate(looks)
    assert looks.shape[1] == DIMENSION
    np.testing.assert_allclose(np.linalg.norm(looks, axis=1), 1.0, atol=1e-5)
    cosines = np.sum(looks[1:] * looks[:-1], axis=1)
    assert np.mean(cosines) == pytest.approx(1 / (1 + noise ** 2), abs=0.02)
