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

"""Faces are parallel arrays; what does not fit is refused."""

from dataclasses import fields
from dataclasses import replace

import numpy as np
from person_tracker.core.faces import Faces
import pytest


def some(count):
    ones = np.ones(count, np.float32)
    return Faces(np.ones((count, 4), np.float32), np.ones((count, 5, 2), np.float32), ones, ones,
                 ones, ones, ones, np.ones((count, 8), np.float32), np.ones(count, np.int64), 'a')


@pytest.mark.parametrize('count', [0, 1, 3])
def test_count_is_that_of_the_boxes(count):
    assert len(some(count)) == count


def test_there_may_be_no_face():
    assert len(Faces.empty('a')) == 0
    assert Faces.empty('a').model == 'a'


@pytest.mark.parametrize('name', [
    each.name for each in fields(Faces) if each.name not in ('boxes_xyxy', 'model')])
def test_one_row_too_few_is_refused_by_name(name):
    faces = some(2)
    with pytest.raises(ValueError, match=f'{name} must have shape'):
        replace(faces, **{name: getattr(faces, name)[:1]})


def test_embeddings_must_be_rows():
    with pytest.raises(ValueError, match='embeddings must have shape'):
        replace(some(2), embeddings=np.ones(2, np.float32))
