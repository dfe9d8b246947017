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

"""Tables of what was measured of networks and chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
import platform
from typing import Generic
from typing import TypeVar

from benchmarks.document import table
from benchmarks.models_agreement import agreement
from benchmarks.models_agreement import best_f1
from benchmarks.models_agreement import Boxes
from benchmarks.models_agreement import difference
from benchmarks.models_agreement import sure_boxes
from benchmarks.models_choice import Chain
from benchmarks.models_choice import Network
from benchmarks.models_runs import BATCHES
from benchmarks.models_runs import ChainRun
from benchmarks.models_runs import DetectorRun
from benchmarks.models_runs import EncoderRun
import cv2
import numpy as np
from person_tracker.core.types import Detections

MIN_SCORE = 0.5  # a box that scores as much is sure
THREADS = (1, 2)
_PACKAGES = ('numpy', 'onnxruntime', 'openvino', 'ai-edge-litert', 'ultralytics', 'torch')

Run = TypeVar('Run')


@dataclass(frozen=True, eq=False)
class Measured(Generic[Run]):
    """
    A network on a back end.

    Attributes
    ----------
    network
        What was run.
    backend
        By what.
    runs
        What came of it, by number of threads.

    """

    network: Network
    backend: str
    runs: dict[int, Run]

    @property
    def last(self) -> Run:
        """Return what came of it with the most threads."""
        return self.runs[THREADS[-1]]


def versions() -> str:
    """Return what computes, with versions, as far as it is installed."""
    known = [f'Python {platform.python_version()}', f'OpenCV {cv2.__version__}']
    for package in _PACKAGES:
        try:
            known.append(f'{package} {version(package)}')
        except PackageNotFoundError:
            continue
    return ', '.join(known)


def speed_table(measured: Sequence[Measured[DetectorRun]]) -> str:
    """Return what an image takes, and what part of it the network alone."""
    rows = []
    for each in measured:
        runs = [each.runs[threads] for threads in THREADS]
        rows.append((each.network.name, each.backend, each.network.licence,
                     *(_milliseconds(run.whole_s) for run in runs),
                     *(f'{np.median(run.whole_s) / np.median(run.bare_s):.2f}' for run in runs)))
    headings = ('network', 'back end', 'weights', *(_threads(count) for count in THREADS),
                *(f'/ network alone, {_threads(count)}' for count in THREADS))
    return table(headings, rows, texts=3)


def agreement_table(measured: Sequence[Measured[DetectorRun]], reference: Sequence[Detections],
                    people: Sequence[Boxes]) -> str:
    """
    Return what was found beside a reference detector, annotated people, and another back end.

    Parameters
    ----------
    measured
        Detectors on the same images.
    reference
        What the reference detector found in each.
    people
        Who was annotated in each.

    """
    sure, rows = sure_boxes(reference, MIN_SCORE), []
    firsts: dict[str, Measured[DetectorRun]] = {}
    for each in measured:
        found = each.last.detections
        common = agreement(sure_boxes(found, MIN_SCORE), sure)
        first = firsts.setdefault(each.network.name, each)
        rows.append((
            each.network.name, each.backend, f'{common.found / max(len(found), 1):.1f}',
            f'{common.precision:.3f}', f'{common.recall:.3f}', f'{common.f1:.3f}',
            f'{common.mean_iou:.3f}', *('{:.3f} ({:.2f})'.format(*best_f1(found, wanted))
                                        for wanted in (sure, people)),
            '-' if first is each else _apart(first.last.detections, found)))
    headings = ('network', 'back end', 'boxes per image', 'precision', 'recall', 'F1', 'mean IoU',
                'best F1 (from score)', 'annotated: best F1 (from score)',
                'px from the first back end')
    return table(headings, rows, texts=2)


def encoder_table(measured: Sequence[Measured[EncoderRun]]) -> str:
    """Return what a crop takes, alone and in batches, and how back ends differ."""
    rows = []
    firsts: dict[str, Measured[EncoderRun]] = {}
    for each in measured:
        first = firsts.setdefault(each.network.name, each)
        medians = {size: float(np.median(each.last.per_crop_s[size])) for size in BATCHES}
        rows.append((
            each.network.name, each.backend, each.network.licence,
            str(each.last.embeddings.shape[1]),
            *(_milliseconds(each.runs[threads].per_crop_s[1]) for threads in THREADS),
            *(f'{medians[size] / medians[1]:.2f}' for size in BATCHES[1:]),
            '-' if first is each else _cosine(first.last, each.last)))
    headings = ('network', 'back end', 'weights', 'numbers', *map(_threads, THREADS),
                *(f'{size} at once / alone' for size in BATCHES[1:]),
                'lowest cosine with the first back end')
    return table(headings, rows, texts=3)


def chain_table(measured: Sequence[tuple[Chain, ChainRun]]) -> str:
    """Return how well people are followed and what it takes; the first row is the reference."""
    reference, rows = measured[0][1], []
    for chain, run in measured:
        figures = run.metrics
        networks = '; '.join(', '.join(each.split(', ')[:2]) for each in run.descriptions)
        rows.append((
            chain.label, networks, f'{figures.HOTA:.1f}', f'{figures.MOTA:.1f}',
            f'{figures.IDF1:.1f}', str(figures.IDSW), f'{run.frames / run.elapsed_s:.1f}',
            f'{run.elapsed_s / reference.elapsed_s:.2f}',
            f'{run.processor_s / reference.processor_s:.2f}'))
    headings = ('set', 'networks', 'HOTA', 'MOTA', 'IDF1', 'IDSW', 'images per second',
                "time / the defaults'", "processor time / the defaults'")
    return table(headings, rows, texts=2)


def _apart(first: Sequence[Detections], second: Sequence[Detections]) -> str:
    """Return the largest distance, and sure boxes without a partner where there are any."""
    apart = difference(first, second, MIN_SCORE)
    lone = f' and {apart.lone} alone' if apart.lone else ''
    return f'{apart.largest_px:.2f} in {apart.pairs}{lone}'


def _cosine(first: EncoderRun, second: EncoderRun) -> str:
    if first.embeddings.shape != second.embeddings.shape:
        return 'other length'
    return f'{(first.embeddings * second.embeddings).sum(axis=1).min():.5f}'


def _milliseconds(durations_s: Sequence[float]) -> str:
    """Return median and 95th percentile."""
    median, high = 1e3 * np.quantile(durations_s, (0.5, 0.95))
    return f'{median:.1f} ({high:.1f})'


def _threads(count: int) -> str:
    return f'{count} thread{"s" if count > 1 else ""}'
