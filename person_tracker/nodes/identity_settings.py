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

"""Settings of the node `identity`, and what is made of them."""

from dataclasses import dataclass

from person_tracker.core.enrolment import EnrolmentConfig
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.models.errors import ModelError
from person_tracker.models.registry import known_calibrations
from person_tracker.nodes.camera_list import check_name
from person_tracker.store.people_store import PeopleStore
from person_tracker.store.people_store import StoreError


@dataclass(frozen=True)
class StoreConfig:
    """Where people are kept."""

    url: str = setting(
        '', 'A file, a postgresql:// URL, or memory, which keeps nothing; empty: a file in the '
        "user's data folder.", live=False)

    def __post_init__(self) -> None:
        """Refuse values of the wrong type."""
        validate(self)


@dataclass(frozen=True)
class IdentityNodeConfig(IdentityConfig):
    """The settings of identity, the cameras it hears, and where people are kept."""

    cameras: tuple[str, ...] = setting(
        ('camera',), 'Namespaces of the cameras whose tracks are united.', live=False)
    max_camera_age_s: float = setting(
        0.5, 'People of another camera are left out when its last image is older.',
        minimum=0.0, maximum=60.0, unit='s')
    classifier: str = setting(
        'nearest', 'How faces of people with names are read: nearest, by the most alike look of '
        'each, or svm, by support vector machines (needs scikit-learn).',
        choices=('nearest', 'svm'), live=False)
    store: StoreConfig = group(StoreConfig)
    enrolment: EnrolmentConfig = group(EnrolmentConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range, no camera at all, and one named twice."""
        super().__post_init__()
        if not self.cameras or len(set(self.cameras)) != len(self.cameras):
            raise SettingError(
                f'cameras must name each camera once and at least one, got {self.cameras}')
        for camera in self.cameras:
            check_name(camera)


def open_people(config: IdentityNodeConfig) -> tuple[PeopleStore, IdentityManager]:
    """
    Open the store, and make a manager that knows whom it keeps.

    Raises
    ------
    SettingError
        The store cannot be used, or what the classifier needs is not installed; the text says why
        and what to do.

    """
    scales = _scale_book(config)
    try:
        store = PeopleStore(config.store.url)
        return store, IdentityManager(config, store.people(), scales)
    except StoreError as error:
        raise SettingError(f'store.url: {error}') from error


def _scale_book(config: IdentityNodeConfig) -> ScaleBook:
    """Return the scales of the networks known, and the classifier that is asked for."""
    scales = ScaleBook(known_calibrations())
    if config.classifier == 'svm':
        try:
            from person_tracker.models.face_svm import FaceSvm  # scikit-learn is optional
        except ModelError as error:
            raise SettingError(f'classifier: {error}') from error
        scales.classifier = FaceSvm()
    return scales
