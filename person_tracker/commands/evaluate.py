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

"""`person_tracker evaluate`: compare tracks with ground truth."""

from argparse import ArgumentParser
from argparse import Namespace
from dataclasses import asdict
import json
from pathlib import Path
import sys

import numpy as np
from person_tracker.evaluation.metrics import evaluate
from person_tracker.evaluation.metrics import EvaluationError
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.evaluation.motchallenge import read_tracks
from person_tracker.evaluation.motchallenge import TrackRows
from person_tracker.evaluation.number_rows import FileFormatError

ERRORS = (EvaluationError, FileFormatError)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('--ground-truth', type=Path, required=True, metavar='FILE',
                        help='MOTChallenge ground truth, of the 2015 or a later layout')
    parser.add_argument('--tracks', type=Path, required=True, metavar='FILE',
                        help='MOTChallenge tracks, as run and track write them')
    parser.add_argument('--json', action='store_true', help='print JSON instead of a table')


def execute(arguments: Namespace) -> None:
    """Print the figures."""
    ground_truth = read_ground_truth(arguments.ground_truth)
    tracks = read_tracks(arguments.tracks)
    _warn_of_later_tracks(ground_truth, tracks)
    metrics = evaluate(ground_truth, tracks)
    print(json.dumps(asdict(metrics), indent=2) if arguments.json else metrics.to_markdown())


def _warn_of_later_tracks(ground_truth: GroundTruthRows, tracks: TrackRows) -> None:
    last = int(ground_truth.frames.max())
    later = np.count_nonzero(tracks.frames > last)
    if later:
        print(f'note: {later} track boxes lie after frame {last}, the last of the ground truth, '
              'and count as false', file=sys.stderr)
