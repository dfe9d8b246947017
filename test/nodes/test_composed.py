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
import time

from person_tracker.core.settings import SettingError
from person_tracker.core.types import Frame
from person_tracker.models import onnx_session
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
from person_tracker.nodes import qos
from person_tracker.nodes.composed import ComposedNode
from person_tracker.nodes.images import frame_to_msg
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image
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
        assert nodes[f'/camera/{name}'].resolve_topic_name('people') == '/people'
    assert '/camera/tracks' in heard_by(nodes['/identity'])


def test_namespace_of_the_robot_is_around_all_of_it(compose):
    nodes = compose('-r', '__ns:=/robot', '-p', 'camera:=front', '-p', 'source:=a.mp4')
    assert {'/robot/composed', '/robot/identity', '/robot/front/camera'} <= set(nodes)
    for name in ('face', 'visualiser'):
        assert nodes[f'/robot/front/{name}'].resolve_topic_name('people') == '/robot/people'
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


def test_one_shot_stands_in_for_detector_and_reid(compose):
    nodes = compose('-p', 'source:=a.mp4', '-p', 'use_one_shot:=true', '-p', 'device:=cpu')
    assert '/camera/one_shot' in nodes
    assert not {'/camera/detector', '/camera/reid'} & set(nodes)
    assert '/camera/features' in heard_by(nodes['/camera/tracker'])
    assert value(nodes['/camera/one_shot'], 'device') == 'cpu'


def test_one_shot_without_reid_is_tracked_by_place(compose):
    nodes = compose('-p', 'source:=a.mp4', '-p', 'use_one_shot:=true', '-p', 'use_reid:=false')
    assert '/camera/one_shot' in nodes
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
    assert value(nodes['/identity'], 'camera_list') == str(two_cameras)


def test_node_that_refuses_ends_the_chain_with_status_1(compose, block_detector, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text(yaml.safe_dump({
        '/**/detector': {'ros__parameters': {'model': str(block_detector)}}}))
    nodes = compose('-p', 'source:=missing.mp4', '-p', 'use_reid:=false',
                    '-p', 'use_faces:=false', '--params-file', file)
    composed = nodes.pop('/composed')
    composed.bring_up(list(nodes.values()))
    assert composed.finished.future.result() == 1


def write_cameras(path: Path, **parameters: dict) -> Path:
    """Write a list of cameras that drivers publish, by name with parameters of their nodes."""
    path.write_text(yaml.safe_dump({'cameras': [
        {'name': name, 'image_topic': f'/{name}/driver', 'parameters': given}
        for name, given in parameters.items()]}))
    return path


@pytest.fixture
def block_parameters(block_detector, block_encoder, tmp_path) -> Path:
    """Return parameters for cameras that see white blocks."""
    path = tmp_path / 'blocks.yaml'
    path.write_text(yaml.safe_dump({
        '/**/detector': {'ros__parameters': {'model': str(block_detector), 'device': 'cpu'}},
        '/**/reid': {'ros__parameters': {
            'model': str(block_encoder), 'device': 'cpu', 'min_quality': 0.0}},
        '/**/identity': {'ros__parameters': {'store.url': 'memory'}}}))
    return path


def test_cameras_of_two_sizes_and_rates_share_their_networks(
        compose, block_image, block_parameters, tmp_path):
    cameras = write_cameras(tmp_path / 'cameras.yaml', small={}, large={})
    nodes = compose('-p', f'cameras:={cameras}', '-p', 'use_faces:=false',
                    '--params-file', block_parameters)
    composed = nodes['/composed']
    composed.bring_up(list(nodes.values()))
    assert not composed.finished.future.done()
    assert len(composed.shared) == 2

    test, executor = rclpy.create_node('test'), SingleThreadedExecutor()
    seen: dict[str, set[tuple[int, int]]] = {'small': set(), 'large': set()}
    test.create_subscription(TrackedPersonArray, '/people', lambda msg: [
        seen[person.camera].add((round(person.bbox.size_x), round(person.bbox.size_y)))
        for person in msg.people], 100)
    drivers = {name: test.create_publisher(Image, f'/{name}/driver', qos.IMAGE) for name in seen}
    for node in (*nodes.values(), test):
        executor.add_node(node)
    pixels = {'small': block_image(), 'large': block_image().repeat(2, 0).repeat(2, 1)}
    end_s, step = time.monotonic() + 30.0, 0
    while not all(seen.values()):
        assert time.monotonic() < end_s, seen
        step += 1
        for name, driver in drivers.items():
            if name == 'small' or step % 3 == 0:
                driver.publish(frame_to_msg(Frame(
                    pixels[name], 1_700_000_000_000_000_000 + step * 50_000_000)))
        until_s = time.monotonic() + 0.05
        while time.monotonic() < until_s:
            executor.spin_once(timeout_sec=0.01)
    executor.shutdown(timeout_sec=1.0)
    test.destroy_node()
    assert seen == {'small': {(16, 32)}, 'large': {(32, 64)}}


def test_cameras_share_the_one_network_for_people_and_their_looks(
        compose, blob_network, tmp_path):
    file = tmp_path / 'blobs.yaml'
    file.write_text(yaml.safe_dump({
        '/**/one_shot': {'ros__parameters': {'model': str(blob_network()), 'device': 'cpu'}},
        '/**/identity': {'ros__parameters': {'store.url': 'memory'}}}))
    cameras = write_cameras(tmp_path / 'cameras.yaml', one={}, two={'one_shot': {'every': 2}})
    nodes = compose('-p', f'cameras:={cameras}', '-p', 'use_faces:=false',
                    '-p', 'use_one_shot:=true', '--params-file', file)
    nodes['/composed'].bring_up(list(nodes.values()))
    assert not nodes['/composed'].finished.future.done()
    assert len(nodes['/composed'].shared) == 1
    assert [value(nodes[f'/{name}/one_shot'], 'every') for name in ('one', 'two')] == [1, 2]


def test_camera_with_a_network_of_its_own_keeps_it(compose, block_parameters, tmp_path):
    cameras = write_cameras(tmp_path / 'cameras.yaml', one={}, two={},
                            own={'detector': {'threads': 3}})
    nodes = compose('-p', f'cameras:={cameras}', '-p', 'use_faces:=false',
                    '--params-file', block_parameters)
    nodes['/composed'].bring_up(list(nodes.values()))
    assert len(nodes['/composed'].shared) == 3


def test_camera_that_is_undone_leaves_the_networks_to_the_others(
        compose, block_parameters, tmp_path):
    cameras = write_cameras(tmp_path / 'cameras.yaml', one={}, two={})
    nodes = compose('-p', f'cameras:={cameras}', '-p', 'use_faces:=false',
                    '--params-file', block_parameters)
    nodes['/composed'].bring_up(list(nodes.values()))
    one, two = nodes['/one/detector'], nodes['/two/detector']
    assert one.set_parameters([Parameter('min_score', value=0.95)])[0].successful
    for transition in ('deactivate', 'cleanup', 'configure', 'activate'):
        assert getattr(one, f'trigger_{transition}')() == TransitionCallbackReturn.SUCCESS
        assert two.is_running and value(two, 'min_score') != 0.95
        assert len(nodes['/composed'].shared) == 2
    assert one.is_running and value(one, 'min_score') == 0.95


@pytest.mark.model
def test_every_network_of_a_camera_is_shared_with_the_next(compose, monkeypatch, tmp_path):
    for model in ('yolox_tiny_humanart', 'mobilenet_v3_small_bands', 'yunet', 'sface'):
        if state(lookup(model)) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {model}')
    loaded: list[str] = []

    class Session(onnx_session.OnnxSession):
        def __init__(self, model, device, threads, name) -> None:
            super().__init__(model, device, threads, name)
            loaded.append(name)

    monkeypatch.setattr(onnx_session, 'OnnxSession', Session)
    reid = {'reid': {'model': 'mobilenet_v3_small_bands'}}
    cameras = write_cameras(tmp_path / 'cameras.yaml', one=reid, two=reid)
    nodes = compose('-p', f'cameras:={cameras}', '-p', 'device:=cpu')
    nodes['/composed'].bring_up(list(nodes.values()))
    assert sorted(loaded) == ['mobilenet_v3_small_bands', 'sface', 'yolox_tiny_humanart', 'yunet']


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
