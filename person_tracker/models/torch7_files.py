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
Torch7's binary files (.t7) as they are written: numbers, strings, tables, tensors and objects.

Every value begins with the number of its type, all little-endian. Tables, tensors and objects have
an index and are written where they come first; later the index alone stands for them. Nothing of a
file is ever executed: of functions not even the text is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
import math
from pathlib import Path
import re
import struct
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from person_tracker.models.errors import ModelError

Floats = NDArray[np.float32]

# Types of values.
_NIL, _NUMBER, _STRING, _TABLE, _OBJECT, _BOOLEAN, _FUNCTION = range(7)
_SHARED_FUNCTIONS = (7, 8)  # which have an index; 7 is the older form
# Classes whose content is no table.
_FORMS = {'Byte': 'u1', 'Char': 'i1', 'Short': '<i2', 'Int': '<i4', 'Long': '<i8', 'Half': '<f2',
          'Float': '<f4', 'Double': '<f8'}
_STORAGES = {f'torch.{kind}Storage': np.dtype(form) for kind, form in _FORMS.items()}
_TENSORS = {f'torch.{kind}Tensor': np.dtype(form) for kind, form in _FORMS.items()}

_CLASS = re.compile(r'[A-Za-z0-9_.]{1,80}')
_MOST_AXES = 8
_MOST_NESTED = 100  # layers of real networks lie up to 20 deep
_MOST_WHOLE = 1 << 16
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(eq=False)
class TorchObject:
    """
    An object of one of Torch7's classes, such as a layer.

    Attributes
    ----------
    kind
        The class, `nn.Linear`.
    fields
        What it holds, by name: floats, strings, booleans, dictionaries for tables, arrays for
        storages and tensors (an empty one has shape (0,)), other objects, None.

    """

    kind: str
    fields: Mapping[Any, Any] = field(default_factory=dict)

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number that 32 bits can hold."""
        value = self.fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(
                value) <= _LARGEST:
            raise self._wrong(name, 'a number of 32 bits', value)
        return float(value)

    def whole(self, name: str, default: int | None = None, *, least: int = 1,
              most: int = _MOST_WHOLE) -> int:
        """Return a whole number within limits."""
        value = self.number(name, default)
        if not value.is_integer() or not least <= value <= most:
            raise self._wrong(name, f'a whole number from {least} to {most}', value)
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean."""
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, 'a boolean', value)
        return value

    def array(self, name: str, *shape: int) -> Floats:
        """Return the finite numbers of a tensor in a shape; one length may be -1."""
        value = self.fields.get(name)
        if not isinstance(value, np.ndarray):
            raise self._wrong(name, 'a tensor', value)
        with np.errstate(over='ignore'):
            numbers = np.array(value, np.float32)
        endless = numbers[~np.isfinite(numbers)]
        if endless.size:
            raise self._wrong(name, 'finite numbers', float(endless[0]))
        try:
            return numbers.reshape(shape)
        except ValueError as error:
            raise ModelError(f'{name} of a Torch7 {self.kind} must be numbers of shape {shape}, '
                             f'got {value.shape}') from error

    def sizes(self, name: str) -> list[int]:
        """Return a list of whole numbers."""
        value = self.fields.get(name)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in 'iu' or value.ndim != 1:
            raise self._wrong(name, 'a list of whole numbers', value)
        return [int(each) for each in value]

    def parts(self) -> list['TorchObject']:
        """Return the layers that this one is made of."""
        modules = self.fields.get('modules')
        count = len(modules) if isinstance(modules, dict) else 0
        layers = [modules.get(number + 1) for number in range(count)] if modules else []
        found = [each for each in layers if isinstance(each, TorchObject)]
        if not found or len(found) < count:
            raise self._wrong('modules', 'a list of layers', modules)
        return found

    def _wrong(self, name: str, wanted: str, value: object) -> ModelError:
        shown = value if isinstance(value, (int, float)) else type(value).__name__
        return ModelError(f'{name} of a Torch7 {self.kind} must be {wanted}, got {shown}')


def read_object(path: Path) -> Any:
    """
    Return what a file holds, in the forms that `TorchObject.fields` names.

    Raises
    ------
    ModelError
        The file is missing or damaged, not in Torch7's binary form, or of a class not known here.

    """
    if not path.is_file():
        raise ModelError(f'model file {path} does not exist')
    return _Reader(path.read_bytes(), path.name).value()


class _Reader:
    """Reads one value after the other; no length in the file is trusted."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content, self._name = content, name
        self._position = self._nested = 0
        self._known: dict[int, Any] = {}

    def value(self) -> Any:
        """Return the next value, with all that it is made of."""
        if self._nested == _MOST_NESTED:
            raise self._damaged(f'values lie in each other more than {_MOST_NESTED} deep')
        self._nested += 1
        found = self._content_of(self._int())
        self._nested -= 1
        return found

    def _content_of(self, kind: int) -> Any:
        if kind == _NIL:
            return None
        if kind == _NUMBER:
            return self._unpacked('<d')
        if kind == _BOOLEAN:
            return self._int() != 0
        if kind == _STRING:
            return self._text()
        if kind == _FUNCTION:
            return self._skipped_function()
        if kind not in (_TABLE, _OBJECT, *_SHARED_FUNCTIONS):
            raise self._damaged(f'the type of a value must be 0 to {_SHARED_FUNCTIONS[-1]}, got '
                                f'{kind}')
        index = self._int()
        if index not in self._known:
            read = {_TABLE: self._table, _OBJECT: self._object}.get(kind, self._shared_function)
            read(index)
        return self._known[index]

    def _table(self, index: int) -> None:
        # Known before it is filled, as it may contain itself.
        table = self._known[index] = {}
        for _ in range(self._length(8)):  # two values of four bytes at least
            key, value = self.value(), self.value()
            if isinstance(key, (float, str)):
                table[key] = value

    def _object(self, index: int) -> None:
        version = self._text()
        # The oldest files name the class alone.
        kind = self._text() if version.startswith('V ') else version
        if not _CLASS.fullmatch(kind):
            raise self._damaged('a class must be named in letters, digits, _ and .')
        if kind in _STORAGES:
            self._known[index] = self._storage(_STORAGES[kind])
        elif kind in _TENSORS:
            self._known[index] = self._tensor(_TENSORS[kind])
        elif kind.startswith('torch.'):
            raise ModelError(f'{self._name} holds a {kind}, which is not known here; known are '
                             f'{", ".join(_TENSORS)}: convert the network with network:float()')
        else:
            found = self._known[index] = TorchObject(kind)
            content = self.value()
            if not isinstance(content, dict):
                raise self._damaged(f'a {kind} must hold a table')
            found.fields = content

    def _shared_function(self, index: int) -> None:
        self._known[index] = None
        self._skipped_function()

    def _skipped_function(self) -> None:
        self._take(self._length())
        self.value()  # what the function had of its surroundings

    def _storage(self, form: np.dtype[Any]) -> NDArray[Any]:
        count = self._length(form.itemsize, '<q')
        return np.frombuffer(self._take(count * form.itemsize), form)

    def _tensor(self, form: np.dtype[Any]) -> NDArray[Any]:
        axes = self._int()
        if not 0 <= axes <= _MOST_AXES:
            raise self._damaged(f'a tensor must have 0 to {_MOST_AXES} axes, got {axes}')
        sizes = [self._unpacked('<q') for _ in range(axes)]
        strides = [self._unpacked('<q') for _ in range(axes)]
        first = self._unpacked('<q') - 1  # Lua counts from 1
        storage = self.value()
        if storage is None or 0 in sizes or not sizes:
            return np.zeros(0, form)
        count = len(storage) if isinstance(storage, np.ndarray) and storage.ndim == 1 else 0
        last = first + sum((size - 1) * stride for size, stride in zip(sizes, strides))
        if min(first, *sizes, *strides) < 0 or last >= count or math.prod(sizes) > count:
            raise self._damaged(f'a tensor of sizes {sizes}, strides {strides} and offset {first} '
                                f'must lie in its storage of {count} numbers')
        # The stride of a single row is of no account, and may be anything.
        steps = [stride * storage.itemsize if size > 1 else 0
                 for size, stride in zip(sizes, strides)]
        return as_strided(storage[first:], sizes, steps, writeable=False)

    def _int(self) -> int:
        return int(self._unpacked('<i'))

    def _text(self) -> str:
        return self._take(self._length()).decode('latin-1')

    def _length(self, width: int = 1, form: str = '<i') -> int:
        """Return how many parts follow, of so many bytes each or more."""
        count = int(self._unpacked(form))
        most = (len(self._content) - self._position) // width
        if not 0 <= count <= most:
            raise self._damaged(f'a length must be 0 to {most}, got {count}')
        return count

    def _unpacked(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _take(self, count: int) -> bytes:
        left = len(self._content) - self._position
        if count > left:
            raise self._damaged(f'{count} more bytes are expected, {left} are there')
        taken = self._content[self._position:self._position + count]
        self._position += count
        return taken

    def _damaged(self, reason: str) -> ModelError:
        return ModelError(f'{self._name} is damaged or no Torch7 file in binary form: {reason}, '
                          f'at byte {self._position}')
