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
from launch_ros.actions import Node
from launch_ros.actions import PushROSNamespace
from person_tracker.nodes.composed_config import parts
from person_tracker.presets import parameter_files
from person_tracker.sources.camera_list import CameraEntry
from person_tracker.sources.camera_list import read_cameras

PACKAGE = 'person_tracker'
ARGUMENTS = {
    'camera': ('camera', 'name of the camera, and namespace of its nodes'),
    'cameras': ('', 'YAML list in which the camera stands; its entry replaces the next four'),
    'source': ('', 'number, device, file, folder or URL; empty: a driver publishes the images'),
    'image_topic': ('', "topic of that driver; empty: image_raw in the camera's namespace"),
    'camera_info_topic': ('', 'the same for camera_info'),
    'calibration': ('', 'calibration YAML for the camera node; empty: none'),
    'preset': ('', 'a known system: a name of config/presets, or a YAML file; empty: none'),
    'params_file': ('', 'YAML with parameters of all nodes, which hold against the preset'),
    'device': ('', 'where networks run: auto, cpu, cuda, ...; empty: as the parameters say'),
    'one_shot': ('', 'true: one network for people and their looks, one_shot in place of detector '
                 'and reid; empty: as the preset says, else false'),
    'reid': ('', 'false: follow people by place alone; empty: as the preset says, else true'),
    'faces': ('', 'look at faces; empty: as the preset says, else true'),
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
    given = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    files = parameter_files(given['preset'], given['params_file'])
    chain = parts(files, given)
    device = {'device': given['device']} if given['device'] else {}

    def node(name: str, *parameters: dict, **options: object) -> Node:
        return Node(
            package=PACKAGE, executable=name, name=name, output='screen',
            ros_arguments=['--log-level', given['log_level']],
            parameters=[*files, {'use_sim_time': given['use_sim_time'].lower() == 'true'},
                        *parameters, entry.parameters_of(name)], **options)

    finders = chain.finders()
    looks = {} if chain.use_reid else {'listens_to': 'detections'}
    faces, finite = chain.use_faces, given['end_with_source'].lower() == 'true'
    managed = [*finders, *(['face'] if faces else []), *(['camera'] if entry.source else [])]
    drivers = entry.remappings()
    hears_robot = [*drivers, ('odom', given['odom'])]
    hears_people = [*drivers, ('people', given['people'])]
    ends_all = {'on_exit': Shutdown(reason=f'camera {entry.name} has ended')}
    return [
        PushROSNamespace(entry.name),
        *(node(name, device, remappings=hears_robot) for name in finders),
        node('tracker', looks),
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
