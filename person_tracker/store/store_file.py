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

"""The file of a store: made whole and private, and put aside when it is damaged."""

from collections.abc import Iterator
from contextlib import suppress
import os
from pathlib import Path
import sqlite3
from uuid import uuid4

from person_tracker.store.errors import CorruptStoreError
from person_tracker.store.errors import StoreError

SUFFIXES = ('.sqlite', '.sqlite3', '.db')
_COMPANIONS = ('', '-wal', '-shm')  # SQLite's own names beside the file
_DAMAGE = ('malformed', 'not a database')  # SQLite's words; Python 3.10 gives no error code
_ASIDE = '.corrupt-'


def prepare_file(path: Path) -> None:
    """
    Make sure that a sound file is there which only its owner can read.

    Raises
    ------
    CorruptStoreError
        It is damaged and was put aside now, or lies aside since an earlier call.
    StoreError
        The name or the place does not allow a file.

    """
    if path.suffix not in SUFFIXES:
        # A slip like `memry` must not become a file full of faces.
        raise StoreError(f"a store must be 'memory', postgresql://user@host/database or a file "
                         f'that ends in {", ".join(SUFFIXES)}, got {str(path)!r}')
    try:
        if not path.exists():
            _refuse_remains(path)
            _create(path)
        for file in _files(path):
            with suppress(FileNotFoundError):  # another process closed the store
                file.chmod(0o600)
    except OSError as error:
        raise StoreError(f'{path} cannot be used as a store: {error.strerror}') from error
    damage = _damage(path)
    if damage:
        _put_aside(path, damage)


def is_damage(error: BaseException | None) -> bool:
    """Tell whether SQLite's error means that the file is damaged."""
    return isinstance(error, sqlite3.DatabaseError) and any(
        word in str(error) for word in _DAMAGE)


def _files(path: Path) -> Iterator[Path]:
    for suffix in _COMPANIONS:
        file = path.with_name(path.name + suffix)
        if file.exists():
            yield file


def _create(path: Path) -> None:
    # A kill at any moment leaves no file or a whole one, so an empty one is always damage.
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
    draft = path.with_name(f'{path.name}.new-{uuid4().hex}')
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        connection = sqlite3.connect(draft)
        connection.execute('PRAGMA journal_mode=WAL').fetchall()
        connection.close()
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        draft.unlink()


def _damage(path: Path) -> str:
    if path.stat().st_size == 0:
        return 'it is empty'
    connection = sqlite3.connect(path, timeout=10)
    try:
        said = connection.execute('PRAGMA quick_check(1)').fetchone()[0]
        return '' if said == 'ok' else str(said).splitlines()[-1]
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return str(error)
        raise StoreError(f'{path} cannot be read: {error}') from error
    finally:
        connection.close()


def _refuse_remains(path: Path) -> None:
    # The file is gone but its latest commits, or a damaged file, are there: no beginning anew.
    remains = list(_files(path))
    if remains:
        _put_aside(path, f'it is missing beside its {remains[0].name}')
    aside = sorted(file for file in path.parent.glob('*') if
                   file.name.startswith(path.name + _ASIDE)) if path.parent.exists() else []
    if aside:
        raise CorruptStoreError(
            f'{path} is missing and the damaged {aside[0]} lies beside it; put a backup in its '
            'place, or move the damaged file elsewhere to begin with nobody')


def _put_aside(path: Path, damage: str) -> None:
    number = 1
    while any(_files(aside := path.with_name(f'{path.name}{_ASIDE}{number}'))):
        number += 1
    for file in list(_files(path)):
        file.rename(aside.with_name(aside.name + file.name[len(path.name):]))
    raise CorruptStoreError(
        f'{path} is damaged ({damage}) and was put aside as {aside}; put a backup in its place, '
        'or move the damaged file elsewhere to begin with nobody')
