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

"""The tables of what networks cost and find, and the command that writes them."""

from pathlib import Path

from benchmarks import models
from benchmarks.document import section
from benchmarks.document import with_section
from benchmarks.models_choice import Chain
from benchmarks.models_choice import DEFAULT_DETECTOR
from benchmarks.models_choice import Network
from benchmarks.models_runs import BATCHES
from benchmarks.models_runs import ChainRun
from benchmarks.models_runs import DetectorRun
from benchmarks.models_runs import EncoderRun
from benchmarks.models_tables import agreement_table
from benchmarks.models_tables import chain_table
from benchmarks.models_tables import encoder_table
from benchmarks.models_tables import Measured
from benchmarks.models_tables import speed_table
import numpy as np
from person_tracker.core.types import Detections
from person_tracker.evaluation.metrics import Metrics
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
from person_tracker.pipeline import PipelineConfig
import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / 'docs' / 'models.md'
WALKERS = Network('walkers', 'detector', 'walkers', '', '.onnx', 'MIT')


def cells(table, row):
    """Return the cells of a row, by heading."""
    lines = [[cell.strip() for cell in line.strip('|').split(' | ')]
             for line in table.splitlines()]
    return dict(zip(lines[0], lines[2 + row], strict=True))


def seen(*boxes, score=.9):
    """Return detections of one score."""
    return Detections(np.array(boxes, np.float32).reshape(-1, 4),
                      np.full(len(boxes), score, np.float32))


def detector(backend, detections, whole_ms=(10.0,), bare_ms=(8.0,)):
    """Return a detector that took so long with one thread, half as long with two."""
    return Measured(WALKERS, backend, {threads: DetectorRun(
        [1e-3 * each / threads for each in whole_ms], [1e-3 * each / threads for each in bare_ms],
        detections) for threads in (1, 2)})


def test_speed_is_told_as_median_and_as_part_of_the_network_alone():
    row = cells(speed_table([detector('onnxruntime', [], range(1, 102), [25.5])]), 0)
    assert row['weights'] == 'MIT'
    assert row['1 thread'] == '51.0 (96.0)'
    assert row['2 threads'] == '25.5 (48.0)'
    assert row['/ network alone, 1 thread'] == row['/ network alone, 2 threads'] == '2.00'


def test_a_detector_is_compared_with_the_reference_people_and_its_first_back_end():
    left, right = (0, 0, 10, 20), (30, 0, 40, 20)
    reference = [seen(left, right)]
    table = agreement_table(
        [detector('onnxruntime', [seen(left)]), detector('opencv', [seen((0, 0, 10, 18), right)])],
        reference, [np.float32([right])])
    first, second = cells(table, 0), cells(table, 1)
    assert (first['precision'], first['recall'], first['F1']) == ('1.000', '0.500', '0.667')
    assert first['annotated: best F1 (from score)'].startswith('0.000')
    assert first['px from the first back end'] == '-'
    assert (second['recall'], second['mean IoU']) == ('1.000', '0.950')
    assert second['annotated: best F1 (from score)'].startswith('0.667')
    assert second['px from the first back end'] == '2.00 in 1 and 1 alone'


def test_batches_are_told_as_part_of_a_crop_alone_and_back_ends_by_their_worst_crop():
    looks = np.eye(2, dtype=np.float32)

    def encoder(backend, embeddings):
        times_s = {size: [0.004 / size ** 0.5] * 3 for size in BATCHES}
        return Measured(WALKERS, backend, {threads: EncoderRun(times_s, embeddings)
                                           for threads in (1, 2)})

    turned = np.float32([[1, 0], [0.6, 0.8]])
    table = encoder_table([encoder('onnxruntime', looks), encoder('opencv', turned),
                           encoder('openvino', looks[:, :1])])
    first, second, third = (cells(table, row) for row in range(3))
    assert (first['numbers'], first['1 thread'], first['4 at once / alone']) == (
        '2', '4.0 (4.0)', '0.50')
    column = 'lowest cosine with the first back end'
    assert (first[column], second[column], third[column]) == ('-', '0.80000', 'other length')


def test_chains_are_told_beside_the_first():
    metrics = Metrics(60.0, 0.0, 0.0, 70.0, 80.0, 3, 0, 0, 0, 0, 0, 0, 0)
    table = chain_table([
        (Chain(label, PipelineConfig()), ChainRun(
            ['a: onnxruntime 1.20, CPU, threads: one per core', 'b: OpenCV 5, CPU, 64x64'],
            metrics, 100, elapsed_s, 2 * elapsed_s))
        for label, elapsed_s in (('the defaults', 4.0), ('others', 5.0))])
    row = cells(table, 1)
    assert row['networks'] == 'a: onnxruntime 1.20, CPU; b: OpenCV 5, CPU'
    assert (row['HOTA'], row['IDSW'], row['images per second']) == ('60.0', '3', '20.0')
    assert row["time / the defaults'"] == row["processor time / the defaults'"] == '1.25'


@pytest.mark.parametrize('part', models.PARTS)
def test_the_document_has_a_place_for_every_part(part):
    text = DOCUMENT.read_text(encoding='utf-8')
    assert section(with_section(text, f'models_{part}', 'figures'), f'models_{part}') == 'figures'


@pytest.mark.parametrize('options, said', [
    (['--only', 'cats'], 'invalid choice'),
    (['--samples', '0'], 'a whole number above 0'),
    (['--file', 'cat=x.onnx'], 'KIND=FILE'),
])
def test_options_that_make_no_sense_are_refused(options, said, capsys):
    with pytest.raises(SystemExit, match='2'):
        models.main(options)
    assert said in capsys.readouterr().err


def test_missing_recordings_are_named(tmp_path, capsys):
    assert models.main(['--data', str(tmp_path)]) == 2
    assert 'gt.txt' in capsys.readouterr().err


def test_a_network_that_is_not_there_cannot_be_chosen(tmp_path, capsys):
    truth = tmp_path / 'PETS09-S2L1' / 'gt' / 'gt.txt'
    truth.parent.mkdir(parents=True)
    truth.write_text('1,1,10,10,5,9,1,-1,-1,-1\n')
    assert models.main(['--data', str(tmp_path), '--networks', 'cats']) == 2
    assert "the files of 'cats' are not there" in capsys.readouterr().err


@pytest.mark.model
def test_real_detectors_are_measured_and_written(shared_data: Path, tmp_path: Path, capsys):
    if state(lookup(DEFAULT_DETECTOR)) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {DEFAULT_DETECTOR}')
    document = tmp_path / 'models.md'
    document.write_text('<!-- begin generated: models_detectors -->\n'
                        '<!-- end generated: models_detectors -->\n')
    assert models.main(['--data', str(shared_data), '--only', 'detectors', '--samples', '3',
                        '--networks', DEFAULT_DETECTOR, '--write', str(document)]) == 0
    capsys.readouterr()
    written = section(document.read_text(encoding='utf-8'), 'models_detectors')
    speeds, agreements = [part for part in written.split('\n\n') if part.startswith('|')]
    assert f'| {DEFAULT_DETECTOR} | onnxruntime | Apache-2.0 |' in speeds
    reference = cells(agreements, 0)
    assert (reference['precision'], reference['recall']) == ('1.000', '1.000')
    assert float(reference['annotated: best F1 (from score)'].split()[0]) > 0.8
