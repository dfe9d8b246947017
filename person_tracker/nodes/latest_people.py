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

"""The people whom each camera saw last, told together."""

from person_tracker.nodes.stamps import seconds
from person_tracker.nodes.views import united
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray


class LatestPeople:
    """Keeps the latest people of every camera."""

    def __init__(self) -> None:
        self._arrays: dict[str, TrackedPersonArray] = {}

    def put(self, array: TrackedPersonArray) -> None:
        """Take in the people of one image."""
        self._arrays[array.camera] = array

    def at(self, time_s: float, max_age_s: float) -> list[TrackedPerson]:
        """Return the people of all cameras whose latest image is of about this time, seconds."""
        return united(person for array in self._arrays.values()
                      if abs(time_s - seconds(array.header.stamp)) <= max_age_s
                      for person in array.people)
