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

"""Networks that describe images: one row of numbers each, whatever order of axes they want."""

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.errors import ModelError
from person_tracker.models.session import Session

_COLOURS = 3


class EmbeddingNetwork:
    """
    Runs a network whose input is (N, 3, height, width) or (N, height, width, 3).

    Attributes
    ----------
    height, width
        Of the images it takes, pixels; None where the file leaves it open.
    description
        Model, runtime and device: a line to log.

    """

    def __init__(self, session: Session, name: str) -> None:
        """Refuse a network that takes no colour images; errors call it by its name."""
        shape = session.inputs[0].shape
        # Files that came from TensorFlow often have the channels last.
        self._channels_last = len(shape) == 4 and shape[3] == _COLOURS != shape[1]
        if len(shape) != 4 or not (self._channels_last or shape[1] in (_COLOURS, None)):
            raise ModelError(f'{name} must take images of shape (N, 3, height, width) or '
                             f'(N, height, width, 3), got {shape}')
        self.height, self.width = shape[1:3] if self._channels_last else shape[2:]
        self.description = session.description
        self._session, self._name = session, name

    def dimension(self, width: int, height: int) -> int:
        """
        Return how many numbers describe an image of this size; the network runs once.

        Raises
        ------
        ModelError
            It gives no embedding, or refuses images of this size.

        """
        shape = self._run(np.zeros((1, _COLOURS, height, width), np.float32)).shape
        if shape[:1] != (1,) or np.prod(shape) < 2 or shape[1] != np.prod(shape):
            raise ModelError(f'{self._name} must give one embedding per image, shape (N, D), '
                             f'got {shape}')
        return int(shape[1])

    def rows(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return one row for each input of shape (N, 3, height, width), N at least 1."""
        return self._run(inputs).reshape(len(inputs), -1)

    def _run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._channels_last:
            inputs = np.ascontiguousarray(inputs.transpose(0, 2, 3, 1))
        return first_output(self._session, inputs)


def first_output(session: Session, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the first output for N inputs, N at least 1, one by one where it takes no batches."""
    steps = [inputs] if session.takes_batches else np.split(inputs, len(inputs))
    return np.concatenate([np.asarray(session.run(step)[0], np.float32) for step in steps])


def unit_rows(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return rows, shape (N, D), of length 1; zeros for one that is not finite or has none."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    good = np.isfinite(lengths) & (lengths > 0.0)
    return np.where(good, rows / np.where(good, lengths, 1.0), 0.0).astype(np.float32)
