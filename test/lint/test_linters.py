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

"""The linters of pyproject.toml and of ROS find nothing to say."""

from pathlib import Path
import shutil
import subprocess
import sys

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [name for name in ('benchmarks', 'launch', 'person_tracker', 'scripts', 'setup.py',
                            'test') if (ROOT / name).exists()]
PROSE = [name for name in ('CHANGELOG.md', 'CONTRIBUTING.md', 'README.md', 'config', 'docs',
                           'person_tracker_msgs', 'compat') if (ROOT / name).exists()]
MANIFESTS = ['package.xml', 'person_tracker_msgs', 'compat']


def assert_clean(*command: str) -> None:
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = [line for line in (run.stdout + run.stderr).splitlines()
            if not line.startswith('checking ')]
    assert run.returncode == 0, '\n'.join(said)


def test_ruff():
    pytest.importorskip('ruff')
    assert_clean(sys.executable, '-m', 'ruff', 'check', *PYTHON)


def test_mypy_on_the_core():
    # The other parts meet libraries whose annotations differ from one version to the next.
    pytest.importorskip('mypy')
    pytest.importorskip('numpy', minversion='2.3', reason='its annotations were others before')
    assert_clean(sys.executable, '-m', 'mypy', 'person_tracker/core')


def test_codespell():
    pytest.importorskip('codespell_lib')
    assert_clean(sys.executable, '-m', 'codespell_lib', *PYTHON, *PROSE)


@pytest.mark.parametrize('linter, places', [
    ('ament_copyright', [*PYTHON, 'person_tracker_msgs', 'compat']),
    ('ament_flake8', PYTHON),
    ('ament_pep257', PYTHON),
    ('ament_xmllint', MANIFESTS),
])
def test_ament(linter, places):
    main = pytest.importorskip(f'{linter}.main')
    if linter == 'ament_xmllint' and shutil.which('xmllint') is None:
        pytest.skip('the program xmllint is not installed')
    assert_clean(sys.executable, '-c', f'import sys; from {main.__name__} import main; '
                 'sys.exit(main(sys.argv[1:]))', *places)
