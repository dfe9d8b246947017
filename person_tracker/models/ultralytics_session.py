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
Networks run by the package ultralytics: the back end for its .pt files.

That package, and the weights that its authors publish, are under the AGPL-3.0: who offers a
program that uses them to others, also over a network, owes them the program's source under that
licence, or buys another licence. Nothing of this package needs it; networks in ONNX run without.

A .pt file is a Python pickle: loading one runs what its author wrote into it. Load only files of
people you trust.
"""

from collections.abc import Callable
from pathlib import Path
import threading
from typing import Any

import numpy as np
from person_tracker.models.batching import JoinedRuns
from person_tracker.models.batching import MOST_ROWS
from person_tracker.models.batching import MOST_ROWS_ON_CPU
from person_tracker.models.batching import Outputs
from person_tracker.models.batching import Rows
from person_tracker.models.errors import first_line
from person_tracker.models.errors import ModelError
from person_tracker.models.session import TensorInfo

_DEVICES = ('auto', 'cpu', 'cuda')


class UltralyticsSession:
    """A YOLO network run by PyTorch, as ultralytics loads it; see `Session`."""

    def __init__(self, model: Path | bytes, device: str, threads: int, name: str) -> None:
        """Load the network; see `open_session`. `threads` count for all of PyTorch."""
        if isinstance(model, bytes):
            raise ModelError(f'ultralytics needs {name} as a file')
        torch, ultralytics = _packages(name)
        self._torch = torch
        self._device = _device(torch, device, name)
        if threads:
            torch.set_num_threads(threads)
        try:
            self._network = ultralytics.YOLO(str(model)).model.float().to(self._device).eval()
            self._network.fuse(verbose=False)
        except Exception as error:  # a pickle raises whatever its content does
            raise ModelError(f'{name} is not a network that ultralytics can load: '
                             f'{first_line(error)}') from error
        self.inputs: tuple[TensorInfo, ...] = (TensorInfo('images', (None, 3, None, None)),)
        self.outputs: tuple[TensorInfo, ...] = (TensorInfo('output0', (None, None, None)),)
        self.metadata = {'names': repr(dict(self._network.names))}
        self.description = (f'{name}: ultralytics {ultralytics.__version__} (AGPL-3.0), PyTorch, '
                            f'{self._device.upper()}, threads: {threads or "one per core"}')
        self._lock = threading.Lock()
        self._run: Callable[[Rows], Outputs] = self._computed

    @property
    def takes_batches(self) -> bool:
        """Return True: PyTorch takes any number of rows."""
        return True

    def join_runs(self) -> None:
        """Compute together what several threads ask for; see `JoinedRuns`."""
        rows = MOST_ROWS_ON_CPU if self._device == 'cpu' else MOST_ROWS
        self._run = JoinedRuns(self._computed, rows)

    def run(self, batch: Rows) -> Outputs:
        """Return every output; see `Session.run`."""
        return self._run(batch)

    def _computed(self, batch: Rows) -> Outputs:
        images = self._torch.from_numpy(np.ascontiguousarray(batch)).to(self._device)
        try:
            # For another size the network lays out its grid anew; nobody may see that half done.
            with self._lock, self._torch.inference_mode():
                output = self._network(images)
        except RuntimeError as error:
            raise ModelError(f'the network refused an input of shape {batch.shape}: '
                             f'{first_line(error)}') from error
        # What is left besides the boxes is for training.
        boxes = output[0] if isinstance(output, tuple) else output
        return [np.asarray(boxes.cpu().numpy(), np.float32)]


def export_to_onnx(path: Path) -> Path:
    """
    Write a .pt file's network as ONNX beside it, for any number and size of images.

    Raises
    ------
    ModelError
        The file is missing or no such network, or ultralytics is not installed.

    """
    if not path.is_file():
        raise ModelError(f'model file {path} does not exist')
    _, ultralytics = _packages(path.name)
    try:
        return Path(ultralytics.YOLO(str(path)).export(
            format='onnx', dynamic=True, simplify=False))
    except Exception as error:  # a pickle raises whatever its content does
        raise ModelError(f'{path} cannot be written as ONNX: {first_line(error)}') from error


def _packages(name: str) -> tuple[Any, Any]:
    try:
        import torch
        import ultralytics
    except ImportError as error:
        raise ModelError(
            f'{name} needs the package ultralytics, which is not installed; run: pip install '
            'ultralytics. It is under the AGPL-3.0, which binds what you give to others; the same '
            'network exported to ONNX needs none of it'
        ) from error
    return torch, ultralytics


def _device(torch: Any, wanted: str, name: str) -> str:
    if wanted not in _DEVICES:
        raise ModelError(f'ultralytics has no device {wanted!r} here; for {name} it must be one '
                         f'of {", ".join(_DEVICES)}')
    has_cuda = bool(torch.cuda.is_available())
    if wanted == 'cuda' and not has_cuda:
        raise ModelError(f"device 'cuda' does not work in this PyTorch; use 'cpu' or 'auto' for "
                         f'{name}, or check the driver')
    return 'cuda' if has_cuda and wanted != 'cpu' else 'cpu'
