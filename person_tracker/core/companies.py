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

"""People who were seen at the same time by one camera, and so are not the same person."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import combinations

_ENOUGH = 5  # images; a double box around one person is gone before
_MOST = 20000  # pairs remembered


class Companies:
    """Counts in how many images two people were seen together, for the pairs seen last."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, str], int] = OrderedDict()

    def note(self, person_ids: Sequence[str]) -> None:
        """Take in the people of one image."""
        for pair in combinations(sorted(set(person_ids)), 2):
            self._counts[pair] = self._counts.pop(pair, 0) + 1
        while len(self._counts) > _MOST:
            self._counts.popitem(last=False)

    def are_two(self, person_id: str, other_person_id: str) -> bool:
        """Tell whether two ids are two people for sure."""
        first, second = sorted((person_id, other_person_id))
        return self._counts.get((first, second), 0) >= _ENOUGH

    def forget(self, person_id: str) -> None:
        """Forget all about a person."""
        for pair in [pair for pair in self._counts if person_id in pair]:
            del self._counts[pair]
