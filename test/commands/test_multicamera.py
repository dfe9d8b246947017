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

"""`person_tracker multicamera`: from detections of several cameras to ids in common."""

import csv

import numpy as np
from person_tracker.commands.multicamera import MulticameraConfig
from person_tracker.commands.presets import with_preset
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.settings import walk
from person_tracker.nodes.identity_settings import IdentityNodeConfig
import pytest

FRAMES = 60
MODEL = 'osnet_x0_25_msmt17'
LOOKS = np.eye(4, 32)
POINTS = '[[0, 0, 0, 8], [640, 0, 8, 8], [640, 480, 8, 0], [0, 480, 0, 0]]'


def write_camera(folder, name, frames, people, model=MODEL):
    """Write detections and looks of people who stand 150 pixels apart; return the option."""
    rows = [(frame, 10 + 150 * person, 100, 40, 120, person)
            for frame in frames for person in people]
    text = ''.join(f'{frame},-1,{x},{y},{width},{height},0.9\n'
                   for frame, x, y, width, height, _ in rows)
    (folder / f'{name}.txt').write_text(text)
    table = np.array(rows, np.float32).reshape(-1, 6)
    np.savez(folder / f'{name}.npz', det=table[:, :5],
             **{model: LOOKS[table[:, 5].astype(int)].astype(np.float16)})
    return f'{name}:{name}.txt:{name}.npz'


def tracks_of(path):
    return np.loadtxt(path, delimiter=',', ndmin=2)


@pytest.fixture
def cameras(tmp_path):
    """Write two people on a hall's camera, one of whom then is on a door's."""
    return ['--camera', write_camera(tmp_path, 'hall', range(1, FRAMES + 1), [0, 1]),
            '--camera', write_camera(tmp_path, 'door', range(FRAMES, 2 * FRAMES), [1, 2])]


@pytest.fixture
def arguments(cameras):
    return ['multicamera', *cameras, '--fps', 10, '--output', 'out']


def test_who_goes_from_camera_to_camera_keeps_one_id(tmp_path, person_tracker, arguments):
    result = person_tracker(*arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith('119 frames, 2 cameras, 240 detections, ')
    assert '3 people, 1 of them on several cameras: out' in result.stdout
    hall, door = (tracks_of(tmp_path / 'out' / f'{name}.txt') for name in ('hall', 'door'))
    by_place = {round((x - 10) / 150): set(rows[rows[:, 2] == x, 1].tolist())
                for rows in (hall, door) for x in np.unique(rows[:, 2])}
    assert all(len(ids) == 1 for ids in by_place.values())
    assert len(set.union(*by_place.values())) == 3
    assert hall[:, 1].min() >= 1
    # As soon as they are followed, though identity was sure only later.
    assert hall[0, 0] <= 3


def test_the_list_of_people_says_who_was_where_and_when(tmp_path, person_tracker, arguments):
    assert person_tracker(*arguments).returncode == 0
    with open(tmp_path / 'out' / 'people.csv', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert len({row['person_id'] for row in rows}) == 3
    assert all(row['person_id'].startswith('p') for row in rows)
    shared, = (each for each in {row['id'] for row in rows}
               if sum(row['id'] == each for row in rows) == 2)
    assert [row['camera'] for row in rows if row['id'] == shared] == ['hall', 'door']
    for row in rows:
        track = tracks_of(tmp_path / 'out' / f'{row["camera"]}.txt')
        frames = track[track[:, 1] == int(row['id']), 0]
        assert [int(row[key]) for key in ('first_frame', 'last_frame', 'boxes')] == [
            frames.min(), frames.max(), len(frames)]


def test_as_told_the_first_second_of_a_track_is_nobodys(tmp_path, person_tracker, arguments):
    assert person_tracker(*arguments, '--as-told').returncode == 0
    hall = tracks_of(tmp_path / 'out' / 'hall.txt')
    first = hall[hall[:, 2] == hall[0, 2], 1]
    assert first[0] != first[-1]
    assert len(set(first.tolist())) == 2


def test_frames_may_be_counted_from_0_and_keep_their_numbers(tmp_path, person_tracker):
    option = write_camera(tmp_path, 'hall', range(30), [0])
    result = person_tracker('multicamera', '--camera', option, '--fps', 10, '--output', 'out',
                            '--set', 'tracker.confirm_hits=1')
    assert result.returncode == 0, result.stderr
    assert tracks_of(tmp_path / 'out' / 'hall.txt')[:, 0].tolist() == list(range(30))


def test_people_are_told_by_where_they_stand_where_the_ground_is_known(
        tmp_path, person_tracker):
    for name in ('left', 'right'):
        write_camera(tmp_path, name, range(1, FRAMES + 1), [0, 2])
    (tmp_path / 'cameras.yaml').write_text('cameras:\n' + ''.join(
        f'- {{name: {name}, ground_points: {POINTS}, image_size: [640, 480]}}\n'
        for name in ('left', 'right', 'unused')))
    result = person_tracker(
        'multicamera', '--camera', 'left:left.txt', '--camera', 'right:right.txt',
        '--calibration', 'cameras.yaml', '--fps', 10, '--output', 'out')
    assert result.returncode == 0, result.stderr
    assert '2 people, 2 of them on several cameras' in result.stdout
    assert 'note' not in result.stderr


def test_settings_and_presets_reach_tracker_and_identity(tmp_path, person_tracker, arguments):
    result = person_tracker(*arguments, '--set', 'identity.learning.strangers=false')
    assert '0 of them on several cameras' in result.stdout
    (tmp_path / 'own.yaml').write_text(
        'identity: {ros__parameters: {learning.strangers: false}}\n'
        'hall/tracker: {ros__parameters: {confirm_hits: 9}}')
    result = person_tracker(*arguments, '--preset', 'own.yaml')
    assert '0 of them on several cameras' in result.stdout, result.stderr
    assert tracks_of(tmp_path / 'out' / 'hall.txt')[0, 0] == 9


def test_the_plain_rule_goes_by_looks_alone_and_says_so(tmp_path, person_tracker, arguments):
    result = person_tracker(*arguments, '--preset', 'multicamera_youtu', '--as-told')
    assert result.returncode == 0, result.stderr
    assert '3 people, 1 of them on several cameras' in result.stdout
    assert 'note' not in result.stderr
    (tmp_path / 'cameras.yaml').write_text('cameras:\n' + ''.join(
        f'- {{name: {name}, ground_points: {POINTS}, image_size: [640, 480]}}\n'
        for name in ('hall', 'door')))
    result = person_tracker(*arguments, '--set', 'identity.rule=mean',
                            '--calibration', 'cameras.yaml')
    assert 'note: identity.rule=mean goes by embeddings alone' in result.stderr


def test_what_only_the_node_of_identity_has_is_left_out_of_a_preset(tmp_path):
    own = {name for name, _, _ in walk(IdentityNodeConfig())} - {
        name for name, _, _ in walk(IdentityConfig())}
    assert own
    values = {'cameras': ['hall']}
    text = ''.join(f'    {name}: {values.get(name, 0)}\n' for name in sorted(own))
    (tmp_path / 'own.yaml').write_text(f'identity:\n  ros__parameters:\n{text}')
    assert with_preset(MulticameraConfig(), str(tmp_path / 'own.yaml')) == MulticameraConfig()


def test_a_network_that_is_not_known_is_read_with_care_unless_its_scale_is_given(
        tmp_path, person_tracker):
    option = write_camera(tmp_path, 'hall', range(1, 20), [0], model='mine')
    command = ('multicamera', '--camera', option, '--fps', 10, '--output', 'out')
    careful = person_tracker(*command)
    assert careful.returncode == 0, careful.stderr
    assert 'note: what similarities of mine are worth is not known' in careful.stderr
    assert MODEL in careful.stderr
    given = person_tracker(*command, '--scale', '0.3', '25')
    assert given.returncode == 0
    assert 'note' not in given.stderr


@pytest.mark.parametrize('name', ['omz_reid_0287', 'person-reidentification-retail-0287'])
def test_a_network_without_a_file_here_is_known_by_its_names(tmp_path, person_tracker, name):
    option = write_camera(tmp_path, 'hall', range(1, 20), [0], model=name)
    result = person_tracker('multicamera', '--camera', option, '--fps', 10, '--output', 'out')
    assert result.returncode == 0, result.stderr
    assert 'note' not in result.stderr


def test_the_name_of_a_known_network_may_be_given_for_an_array_called_otherwise(
        tmp_path, person_tracker):
    option = write_camera(tmp_path, 'hall', range(1, 20), [0], model='embedding')
    result = person_tracker('multicamera', '--camera', option, '--fps', 10, '--output', 'out',
                            '--model', MODEL)
    assert result.returncode == 0, result.stderr
    assert 'note' not in result.stderr


def test_cameras_with_nothing_in_common_are_followed_each_by_itself(tmp_path, person_tracker):
    for name in 'ab':
        write_camera(tmp_path, name, range(1, 20), [0])
    result = person_tracker('multicamera', '--camera', 'a:a.txt', '--camera', 'b:b.txt',
                            '--fps', 10, '--output', 'out')
    assert result.returncode == 0
    assert 'note: with neither embeddings nor --calibration nothing tells' in result.stderr
    assert '2 people, 0 of them on several cameras' in result.stdout


@pytest.mark.parametrize(('options', 'status', 'text'), [
    ([], 2, 'required: --camera'),
    (['--camera', 'hall'], 2, 'must be NAME:detections.txt or NAME:detections.txt:embeddings.npz'),
    (['--camera', 'hall:'], 2, 'must be NAME:detections.txt or'),
    (['--camera', 'hall:a:b:c'], 2, 'must be NAME:detections.txt or'),
    (['--camera', '../x:hall.txt'], 2, 'the name of a camera must be letters, digits'),
    (['--camera', 'hall:gone.txt'], 1, 'No such file or directory: gone.txt'),
    (['--camera', 'hall:hall.npz'], 1, 'hall.npz is not a text file'),
    (['--camera', 'hall:hall.txt:hall.txt'], 1, 'hall.txt is not an .npz archive'),
    (['--camera', 'hall:hall.txt:door.npz'], 1, 'door.npz does not belong to these detections'),
    (['--camera', 'hall:negative.txt'], 1, 'negative.txt, line 1, column 1 (frame): expected at '
                                           'least 0, got -1'),
    (['--camera', 'hall:hall.txt', '--camera', 'hall:door.txt'], 2,
     "camera 'hall' is given twice"),
    (['--camera', 'hall:hall.txt', '--model', MODEL], 2, 'no camera has any'),
    (['--camera', 'hall:hall.txt:hall.npz', '--model', 'other'], 2,
     "no embeddings of a network 'other': hall.npz holds osnet_x0_25_msmt17; networks known here "
     'are osnet_x0_25_msmt17, '),
    (['--camera', 'hall:hall.txt:hall.npz', '--camera', 'own:own.txt:own.npz'], 2,
     'hall.npz holds osnet_x0_25_msmt17, own.npz holds mine; say with --model which network all '
     'cameras have in common; networks known here are osnet_x0_25_msmt17, '),
    (['--camera', 'hall:hall.txt:hall.npz', '--scale', '2', '20'], 2,
     '--scale: midpoint must be in (-1, 1), got 2.0'),
    (['--camera', 'hall:hall.txt', '--calibration', 'gone.yaml'], 2, 'gone.yaml cannot be read'),
    (['--camera', 'hall:hall.txt', '--calibration', 'bare.yaml'], 2,
     'bare.yaml does not say of hall how it sees the ground'),
    (['--camera', 'hall:hall.txt', '--set', 'identity.learning.decide_s=-1'], 2, 'decide_s'),
    (['--camera', 'hall:hall.txt', '--fps', '0'], 2, 'must be a number above 0'),
    (['--camera', 'hall:out/hall.txt'], 2, 'out/hall.txt is an input and would be overwritten'),
    (['--camera', 'hall:hall.txt', '--output', 'hall.txt'], 1, 'File exists: hall.txt'),
])
def test_what_is_wrong_is_said_in_one_line(tmp_path, refused, cameras, options, status, text):
    write_camera(tmp_path, 'own', range(1, 5), [0], model='mine')
    (tmp_path / 'negative.txt').write_text('-1,-1,10,10,20,40,0.9\n')
    (tmp_path / 'bare.yaml').write_text('cameras:\n- {name: hall}\n')
    usual = [] if '--fps' in options else ['--fps', 10]
    usual += [] if '--output' in options else ['--output', 'out']
    assert text in refused(status, 'multicamera', *usual, *options)
    assert not (tmp_path / 'out').exists()
