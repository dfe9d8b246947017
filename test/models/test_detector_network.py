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

"""Networks that suppress doubles themselves, or give shares, find what every other finds."""

from collections.abc import Callable
import importlib.util
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.session import SharedSessions
import pytest

Write = Callable[..., Path]
BOXES = np.float32([[4, 4, 24, 44], [6, 4, 26, 44], [30, 10, 50, 50], [2, 20, 22, 60]])
# The second overlaps the first by .82, the fourth by .37; the third is alone, and weak.
SCORES = np.float32([[.9, 0], [.8, 0], [.3, 0], [0, .7]])
CELLS_64 = 8 * 8 + 4 * 4 + 2 * 2
WHITE = np.full((64, 64, 3), 255, np.uint8)


@pytest.fixture(params=['onnxruntime', 'openvino', 'opencv'])
def backend(request: pytest.FixtureRequest) -> str:
    """Return the name of each back end whose package is there."""
    if request.param == 'openvino' and importlib.util.find_spec('openvino') is None:
        pytest.skip('run: pip install openvino')
    return str(request.param)


@pytest.fixture
def write_suppressing(tmp_path: Path) -> Write:
    """
    Return a function that writes a detector which suppresses doubles itself.

    On white it finds the boxes, on black nobody. It takes the overlap up to which and the score
    from which on boxes are kept, the outputs among `dets`, `labels`, `boxes`, `scores` and
    `count`, and the boxes.
    """
    def node(kind: str, inputs: str, output: str, **options: object) -> onnx.NodeProto:
        return helper.make_node(kind, inputs.split(), [output], **options)

    def write(max_iou: float, min_score: float, names: str = 'dets labels',
              boxes: np.ndarray = BOXES) -> Path:
        weights = {
            'share': SCORES[None], 'corners': boxes[None], 'nothing': np.float32([0]),
            'most': np.int64([10]), 'overlap': np.float32([max_iou]),
            'least': np.float32([min_score]), 'class': np.int64(1), 'box': np.int64(2),
            'first': np.int64([0]), 'outer': np.int64([0, 2]), 'image': np.int64([1])}
        nodes = [
            node('ReduceMax', 'images', 'level', axes=[1, 2, 3], keepdims=1),
            node('Squeeze', 'level image', 'levels'),
            node('Greater', 'levels nothing', 'is_light'),
            node('Cast', 'is_light', 'light', to=onnx.TensorProto.FLOAT),
            node('Mul', 'light share', 'all_scores'), node('Mul', 'light nothing', 'zero'),
            node('Add', 'zero corners', 'all_boxes'),
            node('Transpose', 'all_scores', 'by_class', perm=[0, 2, 1]),
            node('NonMaxSuppression', 'all_boxes by_class most overlap least', 'kept'),
            node('Gather', 'kept class', 'classes', axis=1),
            node('Gather', 'kept box', 'rows', axis=1),
            node('Unsqueeze', 'classes first', 'labels'),
            node('Gather', 'all_boxes rows', 'boxes', axis=1),
            node('GatherND', 'by_class kept', 'values'),
            node('Unsqueeze', 'values outer', 'column'),
            node('Unsqueeze', 'values first', 'scores'),
            node('Concat', 'boxes column', 'dets', axis=2), node('Shape', 'values', 'count')]
        whole, real = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
        shapes = {'dets': (real, (1, None, 5)), 'labels': (whole, (1, None)),
                  'boxes': (real, (1, None, 4)), 'scores': (real, (1, None)),
                  'count': (whole, (1,))}
        graph = helper.make_graph(
            nodes, 'suppressing', [helper.make_tensor_value_info('images', real, (1, 3, 64, 64))],
            [helper.make_tensor_value_info(name, *shapes[name]) for name in names.split()],
            [numpy_helper.from_array(value, name) for name, value in weights.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)
        onnx.checker.check_model(model)
        onnx.save(model, str(tmp_path / 'suppressing.onnx'))
        return tmp_path / 'suppressing.onnx'

    return write


def detector(path: Path, shared: SharedSessions | None = None, **settings: object) -> Detector:
    return Detector(DetectorConfig(model=str(path), device='cpu', threads=1, **settings), shared)


@pytest.mark.parametrize('is_shared', [False, True])
@pytest.mark.parametrize(('max_iou', 'min_score', 'wanted_iou', 'kept'), [
    (.9, .05, 1., [0, 1, 2]),
    (.5, .05, 1., [0, 2]),   # the file drops a double
    (.9, .05, .5, [0, 2]),   # the setting does
    (.9, .4, 1., [0, 1]),    # the file drops the weak one
])
def test_every_back_end_keeps_what_the_file_and_the_settings_keep(
        write_suppressing: Write, backend: str, is_shared: bool, max_iou: float, min_score: float,
        wanted_iou: float, kept: list[int]) -> None:
    one = detector(write_suppressing(max_iou, min_score), SharedSessions() if is_shared else None,
                   backend=backend, max_iou=wanted_iou)
    assert one.description.endswith('64x64, dets_labels')
    found = one.detect(WHITE)
    np.testing.assert_allclose(found.boxes_xyxy, BOXES[kept], atol=1e-4)
    np.testing.assert_allclose(found.scores, SCORES[kept, 0], atol=1e-5)
    assert len(one.detect(0 * WHITE)) == 0


def test_other_classes_of_a_file_that_suppresses_stay_apart(write_suppressing: Write,
                                                            backend: str) -> None:
    found = detector(write_suppressing(.1, .05), backend=backend, class_name='1').detect(WHITE)
    np.testing.assert_allclose(found.boxes_xyxy, BOXES[3:], atol=1e-4)


@pytest.mark.parametrize('is_shared', [False, True])
def test_file_whose_boxes_may_have_another_order_is_run_as_it_is(write_suppressing: Write,
                                                                 is_shared: bool) -> None:
    # TensorFlow's way: top, left, bottom, right, as shares of the height and width.
    path = write_suppressing(.5, .05, 'boxes labels scores count', BOXES[:, [1, 0, 3, 2]] / 64)
    one = detector(path, SharedSessions() if is_shared else None)
    assert one.description.endswith('64x64, tflite_detections')
    np.testing.assert_allclose(one.detect(WHITE).boxes_xyxy, BOXES[[0, 2]], atol=1e-4)


def test_opencv_refuses_what_it_would_not_suppress_reliably(write_suppressing: Write) -> None:
    path = write_suppressing(.5, .05, 'boxes labels scores count')
    with pytest.raises(ModelError, match='suppressing drops doubles by .*; use backend onnxrun'):
        detector(path, backend='opencv')


def yolo_outputs(layout: str) -> np.ndarray:
    """Return what a 64x64 network gives for a person at x 16..32, y 8..24, in shares."""
    if layout == 'end_to_end':
        rows = np.zeros((1, 300, 6), np.float32)
        rows[0, 0] = (16 / 64, 8 / 64, 32 / 64, 24 / 64, .75, 0)
        return rows
    count, rest = (3 * CELLS_64, (1., .75)) if layout == 'yolo_rows' else (CELLS_64, (.75, 0.))
    rows = np.full((1, count, 6), .5, np.float32)
    rows[0, :, 4:] = 0
    rows[0, 3] = (24 / 64, 16 / 64, 16 / 64, 16 / 64, *rest)
    return rows.transpose(0, 2, 1) if layout == 'yolo_columns' else rows


@pytest.mark.parametrize('is_shared', [False, True])
@pytest.mark.parametrize('layout', ['yolo_columns', 'yolo_rows', 'end_to_end'])
def test_boxes_in_shares_of_the_input_are_found_where_they_are(write_network: Write, layout: str,
                                                               is_shared: bool) -> None:
    path = write_network({'output0': np.ascontiguousarray(yolo_outputs(layout))})
    one = detector(path, SharedSessions() if is_shared else None)
    assert one.description.endswith(f'64x64, {layout}')
    np.testing.assert_allclose(one.detect(WHITE).boxes_xyxy, [[16, 8, 32, 24]], atol=1e-4)
    wide = np.zeros((60, 120, 3), np.uint8)  # 64x32 with 16 rows of grey above and below
    np.testing.assert_allclose(one.detect(wide).boxes_xyxy, [[30, 0, 60, 15]], atol=1e-4)


@pytest.mark.parametrize('layout', ['yolo_columns', 'yolo_rows', 'end_to_end'])
def test_tflite_boxes_in_shares_are_found_where_they_are(write_tflite: Write,
                                                         layout: str) -> None:
    # Without light everything is nothing, as where suppression is inside and finds nobody.
    boxes = np.ascontiguousarray(yolo_outputs(layout))
    path = write_tflite(
        {'image': {'shape': (1, 64, 64, 3)}, 'axes': {'values': np.int32([1, 2, 3])},
         'light': {'shape': (1,)}, 'boxes': {'values': boxes}, 'answer': {'shape': boxes.shape}},
        [('MEAN', 'image axes', 'light'), ('MINIMUM', 'boxes light', 'answer')],
        'image', 'answer')
    found = detector(path).detect(WHITE)
    np.testing.assert_allclose(found.boxes_xyxy, [[16, 8, 32, 24]], atol=1e-4)
    np.testing.assert_allclose(found.scores, [.75])
