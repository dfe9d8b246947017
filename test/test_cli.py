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

"""The dispatcher: exit states, and errors without a traceback."""

from types import SimpleNamespace

from person_tracker import cli
from person_tracker.commands.arguments import UsageError
from person_tracker.core.settings import SettingError
import pytest


class _ExpectedError(RuntimeError):
    """An error that the command announces."""


def command(error):
    """Return a command that fails."""
    def execute(arguments):
        raise error
    return SimpleNamespace(ERRORS=(_ExpectedError,), execute=execute)


@pytest.mark.parametrize(('error', 'status', 'text'), [
    (KeyboardInterrupt(), 130, 'person_tracker run: interrupted'),
    (SettingError('x must be > 0, got -1'), 2, 'person_tracker run: x must be > 0, got -1'),
    (UsageError('a and b together'), 2, 'person_tracker run: a and b together'),
    (_ExpectedError('no such thing'), 1, 'person_tracker run: no such thing'),
    (FileNotFoundError(2, 'No such file or directory', 'gone.txt'), 1,
     'person_tracker run: No such file or directory: gone.txt'),
    (OSError(28, 'No space left on device'), 1,
     'person_tracker run: [Errno 28] No space left on device'),
])
def test_an_expected_error_is_a_line_and_a_status(capsys, error, status, text):
    assert cli._execute(command(error), SimpleNamespace(command='run')) == status
    assert capsys.readouterr().err.strip() == text


def test_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        cli._execute(command(ZeroDivisionError()), SimpleNamespace(command='run'))


@pytest.mark.parametrize('arguments', [[], ['walk'], ['--', 'track'], ['track', '--speed', '3']])
def test_a_wrong_call_says_how_to_call(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert 'usage: person_tracker' in capsys.readouterr().err


@pytest.mark.parametrize('arguments', [['--help'], ['track', '--help'], ['evaluate', '--help']])
def test_help_is_not_an_error(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    assert 'usage: person_tracker' in capsys.readouterr().out
