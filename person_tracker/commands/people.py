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

"""`person_tracker people`: who is known, and what a user can do about it."""

from argparse import ArgumentParser
from argparse import Namespace
from pathlib import Path
from typing import Any

from person_tracker.commands.arguments import add_preset_option
from person_tracker.commands.arguments import add_set_option
from person_tracker.commands.people_archive import ArchiveError
from person_tracker.commands.people_choice import ChoiceError
from person_tracker.commands.people_edits import forget
from person_tracker.commands.people_edits import merge
from person_tracker.commands.people_edits import rename
from person_tracker.commands.people_enrol import enrol
from person_tracker.commands.people_enrol import NotEnrolledError
from person_tracker.commands.people_identify import identify
from person_tracker.commands.people_list import list_people
from person_tracker.commands.people_photos import PhotoError
from person_tracker.commands.people_transfer import export_people
from person_tracker.commands.people_transfer import import_people
from person_tracker.commands.people_transfer import ImportConflictError
from person_tracker.core.enrolment import EnrolmentError
from person_tracker.core.people import PersonError
from person_tracker.models.errors import ModelError
from person_tracker.models.session import DEVICES
from person_tracker.sources.source import SourceError
from person_tracker.store.people_store import StoreError

ERRORS = (ArchiveError, ChoiceError, EnrolmentError, ImportConflictError, ModelError,
          NotEnrolledError, PersonError, PhotoError, SourceError, StoreError)

_WHO = 'person_id or name'
_SETTING = 'face.encoder=my_network.onnx'


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the sub-commands and their options."""
    actions = parser.add_subparsers(dest='action', metavar='ACTION', required=True)
    _add_photo_actions(actions)
    listing = actions.add_parser('list', help='list everybody who is known, oldest first')
    listing.add_argument('--json', action='store_true', help='print JSON instead of a table')
    listing.set_defaults(device=None)
    add_preset_option(listing)
    add_set_option(listing, _SETTING)
    renaming = actions.add_parser('rename', help='give somebody another name, or none')
    renaming.add_argument('who', metavar='WHO', help=_WHO)
    renaming.add_argument('name', metavar='NAME', nargs='?', default='')
    renaming.add_argument('--no-name', action='store_true', help='take the name away')
    merging = actions.add_parser('merge', help='say that two known people are one')
    merging.add_argument('who', metavar='WHO', help=f'who stays: {_WHO}')
    merging.add_argument('other', metavar='OTHER', help=f'who becomes part of WHO: {_WHO}')
    forgetting = actions.add_parser('forget', help='erase everything that is kept of people')
    forgetting.add_argument('who', metavar='WHO', nargs='*', help=_WHO)
    forgetting.add_argument('--all', action='store_true', help='forget everybody')
    forgetting.add_argument('--anonymous', action='store_true',
                            help='forget everybody who has no name')
    forgetting.add_argument('--yes', action='store_true', help='do not ask')
    exporting = actions.add_parser('export', help='write people to a file')
    exporting.add_argument('file', metavar='FILE', type=Path)
    exporting.add_argument('--who', metavar='WHO', nargs='+', help=f'only these: {_WHO}')
    importing = actions.add_parser('import', help='add the people of such a file, all or none')
    importing.add_argument('file', metavar='FILE', type=Path)
    for action in actions.choices.values():
        action.add_argument('--store', default='', metavar='URL', help='where people are kept: a '
                            'file, or postgresql://user@host/database; default '
                            "person_tracker/people.sqlite in the user's data folder")


def execute(arguments: Namespace) -> None:
    """Do what was asked."""
    {'enrol': enrol, 'list': list_people, 'rename': rename, 'merge': merge, 'forget': forget,
     'export': export_people, 'import': import_people,
     'identify': identify}[arguments.action](arguments)


def _add_photo_actions(actions: Any) -> None:
    enrolling = actions.add_parser('enrol', help="learn somebody's face from photos")
    enrolling.add_argument('name', metavar='NAME', nargs='?', default='')
    enrolling.add_argument('photos', metavar='PHOTO', nargs='*', type=Path,
                           help='photos that show this person alone, or by far the largest')
    enrolling.add_argument('--folder', type=Path, metavar='FOLDER',
                           help='enrol everybody in a folder of NAME_1.jpg, NAME_2.jpg, ...')
    identifying = actions.add_parser('identify', help='say whose faces photos show')
    identifying.add_argument('photos', metavar='PHOTO', nargs='+', type=Path)
    identifying.add_argument('--json', action='store_true', help='print JSON instead of lines')
    for action in (enrolling, identifying):
        action.add_argument('--device', choices=DEVICES, help='what computes the networks')
        add_preset_option(action)
        add_set_option(action, _SETTING)
