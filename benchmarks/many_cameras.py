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
Eight cameras and ten people on each: what identity costs at 30 images per second, for an hour.

    python -m benchmarks.many_cameras --data ../shared/data

Every image of every camera of a busy site (see `busy_site`) is played, and identity's own calls
are timed, on one thread: taking in looks and places, deciding, and where the people of the image
are by all cameras. A share of .2 means a fifth of one core.
The status is 1 where a bar is missed.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import sys
import time

from benchmarks import bar
from benchmarks import machine
from benchmarks.busy_site import CAMERAS
from benchmarks.busy_site import MODEL
from benchmarks.busy_site import Site
from benchmarks.busy_site import SiteImage
from benchmarks.busy_site import Wardrobe
from benchmarks.capacity import memory_mib
from benchmarks.document import table
from benchmarks.identity_cast import known_scale
import numpy as np
from numpy.typing import NDArray
from person_tracker.core.identity import IdentityManager
from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.scale_book import ScaleBook
from person_tracker.core.types import Appearance

RATE_HZ, TEN = 30.0, 10
MOST_SHARE, MOST_GROWTH = 0.2, 1.2
_QUALITY = 0.8


@dataclass(frozen=True)
class Minute:
    """
    One simulated minute.

    Attributes
    ----------
    costs_ms
        Of each image, shape (N,).
    memory_mib
        Of the process at its end (resident set).
    people, met
        Kept by identity at its end; who have ever come.

    """

    costs_ms: NDArray[np.float64]
    memory_mib: float
    people: int
    met: int


class Load:
    """Identity, and a site that keeps it busy."""

    def __init__(self, wardrobe: Wardrobe, random: np.random.Generator,
                 config: IdentityConfig | None = None,
                 clock: Callable[[], float] = time.thread_time) -> None:
        """Begin with an empty site."""
        self.manager = IdentityManager(
            config, scales=ScaleBook({MODEL: known_scale(MODEL)}), generator=random)
        self._wardrobe = wardrobe
        self._site = Site(wardrobe.people, random)
        self._latest: dict[str, list[tuple[str, tuple[str, int]]]] = {}
        self._clock = clock

    def minutes(self, number: int, rate_hz: float = RATE_HZ) -> Iterator[Minute]:
        """Let minutes pass, one after the other."""
        costs: list[float] = []
        for image in self._site.images(number, rate_hz):
            costs.append(1e3 * self._cost_s(image))
            if len(costs) == round(60.0 * rate_hz * len(CAMERAS)):
                yield Minute(np.array(costs), memory_mib(), len(self.manager.gallery),
                             len(self._site.met))
                costs.clear()

    def _cost_s(self, image: SiteImage) -> float:
        """Show one image; return what it cost, seconds."""
        camera, time_s = image.camera, image.time_s
        rows = np.flatnonzero(image.is_visible)
        shown = [image.track_ids[row] for row in rows]
        start = self._clock()
        due = rows[self.manager.wants_bodies(camera, shown, time_s)]
        cost_s = self._clock() - start
        looks = self._looks(image, due)
        start = self._clock()
        if len(due):
            self.manager.observe_bodies(
                camera, [image.track_ids[row] for row in due], looks, time_s)
        if self.manager.wants_places(camera, time_s):
            places = self._site.grounds[camera].places(image.boxes_xyxy[rows])
            self.manager.observe_places(camera, shown, places, time_s)
        identities = self.manager.update(camera, image.track_ids, image.is_visible, time_s)
        cost_s += self._clock() - start
        self._latest[camera] = [(each.person_id, (camera, track_id))
                                for each, track_id in zip(identities, image.track_ids)]
        views = self._views(camera)
        start = self._clock()
        self.manager.fused_places(views, time_s)
        cost_s += self._clock() - start
        self.manager.take_changes()
        self.manager.take_events()
        return cost_s

    def _views(self, camera: str) -> list[list[tuple[str, int]]]:
        """Return for each person on a camera the tracks of all cameras, as seen last."""
        found: dict[str, list[tuple[str, int]]] = {
            person_id: [] for person_id, _ in self._latest[camera] if person_id}
        for tracks in self._latest.values():
            for person_id, view in tracks:
                if person_id in found:
                    found[person_id].append(view)
        return list(found.values())

    def _looks(self, image: SiteImage, rows: NDArray[np.intp]) -> Appearance:
        if not len(rows):
            return Appearance()
        looks = self._wardrobe.looks(image.camera, [image.people[row] for row in rows])
        return Appearance(looks, np.full(len(looks), _QUALITY, np.float32), MODEL)


def share(minutes: Sequence[Minute]) -> float:
    """Return how much of one core all cameras take at 30 images per second."""
    return float(np.mean([each.costs_ms.mean() for each in minutes])
                 ) * 1e-3 * RATE_HZ * len(CAMERAS)


def minute_table(minutes: Sequence[Minute]) -> str:
    """Return a table with a row for every tenth minute and the first."""
    return table(
        ('minute', 'share of a core', 'ms per image', 'median', '95 %', 'worst', 'people kept',
         'people who came', 'memory, MiB'),
        [(str(number), f'{share([each]):.3f}', f'{each.costs_ms.mean():.3f}',
          f'{np.median(each.costs_ms):.3f}', f'{np.quantile(each.costs_ms, 0.95):.3f}',
          f'{each.costs_ms.max():.1f}', str(each.people), str(each.met),
          f'{each.memory_mib:.0f}')
         for number, each in enumerate(minutes, 1) if number == 1 or number % TEN == 0])


def bars(minutes: Sequence[Minute]) -> list[bar.Bar]:
    """Compare with what is asked for."""
    return [
        bar.Bar('share of one core, all minutes', share(minutes), most=MOST_SHARE, digits=3),
        bar.Bar('cost of the last ten minutes / of the first ten',
                share(minutes[-TEN:]) / share(minutes[:TEN]), most=MOST_GROWTH)]


def main(texts: list[str] | None = None) -> int:
    """Measure and print; the status is 1 where a bar is missed."""
    parser = ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--data', type=Path, metavar='FOLDER',
                        help='folder with reid/ for looks of real people; default: made up')
    parser.add_argument('--minutes', type=int, default=60, help='simulated, at least one')
    parser.add_argument('--seed', type=int, default=0)
    arguments = parser.parse_args(texts)
    random = np.random.default_rng(arguments.seed)
    wardrobe = (Wardrobe.made_up(random) if arguments.data is None else Wardrobe.real(
        arguments.data / 'reid' / f'market1501_{MODEL}.npz', random))
    print(machine.description(), flush=True)
    minutes = []
    for each in Load(wardrobe, random).minutes(arguments.minutes):
        minutes.append(each)
        print(f'minute {len(minutes)}: {share([each]):.3f} of a core, {each.people} people kept',
              file=sys.stderr)
    verdicts = bars(minutes)
    print(f'\n{minute_table(minutes)}\n')
    print(table(bar.HEADINGS, [each.cells() for each in verdicts]))
    return 0 if all(each.is_met for each in verdicts) else 1


if __name__ == '__main__':
    sys.exit(main())
