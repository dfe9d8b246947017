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

"""What every file of the repository has to keep to, whatever its language."""

import os
from pathlib import Path
import re

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {'.git', '.venv', '.venv-benchmarks', 'build', 'install', 'log', 'out', 'dist',
            '__pycache__', '.mypy_cache', '.pytest_cache', '.ruff_cache', '.hypothesis'}
MAX_BYTES = 1_000_000
WITH_LICENCE = {'.py', '.bash', '.msg', '.srv', '.action', '.yml', '.yaml', '.cfg', '.cmake'}
LICENCE = Path(__file__).read_text(encoding='utf-8').splitlines()[:13]
# Written as patterns that do not match themselves.
REGISTRY_HOSTS = re.compile(r'py[p]i\.org|python[h]osted\.org')
MACHINE_PATHS = re.compile(r'(?<![\w.])/(?:[r]oot|[w]ork)/\w')


def repository_files() -> list[Path]:
    files = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders
                            if name not in NOT_OURS and not name.endswith('.egg-info'))
        files += [Path(folder, name) for name in sorted(names) if not name.endswith('.pyc')]
    return files


FILES = repository_files()


def text_of(file: Path) -> str:
    return file.read_text(encoding='utf-8', errors='replace')


def test_every_file_is_small():
    assert [file for file in FILES if file.stat().st_size > MAX_BYTES] == []


@pytest.mark.parametrize('pattern', [REGISTRY_HOSTS, MACHINE_PATHS], ids=['registries', 'paths'])
def test_no_file_names_a_registry_or_a_place_of_one_machine(pattern):
    assert [file for file in FILES if pattern.search(text_of(file))] == []


def test_every_source_file_starts_with_the_licence():
    def starts_with_it(file: Path) -> bool:
        lines = text_of(file).splitlines()
        start = 1 if lines and lines[0].startswith('#!') else 0
        return lines[start:start + len(LICENCE)] == LICENCE

    sources = [file for file in FILES if file.suffix in WITH_LICENCE or
               not file.suffix and text_of(file).startswith('#!')]
    assert [file for file in sources if not starts_with_it(file)] == []
