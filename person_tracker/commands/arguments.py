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

"""What several sub-commands ask of their arguments."""

from argparse import ArgumentParser
from argparse import ArgumentTypeError
import math
import os
from pathlib import Path


class UsageError(ValueError):
    """The arguments contradict each other or the command's purpose."""


def add_set_option(parser: ArgumentParser, example: str) -> None:
    """Let settings be given as `--set NAME=VALUE`, several times."""
    parser.add_argument(
        '--set', metavar='NAME=VALUE', dest='settings', action='append', default=[],
        help=f'change a setting, for example {example}; may be given several times')


def add_preset_option(parser: ArgumentParser) -> None:
    """Let a whole set of settings be chosen, before single ones are changed."""
    parser.add_argument(
        '--preset', metavar='NAME', help='settings of a known system, a name of config/presets, '
        'or a YAML file of node parameters; --set changes them further')


def positive_number(text: str) -> float:
    """Read a finite number above 0."""
    return _read(text, float, 'a number above 0')


def positive_count(text: str) -> int:
    """Read a whole number above 0."""
    return int(_read(text, int, 'a whole number above 0'))


def refuse_overwriting(outputs: list[Path], inputs: list[Path]) -> None:
    """
    Refuse outputs that are an input, each other, a folder or a device.

    Outputs take their name when they are complete, which would put a file in place of a device.

    Raises
    ------
    UsageError
        Names the path.

    """
    for number, output in enumerate(outputs):
        if output.is_dir():
            raise UsageError(f'{output} is a folder, expected the name of a file to write')
        if output.exists() and not output.is_file():
            raise UsageError(f'{output} is not a regular file and would be replaced')
        if any(_is_same(output, other) for other in inputs):
            raise UsageError(f'{output} is an input and would be overwritten')
        if any(_is_same(output, other) for other in outputs[:number]):
            raise UsageError(f'{output} is named for two different outputs')


def _read(text: str, kind: type[float] | type[int], allowed: str) -> float:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ArgumentTypeError(f'must be {allowed}, got {text!r}')
    return value


def _is_same(first: Path, second: Path) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)
