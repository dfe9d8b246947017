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

"""
Nodes in this process and a node that talks to them, on a domain of their own.

For identity there are actors before cameras: what a node `identity` hears of them, and says.

Everything here is skipped, loudly, where there is no ROS 2. Two test processes on one machine
never hear each other: each claims its own domain, and nothing leaves the machine. People are kept
in a temporary folder, never in the user's own.
"""

from collections.abc import Callable
from collections.abc import Iterator
import fcntl
import os
from pathlib import Path
import tempfile
import time
from typing import Any
from zlib import crc32

import numpy as np
import pytest

_ROOT = Path(__file__).resolve().parents[2]
_DOMAINS = range(1, 102)  # those above take ports that the system hands out
_TIMEOUT_S = 30.0

# Networks of nobody's, which have the careful scales of the unknown.
FACE_MODEL, BODY_MODEL = 'a face network', 'a body network'
DIMENSION = 128
# What is seen of a face, by the word for it in a role; quality, frontality, sharpness, brightness.
FACES = {'seen': (0.8, 0.9, 0.9, 0.5), 'stiff': (0.8, 0.9, 0.9, 0.5), 'far': (0.1, 0.9, 0.9, 0.5),
         'turned': (0.1, 0.1, 0.9, 0.5), 'dark': (0.1, 0.9, 0.9, 0.1),
         'blurred': (0.1, 0.9, 0.1, 0.5), 'beside': (0.8, 0.9, 0.9, 0.5)}


def pytest_pycollect_makemodule() -> None:
    """Skip every test of this folder where ROS 2 or the workspace's messages are missing."""
    pytest.importorskip('rclpy')
    pytest.importorskip('person_tracker_msgs')


@pytest.fixture(scope='session', autouse=True)
def ros_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Claim a domain for this process and its children as long as the session lasts."""
    for offset in _DOMAINS:
        domain = _DOMAINS[(os.getpid() + offset) % len(_DOMAINS)]
        try:
            lock = Path(tempfile.gettempdir(), f'person_tracker_domain_{domain}.lock').open('a')
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        break
    else:
        pytest.fail('every ROS domain is taken by another test process')
    with lock, pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_DOMAIN_ID', str(domain))
        patch.setenv('ROS_LOG_DIR', str(tmp_path_factory.mktemp('ros_log')))
        patch.setenv('XDG_DATA_HOME', str(tmp_path_factory.mktemp('data')))
        patch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        # As the launch file does: large images need it, also those that a test itself publishes.
        patch.setenv('FASTRTPS_DEFAULT_PROFILES_FILE', str(_ROOT / 'config' / 'fastdds.xml'))
        if os.environ.get('ROS_DISTRO') == 'humble':  # which does not know the line above
            patch.setenv('ROS_LOCALHOST_ONLY', '1')
        yield domain


class Ros:
    """
    The nodes of one test, and `node`, which talks to them; all are spun while one is waited for.

    Attributes
    ----------
    node
        A plain node of the test's own.

    """

    def __init__(self) -> None:
        import rclpy
        from rclpy.executors import SingleThreadedExecutor
        from rclpy.signals import SignalHandlerOptions
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._executor = SingleThreadedExecutor()
        self._nodes: list[Any] = []
        self._clients: dict[str, Any] = {}
        self.node = self.add(rclpy.create_node('test'))

    def __enter__(self) -> 'Ros':
        return self

    def __exit__(self, *_: object) -> None:
        import rclpy
        for node in reversed(self._nodes):
            node.destroy_node()
        self._executor.shutdown(timeout_sec=1.0)
        rclpy.try_shutdown()

    def add(self, node: Any) -> Any:
        """Spin a node with the others, and destroy it at the end."""
        self._nodes.append(node)
        self._executor.add_node(node)
        return node

    def make(self, node_class: type, parameters: dict[str, Any] | None = None,
             **options: object) -> Any:
        """Make a node with parameters, in the namespace `camera` unless told otherwise."""
        from rclpy.parameter import Parameter
        overrides = [Parameter(name, value=value) for name, value in (parameters or {}).items()]
        options = {'namespace': '/camera', **options}
        return self.add(node_class(parameter_overrides=overrides, **options))

    def destroy(self, node: Any) -> None:
        """Destroy a node before the end."""
        self._nodes.remove(node)
        self._executor.remove_node(node)
        node.destroy_node()

    def heard(self, kind: type, topic: str, depth: int = 100) -> list[Any]:
        """Return the list of messages heard from now on."""
        messages: list[Any] = []
        self.node.create_subscription(kind, topic, messages.append, depth)
        return messages

    def speaker(self, kind: type, topic: str, depth: int = 100, listeners: int = 1) -> Any:
        """Return a publisher that has found its listeners."""
        publisher = self.node.create_publisher(kind, topic, depth)
        self.until(lambda: publisher.get_subscription_count() >= listeners)
        return publisher

    def until(self, condition: Callable[[], Any], timeout_s: float = _TIMEOUT_S) -> None:
        """Spin until something is true; fail where it does not come true."""
        end_s = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end_s, f'not within {timeout_s:g} s'
            self._executor.spin_once(timeout_sec=0.02)

    def spin(self, duration_s: float) -> None:
        """Spin for a while, to see that something does not happen."""
        end_s = time.monotonic() + duration_s
        while time.monotonic() < end_s:
            self._executor.spin_once(timeout_sec=0.02)

    def call(self, kind: type, service: str, request: Any) -> Any:
        """Return a service's answer."""
        if service not in self._clients:
            self._clients[service] = self.node.create_client(kind, service)
        client = self._clients[service]
        self.until(client.service_is_ready)
        future = client.call_async(request)
        self.until(future.done)
        return future.result()

    def diagnostics_of(self, node: str) -> Callable[[], dict[str, str]]:
        """Return a function that gives a node's latest diagnostics; empty before the first."""
        from diagnostic_msgs.msg import DiagnosticArray
        arrays = self.heard(DiagnosticArray, '/diagnostics')

        def latest() -> dict[str, str]:
            for status in reversed([one for array in arrays for one in array.status]):
                if status.name == node:
                    values = {item.key: item.value for item in status.values}
                    return {**values, 'message': status.message}
            return {}
        return latest


@pytest.fixture(scope='session')
def environment(ros_domain: int) -> dict[str, str]:
    """Return the environment for other processes: this domain, and the package as it is here."""
    paths = [str(_ROOT), *filter(None, [os.environ.get('PYTHONPATH')])]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(paths), 'PYTHONUNBUFFERED': '1'}


@pytest.fixture(scope='session')
def open_ros(ros_domain: int) -> type[Ros]:
    """Return the context manager behind `ros`, for fixtures that outlive one test."""
    return Ros


@pytest.fixture
def ros(open_ros: type[Ros]) -> Iterator[Ros]:
    """Give a test its nodes."""
    with open_ros() as ros:
        yield ros


@pytest.fixture(scope='session')
def block_image() -> Callable[..., np.ndarray]:
    """Return a function that makes a black image with a white block, or without where None."""
    def make(left: int | None = 4, width: int = 64, height: int = 64) -> np.ndarray:
        image = np.zeros((height, width, 3), np.uint8)
        if left is not None:
            image[16:48, left:left + 16] = 255
        return image
    return make


class Show:
    """
    Actors before the cameras of one robot, as its node `identity` hears of them.

    An actor plays on a track in a role, `who face clothes`, as `t1='Anna hidden red'`. The face is
    `seen` when left out, `hidden`, or one of `FACES`; the clothes are the actor's own when left
    out, and `unseen` gives no look at them. `nobody` is a track that is predicted only.

    Attributes
    ----------
    time_s
        Stamp of the last image, seconds.
    people, events
        What was said so far.
    node
        The node, where it is in this process.

    """

    def __init__(self, ros: Ros, cameras: tuple[str, ...], robot: str, node: Any = None) -> None:
        from person_tracker_msgs.msg import FaceObservationArray
        from person_tracker_msgs.msg import IdentityEvent
        from person_tracker_msgs.msg import PersonFeaturesArray
        from person_tracker_msgs.msg import TrackedPersonArray
        self.time_s = 1.7e9
        self.node = node
        self.people = ros.heard(TrackedPersonArray, f'{robot}/people')
        self.events = ros.heard(IdentityEvent, f'{robot}/identity_events')
        self._ros, self._robot = ros, robot
        self._speakers = {
            (camera, topic): ros.speaker(kind, f'{robot}/{camera}/{topic}') for camera in cameras
            for topic, kind in (('features', PersonFeaturesArray), ('faces', FaceObservationArray),
                                ('tracks', TrackedPersonArray))}
        for topic in ('people', 'identity_events'):
            ros.until(lambda topic=topic: ros.node.count_publishers(f'{robot}/{topic}'))

    def say(self, camera: str, topic: str, msg: Any) -> None:
        """Publish a message of a camera's."""
        self._speakers[camera, topic].publish(msg)

    def send(self, camera: str = 'left', step_s: float = 0.5, face_model: str = FACE_MODEL,
             **actors: str) -> Any:
        """Send what is made of one image, and return its header."""
        self.time_s += step_s
        header = self.header(camera)
        roles = {int(track[1:]): role.split() for track, role in actors.items()}
        seen = {track: role for track, role in roles.items() if role[0] != 'nobody'}
        self.say(camera, 'features', self._features(header, seen))
        self.say(camera, 'faces', self._faces(header, camera, face_model, seen))
        self.say(camera, 'tracks', tracks_msg(
            header, camera, {track: 2 if track in seen else 3 for track in roles}))
        return header

    def show(self, camera: str = 'left', **options: Any) -> list[Any]:
        """Send what is made of one image, and return who is on its tracks, in order."""
        self.people.clear()
        return self.answer(camera, self.send(camera, **options))

    def track(self, camera: str, states: dict[int, int]) -> list[Any]:
        """Send tracks by id with their states, and return who is on them, in order."""
        self.people.clear()
        header = self.header(camera)
        self.say(camera, 'tracks', tracks_msg(header, camera, states))
        return self.answer(camera, header)

    def answer(self, camera: str, header: Any) -> list[Any]:
        """Return who is on the tracks of an image."""
        self._ros.until(lambda: any(
            image.header == header for array in self.people for image in array.images))
        return [person for person in self.people[-1].people if person.camera == camera]

    def play(self, count: int, camera: str = 'left', **actors: str) -> list[Any]:
        """Show some images, and return who is on the tracks of the last."""
        for _ in range(count):
            people = self.show(camera, **actors)
        return people

    def enrol(self, name: str, camera: str = 'left', goal: dict[str, Any] | None = None,
              **actors: str) -> tuple[Any, list[Any]]:
        """Enrol who is in view while the actors play; return the result and the feedback."""
        from person_tracker_msgs.action import EnrolPerson
        from rclpy.action import ActionClient
        feedback: list[Any] = []
        client = ActionClient(self._ros.node, EnrolPerson, f'{self._robot}/enrol_person')
        self._ros.until(client.server_is_ready)
        self.show(camera, **actors)
        sent = client.send_goal_async(
            EnrolPerson.Goal(name=name, **(goal or {})),
            feedback_callback=lambda msg: feedback.append(msg.feedback))
        self._ros.until(sent.done)
        ending = sent.result().get_result_async()
        while not ending.done():
            self.show(camera, **actors)
        client.destroy()
        return ending.result().result, feedback

    def call(self, kind: type, service: str, **request: Any) -> Any:
        """Return the answer of one of the node's services."""
        return self._ros.call(kind, f'{self._robot}/{service}', kind.Request(**request))

    def known(self, **request: bool) -> dict[str, Any]:
        """Return what the node knows of people, by person_id."""
        from person_tracker_msgs.srv import ListPeople
        answer = self.call(ListPeople, 'list_people', **request)
        return {record.person_id: record for record in answer.people}

    def happened(self, *kinds: int, count: int = 1) -> list[tuple[int, str, str, int]]:
        """Return so many events of some kinds: kind, person_id, name and track."""
        def found() -> list[tuple[int, str, str, int]]:
            return [(event.kind, event.person_id, event.name, event.track_id)
                    for event in self.events if event.kind in kinds]
        self._ros.until(lambda: len(found()) >= count)
        self._ros.spin(0.05)  # for one too many
        return found()

    def header(self, camera: str) -> Any:
        """Return the header of an image taken now."""
        from builtin_interfaces.msg import Time
        from std_msgs.msg import Header
        sec, nanosec = divmod(round(self.time_s * 1e9), 1_000_000_000)
        return Header(stamp=Time(sec=sec, nanosec=nanosec), frame_id=f'{camera}_eye')

    def _features(self, header: Any, seen: dict[int, list[str]]) -> Any:
        from person_tracker_msgs.msg import PersonFeatures
        from person_tracker_msgs.msg import PersonFeaturesArray
        msg = PersonFeaturesArray(header=header, model=BODY_MODEL)
        for track, (who, *rest) in seen.items():
            clothes = rest[1] if len(rest) > 1 else f'those of {who}'
            person = PersonFeatures(bbox=_box(track), score=0.9)
            if clothes != 'unseen':
                person.quality = 0.9
                person.embedding.frombytes(_look(clothes, f'body {self.time_s}', 0.95).tobytes())
            msg.people.append(person)
        return msg

    def _faces(self, header: Any, camera: str, model: str, seen: dict[int, list[str]]) -> Any:
        from person_tracker_msgs.msg import FaceObservation
        from person_tracker_msgs.msg import FaceObservationArray
        msg = FaceObservationArray(header=header, camera=camera, model=model)
        for track, (who, *rest) in seen.items():
            word = rest[0] if rest else 'seen'
            if word == 'hidden':
                continue
            quality, frontality, sharpness, brightness = FACES[word]
            face = FaceObservation(
                track_id=track, score=0.9, quality=quality, frontality=frontality,
                sharpness=sharpness, brightness=brightness,
                bbox=_box(1 + 0.1 * track if word == 'beside' else track, size=(20.0, 25.0)))
            picture = 'always' if word == 'stiff' else f'{camera} {track} {self.time_s}'
            face.embedding.frombytes(_look(f'face of {who}', picture, 0.8).tobytes())
            msg.faces.append(face)
        return msg


def tracks_msg(header: Any, camera: str, states: dict[int, int]) -> Any:
    """Return a camera's tracks by id, side by side, with their states."""
    from person_tracker_msgs.msg import TrackedPerson
    from person_tracker_msgs.msg import TrackedPersonArray
    return TrackedPersonArray(header=header, camera=camera, people=[
        TrackedPerson(track_id=track, camera=camera, state=state, bbox=_box(track))
        for track, state in states.items()])


def _box(place: float, size: tuple[float, float] = (50.0, 150.0)) -> Any:
    from vision_msgs.msg import BoundingBox2D
    box = BoundingBox2D(size_x=size[0], size_y=size[1])
    box.center.position.x, box.center.position.y = 100.0 * place, 100.0
    return box


def _look(subject: str, picture: str, share: float) -> np.ndarray:
    """Return an embedding; those of one subject have the similarity `share`."""
    parts = []
    for key in (subject, f'{subject} {picture}'):
        direction = np.random.default_rng(crc32(key.encode())).normal(size=DIMENSION)
        parts.append(direction / np.linalg.norm(direction))
    look = np.sqrt(share) * parts[0] + np.sqrt(1.0 - share) * parts[1]
    return (look / np.linalg.norm(look)).astype(np.float32)


@pytest.fixture
def watch(ros: Ros) -> Callable[..., Show]:
    """Return a function that puts actors before the cameras of a node that is there already."""
    def start(cameras: tuple[str, ...] = ('left', 'right'), robot: str = '',
              node: Any = None) -> Show:
        return Show(ros, cameras, robot, node)
    return start


@pytest.fixture
def identify(ros: Ros, watch: Callable[..., Show]) -> Callable[..., Show]:
    """
    Return a function that starts a node `identity` and puts actors before its cameras.

    It keeps nothing unless told where, and takes parameters by name, `__` for a dot.
    """
    def start(cameras: tuple[str, ...] = ('left', 'right'), robot: str = '',
              **parameters: Any) -> Show:
        from person_tracker.nodes.identity import IdentityNode
        dotted = {name.replace('__', '.'): value for name, value in parameters.items()}
        node = ros.make(
            IdentityNode, {'cameras': list(cameras), 'store.url': 'memory', **dotted},
            namespace=robot or '/')
        return watch(cameras, robot, node)
    return start
