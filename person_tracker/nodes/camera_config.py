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

"""Settings of the node `camera`."""

from dataclasses import dataclass

from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.sources.source import SourceConfig


@dataclass(frozen=True)
class CameraConfig:
    """Where images come from, and what is said about them."""

    frame_id: str = setting(
        'camera_optical_frame', 'Name of the optical frame, in every header.', live=False)
    calibration: str = setting(
        '', 'Calibration YAML as camera_calibration writes it; empty: horizontal_fov_deg holds.',
        live=False)
    horizontal_fov_deg: float = setting(
        60.0, 'Field of view from left to right where there is no calibration.', minimum=1.0,
        maximum=179.0, unit='deg', live=False)
    wait_for_nodes: tuple[str, ...] = setting(
        (), 'Full names of nodes; a file starts when they are there and somebody listens to '
        'image_raw, so that they miss nothing.', live=False)
    max_start_delay_s: float = setting(
        10.0, 'A file starts after this time, whoever is there.', minimum=0.0, maximum=3600.0,
        unit='s', live=False)
    linger_s: float = setting(
        1.0, 'Time between the last image of a file and the end of the node, for the nodes that '
        'still work on it.', minimum=0.0, maximum=3600.0, unit='s', live=False)
    source: SourceConfig = group(SourceConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)
