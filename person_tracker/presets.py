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

"""Presets: files of node parameters that make a known system of all nodes together."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from person_tracker.core.settings import SettingError
import yaml

_CONFIG = Path('config')
_PRESETS = 'presets'


def preset_names() -> list[str]:
    """Return the names of the shipped presets."""
    return sorted(path.stem for path in (_folder() / _PRESETS).glob('*.yaml'))


def preset_path(preset: str) -> Path:
    """
    Return the file of a preset.

    Parameters
    ----------
    preset
        Name of a shipped preset, or path of a YAML file of node parameters.

    Raises
    ------
    SettingError
        No preset of this name is shipped; the text names those that are.

    """
    if preset.endswith(('.yaml', '.yml')):
        return Path(preset)
    if preset not in preset_names():
        raise SettingError(
            f'unknown preset {preset!r}; known are {", ".join(preset_names())}, or the path of a '
            '.yaml file')
    return _folder() / _PRESETS / f'{preset}.yaml'


def node_parameters(preset: str) -> Iterator[tuple[str, Any]]:
    """
    Give the parameters of a preset as `node.parameter`, and their values.

    Parameters
    ----------
    preset
        As `preset_path` takes it.

    Raises
    ------
    SettingError
        The preset is not known, not readable, or no file of node parameters.

    """
    path = preset_path(preset)
    try:
        nodes = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = ' '.join(str(error).split())
        raise SettingError(f'the file of parameters {path} cannot be read: {reason}') from None
    if not isinstance(nodes, dict):
        raise SettingError(f'the file of parameters {path} must map nodes to their parameters')
    for node, parameters in _nodes(nodes, path):
        # The key is a node's full name, often with wildcards for its namespace.
        yield from _flat(parameters, node.rpartition('/')[2])


def parameter_files(preset: str = '', own: str = '') -> list[str]:
    """
    Return the parameter files of all nodes; what a later one says holds.

    Parameters
    ----------
    preset
        As `preset_path` takes it; empty: none.
    own
        A file of the user's; empty: none.

    Raises
    ------
    SettingError
        A file does not exist, or the preset is not known.

    """
    given = [preset_path(preset)] if preset else []
    given += [Path(own).expanduser()] if own else []
    for path in given:
        if not path.is_file():
            raise SettingError(f'the file of parameters {path} does not exist')
    return [str(path) for path in (_folder() / 'tracker.yaml', *given)]


def _folder() -> Path:
    """Return `config`, beside the sources or in the share of the installed package."""
    for parent in Path(__file__).resolve().parents:
        for folder in (parent / 'share' / 'person_tracker' / _CONFIG, parent / _CONFIG):
            if (folder / _PRESETS).is_dir():
                return folder
    raise SettingError(f'no folder {_CONFIG / _PRESETS} belongs to this installation')


def _nodes(contents: dict[Any, Any], path: Path) -> Iterator[tuple[str, dict[Any, Any]]]:
    """Give the parameters of each node; namespaces may be written as maps around nodes."""
    for node, content in contents.items():
        inner = content if isinstance(content, dict) else {}
        if isinstance(inner.get('ros__parameters'), dict):
            yield str(node), inner['ros__parameters']
        elif inner and all(isinstance(each, dict) for each in inner.values()):
            yield from _nodes(inner, path)
        else:
            raise SettingError(f'the file of parameters {path}: {node} must hold ros__parameters')


def _flat(parameters: dict[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Give dotted names and values; groups may be written with dots or as maps in maps."""
    for key, value in parameters.items():
        name = f'{prefix}.{key}'
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, value
