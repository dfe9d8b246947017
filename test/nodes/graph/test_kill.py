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

"""Killed at any moment, the node `identity` has lost nobody whose enrolment it acknowledged."""

from collections.abc import Callable
import random
import time
from typing import Any

from person_tracker.core.people import FACE
from person_tracker.store.people_store import PeopleStore
from person_tracker_msgs.action import EnrolPerson
from person_tracker_msgs.srv import ListPeople
import pytest
from rclpy.action import ActionClient

pytestmark = pytest.mark.graph

COUNT = 100
AT_ONCE = 10  # on tracks of their own
LOOKS = 2
KILLS = 6
LATEST_KILL_S = 0.5  # after the goals were sent; an enrolment takes less
PATIENCE_S = 1.0  # then a goal or request is sent again: a killed node looks alive for a while


class Drive:
    """
    Enrols people, each named as the actor, at a node that is killed now and then.

    Attributes
    ----------
    show
        The actors.
    acknowledged
        Who was enrolled, as the node's results say.

    """

    def __init__(self, ros: Any, start: Callable[[], Any], watch: Callable[..., Any]) -> None:
        self.acknowledged: set[str] = set()
        self._ros, self._start = ros, start
        self._child = start()
        self._tracks = 0
        self.show = watch(('eye',))

    def kill(self) -> None:
        """End the node as by a power cut."""
        self._child.kill()

    def restart(self) -> dict[str, Any]:
        """Start the node again and return who is known, by name."""
        self._child = self._start()
        return {record.name: record for record in self._ask().people if record.name}

    def enrol(self, names: list[str], lifetime_s: float) -> None:
        """Enrol some people at once, and kill the node after a time, if it is not done before."""
        client = ActionClient(self._ros.node, EnrolPerson, 'enrol_person')
        self._ros.until(client.server_is_ready)
        cast = {}
        for name in names:
            self._tracks += 1
            cast[self._tracks] = name
        actors = {f't{track}': name for track, name in cast.items()}
        self.wait_for(actors)
        end_s = time.monotonic() + lifetime_s
        goals = [_Goal(client, track, name) for track, name in cast.items()]
        while time.monotonic() < end_s and not all(goal.is_acknowledged for goal in goals):
            for goal in goals:
                goal.advance()
            self.show.send('eye', **actors)
            self._ros.spin(0.02)
        if lifetime_s < PATIENCE_S:
            self.kill()
            self._ros.spin(0.1)  # what was said before is on its way
        for goal in goals:
            goal.advance()
        self.acknowledged |= {goal.name for goal in goals if goal.is_acknowledged}
        client.destroy()

    def wait_for(self, actors: dict[str, str]) -> None:
        """Show images until the node answers one; it may not have found the topics yet."""
        self.show.people.clear()
        headers = []

        def is_answered() -> bool:
            headers.append(self.show.send('eye', **actors))
            self._ros.spin(0.02)
            return any(array.header in headers for array in self.show.people)
        self._ros.until(is_answered)

    def _ask(self) -> ListPeople.Response:
        client = self._ros.node.create_client(ListPeople, 'list_people')
        answers = []

        def is_answered() -> bool:
            if client.service_is_ready():
                answers.append(client.call_async(ListPeople.Request()))
            self._ros.spin(0.2)
            return any(answer.done() for answer in answers)
        self._ros.until(is_answered)
        self._ros.node.destroy_client(client)
        return next(answer.result() for answer in answers if answer.done())


class _Goal:
    """One enrolment, sent again where no answer comes."""

    def __init__(self, client: ActionClient, track: int, name: str) -> None:
        self.name = name
        self.is_acknowledged = False
        self._client, self._track = client, track
        self._sent = self._ending = None
        self._sent_s = 0.0

    def advance(self) -> None:
        if self._ending is not None and self._ending.done():
            result = self._ending.result().result
            assert result.success, result.message
            assert result.looks >= LOOKS
            self.is_acknowledged = True
        elif self._ending is None and self._sent is not None and self._sent.done():
            self._ending = self._sent.result().get_result_async()
        elif self._sent is None or (
                self._ending is None and time.monotonic() > self._sent_s + PATIENCE_S):
            self._sent_s = time.monotonic()
            self._sent = self._client.send_goal_async(EnrolPerson.Goal(
                name=self.name, camera='eye', track_id=self._track, looks=LOOKS))


@pytest.fixture
def url(tmp_path):
    """Return where people are kept."""
    return str(tmp_path / 'people.sqlite')


@pytest.fixture
def drive(ros, watch, run_node, url):
    """Return what enrols people at the real executable."""
    return Drive(ros, lambda: run_node('identity', cameras='[eye]', store__url=url), watch)


def test_everybody_acknowledged_is_there_after_every_kill(drive, url):
    moments = random.Random(4)
    names = [f'Person{number}' for number in range(COUNT)]
    lifetimes_s = [moments.uniform(0.0, LATEST_KILL_S) for _ in range(KILLS)]
    kills = 0
    while len(drive.acknowledged) < COUNT:
        missing = [name for name in names if name not in drive.acknowledged][:AT_ONCE]
        is_killed = kills < KILLS and moments.random() < 0.7
        drive.enrol(missing, lifetimes_s[kills] if is_killed else 30.0)
        if is_killed:
            kills += 1
            known = drive.restart()
            assert drive.acknowledged <= set(known)
            assert all(known[name].face_prototypes >= LOOKS for name in drive.acknowledged)
    drive.kill()
    store = PeopleStore(url)
    people = {person.name: person for person in store.people() if person.name}
    store.close()
    print(f'{kills + 1} kills, {len(drive.acknowledged)} acknowledged, {len(people)} with a name')
    assert kills == KILLS and set(people) == set(names)
    for person in people.values():
        assert sum(look.kind == FACE for look in person.prototypes) >= LOOKS
    assert drive.restart().keys() == set(names)
    drive.show.time_s += 3600.0
    for name in moments.sample(names, 5):
        actors = {f't{900 + names.index(name)}': f'{name} seen coat'}
        drive.wait_for(actors)
        person, = drive.show.play(2, 'eye', **actors)
        assert person.name == name
