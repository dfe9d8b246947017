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
Node `face`: look at the faces of the people in one camera's images, at a pace of its own.

Hears `image_raw`, `tracks` and `people`, says `faces`; `core.face_plan.FacePlan` decides whose
face is due, `models.faces.FaceAnalyser` finds it, in a thread that nobody else waits for.
"""

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.face_plan import FacePlan
from person_tracker.core.tracks import Tracks
from person_tracker.core.tracks import TrackState
from person_tracker.models.errors import ModelError
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.session import SharedSessions
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import tracks_from_msg
from person_tracker.nodes.diagnostics import Diagnostics
from person_tracker.nodes.diagnostics import Health
from person_tracker.nodes.diagnostics import OK
from person_tracker.nodes.face_config import FaceNodeConfig
from person_tracker.nodes.face_conversions import faces_to_msg
from person_tracker.nodes.face_conversions import settled_tracks
from person_tracker.nodes.frame_exchange import FrameBuffer
from person_tracker.nodes.frame_exchange import FrameHub
from person_tracker.nodes.frame_exchange import FrameInput
from person_tracker.nodes.managed_node import ManagedNode
from person_tracker.nodes.newest import NewestWorker
from person_tracker.nodes.parameters import declare_config
from person_tracker.nodes.runner import run
from person_tracker.nodes.stamps import nanoseconds
from person_tracker.nodes.stamps import seconds
from person_tracker_msgs.msg import FaceObservationArray
from person_tracker_msgs.msg import TrackedPersonArray
from rclpy.serialization import deserialize_message

_PATIENCE_S = 0.2  # how long tracks wait for their image, which is larger and may come later
_SEEN = (TrackState.TENTATIVE, TrackState.CONFIRMED)  # in the image of the message


class FaceNode(ManagedNode):
    """Turn `tracks` and their image into `faces`; tracks that come while it works are left out."""

    expected_errors = (*ManagedNode.expected_errors, ModelError)

    def __init__(self, hub: FrameHub | None = None, shared: SharedSessions | None = None,
                 **options: object) -> None:
        super().__init__('face', hub, **options)
        self._shared = shared
        self._config = declare_config(self, FaceNodeConfig, self._apply)
        self._publisher = self.create_publisher(FaceObservationArray, 'faces', qos.RESULT)
        self._analyser: FaceAnalyser
        self._worker: NewestWorker[TrackedPersonArray]
        self._frames = FrameBuffer()
        self._looks = FacePlan(self._config.looks)
        self._people = b''
        self._looked_at = self._without_image = 0
        self.create_subscription(
            TrackedPersonArray, 'people', self._on_people, qos.RESULT, raw=True)
        self._diagnostics = Diagnostics(self, self._health)

    def open_parts(self) -> None:
        """Load the networks."""
        self._analyser = FaceAnalyser(self._config, self._shared)
        self.get_logger().info(self._analyser.description)

    def start_parts(self) -> None:
        """Take images and tracks."""
        self._worker = NewestWorker(self._look, 'look', self.fail)
        self._input = FrameInput(self, self.hub, self._frames.put)
        self._subscription = self.create_subscription(
            TrackedPersonArray, 'tracks', self._worker.put, qos.RESULT)

    def stop_parts(self) -> None:
        """Take no more images and tracks."""
        self.destroy_subscription(self._subscription)
        self._input.close()
        self._worker.stop()

    def close_parts(self) -> None:
        """Give the networks back."""
        del self._analyser

    def _look(self, msg: TrackedPersonArray) -> None:
        said, self._people = self._people, b''
        if said:
            people = deserialize_message(said, TrackedPersonArray)
            self._looks.learn(settled_tracks(people, msg.camera))
        tracks = tracks_from_msg(msg)
        due = self._looks.due(tracks, seconds(msg.header.stamp))
        if len(due):
            self._look_at(tracks, due, msg)

    def _look_at(self, tracks: Tracks, due: NDArray[np.intp], msg: TrackedPersonArray) -> None:
        frame = self._frames.find(
            nanoseconds(msg.header.stamp), msg.header.frame_id, _PATIENCE_S)
        if frame is None:
            self._without_image += 1
            return
        seen = tracks[np.isin(tracks.states, _SEEN)]  # all whose face it could be
        wanted = np.isin(seen.track_ids, tracks.track_ids[due]) | (self._config.search == 'frame')
        faces = self._analyser.find(frame.image, seen.boxes_xyxy, seen.track_ids, wanted)
        usable = faces.track_ids[faces.qualities > 0.0]
        self._looks.looked(seen.track_ids[wanted].tolist(), usable.tolist(), frame.time_s)
        self._looked_at += int(wanted.sum())
        self._publisher.publish(faces_to_msg(faces, msg.header, msg.camera))
        self._diagnostics.count(msg.header.stamp)

    def _on_people(self, serialised: bytes) -> None:
        self._people = serialised  # of all cameras, maybe: only the newest is worth reading

    def _apply(self, config: FaceNodeConfig) -> None:
        self._config = config
        self._looks.config = config.looks
        if self.is_open:
            self._analyser.config = config

    def _health(self) -> Health:
        if not self.is_running:
            return OK, 'not active', {}
        return OK, 'looking', {
            'model': self._analyser.name, 'looked_at': self._looked_at,
            'dropped': self._worker.dropped, 'without_image': self._without_image}


def main() -> int:
    """Run the node."""
    return run(FaceNode)
