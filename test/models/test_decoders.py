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

"""Each layout of outputs gives the boxes that were put into it."""

import numpy as np
from person_tracker.models import yolo_decoders
from person_tracker.models.candidates import Candidates
from person_tracker.models.candidates import Decoder
from person_tracker.models.candidates import in_shares
from person_tracker.models.candidates import suppressed
from person_tracker.models.decoders import layout_named
from person_tracker.models.decoders import LAYOUTS
from person_tracker.models.decoders import recognised_layout
from person_tracker.models.errors import ModelError
import pytest

YOLO = [layout.name for layout in yolo_decoders.LAYOUTS]
CELLS_64 = 8 * 8 + 4 * 4 + 2 * 2


def decoder_for(name: str, width: int, height: int) -> Decoder:
    return layout_named(name).decoder(width, height)


def yolox_grid() -> np.ndarray:
    """Return 64x64 outputs with a person, a weak person and a bicycle."""
    rows = np.zeros((1, CELLS_64, 7), np.float32)
    rows[0, 8 * 2 + 3] = (0.5, 0.25, np.log(2.0), np.log(4.0), 0.9, 0.5, 0.1)  # stride 8
    rows[0, 64 + 4 * 1 + 2] = (0.0, 0.0, 0.0, 0.0, 0.4, 0.5, 0.0)              # stride 16
    rows[0, 80 + 2 * 1 + 1] = (0.5, 0.5, 0.0, 0.0, 1.0, 0.0, 0.75)             # stride 32
    return rows


def test_yolox_grid_adds_the_cell_and_scales_by_the_stride() -> None:
    decode = decoder_for('yolox_grid', 64, 64)
    people, = decode([yolox_grid()], 0, 0.1)
    # Column 3, row 2 of stride 8: centre (3.5, 2.25) * 8, size (2, 4) * 8.
    # Column 2, row 1 of stride 16: centre (2, 1) * 16, size 16.
    np.testing.assert_allclose(people.boxes_xyxy, [[20, 2, 36, 34], [24, 8, 40, 24]], atol=1e-4)
    np.testing.assert_allclose(people.scores, [0.45, 0.2], rtol=1e-6)
    bicycles, = decode([yolox_grid()], 1, 0.1)
    np.testing.assert_allclose(bicycles.boxes_xyxy, [[32, 32, 64, 64]], atol=1e-4)
    np.testing.assert_allclose(bicycles.scores, [0.75])


def test_yolox_grid_of_an_oblong_input_counts_rows_and_columns_apart() -> None:
    cells = 4 * 8 + 2 * 4 + 1 * 2
    rows = np.zeros((1, cells, 6), np.float32)
    rows[0, 8 * 3 + 7] = (0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    people, = decoder_for('yolox_grid', 64, 32)([rows], 0, 0.5)
    np.testing.assert_allclose(people.boxes_xyxy, [[52, 20, 60, 28]])


def test_yolo_columns_are_centre_and_size() -> None:
    columns = np.zeros((1, 6, CELLS_64), np.float32)
    columns[0, :, 5] = (10, 20, 4, 8, 0.7, 0.2)
    columns[0, :, 9] = (30, 30, 10, 10, 0.05, 0.9)
    people, = decoder_for('yolo_columns', 64, 64)([columns], 0, 0.1)
    np.testing.assert_allclose(people.boxes_xyxy, [[8, 16, 12, 24]])
    np.testing.assert_allclose(people.scores, [0.7], rtol=1e-6)


def test_yolo_rows_are_centre_and_size_with_objectness() -> None:
    rows = np.zeros((1, 3 * CELLS_64, 7), np.float32)
    rows[0, 5] = (10, 20, 4, 8, 0.9, 0.5, 0.1)
    rows[0, 9] = (30, 30, 10, 10, 0.1, 0.9, 0.9)  # hardly anything is there
    people, = decoder_for('yolo_rows', 64, 64)([rows], 0, 0.1)
    np.testing.assert_allclose(people.boxes_xyxy, [[8, 16, 12, 24]])
    np.testing.assert_allclose(people.scores, [0.45], rtol=1e-6)


def test_dets_labels_keep_the_wanted_class() -> None:
    dets = np.array([[[1, 2, 3, 4, 0.9], [5, 6, 7, 8, 0.8], [1, 1, 2, 2, 0.05]]], np.float32)
    labels = np.array([[0, 1, 0]], np.int64)
    people, = decoder_for('dets_labels', 64, 64)([dets, labels], 0, 0.1)
    np.testing.assert_allclose(people.boxes_xyxy, [[1, 2, 3, 4]])
    np.testing.assert_allclose(people.scores, [0.9])


def test_end_to_end_rows_end_in_score_and_class() -> None:
    rows = np.array([[[1, 2, 3, 4, 0.9, 2], [5, 6, 7, 8, 0.8, 0], [0, 0, 0, 0, 0, 0]]], np.float32)
    people, = decoder_for('end_to_end', 64, 64)([rows], 0, 0.1)
    np.testing.assert_allclose(people.boxes_xyxy, [[5, 6, 7, 8]])
    np.testing.assert_allclose(people.scores, [0.8])


def test_what_is_left_before_suppression_is_read_by_class() -> None:
    boxes = np.array([[[1, 2, 3, 4], [5, 6, 7, 8]], [[0, 0, 9, 9], [0, 0, 8, 8]]], np.float32)
    scores = np.array([[[0.9, 0.2], [0.05, 0.8]], [[0.0, 0.7], [np.nan, 0.1]]], np.float32)
    layout = yolo_decoders.before_suppression(max_iou=0.9, min_score=0.0)
    decode = layout.decoder(64, 64)
    first, second = decode([boxes, scores], 0, 0.1)
    np.testing.assert_allclose(first.boxes_xyxy, [[1, 2, 3, 4]])
    np.testing.assert_allclose(first.scores, [0.9])
    assert second.boxes_xyxy.shape == (0, 4)
    assert [len(each.scores) for each in decode([boxes, scores], 1, 0.1)] == [2, 2]
    shapes = [(1, 3549, 4), (1, 3549, 80)]
    assert layout.fits(shapes, 64, 64) and layout.class_count(shapes) == 80
    assert not layout.fits([(1, 3549, 4), (1, 1, 3549)], 64, 64)


@pytest.mark.parametrize(('max_iou', 'min_score', 'kept'), [
    (0.9, 0.0, [0.9, 0.8, 0.3]),
    (0.7, 0.0, [0.9, 0.3]),       # the second overlaps the first by 0.8
    (0.9, 0.5, [0.9, 0.8]),
])
def test_suppression_that_was_cut_off_is_made_up_for(max_iou: float, min_score: float,
                                                     kept: list[float]) -> None:
    boxes = np.array([[[0, 0, 10, 10], [0, 0, 8, 10], [20, 0, 30, 10]]], np.float32)
    decode = yolo_decoders.before_suppression(max_iou, min_score).decoder(64, 64)
    found, = decode([boxes, np.array([[[0.9], [0.8], [0.3]]], np.float32)], 0, 0.1)
    np.testing.assert_allclose(found.scores, kept)


@pytest.mark.parametrize(('layout', 'boxes', 'if_unknown', 'expected'), [
    ('yolo_columns', [[0.5, 0.9, 0.1, 0.2], [1.4, 0.5, 2.1, 1.0]], False, True),
    ('yolo_columns', [[4, 4, 60, 90], [600, 20, 3, 4]], True, False),
    ('yolo_rows', [[0.9, 0.1, 0.1, 0.1]], False, True),
    ('yolo_rows', [[0.9, 60.1, 0.1, 0.1]], True, False),
    ('end_to_end', [[-0.1, 0.1, 1.1, 0.3]], False, True),
    ('end_to_end', [[-0.1, 0.1, 30, 20]], True, False),
    ('end_to_end', [[0, 0, 0, 0]], True, True),             # nobody, padded with nothing
    ('end_to_end', [[0, 0, 0, 0]], False, False),
    ('end_to_end', [], True, True),                         # nobody
    ('yolo_columns', [[np.nan] * 4], False, False),
    ('yolox_grid', [[0.5, 0.5, 0.1, 0.2]], True, False),    # offsets in a cell are always so small
    ('dets_labels', [[0.5, 0.5, 0.1, 0.2]], True, False),
])
def test_shares_are_told_from_pixels(layout: str, boxes: list, if_unknown: bool,
                                     expected: bool) -> None:
    rows = np.zeros((1, len(boxes), 6), np.float32)
    rows[0, :, :4] = np.reshape(boxes, (-1, 4))
    rows[0, :, 5] = 70  # the number of a class may be large
    outputs = [rows.transpose(0, 2, 1) if layout == 'yolo_columns' else rows]
    assert yolo_decoders.gives_shares(layout_named(layout), outputs, if_unknown) == expected


def test_shares_become_pixels_of_an_oblong_input() -> None:
    rows = np.array([[[0.25, 0.5, 0.5, 1.0, 0.9, 0]]], np.float32)
    found, = in_shares(layout_named('end_to_end')).decoder(64, 32)([rows], 0, 0.1)
    np.testing.assert_allclose(found.boxes_xyxy, [[16, 16, 32, 32]])
    np.testing.assert_allclose(found.scores, [0.9])


@pytest.mark.parametrize('layout', YOLO)
def test_every_layout_reads_each_image_of_a_batch(layout: str) -> None:
    outputs = {
        'yolox_grid': [np.concatenate([yolox_grid(), np.zeros_like(yolox_grid())])],
        'yolo_rows': [np.stack([np.full((3 * CELLS_64, 6), 0.5, np.float32),
                                np.zeros((3 * CELLS_64, 6), np.float32)])],
        'yolo_columns': [np.stack([np.full((6, CELLS_64), 0.5, np.float32),
                                   np.zeros((6, CELLS_64), np.float32)])],
        'dets_labels': [np.array([[[0, 0, 9, 9, 0.9]], [[0, 0, 9, 9, 0.0]]], np.float32),
                        np.zeros((2, 1), np.int64)],
        'end_to_end': [np.array([[[0, 0, 9, 9, 0.9, 0]], [[0, 0, 9, 9, 0.0, 0]]], np.float32)],
    }[layout]
    first, second = decoder_for(layout, 64, 64)(outputs, 0, 0.1)
    assert len(first.scores) > 0
    assert second.boxes_xyxy.shape == (0, 4)


@pytest.mark.parametrize('layout', YOLO)
def test_a_score_that_is_no_number_is_no_detection(layout: str) -> None:
    nan = np.float32(np.nan)
    outputs = {
        'yolox_grid': [np.full((1, CELLS_64, 7), nan)],
        'yolo_rows': [np.full((1, 3 * CELLS_64, 7), nan)],
        'yolo_columns': [np.full((1, 6, CELLS_64), nan)],
        'dets_labels': [np.full((1, 2, 5), nan), np.zeros((1, 2), np.int64)],
        'end_to_end': [np.full((1, 2, 6), nan)],
    }[layout]
    people, = decoder_for(layout, 64, 64)(outputs, 0, 0.0)
    assert len(people.scores) == 0


@pytest.mark.parametrize(('shapes', 'layout', 'classes'), [
    ([(1, 3549, 85)], 'yolox_grid', 80),
    ([(1, 3549, 6)], 'yolox_grid', 1),            # as wide as end_to_end, but one row per cell
    ([(1, 10647, 85)], 'yolo_rows', 80),
    ([(1, 10647, 6)], 'yolo_rows', 1),            # as wide as end_to_end, but three per cell
    ([(1, 84, 3549)], 'yolo_columns', 80),
    ([(1, 5, 3549)], 'yolo_columns', 1),          # people alone
    ([(8, 84, 3549)], 'yolo_columns', 80),        # a batch
    ([(1, 300, 6)], 'end_to_end', None),
    ([(1, 0, 5), (1, 0)], 'dets_labels', None),   # nothing in a blank image
    ([(1, 100, 5), (1, 100)], 'dets_labels', None),
    ([(1, 1, 200, 7)], 'ssd_rows', None),
    ([(1, 1, 0, 7)], 'ssd_rows', None),           # nothing in a blank image
    ([(1, 507, 85), (1, 2028, 85)], 'darknet_regions', 80),              # tiny, coarse first
    ([(4, 8112, 6), (4, 2028, 6), (4, 507, 6)], 'darknet_regions', 1),   # a batch
])
def test_layout_is_recognised_by_its_shapes(shapes: list, layout: str, classes: int) -> None:
    seen = recognised_layout(shapes, 416, 416)
    assert seen is LAYOUTS[layout]
    assert seen.class_count(shapes) == classes
    assert [each.name for each in LAYOUTS.values() if each.fits(shapes, 416, 416)] == [layout]


@pytest.mark.parametrize('shapes', [
    [(1, 1000)],                          # a classifier
    [(1, 3549, 5)],                       # a grid without a class
    [(1, 300, 5), (1, 299)],              # labels of another length
    [(1, 300, 6), (1, 300)],
    [(1, 507, 85), (1, 2029, 85)],        # not three per cell
    [(1, 507, 85), (1, 2028, 84)],        # not the same classes
    [(1, 2, 200, 7)],                     # two lists of one image
    [],
])
def test_unknown_layout_is_refused_with_the_shapes_seen(shapes: list) -> None:
    with pytest.raises(ModelError, match='no layout known here: .*export') as caught:
        recognised_layout(shapes, 416, 416)
    assert all(str(shape) in str(caught.value) for shape in shapes)


def test_unknown_decoder_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match="decoder must be one of .*, got 'ssd'"):
        decoder_for('ssd', 64, 64)


def candidates(*rows: tuple[float, ...]) -> Candidates:
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Candidates(table[:, :4], table[:, 4])


@pytest.mark.parametrize(('rows', 'kept'), [
    ([], []),                                                                     # nothing
    ([(0, 0, 10, 10, 0.5)], [0.5]),                                               # one
    ([(0, 0, 10, 10, 0.5), (0, 0, 10, 10, 0.9)], [0.9]),                          # a double
    ([(0, 0, 10, 10, 0.5), (10, 0, 20, 10, 0.9)], [0.9, 0.5]),                    # touching
    ([(0, 0, 10, 10, 0.9), (0, 0, 5, 10, 0.5)], [0.9, 0.5]),                      # iou exactly 0.5
    ([(0, 0, 10, 10, 0.9), (0, 0, 6, 10, 0.5)], [0.9]),                           # iou 0.6
    # The middle one falls to the first and may not take the last one with it.
    ([(0, 0, 10, 10, 0.9), (3, 0, 13, 10, 0.8), (6, 0, 16, 10, 0.7)], [0.9, 0.7]),
])
def test_suppression_keeps_the_best_of_overlapping_boxes(rows: list, kept: list) -> None:
    result = suppressed(candidates(*rows), 0.5, 100)
    np.testing.assert_allclose(result.scores, kept)
    assert result.boxes_xyxy.shape == (len(kept), 4)


def test_suppression_keeps_at_most_max_count_and_the_best() -> None:
    rows = [(20 * i, 0, 20 * i + 10, 10, 0.1 + 0.1 * i) for i in range(8)]
    np.testing.assert_allclose(suppressed(candidates(*rows), 0.5, 3).scores, [0.8, 0.7, 0.6],
                               rtol=1e-6)


def test_suppression_does_not_depend_on_the_order_of_the_boxes() -> None:
    generator = np.random.default_rng(3)
    corners = generator.uniform(0, 50, (200, 2))
    table = np.column_stack((corners, corners + generator.uniform(5, 30, (200, 2)),
                             generator.permutation(200) / 200)).astype(np.float32)
    expected = suppressed(candidates(*table), 0.5, 200)
    shuffled = suppressed(candidates(*generator.permutation(table)), 0.5, 200)
    np.testing.assert_array_equal(expected.boxes_xyxy, shuffled.boxes_xyxy)
