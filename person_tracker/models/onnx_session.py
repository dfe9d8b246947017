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

"""Networks run by onnxruntime: the back end for ONNX files."""

from collections.abc import Callable
from functools import partial
import os
from pathlib import Path

import numpy as np
import onnxruntime
from person_tracker.models.batching import JoinedRuns
from person_tracker.models.batching import MOST_ROWS
from person_tracker.models.batching import MOST_ROWS_ON_CPU
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.errors import first_line
from person_tracker.models.errors import ModelError
from person_tracker.models.session import TensorInfo

_CPU = 'CPUExecutionProvider'
_PROVIDERS = {
    'cpu': _CPU,
    'cuda': 'CUDAExecutionProvider',
    'tensorrt': 'TensorrtExecutionProvider',
    'openvino': 'OpenVINOExecutionProvider',
}
# TensorRT builds an engine for minutes at the first start, so it is taken only when asked for.
_AUTOMATIC = ('cuda', 'openvino', 'cpu')

# What a network may want its input in; whole numbers are for pixels as they are.
_KINDS = {'tensor(double)': np.float64, 'tensor(float16)': np.float16, 'tensor(uint8)': np.uint8}


class OnnxSession:
    """A network run by onnxruntime; see `Session`."""

    def __init__(self, model: Path | bytes, device: str, threads: int, name: str) -> None:
        """Load the network; see `open_session`."""
        source = model if isinstance(model, bytes) else str(model)
        providers = _providers(device)
        try:
            self._session = onnxruntime.InferenceSession(
                source, _options(threads), providers=providers)
        except Exception as error:  # onnxruntime's own exceptions share no narrower base
            raise ModelError(f'{name} is not a network that onnxruntime can load: '
                             f'{first_line(error)}') from error
        used = self._session.get_providers()
        if device != 'auto' and _PROVIDERS[device] not in used:
            raise ModelError(f'device {device!r} is present but does not work here, {name} would '
                             "run on the CPU; use 'cpu' or 'auto', or check the driver")
        self.inputs = tuple(_info(node) for node in self._session.get_inputs())
        self.outputs = tuple(_info(node) for node in self._session.get_outputs())
        self.metadata = dict(self._session.get_modelmeta().custom_metadata_map)
        self.description = (f'{name}: onnxruntime {onnxruntime.__version__}, '
                            f'{used[0].removesuffix("ExecutionProvider")}, '
                            f'threads: {threads or "one per core"}')
        if len(self.inputs) != 1:
            names = ', '.join(info.name for info in self.inputs)
            raise ModelError(f'{name} must have one input, got {len(self.inputs)}: {names}')
        self._threads = threads
        self._run: Callable[[Rows], Outputs]
        self._run = partial(_run, self._session, self.inputs[0].name)
        self._kind = _KINDS.get(self._session.get_inputs()[0].type, np.float32)

    @property
    def takes_batches(self) -> bool:
        """Tell whether the file leaves the number of rows open."""
        return len(self.inputs[0].shape) > 0 and self.inputs[0].shape[0] is None

    def join_runs(self) -> None:
        """Compute together what several threads ask for; see `JoinedRuns`."""
        if self._session.get_providers()[0] != _CPU:
            self._run = JoinedRuns(self._run, MOST_ROWS)
            return
        cores = os.cpu_count() or 1
        lanes = max(1, cores // (self._threads or cores))
        self._run = JoinedRuns(self._run, MOST_ROWS_ON_CPU, lanes)

    def run(self, batch: Rows) -> Outputs:
        """Return every output; see `Session.run`."""
        return self._run(batch.astype(self._kind, copy=False))


def _run(session: onnxruntime.InferenceSession, name: str, batch: Rows) -> Outputs:
    try:
        return list(session.run(None, {name: batch}))
    except Exception as error:  # onnxruntime's own exceptions share no narrower base
        raise ModelError(f'the network refused an input of shape {batch.shape}: '
                         f'{first_line(error)}') from error


def _providers(device: str) -> list[str]:
    available = onnxruntime.get_available_providers()
    if device == 'auto':
        return [_PROVIDERS[each] for each in _AUTOMATIC if _PROVIDERS[each] in available]
    if _PROVIDERS.get(device) not in available:
        present = [each for each, provider in _PROVIDERS.items() if provider in available]
        raise ModelError(f'device {device!r} is not in this onnxruntime, '
                         f'which offers {", ".join(present)}')
    return [_PROVIDERS[device]] + ([_CPU] if device != 'cpu' else [])


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads would spin on cores that the other nodes need.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.log_severity_level = 3
    return options


def _info(node: onnxruntime.NodeArg) -> TensorInfo:
    shape = tuple(length if isinstance(length, int) else None for length in node.shape)
    return TensorInfo(node.name, shape)
