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
Which detection may be taken for which track, and at what cost.

Place: overlap of the detection with the predicted box, lowered where their heights disagree
(Yang et al. 2024, arXiv:2308.00783) and weighted by the score (arXiv:2206.14651). Looks: cosine
distance from what is known of the track, as a part of the largest one allowed, within the
Mahalanobis gate of arXiv:1703.07402.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core import boxes
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

Costs = NDArray[np.floating]
Allowed = NDArray[np.bool_]


@dataclass(frozen=True)
class MatchingConfig:
    """How place and looks make a cost, and in which order tracks choose."""

    order: str = setting(
        'global', 'cascade: tracks seen last choose first; global: all choose at once.',
        choices=('cascade', 'global'))
    fusion: str = setting(
        'weighted', 'weighted: sum of looks and place; minimum: the better of the two; gated: '
        'place, where looks do not forbid it.', choices=('weighted', 'minimum', 'gated'))
    appearance_weight: float = setting(
        0.5, 'Share of the looks in the weighted sum; 1 is plain DeepSORT.',
        minimum=0.0, maximum=1.0)
    use_score: bool = setting(
        True, 'Make the place of a detection the dearer the lower its score.')
    use_height: bool = setting(
        True, 'Count an overlap for less where the heights disagree and nobody has looks.')
    max_iou_distance: float = setting(
        0.8, 'Largest 1 - overlap at which a detection may be taken for a track by its place.',
        minimum=0.0, maximum=1.0)
    max_low_iou_distance: float = setting(
        0.5, 'The same for detections of low score.', minimum=0.0, maximum=1.0)
    use_clear_pairs: bool = setting(
        False, 'Pair what overlaps clearly, with nobody else near, before looks are compared.')
    clear_overlap: float = setting(
        0.6, 'Overlap from which a pair is clear; anything else must overlap by less than a '
        'quarter of it.', minimum=0.0, maximum=1.0, exclusive_minimum=True)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


def place_overlaps(predicted_xyxy: NDArray[np.float32], seen_xyxy: NDArray[np.float32], *,
                   use_height: bool) -> Costs:
    """Return how well each detection sits on each prediction, shape (N, M), in [0, 1]."""
    overlaps = boxes.iou(predicted_xyxy, seen_xyxy)
    if use_height:
        overlaps *= boxes.height_iou(predicted_xyxy, seen_xyxy)
    return overlaps


def fused(config: MatchingConfig, place: Costs, looks: Costs, alike: Allowed,
          near: Allowed) -> tuple[Costs, Allowed]:
    """
    Return the costs of the first stage and the pairs that it may make.

    Parameters
    ----------
    config
        The rule.
    place, looks
        Shape (N, M): costs by place and by looks; of looks, 1 is the largest distance allowed.
    alike
        Shape (N, M): pairs that look alike enough and lie within the motion gate.
    near
        Shape (N, M): pairs that overlap enough.

    """
    if config.fusion == 'gated':
        return place, near & alike
    if config.fusion == 'minimum':
        costs = np.where(alike, np.minimum(place, 0.5 * looks), place)
        return costs, near | alike
    weight = config.appearance_weight
    return weight * looks + (1.0 - weight) * place, alike


def clear_pairs(overlaps: Costs, allowed: Allowed, clear_overlap: float) -> Allowed:
    """
    Return the pairs that need no comparison of looks.

    Parameters
    ----------
    overlaps
        Shape (N, M), in [0, 1].
    allowed
        Shape (N, M): tracks and detections that take part.
    clear_overlap
        Overlap from which a pair is clear; all others of its track and of its detection must be
        below a quarter of that.

    """
    clear = (overlaps >= clear_overlap) & allowed
    crowded = overlaps > 0.25 * clear_overlap
    clear &= (np.count_nonzero(crowded, axis=1) == 1)[:, None]
    clear &= np.count_nonzero(crowded, axis=0) == 1
    return clear
