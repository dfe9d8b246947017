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
Write `docs/nodes.md`: what every node hears and says, and all of its parameters.

The parameters come from the configurations that the nodes declare; a test compares the file with
what this writes. Usage: `python3 scripts/node_reference.py`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from person_tracker.core.settings import walk
from person_tracker.nodes.camera_config import CameraConfig
from person_tracker.nodes.composed_config import ComposedConfig
from person_tracker.nodes.detector import DetectorNodeConfig
from person_tracker.nodes.face_config import FaceNodeConfig
from person_tracker.nodes.identity import IdentityNodeConfig
from person_tracker.nodes.lifecycle_manager import LifecycleManagerConfig
from person_tracker.nodes.one_shot import OneShotNodeConfig
from person_tracker.nodes.recorder import RecorderConfig
from person_tracker.nodes.reid import ReidNodeConfig
from person_tracker.nodes.tracker import TrackerNodeConfig
from person_tracker.nodes.visualiser import VisualiserConfig

PATH = Path(__file__).resolve().parents[1] / 'docs' / 'nodes.md'
IMAGE = '`image_raw` (sensor_msgs/Image)'
DETECTIONS = '`detections` (vision_msgs/Detection2DArray)'
FEATURES = '`features` (person_tracker_msgs/PersonFeaturesArray)'
TRACKS = '`tracks` (person_tracker_msgs/TrackedPersonArray)'
PEOPLE = '`people` (person_tracker_msgs/TrackedPersonArray)'
FACES = '`faces` (person_tracker_msgs/FaceObservationArray)'
INFO = '`camera_info` (sensor_msgs/CameraInfo)'
ODOMETRY = ('`odom` (nav_msgs/Odometry) and `camera_info`, where `camera_motion.origin` '
            'says so')
ANNOTATED = '`image_annotated` (sensor_msgs/Image)'

INTRODUCTION = """# Nodes

Written by `python3 scripts/node_reference.py` from the configurations that the nodes declare.

Names are relative: a camera's nodes live in the namespace of the camera, `identity` and `people`
one level above. Every message keeps the stamp and the optical frame of its image. Where nobody is
seen an empty array is sent; silence means that something is broken. Every node also says once a
second on `/diagnostics` how old images are when it has answered them, and what it dropped.

A parameter marked *live* may change while the node runs (`ros2 param set`). A value that is not
allowed, or a name that is not known, is refused with name, value and range.

Subscriptions to `image_raw` are reliable with depth 1. For a driver that publishes best effort,
set `qos_overrides.<full topic name>.subscription.reliability` to `best_effort` on `detector`,
`reid`, `one_shot`, `face` and `visualiser`.
"""


@dataclass(frozen=True)
class Reference:
    """What is written of one node besides its parameters."""

    name: str
    purpose: str
    config: type
    hears: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()


NODES = (
    Reference('camera', 'Stamped images of a device, file, stream or image folder. Lifecycle '
              'node. A file plays in real time and ends the node; a camera or stream that goes '
              'away is opened again.', CameraConfig, (), (IMAGE, INFO)),
    Reference('detector', 'Finds people in the newest image. Lifecycle node.', DetectorNodeConfig,
              (IMAGE,), (DETECTIONS,)),
    Reference('reid', 'Computes what every detected person looks like, and how the camera '
              'moved. Lifecycle node.',
              ReidNodeConfig, (IMAGE, DETECTIONS, f'{TRACKS}, to leave clear cases out',
                               ODOMETRY), (FEATURES,)),
    Reference('one_shot', 'Finds people and computes what they look like with one network, and '
              'how the camera moved; stands in for detector and reid (launch argument '
              '`one_shot`). Lifecycle node.', OneShotNodeConfig,
              (IMAGE, f'{TRACKS}, to leave people out of the motion of the camera', ODOMETRY),
              (DETECTIONS, FEATURES)),
    Reference('tracker', 'Gives every detected person a track id within one camera.',
              TrackerNodeConfig, (FEATURES, f'{DETECTIONS}, where `listens_to` says so'),
              (TRACKS,)),
    Reference('face', 'Looks at the faces of the people in the newest image at a pace of its '
              'own, first of those whom no face has told yet. Silent while nobody is due; says '
              '`faces` without any where a look found none. Lifecycle node.', FaceNodeConfig,
              (IMAGE, TRACKS, f'{PEOPLE}, to know who is told already'), (FACES,)),
    Reference('identity', 'Says which person is behind every track of every camera, and keeps '
              'people over restarts ([identity.md](identity.md), [store.md](store.md), '
              '[privacy.md](privacy.md)). Where it is known how cameras stand, it says in metres '
              'where people are ([multicamera.md](multicamera.md)). One array answers the images '
              'that several cameras took at about the same time, each image once; with one camera '
              'there is one for each image.', IdentityNodeConfig,
              ('`<camera>/tracks`, `<camera>/features` and `<camera>/faces` of every camera',
               '`<camera>/camera_info`, `/tf` and `/tf_static`, for places on the ground'),
              (PEOPLE, '`identity_events` (person_tracker_msgs/IdentityEvent)',
               '`/tf_static`, the poses that `camera_list` gives'),
              ('action `enrol_person`',
               'services `rename_person`, `merge_people`, `reject_identity`, `forget_person`, '
               '`list_people`')),
    Reference('visualiser', 'Shows the people of one camera on its images and in RViz; computes '
              'only what somebody subscribes to.', VisualiserConfig, (IMAGE, INFO, PEOPLE),
              (ANNOTATED, '`markers` (visualization_msgs/MarkerArray)')),
    Reference('recorder', "Keeps one camera's run as video, tracks, contact sheet and figures.",
              RecorderConfig, (ANNOTATED, PEOPLE, '`/diagnostics`')),
    Reference('lifecycle_manager', 'Configures and activates lifecycle nodes in order, and again '
              'when one of them comes back.', LifecycleManagerConfig),
    Reference('composed', 'All nodes of one or more cameras in one process; frames are handed '
              'over as arrays. Takes the parameters of the nodes it holds, too, by their names.',
              ComposedConfig),
)


def document() -> str:
    """Return the whole file."""
    return '\n'.join([INTRODUCTION, *(section(node) for node in NODES)])


def section(node: Reference) -> str:
    """Return what is written of one node."""
    lines = [f'## {node.name}', '', node.purpose, '']
    for title, items in (('Hears', node.hears), ('Says', node.says), ('Offers', node.offers)):
        if items:
            lines += [f'{title}: {"; ".join(items)}', '']
    lines += ['| parameter | default | allowed | live | what it causes |', '|---|---|---|---|---|']
    for name, value, about in walk(node.config()):
        allowed = about.allowed() or kind_of(value)
        lines.append(f'| `{name}` | {shown(value)} | {allowed} | {"live" if about.live else ""} | '
                     f'{about.description} |')
    return '\n'.join([*lines, ''])


def kind_of(value: Any) -> str:
    """Return in words what a parameter without a range takes."""
    return {bool: 'true, false', str: 'text', tuple: 'list of texts'}.get(type(value), 'number')


def shown(value: Any) -> str:
    """Return a default as YAML would show it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f'[{", ".join(value)}]'
    return f'{value:g}' if isinstance(value, float) else str(value)


if __name__ == '__main__':
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(document(), encoding='utf-8')
    print(f'wrote {PATH}')
