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

"""The two files of a Darknet network as they are written: layers (.cfg) and numbers (.weights)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from person_tracker.models.errors import ModelError

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Section:
    """One layer's lines of a .cfg file."""

    kind: str
    options: Mapping[str, str]

    def number(self, name: str, default: int) -> int:
        """Return a whole number; raise ValueError where it is none."""
        return int(self.options.get(name, default))

    def numbers(self, name: str) -> list[int]:
        """Return a list of whole numbers; raise KeyError where there is none."""
        return [int(each) for each in self.options[name].split(',') if each.strip()]


def read_sections(path: Path) -> list[Section]:
    """Return the layers of a .cfg file, first what holds for all of them."""
    sections: list[Section] = []
    options: dict[str, str] = {}
    for line in path.read_text(encoding='utf-8', errors='replace').splitlines():
        text = line.partition('#')[0].strip()
        if text.startswith('['):
            options = {}
            sections.append(Section(text.strip('[]').strip(), options))
        elif '=' in text:
            name, _, value = text.partition('=')
            options[name.strip()] = value.strip()
    if not sections or sections[0].kind not in ('net', 'network'):
        raise ModelError(f'{path.name} is not a Darknet network: it must begin with [net]')
    return sections


class Weights:
    """The numbers of a .weights file, taken one after the other."""

    def __init__(self, path: Path) -> None:
        """Read the file."""
        self._name = path.name
        content = path.read_bytes()
        major, minor, _ = np.frombuffer(content, '<i4', 3) if len(content) >= 12 else (0, 0, 0)
        # After the version the number of images seen, which grew from 4 bytes to 8.
        start = 20 if major * 10 + minor >= 2 else 16
        usable = max(0, (len(content) - start) // 4)
        self._numbers = np.frombuffer(content, '<f4', usable, min(start, len(content)))
        self._taken = 0

    def take(self, *shape: int) -> Floats:
        """Return the next ones in this shape."""
        count = int(np.prod(shape))
        if self._taken + count > len(self._numbers):
            raise ModelError(f'{self._name} has {len(self._numbers)} numbers, its .cfg wants '
                             'more; take both files from one place')
        found = self._numbers[self._taken:self._taken + count]
        self._taken += count
        return found.reshape(shape).astype(np.float32)

    def check_all_taken(self) -> None:
        """Refuse a file that has more numbers than its network wants."""
        if self._taken != len(self._numbers):
            raise ModelError(f'{self._name} has {len(self._numbers)} numbers, its .cfg wants '
                             f'{self._taken}; take both files from one place')
