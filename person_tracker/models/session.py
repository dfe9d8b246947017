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

"""A loaded network behind a small interface, whatever runtime does the work."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
import os
from pathlib import Path
import threading
from weakref import WeakValueDictionary

import onnxruntime
from person_tracker.models.batching import JoinedRuns
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.errors import ModelError

DEVICES = ('auto', 'cpu', 'cuda', 'tensorrt', 'openvino')

_CPU = 'CPUExecutionProvider'
_PROVIDERS = {
    'cpu': _CPU,
    'cuda': 'CUDAExecutionProvider',
    'tensorrt': 'TensorrtExecutionProvider',
    'openvino': 'OpenVINOExecutionProvider',
}
# TensorRT builds an engine for minutes at the first start, so it is taken only when asked for.
_AUTOMATIC = ('cuda', 'openvino', 'cpu')
# Rows that several threads' are joined to. A CPU takes as long for each of more, and every row
# needs memory; other devices have cores to fill.
_MOST_ROWS, _MOST_ROWS_ON_CPU = 16, 4


@dataclass(frozen=True)
class TensorInfo:
    """
    One input or output of a network.

    Attributes
    ----------
    name
        Its name in the network.
    shape
        One entry per axis; None where the length is left open.

    """

    name: str
    shape: tuple[int | None, ...]


class OnnxSession:
    """
    A network run by onnxruntime; `run` may be called from several threads at once.

    Attributes
    ----------
    inputs, outputs
        Names and shapes.
    metadata
        What the exporter wrote into the file.
    description
        Model, runtime, what computes it and on how many threads: a line to log.

    """

    def __init__(self, model: Path | bytes, device: str, threads: int, name: str) -> None:
        """Load the network; see `open_session`."""
        source = model if isinstance(model, bytes) else str(model)
        providers = _providers(device)
        try:
            self._session = onnxruntime.InferenceSession(
                source, _options(threads), providers=providers)
        except Exception as error:  # onnxruntime's own exceptions share no narrower base
            raise ModelError(f'{name} is not a network that onnxruntime can load: '
                             f'{_first_line(error)}') from error
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

    @property
    def takes_batches(self) -> bool:
        """Tell whether several rows can be computed in one run."""
        return len(self.inputs[0].shape) > 0 and self.inputs[0].shape[0] is None

    def join_runs(self) -> None:
        """Compute together what several threads ask for; see `JoinedRuns`."""
        if self._session.get_providers()[0] != _CPU:
            self._run = JoinedRuns(self._run, _MOST_ROWS)
            return
        cores = os.cpu_count() or 1
        lanes = max(1, cores // (self._threads or cores))
        self._run = JoinedRuns(self._run, _MOST_ROWS_ON_CPU, lanes)

    def run(self, batch: Rows) -> Outputs:
        """
        Return every output for the network's only input.

        Raises
        ------
        ModelError
            The network refuses an input of this shape.

        """
        return self._run(batch)


class SharedSessions:
    """
    Networks that several parts of one process use; each is in memory once.

    A network stays as long as one of those that opened it does. Threads that ask for it at once
    are answered together where it takes batches.
    """

    def __init__(self) -> None:
        self._sessions: WeakValueDictionary[tuple[str, str, str, int], OnnxSession]
        self._sessions = WeakValueDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return the number of networks in memory."""
        return len(self._sessions)

    def get(self, model: Path | bytes, device: str, threads: int, name: str) -> OnnxSession:
        """Return the network that is there for the same file, device and threads, or load it."""
        # The path as well: weights may lie in a file of their own beside it.
        where, content = ('', model) if isinstance(model, bytes) else (
            str(model.resolve()), model.read_bytes())
        key = where, sha256(content).hexdigest(), device, threads
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                session = OnnxSession(model, device, threads, name)
                if session.takes_batches:
                    session.join_runs()
                self._sessions[key] = session
        return session


def open_session(model: str | Path | bytes, *, device: str = 'auto', threads: int = 0,
                 name: str = '', shared: SharedSessions | None = None) -> OnnxSession:
    """
    Load a network.

    Parameters
    ----------
    model
        An ONNX file, or its content.
    device
        One of `DEVICES`; `auto` takes the fastest that is present and works.
    threads
        CPU threads for one call; 0 takes one per core.
    name
        What errors and the description call it; the file's name where empty.
    shared
        Where to look for the same network; None loads one of the caller's own.

    Raises
    ------
    ModelError
        The file is missing or not a network, or the device is not available.

    """
    if device not in DEVICES:
        raise ModelError(f'device must be one of {", ".join(DEVICES)}, got {device!r}')
    opened = shared.get if shared is not None else OnnxSession
    if isinstance(model, bytes):
        return opened(model, device, threads, name or 'the network')
    path = Path(model)
    if not path.is_file():
        raise ModelError(f'model file {path} does not exist')
    return opened(path, device, threads, name or path.name)


def _run(session: onnxruntime.InferenceSession, name: str, batch: Rows) -> Outputs:
    try:
        return list(session.run(None, {name: batch}))
    except Exception as error:  # onnxruntime's own exceptions share no narrower base
        raise ModelError(f'the network refused an input of shape {batch.shape}: '
                         f'{_first_line(error)}') from error


def _providers(device: str) -> list[str]:
    available = onnxruntime.get_available_providers()
    if device == 'auto':
        return [_PROVIDERS[each] for each in _AUTOMATIC if _PROVIDERS[each] in available]
    if _PROVIDERS[device] not in available:
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


def _first_line(error: Exception) -> str:
    return str(error).strip().partition('\n')[0]
