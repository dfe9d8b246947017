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

"""Action of the node `identity`: learn a person in view under a name."""

from collections.abc import Callable
from dataclasses import dataclass

from person_tracker.core.enrolment import Enrolment
from person_tracker.core.enrolment import EnrolmentConfig
from person_tracker.core.enrolment import SENTENCES
from person_tracker.core.faces import Faces
from person_tracker.core.identity import IdentityManager
from person_tracker.core.people import Change
from person_tracker.core.people import check_person_name
from person_tracker.core.people import PersonError
from person_tracker.core.track_evidence import TrackEvidence
from person_tracker.nodes.identity_conversions import person_to_record
from person_tracker.nodes.people_changer import PeopleChanger
from person_tracker.nodes.stamps import nanoseconds
from person_tracker_msgs.action import EnrolPerson
from rclpy.action import ActionServer
from rclpy.action import CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.time import Time

_PERIOD_S = 0.2


@dataclass
class _Job:
    """One enrolment in progress; `refusal` says why it cannot begin."""

    goal: ServerGoalHandle
    track: TrackEvidence | None = None
    enrolment: Enrolment | None = None
    deadline: Time | None = None
    refusal: str = ''
    is_ending: bool = False

    def end(self) -> None:
        """Have the result made."""
        self.is_ending = True
        self.goal.execute()


class EnrolmentServer:
    """Gathers looks of a live track until there are enough, and learns them."""

    def __init__(self, node: Node, identities: IdentityManager, changer: PeopleChanger,
                 time_s: Callable[[], float], report: Callable[[], None]) -> None:
        """Offer the action; `time_s` tells the images' time, `report` publishes what changed."""
        self.config = EnrolmentConfig()
        self._clock = node.get_clock()
        self._identities = identities
        self._changer = changer
        self._time_s = time_s
        self._report = report
        self._jobs: list[_Job] = []
        self._server = ActionServer(
            node, EnrolPerson, 'enrol_person', self._finish,
            handle_accepted_callback=self._begin,
            cancel_callback=lambda _: CancelResponse.ACCEPT)
        self._timer = node.create_timer(_PERIOD_S, self._advance)

    def observe(self, camera: str, faces: Faces, time_s: float) -> None:
        """Take in the faces of one image."""
        for job in self._jobs:
            enrolment = job.enrolment
            if enrolment and enrolment.camera == camera and not enrolment.is_complete:
                enrolment.observe(faces, time_s)

    def close(self) -> None:
        """Offer the action no more."""
        self._server.destroy()

    def _begin(self, goal: ServerGoalHandle) -> None:
        job = _Job(goal)
        self._jobs.append(job)
        request = goal.request
        try:
            check_person_name(request.name)
            track = self._identities.edits.sought(
                request.person_id, request.camera, request.track_id)
            if any(each.track is track for each in self._jobs):
                raise PersonError(f'track {track.track_id} of camera {track.camera!r} is being '
                                  'enrolled already; wait for the result, or cancel that')
            job.track = track
        except PersonError as error:
            job.refusal = str(error)
            job.end()
            return
        timeout = Duration.from_msg(request.timeout) if nanoseconds(request.timeout) else (
            Duration(seconds=self.config.timeout_s))
        job.deadline = self._clock.now() + timeout
        job.enrolment = Enrolment(
            track.camera, track.track_id, request.looks or self.config.looks, self.config)

    def _advance(self) -> None:
        """Say how far each enrolment is, and end those that are."""
        for job in list(self._jobs):
            if job.enrolment is None or job.track is None or job.is_ending:
                continue
            if not job.track.is_visible:
                job.enrolment.miss()
            hint = job.enrolment.hint
            job.goal.publish_feedback(EnrolPerson.Feedback(
                looks_gathered=job.enrolment.gathered, looks_wanted=job.enrolment.wanted,
                hint=int(hint), message=SENTENCES[hint]))
            is_late = job.deadline is not None and self._clock.now() >= job.deadline
            if job.enrolment.is_complete or is_late or job.goal.is_cancel_requested:
                job.end()

    async def _finish(self, goal: ServerGoalHandle) -> EnrolPerson.Result:
        """Store what was gathered and make it hold, or say why not."""
        job = next(each for each in self._jobs if each.goal is goal)
        self._jobs.remove(job)
        if goal.is_cancel_requested:
            goal.canceled()
            return EnrolPerson.Result(message='cancelled; nothing is kept')
        person_id, refusal = await self._outcome(job)
        if job.enrolment is None or refusal:
            goal.abort()
            return EnrolPerson.Result(message=refusal)
        person = self._identities.gallery.find(person_id)
        kept = person_to_record(person, present=True).face_prototypes if person else 0
        goal.succeed()
        return EnrolPerson.Result(
            success=True, person_id=person_id, looks=kept,
            message=f'{person_id} is known as {goal.request.name!r} from now on')

    async def _outcome(self, job: _Job) -> tuple[str, str]:
        """Return the person enrolled, or why nobody was."""
        enrolment, track = job.enrolment, job.track
        if enrolment is None or track is None:
            return '', job.refusal
        if not enrolment.is_complete:
            return '', (f'only {enrolment.gathered} of {enrolment.wanted} looks were gathered in '
                        f'time; last hint: {SENTENCES[enrolment.hint]}')
        return await self._store(job.goal.request.name, track, enrolment)

    async def _store(self, name: str, track: TrackEvidence,
                     enrolment: Enrolment) -> tuple[str, str]:
        """Return the person enrolled, or why nobody was."""
        edits = self._identities.edits
        person_id = ''

        def wish() -> list[Change]:
            nonlocal person_id
            person_id, changes = edits.enrolling(track, name, enrolment.looks, self._time_s())
            return changes

        refusal = await self._changer.carry_out(wish)
        if refusal:
            return '', refusal
        edits.appoint(track, person_id, self._time_s())
        self._report()
        return person_id, ''
