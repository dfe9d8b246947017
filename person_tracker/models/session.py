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
from hashlib import sha256
from pathlib import Path
import threading
from typing import Protocol
from weakref import WeakValueDictionary

from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.darknet_graphs import read_darknet
from person_tracker.models.darknet_graphs import SUFFIXES
from person_tracker.models.errors import ModelError

# What computes; no back end knows all of them, and each says which it has.
DEVICES = ('auto', 'cpu', 'cuda', 'tensorrt', 'openvino', 'gpu', 'npu', 'edgetpu')

# The back end of a file where none is asked for.
_BY_SUFFIX = {'.onnx': 'onnxruntime', '.weights': 'onnxruntime', '.cfg': 'onnxruntime',
              '.xml': 'openvino', '.pb': 'openvino', '.tflite': 'litert', '.pt': 'ultralytics'}
BACKENDS = ('auto', 'onnxruntime', 'openvino', 'opencv', 'litert', 'ultralytics')


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


class Session(Protocol):
    """
    A network that can be run.

    Attributes
    ----------
    inputs, outputs
        Names and shapes; an input of images is shown as (N, 3, height, width), whatever order of
        axes the file has.
    metadata
        What the exporter wrote into the file or beside it; `names`, where the classes are known,
        is a dictionary or list in Python's form.
    description
        Model, runtime, what computes it and on how many threads: a line to log.

    """

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    metadata: dict[str, str]
    description: str

    @property
    def takes_batches(self) -> bool:
        """Tell whether several rows can be computed in one run."""

    def join_runs(self) -> None:
        """Compute together what several threads ask for; see `JoinedRuns`."""

    def run(self, batch: Rows) -> Outputs:
        """
        Return every output for the network's only input; several threads may call it at once.

        Raises
        ------
        ModelError
            The network refuses an input of this shape.

        """


_Opener = Callable[[Path | bytes, str, int, str], Session]


class SharedSessions:
    """
    Networks that several parts of one process use; each is in memory once.

    A network stays as long as one of those that opened it does. Threads that ask for it at once
    are answered together where it takes batches.
    """

    def __init__(self) -> None:
        self._sessions: WeakValueDictionary[tuple[str, str, str, str, int], Session]
        self._sessions = WeakValueDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return the number of networks in memory."""
        return len(self._sessions)

    def get(self, model: Path | bytes, device: str, threads: int, name: str,
            backend: str) -> Session:
        """Return what is there for the same file, back end, device and threads, or load it."""
        # The path as well: weights may lie in a file of their own beside it.
        where, content = ('', model) if isinstance(model, bytes) else (
            str(model.resolve()), model.read_bytes())
        key = where, sha256(content).hexdigest(), backend, device, threads
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                session = _opener(backend)(model, device, threads, name)
                if session.takes_batches:
                    session.join_runs()
                self._sessions[key] = session
        return session


def names_file(model: str) -> bool:
    """Tell whether a setting is the path of a network file, not a name from the registry."""
    return Path(model).suffix.lower() in _BY_SUFFIX


def open_session(model: str | Path | bytes, *, device: str = 'auto', threads: int = 0,
                 name: str = '', shared: SharedSessions | None = None,
                 backend: str = 'auto') -> Session:
    """
    Load a network.

    Parameters
    ----------
    model
        A file of any back end's form, or the content of an ONNX file.
    device
        One of `DEVICES`; `auto` takes the fastest that is present and works.
    threads
        CPU threads for one call; 0 takes one per core.
    name
        What errors and the description call it; the file's name where empty.
    shared
        Where to look for the same network; None loads one of the caller's own.
    backend
        One of `BACKENDS`; `auto` takes the one that the file's suffix stands for.

    Raises
    ------
    ModelError
        The file is missing or not a network, the device or the back end's package is not there.

    """
    if device not in DEVICES:
        raise ModelError(f'device must be one of {", ".join(DEVICES)}, got {device!r}')
    if backend not in BACKENDS:
        raise ModelError(f'backend must be one of {", ".join(BACKENDS)}, got {backend!r}')
    if not isinstance(model, bytes):
        model = Path(model)
        if not model.is_file():
            raise ModelError(f'model file {model} does not exist')
        name = name or model.name
    name = name or 'the network'
    if backend == 'auto':
        backend = _usual_backend(model, name)
    if not isinstance(model, bytes) and model.suffix.lower() in SUFFIXES and backend != 'opencv':
        model = bytes(read_darknet(model).SerializeToString())
    if shared is not None:
        return shared.get(model, device, threads, name, backend)
    return _opener(backend)(model, device, threads, name)


def _usual_backend(model: Path | bytes, name: str) -> str:
    if isinstance(model, bytes):
        return 'onnxruntime'
    suffix = model.suffix.lower()
    if suffix not in _BY_SUFFIX:
        raise ModelError(f'{name} ends in {suffix!r}; network files end in one of '
                         f'{", ".join(_BY_SUFFIX)}')
    return _BY_SUFFIX[suffix]


def _opener(backend: str) -> _Opener:
    """Import one back end; the packages of the others need not be installed."""
    match backend:
        case 'onnxruntime':
            from person_tracker.models.onnx_session import OnnxSession
            return OnnxSession
        case 'openvino':
            from person_tracker.models.openvino_session import OpenvinoSession
            return OpenvinoSession
        case 'opencv':
            from person_tracker.models.opencv_session import OpencvSession
            return OpencvSession
        case 'litert':
            from person_tracker.models.litert_session import LitertSession
            return LitertSession
        case _:
            from person_tracker.models.ultralytics_session import UltralyticsSession
            return UltralyticsSession
