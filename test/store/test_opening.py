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

"""Which store a URL names."""

from pathlib import Path

from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError
import pytest


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """Return a home of the test's own, which is also the working folder."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.delenv('XDG_DATA_HOME', raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize('url, file', [
    ('', '.local/share/person_tracker/people.sqlite'),  # the user's data folder
    ('a.sqlite', 'a.sqlite'),                           # relative
    ('~/b.db', 'b.db'),
    ('{home}/c.sqlite3', 'c.sqlite3'),                  # absolute
    ('sqlite:///d.sqlite', 'd.sqlite'),                 # relative, as SQLAlchemy has it
    ('sqlite:///{home}/e.sqlite', 'e.sqlite'),
    ('what? 100%#.sqlite', 'what? 100%#.sqlite'),       # nothing in a path is special
])
def test_file_of_a_url(home, url, file):
    store = PeopleStore(url.format(home=home))
    assert (home / file).is_file()
    assert store.url_text == f'sqlite:///{home / file}'
    store.close()


def test_xdg_data_home_is_heeded(home, monkeypatch):
    monkeypatch.setenv('XDG_DATA_HOME', str(home / 'data'))
    PeopleStore().close()
    assert (home / 'data' / 'person_tracker' / 'people.sqlite').is_file()


@pytest.mark.parametrize('url, reason', [
    ('memry', 'ends in'),                           # a slip must not become a file of faces
    ('people.jpg', 'ends in'),
    ('sqlite://', 'sqlite:///file'),
    ('mysql://host/people', 'mysql://'),
    ('postgresql://robot@host:port/people', 'user@host'),
])
def test_what_is_no_store_is_refused_and_makes_no_file(home, url, reason):
    with pytest.raises(StoreError, match=reason):
        PeopleStore(url)
    assert list(home.iterdir()) == []


def test_a_password_is_never_told():
    pytest.importorskip('psycopg2')
    with pytest.raises(StoreError) as caught:
        PeopleStore('postgresql://robot:secret@localhost:1/people?password=hidden')
    assert 'secret' not in str(caught.value) and 'hidden' not in str(caught.value)
    assert 'robot' in str(caught.value) and 'localhost' in str(caught.value)
