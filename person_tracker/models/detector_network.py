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

"""A detection network as it is run: loaded, its input size settled, its outputs recognised."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np
from person_tracker.models.batching import check_rows_stay_apart
from person_tracker.models.candidates import in_shares
from person_tracker.models.candidates import Layout
from person_tracker.models.candidates import Shapes
from person_tracker.models.decoders import layout_named
from person_tracker.models.decoders import recognised_layout
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.onnx_graphs import cut_suppression
from person_tracker.models.onnx_graphs import lengths
from person_tracker.models.onnx_graphs import of_any_count
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import lookup
from person_tracker.models.session import names_file
from person_tracker.models.session import open_session
from person_tracker.models.session import Session
from person_tracker.models.session import SharedSessions
from person_tracker.models.yolo_decoders import before_suppression
from person_tracker.models.yolo_decoders import gives_shares

_DEFAULT_INPUT_SIZE = 640


@dataclass(frozen=True)
class DetectorNetwork:
    """
    What a detector needs to know of its network.

    Attributes
    ----------
    name
        The model's name.
    session
        Runs it.
    input_format
        How it wants its images.
    layout
        What its outputs are.
    shapes
        Shapes of all outputs for one image.
    classes
        Names of the classes in the order of their numbers; empty where only the file may know.

    """

    name: str
    session: Session
    input_format: InputFormat
    layout: Layout
    shapes: Shapes
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """Where a network is and what the registry says of it; nothing where it is one's own."""

    name: str
    path: Path
    input_format: InputFormat | None = None
    layout: str = ''
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Form:
    """A network as a back end gets it; a layout where it is known, and not that of the file."""

    model: Path | bytes
    layout: Layout | None = None
    in_batches: bool = False


def open_network(model: str, input_size: int, config: NetworkConfig,
                 shared: SharedSessions | None = None) -> DetectorNetwork:
    """
    Load a network and run it once, so that the first image is not slower.

    Parameters
    ----------
    model
        A name from the registry, or the path of a network file.
    input_size
        Side of its square input, pixels; 0 takes its own.
    config
        Where files are, the back end and what computes.
    shared
        Where detectors for several cameras have one network, which then takes batches even where
        the file does not, if it can be made to; None loads one of the caller's own, as it is.

    Raises
    ------
    ModelError
        The file is missing, the network is no detector, or does not take such an input.

    """
    file = _found(model, config)
    for form in _changed(file.path, shared is not None):
        try:
            return _opened(file, form, input_size, config, shared)
        except ModelError:
            continue  # as it is at last, which also says what is wrong with it
    return _opened(file, _Form(file.path), input_size, config, shared)


def _changed(path: Path, in_batches: bool) -> Iterator[_Form]:
    """Give what an ONNX file is changed to, the most useful form first."""
    if path.suffix.lower() != '.onnx':
        return
    try:
        graph = read_graph(path)
    except ModelError:
        return  # the back end says what is wrong with it
    declared = [tuple(length or 0 for length in lengths(output)) for output in graph.graph.output]
    # Other files have boxes of another form before the suppression.
    cut = cut_suppression(graph) if layout_named('dets_labels').fits(declared, 0, 0) else None
    layout = before_suppression(cut.max_iou, cut.min_score) if cut else None
    one_by_one = [_Form(bytes(graph.SerializeToString()), layout)] if cut else []
    if in_batches:
        yield _Form(of_any_count(graph), layout, True)
    yield from one_by_one


def _opened(file: _File, form: _Form, input_size: int, config: NetworkConfig,
            shared: SharedSessions | None) -> DetectorNetwork:
    """Load a network in one form; refuse one that is no detector, or mixes images up."""
    session = open_session(form.model, device=config.device, threads=config.threads,
                           name=file.name, shared=shared, backend=config.backend)
    width, height = _input_size(session, file, input_size)
    try:
        outputs = session.run(np.zeros((1, 3, height, width), np.float32))
        shapes = tuple(output.shape for output in outputs)
        layout = form.layout or recognised_layout(shapes, width, height)
        if not layout.fits(shapes, width, height):
            raise ModelError(f'outputs of shape {", ".join(map(str, shapes))} are not '
                             f'{layout.shape}')
        if form.in_batches:
            check_rows_stay_apart(session.run, (3, height, width))
    except ModelError as error:
        raise ModelError(f'{file.name}: {error}') from error
    if file.layout not in ('', layout.name):
        raise ModelError(f'{file.name} is registered as {file.layout}, but its outputs look like '
                         f'{layout.name}')
    if gives_shares(layout, outputs, if_unknown=file.path.suffix.lower() == '.tflite'):
        layout = in_shares(layout)
    return _network(file, session, layout, shapes, (width, height))


def _found(model: str, config: NetworkConfig) -> _File:
    if names_file(model):
        path = Path(model).expanduser()
        return _File(path.stem, path)
    entry = lookup(model, 'detector', config.models_folder)
    return _File(entry.name, verify(entry, config.models_folder)[0], entry.input_format,
                 entry.decoder, entry.classes)


def _network(file: _File, session: Session, layout: Layout, shapes: Shapes,
             size: tuple[int, int]) -> DetectorNetwork:
    width, height = size
    if file.input_format is None:
        input_format = InputFormat(width, height, **layout.usual_input)
    else:
        input_format = replace(file.input_format, width=width, height=height)
    return DetectorNetwork(file.name, session, input_format, layout, shapes, file.classes)


def _input_size(session: Session, file: _File, wanted: int) -> tuple[int, int]:
    shape = session.inputs[0].shape
    if len(shape) != 4 or shape[1] not in (3, None):
        raise ModelError(f'{file.name} must take images of shape (N, 3, height, width), '
                         f'got {shape}')
    known = file.input_format
    fallback = (known.height, known.width) if known else (_DEFAULT_INPUT_SIZE,) * 2
    height, width = (fixed or wanted or usual for fixed, usual in zip(shape[2:], fallback))
    if wanted and (width, height) != (wanted, wanted):
        raise ModelError(f'{file.name} has a fixed input of {width}x{height}, '
                         f'so input_size must be 0, got {wanted}')
    return width, height
