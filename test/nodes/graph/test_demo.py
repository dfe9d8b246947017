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

"""`scripts/demo` with faces: who was enrolled is named, whenever she is there; others are not."""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
import os
from pathlib import Path
import sys

import cv2
import numpy as np
from person_tracker.commands.people_config import PeopleConfig
from person_tracker.commands.presets import with_preset
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import models_folder
from person_tracker.models.fetching import state
from person_tracker.presets import preset_path
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
from person_tracker.store.people_store import PeopleStore
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
import yaml

pytestmark = [pytest.mark.graph, pytest.mark.model]

DEMO = Path(__file__).resolve().parents[3] / 'scripts' / 'demo_graph.py'
CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache', 'person_tracker')
PICTURES = ('astronaut.png', 'grace_hopper.jpg')
LEFT_OF_PX = 320.0  # in the clip she who is enrolled stays left of the middle, the other right


@pytest.fixture(scope='module')
def run_demo(start) -> Callable:
    """Return a function that starts the demo with arguments, and variables of the environment."""
    for entry, folder in needed_face_models(FaceConfig()):
        if state(entry, folder) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {entry.name}')

    def run(*arguments: object, **variables: object):
        given = {'PERSON_TRACKER_MODELS': models_folder(), **variables}
        return start('demo', 'env', *(f'{name}={value}' for name, value in given.items()),
                     sys.executable, DEMO, *arguments)
    return run


@dataclass(frozen=True)
class Run:
    """
    What a run of the demo said.

    Attributes
    ----------
    people
        Every array on `/people`, in order.
    said
        All that was printed.
    folder
        The results.

    """

    people: list[TrackedPersonArray]
    said: str
    folder: Path

    def seen(self) -> Iterator[TrackedPerson]:
        """Return everybody who was seen, image by image."""
        return (person for array in self.people for person in array.people
                if person.state == TrackedPerson.CONFIRMED)


def watched(open_ros, start_demo: Callable, folder: Path) -> Run:
    """Listen to a demo until it has ended."""
    with open_ros() as ros:
        people = ros.heard(TrackedPersonArray, '/people', depth=1000)
        child = start_demo()
        ros.until(lambda: child.status is not None, 150.0)
        child.assert_clean_end()
    return Run(people, child.said(), folder)


@pytest.fixture(scope='module')
def faces(open_ros, run_demo, tmp_path_factory) -> Run:
    """Return what the demo with the clip of two faces said."""
    for name in PICTURES:
        if not (CACHE / name).is_file():
            pytest.skip(f'no picture: {CACHE / name} is missing; run scripts/setup')
    folder = tmp_path_factory.mktemp('faces')
    return watched(open_ros, lambda: run_demo('faces', '--output', folder), folder)


def without_edge_tpu(preset: str, path: Path) -> Path:
    """Write a shipped preset again, with the default detector, which every machine can run."""
    nodes = yaml.safe_load(preset_path(preset).read_text(encoding='utf-8'))
    nodes['/**/detector'] = {'ros__parameters': {'min_score': 0.1}}
    path.write_text(yaml.safe_dump(nodes), encoding='utf-8')
    return path


@pytest.fixture(scope='module', params=['', 'coral_openface_svm'])
def clip(request, open_ros, run_demo, shared_data, tmp_path_factory) -> Run:
    """Return what was said of a real clip of two people, each enrolled from its first image."""
    video = shared_data / 'video' / 'head-pose-face-detection-female-and-male.gif'
    folder = tmp_path_factory.mktemp('clip')
    with open_source(SourceConfig(uri=str(video))) as source:
        image = next(iter(source)).image
    middle = image.shape[1] // 2
    options = []
    for name, half in (('Woman', image[:, :middle]), ('Man', image[:, middle:])):
        cv2.imwrite(str(folder / f'{name}.png'), half)
        options += ['--enrol', f'{name}={folder / name}.png']
    if request.param:
        for entry, _ in needed_face_models(with_preset(PeopleConfig(), request.param).face):
            if state(entry) != 'verified':
                pytest.skip(f'run: person_tracker models fetch {entry.name}')
        options += ['--preset', without_edge_tpu(request.param, folder / 'edge.yaml')]
    return watched(
        open_ros, lambda: run_demo('--source', video, '--output', folder, *options), folder)


def is_collins(person: TrackedPerson) -> bool:
    return person.bbox.center.position.x < LEFT_OF_PX


def test_who_is_enrolled_from_a_photo_is_named_and_the_stranger_never(faces):
    names = [(is_collins(person), person.name) for person in faces.seen()]
    assert {name for collins, name in names if not collins} == {''}
    of_collins = [name for collins, name in names if collins]
    assert set(of_collins) <= {'', 'Eileen Collins'}
    assert of_collins.count('Eileen Collins') / len(of_collins) > 0.8


def test_who_comes_back_has_the_identity_of_before(faces):
    ids_by_track: dict[int, set[str]] = {}
    for person in faces.seen():
        if is_collins(person) and person.name:
            ids_by_track.setdefault(person.track_id, set()).add(person.person_id)
    assert len(ids_by_track) == 2  # she was away, so it is another track
    assert len(set().union(*ids_by_track.values())) == 1
    strangers = {person.person_id for person in faces.seen() if not is_collins(person)} - {''}
    assert len(strangers) == 1


def test_two_people_of_a_real_clip_are_named_and_never_confused(clip):
    for name, is_his in (('Woman', False), ('Man', True)):
        names = [person.name for person in clip.seen()
                 if (person.bbox.center.position.x > 240.0) == is_his]
        assert set(names) <= {'', name}
        assert names.count(name) / len(names) > 0.7
    assert 'people seen: 2, known: 2, with a name: 2' in clip.said


def test_demo_ends_with_a_list_of_people_and_its_files(faces):
    listed = faces.said.partition('person_id ')[2]
    assert listed.count('Eileen Collins') == 1
    assert 'people seen: 2, known: 2, with a name: 1' in listed
    for name in ('demo_people.sqlite', 'faces.mp4', 'faces_tracked.mp4', 'summary.md'):
        assert (faces.folder / name).stat().st_size > 0


def test_people_of_an_earlier_run_and_of_the_user_are_not_there(run_demo, walk, tmp_path):
    for path in ('demo_people.sqlite', 'person_tracker/people.sqlite'):
        store = PeopleStore(str(tmp_path / path))
        store.apply([PersonCreated(Person('p1', 'Anna', created_s=1.0))])
        store.close()
    child = run_demo('--source', walk.path, '--output', tmp_path, XDG_DATA_HOME=tmp_path)
    child.assert_clean_end(60.0)
    assert 'nobody is known in ' in child.said() and 'Anna' not in child.said()


@pytest.mark.parametrize('photo, said', [
    ('missing.png', 'missing.png'),
    ('wall.png', 'wall.png shows no face'),
    ('', 'must be NAME=PHOTO'),
])
def test_photo_that_cannot_be_used_ends_the_demo_with_one_sentence(
        run_demo, walk, tmp_path, photo, said):
    cv2.imwrite(str(tmp_path / 'wall.png'), np.full((200, 200, 3), 128, np.uint8))
    child = run_demo('--source', walk.path, '--output', tmp_path / 'out',
                     '--enrol', f'Anna={tmp_path / photo if photo else ""}')
    assert child.wait() not in (0, None)
    last = child.said().splitlines()[-1]
    assert said in last, child.said()
    assert 'Traceback' not in child.said()
    assert not child.members()
