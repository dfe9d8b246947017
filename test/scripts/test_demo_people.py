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

"""What `scripts/demo` is told about people."""

from argparse import ArgumentTypeError
from pathlib import Path

from demo_people import begin_people
from demo_people import named_photo
from demo_people import print_people
from person_tracker.core.people import Person
from person_tracker.core.people import PersonCreated
from person_tracker.store.people_store import PeopleStore
import pytest


@pytest.mark.parametrize('text, expected', [
    ('Anna=a.jpg', ('Anna', Path('a.jpg'))),
    ('Anna Lee=b/a 1.jpg', ('Anna Lee', Path('b/a 1.jpg'))),
    ('Anna=a=b.jpg', ('Anna', Path('a=b.jpg'))),  # the first sign divides
])
def test_option_is_divided_into_name_and_photo(text, expected):
    assert named_photo(text) == expected


@pytest.mark.parametrize('text', ['', 'Anna', 'Anna=', '=a.jpg'])
def test_option_without_name_or_photo_is_refused(text):
    with pytest.raises(ArgumentTypeError, match='must be NAME=PHOTO'):
        named_photo(text)


def test_people_are_those_of_this_run_alone(tmp_path, capsys):
    path, other = tmp_path / 'demo_people.sqlite', tmp_path / 'people.sqlite'
    for file in (path, other):
        store = PeopleStore(str(file))
        store.apply([PersonCreated(Person('p1', 'Anna', created_s=1.0))])
        store.close()
    assert begin_people(path, [])
    assert not path.exists() and other.exists()
    print_people(path)
    assert 'nobody is known' in capsys.readouterr().out


def test_list_tells_how_many_of_the_known_were_seen(tmp_path, capsys):
    path = tmp_path / 'demo_people.sqlite'
    store = PeopleStore(str(path))
    store.apply([PersonCreated(Person('p1', 'Anna', created_s=1.0)),
                 PersonCreated(Person('p2', created_s=1.0, first_seen_s=1.0, last_seen_s=2.0))])
    store.close()
    print_people(path)
    said = capsys.readouterr().out
    assert 'people seen: 1, known: 2, with a name: 1' in said
    assert 'Anna' in said and 'p2' in said
