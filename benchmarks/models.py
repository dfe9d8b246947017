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
What the networks cost, how far they agree, and how well whole chains of them follow people.

    python -m benchmarks.models --weights FOLDER --write

Every network of the registry whose files are in the models folder, or in a folder given by
`--weights` or below it, is run by every back end that takes its file, each in a process of its
own; so is what `--file` gives. Nothing is fetched: what is missing is named. The tables are
printed, and with `--write` put into `docs/models.md`.
"""

from argparse import ArgumentParser
from argparse import Namespace
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import replace
import os
from pathlib import Path
import sys
from typing import Any
from typing import TypeVar

from benchmarks import machine
from benchmarks.document import DocumentError
from benchmarks.document import replace_section
from benchmarks.models_choice import Chain
from benchmarks.models_choice import DEFAULT_DETECTOR
from benchmarks.models_choice import find_networks
from benchmarks.models_choice import Network
from benchmarks.models_choice import network_chains
from benchmarks.models_choice import own_network
from benchmarks.models_choice import places
from benchmarks.models_choice import preset_chains
from benchmarks.models_choice import without_folders
from benchmarks.models_pictures import faces_of
from benchmarks.models_pictures import sampled
from benchmarks.models_pictures import sheet_of_people
from benchmarks.models_runs import alone
from benchmarks.models_runs import ChainRun
from benchmarks.models_runs import CROPS
from benchmarks.models_runs import described_bodies
from benchmarks.models_runs import described_faces
from benchmarks.models_runs import detected
from benchmarks.models_runs import DetectorRun
from benchmarks.models_runs import EncoderRun
from benchmarks.models_runs import followed
from benchmarks.models_tables import agreement_table
from benchmarks.models_tables import chain_table
from benchmarks.models_tables import encoder_table
from benchmarks.models_tables import Measured
from benchmarks.models_tables import MIN_SCORE
from benchmarks.models_tables import speed_table
from benchmarks.models_tables import THREADS
from benchmarks.models_tables import versions
from person_tracker.commands.arguments import positive_count
from person_tracker.evaluation.metrics import EvaluationError
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.evaluation.number_rows import FileFormatError
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.reid import ReidConfig
from person_tracker.sources.source import SourceError

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get('PERSON_TRACKER_SHARED', ROOT.parent / 'shared'))
DOCUMENT = ROOT / 'docs' / 'models.md'
REFERENCE = 'onnxruntime'

Run = TypeVar('Run')


class ModelsRun:
    """What is measured, on which data, and what could not be."""

    def __init__(self, arguments: Namespace) -> None:
        """Read the annotations and look for networks."""
        self._arguments = arguments
        self._video = arguments.data / 'video' / 'vtest.avi'
        self._truth = read_ground_truth(arguments.data / 'PETS09-S2L1' / 'gt' / 'gt.txt')
        self._where = places(arguments.weights)
        found, self._missing = find_networks(self._where, arguments.file)
        self._networks = _chosen(found, arguments.networks)

    def detectors(self) -> str:
        """Return what detectors cost and find."""
        samples = sampled(self._video, self._truth, self._arguments.samples)

        def run(network: Network, backend: str, threads: int) -> DetectorRun:
            config = DetectorConfig(model=network.model, **_told(network, backend, threads))
            return alone(detected, config, samples.images)

        measured, notes = self._measured(('detector',), run)
        reference = [each for each in measured if each.backend == REFERENCE
                     and each.network.name == DEFAULT_DETECTOR]
        if not reference:
            raise ModelError(f'detectors are compared with {DEFAULT_DETECTOR} on {REFERENCE}, '
                             f'which could not be run: {"; ".join(notes)}')
        return '\n\n'.join((
            _where_measured(f'{len(samples.images)} images of {self._video.name}'),
            'Milliseconds per image, median (95th percentile):', speed_table(measured),
            f'Boxes that score {MIN_SCORE:g} or more beside those of {DEFAULT_DETECTOR} on '
            f'{REFERENCE}:',
            agreement_table(measured, reference[0].last.detections, samples.people),
            *_notes(notes)))

    def encoders(self) -> str:
        """Return what encoders of bodies and faces cost."""
        samples = sampled(self._video, self._truth, self._arguments.samples)
        sheet, boxes = sheet_of_people(samples, CROPS)
        photos = sorted((self._arguments.data / 'face' / 'deepface_tests').glob('*.jpg'))
        faces = faces_of(photos, CROPS)
        repeats = self._arguments.repeats

        def run(network: Network, backend: str, threads: int) -> EncoderRun:
            told = _told(network, backend, threads)
            if network.kind == 'face_encoder':
                return alone(described_faces, network.model, NetworkConfig(**told), faces, repeats)
            config = ReidConfig(model=network.model, **told)
            return alone(described_bodies, config, sheet, boxes, repeats)

        measured, notes = self._measured(('reid', 'face_encoder'), run)
        return '\n\n'.join((
            _where_measured(f'{CROPS} people of {self._video.name} and {CROPS} photographed '
                            f'faces, rounds: {repeats}'),
            'Milliseconds per crop, median (95th percentile); in batches with '
            f'{THREADS[-1]} threads:', encoder_table(measured), *_notes(notes)))

    def chains(self) -> str:
        """Return how well people are followed with other networks and settings."""
        chosen = list(network_chains(self._networks))
        notes: list[str] = []
        if not self._arguments.networks:
            presets, notes = preset_chains(self._where, self._arguments.file)
            chosen += presets
        # Once more at the end: what differs is what the machine did meanwhile.
        chosen.append(replace(chosen[0], label=f'{chosen[0].label}, again'))
        measured: list[tuple[Chain, ChainRun]] = []
        for chain in chosen:
            _tell(f'chain: {chain.label}')
            try:
                measured.append((chain, alone(followed, chain.config, self._video, self._truth,
                                              self._arguments.frames)))
            except ModelError as error:
                if not measured:
                    raise
                notes.append(f'{chain.label}: {without_folders(error)}')
        frames = measured[0][1].frames
        return '\n\n'.join((
            _where_measured(f'{frames} images of {self._video.name}, one thread per core'),
            chain_table(measured), *_notes(notes)))

    def _measured(self, kinds: tuple[str, ...], run: Callable[[Network, str, int], Run],
                  ) -> tuple[list[Measured[Run]], list[str]]:
        """Run networks on every back end and number of threads; say what could not be."""
        measured = []
        notes = [sentence for kind, sentence in self._missing if kind in kinds]
        for network in self._networks:
            if network.kind not in kinds:
                continue
            for backend in network.backends:
                _tell(f'{network.name}, {backend}')
                try:
                    runs = {threads: run(network, backend, threads) for threads in THREADS}
                    measured.append(Measured(network, backend, runs))
                except ModelError as error:
                    notes.append(f'{network.name}, {backend}: {without_folders(error)}')
        return measured, notes


def _chosen(found: Sequence[Network], names: Sequence[str] | None) -> list[Network]:
    """Return the networks of some names and the default detector, or all without names."""
    known = {network.name for network in found}
    for name in names or ():
        if name not in known:
            raise ModelError(f'the files of {name!r} are not there; those of '
                             f'{", ".join(sorted(known)) or "no network"} are')
    return [each for each in found if not names or each.name in (*names, DEFAULT_DETECTOR)]


def _told(network: Network, backend: str, threads: int) -> dict[str, Any]:
    """Return the settings that all networks share."""
    # A .tflite file is for the CPU or for the Edge TPU, and says so itself.
    device = 'auto' if backend == 'litert' else 'cpu'
    return {'models_folder': network.folder, 'backend': backend, 'device': device,
            'threads': threads}


def _where_measured(what: str) -> str:
    return f'{machine.description()}. {versions()}. {what}.'


def _notes(notes: Sequence[str]) -> list[str]:
    """Return what was not measured as parts of a document, and say it loudly."""
    for note in notes:
        _tell(f'note: not measured: {note}')
    return ['Not measured:', '\n'.join(f'- {note}' for note in notes)] if notes else []


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


PARTS: dict[str, Callable[[ModelsRun], str]] = {
    'detectors': ModelsRun.detectors, 'encoders': ModelsRun.encoders, 'chains': ModelsRun.chains}


def parser() -> ArgumentParser:
    """Return what reads the command line."""
    options = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    options.add_argument('--data', type=Path, default=SHARED / 'data', metavar='FOLDER',
                         help='video/vtest.avi, PETS09-S2L1/gt and face/deepface_tests')
    options.add_argument('--weights', type=Path, nargs='+', default=[], metavar='FOLDER',
                         help='more folders with files of the registry, also below them')
    options.add_argument('--file', type=own_network, action='append', default=[],
                         metavar='KIND=FILE[,LICENCE]',
                         help='a network that the registry does not know, and its licence')
    options.add_argument('--only', nargs='+', choices=PARTS, default=list(PARTS),
                         help='parts to measure; default all')
    options.add_argument('--networks', nargs='+', metavar='NAME',
                         help=f'networks to measure beside {DEFAULT_DETECTOR}, without presets; '
                         'default all')
    options.add_argument('--samples', type=positive_count, default=60, metavar='N',
                         help='images that detectors look at; default 60')
    options.add_argument('--repeats', type=positive_count, default=3, metavar='N',
                         help='rounds of the encoders; default 3')
    options.add_argument('--frames', type=positive_count, metavar='N',
                         help='first images of the video that chains follow; default all')
    options.add_argument('--write', type=Path, nargs='?', const=DOCUMENT, metavar='FILE',
                         help='put the tables into a document; default docs/models.md')
    return options


def main(texts: list[str] | None = None) -> int:
    """Measure, print and write."""
    arguments = parser().parse_args(texts)
    try:
        run = ModelsRun(arguments)
        for part in arguments.only:
            text = PARTS[part](run)
            print(f'{text}\n')
            if arguments.write:
                replace_section(arguments.write, f'models_{part}', text)
    except (ModelError, SourceError, EvaluationError, FileFormatError, DocumentError,
            OSError) as error:
        _tell(f'error: {error}')
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
