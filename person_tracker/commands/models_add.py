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

"""`person_tracker models add`: make a network of one's own known by a name."""

from argparse import ArgumentParser
from argparse import Namespace
from pathlib import Path

import cv2
import numpy as np
from person_tracker.models.errors import ModelError
from person_tracker.models.inspection import drawn_person
from person_tracker.models.inspection import inspect
from person_tracker.models.inspection import KINDS
from person_tracker.models.inspection import Request
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.own_registry import add_network
from person_tracker.models.preprocessing import COLOURS
from person_tracker.models.preprocessing import FITS
from person_tracker.models.preprocessing import Image
from person_tracker.models.preprocessing import STANDARDS
from person_tracker.models.registry import load_registry
from person_tracker.models.session import BACKENDS

# What makes the commands use a network, by its kind.
_SETTINGS = {'detector': '--set detector.model={}',
             'one_shot': '--set use_one_shot=true --set one_shot.model={}',
             'reid': '--set reid.model={}', 'face_encoder': '--set face.encoder={}'}
_INPUT_OPTIONS = ('width', 'height', 'colour', 'mean', 'std', 'standardise', 'fit', 'padding')


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('file', type=Path, metavar='FILE', help='network: .onnx, .xml (OpenVINO), '
                        '.pb (TensorFlow, frozen), .weights (Darknet), .tflite, .pt or .t7; what '
                        'belongs to it lies beside it')
    parser.add_argument('--kind', required=True, choices=KINDS, help='what it is for')
    parser.add_argument('--name', default='', metavar='NAME',
                        help="what to call it; default after the file's name")
    parser.add_argument('--picture', type=Path, metavar='FILE',
                        help='picture with people to try it on; default a plain drawing')
    parser.add_argument('--backend', choices=BACKENDS, default='auto', help='what runs it here')
    parser.add_argument('--licence', default='not stated', metavar='NAME',
                        help='licence of the weights, to be remembered')
    parser.add_argument('--classes', nargs='+', default=[], metavar='NAME',
                        help='what a detector tells apart, in order, where the file does not say')
    parser.add_argument('--force', action='store_true',
                        help='replace a network of the same name that was added before')
    trained = parser.add_argument_group(
        'how it was trained to see images, where that is not usual for its kind')
    trained.add_argument('--colour', choices=COLOURS, help='order of the channels')
    trained.add_argument('--mean', nargs=3, type=float, metavar='M',
                         help='per channel in that order, on the scale 0..255')
    trained.add_argument('--std', nargs=3, type=float, metavar='S', help='as --mean')
    trained.add_argument('--standardise', choices=STANDARDS, help='fixed: by mean and std; image: '
                         "by each image's own, as early FaceNets want it")
    trained.add_argument('--fit', choices=FITS, help='how images of another shape are brought in')
    trained.add_argument('--padding', type=int, metavar='GREY', help='around a letterbox, 0..255')
    for side in ('width', 'height'):
        trained.add_argument(f'--{side}', type=int, metavar='PX',
                             help='of the input, where the file leaves it open')


def execute(arguments: Namespace) -> None:
    """Look at the file, try it out, remember it, and say what was seen."""
    given = {name: getattr(arguments, name) for name in _INPUT_OPTIONS}
    changes = {name: tuple(value) if isinstance(value, list) else value
               for name, value in given.items() if value is not None}
    request = Request(arguments.kind, arguments.name, changes, tuple(arguments.classes),
                      arguments.licence)
    picture = _read(arguments.picture) if arguments.picture else drawn_person()
    inspection = inspect(arguments.file.expanduser(), request, picture,
                         NetworkConfig(backend=arguments.backend))
    entry = inspection.entry
    print('\n'.join(inspection.seen))
    given = {sha256 for file in entry.files for sha256 in file.sha256}
    for known in load_registry().values():
        if any(given.intersection(file.sha256) for file in known.files):
            print(f'the package knows this file as {known.name}, and more about it')
    if arguments.picture is None:
        print('the picture is a plain drawing of one person; --picture FILE takes a real one')
    registry = add_network(entry, inspection.files, arguments.folder, force=arguments.force)
    print(f'added {entry.name} to {registry}; use it with: '
          f'{_SETTINGS[entry.kind].format(entry.name)}')


def _read(path: Path) -> Image:
    picture = cv2.imread(str(path))
    if picture is None:
        raise ModelError(f'{path} is not a picture that can be read')
    return np.asarray(picture, np.uint8)
