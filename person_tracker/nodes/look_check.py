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

"""What is wrong with looks that come in, told to the log: who sent them cannot know."""

from collections.abc import Sequence
import math

import numpy as np
from person_tracker_msgs.msg import FaceObservation
from person_tracker_msgs.msg import PersonFeatures
from rclpy.impl.rcutils_logger import RcutilsLogger

_WARN_EVERY_S = 5.0
_Looks = Sequence[PersonFeatures] | Sequence[FaceObservation]


class LookCheck:
    """
    Knows the networks whose looks were seen.

    Attributes
    ----------
    refused
        Messages that could not be used.

    """

    def __init__(self, logger: RcutilsLogger) -> None:
        self.refused = 0
        self._logger = logger
        self._lengths: dict[str, int] = {}
        self._face_model = ''

    def accepts(self, model: str, looks: _Looks) -> bool:
        """Tell whether looks can be compared with those before of the same network."""
        reason = next(filter(None, (self._fault(model, look) for look in looks)), '')
        if reason:
            self.refused += 1
            self._logger.warning(f'left {self.refused} messages out, the last because {reason}',
                                 throttle_duration_sec=_WARN_EVERY_S)
        return not reason

    def compare_faces(self, model: str, known: set[str]) -> None:
        """Warn where faces are learnt with networks other than the one that is in use now."""
        if model in ('', self._face_model):
            return
        self._face_model = model
        others = known - {model}
        if others:
            self._logger.warning(
                f'faces learnt with {", ".join(sorted(others))} are not recognised by {model}: '
                'enrol these people again, or set the encoder of the face node back')

    def _fault(self, model: str, look: PersonFeatures | FaceObservation) -> str:
        if not look.embedding:
            return ''
        length = self._lengths.setdefault(model, len(look.embedding))
        if len(look.embedding) != length:
            return (f'an embedding of {model!r} has {len(look.embedding)} numbers, those before '
                    f'had {length}; networks that differ must have different names')
        numbers = np.frombuffer(look.embedding, np.float32)
        # Their squares have a finite sum only if every number is finite.
        if not (math.isfinite(look.quality) and math.isfinite(numbers @ numbers)):
            return f'a look by {model!r} holds what is no number'
        return ''
