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

"""Presets as settings of the commands."""

from typing import Any

from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.core.settings import walk
from person_tracker.presets import node_parameters

# Parameters of nodes that have another name in one process.
_RENAMED = {'detector.every': 'detect_every', 'one_shot.every': 'detect_every',
            'composed.use_one_shot': 'use_one_shot', 'composed.use_reid': 'use_appearance'}
_MOVED = {'reid.looks.': 'looks.', 'reid.camera_motion.': 'camera_motion.',
          'one_shot.camera_motion.': 'camera_motion.'}
# Parameters that nodes have and commands do not, by their beginnings.
_OF_NODES = (
    'tracker.camera', 'tracker.listens_to', 'camera_motion.mount_', 'face.looks.',
    'identity.camera_list', 'identity.cameras', 'identity.enrolment.', 'identity.gather_s',
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
    values = {name: value for parameter, value in node_parameters(preset)
              if _group(name := _setting_name(parameter)) in groups
              and not name.startswith(_OF_NODES)}
    try:
        return updated(config, values)
    except SettingError as error:
        raise SettingError(f'preset {preset}: {error}') from None


def _group(name: str) -> str:
    return name.partition('.')[0]


def _setting_name(parameter: str) -> str:
    for start, other in _MOVED.items():
        if parameter.startswith(start):
            return other + parameter.removeprefix(start)
    return _RENAMED.get(parameter, parameter)
