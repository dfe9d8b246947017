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
Measure the two ways to read a face, nearest prototype and SVM, where strangers come by as well.

Run `python -m benchmarks.face_classifiers --data FOLDER`; it prints a table. Half of the people of
whom there are photos enough are enrolled, everybody else is a stranger, and every photo that was
not enrolled is shown once; that is drawn again and again.

With `--bodies FILE` a larger set follows: embeddings of bodies, which stand in for faces because
there are hundreds of people. Some of the people take part only in finding the mean of all, which
is taken off: faces have none to speak of. Bodies are harder than faces, so the figures compare
the two ways with each other and say nothing about faces.
"""

from argparse import ArgumentParser
from collections.abc import Mapping
from collections.abc import Sequence
import csv
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.document import table
from benchmarks.reentry import Crops
import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_FACE
from person_tracker.core.recognition import FaceClassifier
from person_tracker.core.recognition import prior
from person_tracker.core.recognition import RecognitionConfig
from person_tracker.models.face_svm import FaceSvm
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.faces import FaceConfig

LABELS = ('master.csv', 'face-recognition-pivot.csv')
FACE_LOOKS = (1, 2, 3)
BODY_SIZES = ((100, 2), (100, 5), (200, 5))  # people enrolled, looks of each
_PEOPLE_FOR_MEAN = 75
_OWN_SHOWN = 10  # looks shown of each enrolled person at most, so that nobody weighs too much


@dataclass(frozen=True, eq=False)
class Draw:
    """
    Who is enrolled and who comes by.

    Attributes
    ----------
    enrolled, own, strangers
        Rows of the looks that are learnt, of others of the same people, and of other people.

    """

    enrolled: NDArray[np.intp]
    own: NDArray[np.intp]
    strangers: NDArray[np.intp]


@dataclass(frozen=True)
class Result:
    """
    What came out of one draw; parts of the looks shown, in [0, 1].

    Attributes
    ----------
    best
        Enrolled people named rightly with the lowest threshold at which no stranger is named.
    good
        The same where one stranger in a hundred may be named.
    right, wrong
        Enrolled people named rightly, and by another's name, at the default threshold.
    strangers
        Strangers given a name at the default threshold.
    fit_s
        Time to learn, seconds.

    """

    best: float
    good: float
    right: float
    wrong: float
    strangers: float
    fit_s: float


class Nearest:
    """Says what the most alike prototype of each person is worth."""

    def __init__(self) -> None:
        """Start without people."""
        self.person_ids: tuple[str, ...] = ()

    def fit(self, embeddings: NDArray[np.float32], person_ids: Sequence[str],
            calibration: Calibration) -> None:
        """Keep the prototypes."""
        self._calibration = calibration
        self.person_ids = tuple(dict.fromkeys(person_ids))
        owners = np.array(person_ids)
        self._prototypes = [embeddings[owners == person_id] for person_id in self.person_ids]

    def log_odds(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log-odds, one row per look, one column per person."""
        nearest = [(embeddings @ kept.T).max(axis=1) for kept in self._prototypes]
        return self._calibration.log_odds(np.stack(nearest, axis=1))


def draw(people: NDArray[np.int64], enrolled: int, looks: int,
         random: np.random.Generator) -> Draw:
    """Enrol as many people, by so many looks each; who is to be shown has one look more."""
    names, counts = np.unique(people, return_counts=True)
    chosen = random.choice(names[counts > looks], enrolled, replace=False)
    mixed = [random.permutation(np.flatnonzero(people == name)) for name in chosen]
    return Draw(np.concatenate([rows[:looks] for rows in mixed]),
                np.concatenate([rows[looks:looks + _OWN_SHOWN] for rows in mixed]),
                np.flatnonzero(~np.isin(people, chosen)))


def judged(classifier: FaceClassifier, crops: Crops, drawn: Draw,
           calibration: Calibration) -> Result:
    """Enrol, show everybody, and count who is named; default thresholds are those of identity."""
    config = RecognitionConfig()
    names = crops.people[drawn.enrolled].astype(str).tolist()
    start_s = perf_counter()
    classifier.fit(crops.embeddings[drawn.enrolled], names, calibration)
    fit_s = perf_counter() - start_s
    shown = np.concatenate((drawn.own, drawn.strangers))
    log_odds = classifier.log_odds(crops.embeddings[shown]) + prior(len(classifier.person_ids))
    is_right = np.array(classifier.person_ids)[log_odds.argmax(axis=1)] == (
        crops.people[shown].astype(str))
    # Without a look, or where the runner-up is near, nobody is named whatever the threshold.
    ordered = np.sort(log_odds, axis=1)
    doubtful = ~crops.embeddings[shown].any(axis=1)
    if log_odds.shape[1] > 1:
        doubtful |= ordered[:, -1] - ordered[:, -2] < config.min_margin
    sureness = np.where(doubtful, -np.inf, ordered[:, -1])
    own, strangers = np.split(sureness, [len(drawn.own)])
    is_right = is_right[:len(own)]
    named = own >= config.accept_log_odds
    return Result(_right_above(own, is_right, strangers, 0),
                  _right_above(own, is_right, strangers, len(strangers) // 100),
                  float(np.mean(is_right & named)), float(np.mean(~is_right & named)),
                  float(np.mean(strangers >= config.accept_log_odds)), fit_s)


def _right_above(own: NDArray[np.float32], is_right: NDArray[np.bool_],
                 strangers: NDArray[np.float32], allowed: int) -> float:
    """Return the part named rightly at the threshold that lets so many strangers pass."""
    threshold = np.sort(strangers)[-1 - allowed]
    return float(np.mean(is_right & (own > threshold)))


def compared(crops: Crops, calibration: Calibration, enrolled: int, looks: int,
             draws: int) -> Mapping[str, list[Result]]:
    """Judge both ways on the same draws."""
    ways: dict[str, FaceClassifier] = {
        'nearest prototype': Nearest(), 'SVM': FaceSvm()}
    results: dict[str, list[Result]] = {name: [] for name in ways}
    for seed in range(draws):
        drawn = draw(crops.people, enrolled, looks, np.random.default_rng(seed))
        for name, classifier in ways.items():
            results[name].append(judged(classifier, crops, drawn, calibration))
    return results


def identities(folder: Path) -> dict[str, int]:
    """
    Return who is in each photo, from pairs that are said to show one person or two.

    Photos that are linked by pairs of one person show one person, numbered from 1.
    """
    groups: dict[str, set[str]] = {}
    for name in LABELS:
        with (folder / name).open(encoding='utf-8', newline='') as file:
            for first, second, decision, *_ in list(csv.reader(file))[1:]:
                pair = [Path(photo.strip()).name for photo in (first, second)]
                one, other = (groups.setdefault(photo, {photo}) for photo in pair)
                if decision.strip() == 'Yes' and one is not other:
                    one |= other
                    groups.update(dict.fromkeys(other, one))
    numbers: dict[frozenset[str], int] = {}
    return {photo: numbers.setdefault(frozenset(groups[photo]), len(numbers) + 1)
            for photo in sorted(groups)}


def photographed(folder: Path, analyser: FaceAnalyser) -> Crops:
    """Return the largest face in each photo whose person is known; zeros where there is none."""
    people = identities(folder)
    embeddings = np.zeros((len(people), analyser.dimension), np.float32)
    for row, photo in enumerate(people):
        image = cv2.imread(str(folder / photo))
        if image is None:
            raise FileNotFoundError(f'{folder / photo} is not there or not an image')
        faces = analyser.in_frame(np.asarray(image, np.uint8))
        if len(faces):
            low, high = faces.boxes_xyxy[:, :2], faces.boxes_xyxy[:, 2:]
            embeddings[row] = faces.embeddings[np.prod(high - low, axis=1).argmax()]
    return Crops(embeddings, np.array(list(people.values()), np.int64))


def centred(crops: Crops, random: np.random.Generator) -> Crops:
    """Take off the mean of some people, who are then left out."""
    for_mean = random.choice(np.unique(crops.people), _PEOPLE_FOR_MEAN, replace=False)
    is_left_out = np.isin(crops.people, for_mean)
    looks = crops.embeddings[~is_left_out] - crops.embeddings[is_left_out].mean(axis=0)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return Crops(looks, crops.people[~is_left_out])


def row_of(enrolled: int, looks: int, name: str, results: Sequence[Result]) -> list[str]:
    """Return one line of the table: means over the draws, and the median time."""
    means = [np.mean([getattr(result, part) for result in results])
             for part in ('best', 'good', 'right', 'wrong', 'strangers')]
    fit_ms = 1e3 * np.median([result.fit_s for result in results])
    return [str(enrolled), str(looks), name, *(f'{100.0 * mean:.1f} %' for mean in means),
            f'{fit_ms:.1f} ms']


def report(crops: Crops, calibration: Calibration, sizes: Sequence[tuple[int, int]],
           draws: int) -> str:
    """Return a table over sizes: people enrolled, looks of each."""
    rows = [row_of(enrolled, looks, name, results) for enrolled, looks in sizes
            for name, results in compared(crops, calibration, enrolled, looks, draws).items()]
    return table(('enrolled', 'looks', 'way', 'right at 0 strangers', 'right at 1 % strangers',
                  'right', 'wrong', 'strangers named', 'to learn'), rows, texts=3)


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description='Compare nearest prototype and SVM on faces.')
    parser.add_argument('--data', type=Path, required=True,
                        help='folder of photos with ' + ' and '.join(LABELS))
    parser.add_argument('--bodies', type=Path, nargs='*', default=[],
                        help='archives of body embeddings with `embedding` and `person`')
    parser.add_argument('--draws', type=int, default=50, help='draws of each size; default 50')
    parser.add_argument('--encoder', default=FaceConfig().encoder, metavar='NAME',
                        help='face recognition network; default the default one')
    arguments = parser.parse_args()
    analyser = FaceAnalyser(FaceConfig(encoder=arguments.encoder))
    crops = photographed(arguments.data, analyser)
    names, counts = np.unique(crops.people, return_counts=True)
    print(f'{len(crops.people)} photos of {len(names)} people, '
          f'{np.count_nonzero(~crops.embeddings.any(axis=1))} without a face; {analyser.name}\n')
    sizes = [(int(np.count_nonzero(counts > looks)) // 2, looks) for looks in FACE_LOOKS]
    print(report(crops, analyser.calibration, [(1, 2), *sizes], arguments.draws))
    for path in arguments.bodies:
        bodies = centred(Crops.read(path), np.random.default_rng(0))
        print(f'\n{path.stem}: {len(bodies.people)} looks of bodies, '
              f'{len(np.unique(bodies.people))} people\n')
        print(report(bodies, UNKNOWN_FACE, BODY_SIZES, max(1, arguments.draws // 10)))


if __name__ == '__main__':
    main()
