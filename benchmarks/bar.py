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

"""What a figure has to reach, and whether it does."""

from dataclasses import dataclass
import math


@dataclass(frozen=True)
class Bar:
    """
    One figure beside its bar.

    Attributes
    ----------
    name
        What is measured.
    value
        What was measured.
    least, most
        Both ends are good enough.
    digits
        Decimals in the table.

    """

    name: str
    value: float
    least: float = -math.inf
    most: float = math.inf
    digits: int = 2

    @property
    def is_met(self) -> bool:
        """Whether the value is within the bar; a value that is not a number never is."""
        return self.least <= self.value <= self.most

    def cells(self) -> tuple[str, str, str, str]:
        """Return name, value, bar and verdict as texts."""
        limits = [f'{sign} {limit:.{self.digits}f}' for sign, limit in
                  (('>=', self.least), ('<=', self.most)) if math.isfinite(limit)]
        return (self.name, f'{self.value:.{self.digits}f}', ' and '.join(limits),
                'pass' if self.is_met else '**fail**')


HEADINGS = ('figure', 'measured', 'bar', 'verdict')
