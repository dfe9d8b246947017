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

"""Text files of rows of numbers, read fast and refused with the exact place of what is wrong."""

from pathlib import Path
import warnings

import numpy as np
from numpy.typing import NDArray


class FileFormatError(ValueError):
    """A file does not hold what it should; the text names file, place and what is expected."""


def read_number_rows(path: Path, names: tuple[str, ...],
                     delimiter: str | None) -> NDArray[np.float64]:
    """
    Read a text file of rows of numbers.

    Parameters
    ----------
    path
        The file; blank lines are passed over.
    names
        What the first columns are called, for error messages; there may be more columns.
    delimiter
        What separates columns; None is any white space.

    Returns
    -------
    NDArray
        Shape (N, C), C >= len(names); the named columns are finite.

    Raises
    ------
    FileFormatError
        Names file, line, column, value and what is expected.

    """
    try:
        with open(path, encoding='utf-8-sig') as file, warnings.catch_warnings():
            warnings.filterwarnings('ignore', message='loadtxt: input contained no data')
            values = np.loadtxt(file, delimiter=delimiter, ndmin=2, comments=None)
    except UnicodeDecodeError:
        raise FileFormatError(f'{path} is not a text file') from None
    except ValueError:
        raise _first_unreadable(path, names, delimiter) from None
    if not values.size:
        return np.empty((0, len(names)))
    if values.shape[1] < len(names):
        raise _too_few_columns(path, 0, values.shape[1], names)
    for column, name in enumerate(names):
        require(path, values, column, name, np.isfinite(values[:, column]), 'a finite number')
    return values


def require(path: Path, values: NDArray[np.float64], column: int, name: str,
            allowed: NDArray[np.bool_], expected: str) -> None:
    """
    Refuse the first row whose value in a column is not allowed.

    Parameters
    ----------
    path
        The file, for the error message.
    values
        Shape (N, C), rows as read from the file.
    column, name
        The column, from 0, and what it is called.
    allowed
        Shape (N,).
    expected
        What is allowed, in words.

    Raises
    ------
    FileFormatError
        Names file, line, column, value and what is expected.

    """
    if allowed.all():
        return
    row = int(np.argmin(allowed))
    raise FileFormatError(
        f'{path}, line {_line_number(path, row)}, column {column + 1} ({name}): '
        f'expected {expected}, got {values[row, column]:.12g}')


def _first_unreadable(
        path: Path, names: tuple[str, ...], delimiter: str | None) -> FileFormatError:
    """Look for what made the fast reader give up, line by line."""
    width = None
    for row, (number, line) in enumerate(_lines(path)):
        texts = line.split(delimiter)
        if len(texts) < len(names):
            return _too_few_columns(path, row, len(texts), names)
        if width is not None and len(texts) != width:
            return FileFormatError(
                f'{path}, line {number}: expected {width} columns as in the lines above, '
                f'got {len(texts)}')
        width = len(texts)
        for column, text in enumerate(texts):
            try:
                float(text)
            except ValueError:
                name = f' ({names[column]})' if column < len(names) else ''
                return FileFormatError(
                    f'{path}, line {number}, column {column + 1}{name}: expected a number, '
                    f'got {text.strip()!r}')
    return FileFormatError(f'{path} cannot be read as rows of numbers')


def _too_few_columns(
        path: Path, row: int, count: int, names: tuple[str, ...]) -> FileFormatError:
    return FileFormatError(
        f'{path}, line {_line_number(path, row)}: expected at least {len(names)} columns '
        f'({", ".join(names)}), got {count}')


def _line_number(path: Path, row: int) -> int:
    return _lines(path)[row][0]


def _lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines that hold something, with their numbers from 1."""
    text = path.read_text(encoding='utf-8-sig')
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
