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

"""Executable `composed`: the nodes of all cameras, each with what is meant for it."""

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

from person_tracker.core.settings import SettingError
from person_tracker.nodes.composed import ComposedNode
import pytest
import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
import yaml

Nodes = dict[str, Node]


@pytest.fixture
def compose(monkeypatch, tmp_path) -> Iterator[Callable[..., Nodes]]:
    """Return a function that makes the nodes of a command line, by their full names."""
    made: list[Node] = []

    def make(*arguments: object) -> Nodes:
        command = ['composed', '--ros-args', *map(str, arguments)]
        monkeypatch.setattr('sys.argv', command)
        monkeypatch.setenv('XDG_DATA_HOME', str(tmp_path / 'data'))
        rclpy.init(args=command, signal_handler_options=SignalHandlerOptions.NO)
        composed = ComposedNode()
        made.append(composed)
        made.extend(composed.make_nodes())
        return {node.get_fully_qualified_name(): node for node in made}
    yield make
    for node in reversed(made):
        node.destroy_node()
    rclpy.try_shutdown()


def value(node: Node, name: str) -> object:
    return node.get_parameter(name).value


def heard_by(node: Node) -> set[str]:
    return {subscription.topic_name for subscription in node.subscriptions}


def test_one_camera_has_its_chain_in_its_namespace(compose):
    nodes = compose('-p', 'source:=a.mp4')
    assert set(nodes) == {'/composed', '/identity', *(f'/camera/{name}' for name in (
        'camera', 'detector', 'reid', 'tracker', 'face', 'visualiser'))}
    assert value(nodes['/camera/camera'], 'source.uri') == 'a.mp4'
    assert value(nodes['/camera/camera'], 'frame_id') == 'camera_optical_frame'
    assert value(nodes['/camera/tracker'], 'camera') == 'camera'
    for name in ('face', 'visualiser'):
        assert '/people' in heard_by(nodes[f'/camera/{name}'])
    assert '/camera/tracks' in heard_by(nodes['/identity'])


def test_namespace_of_the_robot_is_around_all_of_it(compose):
    nodes = compose('-r', '__ns:=/robot', '-p', 'camera:=front', '-p', 'source:=a.mp4')
    assert {'/robot/composed', '/robot/identity', '/robot/front/camera'} <= set(nodes)
    for name in ('face', 'visualiser'):
        assert '/robot/people' in heard_by(nodes[f'/robot/front/{name}'])
    assert '/robot/front/tracks' in heard_by(nodes['/robot/identity'])


def test_driver_takes_the_place_of_the_camera(compose):
    nodes = compose('-p', 'image_topic:=/driver/image')
    assert '/camera/camera' not in nodes
    for name in ('detector', 'reid', 'face', 'visualiser'):
        assert nodes[f'/camera/{name}'].resolve_topic_name('image_raw') == '/driver/image'


def test_without_reid_the_tracker_hears_the_detections(compose):
    nodes = compose('-p', 'source:=a.mp4', '-p', 'use_reid:=false')
    assert '/camera/reid' not in nodes
    assert '/camera/detections' in heard_by(nodes['/camera/tracker'])


def test_without_faces_nobody_looks_at_them(compose):
    nodes = compose('-p', 'source:=a.mp4', '-p', 'use_faces:=false')
    assert '/camera/face' not in nodes


def test_device_is_for_all_networks(compose):
    nodes = compose('-p', 'source:=a.mp4', '-p', 'device:=cpu')
    for name in ('detector', 'reid', 'face'):
        assert value(nodes[f'/camera/{name}'], 'device') == 'cpu'


def test_store_is_that_of_identity(compose, tmp_path):
    store = tmp_path / 'own.sqlite'
    nodes = compose('-p', 'source:=a.mp4', '-p', f'store:="{store}"')
    assert value(nodes['/identity'], 'store.url') == str(store) and store.exists()


def test_store_in_a_file_of_parameters_stays_where_none_is_given(compose, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text('/**/identity: {ros__parameters: {store.url: memory}}\n', encoding='utf-8')
    nodes = compose('-p', 'source:=a.mp4', '--params-file', file)
    assert value(nodes['/identity'], 'store.url') == 'memory'


def test_what_is_for_every_node_reaches_every_node(compose):
    nodes = compose('-p', 'source:=a.mp4', '-p', 'use_sim_time:=true')
    assert all(value(node, 'use_sim_time') for node in nodes.values())


@pytest.fixture
def two_cameras(tmp_path) -> Path:
    """Return a list of two cameras, one of them a driver's."""
    path = tmp_path / 'cameras.yaml'
    path.write_text(yaml.safe_dump({'cameras': [
        {'name': 'front', 'source': '0', 'parameters': {'detector': {'min_score': 0.3}}},
        {'name': 'rear', 'image_topic': '/driver/image'}]}))
    return path


def test_parameters_go_from_file_and_list_to_their_nodes_and_the_list_wins(
        compose, two_cameras, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({
        '/**/detector': {'ros__parameters': {'min_score': 0.2, 'max_iou': 0.5}},
        '/rear/tracker': {'ros__parameters': {'max_lost_s': 2.5}}}))
    nodes = compose('-p', f'cameras:={two_cameras}', '--params-file', file)
    assert '/front/camera' in nodes and '/rear/camera' not in nodes
    assert value(nodes['/front/camera'], 'source.uri') == '0'
    assert value(nodes['/front/detector'], 'min_score') == 0.3
    assert value(nodes['/rear/detector'], 'min_score') == 0.2
    assert value(nodes['/rear/detector'], 'max_iou') == 0.5
    assert value(nodes['/rear/tracker'], 'max_lost_s') == 2.5
    assert value(nodes['/front/tracker'], 'max_lost_s') != 2.5
    assert list(value(nodes['/identity'], 'cameras')) == ['front', 'rear']


def test_node_that_refuses_ends_the_chain_with_status_1(compose, block_detector, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({
        '/**/detector': {'ros__parameters': {'model': str(block_detector)}}}))
    nodes = compose('-p', 'source:=missing.mp4', '-p', 'use_reid:=false',
                    '-p', 'use_faces:=false', '--params-file', file)
    composed = nodes.pop('/composed')
    composed.bring_up(list(nodes.values()))
    assert composed.finished.future.result() == 1


@pytest.mark.parametrize('argument, said', [
    ('sauce:=a.mp4', "unknown parameter 'sauce' of node composed"),
    ('camera:=2nd', "got '2nd'"),
    ('use_reid:=maybe', 'use_reid must be true or false'),
    ('use_faces:=maybe', 'use_faces must be true or false'),
    ('device:=abacus', "device must be one of .* got 'abacus'"),
])
def test_argument_that_is_not_allowed_is_refused(compose, argument, said):
    with pytest.raises(SettingError, match=said):
        compose('-p', argument)
