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

"""Which cameras there are: a YAML list for many, a few launch arguments for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from pathlib import Path
import re
from typing import Any

from person_tracker.core.settings import SettingError
import yaml

_NAME = re.compile(r'[A-Za-z][A-Za-z0-9_]*')
_NODES = ('camera', 'detector', 'reid', 'tracker', 'face', 'visualiser')


@dataclass(frozen=True)
class CameraEntry:
    """
    One camera of the list.

    Attributes
    ----------
    name
        Namespace of the camera's nodes, and its name in every message.
    source
        What the camera node opens; empty where a driver publishes the images.
    image_topic, camera_info_topic
        Topics of that driver; empty: `image_raw` and `camera_info` in the camera's namespace.
    calibration, parameters
        Calibration YAML for the camera node, empty: none; further parameters by node name
        (`detector: {min_score: 0.2}`).

    """

    name: str
    source: str = ''
    image_topic: str = ''
    camera_info_topic: str = ''
    calibration: str = ''
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be a camera."""
        check_name(self.name)
        if not isinstance(self.parameters, Mapping):
            raise SettingError(f'parameters of camera {self.name!r} must be a mapping by node, '
                               f'got {self.parameters!r}')
        for node, values in self.parameters.items():
            if node not in _NODES:
                raise SettingError(
                    f'parameters of camera {self.name!r} must be for one of '
                    f'{", ".join(_NODES)}, got {node!r}')
            if not isinstance(values, Mapping):
                raise SettingError(f'parameters of {node} of camera {self.name!r} must be a '
                                   f'mapping of names to values, got {values!r}')

    def parameters_of(self, node: str) -> dict[str, Any]:
        """Return what this list sets on one of the camera's nodes."""
        own: dict[str, dict[str, Any]] = {
            'camera': {'source.uri': self.source, 'calibration': self.calibration,
                       'frame_id': f'{self.name}_optical_frame'},
            'tracker': {'camera': self.name},
            'visualiser': {'camera': self.name},
        }
        return {**own.get(node, {}), **self.parameters.get(node, {})}

    def remappings(self) -> list[tuple[str, str]]:
        """Return the remappings that let the camera's nodes hear its driver."""
        return [(name, topic) for name, topic in (
            ('image_raw', self.image_topic), ('camera_info', self.camera_info_topic)) if topic]


def check_name(name: object) -> None:
    """
    Refuse a name of a camera that cannot be a namespace.

    Raises
    ------
    SettingError
        Says what is allowed.

    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingError('name of a camera must be letters, digits and _ and start with a '
                           f'letter, got {name!r}')


def read_cameras(path: str | Path) -> list[CameraEntry]:
    """
    Return the cameras of a YAML file, `cameras:` and a list of entries with `CameraEntry`'s keys.

    Raises
    ------
    SettingError
        The file cannot be read, or an entry is not a camera; names file and entry.

    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingError(f'list of cameras {path} cannot be read: {error}') from None
    entries = content.get('cameras') if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise SettingError(f'{path} must hold a list `cameras:` with at least one entry')
    try:
        cameras = [_entry(entry) for entry in entries]
    except SettingError as error:
        raise SettingError(f'{path}: {error}') from None
    names = [camera.name for camera in cameras]
    if len(set(names)) != len(names):
        raise SettingError(f'{path}: each camera needs a name of its own, got {names}')
    return cameras


def _entry(entry: Any) -> CameraEntry:
    known = [item.name for item in fields(CameraEntry)]
    if not isinstance(entry, dict) or 'name' not in entry:
        raise SettingError(f'each camera must be a mapping with a name, got {entry!r}')
    for key in entry:
        if key not in known:
            raise SettingError(
                f'unknown key {key!r} of camera {entry["name"]!r}; known are {", ".join(known)}')
    texts = {key: str(entry[key]) for key in known[:-1] if key in entry}
    return CameraEntry(**texts, parameters=entry.get('parameters') or {})
