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

"""Settings of the executable `composed`."""

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

from person_tracker.core.settings import setting
from person_tracker.core.settings import updated
from person_tracker.core.settings import validate
from person_tracker.presets import node_parameters
from person_tracker.sources.camera_list import CameraEntry
from person_tracker.sources.camera_list import read_cameras

# Arguments of the launch files, and what they set.
_PARTS = {'one_shot': 'use_one_shot', 'reid': 'use_reid', 'faces': 'use_faces'}


@dataclass(frozen=True)
class ComposedConfig:
    """What runs in the process."""

    cameras: str = setting(
        '', 'YAML list of cameras; empty: the one described by camera, source and image_topic.',
        live=False)
    camera: str = setting('camera', 'Name of the one camera.', live=False)
    source: str = setting(
        '', 'What the one camera node opens; empty: a driver publishes the images.', live=False)
    image_topic: str = setting(
        '', 'Topic of that driver; empty: image_raw in the namespace of the camera.', live=False)
    device: str = setting(
        '', 'Device for all networks; empty: as set on every node.', live=False)
    store: str = setting(
        '', 'Where people are kept, as store.url of identity has it; empty: as set there.',
        live=False)
    use_reid: bool = setting(
        True, 'Compute what people look like; false: track places only.', live=False)
    use_one_shot: bool = setting(
        False, 'Find people and their looks with one network, by one_shot in place of detector '
        'and reid.', live=False)
    use_faces: bool = setting(
        True, 'Look at faces; false: people are told apart by their clothes alone.', live=False)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)

    def entries(self) -> list[CameraEntry]:
        """Return the cameras."""
        if self.cameras:
            return read_cameras(self.cameras)
        return [CameraEntry(self.camera, self.source, self.image_topic)]

    def finders(self) -> list[str]:
        """Return the nodes that find people and their looks, in the order in which they start."""
        if self.use_one_shot:
            return ['one_shot']
        return ['detector', 'reid'] if self.use_reid else ['detector']


def parts(files: Iterable[str], given: Mapping[str, str]) -> ComposedConfig:
    """
    Return which parts a chain has.

    Parameters
    ----------
    files
        YAML files of the nodes' parameters; what a later one says holds.
    given
        Whether there are `one_shot`, `reid` and `faces`, true or false; what is empty or not
        there is as the files say, else as in the defaults.

    Raises
    ------
    SettingError
        A file cannot be read, or a value is not allowed.

    """
    known = {name: value for file in files for name, value in node_parameters(file)}
    values = {name: known[f'composed.{name}'] for name in _PARTS.values()
              if f'composed.{name}' in known}
    values |= {name: given[part].lower() for part, name in _PARTS.items() if given.get(part)}
    return updated(ComposedConfig(), values)
