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
Measure what it brings that several cameras share a network.

Run `python benchmarks/batching.py`; for the default detector and encoder it prints the time per
image with a network for each camera, images one after another and from a thread for each camera,
and with one for all, whose threads are answered together. Rounds of all three take turns; the
ratio of CPU time holds on a busy machine too. The memory is what loading and using the networks
adds to a process of its own.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
import os
from pathlib import Path
import subprocess
import sys
from time import perf_counter
from time import process_time
from typing import Any

import numpy as np

SIZES = ((480, 640), (720, 1280), (576, 768), (1080, 1920))  # height, width; cameras differ
PEOPLE = 5
ROOT = Path(__file__).resolve().parents[1]
WAYS = ('own, in turn', 'own, threads', 'shared')


def main() -> int:
    """Measure and print; as a child of its own, print the memory of one way only."""
    sys.path[0] = str(ROOT)  # the tree that this file belongs to, whatever else is installed
    parser = ArgumentParser(description='Measure what it brings to share networks.')
    parser.add_argument('--cameras', type=int, nargs='+', default=[2, 4, 8],
                        help='numbers of cameras; default 2 4 8')
    parser.add_argument('--rounds', type=int, default=9, help='rounds of each way; default 9')
    parser.add_argument('--images', type=int, default=5,
                        help='images of each camera in a round; default 5')
    parser.add_argument('--threads', type=int, default=0, help='as the setting of the networks')
    parser.add_argument('--memory-of', nargs=2, metavar=('NETWORK', 'WAY'))
    arguments = parser.parse_args()
    if arguments.memory_of:
        print(added_memory(*arguments.memory_of, arguments.cameras[0], arguments.threads))
        return 0
    print(f'{os.cpu_count()} cores, threads: {arguments.threads}, '
          f'load {os.getloadavg()[0]:.2f} at the start\n')
    print('| network | cameras | own, in turn | own, threads | shared | shared / in turn | '
          'shared / threads | the same, CPU time | own | shared |')
    print('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|')
    for network in ('detector', 'encoder'):
        for count in arguments.cameras:
            print(row(network, count, arguments), flush=True)
    return 0


def row(network: str, count: int, arguments: Any) -> str:
    """Return a line of the table: times in milliseconds per image."""
    from person_tracker.models.session import SharedSessions
    own = cameras(network, count, arguments.threads)
    shared = cameras(network, count, arguments.threads, SharedSessions())
    ways: dict[str, Callable[[], None]] = {
        WAYS[0]: lambda: in_turn(own, arguments.images),
        WAYS[1]: lambda: in_threads(own, arguments.images),
        WAYS[2]: lambda: in_threads(shared, arguments.images)}
    costs_s: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for number in range(arguments.rounds + 1):
        for way, work in ways.items():
            start_s, cpu_start_s = perf_counter(), process_time()
            work()
            if number:  # the first warms up
                costs_s[way].append((perf_counter() - start_s, process_time() - cpu_start_s))
    medians = np.array([np.median(costs_s[way], axis=0) for way in WAYS])
    turn, threads, together = 1e3 * medians[:, 0] / (count * arguments.images)
    cpu = medians[2, 1] / medians[1, 1]
    memory = [memory_mib(network, way, count, arguments.threads) for way in WAYS[1:]]
    return (f'| {network} | {count} | {turn:.1f} ms | {threads:.1f} ms | {together:.1f} ms | '
            f'{together / turn:.2f} | {together / threads:.2f} | {cpu:.2f} | '
            f'{memory[0]:.0f} MiB | {memory[1]:.0f} MiB |')


def cameras(network: str, count: int, threads: int, shared: Any = None) -> list[partial[Any]]:
    """Return for each camera what looks at its image once."""
    from person_tracker.models.detector import Detector
    from person_tracker.models.detector import DetectorConfig
    from person_tracker.models.reid import ReidConfig
    from person_tracker.models.reid import ReidEncoder
    random = np.random.default_rng(0)
    made = []
    for number in range(count):
        height, width = SIZES[number % len(SIZES)]
        image = random.integers(0, 255, (height, width, 3)).astype(np.uint8)
        if network == 'detector':
            detector = Detector(DetectorConfig(device='cpu', threads=threads), shared)
            made.append(partial(detector.detect, image))
        else:
            encoder = ReidEncoder(ReidConfig(device='cpu', threads=threads), shared)
            left = np.arange(PEOPLE, dtype=np.float32) * 100.0
            boxes = np.column_stack((left, left * 0 + 100, left + 80, left * 0 + 300))
            made.append(partial(encoder.encode, image, boxes))
    return made


def in_turn(looks: Sequence[Callable[[], Any]], images: int) -> None:
    """Look at each camera's image so many times, one after another."""
    for _ in range(images):
        for look in looks:
            look()


def in_threads(looks: Sequence[Callable[[], Any]], images: int) -> None:
    """Look at each camera's image so many times, in a thread for each camera."""
    with ThreadPoolExecutor(len(looks)) as pool:
        list(pool.map(lambda look: in_turn([look], images), looks))


def memory_mib(network: str, way: str, count: int, threads: int) -> float:
    """Return what a process grows by that looks in one way."""
    answer = subprocess.run(
        [sys.executable, __file__, '--memory-of', network, way, '--cameras', str(count),
         '--threads', str(threads)], capture_output=True, text=True, check=True)
    return float(answer.stdout)


def added_memory(network: str, way: str, count: int, threads: int) -> float:
    """Return the growth of this process, MiB, by loading networks and looking with them."""
    from person_tracker.models.session import SharedSessions
    for library in ('onnx', 'person_tracker.models.detector', 'person_tracker.models.reid'):
        import_module(library)  # is there once in either case
    before = resident_mib()
    looks = cameras(network, count, threads, SharedSessions() if way == 'shared' else None)
    in_threads(looks, 5)
    return resident_mib() - before


def resident_mib() -> float:
    """Return the memory that this process holds."""
    pages = int(Path('/proc/self/statm').read_text(encoding='utf-8').split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2 ** 20


if __name__ == '__main__':
    sys.exit(main())
