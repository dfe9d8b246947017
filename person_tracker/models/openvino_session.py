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

"""Networks run by OpenVINO: IR (.xml with .bin), ONNX, frozen TensorFlow graphs (.pb)."""

from collections.abc import Callable
from pathlib import Path
import threading
from typing import Any

import numpy as np
from person_tracker.models.batching import JoinedRuns
from person_tracker.models.batching import MOST_ROWS
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.errors import first_line
from person_tracker.models.errors import ModelError
from person_tracker.models.session import TensorInfo

try:
    import openvino
except ImportError:
    openvino = None

# What OpenVINO calls each device of ours. AUTO answers from the CPU while it prepares another one.
_DEVICES = {'auto': 'AUTO', 'cpu': 'CPU', 'gpu': 'GPU', 'npu': 'NPU'}


class OpenvinoSession:
    """
    A network run by OpenVINO; see `Session`.

    On a CPU one that leaves the number of rows open is closed to one: retail-0287 takes 3.5 ms
    for a row so, and 4.9 ms for each row of a batch; yolox_nano 10.5 and 13.3 ms.
    """

    def __init__(self, model: Path | bytes, device: str, threads: int, name: str) -> None:
        """Load the network; see `open_session`."""
        if openvino is None:
            raise ModelError(f'{name} needs the Python package openvino, which is not installed; '
                             'run: pip install openvino')
        core = openvino.Core()
        target = _target(core, device)
        network = _read(core, model, name)
        if len(network.inputs) != 1:
            names = ', '.join(port.any_name for port in network.inputs)
            raise ModelError(f'{name} must have one input, got {len(network.inputs)}: {names}')
        # Another precision would give other boxes on other machines; pinned threads would keep
        # cores from the other nodes.
        core.set_property('CPU', {'INFERENCE_PRECISION_HINT': 'f32', 'ENABLE_CPU_PINNING': False,
                                  'INFERENCE_NUM_THREADS': threads})
        self._lock = threading.Lock()
        self._run: Callable[[Rows], Outputs] = self._run_alone
        if target == 'CPU':
            _close_rows(network)
        self._request = _compiled(core, network, target, name)
        compiled = self._request.get_compiled_model()
        self.inputs = tuple(_info(port) for port in compiled.inputs)
        self.outputs = tuple(_info(port) for port in compiled.outputs)
        self.metadata = _metadata(network)
        used = compiled.get_property('EXECUTION_DEVICES')
        version = openvino.__version__.partition('-')[0]
        self.description = (f'{name}: openvino {version}, {", ".join(used)}, '
                            f'threads: {threads or "one per core"}')

    @property
    def takes_batches(self) -> bool:
        """Tell whether several rows can be computed in one run."""
        return len(self.inputs[0].shape) > 0 and self.inputs[0].shape[0] is None

    def join_runs(self) -> None:
        """Compute together what several threads ask for; see `JoinedRuns`."""
        self._run = JoinedRuns(self._run, MOST_ROWS)

    def run(self, batch: Rows) -> Outputs:
        """Return every output; see `Session.run`."""
        return self._run(batch)

    def _run_alone(self, batch: Rows) -> Outputs:
        # One call at a time takes all the cores anyway.
        with self._lock:
            return _run(self._request, batch)


def _read(core: Any, model: Path | bytes, name: str) -> Any:
    try:
        return core.read_model(model)
    except Exception as error:  # OpenVINO raises RuntimeError and its own
        raise ModelError(f'{name} is not a network that OpenVINO can load: '
                         f'{_reason(error)}') from error


def _close_rows(network: Any) -> None:
    shape = network.input(0).partial_shape
    if shape.rank.is_static and len(shape) > 0 and shape[0].is_dynamic:
        try:
            network.reshape([1, *list(shape)[1:]])
        except RuntimeError:
            pass  # it wants more than one; as it is, then


def _compiled(core: Any, network: Any, target: str, name: str) -> Any:
    try:
        compiled = core.compile_model(network, target, {'PERFORMANCE_HINT': 'LATENCY'})
        return compiled.create_infer_request()
    except Exception as error:  # OpenVINO raises RuntimeError and its own
        raise ModelError(f'OpenVINO cannot run {name} on {target}: {_reason(error)}') from error


def _run(request: Any, batch: Rows) -> Outputs:
    try:
        request.infer([batch])
    except Exception as error:  # OpenVINO raises RuntimeError and its own
        raise ModelError(f'the network refused an input of shape {batch.shape}: '
                         f'{_reason(error)}') from error
    # Copies, as the next run writes to the same memory.
    return [np.array(tensor.data) for tensor in request.output_tensors]


def _target(core: Any, device: str) -> str:
    present = [each.partition('.')[0] for each in core.available_devices]
    offered = ['auto', *(ours for ours, theirs in _DEVICES.items() if theirs in present)]
    if device not in offered:
        raise ModelError(f'device {device!r} is not among those that OpenVINO offers here: '
                         f'{", ".join(offered)}')
    # AUTO chooses, and where there is but one it only hides what that one can be told.
    return 'CPU' if present == ['CPU'] else _DEVICES[device]


def _info(port: Any) -> TensorInfo:
    shape = port.partial_shape
    lengths = tuple(int(axis.get_length()) if axis.is_static else None for axis in shape)
    return TensorInfo(port.any_name if port.names else '', lengths)


def _metadata(network: Any) -> dict[str, str]:
    """Return what an ONNX file's exporter wrote, and the classes that OpenVINO's own tools did."""
    found = {}
    if network.has_rt_info('framework'):
        for key, value in network.get_rt_info('framework').value.items():
            found[key] = str(value)
    labels = ['model_info', 'labels']  # words with spaces between
    if network.has_rt_info(labels):
        words = str(network.get_rt_info(labels).value).split()
        found['names'] = repr(dict(enumerate(words)))
    return found


def _reason(error: Exception) -> str:
    """Return the line that says what is wrong; those before it name OpenVINO's source files."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    wrapping = ('Exception from', 'Check ', 'FrontEnd API failed')
    plain = [line for line in lines if not line.startswith(wrapping)]
    return plain[0].strip() if plain else first_line(error)
