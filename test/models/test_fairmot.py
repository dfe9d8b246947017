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

"""FairMOT's decoder computes what the paper says, and knows the outputs of the network."""

import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.fairmot import found_people
from person_tracker.models.fairmot import has_logits
from person_tracker.models.fairmot import Heads
from person_tracker.models.fairmot import recognised_heads
import pytest

GRID = (19, 34)
NAMES = ('hm', 'wh', 'id', 'reg')


def heads(stride=4):
    """Return the heads in the order of FairMOT's own code."""
    return Heads(heat=0, size=1, offset=3, embedding=2, stride=stride, dimension=16)


def outputs_of(rng, count=1, sides=2, grid=GRID):
    """Return random outputs in float64: heat as logits, sizes positive, offsets in a cell."""
    return [rng.normal(0.0, 3.0, (count, 1, *grid)), rng.uniform(0.5, 9.0, (count, sides, *grid)),
            rng.normal(size=(count, 16, *grid)), rng.uniform(0.0, 1.0, (count, 2, *grid))]


def people_of_the_paper(outputs, stride, threshold):
    """Return boxes, scores and embeddings by the formulas of section 4, cell by cell."""
    heat, size, look, offset = (output[0] for output in outputs)
    heat = 1.0 / (1.0 + np.exp(-heat[0]))
    people = []
    for row, column in np.ndindex(heat.shape):
        around = heat[max(row - 1, 0):row + 2, max(column - 1, 0):column + 2]
        if heat[row, column] < threshold or heat[row, column] != around.max():
            continue
        x, y = column + offset[0, row, column], row + offset[1, row, column]
        reach = size[:, row, column]
        left, top, right, bottom = reach if len(reach) == 4 else (*reach / 2, *reach / 2)
        box = np.array([x - left, y - top, x + right, y + bottom]) * stride
        vector = look[:, row, column]
        people.append((heat[row, column], box, vector / np.sqrt(np.sum(vector ** 2))))
    people.sort(key=lambda person: -person[0])
    return [np.array(column) for column in zip(*people)]


@pytest.mark.parametrize('seed', range(10))
@pytest.mark.parametrize('sides', [2, 4])
def test_people_are_those_of_the_formulas_of_the_paper(seed, sides):
    outputs = outputs_of(np.random.default_rng(seed), sides=sides)
    scores, boxes, embeddings = people_of_the_paper(outputs, 4, 0.3)
    (found,) = found_people(outputs, heads(), is_logits=True, min_score=0.3, max_count=1000)
    assert len(scores) > 20
    np.testing.assert_allclose(found.scores, scores, rtol=1e-5)
    np.testing.assert_allclose(found.boxes_xyxy, boxes, atol=1e-3)
    np.testing.assert_allclose(found.embeddings, embeddings, atol=1e-6)
    assert {each.dtype for each in (found.scores, found.boxes_xyxy, found.embeddings)} == {
        np.dtype(np.float32)}


def test_logits_and_probabilities_give_the_same_people():
    outputs = outputs_of(np.random.default_rng(1))
    (first,) = found_people(outputs, heads(), is_logits=True, min_score=0.2, max_count=50)
    outputs[0] = 1.0 / (1.0 + np.exp(-outputs[0]))
    (second,) = found_people(outputs, heads(), is_logits=False, min_score=0.2, max_count=50)
    for name in ('boxes_xyxy', 'scores', 'embeddings'):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), atol=1e-5)


def test_only_the_best_are_kept_and_they_come_first():
    outputs = outputs_of(np.random.default_rng(2))
    (every,) = found_people(outputs, heads(), is_logits=True, min_score=0.0, max_count=1000)
    (best,) = found_people(outputs, heads(), is_logits=True, min_score=0.0, max_count=7)
    assert np.all(np.diff(every.scores) <= 0.0)
    np.testing.assert_array_equal(best.boxes_xyxy, every.boxes_xyxy[:7])
    np.testing.assert_array_equal(best.embeddings, every.embeddings[:7])


def test_images_of_a_batch_stay_apart():
    outputs = outputs_of(np.random.default_rng(3), count=3)
    together = found_people(outputs, heads(), is_logits=True, min_score=0.3, max_count=100)
    for number, found in enumerate(together):
        (alone,) = found_people([each[number:number + 1] for each in outputs], heads(),
                                is_logits=True, min_score=0.3, max_count=100)
        np.testing.assert_array_equal(found.boxes_xyxy, alone.boxes_xyxy)
        np.testing.assert_array_equal(found.embeddings, alone.embeddings)


@pytest.mark.parametrize(('tops', 'middles'), [
    ([(4, 6)], [(4, 6)]),                                    # one cell
    ([(4, 6), (4, 7), (5, 6), (5, 7)], [(4, 6)]),            # flat: the first cell stands for all
    ([(4, 5), (4, 6), (4, 7), (4, 8)], [(4, 5)]),            # flat and long
    ([(0, 0)], [(0, 0)]), ([(18, 33)], [(18, 33)]),          # corners of the grid
    ([(4, 6), (4, 8)], [(4, 6), (4, 8)]),                    # two, a cell between them
    ([], []),                                                # nobody
])
def test_one_top_is_one_person(tops, middles):
    outputs = outputs_of(np.random.default_rng(4))
    outputs[0][:] = -8.0
    outputs[3][:] = 0.0
    for row, column in tops:
        outputs[0][0, 0, row, column] = 2.0
    (found,) = found_people(outputs, heads(), is_logits=True, min_score=0.5, max_count=100)
    boxes = found.boxes_xyxy.astype(float)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 8, (boxes[:, 1] + boxes[:, 3]) / 8
    assert sorted(zip(np.rint(y), np.rint(x))) == middles
    assert found.boxes_xyxy.shape == (len(middles), 4) and found.embeddings.shape[1] == 16


def test_an_embedding_without_direction_is_zero():
    outputs = outputs_of(np.random.default_rng(5))
    outputs[2][:] = 0.0
    (found,) = found_people(outputs, heads(), is_logits=True, min_score=0.3, max_count=100)
    assert len(found.scores) and not found.embeddings.any()


@pytest.mark.parametrize(('values', 'is_logits'), [
    ([0.0, 1.0], False), ([0.01, 0.4], False), ([-0.1, 0.4], True), ([0.5, 1.1], True)])
def test_logits_are_what_no_probability_can_be(values, is_logits):
    assert has_logits(np.array(values, np.float32)) == is_logits


def shapes(*channels, grid=(152, 272)):
    return [(1, count, *grid) for count in channels]


@pytest.mark.parametrize(('names', 'channels', 'expected'), [
    (NAMES, (1, 2, 128, 2), (0, 1, 3, 2)),                     # the first version
    (NAMES, (1, 4, 128, 2), (0, 1, 3, 2)),                     # four sides
    ('abcd', (1, 2, 64, 2), (0, 1, 3, 2)),                     # nameless: size before offset
    (('hm', 'reg', 'id', 'wh'), (1, 2, 512, 2), (0, 3, 1, 2)),  # names say otherwise
    (('reg', 'x', 'hm', 'id'), (2, 2, 1, 128), (2, 1, 0, 3)),  # one name is enough
    (('x', 'WH', 'hm', 'id'), (2, 2, 1, 128), (2, 1, 0, 3)),
    (('id', 'reg', 'wh', 'hm'), (128, 2, 4, 1), (3, 2, 1, 0)),  # any order
])
def test_heads_are_recognised(names, channels, expected):
    found = recognised_heads(names, shapes(*channels), 1088, 608)
    assert (found.heat, found.size, found.offset, found.embedding) == expected
    assert (found.stride, found.dimension) == (4, max(channels))


@pytest.mark.parametrize('wrong', [
    [],                                                            # nothing
    [(1, 3549, 85)],                                               # a YOLO
    shapes(1, 2, 128),                                             # no offset
    shapes(1, 2, 128, 2, 2),                                       # one too many
    shapes(80, 2, 128, 2),                                         # heat of 80 classes
    shapes(1, 4, 128, 4),                                          # two sizes
    [*shapes(1, 2, 128), (1, 2, 76, 136)],                         # another grid
    shapes(1, 2, 128, 2, grid=(152, 200)),                         # not that of the input
])
def test_other_outputs_are_refused_with_their_shapes(wrong):
    with pytest.raises(ModelError, match='input of 1088x608 are not those of FairMOT') as caught:
        recognised_heads([str(number) for number in range(len(wrong))], wrong, 1088, 608)
    for shape in wrong:
        assert str(shape) in str(caught.value)
