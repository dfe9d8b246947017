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

"""The people of `scripts/demo`: a store made anew, faces enrolled from photos, a list."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import cv2
from face_clip import write_clip
from fetch_samples import COLLINS
from fetch_samples import HOPPER
from person_tracker.cli import main as person_tracker
from person_tracker.store.people_store import PeopleStore

NamedPhoto = tuple[str, Path]

CLIP_PHOTO: NamedPhoto = ('Eileen Collins', COLLINS.path)


def named_photo(text: str) -> NamedPhoto:
    """Return name and photo of an option `NAME=PHOTO`."""
    name, _, photo = text.partition('=')
    if not name or not photo:
        raise ArgumentTypeError(f'must be NAME=PHOTO, got {text!r}')
    return name, Path(photo)


def make_clip(path: Path) -> None:
    """Make the clip with two faces."""
    write_clip(path, cv2.imread(str(COLLINS.path)), cv2.imread(str(HOPPER.path)))


def begin_people(store: Path, photos: Sequence[NamedPhoto],
                 preset: str | None = None) -> bool:
    """Begin with nobody but those in the photos; False, and a sentence said, where one is bad."""
    for remains in store.parent.glob(f'{store.name}*'):  # the journals of SQLite as well
        remains.unlink()
    by_name: dict[str, list[str]] = {}
    for name, photo in photos:
        by_name.setdefault(name, []).append(str(photo))
    return all(person_tracker(['people', 'enrol', *_options(store, preset), name, *paths]) == 0
               for name, paths in by_name.items())


def print_people(store: Path, preset: str | None = None) -> None:
    """Print who is known now, and how many of them were seen."""
    person_tracker(['people', 'list', *_options(store, preset)])
    with closing(PeopleStore(str(store))) as opened:
        people = opened.people()
    seen = sum(person.last_seen_s > 0 for person in people)
    named = sum(bool(person.name) for person in people)
    print(f'\npeople seen: {seen}, known: {len(people)}, with a name: {named}\n')


def _options(store: Path, preset: str | None) -> list[str]:
    return ['--store', str(store), *(['--preset', preset] if preset else [])]
