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

"""Torch7's files come back as what was written, and damaged ones are refused."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies
from hypothesis.extra import numpy as arrays
import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.face_encoder import FaceEncoder
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.torch7_files import read_object
from person_tracker.models.torch7_files import TorchObject
import pytest

KINDS = {'u1': 'Byte', 'i1': 'Char', 'i2': 'Short', 'i4': 'Int', 'i8': 'Long', 'f2': 'Half',
         'f4': 'Float', 'f8': 'Double'}


@dataclass(eq=False)
class Storage:
    """Numbers that are no tensor."""

    numbers: np.ndarray


class Writer:
    """Writes values as Torch7 does."""

    def __init__(self) -> None:
        self._written: list[Any] = []

    def value(self, value: Any) -> bytes:
        match value:
            case None:
                return ints(0)
            case bool():
                return ints(5, value)
            case int() | float():
                return ints(1) + struct.pack('<d', value)
            case str():
                return ints(2) + text(value)
        kind = 3 if isinstance(value, dict) else 4
        for index, each in enumerate(self._written, 1):
            if each is value:
                return ints(kind, index)
        self._written.append(value)
        content = self._table if isinstance(value, dict) else self._object
        return ints(kind, len(self._written)) + content(value)

    def _table(self, table: dict) -> bytes:
        return ints(len(table)) + b''.join(
            self.value(key) + self.value(value) for key, value in table.items())

    def _object(self, value: Any) -> bytes:
        if isinstance(value, TorchObject):
            return text('V 1') + text(value.kind) + self.value(value.fields)
        if isinstance(value, Storage):
            return (header(value.numbers, 'Storage') + longs(len(value.numbers))
                    + value.numbers.tobytes())
        strides = [step // value.itemsize for step in value.strides]
        storage = Storage(value.ravel()) if value.size else None
        return (header(value, 'Tensor') + ints(value.ndim) + longs(*value.shape, *strides, 1)
                + self.value(storage))


def header(numbers: np.ndarray, form: str) -> bytes:
    return text('V 1') + text(f'torch.{KINDS[numbers.dtype.str[1:]]}{form}')


def ints(*values: int) -> bytes:
    return struct.pack(f'<{len(values)}i', *values)


def longs(*values: int) -> bytes:
    return struct.pack(f'<{len(values)}q', *values)


def text(value: str) -> bytes:
    return ints(len(value)) + value.encode('latin-1')


def read(folder: Path, content: bytes) -> Any:
    path = folder / 'tiny.t7'
    path.write_bytes(content)
    return read_object(path)


def plain(value: Any) -> Any:
    """Return a value in a form that `==` compares."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, TorchObject):
        return value.kind, plain(value.fields)
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return type(value), value


NUMBERS = strategies.floats(allow_nan=False)
TEXTS = strategies.text(strategies.characters(max_codepoint=255), max_size=8)
TENSORS = strategies.sampled_from(list(KINDS)).flatmap(
    lambda form: arrays.arrays(np.dtype(form), arrays.array_shapes(max_dims=4, max_side=4)))
VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | NUMBERS | TEXTS | TENSORS,
    lambda inner: strategies.dictionaries(TEXTS | NUMBERS, inner, max_size=4) | strategies.builds(
        TorchObject, strategies.just('nn.Any'), strategies.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=10)


@given(value=VALUES)
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    found = read(tmp_path_factory.mktemp('files'), Writer().value(value))
    assert plain(found) == plain(value)


def test_what_occurs_twice_is_one_thing(tmp_path: Path) -> None:
    numbers, table = np.arange(3.0), {'key': 'value'}
    part = TorchObject('nn.Linear', {'weight': numbers})
    found = read(tmp_path, Writer().value(
        {1: part, 2: part, 3: table, 4: table, 5: numbers}))
    assert found[1] is found[2] and found[3] is found[4]
    assert found[5] is found[1].fields['weight']


def test_table_may_be_long_and_contain_itself(tmp_path: Path) -> None:
    table: dict = {float(number): 'same' for number in range(200)}
    table['self'] = table
    found = read(tmp_path, Writer().value(table))
    assert found['self'] is found and len(found) == 201 and found[199] == 'same'


def tensor(sizes: tuple, strides: tuple, offset: int, count: int = 12) -> bytes:
    """Return a tensor of a storage that counts from 0."""
    numbers = np.arange(count, dtype='<f4')
    return (ints(4, 1) + header(numbers, 'Tensor') + ints(len(sizes))
            + longs(*sizes, *strides, offset) + ints(4, 2) + header(numbers, 'Storage')
            + longs(count) + numbers.tobytes())


@pytest.mark.parametrize(('sizes', 'strides', 'offset', 'expected'), [
    ((3, 4), (4, 1), 1, np.arange(12).reshape(3, 4)),
    ((4, 3), (1, 4), 1, np.arange(12).reshape(3, 4).T),   # transposed
    ((2, 2), (4, 1), 6, [[5, 6], [9, 10]]),               # a part of a larger one
    ((2,), (11,), 1, [0, 11]),                            # the last number of the storage
    ((2, 3), (0, 1), 1, [[0, 1, 2]] * 2),                 # one row for all
    ((1, 2), (1 << 62, 1), 1, [[0, 1]]),                  # no second row to step to
    ((0, 1 << 62), (1, 1), 1, []),
    ((), (), 1, []),
])
def test_tensor_is_what_sizes_strides_and_offset_say(
        tmp_path: Path, sizes: tuple, strides: tuple, offset: int, expected: object) -> None:
    np.testing.assert_array_equal(read(tmp_path, tensor(sizes, strides, offset)), expected)


@pytest.mark.parametrize(('sizes', 'strides', 'offset'), [
    ((3, 4), (4, 1), 2),              # one too far
    ((2,), (12,), 1),
    ((3,), (-1,), 4),                 # backwards
    ((-3,), (1,), 1),
    ((3,), (1,), 0),                  # before the first
    ((3,), (1,), -(1 << 62)),
    ((1 << 40, 1 << 40), (0, 0), 1),  # one number as a heap of them
    ((1 << 62,) * 8, (1 << 62,) * 8, 1 << 62),
])
def test_tensor_outside_its_storage_is_refused(
        tmp_path: Path, sizes: tuple, strides: tuple, offset: int) -> None:
    with pytest.raises(ModelError, match='of sizes .* must lie in its storage of 12 numbers'):
        read(tmp_path, tensor(sizes, strides, offset))


def test_functions_are_passed_over(tmp_path: Path) -> None:
    code, surroundings = text('\x1bLua os.execute()'), Writer().value('what it uses')
    shared = ints(8, 9) + code + surroundings
    values = {'plain': ints(6) + code + surroundings, 'shared': shared, 'again': ints(8, 9),
              'older': ints(7, 10) + code + surroundings, 'last': ints(5, 1)}
    found = read(tmp_path, ints(3, 20, len(values)) + b''.join(
        ints(2) + text(key) + value for key, value in values.items()))
    assert found == {'plain': None, 'shared': None, 'again': None, 'older': None, 'last': True}


def test_oldest_files_name_the_class_without_a_version(tmp_path: Path) -> None:
    found = read(tmp_path, ints(4, 1) + text('nn.ReLU') + ints(3, 2, 0))
    assert (found.kind, found.fields) == ('nn.ReLU', {})


@pytest.mark.parametrize(('content', 'message'), [
    (b'', '4 more bytes are expected, 0 are there, at byte 0'),
    (b'4\n1\n3\nV 1\n', 'type of a value must be 0 to 8, got 170986036'),  # Torch's text form
    (ints(1, 0), '8 more bytes are expected, 4 are there'),
    (ints(2, 5) + b'four', 'a length must be 0 to 4, got 5'),
    (ints(2, -1) + b'four', 'a length must be 0 to 4, got -1'),
    (ints(3, 1, 2) + bytes(8), 'a length must be 0 to 1, got 2'),
    (ints(4, 1) + text('torch.FloatStorage') + longs(1 << 61), 'must be 0 to 0, got 23058430'),
    (ints(4, 1) + text('torch.FloatStorage') + longs(-1), 'must be 0 to 0, got -1'),
    (ints(4, 1) + text('torch.FloatTensor') + ints(9), 'must have 0 to 8 axes, got 9'),
    (ints(4, 1) + text('torch.FloatTensor') + ints(1) + longs(1, 1, 1) + ints(5, 1),
     'must lie in its storage of 0 numbers'),
    (ints(4, 1) + text('nn.ReLU') + ints(5, 1), 'a nn.ReLU must hold a table'),
    (ints(4, 1) + text('nn.Re\nLU'), 'a class must be named in letters, digits, _ and .'),
    (b''.join(ints(3, index, 1) for index in range(200)), 'more than 100 deep'),
])
def test_damaged_file_is_refused_with_the_place(tmp_path: Path, content: bytes,
                                                message: str) -> None:
    with pytest.raises(ModelError, match=f'tiny.t7 is damaged or no Torch7 .*{message}'):
        read(tmp_path, content)


def test_numbers_of_a_gpu_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'holds a torch.CudaTensor, .* with network:float\(\)'):
        read(tmp_path, ints(4, 1) + text('V 1') + text('torch.CudaTensor'))


WHOLE = Writer().value(TorchObject('nn.Sequential', {
    'train': False, 'modules': {1: TorchObject('nn.Linear', {
        'weight': np.ones((2, 3), np.float32), 'bias': None})}}))


def test_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(len(WHOLE)):
        with pytest.raises(ModelError, match='is damaged'):
            read(tmp_path, WHOLE[:length])


@given(place=strategies.integers(0, len(WHOLE) - 1), change=strategies.integers(1, 255))
def test_file_with_a_wrong_byte_is_read_or_refused(
        tmp_path_factory: pytest.TempPathFactory, place: int, change: int) -> None:
    content = bytearray(WHOLE)
    content[place] ^= change
    with suppress(ModelError):
        read(tmp_path_factory.mktemp('files'), bytes(content))


LAYER = TorchObject('nn.Any', {
    'whole': 3.0, 'half': 0.5, 'huge': 1e300, 'none': None, 'text': 'four', 'yes': True,
    'tensor': np.zeros((2, 3), np.float32), 'sizes': np.array([2, 3]),
    'heap': np.array([1.0, 1e300])})


@pytest.mark.parametrize(('call', 'message'), [
    (lambda: LAYER.number('absent'), 'absent of a Torch7 nn.Any must be a number of 32 bits'),
    (lambda: LAYER.number('yes'), 'must be a number of 32 bits, got True'),
    (lambda: TorchObject('nn.Any', {'nan': np.nan}).number('nan'), 'of 32 bits, got nan'),
    (lambda: LAYER.whole('half'), 'half .* must be a whole number from 1 to 65536, got 0.5'),
    (lambda: LAYER.number('huge'), 'huge .* must be a number of 32 bits, got 1e.300'),
    (lambda: LAYER.whole('whole', least=4), 'from 4 to 65536, got 3.0'),
    (lambda: LAYER.flag('whole', True), 'must be a boolean, got 3.0'),
    (lambda: LAYER.array('text', 4), 'must be a tensor, got str'),
    (lambda: LAYER.array('heap', 2), 'heap of a Torch7 nn.Any must be finite numbers, got inf'),
    (lambda: LAYER.array('tensor', 7), r'numbers of shape \(7,\), got \(2, 3\)'),
    (lambda: LAYER.sizes('tensor'), 'must be a list of whole numbers, got ndarray'),
    (lambda: LAYER.parts(), 'modules of a Torch7 nn.Any must be a list of layers, got None'),
    (lambda: TorchObject('nn.Any', {'modules': {}}).parts(), 'a list of layers, got dict'),
    (lambda: TorchObject('nn.Any', {'modules': {2: LAYER}}).parts(), 'a list of layers'),
    (lambda: TorchObject('nn.Any', {'modules': {1: 'text'}}).parts(), 'a list of layers'),
])
def test_field_of_another_kind_is_refused_by_name(call: Callable, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        call()


def test_fields_have_defaults_and_shapes() -> None:
    assert (LAYER.whole('whole'), LAYER.whole('absent', 7)) == (3, 7)
    assert (LAYER.flag('yes', False), LAYER.flag('absent', False)) == (True, False)
    assert LAYER.array('tensor', 3, -1).shape == (3, 2)
    assert LAYER.sizes('sizes') == [2, 3]


def test_file_of_ones_own_describes_faces(tmp_path: Path) -> None:
    kernel = np.zeros((3, 3, 96, 96), np.float32)
    kernel[range(3), range(3)] = 1.0 / 96 ** 2  # each channel's mean
    path = tmp_path / 'own.t7'
    path.write_bytes(Writer().value(TorchObject('nn.Sequential', {'modules': {
        1: TorchObject('nn.SpatialConvolution', {
            'nInputPlane': 3, 'nOutputPlane': 3, 'kW': 96, 'kH': 96, 'weight': kernel}),
        2: TorchObject('nn.View', {'size': Storage(np.array([3]))})}})))
    encoder = FaceEncoder(str(path), NetworkConfig(device='cpu', threads=1))
    assert (encoder.size, encoder.dimension) == (96, 3)
    expected = np.array([50.0, 100.0, 250.0])
    rows = encoder.encode([np.full((96, 96, 3), (250, 100, 50), np.uint8)] * 2)
    np.testing.assert_allclose(rows, [expected / np.linalg.norm(expected)] * 2, atol=1e-4)
