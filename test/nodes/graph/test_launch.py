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

"""`ros2 launch` starts one or many cameras, separate or composed, and ends them."""

from collections.abc import Callable
import shutil

from person_tracker.core.types import Frame
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import models_folder
from person_tracker.models.fetching import state
from person_tracker.nodes import qos
from person_tracker.nodes.images import frame_to_msg
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from rcl_interfaces.srv import GetParameters
from sensor_msgs.msg import Image
import yaml

pytestmark = pytest.mark.graph

POSITION_GROUND_PLANE = TrackedPerson.POSITION_GROUND_PLANE
LONG_S = 90.0  # up to a dozen processes start on two busy cores


@pytest.fixture
def launch(start, tmp_path, write_parameters) -> Callable:
    """Return a function that starts a launch file with arguments and the tiny world's networks."""
    pytest.importorskip('launch_ros')
    pytest.importorskip('ros2launch')
    program = shutil.which('ros2')
    if program is None:
        pytest.skip('the program ros2 is not on the path')
    endless = write_parameters(
        tmp_path / 'launch.yaml', camera={'max_start_delay_s': 20.0, 'source.loop': True})

    def run(file: str, **arguments: object):
        given = {'params_file': endless, 'faces': 'false', **arguments}
        return start('launch', program, 'launch', 'person_tracker', file,
                     *(f'{name}:={value}' for name, value in given.items() if value is not None))
    return run


@pytest.fixture
def press_ctrl_c_on_launch(press_ctrl_c):
    """Return a function that ends a launch as Ctrl-C does; launch itself then ends with 0."""
    def press(child) -> None:
        press_ctrl_c(child)
        said = child.said()
        assert 'escalating' not in said, said  # launch lost patience with nobody
        assert said.count('process has died') == 0, said
    return press


def cameras_of(people: list[TrackedPersonArray]) -> set[str]:
    return {person.camera for array in people for person in array.people}


def nodes_of(ros) -> set[str]:
    return {f'{namespace.rstrip("/")}/{name}'
            for name, namespace in ros.node.get_node_names_and_namespaces()}


@pytest.mark.parametrize('composed', [False, True])
def test_one_camera_in_a_robots_namespace(
        ros, launch, walk, tmp_path, composed, press_ctrl_c_on_launch):
    people = ros.heard(TrackedPersonArray, '/robot/people')
    store = tmp_path / 'robot.sqlite'
    child = launch('tracker.launch.py', source=walk.path, namespace='robot', camera='front',
                   composed=str(composed).lower(), store=store)
    ros.until(lambda: cameras_of(people) == {'front'}, LONG_S)
    assert {array.header.frame_id for array in people} == {'front_optical_frame'}
    expected = {'/robot/identity', *(f'/robot/front/{name}' for name in (
        'camera', 'detector', 'reid', 'tracker', 'visualiser'))}
    ros.until(lambda: expected <= nodes_of(ros))
    assert store.exists()
    press_ctrl_c_on_launch(child)


@pytest.mark.parametrize('composed', [False, True])
def test_two_cameras_of_a_list_are_united(
        ros, launch, walk, tmp_path, composed, press_ctrl_c_on_launch):
    cameras = tmp_path / 'cameras.yaml'
    cameras.write_text(yaml.safe_dump({'cameras': [
        {'name': 'front', 'source': str(walk.path), 'image_size': [64, 64],
         'ground_points': [[0, 64, -2, 4], [64, 64, 2, 4], [0, 20, -3, 9], [64, 20, 3, 9]]},
        {'name': 'rear', 'source': str(walk.path),
         'parameters': {'camera': {'frame_id': 'rear_eye'}}}]}))
    people = ros.heard(TrackedPersonArray, '/people')
    child = launch('tracker.launch.py', cameras=cameras, composed=str(composed).lower())
    frame_ids = {'front_optical_frame', 'rear_eye'}
    ros.until(lambda: {image.header.frame_id for array in people for image in array.images
                       if cameras_of([array]) == {'front', 'rear'}} == frame_ids, LONG_S)
    ros.until(lambda: POSITION_GROUND_PLANE in {
        person.position_source for array in people for person in array.people})
    assert {array.pose_frame for array in people} == {'map'}
    press_ctrl_c_on_launch(child)


@pytest.mark.parametrize('composed', [False, True])
def test_person_where_two_cameras_of_a_list_see_the_same_ground_is_one(
        ros, launch, block_video, tmp_path, composed, press_ctrl_c_on_launch):
    video = block_video(tmp_path / 'block.mp4', count=40, rate=4)
    ground = {'image_size': [64, 64], 'ground_points': [
        [0, 20, 0.0, 0.0], [60, 20, 0.6, 0.0], [60, 60, 0.6, 0.4], [0, 60, 0.0, 0.4]]}
    cameras = tmp_path / 'cameras.yaml'
    cameras.write_text(yaml.safe_dump({'cameras': [
        {'name': name, 'source': str(video), **ground} for name in ('front', 'rear')]}))
    people = ros.heard(TrackedPersonArray, '/people')
    child = launch('tracker.launch.py', cameras=cameras, composed=str(composed).lower())

    def united() -> list[TrackedPersonArray]:
        return [array for array in people for person in array.people
                if person.position_source == TrackedPerson.POSITION_FUSED
                and {view.camera for view in person.views} == {'front', 'rear'}]
    ros.until(united, LONG_S)
    assert {array.pose_frame for array in united()} == {'map'}
    press_ctrl_c_on_launch(child)


@pytest.mark.parametrize('composed', [False, True])
def test_topic_of_a_driver_takes_the_place_of_the_camera(
        ros, launch, block_image, composed, press_ctrl_c_on_launch):
    people = ros.heard(TrackedPersonArray, '/people')
    driver = ros.node.create_publisher(Image, '/driver/image', qos.IMAGE)
    child = launch('tracker.launch.py', image_topic='/driver/image',
                   composed=str(composed).lower())

    def publish() -> None:
        image = block_image(left=20)
        stamp_ns = ros.node.get_clock().now().nanoseconds
        driver.publish(frame_to_msg(Frame(image, stamp_ns, frame_id='driver_eye')))

    ros.node.create_timer(0.25, publish)
    ros.until(lambda: any(array.people for array in people), LONG_S)
    assert {array.header.frame_id for array in people} == {'driver_eye'}
    ros.until(lambda: '/camera/detector' in nodes_of(ros))
    assert '/camera/camera' not in nodes_of(ros)
    press_ctrl_c_on_launch(child)


@pytest.mark.parametrize('composed', [False, True])
def test_one_network_finds_people_and_their_looks(
        ros, launch, blob_network, blob_image, write_parameters, tmp_path, composed,
        press_ctrl_c_on_launch):
    parameters = write_parameters(
        tmp_path / 'one_shot.yaml', one_shot={'model': str(blob_network())})
    people = ros.heard(TrackedPersonArray, '/people')
    driver = ros.node.create_publisher(Image, '/driver/image', qos.IMAGE)
    child = launch('tracker.launch.py', image_topic='/driver/image', params_file=parameters,
                   one_shot='true', composed=str(composed).lower())

    def publish() -> None:
        image = blob_image((40, 16, (0, 0, 255)))
        stamp_ns = ros.node.get_clock().now().nanoseconds
        driver.publish(frame_to_msg(Frame(image, stamp_ns, frame_id='driver_eye')))

    ros.node.create_timer(0.25, publish)
    ros.until(lambda: any(array.people for array in people), LONG_S)
    ros.until(lambda: '/camera/one_shot' in nodes_of(ros))
    assert not {'/camera/detector', '/camera/reid'} & nodes_of(ros)
    press_ctrl_c_on_launch(child)


@pytest.mark.parametrize('composed', [False, True])
def test_a_preset_says_which_parts_there_are_and_the_users_parameters_hold_against_it(
        ros, launch, walk, tmp_path, composed, press_ctrl_c_on_launch):
    own = tmp_path / 'system.yaml'
    own.write_text(yaml.safe_dump({f'/**/{node}': {'ros__parameters': values} for node, values in {
        'composed': {'use_reid': False}, 'detector': {'model': 'missing.onnx'},
        'tracker': {'confirm_hits': 7}}.items()}))
    people = ros.heard(TrackedPersonArray, '/people')
    child = launch('tracker.launch.py', source=walk.path, preset=own, faces=None,
                   composed=str(composed).lower())
    ros.until(lambda: any(array.people for array in people), LONG_S)
    expected = {'/identity', *(f'/camera/{name}' for name in (
        'camera', 'detector', 'tracker', 'visualiser'))}
    ros.until(lambda: expected <= nodes_of(ros))
    assert not {'/camera/reid', '/camera/face'} & nodes_of(ros)
    hits, = ros.call(GetParameters, '/camera/tracker/get_parameters',
                     GetParameters.Request(names=['confirm_hits'])).values
    assert hits.integer_value == 7
    press_ctrl_c_on_launch(child)


@pytest.mark.parametrize(('arguments', 'complaint'), [
    ({'preset': 'best'}, "unknown preset 'best'; known are coral_openface_svm, fairmot,"),
    ({'params_file': 'absent.yaml'}, 'the file of parameters absent.yaml does not exist'),
    ({'faces': 'maybe'}, "use_faces must be true or false, got 'maybe'"),
])
@pytest.mark.parametrize('composed', [False, True])
def test_arguments_that_cannot_be_used_are_refused_in_a_sentence(
        ros, launch, walk, composed, arguments, complaint):
    child = launch('tracker.launch.py', source=walk.path, composed=str(composed).lower(),
                   **arguments)
    ros.until(lambda: child.status is not None, LONG_S)
    assert child.status == 1 and complaint in child.said()
    assert not child.members()


@pytest.mark.model
@pytest.mark.parametrize('composed', [False, True])
def test_faces_are_looked_at_unless_switched_off(
        ros, launch, walk, tmp_path, write_parameters, composed, press_ctrl_c_on_launch):
    for entry, folder in needed_face_models(FaceConfig()):
        if state(entry, folder) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {entry.name}')
    looking = write_parameters(
        tmp_path / 'faces.yaml', camera={'max_start_delay_s': 20.0, 'source.loop': True},
        face={'models_folder': str(models_folder())})
    latest = ros.diagnostics_of('robot/camera/face')
    child = launch('tracker.launch.py', source=walk.path, namespace='robot', faces='true',
                   params_file=looking, composed=str(composed).lower())
    ros.until(lambda: latest().get('message') == 'looking', LONG_S)
    assert '/robot/people' in dict(
        ros.node.get_subscriber_names_and_types_by_node('face', '/robot/camera'))
    people = ros.heard(TrackedPersonArray, '/robot/people')
    ros.until(lambda: cameras_of(people) == {'camera'}, LONG_S)
    press_ctrl_c_on_launch(child)


def test_chain_of_one_camera_ends_with_its_source(
        ros, launch, walk, tmp_path, write_parameters):
    tracks = ros.heard(TrackedPersonArray, '/gate/tracks')
    once = write_parameters(tmp_path / 'once.yaml', camera={'linger_s': 0.5})
    child = launch('camera.launch.py', source=walk.path, camera='gate', params_file=once)
    ros.until(lambda: child.status is not None, LONG_S)
    child.assert_clean_end()
    assert cameras_of(tracks) == {'gate'} and tracks[-1].people == []
    assert 'the source has ended' in child.said()


@pytest.mark.parametrize('composed', [False, True])
def test_whole_launch_ends_when_the_camera_refuses(ros, launch, composed):
    child = launch('tracker.launch.py', source='missing.mp4', composed=str(composed).lower())
    ros.until(lambda: child.status is not None, LONG_S)
    said = child.said()
    assert said.count('missing.mp4 does not exist; check the spelling') == 1, said
    assert 'Traceback' not in said and not child.members(), said
