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

"""Start everything for one or many cameras, as separate nodes or composed in one process."""

from launch import LaunchContext
from launch import LaunchDescription
from launch import LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument
from launch.actions import GroupAction
from launch.actions import IncludeLaunchDescription
from launch.actions import OpaqueFunction
from launch.actions import SetEnvironmentVariable
from launch.actions import Shutdown
from launch.conditions import IfCondition
from launch.conditions import UnlessCondition
from launch.substitutions import EnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.actions import PushROSNamespace
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare
from person_tracker.nodes.composed_config import parts
from person_tracker.presets import parameter_files
from person_tracker.sources.camera_list import read_cameras

PACKAGE = 'person_tracker'
SHARE = FindPackageShare(PACKAGE)
PROFILES = 'FASTRTPS_DEFAULT_PROFILES_FILE'
OF_COMPOSED = ('cameras', 'camera', 'source', 'image_topic', 'device', 'store')
OF_CHAINS = ('cameras', 'source', 'image_topic', 'preset', 'params_file', 'device', 'one_shot',
             'reid', 'faces', 'use_sim_time', 'log_level')
ARGUMENTS = {
    'source': ('', 'number, device, file, folder or URL; empty: a driver publishes the images'),
    'camera': ('camera', 'name of the camera, and namespace of its nodes'),
    'cameras': ('', 'YAML list of cameras, in place of source, camera and image_topic'),
    'image_topic': ('', "topic of a driver; empty: image_raw in the camera's namespace"),
    'namespace': ('', 'namespace of everything, such as the name of the robot'),
    'preset': ('', 'a known system: a name of config/presets, or a YAML file; empty: none'),
    'params_file': ('', 'YAML with parameters of all nodes, which hold against the preset'),
    'composed': ('false', 'true: one process; false: one process for each node'),
    'device': ('', 'where networks run: auto, cpu, cuda, ...; empty: as the parameters say'),
    'one_shot': ('', 'true: one network for people and their looks, one_shot in place of detector '
                 'and reid; empty: as the preset says, else false'),
    'reid': ('', 'false: follow people by place alone; empty: as the preset says, else true'),
    'faces': ('', 'look at faces; empty: as the preset says, else true'),
    'store': ('', 'where people are kept: a file, a postgresql:// URL, or memory; empty: as set '
              'on identity, by default in the data folder of the user'),
    'rviz': ('false', 'open RViz2 on the first camera'),
    'use_sim_time': ('false', 'take the time from /clock'),
    'log_level': ('info', 'debug, info, warn, error or fatal'),
}


def camera_names(context: LaunchContext) -> list[str]:
    """Return the names of all cameras, in the order of their list."""
    cameras = LaunchConfiguration('cameras').perform(context)
    if cameras:
        return [entry.name for entry in read_cameras(cameras)]
    return [LaunchConfiguration('camera').perform(context)]


def files_of(context: LaunchContext) -> list[str]:
    """Return the files with the parameters of all nodes."""
    return parameter_files(*(LaunchConfiguration(name).perform(context)
                             for name in ('preset', 'params_file')))


def own_node(executable: str, files: list[str], parameters: dict, **options: object) -> Node:
    """Describe a node of this package."""
    return Node(
        package=PACKAGE, executable=executable, name=executable, output='screen',
        ros_arguments=['--log-level', LaunchConfiguration('log_level')],
        parameters=[*files, parameters, {'use_sim_time': LaunchConfiguration('use_sim_time')}],
        **options)


def start_composed(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Start everything in one process."""
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    files = files_of(context)
    chain = parts(files, given)
    texts = {name: ParameterValue(given[name], value_type=str) for name in OF_COMPOSED}
    switches = {name: getattr(chain, name) for name in ('use_one_shot', 'use_reid', 'use_faces')}
    return [own_node('composed', files, {**texts, **switches},
                     on_exit=Shutdown(reason='the chain has ended'))]


def start_separate(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Start the chain of each camera, and the identity that unites them."""
    names = camera_names(context)
    namespace = LaunchConfiguration('namespace').perform(context).strip('/')
    shared = {name: LaunchConfiguration(name) for name in OF_CHAINS}
    for topic in ('people', 'odom'):
        shared[topic] = f'/{namespace}/{topic}' if namespace else f'/{topic}'
    shared['end_with_source'] = str(len(names) == 1)
    chain = PathJoinSubstitution([SHARE, 'launch', 'camera.launch.py'])
    chains = [GroupAction([IncludeLaunchDescription(
        chain, launch_arguments={**shared, 'camera': name}.items())]) for name in names]
    given = {'store.url': 'store', 'camera_list': 'cameras'}
    texts = {parameter: ParameterValue(text, value_type=str) for parameter, argument
             in given.items() if (text := LaunchConfiguration(argument).perform(context))}
    return [*chains, own_node('identity', files_of(context), {'cameras': names, **texts})]


def start_rviz(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Open RViz2 upright: its fixed frame looks along x where the optical frame looks along z."""
    frame = f'{camera_names(context)[0]}_optical_frame'
    config = PathJoinSubstitution([SHARE, 'config', 'rviz', 'tracker.rviz'])
    return [
        Node(package='tf2_ros', executable='static_transform_publisher', arguments=[
            '--frame-id', frame, '--child-frame-id', 'view',
            '--qx', '0.5', '--qy', '-0.5', '--qz', '0.5', '--qw', '0.5']),
        Node(package='rviz2', executable='rviz2', arguments=['-d', config, '-f', 'view'])]


def generate_launch_description() -> LaunchDescription:
    """Describe the arguments, then start what they say."""
    composed = LaunchConfiguration('composed')
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=description)
          for name, (default, description) in ARGUMENTS.items()),
        SetEnvironmentVariable(PROFILES, EnvironmentVariable(
            PROFILES, default_value=PathJoinSubstitution([SHARE, 'config', 'fastdds.xml']))),
        PushROSNamespace(LaunchConfiguration('namespace')),
        OpaqueFunction(function=start_composed, condition=IfCondition(composed)),
        OpaqueFunction(function=start_separate, condition=UnlessCondition(composed)),
        OpaqueFunction(function=start_rviz, condition=IfCondition(LaunchConfiguration('rviz')))])
