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

"""Services of the node `identity`: what an operator says of people, and the list of them."""

from collections.abc import Callable
from typing import Any

from person_tracker.core.identity import IdentityManager
from person_tracker.core.people import Change
from person_tracker.core.people import Person
from person_tracker.core.people import PersonError
from person_tracker.nodes.identity_conversions import person_to_record
from person_tracker.nodes.people_changer import PeopleChanger
from person_tracker_msgs.srv import ForgetPerson
from person_tracker_msgs.srv import ListPeople
from person_tracker_msgs.srv import MergePeople
from person_tracker_msgs.srv import RejectIdentity
from person_tracker_msgs.srv import RenamePerson
from rclpy.node import Node


class IdentityServices:
    """Turns requests into changes; the answer comes when these are stored."""

    def __init__(self, node: Node, identities: IdentityManager, changer: PeopleChanger,
                 time_s: Callable[[], float], report: Callable[[], None]) -> None:
        """Offer the services; `time_s` tells the images' time, `report` publishes what changed."""
        self._identities = identities
        self._edits = identities.edits
        self._changer = changer
        self._time_s = time_s
        self._report = report
        for kind, name, answer in (
                (RenamePerson, 'rename_person', self._rename),
                (ForgetPerson, 'forget_person', self._forget),
                (MergePeople, 'merge_people', self._merge),
                (RejectIdentity, 'reject_identity', self._reject),
                (ListPeople, 'list_people', self._list)):
            node.create_service(kind, name, answer)

    async def _rename(self, request: RenamePerson.Request,
                      response: RenamePerson.Response) -> RenamePerson.Response:
        done = (f'{request.person_id} is called {request.name!r} from now on' if request.name
                else f'{request.person_id} has no name any more')
        return await self._carry_out(
            response, lambda: self._edits.renaming(request.person_id, request.name), done)

    async def _forget(self, request: ForgetPerson.Request,
                      response: ForgetPerson.Response) -> ForgetPerson.Response:
        return await self._carry_out(
            response, lambda: self._edits.forgetting(request.person_id),
            f'everything known of {request.person_id} is erased')

    async def _merge(self, request: MergePeople.Request,
                     response: MergePeople.Response) -> MergePeople.Response:
        return await self._carry_out(
            response,
            lambda: self._edits.merging(request.person_id, request.other_person_id),
            f'{request.other_person_id} is part of {request.person_id} from now on')

    async def _reject(self, request: RejectIdentity.Request,
                      response: RejectIdentity.Response) -> RejectIdentity.Response:
        try:
            track, wrong, changes = self._edits.rejecting(
                request.camera, request.track_id, request.person_id)
        except PersonError as error:
            response.message = str(error)
            return response
        await self._carry_out(
            response, lambda: changes,
            f'track {request.track_id} of camera {request.camera!r} is not {wrong}')
        if response.success:
            self._edits.reject(track, wrong, self._time_s())
            self._report()
        response.new_person_id = track.person_id
        return response

    def _list(self, request: ListPeople.Request,
              response: ListPeople.Response) -> ListPeople.Response:
        present = {track.person_id for track in self._identities.in_view()}

        def is_wanted(person: Person) -> bool:
            return bool(person.name or not request.named_only) and (
                person.person_id in present or not request.present_only)

        people = sorted(filter(is_wanted, self._identities.gallery),
                        key=lambda person: (person.created_s, person.person_id))
        response.people = [person_to_record(person, present=person.person_id in present)
                           for person in people]
        response.success, response.message = True, f'people: {len(people)}'
        return response

    async def _carry_out(self, response: Any, wish: Callable[[], list[Change]],
                         done: str) -> Any:
        """Do what a wish comes to, and answer."""
        response.message = await self._changer.carry_out(wish) or done
        response.success = response.message == done
        return response
