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
Every layout of detectors' outputs that is known, in one table.

What each looks like stands in the file that reads it: `yolo_decoders`, `ssd_decoders`,
`darknet_decoders`, `anchor_decoders`, `tflite_decoders`. A new one is a `Layout` in a file of its
own and a line in `LAYOUTS`.
"""

from person_tracker.models import anchor_decoders
from person_tracker.models import darknet_decoders
from person_tracker.models import ssd_decoders
from person_tracker.models import tflite_decoders
from person_tracker.models import yolo_decoders
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Shapes
from person_tracker.models.errors import ModelError

# Those that a file can have; names are unique, and no outputs fit two of them.
LAYOUTS = {layout.name: layout for layout in (
    *yolo_decoders.LAYOUTS,
    *ssd_decoders.LAYOUTS,
    *darknet_decoders.LAYOUTS,
    *anchor_decoders.LAYOUTS,
    *tflite_decoders.LAYOUTS,
)}


def layout_named(name: str) -> Layout:
    """
    Return a layout by the name that the registry gives.

    Raises
    ------
    ModelError
        There is none of this name; the text lists those that are.

    """
    if name not in LAYOUTS:
        raise ModelError(f'decoder must be one of {", ".join(LAYOUTS)}, got {name!r}')
    return LAYOUTS[name]


def recognised_layout(shapes: Shapes, width: int, height: int) -> Layout:
    """
    Return the layout that outputs of these shapes have.

    Parameters
    ----------
    shapes
        Shape of every output, in the network's order.
    width, height
        Size of the network's input, pixels.

    Raises
    ------
    ModelError
        No layout known here looks like this; the text shows the shapes.

    """
    shapes = [tuple(shape) for shape in shapes]
    for layout in LAYOUTS.values():
        if layout.fits(shapes, width, height):
            return layout
    seen = ', '.join(str(shape) for shape in shapes) or 'none'
    known = '; '.join(f'{layout.name} {layout.shape}' for layout in LAYOUTS.values())
    raise ModelError(
        f'outputs of shape {seen} for an input of {width}x{height} have no layout known here: '
        f'{known}, where a cell is a square of 8, 16 or 32 pixels; export the network in one of '
        'these forms')
