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

"""Presets: files of node parameters, read as settings of the commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.core.settings import walk
import yaml

_FOLDER = Path('config', 'presets')
# Parameters of nodes that have another name in one process.
_RENAMED = {'detector.every': 'detect_every', 'one_shot.every': 'detect_every',
            'composed.use_one_shot': 'use_one_shot'}
_MOVED = {'reid.looks.': 'looks.', 'reid.camera_motion.': 'camera_motion.',
          'one_shot.camera_motion.': 'camera_motion.'}
# Parameters that nodes have and commands do not, by their beginnings.
_OF_NODES = (
    'tracker.camera', 'tracker.listens_to', 'camera_motion.mount_', 'identity.camera_list',
    'identity.cameras', 'identity.classifier', 'identity.enrolment.', 'identity.gather_s',
    'identity.ground_frame', 'identity.max_camera_age_s', 'identity.store.')


def with_preset(config: Any, preset: str | None) -> Any:
    """
    Return a configuration changed by a preset.

    Parameters
    ----------
    config
        Settings of a command, in groups named after the nodes; parameters of nodes that the
        command does without are left out.
    preset
        Name of a shipped preset, or path of a YAML file of node parameters; None changes nothing.

    Raises
    ------
    SettingError
        The preset is not known, not readable, or holds a name or value that is not allowed.

    """
    if preset is None:
        return config
    groups = {_group(name) for name, _, _ in walk(config)}
    values = {name: value for name, value in _parameters(_path(preset))
              if _group(name) in groups and not name.startswith(_OF_NODES)}
    try:
        return updated(config, values)
    except SettingError as error:
        raise SettingError(f'preset {preset}: {error}') from None


def preset_names() -> list[str]:
    """Return the names of the shipped presets."""
    return sorted(path.stem for path in _folder().glob('*.yaml'))


def _path(preset: str) -> Path:
    if preset.endswith(('.yaml', '.yml')):
        return Path(preset)
    if preset not in preset_names():
        raise SettingError(
            f'unknown preset {preset!r}; known are {", ".join(preset_names())}, or the path of a '
            '.yaml file')
    return _folder() / f'{preset}.yaml'


def _folder() -> Path:
    """Return where presets lie: beside the sources, or in the share of the installed package."""
    for parent in Path(__file__).resolve().parents:
        for folder in (parent / 'share' / 'person_tracker' / _FOLDER, parent / _FOLDER):
            if folder.is_dir():
                return folder
    raise SettingError(f'no folder {_FOLDER} belongs to this installation')


def _parameters(path: Path) -> Iterator[tuple[str, Any]]:
    """Give the names and values of a file of node parameters, as the commands call them."""
    try:
        nodes = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise SettingError(f'preset {path} cannot be read: {reason}') from None
    if not isinstance(nodes, dict):
        raise SettingError(f'preset {path} must map nodes to their parameters')
    for node, content in nodes.items():
        parameters = content.get('ros__parameters') if isinstance(content, dict) else None
        if not isinstance(parameters, dict):
            raise SettingError(f'preset {path}: {node} must hold ros__parameters')
        # The key is a node's full name, often with wildcards for its namespace.
        for name, value in _flat(parameters, str(node).rpartition('/')[2]):
            yield _setting_name(name), value


def _flat(parameters: dict[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Give dotted names and values; groups may be written with dots or as maps in maps."""
    for key, value in parameters.items():
        name = f'{prefix}.{key}'
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, value


def _group(name: str) -> str:
    return name.partition('.')[0]


def _setting_name(parameter: str) -> str:
    for start, other in _MOVED.items():
        if parameter.startswith(start):
            return other + parameter.removeprefix(start)
    return _RENAMED.get(parameter, parameter)
