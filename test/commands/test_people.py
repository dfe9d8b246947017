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

"""`person_tracker people` without photos: who is listed, renamed, merged, forgotten, moved."""

from contextlib import closing
from datetime import datetime
import json
import os
import pty

import numpy as np
from person_tracker import cli
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonForgotten
from person_tracker.core.people import Prototype
from person_tracker.store.people_store import PeopleStore
import pytest

SEEN_S = 1_700_000_000.0


def looks(count, kind='face', model='sface', is_negative=False):
    """Return looks of any kind."""
    rows = np.random.default_rng(count).normal(size=(count, 8))
    return tuple(Prototype(kind, model, row / np.linalg.norm(row), is_negative=is_negative)
                 for row in rows)


ANNA = Person('p1', 'Anna', 10.0, SEEN_S, SEEN_S + 60, looks(3) + looks(2, 'body', 'bands'))
BEN = Person('p2', 'Ben Åström', 20.0, prototypes=looks(1, is_negative=True))
STRANGER = Person('p3', '', 5.0, prototypes=looks(4, 'body', 'bands'))


class Store:
    """A store in a file, and the command line on it."""

    def __init__(self, url, capsys):
        self.url = str(url)
        self._capsys = capsys

    def add(self, *people):
        """Make people known."""
        with closing(PeopleStore(self.url)) as store:
            store.apply([PersonCreated(person) for person in people])

    def remove(self, person_id):
        """Make somebody unknown."""
        with closing(PeopleStore(self.url)) as store:
            store.apply([PersonForgotten(person_id)])

    def people(self):
        """Return who is known, by person_id."""
        with closing(PeopleStore(self.url)) as store:
            return {person.person_id: person for person in store.people()}

    def names(self):
        """Return the names of all by person_id."""
        return {person_id: person.name for person_id, person in self.people().items()}

    def run(self, action, *arguments):
        """Run a command that must succeed; return what it prints and what it notes."""
        texts = ['people', action, *map(str, arguments), '--store', self.url]
        assert cli.main(texts) == 0, self._capsys.readouterr().err
        return self._capsys.readouterr()


@pytest.fixture
def store(tmp_path, capsys):
    """Return a store with three people."""
    store = Store(tmp_path / 'people.sqlite', capsys)
    store.add(ANNA, BEN, STRANGER)
    return store


def test_the_list_has_everybody_oldest_first_with_local_times(store):
    title, *rows = store.run('list').out.splitlines()
    assert title.split('  ')[0] == 'person_id'
    assert [row.split()[0] for row in rows] == ['p3', 'p1', 'p2']
    assert rows[0].split() == ['p3', '-', '-', '4', 'bands', 'never', 'never']
    assert '3 sface' in rows[1]
    assert '2 bands' in rows[1]
    assert str(datetime.fromtimestamp(SEEN_S)) in rows[1]
    assert str(datetime.fromtimestamp(SEEN_S + 60)) in rows[1]
    assert 'Ben Åström' in rows[2]


def test_the_list_as_json(store):
    content = json.loads(store.run('list', '--json').out)
    assert content['models_in_use']['face'] == 'sface'
    assert [person['person_id'] for person in content['people']] == ['p3', 'p1', 'p2']
    assert content['people'][1] == {
        'person_id': 'p1', 'name': 'Anna', 'created_s': 10.0, 'first_seen_s': SEEN_S,
        'last_seen_s': SEEN_S + 60, 'looks': [
            {'kind': 'body', 'model': 'bands', 'is_negative': False, 'count': 2},
            {'kind': 'face', 'model': 'sface', 'is_negative': False, 'count': 3}]}
    assert content['people'][2]['looks'] == [
        {'kind': 'face', 'model': 'sface', 'is_negative': True, 'count': 1}]


def test_looks_of_another_model_are_noted_with_what_to_do(tmp_path, store):
    (tmp_path / 'arcface.onnx').write_bytes(b'another network')
    encoder = f'face.encoder={tmp_path}/arcface.onnx'
    noted = store.run('list', '--set', encoder).err
    assert '1 of 3 people have face looks of sface only, which arcface-' in noted
    assert 'person_tracker people enrol' in noted
    noted = store.run('list').err
    assert 'face looks' not in noted
    assert '2 of 3 people have body looks of bands only' in noted


def test_an_empty_store_says_so(tmp_path, capsys):
    empty = Store(tmp_path / 'empty.sqlite', capsys)
    assert 'nobody is known in' in empty.run('list').out
    assert json.loads(empty.run('list', '--json').out)['people'] == []
    assert empty.run('forget', '--all').out == 'there is nobody to forget\n'


@pytest.mark.parametrize(('arguments', 'names'), [
    (('Anna', 'Anna Lee'), {'p1': 'Anna Lee', 'p2': 'Ben Åström', 'p3': ''}),  # by name
    (('p3', 'Carl'), {'p1': 'Anna', 'p2': 'Ben Åström', 'p3': 'Carl'}),        # by person_id
    (('Anna', '--no-name'), {'p1': '', 'p2': 'Ben Åström', 'p3': ''}),
])
def test_renaming(store, arguments, names):
    store.run('rename', *arguments)
    assert store.names() == names


def test_merging_joins_looks_and_keeps_the_name(store):
    assert store.run('merge', 'p3', 'Anna').out == (
        'Anna (p1) is part of Anna (p3) from now on\n')
    assert store.names() == {'p3': 'Anna', 'p2': 'Ben Åström'}
    merged = store.people()['p3']
    assert len(merged.prototypes) == len(ANNA.prototypes) + len(STRANGER.prototypes)
    assert merged.first_seen_s == SEEN_S


@pytest.mark.parametrize(('arguments', 'left'), [
    (('Anna', 'p3', 'p1'), {'p2'}),
    (('--anonymous',), {'p1', 'p2'}),
    (('--all',), set()),
])
def test_forgetting(store, arguments, left):
    printed = store.run('forget', *arguments, '--yes').out
    assert set(store.people()) == left
    assert printed.count('forgot') == 3 - len(left)


@pytest.mark.parametrize(('answer', 'status', 'left'), [
    ('y', 0, {'p2', 'p3'}), ('no', 1, {'p1', 'p2', 'p3'}), ('', 1, {'p1', 'p2', 'p3'})])
def test_on_a_terminal_forgetting_asks_first(
        store, monkeypatch, capsys, answer, status, left):
    user, terminal = pty.openpty()
    with open(terminal) as stdin:
        monkeypatch.setattr('sys.stdin', stdin)
        os.write(user, f'{answer}\n'.encode())
        assert cli.main(['people', 'forget', 'Anna', '--store', store.url]) == status
    os.close(user)
    asked = capsys.readouterr().err
    assert 'Anna (p1)' in asked
    assert 'Forget 1 for ever? [y/N]' in asked
    assert set(store.people()) == left


@pytest.mark.parametrize(('status', 'arguments', 'complaint'), [
    (1, ('rename', 'Carl', 'Dora'), "nobody has the name or person_id 'Carl'"),
    (1, ('rename', 'p1', 'Ben Åström'), 'this name already belongs to p2'),
    (1, ('rename', 'p1', 'unknown'), 'a name must not be the word for nobody'),
    (1, ('rename', 'p1', ' Anna'), 'without blanks around them'),
    (2, ('rename', 'p1'), 'give either a new NAME or --no-name'),
    (2, ('rename', 'p1', 'Dora', '--no-name'), 'give either a new NAME or --no-name'),
    (1, ('rename', '', 'Dora'), "nobody has the name or person_id ''"),  # not the nameless one
    (1, ('merge', 'Anna', 'p2'), 'both have names; if they are one'),
    (1, ('merge', 'Anna', 'p1'), 'are the same person'),
    (1, ('merge', 'Anna', 'Carl'), "nobody has the name or person_id 'Carl'"),
    (2, ('forget',), 'give WHO to forget, or --all, or --anonymous'),
    (2, ('forget', 'Anna', '--all'), 'give WHO to forget, or --all, or --anonymous'),
    (2, ('forget', 'Anna'), 'there is no terminal to ask on; add --yes'),
    (1, ('forget', 'Anna', 'Carl', '--yes'), "nobody has the name or person_id 'Carl'"),
    (1, ('export', 'out.json', '--who', 'Carl'), "nobody has the name or person_id 'Carl'"),
    (2, ('export', '.'), '. is a folder'),
    (1, ('export', 'absent/out.json'), 'No such file or directory: '),
    (1, ('import', 'absent.json'), 'No such file or directory: absent.json'),
    (2, ('enrol',), 'give either NAME and its photos, or --folder'),
    (2, ('enrol', 'Carl'), 'no photo of Carl is given'),
    (2, ('enrol', 'Carl', 'a.jpg', '--folder', '.'), 'give either NAME and its photos, or'),
    (1, ('enrol', 'unknown', 'a.jpg'), 'a name must not be the word for nobody'),
    (1, ('enrol', '--folder', '.'), 'holds no image'),
    (2, ('identify', 'a.jpg', '--set', 'face.speed=3'), "unknown setting 'face.speed'"),
    (2, ('dismiss', 'Anna'), "invalid choice: 'dismiss'"),
])
def test_what_cannot_be_is_one_clear_line_and_changes_nothing(
        tmp_path, store, refused, status, arguments, complaint):
    os.mkdir(tmp_path / 'empty')
    before = store.names()
    line = refused(status, 'people', *arguments, '--store', store.url)
    assert complaint in line
    assert store.names() == before
    assert not (tmp_path / 'out.json').exists()


def test_somebody_called_like_the_id_of_another_is_not_guessed(store, refused):
    store.run('rename', 'p2', 'p1')
    line = refused(1, 'people', 'forget', 'p1', '--yes', '--store', store.url)
    assert "'p1' means two people, p1 and p2" in line


def test_a_file_that_is_no_store_is_refused_and_kept(tmp_path, refused):
    (tmp_path / 'other.db').write_bytes(b'not a database' * 100)
    line = refused(1, 'people', 'list', '--store', tmp_path / 'other.db')
    assert 'other.db is damaged' in line
    assert [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()] == [
        b'not a database' * 100]
    assert 'must be' in refused(1, 'people', 'list', '--store', 'people.txt')


def described(person):
    """Return everything of a person, as values that can be compared."""
    return {**vars(person), 'prototypes': sorted(
        (one.prototype_id, one.kind, one.model, one.quality, one.time_s, one.is_negative,
         one.embedding.tobytes()) for one in person.prototypes)}


def test_what_is_exported_is_imported_elsewhere_to_the_bit(tmp_path, store, capsys):
    assert store.run('export', tmp_path / 'all.json').out.startswith('wrote 3 people to ')
    other = Store(tmp_path / 'other.sqlite', capsys)
    assert '3 are new, 0 were known' in other.run('import', tmp_path / 'all.json').out
    assert '0 are new, 3 were known' in other.run('import', tmp_path / 'all.json').out
    for person_id, person in store.people().items():
        assert described(other.people()[person_id]) == described(person)


def test_some_are_exported(tmp_path, store, capsys):
    store.run('export', tmp_path / 'some.json', '--who', 'Anna', 'p3')
    other = Store(tmp_path / 'other.sqlite', capsys)
    other.run('import', tmp_path / 'some.json')
    assert set(other.people()) == {'p1', 'p3'}


def test_somebody_known_gets_what_is_missing(tmp_path, store, capsys):
    store.run('export', tmp_path / 'all.json')
    older = Store(tmp_path / 'older.sqlite', capsys)
    older.add(Person('p1', '', 10.0, SEEN_S + 30, SEEN_S + 90, ANNA.prototypes[:1] + looks(2)))
    older.run('import', tmp_path / 'all.json')
    anna = older.people()['p1']
    assert (anna.name, anna.first_seen_s, anna.last_seen_s) == ('Anna', SEEN_S, SEEN_S + 90)
    assert len(anna.prototypes) == len(ANNA.prototypes) + 2


@pytest.mark.parametrize(('known', 'complaint'), [
    (Person('p9', 'Ben Åström'), 'the name Ben Åström is that of p9 in the store and of p2'),
    (Person('p2', 'Dora'), 'p2 is called Dora in the store and Ben Åström in the file'),
    (Person('p9', 'Dora', prototypes=STRANGER.prototypes[:1]),
     'looks of p3 in the file are those of Dora (p9) in the store'),
])
def test_an_import_that_contradicts_the_store_imports_nobody(
        tmp_path, store, capsys, refused, known, complaint):
    store.run('export', tmp_path / 'all.json')
    other = Store(tmp_path / 'other.sqlite', capsys)
    other.add(known)
    line = refused(1, 'people', 'import', tmp_path / 'all.json', '--store', other.url)
    assert complaint in line
    assert other.names() == {known.person_id: known.name}


def test_a_damaged_file_imports_nobody(tmp_path, store, capsys, refused):
    store.run('export', tmp_path / 'all.json')
    content = json.loads((tmp_path / 'all.json').read_text())
    content['people'][-1]['prototypes'][0]['quality'] = 7
    (tmp_path / 'all.json').write_text(json.dumps(content))
    other = Store(tmp_path / 'other.sqlite', capsys)
    line = refused(1, 'people', 'import', tmp_path / 'all.json', '--store', other.url)
    assert 'all.json is damaged: person 3, look 1: quality must be in [0, 1]' in line
    assert other.people() == {}
