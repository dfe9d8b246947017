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

"""`person_tracker people enrol`: faces learnt from photos, of each person all or none."""

from argparse import Namespace
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
import secrets
import sys
import time

import numpy as np
from person_tracker.commands.arguments import UsageError
from person_tracker.commands.people_choice import called
from person_tracker.commands.people_config import face_analyser
from person_tracker.commands.people_config import people_config
from person_tracker.commands.people_photos import only_face
from person_tracker.commands.people_photos import PhotoError
from person_tracker.commands.people_photos import photos_by_name
from person_tracker.commands.people_photos import read_photo
from person_tracker.core.enrolment import check_looks
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.enrolment_changes import enrolment_changes
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.people import Change
from person_tracker.core.people import check_person_name
from person_tracker.core.people import FACE
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonError
from person_tracker.core.people import PersonRenamed
from person_tracker.core.people import Prototype
from person_tracker.core.people import PrototypesAdded
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.models.faces import FaceAnalyser
from person_tracker.store.people_store import NameTakenError
from person_tracker.store.people_store import PeopleStore
from tqdm import tqdm


class NotEnrolledError(RuntimeError):
    """Some of the people in a folder could not be enrolled."""


def enrol(arguments: Namespace) -> None:
    """Learn one person, or everybody in a folder whose photos are good."""
    photos = _photos(arguments)
    config = people_config(arguments)
    with closing(PeopleStore(arguments.store)) as store:
        enroller = _Enroller(store, face_analyser(config.face), config.identity)
        total = sum(map(len, photos.values()))
        with tqdm(total=total, unit=' photos', disable=None, leave=False) as bar:
            if arguments.folder is None:
                enroller.enrol(arguments.name, arguments.photos, bar)
            else:
                _enrol_each(enroller, photos, bar)


def _photos(arguments: Namespace) -> dict[str, list[Path]]:
    """Return the photos by the person whose they are."""
    if (arguments.folder is None) == (not arguments.name):
        raise UsageError('give either NAME and its photos, or --folder')
    if arguments.folder is not None:
        return photos_by_name(arguments.folder)
    check_person_name(arguments.name)
    if not arguments.photos:
        raise UsageError(f'no photo of {arguments.name} is given')
    return {arguments.name: arguments.photos}


def _enrol_each(enroller: '_Enroller', photos: Mapping[str, Sequence[Path]], bar: tqdm) -> None:
    """Go on after a failure, and fail at the end."""
    failures = 0
    for name, paths in photos.items():
        try:
            enroller.enrol(name, paths, bar)
        except (EnrolmentError, NameTakenError, PersonError, PhotoError) as error:
            failures += 1
            tqdm.write(f'{name}: not enrolled: {error}', file=sys.stderr)
    if failures:
        raise NotEnrolledError(f'{failures} of {len(photos)} people were not enrolled')


class _Enroller:
    """Adds people to a store, each checked against all who are known."""

    def __init__(self, store: PeopleStore, analyser: FaceAnalyser,
                 config: IdentityConfig) -> None:
        self._store = store
        self._analyser = analyser
        self._config = config
        self._gallery = PersonGallery(store.people())

    def enrol(self, name: str, photos: Sequence[Path], bar: tqdm) -> None:
        """Learn one person from photos, and print what happened."""
        check_person_name(name)
        looks = []
        for photo in photos:
            looks.append(self._look(photo))
            bar.update()
        try:
            check_looks(np.stack([look.embedding for look in looks]), self._analyser.calibration)
        except EnrolmentError as error:
            order = ', '.join(str(photo) for photo in photos)
            raise EnrolmentError(f'{error} (in this order: {order})') from None
        person_id, changes = enrolment_changes(
            self._gallery, name, looks, self._analyser.calibration, self._config,
            new_id=f'p{secrets.token_hex(6)}', time_s=time.time())
        self._store.apply(changes)
        for change in changes:
            self._gallery.apply(change)
        tqdm.write(self._outcome(person_id, changes), file=sys.stdout)

    def _look(self, photo: Path) -> Prototype:
        faces = self._analyser.in_frame(read_photo(photo))
        row = only_face(faces, photo)
        return Prototype(
            FACE, self._analyser.name, faces.embeddings[row].copy(), float(faces.qualities[row]))

    def _outcome(self, person_id: str, changes: Sequence[Change]) -> str:
        kinds = {type(change) for change in changes}
        how = ('enrolled' if PersonCreated in kinds else
               'named, was known without a name' if PersonRenamed in kinds else
               'was enrolled already')
        person = self._gallery.get(person_id)
        added = {look.prototype_id for change in changes if isinstance(change, PrototypesAdded)
                 for look in change.prototypes}
        kept = [look.prototype_id for look in person.prototypes if look.kind == FACE
                and look.model == self._analyser.name and not look.is_negative]
        return (f'{called(person)}: {how}; looks of the face: {len(kept)}, '
                f'new: {len(added.intersection(kept))}')
