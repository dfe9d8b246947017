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

"""What every network can be told: where its files are and what computes it."""

from dataclasses import dataclass

from person_tracker.core.settings import setting
from person_tracker.models.session import BACKENDS
from person_tracker.models.session import DEVICES


@dataclass(frozen=True)
class NetworkConfig:
    """Settings shared by all networks; those that use it call `validate`."""

    models_folder: str = setting(
        '', 'Folder of model files; empty takes PERSON_TRACKER_MODELS or the cache folder.',
        live=False)
    backend: str = setting(
        'auto', "Runtime; auto takes the one that the file's suffix stands for.",
        choices=BACKENDS, live=False)
    device: str = setting(
        'auto', 'What computes; auto takes the fastest device that works.', choices=DEVICES,
        live=False)
    threads: int = setting(
        0, 'CPU threads for one call; 0 takes one per core.', minimum=0, maximum=256, live=False)
