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

"""An environment of the peers' own, made when it is missing, with the versions pinned."""

import hashlib
from pathlib import Path
import subprocess
import sys
import venv

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / '.venv-benchmarks'
REQUIREMENTS = Path(__file__).with_name('requirements.txt')
_STAMP = '.stamp-requirements'
_PRINT_VERSIONS = """
from importlib.metadata import version
import platform
import sys
print(f'Python {platform.python_version()}')
for name in sys.argv[1:]:
    print(name, version(name))
"""


class PeerEnvironmentError(RuntimeError):
    """The peers could not be installed; the text says why."""


def peer_python() -> Path:
    """
    Return the interpreter that has the peers; the first call on a machine installs them.

    Raises
    ------
    PeerEnvironmentError
        The package registry cannot be reached, or has not what is pinned.

    """
    python = FOLDER / 'bin' / 'python'
    stamp = FOLDER / _STAMP
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding='utf-8') == wanted:
        return python
    print(f'installing the peers into {FOLDER.name}', file=sys.stderr)
    venv.create(FOLDER, clear=True, with_pip=True)
    command = (python, '-m', 'pip', '--disable-pip-version-check', 'install', '--quiet',
               '--prefer-binary', '-r', REQUIREMENTS)
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise PeerEnvironmentError(
            f'the peers of {REQUIREMENTS.name} could not be installed:\n{run.stderr.strip()}')
    stamp.write_text(wanted, encoding='utf-8')
    return python


def pinned() -> list[str]:
    """Return the names of the packages whose version is pinned."""
    lines = REQUIREMENTS.read_text(encoding='utf-8').splitlines()
    return [line.partition('==')[0] for line in lines if '==' in line]


def versions(python: Path) -> list[str]:
    """Return the version of Python and of each pinned package, as installed."""
    run = subprocess.run((python, '-c', _PRINT_VERSIONS, *pinned()), capture_output=True,
                         text=True, check=True)
    return run.stdout.splitlines()
