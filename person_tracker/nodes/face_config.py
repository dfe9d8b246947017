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

"""Settings of the node `face`."""

from dataclasses import dataclass

from person_tracker.core.face_plan import FacePlanConfig
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.models.faces import FaceConfig


@dataclass(frozen=True)
class FaceNodeConfig(FaceConfig):
    """The analyser's settings, and whose face is looked at how often."""

    threads: int = setting(
        1, 'CPU threads for one call; 0 takes one per core, which delays the tracks.',
        minimum=0, maximum=256, live=False)
    looks: FacePlanConfig = group(FacePlanConfig)
