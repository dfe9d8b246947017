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
Networks run by OpenCV's dnn: Darknet and ONNX files.

OpenCV has one number of threads for the whole process, so `threads` changes nothing here.
"""

from collections.abc import Callable
from pathlib import Path
import threading
from typing import Any

import cv2
import numpy as np
from person_tracker.models.batching import JoinedRuns
from person_tracker.models.batching import MOST_ROWS
from person_tracker.models.batching import MOST_ROWS_ON_CPU
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.darknet_graphs import read_darknet
from person_tracker.models.darknet_graphs import SUFFIXES
from person_tracker.models.errors import first_line
from person_tracker.models.errors import ModelError
from person_tracker.models.onnx_graphs import keep_gates_apart
from person_tracker.models.onnx_graphs import lengths
from person_tracker.models.onnx_graphs import parsed
from person_tracker.models.onnx_graphs import read_graph
from person_tracker.models.onnx_graphs import state_kernel_shapes
from person_tracker.models.session import TensorInfo

_VERSION = tuple(int(part) for part in cv2.__version__.split('.')[:2])
# OpenCV 4 computes nonsense shapes where a length is left open.
_TAKES_OPEN_LENGTHS = _VERSION >= (5, 0)
# Before, it knows too few operators for most networks of today.
GOOD_VERSION = 4, 11


class OpencvSession:
    """A network run by OpenCV; see `Session`."""

    def __init__(self, model: Path | bytes, device: str, threads: int, name: str) -> None:
        """Load the network; see `open_session`."""
        del threads
        graph = _read(model, name)
        inputs = graph.graph.input
        if len(inputs) != 1:
            raise ModelError(f'{name} must have one input, got {len(inputs)}: '
                             f'{", ".join(each.name for each in inputs)}')
        axes = inputs[0].type.tensor_type.shape.dim
        if not _TAKES_OPEN_LENGTHS and axes:
            axes[0].dim_value = 1
        self.inputs: tuple[TensorInfo, ...] = (TensorInfo(inputs[0].name, lengths(inputs[0])),)
        self.outputs = tuple(TensorInfo(each.name, lengths(each)) for each in graph.graph.output)
        self.metadata = {each.key: each.value for each in graph.metadata_props}
        self._is_cpu = not _uses_cuda(device)
        self._net = _loaded(graph, self._is_cpu, name)
        self.description = (f'{name}: OpenCV {cv2.__version__}, '
                            f'{"CPU" if self._is_cpu else "CUDA"}, '
                            f'threads: {cv2.getNumThreads()} in the whole process')
        self._names = [each.name for each in self.outputs]
        self._lock = threading.Lock()
        self._run: Callable[[Rows], Outputs] = self._run_alone

    @property
    def takes_batches(self) -> bool:
        """Tell whether the file leaves the number of rows open, and OpenCV can."""
        return len(self.inputs[0].shape) > 0 and self.inputs[0].shape[0] is None

    def join_runs(self) -> None:
        """Compute together what several threads ask for; see `JoinedRuns`."""
        self._run = JoinedRuns(self._run, MOST_ROWS_ON_CPU if self._is_cpu else MOST_ROWS)

    def run(self, batch: Rows) -> Outputs:
        """Return every output; see `Session.run`."""
        return self._run(batch)

    def _run_alone(self, batch: Rows) -> Outputs:
        expected = self.inputs[0].shape
        fits = len(batch.shape) == len(expected) and all(
            length in (None, given) for length, given in zip(expected, batch.shape))
        if not fits:  # OpenCV would compute something from any other
            raise ModelError(f'the network refused an input of shape {batch.shape}: '
                             f'it takes {expected}')
        try:
            with self._lock:
                self._net.setInput(batch)
                # Copies, as the next run writes to the same memory.
                return [np.array(output) for output in self._net.forward(self._names)]
        except cv2.error as error:
            raise ModelError(f'the network refused an input of shape {batch.shape}: '
                             f'{first_line(error)}{_advice()}') from error


def _read(model: Path | bytes, name: str) -> Any:
    if isinstance(model, bytes):
        return parsed(model, name)
    return read_darknet(model) if model.suffix.lower() in SUFFIXES else read_graph(model)


def _loaded(graph: Any, is_cpu: bool, name: str) -> Any:
    if any(node.op_type == 'NonMaxSuppression' for node in graph.graph.node):
        # OpenCV 4 has none; that of 5 ends the whole process where it finds nothing.
        raise ModelError(f'{name} drops doubles by NonMaxSuppression, which OpenCV does not do '
                         'reliably; use backend onnxruntime or openvino, or export it without')
    keep_gates_apart(graph)
    state_kernel_shapes(graph)
    content = np.frombuffer(graph.SerializeToString(), np.uint8)
    try:
        net = cv2.dnn.readNetFromONNX(content)
    except cv2.error as error:
        raise ModelError(f'{name} is not a network that OpenCV {cv2.__version__} can load: '
                         f'{first_line(error)}{_advice()}') from error
    if not is_cpu:
        net.setPreferableBackend(cv2.dnn.DNN_BACKEND_CUDA)
        net.setPreferableTarget(cv2.dnn.DNN_TARGET_CUDA)
    return net


def _advice() -> str:
    if _VERSION >= GOOD_VERSION:
        return ''
    return '; this OpenCV is older than 4.11: use a newer one, or backend onnxruntime or openvino'


def _uses_cuda(device: str) -> bool:
    """Tell whether CUDA computes, as is asked for, or present where nothing is."""
    targets = cv2.dnn.getAvailableTargets(cv2.dnn.DNN_BACKEND_CUDA)
    is_there = cv2.dnn.DNN_TARGET_CUDA in targets and cv2.cuda.getCudaEnabledDeviceCount() > 0
    offered = ('auto', 'cpu', *(['cuda'] if is_there else []))
    if device not in offered:
        raise ModelError(f'device {device!r} is not among those that this OpenCV offers: '
                         f'{", ".join(offered)}')
    return is_there and device != 'cpu'
