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

"""What the scores in a file of detections mean."""

from argparse import ArgumentParser
from collections.abc import Sequence
import sys

from person_tracker.commands.arguments import UsageError
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.replay import usual_score_range
from person_tracker.evaluation.replay import with_unit_scores


def add_score_range_option(parser: ArgumentParser) -> None:
    """Let the scores that mean 0 and 1 be given."""
    parser.add_argument('--score-range', type=float, nargs=2, metavar=('LOW', 'HIGH'),
                        help='scores that mean 0 and 1; default 0 1, or 0 100 where scores '
                        'above 10 show that they are per cent')


def unit_scores(rows: DetectionRows, given: Sequence[float] | None) -> DetectionRows:
    """
    Return detections with scores in [0, 1]; says on stderr where the range was guessed.

    Raises
    ------
    UsageError
        The range that was given does not rise.

    """
    lowest, highest = given or usual_score_range(rows.scores)
    if not given and highest != 1.0:
        print(f'note: scores up to {rows.scores.max():g} are taken as per cent; '
              '--score-range says otherwise', file=sys.stderr)
    try:
        return with_unit_scores(rows, lowest, highest)
    except ValueError as error:
        raise UsageError(f'--score-range: {error}') from None
