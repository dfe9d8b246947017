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

"""Two people of a real clip, each enrolled from one image of it, are told apart in all others."""

from dataclasses import dataclass

import numpy as np
from person_tracker.core.faces import Faces
from person_tracker.core.identity import IdentityManager
from person_tracker.core.people import FACE
from person_tracker.core.people import Person
from person_tracker.core.people import Prototype
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.tracks import Tracks
from person_tracker.core.types import Frame
from person_tracker.models.errors import ModelError
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.registry import known_calibrations
from person_tracker.pipeline import Pipeline
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
import pytest

pytestmark = pytest.mark.model

CLIP = 'head-pose-face-detection-female-and-male.gif'
PEOPLE = ('woman', 'man')  # from left to right, all the time


@dataclass(frozen=True, eq=False)
class Moment:
    """What one image shows."""

    frame: Frame
    tracks: Tracks
    faces: Faces

    def whose(self, boxes_xyxy: np.ndarray) -> list[str]:
        """Return who is in each box, by its place in the image."""
        middle = self.frame.image.shape[1] / 2.0
        return [PEOPLE[int(x > middle)] for x in boxes_xyxy[:, [0, 2]].mean(axis=1)]

    def looks(self, model: str) -> dict[str, Prototype]:
        """Return the look of each person's face."""
        return {who: Prototype(FACE, model, embedding, float(quality), prototype_id=who)
                for who, embedding, quality in zip(
                    self.whose(self.faces.boxes_xyxy), self.faces.embeddings,
                    self.faces.qualities)}


@pytest.fixture(scope='module')
def moments(shared_data) -> list[Moment]:
    """Return what is seen in every image from the first on in which both are tracked."""
    try:
        pipeline, analyser = Pipeline(), FaceAnalyser()
    except ModelError as error:
        pytest.skip(str(error))
    found = []
    for frame in open_source(SourceConfig(uri=str(shared_data / 'video' / CLIP))):
        tracks = pipeline.process(frame).tracks.confirmed()
        faces = analyser.in_tracks(frame.image, tracks.boxes_xyxy, tracks.track_ids)
        found.append(Moment(frame, tracks, faces))
    return found[next(row for row, moment in enumerate(found) if len(moment.faces) == 2):]


@pytest.mark.parametrize('row', [0, 25, 50])
def test_each_is_named_in_the_other_images_and_never_confused(moments, row):
    looks = moments[row].looks(moments[row].faces.model)
    identities = IdentityManager(
        people=[Person(who, who, created_s=1.0, prototypes=(looks[who],)) for who in PEOPLE],
        scales=ScaleBook(known_calibrations()), generator=np.random.default_rng(0))
    told = []
    for moment in [*moments[:row], *moments[row + 1:]]:
        time_s = moment.frame.time_s
        identities.observe_faces('camera', moment.faces, time_s)
        found = identities.update('camera', moment.tracks.track_ids.tolist(),
                                  np.ones(len(moment.tracks), np.bool_), time_s)
        told += zip(moment.whose(moment.tracks.boxes_xyxy), (each.name for each in found))
    for who in PEOPLE:
        names = [name for seen, name in told if seen == who]
        assert len(names) > 40 and set(names) <= {'', who}
        assert names.count(who) / len(names) >= 0.95
