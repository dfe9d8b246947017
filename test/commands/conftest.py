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

"""The command line as a user starts it."""

from collections.abc import Callable
import os
from pathlib import Path
import subprocess
import sys

from person_tracker import cli
import pytest

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """Return this process's environment with the package on the path and no models of the user."""
    paths = [str(_ROOT), *filter(None, [os.environ.get('PYTHONPATH')])]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(paths), 'COLUMNS': '100',
            'PERSON_TRACKER_MODELS': str(tmp_path / 'models')}


@pytest.fixture
def person_tracker(tmp_path, environment) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `python -m person_tracker` in an empty folder."""
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, '-m', 'person_tracker', *map(str, arguments)], cwd=tmp_path,
            env=environment, capture_output=True, text=True, timeout=120, check=False)
    return run


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys) -> Callable[..., str]:
    """
    Return a function that runs a command which must fail with one clear line, and gives it.

    It stays in this process, which saves seconds; what would be a traceback fails the test.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('PERSON_TRACKER_MODELS', str(tmp_path / 'models'))

    def run(status: int, *arguments: object) -> str:
        try:
            found = cli.main([str(argument) for argument in arguments])
        except SystemExit as usage:
            found = usage.code
        printed = capsys.readouterr()
        assert found == status, printed.err
        assert not printed.out
        return printed.err.strip().splitlines()[-1]
    return run
