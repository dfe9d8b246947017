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

"""The files in config/ say what the nodes take, and tracker.yaml shows their defaults."""

from pathlib import Path
from xml.etree import ElementTree

from person_tracker.nodes.camera_config import CameraConfig
from person_tracker.nodes.composed_config import ComposedConfig
from person_tracker.nodes.detector import DetectorNodeConfig
from person_tracker.nodes.face_config import FaceNodeConfig
from person_tracker.nodes.identity import IdentityNodeConfig
from person_tracker.nodes.one_shot import OneShotNodeConfig
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.reid import ReidNodeConfig
from person_tracker.nodes.tracker import TrackerNodeConfig
from person_tracker.nodes.visualiser import VisualiserConfig
from person_tracker.presets import preset_names
from person_tracker.sources.camera_list import read_cameras
import pytest
import rclpy
from rclpy.parameter import Parameter
import yaml

CONFIG = Path(__file__).resolve().parents[2] / 'config'
CONFIGS = {
    'camera': CameraConfig, 'detector': DetectorNodeConfig, 'reid': ReidNodeConfig,
    'one_shot': OneShotNodeConfig, 'tracker': TrackerNodeConfig, 'face': FaceNodeConfig,
    'identity': IdentityNodeConfig, 'visualiser': VisualiserConfig, 'composed': ComposedConfig}
FILES = {str(path.relative_to(CONFIG)): yaml.safe_load(path.read_text(encoding='utf-8'))
         for path in sorted(CONFIG.rglob('*.yaml'))}
LISTS = [name for name, content in FILES.items() if 'cameras' in content]
PARAMETERS = [name for name in FILES if name not in LISTS]


def test_there_are_the_files_that_the_documentation_names():
    assert 'tracker.yaml' in PARAMETERS and 'two_cameras.yaml' in LISTS
    assert {f'presets/{preset}.yaml' for preset in preset_names()} <= set(PARAMETERS)
    ElementTree.parse(CONFIG / 'fastdds.xml')
    assert yaml.safe_load((CONFIG / 'rviz' / 'tracker.rviz').read_text(encoding='utf-8'))


@pytest.mark.parametrize('name', PARAMETERS)
def test_every_parameter_in_the_file_is_known_and_its_value_allowed(ros, name):
    for key, content in FILES[name].items():
        node_name = key.rpartition('/')[2]
        node = ros.add(rclpy.create_node(
            node_name, namespace='/robot/front', use_global_arguments=False,
            cli_args=['--ros-args', '--params-file', str(CONFIG / name)]))
        assert set(content['ros__parameters']) == {
            given for given in node._parameter_overrides if given != 'use_sim_time'}
        config = declare_config(node, CONFIGS[node_name])
        if name == 'tracker.yaml':
            assert config == CONFIGS[node_name](), key
        elif name.startswith('presets/'):
            assert config != CONFIGS[node_name](), key


@pytest.mark.parametrize('name', LISTS)
def test_every_camera_of_the_list_sets_parameters_that_its_nodes_take(ros, name):
    for entry in read_cameras(CONFIG / name):
        for node_name in ('camera', 'detector', 'reid', 'tracker', 'face', 'visualiser'):
            values = entry.parameters_of(node_name)
            node = ros.add(rclpy.create_node(
                node_name, namespace=entry.name, parameter_overrides=[
                    Parameter(key, value=value) for key, value in values.items()]))
            declare_config(node, CONFIGS[node_name])
