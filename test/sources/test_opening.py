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

"""Which address opens what, and what is said of those that do not open."""

import os
import socket
import time

from person_tracker.sources.opening import open_source
from person_tracker.sources.opening import STREAM_SCHEMES
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
import pytest


@pytest.mark.parametrize(('uri', 'message'), [
    ('', 'no source is given; name a camera'),
    ('  ', 'no source is given; name a camera'),
    ('/nowhere/a.mp4', '/nowhere/a.mp4 does not exist; check the spelling'),
    ('9999', 'there is no camera /dev/video9999; '),
    ('/dev/video9999', 'there is no camera /dev/video9999; '),
    ('gopher://host/a', "unsupported scheme 'gopher' in gopher://host/a; use one of http, "),
    ('gopher://me:secret@host/a', "unsupported scheme 'gopher' in gopher://host/a; "),
    ('/dev/null', '/dev/null cannot be read: '),  # a device, but no camera
    ('http://127.0.0.1:1/a', '127.0.0.1:1/a cannot be read: nothing listens there; check host'),
    ('rtsp://me:secret@127.0.0.1:1/a', 'rtsp://127.0.0.1:1/a cannot be read: nothing listens'),
    ('rtmp://127.0.0.1:1/a', 'rtmp://127.0.0.1:1/a cannot be read: nothing listens there'),
    ('http://no-such-host.invalid/a', 'invalid/a cannot be read: it cannot be reached or read'),
])
def test_address_that_does_not_open_is_named_with_what_to_do(uri, message):
    with pytest.raises(SourceError) as error:
        open_source(SourceConfig(uri=uri))
    assert message in str(error.value)
    assert 'secret' not in str(error.value)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('form', ['{}', 'file://{}', ' {} '])
def test_path_may_be_written_as_url_or_with_spaces_around(make_video, tmp_path, form):
    path = make_video(tmp_path / 'a.mp4', 2)
    with open_source(SourceConfig(uri=form.format(path))) as source:
        assert len(list(source)) == 2


def test_file_without_permission_says_so(make_video, tmp_path):
    path = make_video(tmp_path / 'a.mp4', 2)
    path.chmod(0)
    was_root = os.geteuid() == 0
    if was_root:
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        os.seteuid(65534)
    try:
        with pytest.raises(SourceError, match='a.mp4 cannot be read: there is no permission'):
            open_source(SourceConfig(uri=str(path)))
    finally:
        if was_root:
            os.seteuid(0)


def test_web_address_with_a_length_is_a_file(server, make_video, tmp_path):
    server.file = make_video(tmp_path / 'a.mp4', 5).read_bytes()
    with open_source(SourceConfig(uri=f'{server.url}/file', loop=True)) as source:
        assert not source.is_live
        assert [source.read().index for _ in range(7)] == list(range(7))


@pytest.mark.parametrize(('path', 'message'), [
    ('/nothing', 'the server has no such stream; check the path'),
    ('/secret', 'access was refused; check user name and password'),
])
def test_refusal_of_a_server_is_explained(server, path, message):
    with pytest.raises(SourceError, match=message):
        open_source(SourceConfig(uri=server.url + path))


@pytest.mark.parametrize('scheme', ['http', 'rtsp', 'rtmp', 'tcp'])
def test_server_that_never_answers_ends_the_wait(scheme):
    with socket.create_server(('127.0.0.1', 0)) as silent:
        config = SourceConfig(
            uri=f'{scheme}://127.0.0.1:{silent.getsockname()[1]}/a', open_timeout_s=0.3)
        started = time.monotonic()
        with pytest.raises(SourceError, match='sent nothing for 0.3 s; .* raise open_timeout_s'):
            open_source(config)
        assert time.monotonic() - started < 2.0


@pytest.mark.parametrize('scheme', sorted(set(STREAM_SCHEMES) - {'srt'}))  # srt: some builds
def test_decoder_speaks_the_protocols_on_offer(scheme):
    with pytest.raises(SourceError) as error:
        open_source(SourceConfig(uri=f'{scheme}://127.0.0.1:1', open_timeout_s=0.2))
    assert 'does not speak its protocol' not in str(error.value)
