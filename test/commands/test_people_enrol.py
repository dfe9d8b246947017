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

"""
`person_tracker people enrol | identify`: who is learnt from photos, who is refused, who is told.

In the tiny world a face is a coloured square on black, and a person is a colour.
"""

from contextlib import closing
import json
import shutil

import cv2
import numpy as np
from person_tracker import cli
from person_tracker.commands import people_enrol
from person_tracker.commands import people_identify
from person_tracker.core.evidence import Calibration
from person_tracker.core.faces import Faces
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import state
from person_tracker.store.people_store import PeopleStore
import pytest

BLUE, GREEN, RED = (200, 20, 0), (0, 200, 20), (20, 0, 200)
TOO_SMALL_PX = 8


class SquareAnalyser:
    """Finds coloured squares and describes them by their colour."""

    name = 'squares'
    calibration = Calibration(.5, 30.0)

    def in_frame(self, image):
        """Return every square, the largest first."""
        _, _, stats, centres = cv2.connectedComponentsWithStats(image.max(axis=2))
        rows = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])
        corners = stats[rows, :2]
        sizes = stats[rows, 2:4]
        colours = image[centres[rows, 1].astype(int), centres[rows, 0].astype(int)]
        colours = colours.astype(np.float32) / np.linalg.norm(colours, axis=1, keepdims=True)
        large = (sizes[:, 0] >= TOO_SMALL_PX).astype(np.float32)
        return Faces(np.hstack((corners, corners + sizes)).astype(np.float32),
                     np.zeros((len(rows), 5, 2), np.float32), large, large, large, large, large,
                     colours * large[:, None], np.zeros(len(rows), np.int64), self.name)


class World:
    """Photos, a store, and the command line on it."""

    def __init__(self, folder, capsys):
        self.folder = folder
        self.url = str(folder / 'people.sqlite')
        self._capsys = capsys

    def photo(self, name, *squares):
        """Write a photo of squares: colour, left corner, side."""
        image = np.zeros((100, 200, 3), np.uint8)
        for colour, left, side in squares:
            image[10:10 + side, left:left + side] = colour
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), image)
        return path

    def face(self, name, colour, tint=0):
        """Write a photo of one person; the tint makes each look a little different."""
        return self.photo(name, (tuple(value + tint for value in colour), 20, 40))

    def run(self, status, action, *arguments):
        """Run a command; return what it prints, and what it complains about, as lines."""
        found = cli.main(['people', action, *map(str, arguments), '--store', self.url])
        printed = self._capsys.readouterr()
        assert found == status, printed.err
        return printed.out.splitlines(), printed.err.splitlines()

    def looks(self):
        """Return how many looks of the face are kept, by name."""
        with closing(PeopleStore(self.url)) as store:
            return {person.name: len(person.prototypes) for person in store.people()}


@pytest.fixture
def world(tmp_path, monkeypatch, capsys):
    """Return the tiny world."""
    for command in (people_enrol, people_identify):
        monkeypatch.setattr(command, 'face_analyser', lambda config: SquareAnalyser())
    return World(tmp_path, capsys)


def test_who_was_enrolled_is_identified_and_a_stranger_is_not(world):
    world.run(0, 'enrol', 'Anna', world.face('a1.png', BLUE), world.face('a2.png', BLUE, 5))
    world.run(0, 'enrol', 'Ben', world.face('b1.png', GREEN))
    seen = world.photo('seen.png', (RED, 150, 30), (BLUE, 80, 30), (GREEN, 10, 30), (RED, 190, 4))
    lines, _ = world.run(0, 'identify', seen)
    assert [line.split(': ')[2].split(',')[0] for line in lines] == [
        'Ben', 'Anna', 'unknown', 'unknown']
    assert lines[1].startswith(f'{seen}: face at 80,10 of 30x30 px: Anna, similarity 1.00, margin')
    assert lines[1].endswith('over Ben (0.10)')
    assert 'too small' in lines[3]


def test_what_is_identified_as_json(world):
    world.run(0, 'enrol', 'Anna', world.face('a.png', BLUE))
    nobody = world.photo('nobody.png')
    lines, _ = world.run(0, 'identify', world.face('a2.png', BLUE), nobody, '--json')
    first, second = json.loads('\n'.join(lines))
    assert second == {'photo': str(nobody), 'faces': []}
    (face,) = first['faces']
    assert face['box_xyxy'] == [20, 10, 60, 50]
    assert (face['name'], face['similarity'], face['margin']) == ('Anna', 1.0, None)
    assert face['person_id']
    assert face['runner_up_name'] == ''
    assert face['confidence'] > .99


def test_in_an_empty_store_everybody_is_unknown(world):
    lines, _ = world.run(0, 'identify', world.face('a.png', BLUE), world.photo('nobody.png'))
    assert lines[0].endswith('unknown, nobody is known to compare with')
    assert lines[1].endswith('nobody.png: no face')


def test_one_bad_photo_does_not_stop_the_others_but_fails(world):
    world.run(0, 'enrol', 'Anna', world.face('a.png', BLUE))
    (world.folder / 'bad.jpg').write_text('no image')
    for options in ((), ('--json',)):
        lines, complaints = world.run(
            1, 'identify', world.folder / 'bad.jpg', world.folder / 'a.png', *options)
        assert 'Anna' in '\n'.join(lines)
        assert 'bad.jpg is damaged or no image' in complaints[-1]


def test_enrolling_again_adds_what_is_new(world):
    photos = [world.face(f'{tint}.png', BLUE, tint) for tint in (0, 25, 50)]
    world.run(0, 'enrol', 'Anna', *photos[:2])
    (line,), _ = world.run(0, 'enrol', 'Anna', *photos)
    assert line.endswith('was enrolled already; looks of the face: 3, new: 1')
    assert world.looks() == {'Anna': 3}


@pytest.mark.parametrize(('name', 'photos', 'complaint'), [
    ('Zoe', ('nobody.png',), 'nobody.png shows no face'),
    ('Zoe', ('red.png', 'crowd.png'), 'crowd.png shows 2 faces of similar size'),
    ('Zoe', ('small.png',), 'the face in {folder}/small.png is too small'),
    ('Zoe', ('red.png', 'green.png', 'red2.png'), 'the looks show more than one person: number 2'),
    ('Zoe', ('blue.png',), "this face belongs to 'Anna' already"),
    ('Anna', ('red.png',), "'Anna' is the name of another person"),
    ('Zoe', ('red.png', 'absent.png'), 'absent.png cannot be read: No such file or directory'),
])
def test_who_cannot_be_enrolled_is_not_with_one_clear_line(world, name, photos, complaint):
    world.run(0, 'enrol', 'Anna', world.face('anna.png', BLUE, 5))
    world.photo('nobody.png')
    world.photo('crowd.png', (RED, 10, 30), (GREEN, 100, 29))
    world.photo('small.png', (RED, 10, TOO_SMALL_PX - 1))
    for path, colour in (('red', RED), ('red2', (25, 5, 200)), ('green', GREEN), ('blue', BLUE)):
        world.photo(f'{path}.png', (colour, 10, 30))
    lines, complaints = world.run(1, 'enrol', name, *(world.folder / photo for photo in photos))
    assert lines == []
    (line,) = complaints
    assert complaint.format(folder=world.folder) in line
    assert world.looks() == {'Anna': 1}


def test_the_largest_face_is_enrolled_where_the_others_are_much_smaller(world):
    world.run(0, 'enrol', 'Ben', world.photo('b.png', (RED, 10, 15), (GREEN, 40, 60)))
    lines, _ = world.run(0, 'identify', world.face('green.png', GREEN))
    assert ': Ben, similarity' in lines[0]


def test_of_a_folder_everybody_is_enrolled_who_can_be(world):
    world.face('folder/Anna_1.png', BLUE)
    world.face('folder/Anna_2.png', BLUE, 40)
    world.face('folder/Anna_Lee_1.png', RED)
    world.face('folder/Ben.png', GREEN)
    world.face('folder/Carl_1.png', RED, 3)        # the face of Anna_Lee
    world.photo('folder/Dora_1.png')               # nobody
    world.face('folder/unknown_1.png', (200, 0, 200))
    lines, complaints = world.run(1, 'enrol', '--folder', world.folder / 'folder')
    assert [line.split(' ')[0] for line in lines] == ['Anna', 'Anna_Lee', 'Ben']
    assert [line.split(': ')[0] for line in complaints] == [
        'Carl', 'Dora', 'unknown', 'person_tracker people']
    assert complaints[-1].endswith('3 of 6 people were not enrolled')
    assert world.looks() == {'Anna': 2, 'Anna_Lee': 1, 'Ben': 1}


@pytest.fixture
def photos(shared_data):
    """Return the folder of real photos; skip, loudly, where the networks were not fetched."""
    for entry, folder in needed_face_models(FaceConfig()):
        if state(entry, folder) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {entry.name}')
    return shared_data / 'face' / 'deepface_tests'


@pytest.mark.model
def test_real_people_are_enrolled_and_identified(tmp_path, capsys, photos):
    world = World(tmp_path, capsys)
    (tmp_path / 'folder').mkdir()
    # Numbers of photos, by person, as the labelled pairs of the folder say.
    for name, numbers in {'Ada': (1, 2), 'Bea': (3, 12), 'Cleo': (13, 14), 'Dan': (16,)}.items():
        for place, number in enumerate(numbers, 1):
            shutil.copy(photos / f'img{number}.jpg', tmp_path / f'folder/{name}_{place}.jpg')
    world.run(0, 'enrol', '--folder', tmp_path / 'folder')
    assert world.looks() == {'Ada': 2, 'Bea': 2, 'Cleo': 2, 'Dan': 1}
    expected = {5: 'Ada', 7: 'Ada', 10: 'Ada', 15: 'Cleo', 17: 'Dan',
                18: '', 20: '', 22: '', 24: ''}  # strangers
    lines, _ = world.run(0, 'identify', '--json', *(
        photos / f'img{number}.jpg' for number in expected))
    found = [face['name'] for photo in json.loads('\n'.join(lines)) for face in photo['faces']]
    assert found == list(expected.values())
    for name, numbers, complaint in (
            ('Eve', (18, 20), 'the looks show more than one person'),
            ('Eve', (4,), "this face belongs to 'Ada' already"),
            ('Bea', (18,), "'Bea' is the name of another person")):
        _, (line,) = world.run(
            1, 'enrol', name, *(photos / f'img{number}.jpg' for number in numbers))
        assert complaint in line
