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

"""Draw people on an image: box, label, trail; how sure the tracker is shows in the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import cv2
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.tracks import TrackState
from person_tracker.rendering.colours import Colour
from person_tracker.rendering.colours import colour_of
from person_tracker.rendering.colours import dimmed
from person_tracker.rendering.colours import GREY
from person_tracker.rendering.colours import text_colour_on
from person_tracker.rendering.colours import WHITE
from person_tracker.rendering.text import text_mask

Image = NDArray[np.uint8]
Rectangle = tuple[int, int, int, int]

_TRAIL_STEPS = 8
_LABELLED = (TrackState.CONFIRMED, TrackState.OCCLUDED)


@dataclass(frozen=True, eq=False)
class PersonMark:
    """
    What is drawn of one person.

    Attributes
    ----------
    track_id
        Number of the track.
    box_xyxy
        `x_min, y_min, x_max, y_max`, pixels; may lie outside the image, or be NaN: not drawn.
    label
        Shown at the box while the track is confirmed or occluded; empty: none.
    state
        Confirmed: solid line. Occluded: dashed. Tentative, unknown or lost: thin and grey.
    colour_key
        What the colour follows, usually the person_id; empty: the track.
    trail
        Shape (K, 2), pixels, oldest point first; fades with age.

    """

    track_id: int
    box_xyxy: Sequence[float] | NDArray[np.float32]
    label: str = ''
    state: TrackState = TrackState.CONFIRMED
    colour_key: str = ''
    trail: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 2), np.float32))

    @property
    def colour(self) -> Colour:
        """Blue, green, red."""
        if self.state not in _LABELLED:
            return GREY
        return colour_of(self.colour_key or str(self.track_id))


def draw_people(image: Image, marks: Sequence[PersonMark], *, status: str = '') -> Image:
    """
    Return a copy of the image with people drawn on it.

    Parameters
    ----------
    image
        Shape (H, W, 3), uint8, BGR; left as it is. Lines and letters grow with its height.
    marks
        The people; later ones are drawn over earlier ones.
    status
        A line for the upper left corner, such as camera, time and rate; empty: none.

    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f'image must have shape (H, W, 3) and type uint8, got {image.shape} {image.dtype}')
    drawn = np.array(image, order='C')
    line_px = max(1, round(image.shape[0] / 360))
    text_px = max(10, round(image.shape[0] / 42))
    visible = [(mark, box) for mark in marks if (box := _visible_box(mark, drawn)) is not None]
    for mark in marks:
        _draw_trail(drawn, mark, line_px)
    for mark, box in visible:
        _draw_box(drawn, box, mark, line_px)
    taken: list[Rectangle] = []
    if status:
        taken.append(_draw_status(drawn, status, text_px))
    for mark, box in visible:
        if mark.label and mark.state in _LABELLED:
            taken.append(_draw_label(drawn, box, mark, text_px, taken))
    return drawn


def paint(image: Image, mask: NDArray[np.uint8], colour: Colour, x: int, y: int) -> None:
    """
    Mix a colour into the image, in place.

    Parameters
    ----------
    image
        Shape (H, W, 3).
    mask
        Shape (h, w): share of the colour at each pixel, 255 is all of it.
    colour
        Blue, green, red.
    x, y
        Where the mask's upper left corner lies in the image; parts outside are left out.

    """
    left, top = max(0, x), max(0, y)
    right = min(image.shape[1], x + mask.shape[1])
    bottom = min(image.shape[0], y + mask.shape[0])
    if left >= right or top >= bottom:
        return
    inside = mask[top - y:bottom - y, left - x:right - x]
    covered = cv2.findNonZero(inside)  # most of a mask is empty
    if covered is None:
        return
    columns, rows = covered.reshape(-1, 2).T
    share = inside[rows, columns, np.newaxis] * np.float32(1 / 255)
    window = image[top:bottom, left:right]
    pixels = window[rows, columns]
    window[rows, columns] = pixels + (np.array(colour, np.float32) - pixels) * share + 0.5


def _visible_box(mark: PersonMark, image: Image) -> Rectangle | None:
    """Return the box in whole pixels, cut to just outside the image; None: nothing to see."""
    box = np.asarray(mark.box_xyxy, np.float64)
    height, width = image.shape[:2]
    if not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
        return None
    if (box[2:] <= 0).any() or box[0] >= width or box[1] >= height:
        return None
    margin = height // 50 + 2
    limits = np.array([width, height, width, height]) + margin
    x_min, y_min, x_max, y_max = np.rint(np.clip(box, -margin, limits)).astype(int).tolist()
    return x_min, y_min, x_max, y_max


def _draw_box(image: Image, box: Rectangle, mark: PersonMark, line_px: int) -> None:
    x_min, y_min, x_max, y_max = box
    if mark.state not in _LABELLED:
        cv2.rectangle(image, (x_min, y_min), (x_max, y_max), GREY, max(1, line_px // 2))
        return
    if mark.state == TrackState.OCCLUDED:
        dashes = _dashes(box, 5 * line_px)
        cv2.polylines(image, dashes, False, dimmed(mark.colour, 0.3), line_px + 2)
        cv2.polylines(image, dashes, False, mark.colour, line_px)
        return
    # A dark rim keeps the line apart from a background of its own colour.
    cv2.rectangle(image, (x_min, y_min), (x_max, y_max), dimmed(mark.colour, 0.3), line_px + 2)
    cv2.rectangle(image, (x_min, y_min), (x_max, y_max), mark.colour, line_px)


def _dashes(box: Rectangle, length_px: int) -> list[NDArray[np.int32]]:
    """Return the outline of a box as strokes, gaps as long as strokes, one at every corner."""
    x_min, y_min, x_max, y_max = box
    strokes = []
    for start, end, vertical in ((x_min, x_max, False), (y_min, y_max, True)):
        # An odd number of pieces begins and ends with a stroke.
        pieces = max(1, round((end - start) / length_px)) | 1
        edges = np.rint(np.linspace(start, end, pieces + 1)).astype(np.int32)
        for first, last in zip(edges[:-1:2], edges[1::2]):
            for side in (x_min, x_max) if vertical else (y_min, y_max):
                stroke = ((side, first), (side, last)) if vertical else (
                    (first, side), (last, side))
                strokes.append(np.array(stroke, np.int32))
    return strokes


def _draw_trail(image: Image, mark: PersonMark, line_px: int) -> None:
    """Draw in a few steps, each more opaque, into a mask just around the trail."""
    points = np.asarray(mark.trail, np.float64).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return
    limit = np.array(image.shape[1::-1], np.float64)
    points = np.rint(np.clip(points, -limit, 2 * limit)).astype(np.int32)
    border = line_px + 2
    low = np.maximum(points.min(axis=0) - border, 0)
    high = np.minimum(points.max(axis=0) + border + 1, image.shape[1::-1])
    if (low >= high).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    edges = np.linspace(0, len(points) - 1, min(_TRAIL_STEPS, len(points) - 1) + 1).astype(int)
    for step, (first, last) in enumerate(zip(edges, edges[1:]), start=1):
        opacity = round(230 * step / (len(edges) - 1))
        piece = points[first:last + 1] - low
        cv2.polylines(mask, [piece.astype(np.int32)], False, opacity, line_px + 1, cv2.LINE_AA)
    paint(image, mask, mark.colour, int(low[0]), int(low[1]))


def _draw_label(
        image: Image, box: Rectangle, mark: PersonMark, text_px: int,
        taken: Sequence[Rectangle]) -> Rectangle:
    """Write on a plate above the box, else inside or below it, where no other plate is."""
    text = text_mask(mark.label, text_px)
    pad = max(2, text_px // 4)
    width, height = text.shape[1] + 2 * pad, text.shape[0] + 2
    left = min(max(0, box[0]), max(0, image.shape[1] - width))
    highest = max(0, image.shape[0] - height)
    tops = [min(max(0, top), highest) for top in (box[1] - height, box[1], box[3])]
    plates = [(left, top, left + width, top + height) for top in tops]
    free = [plate for plate in plates if not any(_overlap(plate, other) for other in taken)]
    plate = free[0] if free else plates[0]
    colour = mark.colour if mark.state == TrackState.CONFIRMED else dimmed(mark.colour, 0.45)
    cv2.rectangle(image, plate[:2], (plate[2] - 1, plate[3] - 1), colour, cv2.FILLED)
    paint(image, text, text_colour_on(colour), left + pad, plate[1] + 1)
    return plate


def _draw_status(image: Image, status: str, text_px: int) -> Rectangle:
    text = text_mask(status, text_px)
    pad = max(3, text_px // 3)
    width, height = text.shape[1] + 2 * pad, text.shape[0] + pad
    image[:height, :width] //= 3
    paint(image, text, WHITE, pad, pad // 2)
    return 0, 0, width, height


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return (one[0] < other[2] and other[0] < one[2]
            and one[1] < other[3] and other[1] < one[3])
