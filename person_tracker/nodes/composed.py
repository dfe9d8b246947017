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
Executable `composed`: the whole chain of one or more cameras in one process.

The same node classes as the separate executables; frames go from node to node as arrays, all
other topics as between processes. Each network is in memory once, and looks at the images of all
cameras together that come while it is busy.
"""

from collections.abc import Sequence
from dataclasses import fields
import sys
from typing import Any

from person_tracker.models.session import SharedSessions
from person_tracker.nodes.camera import CameraNode
from person_tracker.nodes.composed_config import ComposedConfig
from person_tracker.nodes.detector import DetectorNode
from person_tracker.nodes.face import FaceNode
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.identity import IdentityNode
from person_tracker.nodes.managed_node import ManagedNode
from person_tracker.nodes.one_shot import OneShotNode
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.reid import ReidNode
from person_tracker.nodes.runner import FAILED
from person_tracker.nodes.runner import Finished
from person_tracker.nodes.runner import run_all
from person_tracker.nodes.tracker import TrackerNode
from person_tracker.nodes.visualiser import VisualiserNode
from person_tracker.sources.camera_list import CameraEntry
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future

_FINDERS = {'one_shot': OneShotNode, 'detector': DetectorNode, 'reid': ReidNode}


class ComposedNode(Node):
    """
    Makes the nodes of its process, brings them up, and ends when the cameras have.

    Attributes
    ----------
    shared
        The networks of all cameras.

    """

    def __init__(self) -> None:
        super().__init__('composed')
        self.finished = Finished()
        self._config = declare_config(self, ComposedConfig)
        self._hub = FrameHub()
        self.shared = SharedSessions()

    def make_nodes(self) -> list[Node]:
        """Return the nodes of all cameras, those that frames come from first."""
        entries = self._config.entries()
        nodes = [node for entry in entries for node in self._chain(entry)]
        given = {'store.url': self._config.store, 'camera_list': self._config.cameras}
        parameters = {name: value for name, value in given.items() if value}
        options = self._options('', {'cameras': [entry.name for entry in entries], **parameters},
                                [])
        return [*nodes, IdentityNode(**options)]

    def bring_up(self, nodes: Sequence[Node]) -> None:
        """Configure and activate every lifecycle node, cameras after all others."""
        managed = [node for node in nodes if isinstance(node, ManagedNode)]
        cameras = [node for node in managed if isinstance(node, CameraNode)]
        others = [node for node in managed if not isinstance(node, CameraNode)]
        endings = [node.finished.future for node in nodes[1:] if hasattr(node, 'finished')]
        for ending in endings:
            ending.add_done_callback(lambda _: self._on_end(endings, cameras))
        for node in (*others, *cameras):
            for transition in (node.trigger_configure, node.trigger_activate):
                if transition() != TransitionCallbackReturn.SUCCESS:
                    self.finished.end(FAILED)
                    return

    def _on_end(self, endings: Sequence[Future], cameras: Sequence[CameraNode]) -> None:
        failed = any(ending.result() for ending in endings if ending.done())
        if failed or all(camera.finished.future.done() for camera in cameras):
            self.finished.end(FAILED if failed else 0)

    def _chain(self, entry: CameraEntry) -> list[Node]:
        remappings = entry.remappings()
        device = {'device': self._config.device} if self._config.device else {}
        above = self.get_namespace().rstrip('/')
        of_robot = [(topic, f'{above}/{topic}') for topic in ('people', 'odom')]

        def options(node: str, **parameters: Any) -> dict[str, Any]:
            values = {**entry.parameters_of(node), **parameters}
            return self._options(entry.name, values, [*remappings, *of_robot])

        nodes: list[Node] = [CameraNode(self._hub, **options('camera'))] if entry.source else []
        nodes += [_FINDERS[finder](self._hub, self.shared, **options(finder, **device))
                  for finder in self._config.finders()]
        tracks_from = {} if self._config.use_reid else {'listens_to': 'detections'}
        nodes.append(TrackerNode(**options('tracker', **tracks_from)))
        if self._config.use_faces:
            nodes.append(FaceNode(self._hub, self.shared, **options('face', **device)))
        nodes.append(VisualiserNode(self._hub, **options('visualiser')))
        return nodes

    def _options(self, namespace: str, parameters: dict[str, Any],
                 remappings: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Return the constructor's options of a node in a namespace below this one's."""
        arguments = [*_arguments_for_others(sys.argv), '--ros-args']
        for name, topic in remappings:
            arguments += ['-r', f'{name}:={topic}']
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        return {'namespace': f'{self.get_namespace().rstrip("/")}/{namespace}'.rstrip('/') or '/',
                'cli_args': arguments, 'parameter_overrides': overrides,
                'use_global_arguments': False}


def _arguments_for_others(arguments: Sequence[str]) -> list[str]:
    """Return a command line without what it says to this process' own node alone."""
    own = ('__ns', '__node', '__name', *(item.name for item in fields(ComposedConfig)))
    kept: list[str] = []
    for argument in arguments[1:]:
        if argument.partition(':=')[0] not in own:
            kept.append(argument)
        elif kept and kept[-1] in ('-r', '--remap', '-p', '--param'):
            kept.pop()
    return [*kept, '--'] if '--ros-args' in kept else []


def main() -> int:
    """Run the chain."""
    def make_nodes() -> list[Node]:
        composed = ComposedNode()
        return [composed, *composed.make_nodes()]

    return run_all(make_nodes, lambda nodes: nodes[0].bring_up(nodes))
