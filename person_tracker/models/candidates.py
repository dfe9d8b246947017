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

"""Boxes of one class as decoders give them, and what a layout of outputs is."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.boxes import iou

# More boxes than this above the lowest score are background; comparing all pairs would be slow.
_MAX_CANDIDATES = 1000

Output = NDArray[np.generic]
Shapes = Sequence[tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Candidates:
    """
    Boxes of one class in one image.

    Attributes
    ----------
    boxes_xyxy
        Shape (N, 4), float32, pixels of the network's input.
    scores
        Shape (N,), float32, in [0, 1], in no special order.

    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]


Decoder = Callable[[Sequence[Output], int, float], list[Candidates]]


@dataclass(frozen=True)
class Layout:
    """
    One form that the outputs of detectors have.

    Attributes
    ----------
    name
        Its name in the registry.
    shape
        What it looks like, for people.
    fits
        Takes the shape of every output and the input's width and height; tells whether they have
        this form. Only one layout may say so.
    decoder
        Takes the input's width and height and returns what reads the outputs: a function of all
        outputs, the index of the wanted class and the lowest score, that returns one `Candidates`
        per image of the batch, in pixels of the input.
    class_count
        Takes the shape of every output; returns how many classes they tell apart, None where they
        do not show it.
    usual_input
        How such networks were trained to see images: fields of `InputFormat`.
    first_class
        Index of the first class: 1 where 0 is the background.
    coordinates
        Takes all outputs; returns where all boxes are, sure or not, for files that may give that
        in pixels or as shares of the input; None where the unit is always the same.

    """

    name: str
    shape: str
    fits: Callable[[Shapes, int, int], bool]
    decoder: Callable[[int, int], Decoder]
    class_count: Callable[[Shapes], int | None] = lambda _: None
    usual_input: Mapping[str, Any] = field(default_factory=dict)
    first_class: int = 0
    coordinates: Callable[[Sequence[Output]], Output] | None = None


def suppressed(candidates: Candidates, max_iou: float, max_count: int) -> Candidates:
    """
    Drop every box that overlaps a better one, and all but the best of the rest.

    Parameters
    ----------
    candidates
        Boxes of one class.
    max_iou
        Boxes that overlap a better kept one by more than this are dropped.
    max_count
        How many to keep at most.

    Returns
    -------
    Candidates
        The kept boxes, best first; equal scores keep their order.

    """
    order = np.argsort(-candidates.scores, kind='stable')[:_MAX_CANDIDATES]
    boxes = candidates.boxes_xyxy[order]
    clashes = iou(boxes, boxes) > max_iou
    alive = np.ones(len(order), bool)
    kept = []
    for index in range(len(order)):
        if not alive[index]:
            continue
        kept.append(index)
        if len(kept) == max_count:
            break
        alive &= ~clashes[index]
    return Candidates(boxes[kept], candidates.scores[order[kept]])


def in_shares(layout: Layout) -> Layout:
    """Return a layout of pixels for boxes that are shares of the input's width and height."""
    def scaled(width: int, height: int) -> Decoder:
        decode = layout.decoder(width, height)
        scale = np.array([width, height, width, height], np.float32)

        def boxes_in_pixels(outputs: Sequence[Output], class_index: int,
                            min_score: float) -> list[Candidates]:
            return [Candidates(each.boxes_xyxy * scale, each.scores)
                    for each in decode(outputs, class_index, min_score)]

        return boxes_in_pixels

    return replace(layout, decoder=scaled)


def corners(centres: NDArray[np.float32], sizes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return boxes, shape (N, 4), `x_min, y_min, x_max, y_max`, from centres and sizes (N, 2)."""
    halves = sizes * np.float32(0.5)
    return np.concatenate((centres - halves, centres + halves), axis=1)
