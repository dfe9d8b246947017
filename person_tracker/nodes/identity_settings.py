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
from person_tracker.models.face_classifier import face_classifier
from person_tracker.models.registry import known_calibrations
from person_tracker.sources.camera_list import CameraEntry
from person_tracker.sources.camera_list import check_name
from person_tracker.sources.camera_list import read_cameras
from person_tracker.sources.camera_pose import GROUND_FRAME
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
    camera_list: str = setting(
        '', 'YAML list that says where these cameras are, such as the one for the launch file; '
        'empty: only tf does.', live=False)
    ground_frame: str = setting(
        GROUND_FRAME, 'Frame whose z = 0 is the floor, in which positions are told; empty: no '
        'positions.', live=False)
    max_camera_age_s: float = setting(
        0.5, 'A camera whose last image is older than this, by the stamps of the others, shows '
        'nobody any more.', minimum=0.0, maximum=60.0, unit='s')
    gather_s: float = setting(
        0.02, 'Images of several cameras that are taken within this time are told of in one '
        'message, which waits so long for those that are due; 0: each image has its own.',
        minimum=0.0, maximum=1.0, unit='s', live=False)
    store: StoreConfig = group(StoreConfig)
    enrolment: EnrolmentConfig = group(EnrolmentConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range or at odds, no camera at all, and one named twice."""
        super().__post_init__()
        if not self.cameras or len(set(self.cameras)) != len(self.cameras):
            raise SettingError(
                f'cameras must name each camera once and at least one, got {self.cameras}')
        for camera in self.cameras:
            check_name(camera)

    def entries(self) -> list[CameraEntry]:
        """
        Return what the list of cameras says of those that are heard.

        Raises
        ------
        SettingError
            The list cannot be used; the text says why.

        """
        if not self.camera_list:
            return []
        return [entry for entry in read_cameras(self.camera_list) if entry.name in self.cameras]


def open_people(config: IdentityNodeConfig) -> tuple[PeopleStore, IdentityManager]:
    """
    Open the store, and make a manager that knows whom it keeps.

    Raises
    ------
    SettingError
        The store cannot be used, or what the classifier needs is not installed; the text says why
        and what to do.

    """
    try:
        scales = ScaleBook(known_calibrations(), face_classifier(config.classifier))
    except ModelError as error:
        raise SettingError(f'classifier: {error}') from error
    try:
        store = PeopleStore(config.store.url)
        return store, IdentityManager(config, store.people(), scales, links=store.links())
    except StoreError as error:
        raise SettingError(f'store.url: {error}') from error
