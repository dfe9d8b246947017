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
How well faces are told apart, beside OpenCV's own chain around the same two networks.

Run `python -m benchmarks.faces`; the tables are printed. The status is 1 where a bar is missed.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
import os
from pathlib import Path
import sys

from benchmarks import bar
from benchmarks import machine
from benchmarks.document import table
from benchmarks.face_chains import Chain
from benchmarks.face_chains import chains
from benchmarks.face_chains import Ours
from benchmarks.face_chains import processor_ms
from benchmarks.face_chains import read_image
from benchmarks.face_photos import area_under_curve
from benchmarks.face_photos import every_pair
from benchmarks.face_photos import Looks
from benchmarks.face_photos import MORE_PAIRS
from benchmarks.face_photos import open_set
from benchmarks.face_photos import PAIRS
from benchmarks.face_photos import people_of
from benchmarks.face_photos import read_pairs
from benchmarks.face_photos import similarities
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.models.errors import ModelError
from PIL import Image
from PIL import ImageSequence

SHARED = Path(os.environ.get(
    'PERSON_TRACKER_SHARED', Path(__file__).resolve().parents[2] / 'shared'))
CLIP = 'head-pose-face-detection-female-and-male.gif'
ENROLLED = 5
AUC_BAR, IDENTIFIED_BAR = 0.995, 0.95


def photo_rows(compared: Sequence[Chain], folder: Path, calibration: Calibration,
               draws: int) -> tuple[list[list[str]], list[bar.Bar]]:
    """Return a row of each chain on the photos, and the bars of the first, ours."""
    pairs = read_pairs(folder / PAIRS)
    people = people_of([*pairs, *read_pairs(folder / MORE_PAIRS)])
    everyone = every_pair(people)
    rows, bars = [], []
    for chain in compared:
        looks: Looks = {photo: chain.faces(read_image(folder / photo)).largest()
                        for photos in people for photo in photos}
        auc = area_under_curve(similarities(pairs, looks), np.array([p.is_same for p in pairs]))
        values, same = similarities(everyone, looks), np.array([p.is_same for p in everyone])
        result = open_set(people, looks, calibration, ENROLLED, draws)
        rows.append([
            chain.label, str(sum(look is None for look in looks.values())), f'{auc:.4f}',
            f'{area_under_curve(values, same):.4f}', _spread(values[same]),
            _spread(values[~same]), f'{values[~same].max():.2f}', f'{result.identified:.1%}',
            str(result.wrong), f'{result.strangers_named} of {result.strangers}'])
        bars += [bar.Bar('AUC of the labelled pairs', auc, least=AUC_BAR, digits=4),
                 bar.Bar('identified, open set', result.identified, least=IDENTIFIED_BAR),
                 bar.Bar('strangers named', result.strangers_named, most=0.0, digits=0),
                 bar.Bar('wrong names', result.wrong, most=0.0, digits=0)]
    return rows, bars[:4]


def clip_rows(compared: Sequence[Chain], clip: Path, calibration: Calibration,
              ) -> tuple[list[list[str]], list[bar.Bar]]:
    """
    Return a row of each chain on a clip of two people, and the bars of the first, ours.

    Both are enrolled from the first image, one look each; who is who follows from the sides they
    stay on. Recognised: likelier than a stranger and than the other by the usual margins.
    """
    with Image.open(clip) as opened:
        images = [np.asarray(frame.convert('RGB'))[:, :, ::-1].copy()
                  for frame in ImageSequence.Iterator(opened)]
    rows, bars = [], []
    for chain in compared:
        by_side = [_sides(chain, image) for image in images]
        enrolled = by_side[0]
        own, cross, right, wrong = [], [], 0, 0
        for sides in by_side[1:]:
            for side, look in sides.items():
                values = {key: float(look @ known) for key, known in enrolled.items()}
                odds = calibration.log_odds(np.array([values[side], values[1 - side]]))
                own.append(values[side])
                cross.append(values[1 - side])
                right += int(odds[0] - np.log(2.0) >= 4.0 and odds[0] - odds[1] >= 3.0)
                wrong += int(odds[1] - np.log(2.0) >= 4.0 and odds[1] - odds[0] >= 3.0)
        count = 2 * (len(images) - 1)
        rows.append([chain.label, f'{right} of {count}', str(wrong), f'{min(own):.2f}',
                     f'{np.mean(own):.2f}', f'{max(cross):.2f}'])
        bars += [bar.Bar('clip: recognised', right / count, least=0.95),
                 bar.Bar('clip: confused', wrong, most=0.0, digits=0)]
    return rows, bars[:2]


def speed_rows(ours: Sequence[Ours], peer: Chain, folder: Path) -> list[list[str]]:
    """Return processor time per face of a photo of 640x640, one thread each."""
    photo = read_image(folder / 'img11.jpg')[:600, :600]
    rows = [[chain.label, f'{processor_ms(lambda: chain.faces(photo)):.1f} ms']  # noqa: B023
            for chain in (*ours, peer)]
    box = np.array([[100.0, 20.0, 480.0, 600.0]], np.float32)
    for chain in ours:
        track_ms = processor_ms(
            lambda: chain.analyser.in_tracks(photo, box, np.array([1])))  # noqa: B023
        rows.append([f'{chain.label}: a track', f'{track_ms:.1f} ms'])
    return rows


def main(texts: list[str] | None = None) -> int:
    """Measure and print; the status is 1 where a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, metavar='FOLDER',
                        default=SHARED / 'data' / 'face' / 'deepface_tests',
                        help=f'photos, {PAIRS} and {MORE_PAIRS}')
    parser.add_argument('--clip', type=Path, default=SHARED / 'data' / 'video' / CLIP,
                        metavar='FILE', help='an animated picture of two people side by side')
    parser.add_argument('--draws', type=int, default=100, help='of people who are enrolled')
    arguments = parser.parse_args(texts)
    try:
        compared = chains()
        ours = [chain for chain in compared if isinstance(chain, Ours)]
        calibration = ours[0].analyser.calibration
        photos, bars = photo_rows(compared, arguments.data, calibration, arguments.draws)
        clip, more_bars = clip_rows(compared, arguments.clip, calibration)
        speeds = speed_rows(ours, compared[-1], arguments.data)
    except (ModelError, OSError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    bars += more_bars
    print('\n\n'.join((
        f'{machine.description()}.',
        f'Photos; {ENROLLED} people enrolled from two photos each, {arguments.draws} draws:',
        table(('chain', 'no face', 'AUC, labelled', 'AUC, all pairs', 'same', 'different',
               'highest different', 'identified', 'wrong', 'strangers named'), photos),
        'A clip of two people who lean their heads, enrolled from its first image:',
        table(('chain', 'recognised', 'confused', 'lowest own', 'mean own', 'highest other'),
              clip),
        'Processor time, one thread:', table(('chain', 'per image of one face'), speeds),
        'Against what is asked for:', table(bar.HEADINGS, [each.cells() for each in bars]))))
    return 0 if all(each.is_met for each in bars) else 1


def _sides(chain: Chain, image: NDArray[np.uint8]) -> dict[int, NDArray[np.float32]]:
    """Return the look of the person on the left, 0, and on the right, 1."""
    faces = chain.faces(image)
    centres = 0.5 * (faces.boxes_xyxy[:, 0] + faces.boxes_xyxy[:, 2])
    return {int(centre > 0.5 * image.shape[1]): look
            for centre, look in zip(centres, faces.embeddings) if look.any()}


def _spread(values: NDArray[np.float64]) -> str:
    return f'{values.mean():.2f} +- {values.std():.2f}'


if __name__ == '__main__':
    sys.exit(main())
