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

"""What says `features`: each message knows which image its camera motion starts from."""

from builtin_interfaces.msg import Time
from person_tracker.core.types import Appearance
from person_tracker.core.types import Detections
from person_tracker.nodes import qos
from person_tracker.nodes.conversions import CameraMotion
from person_tracker.nodes.conversions import features_to_msg
from person_tracker_msgs.msg import PersonFeaturesArray
from rclpy.node import Node
from std_msgs.msg import Header


class FeatureTeller:
    """Publishes the people of image after image of one camera."""

    def __init__(self, node: Node) -> None:
        self._publisher = node.create_publisher(PersonFeaturesArray, 'features', qos.RESULT)
        self._previous = Time()

    def tell(self, detections: Detections, looks: Appearance, header: Header,
             motion: CameraMotion | None, *, is_skipped: bool) -> None:
        """
        Publish who is in an image.

        Parameters
        ----------
        detections, looks
            Where people are, and how each looks.
        header
            That of the image.
        motion
            How the camera moved since the image before; None where it is not known.
        is_skipped
            Nobody was looked for in this image.

        """
        features = features_to_msg(detections, looks, header, motion)
        features.detector_skipped = is_skipped
        if motion is not None:
            features.previous_stamp = self._previous
        self._previous = header.stamp
        self._publisher.publish(features)
