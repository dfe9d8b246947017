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
Start one camera's chain in a namespace of its own, from `camera` to `face` and `visualiser`.

Without a source there is no camera node: a driver publishes the images.
"""

from launch import LaunchContext
from launch import LaunchDescription
from launch import LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.actions import Shutdown
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.actions import PushROSNamespace
from launch_ros.substitutions import FindPackageShare
from person_tracker.sources.camera_list import CameraEntry
from person_tracker.sources.camera_list import read_cameras

PACKAGE = 'person_tracker'
PARAMETERS = PathJoinSubstitution([FindPackageShare(PACKAGE), 'config', 'tracker.yaml'])
ARGUMENTS = {
    'camera': ('camera', 'name of the camera, and namespace of its nodes'),
    'cameras': ('', 'YAML list in which the camera stands; its entry replaces the next four'),
    'source': ('', 'number, device, file, folder or URL; empty: a driver publishes the images'),
    'image_topic': ('', "topic of that driver; empty: image_raw in the camera's namespace"),
    'camera_info_topic': ('', 'the same for camera_info'),
    'calibration': ('', 'calibration YAML for the camera node; empty: none'),
    'params_file': (PARAMETERS, 'YAML with parameters of all nodes'),
    'device': ('auto', 'where networks run: auto, cpu, cuda, ...'),
    'one_shot': ('false', 'one network for people and their looks: one_shot in place of detector '
                 'and reid'),
    'faces': ('true', 'look at faces'),
    'people': ('people', 'topic with the people of all cameras'),
    'odom': ('odom', "odometry of the robot, where camera_motion.origin is 'odometry'"),
    'end_with_source': ('true', 'shut everything down when the source has ended'),
    'use_sim_time': ('false', 'take the time from /clock'),
    'log_level': ('info', 'debug, info, warn, error or fatal'),
}


def entry_of(context: LaunchContext) -> CameraEntry:
    """Return the camera that the arguments describe."""
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    if given['cameras']:
        return next(entry for entry in read_cameras(given['cameras'])
                    if entry.name == given['camera'])
    return CameraEntry(given['camera'], given['source'], given['image_topic'],
                       given['camera_info_topic'], given['calibration'])


def start_chain(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Start the nodes of one camera, and the manager that brings them up."""
    entry = entry_of(context)
    log_level = LaunchConfiguration('log_level')
    device = {'device': LaunchConfiguration('device')}

    def node(name: str, *parameters: dict, **options: object) -> Node:
        return Node(
            package=PACKAGE, executable=name, name=name, output='screen',
            ros_arguments=['--log-level', log_level],
            parameters=[LaunchConfiguration('params_file'),
                        {'use_sim_time': LaunchConfiguration('use_sim_time')},
                        *parameters, entry.parameters_of(name)], **options)

    def is_true(argument: str) -> bool:
        return LaunchConfiguration(argument).perform(context).lower() == 'true'

    finders = ['one_shot'] if is_true('one_shot') else ['detector', 'reid']
    faces, finite = is_true('faces'), is_true('end_with_source')
    managed = [*finders, *(['face'] if faces else []), *(['camera'] if entry.source else [])]
    drivers = entry.remappings()
    hears_robot = [*drivers, ('odom', LaunchConfiguration('odom'))]
    hears_people = [*drivers, ('people', LaunchConfiguration('people'))]
    ends_all = {'on_exit': Shutdown(reason=f'camera {entry.name} has ended')}
    return [
        PushROSNamespace(entry.name),
        *(node(name, device, remappings=hears_robot) for name in finders),
        node('tracker'),
        *([node('face', device, remappings=hears_people)] if faces else []),
        node('visualiser', remappings=hears_people),
        *([node('camera', **(ends_all if finite else {}))] if entry.source else []),
        node('lifecycle_manager', {'nodes': managed}, **ends_all),
    ]


def generate_launch_description() -> LaunchDescription:
    """Describe the arguments, then start what they say."""
    return LaunchDescription([
        *(DeclareLaunchArgument(name, default_value=default, description=description)
          for name, (default, description) in ARGUMENTS.items()),
        OpaqueFunction(function=start_chain)])
