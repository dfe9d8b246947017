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

"""The four tensors of TensorFlow Lite's detection operation are told apart in any order."""

from itertools import permutations

import numpy as np
from person_tracker.models.decoders import layout_named
from person_tracker.models.decoders import recognised_layout
import pytest


def detections(count: int = 3) -> list[np.ndarray]:
    """Return a person, a bicycle and a weak person in a 200x100 input, and a row left over."""
    boxes = np.float32([[[.1, .2, .5, .4], [0, 0, 1, 1], [.2, .1, .3, .2], [.9, .9, 1, 1]]])
    classes = np.float32([[0, 1, 0, 0]])
    scores = np.float32([[.9, .8, .3, .7]])
    return [boxes, classes, scores, np.float32([count])]


@pytest.mark.parametrize('order', list(permutations(range(4))))
def test_order_of_the_tensors_does_not_matter(order: tuple[int, ...]) -> None:
    outputs = [detections()[index] for index in order]
    layout = recognised_layout([each.shape for each in outputs], 200, 100)
    assert layout.name == 'tflite_detections'
    people, = layout.decoder(200, 100)(outputs, 0, .1)
    np.testing.assert_allclose(people.boxes_xyxy, [[40, 10, 80, 50], [20, 20, 40, 30]], rtol=1e-6)
    np.testing.assert_allclose(people.scores, [.9, .3])


@pytest.mark.parametrize(('outputs', 'count'), [
    (detections(1), 1),                                              # the rest is left over
    (detections(0), 0),                                              # nobody
    ([*detections()[:2], np.zeros((1, 4), np.float32), np.float32([4])], 0),  # no score at all
    ([np.full(each.shape, np.nan, np.float32) for each in detections()], 0),  # no numbers
    ([*detections()[:2], np.full((1, 4), np.nan, np.float32), np.float32([4])], 0),
])
def test_only_rows_that_count_are_read(outputs: list[np.ndarray], count: int) -> None:
    people, = layout_named('tflite_detections').decoder(200, 100)(outputs, 0, .1)
    assert people.boxes_xyxy.shape == (count, 4)
    assert people.scores.shape == (count,)


def test_class_and_lowest_score_choose() -> None:
    decode = layout_named('tflite_detections').decoder(200, 100)
    bicycles, = decode(detections(), 1, .1)
    np.testing.assert_allclose(bicycles.boxes_xyxy, [[0, 0, 200, 100]])
    people, = decode(detections(), 0, .5)
    np.testing.assert_allclose(people.scores, [.9])
