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

"""Figures that follow by hand from the definitions, and those of TrackEval itself."""

import sys

import numpy as np
from person_tracker.evaluation.metrics import evaluate
from person_tracker.evaluation.metrics import EvaluationError
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import read_detections
from person_tracker.evaluation.motchallenge import read_ground_truth
from person_tracker.evaluation.motchallenge import read_tracks
from person_tracker.evaluation.motchallenge import TrackRows
import pytest

pytest.importorskip('trackeval', reason='the figures are computed by TrackEval')
PEDESTRIAN, CAR, DISTRACTOR = 1, 3, 8


def truth(people, *, kinds=None, counts=None):
    """
    Return ground truth.

    `people` gives by person the frames in which they stand at x = 200 * person, `kinds` the class
    of each, `counts` who counts.
    """
    rows = [(frame, person) for person, frames in people.items() for frame in frames]
    frames, ids = np.array(sorted(rows)).T
    classes = None if kinds is None else np.array([kinds[person] for person in ids])
    counted = np.array([counts is None or counts[person] for person in ids])
    return GroundTruthRows(frames, ids, boxes(ids), counted, classes)


def followed(spans, height=100.0):
    """Return tracks: id, person whose place it has, frames."""
    rows = sorted((frame, track_id, person)
                  for track_id, person, frames in spans for frame in frames)
    frames, ids, people = np.array(rows, np.int64).reshape(-1, 3).T
    return TrackRows(frames, ids, boxes(people, height), np.ones(len(ids)))


def boxes(people, height=100.0):
    """Return a box for each of the people, shape (N, 4)."""
    ones = np.ones(len(people))
    return np.column_stack((200.0 * people, 10 * ones, 40 * ones, height * ones))


ALL, FIRST, SECOND = range(1, 11), range(1, 6), range(6, 11)
ONE = truth({1: ALL})


@pytest.mark.parametrize(('ground_truth', 'tracks', 'expected'), [
    # everybody found all the time
    (truth({1: ALL, 2: FIRST}), followed([(4, 1, ALL), (9, 2, FIRST)]),
     {'HOTA': 100, 'DetA': 100, 'AssA': 100, 'MOTA': 100, 'IDF1': 100, 'IDSW': 0,
      'false_positives': 0, 'misses': 0, 'ground_truth_boxes': 15, 'track_boxes': 15,
      'ground_truth_ids': 2, 'track_ids': 2, 'frames': 10}),
    # nobody found
    (ONE, followed([]),
     {'HOTA': 0, 'DetA': 0, 'AssA': 0, 'MOTA': 0, 'IDF1': 0, 'IDSW': 0, 'misses': 10}),
    # the id changes halfway: AssA = 5 / 10, HOTA = sqrt(1 * .5), MOTA = 1 - 1 / 10
    (ONE, followed([(1, 1, FIRST), (2, 1, SECOND)]),
     {'HOTA': 100 * .5 ** .5, 'DetA': 100, 'AssA': 50, 'MOTA': 90, 'IDF1': 50, 'IDSW': 1}),
    # lost halfway: DetA = 5 / 10, AssA = 5 / 10, IDF1 = 10 / 15
    (ONE, followed([(1, 1, FIRST)]),
     {'HOTA': 50, 'DetA': 50, 'AssA': 50, 'MOTA': 50, 'IDF1': 200 / 3, 'IDSW': 0, 'misses': 5}),
    # a ghost beside: DetA = 10 / 20, IDF1 = 20 / 30
    (ONE, followed([(1, 1, ALL), (2, 5, ALL)]),
     {'HOTA': 100 * .5 ** .5, 'DetA': 50, 'AssA': 100, 'MOTA': 0, 'IDF1': 200 / 3,
      'false_positives': 10}),
    # loose boxes, IoU .62: right at the 12 overlaps from .05 to .60 of 19
    (ONE, followed([(1, 1, ALL)], height=62.0),
     {'HOTA': 1200 / 19, 'DetA': 1200 / 19, 'MOTA': 100, 'IDF1': 100}),
    # worse than nothing
    (ONE, followed([(1, 1, FIRST), (2, 5, ALL), (3, 6, ALL)]), {'MOTA': -150}),
    # following what looks like a person is not counted, following a car is
    (truth({1: ALL, 2: ALL}, kinds={1: PEDESTRIAN, 2: DISTRACTOR}),
     followed([(1, 1, ALL), (2, 2, ALL)]),
     {'HOTA': 100, 'MOTA': 100, 'track_boxes': 10, 'track_ids': 1, 'ground_truth_ids': 1}),
    (truth({1: ALL, 2: ALL}, kinds={1: PEDESTRIAN, 2: CAR}),
     followed([(1, 1, ALL), (2, 2, ALL)]),
     {'MOTA': 0, 'false_positives': 10, 'track_boxes': 20, 'ground_truth_ids': 1}),
    # who does not count is not missed
    (truth({1: ALL, 2: ALL}, counts={1: True, 2: False}), followed([(1, 1, ALL)]),
     {'HOTA': 100, 'MOTA': 100, 'misses': 0, 'ground_truth_boxes': 10}),
    # ids of any size
    (ONE, followed([(2 ** 52, 1, ALL)]), {'HOTA': 100}),
    # tracks go on where the ground truth has ended
    (truth({1: FIRST}), followed([(1, 1, ALL)]), {'false_positives': 5, 'frames': 10}),
])
def test_figures_follow_from_their_definitions(ground_truth, tracks, expected):
    metrics = evaluate(ground_truth, tracks)
    found = {name: getattr(metrics, name) for name in expected}
    assert found == pytest.approx(expected)


def test_a_single_box_is_enough():
    assert evaluate(truth({1: [1]}), followed([(1, 1, [1])])).HOTA == pytest.approx(100)


def test_the_table_names_every_figure():
    table = evaluate(ONE, followed([(1, 1, FIRST)])).to_markdown()
    assert '| HOTA | 50.00 |' in table
    assert '| misses | 5 |' in table
    assert table.splitlines()[:2] == ['| metric | value |', '|---|---:|']


def test_without_trackeval_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'trackeval', None)
    with pytest.raises(EvaluationError, match='pip install --no-deps trackeval'):
        evaluate(ONE, followed([]))


def official_figures(folder, benchmark, frames, capsys):
    """Return what TrackEval's own evaluator says of `folder/gt/S/gt/gt.txt` and `folder/t/...`."""
    import trackeval
    quiet = {'PRINT_CONFIG': False}
    evaluator = trackeval.Evaluator({
        **quiet, 'PRINT_RESULTS': False, 'TIME_PROGRESS': False, 'OUTPUT_SUMMARY': False,
        'OUTPUT_DETAILED': False, 'PLOT_CURVES': False, 'LOG_ON_ERROR': None})
    dataset = trackeval.datasets.MotChallenge2DBox({
        **quiet, 'GT_FOLDER': str(folder / 'gt'), 'TRACKERS_FOLDER': str(folder / 't'),
        'SKIP_SPLIT_FOL': True, 'BENCHMARK': benchmark, 'SEQ_INFO': {'S': frames}})
    results, _ = evaluator.evaluate([dataset], [
        trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(dict(quiet)),
        trackeval.metrics.Identity(dict(quiet))])
    capsys.readouterr()
    found = results['MotChallenge2DBox']['tracker']['S']['pedestrian']
    return {
        'HOTA': 100 * found['HOTA']['HOTA'].mean(), 'DetA': 100 * found['HOTA']['DetA'].mean(),
        'AssA': 100 * found['HOTA']['AssA'].mean(), 'MOTA': 100 * found['CLEAR']['MOTA'],
        'IDF1': 100 * found['Identity']['IDF1'], 'IDSW': found['CLEAR']['IDSW'],
        'false_positives': found['CLEAR']['CLR_FP'], 'misses': found['CLEAR']['CLR_FN'],
        'ground_truth_boxes': found['Count']['GT_Dets'], 'track_boxes': found['Count']['Dets'],
        'ground_truth_ids': found['Count']['GT_IDs'], 'track_ids': found['Count']['IDs'],
        'frames': frames}


def crowd(folder, *, with_classes, people=8, frames=60):
    """Write random walks and noisy, swapping, incomplete tracks of them as MOTChallenge files."""
    rng = np.random.default_rng(3)
    places = rng.uniform(0, 500, (people, 2))
    kinds = rng.choice([1, 1, 1, 2, 7, 3], people)
    truth_lines, track_lines = [], []
    for frame in range(1, frames + 1):
        places += rng.normal(0, 4, places.shape)
        for person, (x, y) in enumerate(places):
            rest = f'{kinds[person]},0.7' if with_classes else f'{x / 100:.3f},{-y / 50:.3f},0'
            truth_lines.append(f'{frame},{person + 1},{x:.1f},{y:.1f},60,160,'
                               f'{int(rng.random() > .1)},{rest}')
            if rng.random() > .2:
                track_id = 10 * person + frame // (20 + person)
                dx, dy, dh = rng.normal(0, (8, 16, 10))
                track_lines.append(f'{frame},{track_id},{x + dx:.1f},{y + dy:.1f},60,'
                                   f'{160 + dh:.1f},0.8,-1,-1,-1')
    save(folder, '\n'.join(truth_lines), '\n'.join(track_lines))


def save(folder, truth_text, track_text):
    """Lay the files out as TrackEval wants them."""
    (folder / 'gt/S/gt').mkdir(parents=True)
    (folder / 't/tracker/data').mkdir(parents=True)
    (folder / 'gt/S/gt/gt.txt').write_text(truth_text)
    (folder / 't/tracker/data/S.txt').write_text(track_text)


def our_figures(folder):
    """Evaluate the same files."""
    metrics = evaluate(read_ground_truth(folder / 'gt/S/gt/gt.txt'),
                       read_tracks(folder / 't/tracker/data/S.txt'))
    return vars(metrics)


@pytest.mark.parametrize(('benchmark', 'with_classes'), [('MOT17', True), ('MOT15', False)])
def test_figures_equal_those_of_the_official_evaluator(
        tmp_path, capsys, benchmark, with_classes):
    crowd(tmp_path, with_classes=with_classes)
    ours = our_figures(tmp_path)
    assert ours == pytest.approx(official_figures(tmp_path, benchmark, ours['frames'], capsys))
    assert 10 < ours['HOTA'] < 90


@pytest.mark.parametrize(('benchmark', 'name', 'detections'), [
    ('MOT17', 'mot17_first_half/MOT17-09', 'yolox_x.txt'), ('MOT15', 'PETS09-S2L1', 'det.txt')])
def test_figures_equal_those_of_the_official_evaluator_on_real_files(
        shared_data, tmp_path, capsys, benchmark, name, detections):
    rows = read_detections(shared_data / name / 'det' / detections)
    lines = [f'{frame},{number},{x},{y},{width},{height},1,-1,-1,-1' for number, (
        frame, (x, y, width, height)) in enumerate(zip(rows.frames, rows.boxes_xywh))]
    save(tmp_path, (shared_data / name / 'gt/gt.txt').read_text(), '\n'.join(lines))
    ours = our_figures(tmp_path)
    assert ours == pytest.approx(official_figures(tmp_path, benchmark, ours['frames'], capsys))
