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

"""Networks run by LiteRT, formerly TensorFlow Lite: the back end for .tflite files."""

import ctypes
from importlib import import_module
import io
import os
from pathlib import Path
import threading
from typing import Any
import zipfile

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.errors import first_line
from person_tracker.models.errors import ModelError
from person_tracker.models.session import TensorInfo

# The second is what Coral's own systems carry; both have the same classes.
_PACKAGES = ('ai_edge_litert', 'tflite_runtime')
_DEVICES = ('auto', 'cpu', 'edgetpu')
_EDGE_TPU_LIBRARY = 'libedgetpu.so.1'
# The one operation that the Edge TPU's compiler puts in place of all that it takes over.
_EDGE_TPU_OPERATION = b'edgetpu-custom-op'
# How label files mark a number without a class; as the first line it is the background, which the
# numbers of the outputs leave out.
_NO_CLASS = '???'


class LitertSession:
    """
    A network run by LiteRT, on the CPU or on a Coral Edge TPU; see `Session`.

    Images go in as (1, 3, height, width) in the network's real values, whatever the file wants:
    the order of axes is changed where it has the channels last, and networks of whole numbers get
    and give real values by their own scale and zero point.
    """

    def __init__(self, model: Path | bytes, device: str, threads: int, name: str) -> None:
        """Load the network; see `open_session`."""
        runtime = _runtime(name)
        content = model if isinstance(model, bytes) else model.read_bytes()
        device = _device(device, content, name)
        delegates = [_edge_tpu(runtime, name)] if device == 'edgetpu' else []
        self._interpreter = _interpreter(runtime, content, delegates, threads, name)
        inputs = self._interpreter.get_input_details()
        if len(inputs) != 1:
            names = ', '.join(details['name'] for details in inputs)
            raise ModelError(f'{name} must have one input, got {len(inputs)}: {names}')
        self._input = inputs[0]
        self._outputs = self._interpreter.get_output_details()
        shape = tuple(int(length) for length in self._input['shape'])
        self._channels_last = len(shape) == 4 and shape[3] == 3 and shape[1] != 3
        self._shape = (shape[0], shape[3], *shape[1:3]) if self._channels_last else shape
        self.inputs: tuple[TensorInfo, ...] = (TensorInfo(self._input['name'], self._shape),)
        self.outputs = tuple(TensorInfo(each['name'], tuple(int(n) for n in each['shape']))
                             for each in self._outputs)
        self.metadata = _metadata(content)
        self.description = (f'{name}: {runtime.__name__.partition(".")[0]}, '
                            f'{"Edge TPU" if delegates else "CPU"}, '
                            f'threads: {threads or "one per core"}')
        self._lock = threading.Lock()

    @property
    def takes_batches(self) -> bool:
        """Return False: files are for one image, and the Edge TPU is compiled for it."""
        return False

    def join_runs(self) -> None:
        """Do nothing: images are computed one by one."""

    def run(self, batch: Rows) -> Outputs:
        """Return every output; see `Session.run`. Threads wait for each other."""
        if batch.shape != self._shape:
            raise ModelError(f'the network refused an input of shape {batch.shape}: '
                             f'it takes {self._shape} only')
        values = batch.transpose(0, 2, 3, 1) if self._channels_last else batch
        with self._lock:
            self._interpreter.set_tensor(self._input['index'], _stored(values, self._input))
            try:
                self._interpreter.invoke()
            except RuntimeError as error:
                raise ModelError(f'the network failed: {first_line(error)}') from error
            return [_real(self._interpreter.get_tensor(each['index']), each)
                    for each in self._outputs]


def _runtime(name: str) -> Any:
    for package in _PACKAGES:
        try:
            return import_module(f'{package}.interpreter')
        except ImportError:
            continue
    raise ModelError(f'{name} needs LiteRT, which is not installed; run: pip install '
                     'ai-edge-litert')


def _interpreter(runtime: Any, content: bytes, delegates: list[Any], threads: int,
                 name: str) -> Any:
    try:
        interpreter = runtime.Interpreter(
            model_content=content, experimental_delegates=delegates,
            num_threads=threads or os.cpu_count())
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise ModelError(f'{name} is not a network that LiteRT can load: '
                         f'{first_line(error)}') from error
    return interpreter


def _device(wanted: str, content: bytes, name: str) -> str:
    """Return what runs the file: the Edge TPU takes what is compiled for it, and nothing else."""
    if wanted not in _DEVICES:
        raise ModelError(f'LiteRT has no device {wanted!r}; for {name} it must be one of '
                         f'{", ".join(_DEVICES)}')
    compiled = _EDGE_TPU_OPERATION in content
    if wanted == 'cpu' and compiled:
        raise ModelError(f'{name} is compiled for the Edge TPU; use device edgetpu, or the file '
                         'that it was compiled from')
    if wanted == 'edgetpu' and not compiled:
        raise ModelError(f'nothing of {name} would run on the Edge TPU; compile it with '
                         'edgetpu_compiler, or use device cpu')
    return 'edgetpu' if compiled else 'cpu'


def _edge_tpu(runtime: Any, name: str) -> Any:
    try:
        ctypes.CDLL(_EDGE_TPU_LIBRARY)  # LiteRT fails without a word on what is missing
    except OSError as error:
        raise ModelError(f'{name} needs the library {_EDGE_TPU_LIBRARY}, which cannot be loaded '
                         'here; install the package libedgetpu1-std from coral.ai') from error
    try:
        return runtime.load_delegate(_EDGE_TPU_LIBRARY)
    except ValueError as error:
        raise ModelError(f'{name} needs an Edge TPU, and none answers; plug it in, check that '
                         'lsusb or lspci lists it, that this user may open it, and that no other '
                         'process has it') from error


def _stored(values: Rows, details: dict[str, Any]) -> NDArray[np.generic]:
    """Return real values as the network stores them."""
    kind = np.dtype(details['dtype'])
    if kind.kind not in 'iu':
        return values.astype(kind)
    scale, zero_point = details['quantization']
    limits = np.iinfo(kind)
    whole = np.rint(values / (scale or 1.0) + zero_point)
    return np.asarray(np.clip(whole, limits.min, limits.max).astype(kind))


def _real(values: NDArray[np.generic], details: dict[str, Any]) -> NDArray[np.generic]:
    """Return what the network stores as real values; counts and the like stay whole."""
    scale, zero_point = details['quantization']
    if not scale:
        return values
    return np.asarray((values.astype(np.float32) - zero_point) * scale, np.float32)


def _metadata(content: bytes) -> dict[str, str]:
    """Return the names of the classes where a list of labels is attached, as a .zip at the end."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            lists = [name for name in archive.namelist()
                     if 'label' in name.lower() and name.endswith('.txt')]
            lines = archive.read(lists[0]).decode('utf-8').splitlines() if lists else []
    except (zipfile.BadZipFile, UnicodeDecodeError):
        return {}
    if lines[:1] == [_NO_CLASS]:
        lines = lines[1:]
    names = {number: line.strip() for number, line in enumerate(lines)
             if line.strip() not in ('', _NO_CLASS)}
    return {'names': repr(names)} if names else {}
