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

"""What is asked for becomes lasting and holds in the node, or neither."""

from collections.abc import Callable
from collections.abc import Sequence

from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.identity import IdentityManager
from person_tracker.core.people import Change
from person_tracker.core.people import LinksLearnt
from person_tracker.core.people import PersonCreated
from person_tracker.core.people import PersonError
from person_tracker.nodes.people_keeper import PeopleKeeper
from person_tracker.store.people_store import UnknownPersonError

_ATTEMPTS = 3


class PeopleChanger:
    """
    Stores changes first, and carries them out only then.

    While the store writes, the cameras go on: the person meant may become part of another, or be
    forgotten. What was wished for is then worked out again.
    """

    def __init__(self, identities: IdentityManager, keeper: PeopleKeeper,
                 time_s: Callable[[], float], report: Callable[[], None]) -> None:
        """Change people; `time_s` tells the images' time, `report` publishes what changed."""
        self._identities = identities
        self._keeper = keeper
        self._time_s = time_s
        self._report = report

    async def carry_out(self, wish: Callable[[], Sequence[Change]]) -> str:
        """Do what a wish comes to; return why nothing was done, empty where it was."""
        reason = 'the same people were changed meanwhile; try again'
        for _ in range(_ATTEMPTS):
            try:
                changes = wish()
            except (EnrolmentError, PersonError) as error:
                return str(error)
            failure = await self._keeper.commit(changes)
            if failure is None and self._are_known(changes):
                self._identities.edits.carry_out(changes, self._time_s())
                self._report()
                return ''
            if failure is not None:
                reason = str(failure)
                if not isinstance(failure, UnknownPersonError):
                    break
        return f'nothing was changed: {reason}'

    def _are_known(self, changes: Sequence[Change]) -> bool:
        created = {each.person.person_id for each in changes if isinstance(each, PersonCreated)}
        return all(each.person_id in self._identities.gallery or each.person_id in created
                   for each in changes if not isinstance(each, (PersonCreated, LinksLearnt)))
