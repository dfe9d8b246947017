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

"""The benchmark of faces on the real photos and clip; the bars it has to clear."""

from pathlib import Path

from benchmarks import faces
from benchmarks.face_chains import Ours
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import state
import pytest

pytestmark = pytest.mark.model


@pytest.fixture(scope='module')
def ours() -> Ours:
    """Return the default chain; skip, loudly, where it was not fetched."""
    for entry, folder in needed_face_models(FaceConfig()):
        if state(entry, folder) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {entry.name}')
    return Ours()


def test_photos_are_told_apart_and_no_stranger_is_named(ours: Ours, shared_data: Path) -> None:
    rows, bars = faces.photo_rows(
        [ours], shared_data / 'face' / 'deepface_tests', ours.analyser.calibration, draws=20)
    assert [each for each in bars if not each.is_met] == []
    assert rows[0][1] == '0'


def test_two_people_who_lean_their_heads_are_recognised(ours: Ours, shared_data: Path) -> None:
    _, bars = faces.clip_rows([ours], shared_data / 'video' / faces.CLIP,
                              ours.analyser.calibration)
    assert [each for each in bars if not each.is_met] == []
