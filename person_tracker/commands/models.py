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

"""`person_tracker models`: what networks are known, getting, checking and adding them."""

from argparse import ArgumentParser
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from person_tracker.commands import models_add
from person_tracker.commands.arguments import UsageError
from person_tracker.commands.fetch_progress import FetchProgress
from person_tracker.commands.fetch_progress import licence_of
from person_tracker.commands.people_config import PeopleConfig
from person_tracker.commands.presets import with_preset
from person_tracker.core.settings import updated
from person_tracker.models.elsewhere import networks_elsewhere
from person_tracker.models.errors import ModelError
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import fetch
from person_tracker.models.fetching import state
from person_tracker.models.fetching import verify
from person_tracker.models.folder import models_folder
from person_tracker.models.registry import known_models
from person_tracker.models.registry import lookup
from person_tracker.models.registry_entries import ModelEntry
from person_tracker.models.ultralytics_session import export_to_onnx
from person_tracker.pipeline import needed_models
from person_tracker.pipeline import PipelineConfig
from person_tracker.presets import node_parameters

ERRORS = (ModelError,)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the sub-commands and their options."""
    actions = parser.add_subparsers(dest='action', metavar='ACTION', required=True)
    everything = actions.add_parser('list', help='list every known network')
    fetching = actions.add_parser('fetch', help='get networks; the default ones without a name')
    fetching.add_argument('names', nargs='*', metavar='NAME')
    fetching.add_argument('--force', action='store_true',
                          help='replace files that are not those of the registry')
    fetching.add_argument('--preset', metavar='NAME', help='get the networks of a known system, a '
                          'name of config/presets or a YAML file of node parameters')
    verifying = actions.add_parser(
        'verify', help='compare files with the registry; all that are there without a name')
    verifying.add_argument('names', nargs='*', metavar='NAME')
    adding = actions.add_parser(
        'add', help='make a network of your own known: see what it is, try it, copy it')
    models_add.add_arguments(adding)
    exporting = actions.add_parser(
        'export', help='write a .pt file as ONNX beside it; needs ultralytics, AGPL-3.0')
    exporting.add_argument('file', type=Path, metavar='FILE')
    for action in (everything, fetching, verifying, adding):
        action.add_argument('--folder', default='', metavar='FOLDER', help='folder of networks; '
                            "default PERSON_TRACKER_MODELS or the user's cache")


def execute(arguments: Namespace) -> None:
    """Do what was asked."""
    {'list': _list, 'fetch': _fetch, 'verify': _verify,
     'add': models_add.execute, 'export': _export}[arguments.action](arguments)


def _list(arguments: Namespace) -> None:
    known = known_models(arguments.folder)
    entries = known.values()
    width = max(len(entry.name) for entry in entries)
    print(f'folder: {models_folder(arguments.folder)}')
    for entry in entries:
        print(f'{entry.name:<{width}}  {entry.kind:<13}  {state(entry, arguments.folder):<8}  '
              f'{entry.licence_weights:<12}  {entry.summary}')
    for name, kind in networks_elsewhere().items():
        if name not in known:
            print(f'{name:<{width}}  {kind:<13}  missing   to be added by hand; how: '
                  f'person_tracker models fetch {name}')


def _fetch(arguments: Namespace) -> None:
    if arguments.names and arguments.preset:
        raise UsageError('give either names of networks or --preset, not both')
    failures = []
    for entry in _entries(arguments) or _needed_entries(arguments.preset, arguments.folder):
        try:
            with FetchProgress() as progress:
                paths = fetch(entry, arguments.folder, progress.report, force=arguments.force)
            print(f'{entry.name}: {", ".join(str(path) for path in paths)}')
            print(licence_of(entry))
        except ModelError as error:
            failures.append(str(error))
    if failures:
        raise ModelError('\n'.join(failures))


def _verify(arguments: Namespace) -> None:
    entries = _entries(arguments) or [
        entry for entry in known_models(arguments.folder).values()
        if state(entry, arguments.folder) != 'missing']
    if not entries:
        raise ModelError(f'no network is in {models_folder(arguments.folder)}; '
                         'run: person_tracker models fetch')
    failures = []
    for entry in entries:
        try:
            verify(entry, arguments.folder)
            print(f'{entry.name}: verified')
        except ModelError as error:
            failures.append(str(error))
    if failures:
        raise ModelError('\n'.join(failures))


def _export(arguments: Namespace) -> None:
    print(f'wrote {export_to_onnx(arguments.file.expanduser())}')


def _needed_entries(preset: str | None, folder: str) -> list[ModelEntry]:
    """Return the networks that a preset takes, or the default ones without a preset."""
    folders = {f'{part}.models_folder': folder for part in ('detector', 'reid', 'one_shot')}
    needed = needed_models(updated(with_preset(PipelineConfig(), preset), folders))
    if not preset or dict(node_parameters(preset)).get('composed.use_faces', True):
        faces = with_preset(PeopleConfig(), preset).face
        needed += needed_face_models(replace(faces, models_folder=folder))
    return [entry for entry, _ in needed]


def _entries(arguments: Namespace) -> list[ModelEntry]:
    return [lookup(name, folder=arguments.folder) for name in arguments.names]
