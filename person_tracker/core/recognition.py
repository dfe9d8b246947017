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
Who a face shows: the best of the people who are known, or nobody.

Evidence is natural log-odds. Symbols: `s` a cosine similarity, `l(s)` its worth (`evidence`), `N`
the number of people known. Each of them is as likely as the others beforehand, and all of them
together as likely as a stranger, so each begins at `-log N`: the more people are known, the more
must speak for one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.evidence import Calibration
from person_tracker.core.people import FACE
from person_tracker.core.person_gallery import PersonGallery
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

SHORTLIST = 5  # people whose every look is compared with a new one, of the many that are known


@dataclass(frozen=True)
class RecognitionConfig:
    """How sure one must be."""

    accept_log_odds: float = setting(
        5.0, 'A person is believed from these log-odds against a stranger on: 5 is 148 to 1.',
        minimum=0.0, maximum=20.0)
    min_margin: float = setting(
        2.0, 'The runner-up must be less likely by these log-odds, or nobody is believed.',
        minimum=0.0, maximum=20.0)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class FaceClassifier(Protocol):
    """A second way to read faces: trained on the looks of the people who have a name."""

    person_ids: tuple[str, ...]

    def fit(self, embeddings: NDArray[np.float32], person_ids: Sequence[str],
            calibration: Calibration) -> None:
        """Learn N looks of a network, and whose they are; what was learnt before is forgotten."""

    def log_odds(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return log-odds that each of M looks shows each of `person_ids`, shape (M, P)."""


@dataclass(frozen=True)
class Verdict:
    """
    Whom a look shows.

    Attributes
    ----------
    person_id, name
        The person; empty where nobody is believed, or has no name.
    similarity
        Cosine similarity to the nearest look of the best candidate, believed or not; NaN where
        nobody is known.
    log_odds, confidence
        Evidence for the best candidate against a stranger, and the probability it stands for.
    margin
        Log-odds by which the best candidate leads; infinite where there is no other.
    runner_up_id, runner_up_name, runner_up_similarity
        Second best candidate; empty and NaN where there is none.

    """

    person_id: str = ''
    name: str = ''
    similarity: float = math.nan
    log_odds: float = -math.inf
    confidence: float = 0.0
    margin: float = math.inf
    runner_up_id: str = ''
    runner_up_name: str = ''
    runner_up_similarity: float = math.nan


def recognised(gallery: PersonGallery, embeddings: NDArray[np.float32],
               qualities: NDArray[np.float32], model: str, calibration: Calibration,
               config: RecognitionConfig | None = None,
               classifier: FaceClassifier | None = None) -> list[Verdict]:
    """
    Return whom each face shows, each on its own.

    Parameters
    ----------
    gallery
        Who is known.
    embeddings
        Shape (N, D), L2-normalised; a row of zeros shows nobody.
    qualities
        Shape (N,), in [0, 1]; 0: unusable.
    model, calibration
        The network that made the embeddings, and its scale.
    config
        How sure one must be; the defaults where None.
    classifier
        What has learnt the people with names by looks of this network, and speaks for them in
        place of the similarity; None: nothing has.

    """
    config = config or RecognitionConfig()
    usable = embeddings.any(axis=1) & (qualities > 0.0)
    return [_verdict(gallery, row[None], model, calibration, config, classifier) if use
            else Verdict() for row, use in zip(embeddings, usable)]


def weighed(gallery: PersonGallery, kind: str, model: str, looks: NDArray[np.float32],
            person_ids: Sequence[str], calibration: Calibration) -> NDArray[np.float32]:
    """
    Return what each look says for each candidate, log-odds without a prior, shape (M, P).

    NaN where nothing of the person can be compared. What looks like somebody of whom an operator
    said that it is not this person speaks against, by as much as it looks so.
    """
    log_odds = calibration.log_odds(gallery.similarities(kind, model, looks, person_ids))
    against = calibration.log_odds(
        gallery.negative_similarities(kind, model, looks, person_ids))
    weight: NDArray[np.float32] = log_odds - np.maximum(np.nan_to_num(against), np.float32(0.0))
    return weight


def prior(known: int) -> float:
    """Return the log-odds of one of `known` people against a stranger, before any evidence."""
    return -math.log(max(known, 1))


def probability(log_odds: float) -> float:
    """Return the probability that log-odds stand for."""
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -500.0), 500.0)))


def _verdict(gallery: PersonGallery, look: NDArray[np.float32], model: str,
             calibration: Calibration, config: RecognitionConfig,
             classifier: FaceClassifier | None) -> Verdict:
    candidates = gallery.nearest(FACE, model, look, SHORTLIST)
    if not candidates:
        return Verdict()
    start = prior(gallery.size(FACE, model))
    weights = weighed(gallery, FACE, model, look, candidates, calibration)[0]
    if classifier is not None:
        learnt = dict(zip(classifier.person_ids, classifier.log_odds(look)[0]))
        weights = np.array([learnt.get(person_id, weight)
                            for person_id, weight in zip(candidates, weights)])
    weights = weights + start
    similarities = gallery.similarities(FACE, model, look, candidates)[0]
    order = np.argsort(-weights, kind='stable')
    best = int(order[0])
    second = int(order[1]) if len(order) > 1 else None
    margin = math.inf if second is None else float(weights[best] - weights[second])
    sure = weights[best] >= config.accept_log_odds and margin >= config.min_margin
    person = gallery.get(candidates[best])
    other = None if second is None else gallery.get(candidates[second])
    return Verdict(
        person.person_id if sure else '', person.name if sure else '',
        float(similarities[best]), float(weights[best]), probability(float(weights[best])),
        margin, other.person_id if other else '', other.name if other else '',
        math.nan if second is None else float(similarities[second]))
