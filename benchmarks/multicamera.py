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
Several cameras, one identity: how well people keep one id over the four cameras of Auditorium.

    python -m benchmarks.multicamera --data ../shared/data --seeds 3

Ways to join the cameras: `alone` (not joined at all), `plain` (`core.mean_gallery`), ours
(`core.identity`) by looks, by places, and by both; `oracle` (every track joined by whom it mostly
shows: the ceiling of joining whole tracks). Ours is judged by what was told at each moment, as a
robot hears it, and, `settled`, by what was known in the end, as `person_tracker multicamera`
writes it. IDF1 and HOTA are those of all cameras in one id space. A hand-over is kept, wrong or
new: see `handovers`.
"""

import argparse
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import sys

from benchmarks.auditorium import read_grounds
from benchmarks.auditorium import read_views
from benchmarks.auditorium import View
from benchmarks.auditorium_cast import dress
from benchmarks.auditorium_cast import Market
from benchmarks.camera_tracks import CameraTracks
from benchmarks.camera_tracks import follow_all
from benchmarks.handovers import count_handovers
from benchmarks.handovers import Handovers
from benchmarks.handovers import people_of
from benchmarks.joining import alone_ids
from benchmarks.joining import Ids
from benchmarks.joining import oracle_ids
from benchmarks.joining import own_ids
from benchmarks.joining import plain_ids
from benchmarks.joint_metrics import joint_metrics
import numpy as np
from person_tracker.core.camera_ground import CameraGround
from person_tracker.evaluation.metrics import Metrics

NETWORKS = ('osnet_x0_25_msmt17', 'omz_reid_0287')


@dataclass(frozen=True, eq=False)
class Result:
    """
    What became of one way to join the cameras, with one cast.

    Attributes
    ----------
    joint, cameras
        Figures over all cameras, and by camera.
    handovers
        What became of people who went from track to track.

    """

    joint: Metrics
    cameras: Mapping[str, Metrics]
    handovers: Handovers


def ways(views: Mapping[str, View], tracks: Mapping[str, CameraTracks], model: str,
         grounds: Mapping[str, CameraGround]) -> dict[str, Ids]:
    """Join the tracks of all cameras in every way."""
    joined = {'alone': alone_ids(tracks), 'plain': plain_ids(tracks)}
    joined['looks'], joined['looks, settled'] = own_ids(tracks, model)
    joined['places'], joined['places, settled'] = own_ids(
        tracks, model, grounds=grounds, use_looks=False)
    joined['both'], joined['both, settled'] = own_ids(tracks, model, grounds=grounds)
    return {**joined, 'oracle': oracle_ids(tracks, views)}


def measure(views: Mapping[str, View], tracks: Mapping[str, CameraTracks],
            joined: Mapping[str, Ids]) -> dict[str, Result]:
    """Compare every way with the ground truth."""
    people = people_of(tracks, views)
    return {way: Result(
        joint_metrics(views, tracks, ids),
        {camera: joint_metrics({camera: views[camera]}, tracks, ids) for camera in views},
        count_handovers(tracks, ids, people)) for way, ids in joined.items()}


def table(results: Mapping[str, Sequence[Result]]) -> str:
    """Return means over casts, and sums of hand-overs, as Markdown; one row per way."""
    cameras = list(next(iter(results.values()))[0].cameras)
    lines = [f'| way | joint IDF1 | joint HOTA | {" | ".join(cameras)} (IDF1 / HOTA) '
             '| kept | wrong | new | between cameras | wrong there |',
             '|---|' + '---:|' * (7 + len(cameras))]
    for way, runs in results.items():
        cells = [way, f'{_mean([run.joint.IDF1 for run in runs]):.1f}',
                 f'{_mean([run.joint.HOTA for run in runs]):.1f}']
        for camera in cameras:
            idf1 = _mean([run.cameras[camera].IDF1 for run in runs])
            hota = _mean([run.cameras[camera].HOTA for run in runs])
            cells.append(f'{idf1:.1f} / {hota:.1f}')
        for name in ('kept', 'wrong', 'new', 'between_cameras', 'wrong_between_cameras'):
            cells.append(str(sum(getattr(run.handovers, name) for run in runs)))
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines)


def run(data: Path, network: str, seeds: Sequence[int], frames: tuple[int, int],
        cache: Path | None) -> dict[str, list[Result]]:
    """Play one network with several casts."""
    folder = data / 'multicam_auditorium'
    views, grounds = read_views(folder, *frames), read_grounds(folder)
    market = Market.read(data / 'reid' / f'market1501_{network}.npz')
    results: dict[str, list[Result]] = {}
    for seed in seeds:
        name = f'{market.model}-{frames[0]}-{frames[1]}-{seed}'
        tracks = follow_all(
            views, dress(views, market, seed), None if cache is None else cache / name)
        joined = ways(views, tracks, market.model, grounds)
        for way, result in measure(views, tracks, joined).items():
            results.setdefault(way, []).append(result)
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--data', type=Path, required=True, help='folder of real recordings')
    parser.add_argument('--networks', nargs='+', default=NETWORKS, choices=NETWORKS)
    parser.add_argument('--seeds', type=int, default=3, help='number of casts')
    parser.add_argument('--first-seed', type=int, default=0, help='of the first cast')
    parser.add_argument('--frames', type=int, nargs=2, default=(1, 2700),
                        metavar=('FIRST', 'LAST'), help='frames of each camera, counted from 1')
    parser.add_argument('--cache', type=Path, help='folder for tracks, to be quick the next time; '
                        'empty it after a change of the tracker')
    options = parser.parse_args(arguments)
    first = options.first_seed
    for network in options.networks:
        results = run(options.data, network, range(first, first + options.seeds),
                      tuple(options.frames), options.cache)
        print(f'{network}, {options.seeds} casts\n\n{table(results)}\n')
    return 0


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


if __name__ == '__main__':
    sys.exit(main())
