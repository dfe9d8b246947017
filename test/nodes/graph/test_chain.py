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

"""The whole chain over DDS, composed and separate: a video goes in, lasting people come out."""

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
import numpy as np
from person_tracker.core.tracks import TrackState
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.reid import ReidConfig
from person_tracker.nodes.conversions import boxes_from_msgs
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.pipeline import Pipeline
from person_tracker.pipeline import PipelineConfig
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
from person_tracker_msgs.msg import TrackedPersonArray
import pytest

pytestmark = pytest.mark.graph

CHAIN = ('detector', 'reid', 'tracker', 'identity')


@dataclass(frozen=True)
class Seen:
    """
    Who was seen in one image.

    Attributes
    ----------
    states, boxes_xyxy
        One row per person, `TrackState` and corners.

    """

    states: list[int]
    boxes_xyxy: np.ndarray

    def assert_same(self, other: 'Seen') -> None:
        assert self.states == other.states
        assert np.allclose(self.boxes_xyxy, other.boxes_xyxy, atol=0.1)


@dataclass(frozen=True)
class Record:
    """
    What a run said.

    Attributes
    ----------
    people
        Every array on `/people`, in order.
    values
        Last diagnostics by node.

    """

    people: list[TrackedPersonArray]
    values: dict[str, dict[str, str]]

    def seen(self) -> list[Seen]:
        return [Seen([person.state for person in array.people],
                     boxes_from_msgs([person.bbox for person in array.people]))
                for array in self.people]


@pytest.fixture(scope='module')
def parameters(write_parameters, tmp_path_factory):
    """Return a file with parameters for a video that waits until everybody is there."""
    return write_parameters(
        tmp_path_factory.mktemp('chain') / 'chain.yaml',
        camera={'wait_for_nodes': ['/test', '/identity', '/camera/tracker', '/camera/reid']})


def record(open_ros, start_chain: Callable[[], Iterable]) -> Record:
    """Listen to a chain until its leader, the first child, has ended; the others are to follow."""
    with open_ros() as ros:
        people = ros.heard(TrackedPersonArray, '/people')
        arrays = ros.heard(DiagnosticArray, '/diagnostics')
        leader, *others = start_chain()
        ros.until(lambda: leader.status is not None, 90.0)
        leader.assert_clean_end()
        for child in others:
            child.interrupt()
        for child in others:
            child.assert_clean_end()
    values = {status.name.rpartition('/')[2]: {item.key: item.value for item in status.values}
              for array in arrays for status in array.status}
    return Record(people, values)


@pytest.fixture(scope='module')
def composed(open_ros, run_node, parameters, walk) -> Record:
    """Return what the composed executable said."""
    return record(open_ros, lambda: [
        run_node('composed', '--params-file', parameters, source=walk.path)])


@pytest.fixture(scope='module')
def sparse(open_ros, run_node, parameters, walk, tmp_path_factory) -> Record:
    """Return what the composed executable said that looks for people in every third image."""
    third = tmp_path_factory.mktemp('sparse') / 'third.yaml'
    third.write_text('/**/detector: {ros__parameters: {every: 3}}\n', encoding='utf-8')
    return record(open_ros, lambda: [
        run_node('composed', '--params-file', parameters, '--params-file', third,
                 source=walk.path)])


@pytest.fixture(scope='module')
def separate(open_ros, run_node, parameters, walk) -> Record:
    """Return what the separate executables said."""
    def start() -> list:
        given = ('--params-file', parameters)
        in_camera = {'namespace': '/camera'}
        return [run_node('camera', *given, **in_camera, source__uri=walk.path),
                run_node('detector', *given, **in_camera), run_node('reid', *given, **in_camera),
                run_node('tracker', **in_camera, camera='camera'), run_node('identity'),
                run_node('visualiser', '-r', 'people:=/people', **in_camera),
                run_node('lifecycle_manager', **in_camera, nodes='[detector, reid, camera]')]
    return record(open_ros, start)


@pytest.fixture(params=['composed', 'separate'])
def run(request) -> Record:
    """Return what either of them said."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope='module')
def see_offline(block_detector, block_encoder, walk) -> Callable[..., list[Seen]]:
    """Return a function that tells whom the same classes see as plain calls."""
    def see(**settings: object) -> list[Seen]:
        pipeline = Pipeline(PipelineConfig(
            detector=DetectorConfig(model=str(block_detector)),
            reid=ReidConfig(model=str(block_encoder), min_quality=0.0), **settings))
        seen = []
        for frame in open_source(SourceConfig(uri=str(walk.path))):
            tracks = pipeline.process(frame).tracks.present()
            believed = tracks[tracks.states != TrackState.TENTATIVE]
            seen.append(Seen(believed.states.tolist(), believed.boxes_xyxy))
        return seen
    return see


def test_every_image_is_answered_in_order_under_its_own_stamp(run, walk):
    stamps_ns = [nanoseconds(array.header.stamp) for array in run.people]
    assert np.diff(stamps_ns).tolist() == [10 ** 9 // walk.rate_hz] * (walk.count - 1)
    assert {array.header.frame_id for array in run.people} == {'camera_optical_frame'}
    assert stamps_ns[0] == int(run.values['camera']['first_stamp_ns'])


def test_every_node_says_that_it_answered_every_image(run, walk):
    processed = {node: run.values[node]['processed'] for node in ('camera', *CHAIN)}
    assert set(processed.values()) == {str(walk.count)}, processed
    assert run.values['reid']['without_image'] == '0'
    assert float(run.values['identity']['latency_median_s']) > 0.0


def test_array_is_empty_while_nobody_is_seen(run):
    counts = [len(array.people) for array in run.people]
    assert counts[:7] == [0] * 7  # five black images, and two for a person to be believed
    assert counts[7:20] == [1] * 13
    assert counts[-2:] == [0] * 2  # unseen for more than max_occluded_s


def test_person_has_one_id_over_a_short_absence(run):
    people = [person for array in run.people for person in array.people]
    assert {person.track_id for person in people} == {1}
    ids = [person.person_id for person in people]
    first = next(person_id for person_id in ids if person_id)
    assert first[0].isalpha()
    assert set(ids[ids.index(first):]) == {first}  # not decided before
    assert {person.camera for person in people} == {'camera'}


def test_people_are_those_of_the_plain_calls(run, see_offline):
    for seen, expected in zip(run.seen(), see_offline(), strict=True):
        seen.assert_same(expected)


def test_boxes_come_at_the_rate_of_the_camera_where_only_every_third_image_is_looked_at(
        sparse, see_offline, walk):
    stamps_ns = [nanoseconds(array.header.stamp) for array in sparse.people]
    assert np.diff(stamps_ns).tolist() == [10 ** 9 // walk.rate_hz] * (walk.count - 1)
    for seen, expected in zip(sparse.seen(), see_offline(detect_every=3), strict=True):
        seen.assert_same(expected)
    for number in range(12, 20):  # from the third look on; the block was not hidden for long
        person, = sparse.people[number].people
        assert person.track_id == 1 and person.state == TrackState.CONFIRMED
        assert abs(person.bbox.center.position.x - (12 + number)) < 3.0


def test_composed_and_separate_chain_see_the_same_people(composed, separate):
    for one, other in zip(composed.seen(), separate.seen(), strict=True):
        one.assert_same(other)
