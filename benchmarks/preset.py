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

"""Ready configurations of `config/presets` as entries of the comparison."""

from benchmarks.worker_process import Entry
from person_tracker.commands.presets import with_preset
from person_tracker.commands.run import RunConfig
from person_tracker.commands.track import TrackCommandConfig
from person_tracker.core.settings import walk
from person_tracker.presets import preset_names


def preset_entries() -> list[Entry]:
    """Return the tracker with the settings of each preset."""
    defaults = {name: value for name, value, _ in walk(TrackCommandConfig())}
    entries = []
    for preset in preset_names():
        config = with_preset(TrackCommandConfig(), preset)
        options = {name.removeprefix('tracker.'): value for name, value, _ in walk(config)
                   if value != defaults[name]}
        entries.append(Entry(f'person_tracker, preset {preset}', 'person_tracker', options,
                             use_looks=with_preset(RunConfig(), preset).use_appearance))
    return entries
