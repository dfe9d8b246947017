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
CAMPUS Auditorium: four real cameras, people with one id over all of them, and where its ground is.

The recording (Xu et al., CVPR 2016) has 30 images per second; the cameras HC3 and HC4 see one part
of the place, IP2 and IP5 another, and people walk from the one to the other. Detections are those
of a real network. Frames are counted from 1 here, from 0 in the files.

The ground of HC3 and HC4 comes with the data (`cam_param.mat`: focal length, rotation and
position, in a frame of their own; image coordinates are plain x, y). Of IP2 and IP5 only rough
positions and directions are given (`scene_metadata.xml`), and most people there sit, so that boxes
end above the ground. The pose and focal length of IP2 here were fitted to 88 boxes of people who
stand, whole, in both views in the first 1000 frames: least transfer of feet and heads, priors from
that file, bodies of 1.67 m. IP5 is tied to it by points clicked once: the lower edges of 205 boxes
of 12 people in both images, every 20th of the first 1000 frames, standing or sitting, settle the
homography from image to image (least squares, large errors damped). Between HC3 and HC4 feet
agree to .30 m (90 %: .53), between IP2 and IP5 to .8 m (90 %: 1.4) over all 2700 frames.
"""

from dataclasses import dataclass
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.geometry import CameraModel
from person_tracker.core.ground import homography_from_camera
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.motchallenge import GroundTruthRows
from scipy.io import loadmat
from scipy.optimize import linear_sum_assignment

CAMERAS = ('HC3', 'HC4', 'IP2', 'IP5')
FPS = 30.0
IMAGE_SIZE = 1920, 1080
_SAME_IOU = 0.5
# From the frame of cam_param.mat, where HC4 stands in the origin, to that of scene_metadata.xml.
_HC_TURN_RAD, _HC_SHIFT_M = math.radians(-59.0), (0.9, 0.5, 0.0)


# IP2: position, metres; heading from x to y and tilt upwards, radians; focal length, pixels.
_POSITION_M, _HEADING_RAD, _TILT_RAD = (21.79, 28.68, 2.34), 3.8899, -0.1280
_FOCAL_PX = 2470.4
_IP2_FROM_IP5 = np.array([[4.02065e+00, -6.98771e+00, -3.45411e+03],
                          [7.81168e-01, -4.22012e+00, 3.29879e+02],
                          [1.35498e-03, -7.17753e-03, 1.0]])


@dataclass(frozen=True, eq=False)
class View:
    """
    What one camera saw.

    Attributes
    ----------
    truth
        People who can be seen; ids are those of all cameras, from 1.
    detections
        What a network found.

    """

    truth: GroundTruthRows
    detections: DetectionRows


def read_views(folder: Path, first: int = 1, last: int = 2700) -> dict[str, View]:
    """Read frames from `first` to `last`, both included and counted from 1, of every camera."""
    return {camera: View(_read_truth(folder / f'view-{camera}.txt', first, last),
                         _read_detections(folder / f'view-{camera}.det.txt', first, last))
            for camera in CAMERAS}


def _read_truth(path: Path, first: int, last: int) -> GroundTruthRows:
    values = np.loadtxt(path, usecols=range(7), ndmin=2)
    frames = values[:, 5].astype(np.int64) + 1
    is_lost = values[:, 6] != 0
    chosen = np.flatnonzero(~is_lost & (frames >= first) & (frames <= last))
    rows = chosen[np.argsort(frames[chosen], kind='stable')]
    boxes = np.hstack((values[rows, 1:3], values[rows, 3:5] - values[rows, 1:3]))
    return GroundTruthRows(frames[rows], values[rows, 0].astype(np.int64) + 1, boxes,
                           np.ones(len(rows), np.bool_), None)


def _read_detections(path: Path, first: int, last: int) -> DetectionRows:
    values = np.loadtxt(path, delimiter=',', ndmin=2)
    frames = values[:, 0].astype(np.int64) + 1
    chosen = np.flatnonzero((frames >= first) & (frames <= last))
    rows = chosen[np.argsort(frames[chosen], kind='stable')]
    return DetectionRows(frames[rows], values[rows, 2:6], values[rows, 6])


def people_on(frames: NDArray[np.int64], boxes_xywh: NDArray[np.float64],
              truth: GroundTruthRows) -> NDArray[np.int64]:
    """
    Find out whom boxes, by ascending frame, show: one to one, at an overlap of at least .5.

    Returns
    -------
    NDArray[np.int64]
        Shape (N,): ids of the ground truth, 0 where a box shows nobody.

    """
    people = np.zeros(len(frames), np.int64)
    for frame in np.unique(frames).tolist():
        first, end = np.searchsorted(frames, (frame, frame + 1))
        known, known_end = np.searchsorted(truth.frames, (frame, frame + 1))
        overlaps = _ious(boxes_xywh[first:end], truth.boxes_xywh[known:known_end])
        for row, person in zip(*linear_sum_assignment(overlaps, maximize=True)):
            if overlaps[row, person] >= _SAME_IOU:
                people[first + row] = truth.track_ids[known + person]
    return people


def _ious(ones: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    lower = np.maximum(ones[:, None, :2], others[None, :, :2])
    upper = np.minimum((ones[:, :2] + ones[:, 2:])[:, None], others[:, :2] + others[:, 2:])
    shared = np.prod(np.maximum(upper - lower, 0.0), axis=2)
    areas = np.prod(ones[:, 2:], axis=1)[:, None] + np.prod(others[:, 2:], axis=1)
    return np.asarray(shared / (areas - shared))


def read_grounds(folder: Path) -> dict[str, CameraGround]:
    """Return the ground that each camera looks at, metres, one frame for all."""
    found = {}
    turn = np.array([[math.cos(_HC_TURN_RAD), -math.sin(_HC_TURN_RAD), 0.0],
                     [math.sin(_HC_TURN_RAD), math.cos(_HC_TURN_RAD), 0.0], [0.0, 0.0, 1.0]])
    for name, K, R, T, *_ in loadmat(folder / 'cam_param.mat')['cam_param'].ravel():
        pose = np.eye(4)
        U, _, Vt = np.linalg.svd(R)  # the rotation nearest to the digits given
        pose[:3, :3] = turn @ (U @ Vt).T
        pose[:3, 3] = turn @ T.ravel() + _HC_SHIFT_M
        found[str(name.item()).removeprefix('view-')] = homography_from_camera(
            _camera(float(K[0, 0])), pose)
    found['IP2'] = homography_from_camera(_camera(_FOCAL_PX), _pose())
    # Seen from IP5 the same ground is below the horizon, where the sign is to be positive.
    found['IP5'] = -found['IP2'] @ _IP2_FROM_IP5
    return {camera: CameraGround(found[camera], IMAGE_SIZE) for camera in CAMERAS}


def _camera(focal_px: float) -> CameraModel:
    width, height = IMAGE_SIZE
    return CameraModel.from_field_of_view(
        width, height, 2.0 * math.atan(width / 2.0 / focal_px))


def _pose() -> NDArray[np.float64]:
    """Return world_from_optical of IP2, held level but for its tilt."""
    heading, tilt = _HEADING_RAD, _TILT_RAD
    forward = np.array([math.cos(heading) * math.cos(tilt), math.sin(heading) * math.cos(tilt),
                        math.sin(tilt)])
    right = np.array([math.sin(heading), -math.cos(heading), 0.0])
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack((right, np.cross(forward, right), forward))
    pose[:3, 3] = _POSITION_M
    return pose
