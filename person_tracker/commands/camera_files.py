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

"""Recordings of several cameras, as the command line names them."""

from argparse import ArgumentTypeError
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import re

from person_tracker.commands.arguments import UsageError
from person_tracker.commands.score_range import unit_scores
from person_tracker.evaluation.embeddings import networks_of
from person_tracker.evaluation.embeddings import read_embeddings
from person_tracker.evaluation.joint_replay import Recording
from person_tracker.evaluation.motchallenge import read_detections
from person_tracker.evaluation.number_rows import FileFormatError

_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]*')  # it becomes the name of a file


@dataclass(frozen=True)
class CameraFiles:
    """
    Files of one camera.

    Attributes
    ----------
    camera
        Its name.
    detections
        MOTChallenge text.
    embeddings
        Archive with the looks of these detections, None where there is none.

    """

    camera: str
    detections: Path
    embeddings: Path | None

    @property
    def paths(self) -> list[Path]:
        """Return every file."""
        return [path for path in (self.detections, self.embeddings) if path is not None]


def camera_files(text: str) -> CameraFiles:
    """Read `NAME:detections.txt[:embeddings.npz]`."""
    name, *paths = text.split(':')
    if len(paths) not in (1, 2) or not all(paths):
        raise ArgumentTypeError(
            f'must be NAME:detections.txt or NAME:detections.txt:embeddings.npz, got {text!r}')
    if not _NAME.fullmatch(name):
        raise ArgumentTypeError('the name of a camera must be letters, digits, _ and - and not '
                                f'begin with _ or -, got {name!r}')
    return CameraFiles(name, Path(paths[0]), Path(paths[1]) if len(paths) == 2 else None)


def refuse_doubles(cameras: Sequence[CameraFiles]) -> None:
    """
    Refuse two cameras of one name.

    Raises
    ------
    UsageError
        Names the camera.

    """
    names = [each.camera for each in cameras]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f'camera {name!r} is given twice')


def read_recordings(cameras: Sequence[CameraFiles], keys: Mapping[Path, str],
                    score_range: Sequence[float] | None) -> list[Recording]:
    """
    Read what the cameras saw; their frames may be counted from 0 or from 1.

    Parameters
    ----------
    cameras
        Files of each.
    keys
        By archive: name of the array with the embeddings.
    score_range
        Scores that mean 0 and 1; None: guessed.

    Raises
    ------
    FileFormatError
        A file does not hold what it should, or the embeddings of two cameras cannot be compared.

    """
    found: list[Recording] = []
    widths: dict[int, Path] = {}
    for each in cameras:
        rows = read_detections(each.detections, first_frame=0)
        looks = None
        if each.embeddings is not None:
            looks = read_embeddings(each.embeddings, keys[each.embeddings], rows)
            widths.setdefault(looks.shape[1], each.embeddings)
        found.append(Recording(each.camera, unit_scores(rows, score_range), looks))
    if len(widths) > 1:
        (one, path), (other, other_path), *_ = widths.items()
        raise FileFormatError(f'embeddings of one network are of one length, got {one} numbers '
                              f'in {path} and {other} in {other_path}')
    return found


def choose_network(archives: Sequence[Path], wanted: str | None,
                   known: Sequence[str]) -> tuple[str, dict[Path, str]]:
    """
    Find the network whose embeddings are in every archive.

    Parameters
    ----------
    archives
        At least one.
    wanted
        Its name, or None for the only one there is, or the first that is known.
    known
        Networks with a scale that is known.

    Returns
    -------
    tuple
        Name of the network; for each archive the name of its array.

    Raises
    ------
    UsageError
        There is none, or more than one; says what there is.

    """
    held = {path: networks_of(path) for path in archives}
    common = [name for name in held[archives[0]] if all(name in each for each in held.values())]
    if wanted is None:
        choices = common[:1] if len(common) == 1 else [each for each in common if each in known]
        if not choices:
            raise UsageError(f'{_contents(held)}; say with --model which network all cameras '
                             f'have in common; networks known here are {", ".join(known)}')
        return choices[0], dict.fromkeys(archives, choices[0])
    if wanted in common:
        return wanted, dict.fromkeys(archives, wanted)
    if wanted in known and all(len(each) == 1 for each in held.values()):
        return wanted, {path: names[0] for path, names in held.items()}
    raise UsageError(f'no embeddings of a network {wanted!r}: {_contents(held)}; networks known '
                     f'here are {", ".join(known)}')


def _contents(held: Mapping[Path, Sequence[str]]) -> str:
    return ', '.join(f'{path} holds {" and ".join(names) or "none"}'
                     for path, names in held.items())
