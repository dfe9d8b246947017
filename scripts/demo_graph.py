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

"""
Run the graph on one source, record it, and list its people: the second half of `scripts/demo`.

`ros2 launch` starts the chain where it is installed, else the composed executable does.
"""

from argparse import ArgumentParser
from argparse import Namespace
from collections.abc import Sequence
import os
from pathlib import Path
import random
import re
import shutil
import signal
import subprocess
import sys
import time

from ament_index_python.packages import get_package_prefix
from ament_index_python.packages import get_package_share_directory
from demo_people import begin_people
from demo_people import CLIP_PHOTO
from demo_people import make_clip
from demo_people import named_photo
from demo_people import print_people
from fetch_samples import SQUARE
from person_tracker.cli import main as person_tracker
from person_tracker.presets import parameter_files
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import DEFAULT_FRAME_RATE_HZ
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError

PACKAGE = 'person_tracker'
ROOT = Path(__file__).resolve().parents[1]
STORE = 'demo_people.sqlite'  # no name that a store of the user's would have
RECORDER_START_S = 30.0
STOP_S = 10.0


def main() -> int:
    """Return the exit status: 0 where the chain ran to its end or was interrupted."""
    arguments = parsed_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.sample == 'faces':
        make_clip(Path(arguments.source))
    try:
        rate_hz, count = probed(arguments.source, arguments.seconds)
    except SourceError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    store = arguments.output / STORE
    if not (has_networks(arguments.preset) and begin_people(store, arguments.enrol,
                                                            arguments.preset)):
        return 1
    interrupted: list[int] = []
    # Ctrl-C reaches the children as well; they end by themselves, and this waits for them.
    signal.signal(signal.SIGINT, lambda number, _: interrupted.append(number))
    environment = graph_environment()
    recorder = start_recorder(arguments, rate_hz, count, environment)
    try:
        status = run_chain(arguments, interrupted, environment)
    finally:
        stop(recorder)
    if status == 0:
        print((arguments.output / 'summary.md').read_text(encoding='utf-8'))
        print_people(store, arguments.preset)
        for path in sorted(arguments.output.glob('*.*')):
            print(f'wrote {path}')
    return status


def parsed_arguments() -> Namespace:
    """Return the command line, completed by what the chosen sample needs."""
    parser = ArgumentParser(prog='scripts/demo', description='Track people in real time.')
    parser.add_argument('sample', nargs='?', choices=('square', 'faces'), default='square',
                        help='what to show without --source: people on a square, or a clip of two '
                        'faces, one of them enrolled')
    parser.add_argument('--source', metavar='SOURCE',
                        help='video file, camera number, device, folder or URL')
    parser.add_argument('--enrol', action='append', default=[], type=named_photo,
                        metavar='NAME=PHOTO', help='enrol a face before the start; repeatable')
    parser.add_argument('--output', type=Path, default=ROOT / 'out', metavar='FOLDER',
                        help='folder for the results (default: out)')
    parser.add_argument('--preset', metavar='NAME', help='a known system in place of the '
                        'defaults, see docs/systems.md; what it lacks is fetched')
    parser.add_argument('--separate', action='store_true',
                        help='one process for each node; needs ros2 launch')
    parser.add_argument('--seconds', type=float, metavar='N',
                        help='end after so many seconds; a camera runs until Ctrl-C without it')
    arguments = parser.parse_args()
    arguments.output = arguments.output.resolve()
    if arguments.source is not None:
        arguments.sample = ''
        if Path(arguments.source).exists():
            arguments.source = str(Path(arguments.source).resolve())
    elif arguments.sample == 'faces':
        arguments.source = str(arguments.output / 'faces.mp4')
        arguments.enrol = arguments.enrol or [CLIP_PHOTO]
    else:
        arguments.source = str(SQUARE.path)
    return arguments


def has_networks(preset: str | None) -> bool:
    """Get the networks of a preset; tell whether all of them are there now."""
    return preset is None or person_tracker(['models', 'fetch', '--preset', preset]) == 0


def probed(source: str, seconds: float | None) -> tuple[float, int]:
    """Return the frame rate of a source and how many frames to expect, 0 where nobody knows."""
    with open_source(SourceConfig(uri=source)) as opened:
        rate_hz = opened.frame_rate_hz if opened.frame_rate_hz > 0 else DEFAULT_FRAME_RATE_HZ
        counts = [opened.frame_count, None if seconds is None else round(seconds * rate_hz)]
        return rate_hz, min((count for count in counts if count is not None), default=0)


def graph_environment() -> dict[str, str]:
    """Return an environment in which this graph meets no other, with room for large images."""
    defaults = {'ROS_DOMAIN_ID': str(random.randint(1, 101)),
                'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
                'FASTRTPS_DEFAULT_PROFILES_FILE': shared('config', 'fastdds.xml')}
    return {**defaults, **os.environ}


def start_recorder(arguments: Namespace, rate_hz: float, count: int,
                   environment: dict[str, str]) -> subprocess.Popen:
    """Start the recorder and wait until it listens: the first image shall be recorded, too."""
    for path in arguments.output.glob('*.part'):
        path.unlink()
    name = re.sub(r'\W+', '_', Path(arguments.source).stem) or 'camera'
    recorder = subprocess.Popen(
        [executable('recorder'), '--ros-args', '-r', '__ns:=/camera', '-r', 'people:=/people',
         '-p', f'output:={arguments.output}', '-p', f'name:="{name}"',
         '-p', f'frame_rate_hz:={rate_hz}', '-p', f'expected_images:={count}',
         '--log-level', 'warn'], env=environment)
    deadline_s = time.monotonic() + RECORDER_START_S
    while not (arguments.output / 'tracks.txt.part').exists():
        if recorder.poll() is not None or time.monotonic() > deadline_s:
            stop(recorder)
            raise SystemExit('error: the recorder did not start; see above')
        time.sleep(0.05)
    return recorder


def run_chain(arguments: Namespace, interrupted: Sequence[int],
              environment: dict[str, str]) -> int:
    """Run the chain until it ends, the time is over, or Ctrl-C; return its exit status."""
    chain = subprocess.Popen(chain_command(arguments), env=environment)
    end_s = float('inf') if arguments.seconds is None else time.monotonic() + arguments.seconds
    while chain.poll() is None:
        if time.monotonic() > end_s and not interrupted:
            stop(chain)
            return 0
        time.sleep(0.1)
    return 0 if interrupted else chain.returncode


def chain_command(arguments: Namespace) -> list[str]:
    """Return the command that starts the whole chain on the source."""
    store = arguments.output / STORE
    demo = shared('config', 'demo.yaml')
    if shutil.which('ros2') and has_launch():
        preset = [f'preset:={arguments.preset}'] if arguments.preset else []
        return ['ros2', 'launch', PACKAGE, 'tracker.launch.py', f'source:={arguments.source}',
                f'composed:={str(not arguments.separate).lower()}', 'log_level:=warn',
                f'store:={store}', f'params_file:={demo}', *preset]
    if arguments.separate:
        raise SystemExit('error: --separate needs ros2 launch, which is not installed')
    files = [part for file in parameter_files(arguments.preset or '', demo)
             for part in ('--params-file', file)]
    return [executable('composed'), '--ros-args', '-p', f'source:="{arguments.source}"',
            '-p', f'store:="{store}"', *files, '--log-level', 'warn']


def has_launch() -> bool:
    """Tell whether `ros2 launch` can be used."""
    return subprocess.run(['ros2', 'launch', '--help'], capture_output=True,
                          check=False).returncode == 0


def executable(name: str) -> str:
    """Return the path of one of the package's executables."""
    return str(Path(get_package_prefix(PACKAGE), 'lib', PACKAGE, name))


def shared(*parts: str) -> str:
    """Return the path of one of the package's installed files."""
    return str(Path(get_package_share_directory(PACKAGE), *parts))


def stop(process: subprocess.Popen) -> None:
    """End a process as Ctrl-C does, and by force if that does not help."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == '__main__':
    sys.exit(main())
