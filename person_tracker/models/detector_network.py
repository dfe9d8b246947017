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

from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from person_tracker.models.decoders import recognised_layout
from person_tracker.models.decoders import STRIDES
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import verify
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.onnx_graphs import of_any_count
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.onnx_graphs import without_suppression
from person_tracker.models.preprocessing import InputFormat
from person_tracker.models.registry import lookup
from person_tracker.models.session import OnnxSession
from person_tracker.models.session import open_session
from person_tracker.models.session import SharedSessions

_DEFAULT_INPUT_SIZE = 640
# How networks of each layout were trained to see images, where the registry does not say.
_YOLOX_INPUT: dict[str, Any] = {'colour': 'bgr', 'fit': 'letterbox_top_left'}
_ULTRALYTICS_INPUT: dict[str, Any] = {
    'colour': 'rgb', 'std': (255.0, 255.0, 255.0), 'fit': 'letterbox_centred'}
_INPUTS = {'yolox_grid': _YOLOX_INPUT, 'dets_labels': _YOLOX_INPUT, 'boxes_scores': _YOLOX_INPUT,
           'yolo_columns': _ULTRALYTICS_INPUT, 'end_to_end': _ULTRALYTICS_INPUT}


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
        What its outputs are, as `decoder_for` takes it.
    shapes
        Shapes of all outputs for one image.

    """

    name: str
    session: OnnxSession
    input_format: InputFormat
    layout: str
    shapes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class _File:
    """Where a network is and what the registry says of it; nothing where it is one's own."""

    name: str
    path: Path
    input_format: InputFormat | None = None
    layout: str = ''


def open_network(model: str, input_size: int, config: NetworkConfig,
                 shared: SharedSessions | None = None) -> DetectorNetwork:
    """
    Load a network and run it once, so that the first image is not slower.

    Parameters
    ----------
    model
        A name from the registry, or the path of an .onnx file.
    input_size
        Side of its square input, pixels; 0 takes its own.
    config
        Where files are and what computes.
    shared
        Where detectors for several cameras have one network, which then takes batches even where
        the file does not, if it can be made to; None loads one of the caller's own, as it is.

    Raises
    ------
    ModelError
        The file is missing, the network is no detector, or does not take such an input.

    """
    file = _found(model, config)
    if shared is not None:
        try:
            return _batched(file, input_size, config, shared)
        except ModelError:
            pass  # as it is, then, which also says what is wrong with it
    session = open_session(file.path, device=config.device, threads=config.threads,
                           name=file.name, shared=shared)
    width, height = _input_size(session, file, input_size)
    shapes = _output_shapes(session, width, height)
    try:
        seen = recognised_layout(shapes, width, height)
    except ModelError as error:
        raise ModelError(f'{file.name}: {error}') from error
    if file.layout not in ('', seen):
        raise ModelError(f'{file.name} is registered as {file.layout}, but its outputs look like '
                         f'{seen}')
    return DetectorNetwork(file.name, session, _input_format(file, seen, width, height), seen,
                           shapes)


def _batched(file: _File, input_size: int, config: NetworkConfig,
             shared: SharedSessions) -> DetectorNetwork:
    """Load a network changed so that it takes batches; refuse one that then mixes images up."""
    graph = read_graph(file.path)
    cut = without_suppression(graph)
    session = open_session(of_any_count(cut or graph), device=config.device,
                           threads=config.threads, name=file.name, shared=shared)
    width, height = _input_size(session, file, input_size)
    shapes = _output_shapes(session, width, height)
    _check_images_stay_apart(session, width, height)
    if cut is None:
        layout = recognised_layout(shapes, width, height)
    else:
        layout = 'boxes_scores'
        boxes, scores = shapes
        if len(boxes) != 3 or len(scores) != 3 or (*boxes[:2], 4) != (*scores[:2], boxes[2]):
            raise ModelError(f'boxes of shape {boxes} do not fit scores of shape {scores}')
    return DetectorNetwork(file.name, session, _input_format(file, layout, width, height), layout,
                           shapes)


def _check_images_stay_apart(session: OnnxSession, width: int, height: int) -> None:
    """Refuse a network that sees something else in an image because of another beside it."""
    ramp = np.linspace(0.0, 255.0, 3 * height * width, dtype=np.float32)
    images = np.stack((ramp, ramp[::-1])).reshape(2, 3, height, width)
    together = session.run(images)
    for number in range(len(images)):
        alone = session.run(images[number:number + 1])
        for both, one in zip(together, alone):
            fits = both.shape == (len(images), *one.shape[1:])
            if not fits or not np.allclose(both[number], one[0], 1e-3, 1e-3, equal_nan=True):
                raise ModelError('the network mixes up the images of a batch')


def _found(model: str, config: NetworkConfig) -> _File:
    if model.endswith('.onnx'):
        path = Path(model).expanduser()
        return _File(path.stem, path)
    entry = lookup(model, 'detector')
    return _File(entry.name, verify(entry, config.models_folder)[0], entry.input_format,
                 entry.decoder)


def _input_format(file: _File, layout: str, width: int, height: int) -> InputFormat:
    if file.input_format is None:
        return InputFormat(width, height, **_INPUTS[layout])
    return replace(file.input_format, width=width, height=height)


def _input_size(session: OnnxSession, file: _File, wanted: int) -> tuple[int, int]:
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
    if width % STRIDES[-1] or height % STRIDES[-1]:
        raise ModelError(f'the input size of {file.name} must be a multiple of '
                         f'{STRIDES[-1]}, got {width}x{height}')
    return width, height


def _output_shapes(session: OnnxSession, width: int, height: int) -> tuple[tuple[int, ...], ...]:
    outputs = session.run(np.zeros((1, 3, height, width), np.float32))
    return tuple(output.shape for output in outputs)
