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

"""Chains end as they should, and what was killed comes back."""

from person_tracker.nodes.stamps import nanoseconds
from person_tracker_msgs.msg import TrackedPersonArray
import pytest

pytestmark = pytest.mark.graph


@pytest.fixture
def endless(write_parameters, tmp_path):
    """Return a file with parameters for a video that starts at once and has no end."""
    return write_parameters(
        tmp_path / 'endless.yaml', camera={'max_start_delay_s': 0.0, 'source.loop': True})


@pytest.mark.parametrize('presses', [1, 2])
def test_ctrl_c_ends_the_composed_chain(ros, run_node, endless, walk, press_ctrl_c, presses):
    people = ros.heard(TrackedPersonArray, '/people')
    composed = run_node('composed', '--params-file', endless, source=walk.path)
    ros.until(lambda: len(people) > 2)
    for _ in range(presses - 1):
        composed.interrupt()
    press_ctrl_c(composed)


def test_killed_camera_is_brought_up_again_and_ctrl_c_ends_the_separate_chain(
        ros, run_node, endless, walk, press_ctrl_c):
    people = ros.heard(TrackedPersonArray, '/people')
    in_camera = {'namespace': '/camera'}

    def start_camera():
        return run_node(
            'camera', '--params-file', endless, **in_camera, source__uri=walk.path)

    camera = start_camera()
    others = [run_node('detector', '--params-file', endless, **in_camera),
              run_node('tracker', **in_camera, camera='camera', listens_to='detections'),
              run_node('identity'),
              run_node('lifecycle_manager', **in_camera, nodes='[detector, camera]')]
    ros.until(lambda: len(people) > 2)
    camera.kill()
    ros.spin(1.0)  # images under way
    people.clear()
    killed_ns = ros.node.get_clock().now().nanoseconds
    camera = start_camera()
    ros.until(lambda: len(people) > 2, 60.0)
    assert nanoseconds(people[0].header.stamp) > killed_ns
    assert all(child.status is None for child in others)
    press_ctrl_c(camera, *others)


def test_nodes_that_were_never_brought_up_end_on_ctrl_c_too(ros, run_node, press_ctrl_c):
    children = [run_node(name, namespace='/idle') for name in ('camera', 'detector', 'recorder')]
    children.append(run_node('lifecycle_manager', namespace='/idle', nodes='[nobody]'))
    ros.until(lambda: {child.name for child in children} <= {
        name for name, namespace in ros.node.get_node_names_and_namespaces()
        if namespace == '/idle'})
    press_ctrl_c(*children)
