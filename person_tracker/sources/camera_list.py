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

"""Which cameras there are, and where: a YAML list for many, a few launch arguments for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from pathlib import Path
import re
from typing import Any

import numpy as np
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.geometry import CameraModel
from person_tracker.core.poses import BODY_FROM_OPTICAL
from person_tracker.core.settings import SettingError
from person_tracker.sources.calibration import CalibrationError
from person_tracker.sources.calibration import read_calibration
from person_tracker.sources.camera_pose import CameraPose
from person_tracker.sources.camera_pose import GROUND_FRAME
from person_tracker.sources.camera_pose import is_number
from person_tracker.sources.camera_pose import pose_from_content
import yaml

_NAME = re.compile(r'[A-Za-z][A-Za-z0-9_]*')
_TEXTS = ('name', 'source', 'image_topic', 'camera_info_topic', 'calibration')
_NODES = ('camera', 'detector', 'reid', 'one_shot', 'tracker', 'face', 'visualiser')


@dataclass(frozen=True)
class CameraEntry:
    """
    One camera of the list.

    Attributes
    ----------
    name
        Namespace of the camera's nodes, and its name in every message.
    source
        What the camera node opens; empty where a driver publishes the images.
    image_topic, camera_info_topic
        Topics of that driver; empty: `image_raw` and `camera_info` in the camera's namespace.
    calibration, parameters
        Calibration YAML for the camera node, empty: none; further parameters by node name
        (`detector: {min_score: 0.2}`).
    pose
        Where the camera is, None: not known, or told by tf.
    ground_points
        Points `u, v, x, y`, at least four: a pixel, and the place on the ground that it shows,
        metres. Empty: none.
    image_size
        Width and height of the image that these pixels are of; empty where there are none.

    """

    name: str
    source: str = ''
    image_topic: str = ''
    camera_info_topic: str = ''
    calibration: str = ''
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pose: CameraPose | None = None
    ground_points: tuple[tuple[float, ...], ...] = ()
    image_size: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be a camera."""
        check_name(self.name)
        _check_parameters(self.name, self.parameters)
        _check_points(self.name, self.ground_points, self.image_size)
        if self.ground_points:
            _from_points(self, None)

    @property
    def body_frame(self) -> str:
        """Return the name of the frame that `pose` is of."""
        return f'{self.name}_link'

    @property
    def optical_frame(self) -> str:
        """Return the name of the frame that its own images are in."""
        return str(self.parameters_of('camera')['frame_id'])

    def parameters_of(self, node: str) -> dict[str, Any]:
        """Return what this list sets on one of the camera's nodes."""
        own: dict[str, dict[str, Any]] = {
            'camera': {'source.uri': self.source, 'calibration': self.calibration,
                       'frame_id': f'{self.name}_optical_frame'},
            'tracker': {'camera': self.name},
            'visualiser': {'camera': self.name},
        }
        return {**own.get(node, {}), **self.parameters.get(node, {})}

    def remappings(self) -> list[tuple[str, str]]:
        """Return the remappings that let the camera's nodes hear its driver."""
        return [(name, topic) for name, topic in (
            ('image_raw', self.image_topic), ('camera_info', self.camera_info_topic)) if topic]


def check_name(name: object) -> None:
    """
    Refuse a name of a camera that cannot be a namespace.

    Raises
    ------
    SettingError
        Says what is allowed.

    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingError('name of a camera must be letters, digits and _ and start with a '
                           f'letter, got {name!r}')


def read_cameras(path: str | Path) -> list[CameraEntry]:
    """
    Return the cameras of a YAML file, `cameras:` and a list of entries with `CameraEntry`'s keys.

    Raises
    ------
    SettingError
        The file cannot be read, or an entry is not a camera; names file and entry.

    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingError(f'list of cameras {path} cannot be read: {error}') from None
    entries = content.get('cameras') if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise SettingError(f'{path} must hold a list `cameras:` with at least one entry')
    try:
        cameras = [_entry(entry) for entry in entries]
    except SettingError as error:
        raise SettingError(f'{path}: {error}') from None
    names = [camera.name for camera in cameras]
    if len(set(names)) != len(names):
        raise SettingError(f'{path}: each camera needs a name of its own, got {names}')
    return cameras


def ground_of(entry: CameraEntry, camera_model: CameraModel | None = None, *,
              ground_frame: str = GROUND_FRAME) -> CameraGround | None:
    """
    Return how a camera of the list sees the ground.

    Points on the ground come before a pose: they show the ground itself.

    Parameters
    ----------
    entry
        The camera.
    camera_model
        Its model, None: as its calibration says. Where the image has another size than the one
        with the points, the points are scaled.
    ground_frame
        Frame whose z = 0 is the ground. A pose in another frame says nothing of it here.

    Returns
    -------
    CameraGround or None
        None where the list does not tell.

    Raises
    ------
    SettingError
        The calibration cannot be read, or the pose lies in the ground.

    """
    if entry.ground_points:
        return _from_points(entry, camera_model)
    if entry.pose is None or entry.pose.frame != ground_frame:
        return None
    try:
        if camera_model is None and entry.calibration:
            camera_model = read_calibration(entry.calibration)
        if camera_model is None:
            return None
        return CameraGround.from_pose(
            camera_model, entry.pose.frame_from_body @ BODY_FROM_OPTICAL)
    except CalibrationError as error:
        raise SettingError(f'calibration of camera {entry.name!r}: {error}') from None
    except ValueError as error:
        raise SettingError(f'pose of camera {entry.name!r}: {error}') from None


def _from_points(entry: CameraEntry, camera_model: CameraModel | None) -> CameraGround:
    points = np.array(entry.ground_points)
    width, height = entry.image_size
    size = (camera_model.width, camera_model.height) if camera_model else (width, height)
    scale = np.divide(size, (width, height))
    try:
        return CameraGround.from_pairs(points[:, :2] * scale, points[:, 2:], size)
    except ValueError as error:
        raise SettingError(f'ground_points of camera {entry.name!r}: {error}') from None


def _check_parameters(camera: str, parameters: object) -> None:
    if not isinstance(parameters, Mapping):
        raise SettingError(
            f'parameters of camera {camera!r} must be a mapping by node, got {parameters!r}')
    for node, values in parameters.items():
        if node not in _NODES:
            raise SettingError(f'parameters of camera {camera!r} must be for one of '
                               f'{", ".join(_NODES)}, got {node!r}')
        if not isinstance(values, Mapping):
            raise SettingError(f'parameters of {node} of camera {camera!r} must be a mapping of '
                               f'names to values, got {values!r}')


def _check_points(camera: str, points: object, size: object) -> None:
    if not points and not size:
        return
    is_size = isinstance(size, tuple) and len(size) == 2 and all(
        isinstance(value, int) and value > 0 for value in size)
    if not is_size:
        raise SettingError(f'image_size of camera {camera!r} must be width and height of the '
                           f'image with ground_points, pixels, got {size!r}')
    if not isinstance(points, tuple) or not points:
        raise SettingError(f'ground_points of camera {camera!r} must be a list of points '
                           f'[u, v, x, y], got {points!r}')
    for point in points:
        if not isinstance(point, tuple) or len(point) != 4 or not all(map(is_number, point)):
            raise SettingError(f'a point of ground_points of camera {camera!r} must be four '
                               f'numbers, u and v in pixels, x and y in metres, got {point!r}')


def _entry(entry: Any) -> CameraEntry:
    known = [item.name for item in fields(CameraEntry)]
    if not isinstance(entry, dict) or 'name' not in entry:
        raise SettingError(f'each camera must be a mapping with a name, got {entry!r}')
    name = entry['name']
    for key in entry:
        if key not in known:
            raise SettingError(
                f'unknown key {key!r} of camera {name!r}; known are {", ".join(known)}')
    texts = {key: str(entry[key]) for key in _TEXTS if key in entry}
    return CameraEntry(
        **texts, parameters=entry.get('parameters') or {},
        pose=pose_from_content(name, entry.get('pose')),
        ground_points=_as_tuple(entry.get('ground_points') or ()),
        image_size=_as_tuple(entry.get('image_size') or ()))


def _as_tuple(value: Any) -> Any:
    """Return lists of lists as tuples of tuples, all else as it is."""
    return tuple(map(_as_tuple, value)) if isinstance(value, (list, tuple)) else value
