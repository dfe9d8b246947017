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

"""Settings of the tracker, and what it counts."""

from dataclasses import dataclass

from person_tracker.core.kalman import MotionConfig
from person_tracker.core.matching import MatchingConfig
from person_tracker.core.reentry import ReentryConfig
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.core.track_gallery import AppearanceConfig


@dataclass(frozen=True)
class TrackerConfig:
    """How detections become tracks."""

    high_score: float = setting(
        0.5, 'Detections from this score on are matched first.', minimum=0.0, maximum=1.0)
    low_score: float = setting(
        0.1, 'Detections below this score are ignored.', minimum=0.0, maximum=1.0)
    new_score: float = setting(
        0.6, 'Lowest score of a detection that may start a track.', minimum=0.0, maximum=1.0)
    use_low_scores: bool = setting(
        True, 'Let detections between low_score and high_score continue a track.')
    use_camera_motion: bool = setting(
        True, 'Carry predictions along with the motion of the camera, where that is known.')
    confirm_hits: int = setting(
        3, 'A track is believed when it was seen this often (n_init).', minimum=1, maximum=100)
    max_tentative_s: float = setting(
        0.15, 'A track not yet believed is dropped when unseen for longer; 0: in one image.',
        minimum=0.0, maximum=60.0, unit='s')
    max_place_s: float = setting(
        0.8, 'A believed track that is unseen for longer is not found by its place alone.',
        minimum=0.0, maximum=600.0, unit='s')
    max_occluded_s: float = setting(
        1.5, 'A believed track that is unseen for longer counts as lost: only clear looks bring '
        'it back.', minimum=0.0, maximum=600.0, unit='s')
    max_lost_s: float = setting(
        60.0, 'A track that is unseen for longer is forgotten (max_age).',
        minimum=0.0, maximum=3600.0, exclusive_minimum=True, unit='s')
    max_lost_tracks: int = setting(
        100, 'Of lost tracks only so many are kept, the latest; bounds time and memory.',
        minimum=0, maximum=10000)
    max_duplicate_iou: float = setting(
        1.0, 'Of two tracks that overlap by more than this the younger is dropped; 1: never.',
        minimum=0.0, maximum=1.0)
    restart_s: float = setting(
        1.0, 'A time stamp further back than this starts all tracks anew; a smaller step back '
        'drops that image.', minimum=0.0, maximum=3600.0, unit='s')
    motion: MotionConfig = group(MotionConfig)
    matching: MatchingConfig = group(MatchingConfig)
    appearance: AppearanceConfig = group(AppearanceConfig)
    reentry: ReentryConfig = group(ReentryConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range or contradicting each other."""
        validate(self)
        for lower, upper in (('low_score', 'high_score'), ('max_place_s', 'max_occluded_s'),
                             ('max_occluded_s', 'max_lost_s')):
            value, limit = getattr(self, lower), getattr(self, upper)
            if value > limit:
                raise SettingError(f'{lower} must be <= {upper} {limit:g}, got {value:g}')


@dataclass
class TrackerCounters:
    """
    What a tracker has refused since it was made.

    Attributes
    ----------
    dropped_detections
        Boxes with a number that is not finite or beyond all images, without area, or a score
        outside [0, 1].
    dropped_images
        Images whose time stamp was not after the one before.
    restarts
        Jumps back in time after which all tracks were started anew.

    """

    dropped_detections: int = 0
    dropped_images: int = 0
    restarts: int = 0
