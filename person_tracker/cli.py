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

"""The command line: find the sub-command, run it, and turn its errors into one sentence."""

from argparse import ArgumentParser
from argparse import Namespace
from importlib import import_module
import os
import sys
from types import ModuleType

from person_tracker.commands.arguments import UsageError
from person_tracker.core.settings import SettingError

_COMMANDS = {
    'run': 'Track the people in a video, image folder, stream or camera.',
    'track': 'Run the tracker alone on a file of detections.',
    'multicamera': 'Follow people over several cameras, on files of detections.',
    'evaluate': 'Compare tracks with ground truth: HOTA, MOTA, IDF1 and more.',
    'people': 'Enrol, list, rename, merge, forget, export, import or identify people.',
    'models': 'List, fetch or verify the networks known here.',
}
_FAILURE, _USAGE, _INTERRUPTED = 1, 2, 130


def main(arguments: list[str] | None = None) -> int:
    """
    Run one sub-command.

    Parameters
    ----------
    arguments
        Without the program's name; those of this process where None.

    Returns
    -------
    int
        Exit status: 0, 1 where it failed, 2 where it was called wrongly, 130 after Ctrl-C.

    """
    texts = sys.argv[1:] if arguments is None else arguments
    parser = ArgumentParser(
        prog='person_tracker', description='Give a robot the people around it.')
    parsers = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)
    command = None
    for name, summary in _COMMANDS.items():
        one = parsers.add_parser(name, help=summary, description=summary)
        # Only the command in use is imported: evaluating should not need a network's runtime.
        if texts[:1] == [name]:
            command = import_module(f'person_tracker.commands.{name}')
            command.add_arguments(one)
    parsed = parser.parse_args(texts)
    if command is None:
        parser.error('the command must come first')
    return _execute(command, parsed)


def _execute(command: ModuleType, arguments: Namespace) -> int:
    prefix = f'person_tracker {arguments.command}:'
    try:
        command.execute(arguments)
        sys.stdout.flush()
        return 0
    except KeyboardInterrupt:
        print(f'{prefix} interrupted', file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILURE
    except (SettingError, UsageError) as error:
        print(f'{prefix} {error}', file=sys.stderr)
        return _USAGE
    except (OSError, *command.ERRORS) as error:
        print(f'{prefix} {_sentence(error)}', file=sys.stderr)
        return _FAILURE


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f'{error.strerror}: {error.filename}'
    return str(error) or type(error).__name__
