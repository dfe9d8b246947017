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

"""`person_tracker track`: the tracker alone, on detections that were recorded before."""

from argparse import ArgumentParser
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from person_tracker.commands.arguments import add_preset_option
from person_tracker.commands.arguments import add_set_option
from person_tracker.commands.arguments import positive_number
from person_tracker.commands.arguments import refuse_overwriting
from person_tracker.commands.arguments import UsageError
from person_tracker.commands.presets import with_preset
from person_tracker.commands.score_range import add_score_range_option
from person_tracker.commands.score_range import unit_scores
from person_tracker.core.settings import from_texts
from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.core.tracker import Tracker
from person_tracker.core.tracker import TrackerConfig
from person_tracker.evaluation.camera_motion import read_camera_motion
from person_tracker.evaluation.embeddings import read_embeddings
from person_tracker.evaluation.motchallenge import read_detections
from person_tracker.evaluation.number_rows import FileFormatError
from person_tracker.evaluation.replay import replay
from person_tracker.evaluation.track_writer import TrackWriter

ERRORS = (FileFormatError,)


@dataclass(frozen=True)
class TrackCommandConfig:
    """What `--set` can change; names as in `run`."""

    detect_every: int = setting(
        1, 'Use the detections of every n-th frame only; between, tracks move on as predicted.',
        minimum=1, maximum=10)
    tracker: TrackerConfig = group(TrackerConfig)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('--detections', type=Path, required=True, metavar='FILE',
                        help='MOTChallenge detections: frame,id,x,y,width,height,score')
    parser.add_argument('--embeddings', type=Path, metavar='FILE',
                        help='.npz archive: det (frame, x, y, width, height) and one array of '
                        'embeddings per network, same rows')
    parser.add_argument('--embedding-key', metavar='KEY', help='which array of the archive')
    parser.add_argument('--camera-motion', type=Path, metavar='FILE',
                        help='per line: frame and the six numbers of the 2x3 affine map from '
                        'the frame before')
    parser.add_argument('--fps', type=positive_number, required=True, metavar='RATE',
                        help='frames per second of the recording')
    add_score_range_option(parser)
    parser.add_argument('--output', type=Path, required=True, metavar='FILE',
                        help='MOTChallenge tracks to write')
    add_preset_option(parser)
    add_set_option(parser, 'tracker.max_lost_s=3')


def execute(arguments: Namespace) -> None:
    """Track, write, and say how much there was."""
    config = from_texts(
        with_preset(TrackCommandConfig(), arguments.preset), arguments.settings)
    inputs = (arguments.detections, arguments.embeddings, arguments.camera_motion)
    refuse_overwriting([arguments.output], [path for path in inputs if path is not None])
    if (arguments.embeddings is None) != (arguments.embedding_key is None):
        raise UsageError('--embeddings and --embedding-key must be given together')
    rows = read_detections(arguments.detections)
    embeddings = None
    if arguments.embeddings is not None:
        embeddings = read_embeddings(arguments.embeddings, arguments.embedding_key, rows)
    motion = read_camera_motion(arguments.camera_motion) if arguments.camera_motion else None
    tracker = Tracker(config.tracker)
    frames, boxes, ids = 0, 0, set()
    with TrackWriter(arguments.output) as writer:
        for frame, tracks in replay(
                tracker, unit_scores(rows, arguments.score_range), fps=arguments.fps,
                embeddings=embeddings, camera_motion=motion, every=config.detect_every):
            people = tracks.confirmed()
            writer.write(frame, people.track_ids, people.boxes_xyxy, people.scores)
            frames += 1
            boxes += len(people)
            ids.update(people.track_ids.tolist())
    print(f'{frames} frames, {len(rows)} detections, {boxes} track boxes, {len(ids)} ids: '
          f'{arguments.output}')
