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

"""`person_tracker multicamera`: one identity over cameras, on detections recorded before."""

from argparse import ArgumentParser
from argparse import Namespace
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import sys

import numpy as np
from person_tracker.commands.arguments import add_preset_option
from person_tracker.commands.arguments import add_set_option
from person_tracker.commands.arguments import positive_number
from person_tracker.commands.arguments import refuse_overwriting
from person_tracker.commands.arguments import UsageError
from person_tracker.commands.camera_files import camera_files
from person_tracker.commands.camera_files import CameraFiles
from person_tracker.commands.camera_files import choose_network
from person_tracker.commands.camera_files import read_recordings
from person_tracker.commands.camera_files import refuse_doubles
from person_tracker.commands.joint_outputs import JointOutputs
from person_tracker.commands.presets import with_preset
from person_tracker.commands.score_range import add_score_range_option
from person_tracker.core.camera_ground import CameraGround
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_BODY
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.settings import from_texts
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.tracker import TrackerConfig
from person_tracker.evaluation.joint_replay import common_frames
from person_tracker.evaluation.joint_replay import follow_together
from person_tracker.evaluation.joint_replay import identify
from person_tracker.evaluation.joint_replay import Recording
from person_tracker.evaluation.number_rows import FileFormatError
from person_tracker.models.errors import ModelError
from person_tracker.models.registry import known_calibrations
from person_tracker.sources.camera_list import ground_of
from person_tracker.sources.camera_list import read_cameras
from person_tracker.sources.camera_pose import GROUND_FRAME
from tqdm import tqdm

ERRORS = (FileFormatError, ModelError)


@dataclass(frozen=True)
class MulticameraConfig:
    """What `--set` can change; names as in the parameters of the nodes."""

    detect_every: int = setting(
        1, 'Use the detections of every n-th frame only; between, tracks move on as predicted.',
        minimum=1, maximum=10)
    tracker: TrackerConfig = group(TrackerConfig)
    identity: IdentityConfig = group(IdentityConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('--camera', type=camera_files, action='append', required=True,
                        dest='cameras', metavar='NAME:DETECTIONS[:EMBEDDINGS]',
                        help='a camera: MOTChallenge detections, and an .npz archive with det '
                        '(frame, x, y, width, height) and one array of embeddings per network; '
                        'once for each camera. Frames of one number were taken at one time')
    parser.add_argument('--calibration', type=Path, metavar='FILE',
                        help='where cameras see the floor: YAML list as the launch file takes it, '
                        'of ground_points, or of pose and calibration; see docs/multicamera.md')
    parser.add_argument('--model', metavar='NAME',
                        help='network that made the embeddings; default: the only one in the '
                        'archives, or the first one known')
    parser.add_argument('--scale', type=float, nargs=2, metavar=('MIDPOINT', 'SLOPE'),
                        help='what its similarities are worth, for a network that is not known: '
                        'cosine at which same and different are equally likely, log-odds per unit')
    parser.add_argument('--fps', type=positive_number, required=True, metavar='RATE',
                        help='frames per second of the recordings')
    add_score_range_option(parser)
    parser.add_argument('--as-told', action='store_true',
                        help='write what was known at each moment, as a robot would have heard '
                        'it; default: what is known in the end')
    parser.add_argument('--output', type=Path, required=True, metavar='DIR',
                        help='folder for NAME.txt of each camera, MOTChallenge tracks with ids of '
                        'all cameras, and people.csv')
    add_preset_option(parser)
    add_set_option(parser, 'identity.learning.decide_s=2')


def execute(arguments: Namespace) -> None:
    """Track, identify, write, and say how much there was."""
    config = from_texts(
        with_preset(MulticameraConfig(), arguments.preset), arguments.settings)
    cameras: list[CameraFiles] = arguments.cameras
    refuse_doubles(cameras)
    outputs = JointOutputs(arguments.output, [each.camera for each in cameras])
    inputs = [path for each in cameras for path in each.paths]
    refuse_overwriting(
        outputs.paths, inputs + [arguments.calibration] * bool(arguments.calibration))
    model, scales, keys = _network(cameras, arguments.model, arguments.scale)
    grounds = _grounds(arguments.calibration, [each.camera for each in cameras])
    recordings = read_recordings(cameras, keys, arguments.score_range)
    if len(cameras) > 1 and not (keys or grounds):
        print('note: with neither embeddings nor --calibration nothing tells that somebody is '
              'on two cameras', file=sys.stderr)
    elif config.identity.rule == 'mean' and (grounds or not keys):
        print('note: identity.rule=mean goes by embeddings alone; --calibration is of no use to '
              'it', file=sys.stderr)
    arguments.output.mkdir(parents=True, exist_ok=True)
    manager = IdentityManager(config.identity, scales=scales, generator=np.random.default_rng(0))
    _run(recordings, config, manager, outputs, model=model, grounds=grounds, fps=arguments.fps)
    people, shared = outputs.write(as_told=arguments.as_told)
    print(f'{len(common_frames(recordings))} frames, {len(cameras)} cameras, '
          f'{sum(len(each.rows) for each in recordings)} detections, {outputs.boxes} track boxes, '
          f'{people} people, {shared} of them on several cameras: {arguments.output}')


def _run(recordings: Sequence[Recording], config: MulticameraConfig, manager: IdentityManager,
         outputs: JointOutputs, *, model: str, grounds: Mapping[str, CameraGround],
         fps: float) -> None:
    images = follow_together(recordings, config.tracker, fps=fps, every=config.detect_every)
    # A log file gets a line now and then instead of an animation.
    every_s = 0.2 if sys.stderr.isatty() else 10.0
    total = len(common_frames(recordings)) * len(recordings)
    with tqdm(total=total, unit=' images', mininterval=every_s) as bar:
        for image, identities in identify(images, manager, model=model, grounds=grounds):
            outputs.add(image, identities, manager.take_events())
            manager.take_changes()
            bar.update()


def _network(cameras: Sequence[CameraFiles], wanted: str | None, scale: Sequence[float] | None,
             ) -> tuple[str, ScaleBook, dict[Path, str]]:
    """Return the network of the embeddings, its scale, and its array in each archive."""
    archives = [each.embeddings for each in cameras if each.embeddings is not None]
    if not archives:
        if wanted is not None or scale is not None:
            raise UsageError('--model and --scale are about embeddings, but no camera has any')
        return '', ScaleBook(), {}
    known = known_calibrations('reid')
    model, keys = choose_network(archives, wanted, list(known))
    if scale is not None:
        try:
            return model, ScaleBook({model: Calibration(*scale)}), keys
        except ValueError as error:
            raise UsageError(f'--scale: {error}') from None
    if model not in known:
        print(f'note: what similarities of {model} are worth is not known, so they are read with '
              f'care (as --scale {UNKNOWN_BODY.midpoint:g} {UNKNOWN_BODY.slope:g}); networks '
              f'known here are {", ".join(known)}', file=sys.stderr)
    return model, ScaleBook(known), keys


def _grounds(path: Path | None, cameras: Sequence[str]) -> dict[str, CameraGround]:
    """Return where cameras see the ground, as far as a list of cameras tells."""
    if path is None:
        return {}
    entries = {entry.name: entry for entry in read_cameras(path) if entry.name in cameras}
    found = {camera: ground_of(entry) for camera, entry in entries.items()}
    grounds = {camera: ground for camera, ground in found.items() if ground is not None}
    if not grounds:
        raise UsageError(f'{path} does not say of {" or ".join(cameras)} how it sees the ground: '
                         'it must have ground_points, or a calibration and a pose in the frame '
                         f'{GROUND_FRAME}')
    unknown = [camera for camera in cameras if camera not in grounds]
    if unknown:
        print(f'note: {path} does not say how the ground is seen by {", ".join(unknown)}',
              file=sys.stderr)
    return grounds
