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

"""Getting single files: from a server, out of an archive, out of a released package."""

from collections.abc import Callable
from http.client import HTTPException
from http.client import HTTPResponse
from pathlib import Path
from pathlib import PurePosixPath
import shutil
import subprocess
import sys
import tarfile
from typing import IO
from urllib.error import HTTPError
from urllib.error import URLError
from urllib.request import Request
from urllib.request import urlopen
import zipfile

from person_tracker.models.errors import FetchError

# Bytes done, bytes in all where known, what is going on.
ReportProgress = Callable[[int, int | None, str], None]

_CHUNK = 1 << 18
_TIMEOUT_S = 20.0
_ATTEMPTS = 3


def download(url: str, part: Path, report_progress: ReportProgress) -> None:
    """
    Download a file, continuing what an earlier attempt left in `part`.

    Parameters
    ----------
    url
        `http` or `https`.
    part
        Where the bytes go; kept when the transfer breaks off, so that the next call continues.
    report_progress
        Called now and then.

    Raises
    ------
    FetchError
        The server cannot be reached, refuses, or keeps breaking off; the text says which.

    """
    if not url.startswith(('http://', 'https://')):
        raise FetchError(f'only http and https can be downloaded, got {url!r}')
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _continue(url, part, report_progress)
            return
        except HTTPError as error:
            raise FetchError(f'HTTP {error.code} {error.reason}') from error
        except (FetchError, HTTPException, OSError) as error:
            unreachable = isinstance(error, URLError)
            if unreachable or attempt == _ATTEMPTS:
                reason = getattr(error, 'reason', None) or str(error) or type(error).__name__
                raise FetchError(str(reason)) from error


def extract(archive: Path, member: str, target: Path) -> None:
    """
    Copy one member of a zip or tar archive to a file.

    Parameters
    ----------
    archive
        Path of the archive; a Python wheel is one.
    member
        Its path in the archive; a bare name stands for the only member of that name.
    target
        The file to write.

    Raises
    ------
    FetchError
        It is no archive, or the member is not in it.

    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                name = _member_name(opened.namelist(), member, archive.name)
                with opened.open(name) as source:
                    _copy(source, target)
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive) as opened_tar:
                name = _member_name(opened_tar.getnames(), member, archive.name)
                extracted = opened_tar.extractfile(name)
                if extracted is None:
                    raise FetchError(f'{member} in {archive.name} is not a file')
                with extracted:
                    _copy(extracted, target)
        else:
            raise FetchError(f'{archive.name} is neither a zip nor a tar archive')
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise FetchError(f'{archive.name} is damaged: {error}') from error


def download_package(package: str, version: str, folder: Path) -> Path:
    """
    Download a released package without its dependencies; nothing of it is installed or run.

    Parameters
    ----------
    package, version
        Name and exact version.
    folder
        An empty folder for it.

    Returns
    -------
    Path
        The downloaded wheel.

    Raises
    ------
    FetchError
        pip is missing or could not get it; the text is pip's last error.

    """
    # Wheels only: pip would run the set-up code of a source distribution.
    command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-input', '--no-deps',
               '--only-binary=:all:', '--ignore-requires-python', '--disable-pip-version-check',
               '--dest', str(folder), f'{package}=={version}']
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        raise FetchError(lines[-1].removeprefix('ERROR: ') if lines else
                         f'pip ended with status {result.returncode}')
    wheels = list(folder.iterdir())
    if len(wheels) != 1:
        raise FetchError(f'pip delivered {len(wheels)} files instead of one')
    return wheels[0]


def _continue(url: str, part: Path, report_progress: ReportProgress) -> None:
    done = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={'User-Agent': 'person_tracker', 'Accept-Encoding': 'identity'})
    if done:
        request.add_header('Range', f'bytes={done}-')
    try:
        response = urlopen(request, timeout=_TIMEOUT_S)
    except HTTPError as error:
        if error.code != 416 or not done:
            raise
        # The server has nothing after these bytes: they are another file's, or more than all.
        part.unlink()
        raise FetchError('the partial file does not fit the one on the server') from error
    with response:
        if response.status != 206:
            done = 0
        with part.open('ab' if done else 'wb') as file:
            _receive(response, file, done, report_progress)


def _receive(response: HTTPResponse, file: IO[bytes], done: int,
             report_progress: ReportProgress) -> None:
    length = response.headers.get('Content-Length')
    total = done + int(length) if length else None
    name = PurePosixPath(response.url).name
    report_progress(done, total, f'downloading {name}')
    while chunk := response.read(_CHUNK):
        file.write(chunk)
        done += len(chunk)
        report_progress(done, total, f'downloading {name}')
    if total is not None and done < total:
        raise FetchError(f'the transfer broke off after {done} of {total} bytes')


def _member_name(names: list[str], member: str, archive_name: str) -> str:
    if member in names:
        return member
    found = [name for name in names if PurePosixPath(name).name == member]
    if len(found) != 1:
        raise FetchError(f'{member} is {"ambiguous" if found else "not"} in {archive_name}')
    return found[0]


def _copy(source: IO[bytes], target: Path) -> None:
    with target.open('wb') as file:
        shutil.copyfileobj(source, file, _CHUNK)
