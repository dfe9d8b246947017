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
Whose face it is, told by support vector machines over the looks of the enrolled people.

One linear machine per person separates that person's looks from those of the others and from the
zero vector. The zero vector stands for all strangers: embeddings of different people are nearly
orthogonal, so a plane that keeps zero out keeps strangers out. With one person enrolled this is
the one-class machine of Schoelkopf et al. (Neural Computation 13, 2001).

The signed distance `d` of a face from a person's plane becomes the log-odds `slope d + offset`:
one sigmoid for all people (Platt 1999), fitted to looks that were held out, each person's own and
those of people who were unknown to the machine. Before there are any, the network's calibration
gives the sigmoid: the machine of a person with the one look `x` has `d(y) = cos(x, y) - 1/2`.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.evidence import UNKNOWN_FACE
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate
from person_tracker.models.errors import ModelError

try:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC
except ImportError as error:
    raise ModelError('reading faces by SVM needs scikit-learn, which is not installed: install '
                     'the extra `svm` of person_tracker') from error

Rows = NDArray[np.intp]
Values = NDArray[np.float64]

_TURNS = 3  # in each of which another third of the looks and of the people is held out


@dataclass(frozen=True)
class FaceSvmConfig:
    """How people are told apart."""

    penalty: float = setting(
        3.0, 'Cost of a look on the wrong side, C of the machines; a lower one forgives outliers, '
        'below 2 also a single look.', minimum=0.0, exclusive_minimum=True, maximum=1e6)
    rivals: int = setting(
        128, 'Looks of other people, the most alike ones, that a person is separated from; more '
        'take longer.', minimum=1, maximum=1_000_000)
    calibration_people: int = setting(
        50, 'People whose held-out looks fit the sigmoid, at most; more take longer.',
        minimum=1, maximum=100_000)
    prior_looks: float = setting(
        10.0, "Held-out looks that the network's own calibration counts for beside them.",
        minimum=0.1, maximum=1e6)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class FaceSvm:
    """
    Says of each enrolled person how likely a face is theirs; low for all: a stranger's.

    Attributes
    ----------
    person_ids
        Who is known, in the order of their first look given to `fit`.

    """

    def __init__(self, config: FaceSvmConfig | None = None) -> None:
        """Start without people."""
        self._config = config or FaceSvmConfig()
        self._calibration = UNKNOWN_FACE
        self.person_ids: tuple[str, ...] = ()
        self._directions = np.empty((0, 0), np.float32)
        self._offsets = np.empty(0, np.float32)

    def fit(self, embeddings: NDArray[np.float32], person_ids: Sequence[str],
            calibration: Calibration = UNKNOWN_FACE) -> None:
        """
        Learn who is known; what was learnt before is given up.

        Parameters
        ----------
        embeddings
            Shape (N, D), L2-normalised; one look is enough of a person.
        person_ids
            N in number: whose look each row is.
        calibration
            Scale of the network that made the looks.

        Raises
        ------
        ValueError
            The two do not fit each other, or an embedding is not finite or zero.

        """
        looks = _checked(embeddings, person_ids)
        self._calibration = calibration
        self.person_ids = tuple(dict.fromkeys(person_ids))
        places = {person_id: place for place, person_id in enumerate(self.person_ids)}
        people = np.array([places[person_id] for person_id in person_ids], np.intp)
        directions = np.zeros((len(places), looks.shape[1]))
        biases = np.zeros(len(places))
        for person in range(len(places)):
            own = people == person
            directions[person], biases[person] = self._plane(looks[own], looks[~own])
        slope, offset = self._sigmoid(looks, people)
        self._directions = (slope * directions).astype(np.float32)
        self._offsets = (slope * biases + offset).astype(np.float32)

    def log_odds(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """
        Return the natural log-odds that each face shows each person.

        Parameters
        ----------
        embeddings
            Shape (M, D), L2-normalised.

        Returns
        -------
        ndarray
            Shape (M, P), one column per person in `person_ids`: that person against a stranger,
            both equally likely beforehand.

        Raises
        ------
        ValueError
            The embeddings are of another length than those learnt.

        """
        faces = np.asarray(embeddings, np.float32)
        if not self.person_ids:
            return np.empty((len(faces), 0), np.float32)
        length = self._directions.shape[1]
        if faces.ndim != 2 or faces.shape[1] != length:
            raise ValueError(f'embeddings must have shape (M, {length}), got {faces.shape}')
        return faces @ self._directions.T + self._offsets

    def _plane(self, own: Values, others: Values) -> tuple[Values, float]:
        """Return unit direction and bias of the plane between own looks, and others and zero."""
        alike = (others @ own.T).max(axis=1, initial=-1.0)
        # The plane rests on the nearest ones; the rest would only cost time.
        rivals = others[np.argsort(-alike, kind='stable')[:self._config.rivals]]
        examples = np.concatenate((own, rivals, np.zeros((1, own.shape[1]))))
        machine = SVC(C=self._config.penalty, kernel='linear', class_weight='balanced')
        machine.fit(examples, np.arange(len(examples)) < len(own))
        direction, bias = machine.coef_[0], float(machine.intercept_[0])
        # Distances, and not decision values, compare over people: the value of a stranger
        # scatters with the length of the direction, which is great where own looks differ much.
        length = max(float(np.linalg.norm(direction)), np.finfo(np.float32).tiny)
        return direction / length, bias / length

    def _sigmoid(self, looks: Values, people: Rows) -> tuple[float, float]:
        """Return slope and offset that turn distances into log-odds."""
        prior = (self._calibration.slope,
                 self._calibration.slope * (0.5 - self._calibration.midpoint))
        held_out = list(self._held_out(looks, people))
        own = [distance for distances, _ in held_out for distance in distances]
        strangers = [distance for _, distances in held_out for distance in distances]
        if not own or not strangers:
            return prior
        return _fitted_sigmoid(np.array(own), np.array(strangers), prior,
                               self._config.prior_looks, len(self.person_ids))

    def _held_out(self, looks: Values, people: Rows) -> Iterator[tuple[Values, Values]]:
        """Yield distances of own looks and of strangers' that the machine has not seen."""
        count = int(people.max(initial=-1)) + 1
        chosen = np.linspace(0, count - 1, min(count, self._config.calibration_people))
        for person in chosen.astype(np.intp):
            own, others = looks[people == person], looks[people != person]
            turns = people[people != person] % _TURNS
            for turn in range(_TURNS):
                hidden = np.arange(len(own)) % _TURNS == turn
                if len(own) == 1:
                    hidden[:] = False  # there must be something to learn from
                strangers = turns == turn
                direction, bias = self._plane(own[~hidden], others[~strangers])
                yield own[hidden] @ direction + bias, others[strangers] @ direction + bias


def _checked(embeddings: NDArray[np.float32], person_ids: Sequence[str]) -> Values:
    looks = np.asarray(embeddings, np.float64)
    if looks.ndim != 2 or len(looks) != len(person_ids):
        raise ValueError('embeddings must have shape (N, D) with N person_ids, got shape '
                         f'{looks.shape} and {len(person_ids)} person_ids')
    if not (np.isfinite(looks).all() and looks.any(axis=1).all()):
        raise ValueError('embeddings to learn from must be finite and not zero')
    return looks


def _fitted_sigmoid(own: Values, strangers: Values, prior: tuple[float, float],
                    prior_looks: float, known: int) -> tuple[float, float]:
    """
    Return slope and offset of greatest likelihood.

    A stranger has a chance with each of the `known` people, so strangers' looks weigh as much as
    the own ones of them all: the curve is to be right where it decides, at those odds, and is
    moved to even odds afterwards. The prior takes part as looks at even distances, each in part
    own and in part a stranger's as the prior sigmoid has it. That keeps the slope finite where the
    distances do not overlap.
    """
    shift = math.log(known)
    even = np.linspace(-0.5, 0.5, 21)
    chances = 1.0 / (1.0 + np.exp(-(prior[0] * even + prior[1] - shift)))
    distances = np.concatenate((own, strangers, even, even))
    is_own = np.repeat((True, False, True, False),
                       (len(own), len(strangers), len(even), len(even)))
    share = prior_looks / len(even)
    weights = np.concatenate((
        np.ones(len(own)), np.full(len(strangers), known * len(own) / len(strangers)),
        share * chances, share * (1.0 - chances)))
    sigmoid = LogisticRegression(C=1e6, tol=1e-8, max_iter=1000)
    sigmoid.fit(distances[:, None], is_own, sample_weight=weights)
    # Where strangers look more like people than they do themselves, nobody is to be believed.
    return max(float(sigmoid.coef_[0, 0]), 0.0), float(sigmoid.intercept_[0]) + shift
