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

"""Settings of identity: how sure one must be, what is learnt, how long it is kept."""

from dataclasses import dataclass

from person_tracker.core.mean_gallery import MeanGalleryConfig
from person_tracker.core.recognition import RecognitionConfig
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate


@dataclass(frozen=True)
class FaceEvidenceConfig:
    """What is made of faces."""

    min_quality: float = setting(
        0.15, 'Faces of lower quality are no evidence.', minimum=0.0, maximum=1.0)
    max_looks: int = setting(
        8, 'Looks kept of the face of each person.', minimum=1, maximum=16)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


@dataclass(frozen=True)
class BodyEvidenceConfig:
    """What is made of clothes and build."""

    memory_s: float = setting(
        3600.0, 'People are recognised by their clothes for so long; 0: never.',
        minimum=0.0, maximum=86400.0, unit='s')
    min_looks: int = setting(
        3, 'Nobody is recognised by clothes alone on fewer looks.', minimum=1, maximum=8)
    carry_name_s: float = setting(
        60.0, 'Clothes carry a name for so long after a face or an operator last gave it; 0: '
        'never. A longer time may give the name to somebody in the same clothes.',
        minimum=0.0, maximum=86400.0, unit='s')
    carry_log_odds: float = setting(
        3.0, 'Log-odds above accept_log_odds that clothes need to carry a name.',
        minimum=0.0, maximum=20.0)
    interval_s: float = setting(
        0.4, 'Looks of one track are taken at least so far apart.', minimum=0.0, maximum=60.0,
        unit='s')
    max_tracks: int = setting(
        3, 'Tracks whose bodies are looked at in one image; with more people each is looked at '
        'less often.', minimum=1, maximum=1000)
    min_quality: float = setting(
        0.2, 'Bodies of lower quality are no evidence.', minimum=0.0, maximum=1.0)
    max_looks: int = setting(
        12, 'Looks kept of the body of each person.', minimum=1, maximum=16)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


@dataclass(frozen=True)
class GeometryConfig:
    """What is made of where people are, where cameras know the ground."""

    is_on: bool = setting(True, 'Places are evidence for and against a person.')
    spread_m: float = setting(
        0.5, 'Standard deviation of how far calibration and boxes put a person wrong, apart from '
        'the noise of the box.', minimum=0.0, exclusive_minimum=True, unit='m')
    area_m2: float = setting(
        40.0, 'Somebody else would be anywhere on an area of this size: the larger, the more it '
        'says to be in one place.', minimum=0.0, exclusive_minimum=True, unit='m^2')
    memory_s: float = setting(
        10.0, 'Places of two tracks are compared over about this time.', minimum=0.0,
        exclusive_minimum=True, unit='s')
    speed_mps: float = setting(
        1.2, 'Standard deviation of how fast people who are not seen go on.', minimum=0.0,
        exclusive_minimum=True, unit='m/s')
    max_speed_mps: float = setting(
        4.0, 'Nobody is faster.', minimum=0.0, exclusive_minimum=True, unit='m/s')
    stray_s: float = setting(
        5.0, 'Who is not seen may be anywhere within reach after about this time.', minimum=0.0,
        exclusive_minimum=True, unit='s')
    max_skew_s: float = setting(
        0.3, 'Stamps of cameras may differ so much: decisions wait so long for a late camera.',
        minimum=0.0, maximum=10.0, unit='s')

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


@dataclass(frozen=True)
class LearningConfig:
    """Whom to learn without being asked."""

    strangers: bool = setting(
        True, 'Strangers become lasting persons without a name; false: they stay undecided.')
    decide_s: float = setting(
        1.0, 'A track that nobody is recognised on becomes a new person after this time.',
        minimum=0.0, maximum=60.0, unit='s')
    doubt_s: float = setting(
        3.0, 'The same where somebody known is likely, but not likely enough.',
        minimum=0.0, maximum=60.0, unit='s')
    pause_s: float = setting(
        120.0, 'After somebody in view was forgotten, strangers are not learnt by the cameras '
        'that saw the person for this time.', minimum=0.0, maximum=86400.0, unit='s')

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


@dataclass(frozen=True)
class RetentionConfig:
    """How long people are kept."""

    anonymous_s: float = setting(
        86400.0, 'People without a name are forgotten when not seen for this time; 0: never.',
        minimum=0.0, unit='s')
    max_anonymous: int = setting(
        10000, 'Of more people without a name those are forgotten who were not seen for longest.',
        minimum=0, maximum=1000000)
    named_s: float = setting(
        0.0, 'People with a name are forgotten when not seen for this time; 0: never.',
        minimum=0.0, unit='s')

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


@dataclass(frozen=True)
class IdentityConfig(RecognitionConfig):
    """How identities are found, learnt and kept."""

    rule: str = setting(
        'evidence', 'How it is decided who is on a track: evidence, by all that is known, or '
        'mean, by the nearest mean look and a threshold alone.', choices=('evidence', 'mean'),
        live=False)
    classifier: str = setting(
        'nearest', 'How faces of people with names are read: nearest, by the most alike look of '
        'each, or svm, by support vector machines (needs scikit-learn).',
        choices=('nearest', 'svm'), live=False)
    forget_track_s: float = setting(
        60.0, 'A track not heard of for longer is over.', minimum=0.0, exclusive_minimum=True,
        unit='s')
    reject_log_odds: float = setting(
        3.0, 'Faces that speak so strongly against the person of their track end that identity.',
        minimum=0.0, maximum=20.0)
    face: FaceEvidenceConfig = group(FaceEvidenceConfig)
    body: BodyEvidenceConfig = group(BodyEvidenceConfig)
    geometry: GeometryConfig = group(GeometryConfig)
    mean: MeanGalleryConfig = group(MeanGalleryConfig)
    learning: LearningConfig = group(LearningConfig)
    retention: RetentionConfig = group(RetentionConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range or at odds."""
        validate(self)
        if self.rule == 'mean' and self.classifier != 'nearest':
            raise SettingError('classifier must be nearest where rule is mean, which reads no '
                               f'faces, got {self.classifier!r}')
