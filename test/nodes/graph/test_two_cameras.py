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
Two cameras whose views overlap, each with processes of its own, and one identity for both.

One video is cut into two views. An image is shown when both chains have answered the one before,
so that nothing depends on how fast they are. While a chain starts, or where an image is lost on
the way, the people stand still.
"""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
import os
from pathlib import Path
from typing import Any

import numpy as np
from person_tracker.core.boxes import iou
from person_tracker.core.types import Frame
from person_tracker.models.fetching import models_folder
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from sensor_msgs.msg import Image
import yaml

pytestmark = pytest.mark.graph

CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache', 'person_tracker')
CAMERAS = LEFT, RIGHT = 'left', 'right'
CHAIN = ('detector', 'reid')
START_NS = 1_700_000_000 * 10 ** 9
SAME_IOU, OTHER_IOU = 0.6, 0.1
LONG_S = 120.0  # a busy machine starts nine processes
Track = tuple[str, int]


@dataclass(frozen=True)
class Scene:
    """
    A video and how two cameras see it.

    Attributes
    ----------
    images
        Returns its images, each as both cameras together see it.
    period_s
        Time between them.
    columns
        First and last column of each camera's view.
    ground
        Where a pixel of the whole image lies on the ground, metres.
    ground_points_px
        Pixels on the ground whose places are given to the identity node.
    of_networks
        Parameters of the detectors and encoders.
    kill_at, restart_at
        Images at which the right chain is killed and started again.
    settled_s
        Time after which two views of one person are to have one id.

    """

    images: Callable[[], Iterator[np.ndarray]]
    period_s: float
    columns: dict[str, tuple[int, int]]
    ground: Callable[[float, float], tuple[float, float]]
    ground_points_px: dict[str, list[tuple[int, int]]]
    of_networks: dict[str, dict[str, Any]]
    kill_at: int
    restart_at: int
    settled_s: float


@dataclass(frozen=True, eq=False)
class Moment:
    """
    What was said of the images of one time.

    Attributes
    ----------
    number, time_s
        Of the image in the video, and its stamp.
    boxes_xyxy
        Who was seen, in pixels of the whole image, by camera and track.
    answered
        Cameras whose image `people` answered.
    people
        What it said last.

    """

    number: int
    time_s: float
    boxes_xyxy: dict[Track, np.ndarray]
    answered: set[str]
    people: list[TrackedPerson]

    def ids(self) -> dict[Track, str]:
        """Return who is on each track, where that is decided."""
        return {(view.camera, view.track_id): person.person_id
                for person in self.people
                for view in person.views if person.person_id}

    def pairs(self) -> Iterator[tuple[Track, Track, float]]:
        """Return each track of the left camera with each of the right, and their overlap."""
        tracks = {camera: [track for track in self.boxes_xyxy if track[0] == camera]
                  for camera in CAMERAS}
        boxes = [np.array([self.boxes_xyxy[track] for track in tracks[camera]]).reshape(-1, 4)
                 for camera in CAMERAS]
        overlaps = iou(*boxes)
        for row, column in np.ndindex(overlaps.shape):
            yield tracks[LEFT][row], tracks[RIGHT][column], overlaps[row, column]


@dataclass(frozen=True)
class Record:
    """
    A run in its parts: with both cameras, without the right one, with both again.

    The parts begin when every camera had answered an image; what was said before is left out.
    """

    settled_s: float
    before: list[Moment]
    without: list[Moment]
    after: list[Moment]

    def moments(self) -> list[Moment]:
        return [*self.before, *self.without, *self.after]


class Rig:
    """The drivers of two cameras, and the processes behind them."""

    def __init__(self, ros: Any, run_node: Callable[..., Any], scene: Scene,
                 folder: Path) -> None:
        self._ros, self._run_node, self._scene = ros, run_node, scene
        self._stamp_ns = START_NS
        self._numbers: dict[int, int] = {}
        self._chains: dict[str, list[Any]] = {}
        self._people = ros.heard(TrackedPersonArray, '/people')
        self._tracks = {camera: ros.heard(TrackedPersonArray, f'/{camera}/tracks')
                        for camera in CAMERAS}
        self._drivers = {camera: ros.node.create_publisher(
            Image, f'/{camera}/image_raw', qos.IMAGE) for camera in CAMERAS}
        self._parameters = folder / 'parameters.yaml'
        self._parameters.write_text(yaml.safe_dump({
            f'/**/{node}': {'ros__parameters': values}
            for node, values in scene.of_networks.items()}))
        cameras = folder / 'cameras.yaml'
        cameras.write_text(yaml.safe_dump({'cameras': [self._entry(name) for name in CAMERAS]}))
        run_node('identity', cameras=f'[{", ".join(CAMERAS)}]', camera_list=cameras,
                 store__url='memory')
        for camera in CAMERAS:
            self.start(camera)

    def start(self, camera: str) -> None:
        """Start the processes of one camera."""
        given = {'namespace': f'/{camera}'}
        self._chains[camera] = [
            *(self._run_node(node, '--params-file', self._parameters, **given) for node in CHAIN),
            self._run_node('tracker', **given, camera=camera),
            self._run_node('lifecycle_manager', **given, nodes=f'[{", ".join(CHAIN)}]')]

    def kill(self, camera: str) -> None:
        """Kill the processes of one camera."""
        for child in self._chains.pop(camera):
            child.kill()

    def wait(self, number: int, image: np.ndarray) -> None:
        """Show an image until every chain that runs has answered one."""
        asked_ns = self._stamp_ns

        def answered() -> set[str]:
            return {image.camera for array in self._people for image in array.images
                    if nanoseconds(image.header.stamp) > asked_ns}
        self._ros.until(lambda: self.show(number, image) and answered().issuperset(self._chains),
                        LONG_S)

    def show(self, number: int, image: np.ndarray) -> int:
        """Show an image, again where it is lost, until every chain has answered; return when."""
        shown: set[int] = set()

        def answered() -> set[int]:
            return shown.intersection(*(
                {nanoseconds(array.header.stamp) for array in self._tracks[camera][-20:]}
                for camera in self._chains))

        def offer() -> set[int]:
            shown.add(self._publish(number, image))
            for _ in range(50):
                if not answered():
                    self._ros.spin(0.02)
            return answered()
        self._ros.until(offer, LONG_S)
        return max(answered())

    def moments(self, stamps_ns: list[int]) -> list[Moment]:
        """Return what was said of some images, as it is known now."""
        told: dict[int, list[TrackedPersonArray]] = {stamp_ns: [] for stamp_ns in stamps_ns}
        for array in self._people:
            for stamp_ns in {nanoseconds(image.header.stamp) for image in array.images}:
                told.setdefault(stamp_ns, []).append(array)
        boxes: dict[int, dict[Track, np.ndarray]] = {stamp_ns: {} for stamp_ns in stamps_ns}
        for camera, arrays in self._tracks.items():
            shift = np.float32([self._scene.columns[camera][0], 0] * 2)
            for array in arrays:
                seen = [track for track in array.people if track.state == TrackedPerson.CONFIRMED]
                found = boxes.get(nanoseconds(array.header.stamp), {})
                for track, box in zip(seen, boxes_from_msgs([each.bbox for each in seen])):
                    found[camera, track.track_id] = box + shift
        return [Moment(self._numbers[stamp_ns], stamp_ns / 1e9, boxes[stamp_ns],
                       {image.camera for array in told[stamp_ns] for image in array.images
                        if nanoseconds(image.header.stamp) == stamp_ns},
                       [person for array in told[stamp_ns][-1:] for person in array.people])
                for stamp_ns in stamps_ns]

    def _publish(self, number: int, image: np.ndarray) -> int:
        self._stamp_ns += round(self._scene.period_s * 1e9)
        self._numbers[self._stamp_ns] = number
        for camera, (first, last) in self._scene.columns.items():
            view = np.ascontiguousarray(image[:, first:last])
            self._drivers[camera].publish(frame_to_msg(
                Frame(view, self._stamp_ns, frame_id=f'{camera}_optical_frame')))
        return self._stamp_ns

    def _entry(self, camera: str) -> dict[str, Any]:
        first, last = self._scene.columns[camera]
        height = next(self._scene.images()).shape[0]
        return {'name': camera, 'image_size': [last - first, height], 'ground_points': [
            [u - first, v, *map(float, self._scene.ground(u, v))]
            for u, v in self._scene.ground_points_px[camera]]}


def record(open_ros: Any, run_node: Callable[..., Any], scene: Scene, folder: Path) -> Record:
    """Play a scene; the right camera's chain is killed and started again on the way."""
    with open_ros() as ros:
        rig = Rig(ros, run_node, scene, folder)
        stamps_ns: dict[str, list[int]] = {'before': [], 'without': [], 'after': []}
        for number, image in enumerate(scene.images()):
            if number == scene.kill_at:
                rig.kill(RIGHT)
            if number == scene.restart_at:
                rig.start(RIGHT)
            if number in (0, scene.restart_at):
                rig.wait(number, image)
            part = ('before' if number < scene.kill_at else
                    'without' if number < scene.restart_at else 'after')
            stamps_ns[part].append(rig.show(number, image))
        rig.wait(number, image)  # for those who wait for the other camera
        return Record(scene.settled_s, **{
            part: rig.moments(stamps) for part, stamps in stamps_ns.items()})


# --- Scenes -----------------------------------------------------------------------------------


def tiny_scene(block_detector: Path, block_encoder: Path, block_image: Callable) -> Scene:
    """
    Return a white block that comes in at the left and paces where both cameras look.

    A blue one leaves at the right before: the first track of the right camera is not of whom its
    first track is when it was started again.
    """
    numbers = np.arange(150)
    paces = np.where(numbers // 14 % 2, 46 - numbers % 14, 33 + numbers % 14)
    white = np.where(numbers < 28, np.interp(numbers, [0, 10, 28], [0, 6, 34]), paces).astype(int)
    blue = np.interp(numbers, [0, 8, 9], [60, 84, 96]).astype(int)

    def images() -> Iterator[np.ndarray]:
        for left_of_white, left_of_blue in zip(white, blue):
            image = block_image(left_of_white, width=96)
            image[16:48, left_of_blue:left_of_blue + 16, 0] = 255
            yield image
    return Scene(
        images, period_s=0.25, columns={LEFT: (0, 64), RIGHT: (32, 96)},
        ground=lambda u, v: (0.03 * u, 0.05 * v),
        ground_points_px={LEFT: [(0, 20), (60, 20), (60, 60), (0, 60)],
                          RIGHT: [(36, 24), (90, 24), (90, 50), (36, 50)]},
        of_networks={'detector': {'model': str(block_detector)},
                     'reid': {'model': str(block_encoder), 'min_quality': 0.0}},
        kill_at=75, restart_at=85, settled_s=5.0)  # places alone decide, and carefully


def square_scene() -> Scene:
    """Return people on a square, some of whom cross the part of it that both cameras see."""
    video = CACHE / 'vtest.avi'
    if not video.is_file():
        pytest.skip(f'no video: {video} is missing; run scripts/setup')

    def images() -> Iterator[np.ndarray]:
        with open_source(SourceConfig(uri=str(video))) as source:
            for frame, _ in zip(source, range(170)):
                yield frame.image

    def ground(u: float, v: float) -> tuple[float, float]:
        # People 1.7 m high are 0.24 (v + 80) pixels high in the video, so the camera is 7.1 m up
        # and its horizon 80 pixels above the image; the focal length is a guess.
        depth = 7.1 / (v + 80.0)
        return (u - 384.0) * depth, 1000.0 * depth

    return Scene(
        images, period_s=0.1, columns={LEFT: (0, 520), RIGHT: (248, 768)}, ground=ground,
        ground_points_px={LEFT: [(20, 180), (500, 200), (480, 560), (60, 540)],
                          RIGHT: [(260, 190), (740, 180), (700, 550), (300, 560)]},
        of_networks={node: {'models_folder': str(models_folder())} for node in CHAIN},
        kill_at=80, restart_at=95, settled_s=3.0)  # as long as identity may stay in doubt


@pytest.fixture(scope='module')
def tiny(open_ros, run_node, block_detector, block_encoder, block_image,
         tmp_path_factory) -> Record:
    """Return what was said of one block."""
    scene = tiny_scene(block_detector, block_encoder, block_image)
    return record(open_ros, run_node, scene, tmp_path_factory.mktemp('tiny'))


@pytest.fixture(scope='module')
def square(open_ros, run_node, tmp_path_factory) -> Record:
    """Return what was said of the people on the square."""
    return record(open_ros, run_node, square_scene(), tmp_path_factory.mktemp('square'))


@pytest.fixture(params=['tiny', pytest.param('square', marks=pytest.mark.model)])
def run(request) -> Record:
    """Return what was said of either."""
    return request.getfixturevalue(request.param)


# --- Laws -------------------------------------------------------------------------------------


def joined(moments: list[Moment], settled_s: float) -> list[bool]:
    """Tell whether it is one person whom both cameras saw and know, by moment and person."""
    answers = []
    began_s: dict[tuple[Track, Track], float] = {}
    for moment in moments:
        ids = moment.ids()
        for one, other, overlap in moment.pairs():
            if overlap > SAME_IOU:
                together_s = moment.time_s - began_s.setdefault((one, other), moment.time_s)
                if together_s >= settled_s and one in ids and other in ids:
                    answers.append(ids[one] == ids[other])
    return answers


def test_every_image_of_every_camera_is_answered(run):
    for moment in run.before + run.after:
        assert moment.answered == set(CAMERAS)
    for moment in run.without:
        assert moment.answered == {LEFT}


def test_one_person_seen_by_both_has_one_id(run):
    before, after = (joined(part, run.settled_s) for part in (run.before, run.after))
    assert len(before) > 20 and len(after) > 20
    assert np.mean(before + after) >= 0.9
    assert np.mean(after) >= 0.9  # a camera that was started again finds who is who


def test_nobody_is_two_people(run):
    for moment in run.moments():
        ids = [person.person_id for person in moment.people if person.person_id]
        assert len(ids) == len(set(ids))
        on = moment.ids()
        for camera in CAMERAS:
            seen = [on[track] for track in moment.boxes_xyxy if track[0] == camera and track in on]
            assert len(seen) == len(set(seen))


def test_two_people_apart_are_hardly_ever_one(run):
    answers = [on[one] == on[other] for moment in run.moments() for on in [moment.ids()]
               for one, other, overlap in moment.pairs()
               if overlap < OTHER_IOU and one in on and other in on]
    assert np.mean(answers or [False]) <= 0.02


def test_people_of_the_other_camera_keep_their_ids_when_one_is_killed_and_comes_back(run):
    known = {track: person_id for track, person_id in run.before[-1].ids().items()
             if track[0] == LEFT and track in run.before[-1].boxes_xyxy}
    assert known
    for moment in run.without + run.after:
        on = moment.ids()
        assert {track: on[track] for track in known if track in on}.items() <= known.items()


def test_number_of_a_track_that_is_used_again_is_not_the_person_of_before(tiny):
    first, = [moment.ids()[RIGHT, 1] for moment in tiny.before if moment.number == 6]
    white = tiny.before[-1].ids()[LEFT, 1]
    later = [moment.ids().get((RIGHT, 1), '') for moment in tiny.after]
    assert first != white and first not in later
    assert later[-1] == white
