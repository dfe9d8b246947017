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

"""Anchors lie where the papers put them, and boxes come back as TensorFlow Lite reads them."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
from person_tracker.core.boxes import iou
from person_tracker.models.anchor_decoders import efficientdet_anchors
from person_tracker.models.anchor_decoders import ssd_anchors
from person_tracker.models.candidates import suppressed
from person_tracker.models.decoders import layout_named
from person_tracker.models.decoders import recognised_layout
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
from person_tracker.models.session import open_session
import pytest

# Outputs of a network with a 64x64 input: 8x8, 4x4, 2x2, 1 and 1 cells; 4x4, 2x2 and four of one.
EFFICIENTDET_64 = 9 * (64 + 16 + 4 + 1 + 1)
SSD_64 = 3 * 16 + 6 * (4 + 1 + 1 + 1 + 1)
COUNTS = {'efficientdet_anchors': EFFICIENTDET_64, 'ssd_anchors': SSD_64}


@pytest.mark.parametrize(('size', 'count'), [
    (320, 19206),  # Lite0
    (384, 27621),  # Lite1
    (448, 37629),  # Lite2, where the last level has 3.5 cells, rounded up
    (512, 49104),  # Lite3
])
def test_efficientdet_lite_has_the_published_number_of_anchors(size: int, count: int) -> None:
    assert efficientdet_anchors(size, size).shape == (count, 4)


def test_efficientdet_anchors_are_three_cells_large_in_octaves_and_ratios() -> None:
    anchors = efficientdet_anchors(320, 320)
    third = 2 ** (1 / 3)
    np.testing.assert_allclose(anchors[:4], [
        (4, 4, 24, 24),
        (4, 4, 24 * 2 ** .5, 24 / 2 ** .5),  # twice as wide as high
        (4, 4, 24 / 2 ** .5, 24 * 2 ** .5),
        (4, 4, 24 * third, 24 * third),      # a third of an octave larger
    ], rtol=1e-6)
    np.testing.assert_allclose(anchors[9], (12, 4, 24, 24))       # the cell to the right
    np.testing.assert_allclose(anchors[9 * 40], (4, 12, 24, 24))  # the row below
    # The last level divides the input into three cells, not into squares of 128 pixels.
    np.testing.assert_allclose(anchors[-81], (320 / 6, 320 / 6, 320, 320), rtol=1e-6)


def test_efficientdet_anchors_of_an_oblong_input_count_rows_and_columns_apart() -> None:
    anchors = efficientdet_anchors(128, 64)
    assert len(anchors) == 9 * (16 * 8 + 8 * 4 + 4 * 2 + 2 * 1 + 1)
    np.testing.assert_allclose(anchors[9 * 16], (4, 12, 24, 24))
    np.testing.assert_allclose(anchors[-9], (64, 32, 384, 192))


def test_ssd_anchors_are_those_of_the_published_files() -> None:
    anchors = ssd_anchors(300, 300)
    assert anchors.shape == (1917, 4)
    # From the constants in Coral's SSD MobileNet v1 and v2: x, y, width, height as shares.
    np.testing.assert_allclose(anchors[[0, 1, 2, -2]] / 300, [
        (0.0263158, 0.0263158, 0.1, 0.1),
        (0.0263158, 0.0263158, 0.2828427, 0.1414214),
        (0.0263158, 0.0263158, 0.1414214, 0.2828427),
        (0.5, 0.5, 0.5484554, 1.6455305),
    ], rtol=1e-4)
    # Equations 4 and text of section 2.2: s_2 = .35, and the geometric mean of it and s_3 = .5.
    np.testing.assert_allclose(anchors[3 * 361] / 300, (.05, .05, .35, .35), rtol=1e-5)
    np.testing.assert_allclose(anchors[3 * 361 + 5, 2:] / 300, (.35 * .5) ** .5, rtol=1e-5)


@pytest.mark.parametrize('layout', COUNTS)
def test_layout_shows_in_the_number_of_anchors(layout: str) -> None:
    count = COUNTS[layout]
    for shapes in ([(1, count, 4), (1, count, 91)], [(1, count, 91), (1, count, 4)]):
        seen = recognised_layout(shapes, 64, 64)
        assert seen.name == layout
        assert seen.class_count(shapes) == (91 if layout == 'efficientdet_anchors' else 90)
    with pytest.raises(ModelError, match='no layout known here'):
        recognised_layout([(1, count + 1, 4), (1, count + 1, 91)], 64, 64)
    with pytest.raises(ModelError, match='no layout known here'):
        recognised_layout([(1, count, 4), (1, count, 4)], 64, 64)  # which are the boxes?


def test_efficientdet_corrections_are_relative_to_the_anchor() -> None:
    boxes = np.zeros((1, EFFICIENTDET_64, 4), np.float32)
    scores = np.zeros((1, EFFICIENTDET_64, 3), np.float32)
    scores[0, 0] = (.9, .1, 0)
    scores[0, 9] = (.8, 0, .7)
    boxes[0, 9] = (.25, -.5, np.log(2), np.log(.5))  # dy, dx, dh, dw of an anchor of 24x24
    decode = layout_named('efficientdet_anchors').decoder(64, 64)
    for outputs in ([boxes, scores], [scores, boxes]):
        people, = decode(outputs, 0, .5)
        np.testing.assert_allclose(people.boxes_xyxy, [
            [-8, -8, 16, 16],
            [-6, -14, 6, 34],  # centre (12 - 12, 4 + 6), size 12x48
        ], atol=1e-4)
        np.testing.assert_allclose(people.scores, [.9, .8])
    third, = decode([boxes, scores], 2, .5)
    np.testing.assert_allclose(third.scores, [.7])


def test_logits_and_probabilities_give_the_same_scores() -> None:
    boxes = np.zeros((1, EFFICIENTDET_64, 4), np.float32)
    logits = np.random.default_rng(0).normal(-3, 2, (1, EFFICIENTDET_64, 3)).astype(np.float32)
    decode = layout_named('efficientdet_anchors').decoder(64, 64)
    from_logits, = decode([boxes, logits], 1, .3)
    from_probabilities, = decode([boxes, 1 / (1 + np.exp(-logits))], 1, .3)
    assert len(from_logits.scores) > 3
    np.testing.assert_allclose(from_logits.scores, from_probabilities.scores, rtol=1e-5)
    np.testing.assert_array_equal(from_logits.boxes_xyxy, from_probabilities.boxes_xyxy)


@pytest.mark.parametrize('layout', COUNTS)
def test_each_image_of_a_batch_is_read_apart(layout: str) -> None:
    boxes = np.zeros((3, COUNTS[layout], 4), np.float32)
    scores = np.zeros((3, COUNTS[layout], 2), np.float32)
    scores[0, :2] = .9
    scores[2] = np.nan  # no number is no detection
    found = layout_named(layout).decoder(64, 64)([boxes, scores], 0, .1)
    assert [len(each.scores) for each in found] == [2, 0, 0]


def test_ssd_boxes_are_those_of_tensorflow_lites_own_operation(
        write_tflite: Callable[..., Path]) -> None:
    flexbuffers = import_module('flatbuffers.flexbuffers')
    random = np.random.default_rng(1)
    codes = random.normal(0, 1, (1, 1917, 4)).astype(np.float32)
    scores = random.uniform(0, .2, (1, 1917, 2)).astype(np.float32)
    likely = random.choice(1917, 40, replace=False)
    scores[0, likely, 1] = random.uniform(.3, 1, 40)
    x, y, width, height = (ssd_anchors(300, 300) / 300).T
    options = flexbuffers.Dumps({
        'max_detections': 50, 'max_classes_per_detection': 1, 'num_classes': 1,
        'detections_per_class': 50, 'use_regular_nms': False, 'nms_score_threshold': .25,
        'nms_iou_threshold': .6, 'y_scale': 10.0, 'x_scale': 10.0, 'h_scale': 5.0, 'w_scale': 5.0})
    path = write_tflite(
        {'codes': {'shape': (1, 1917, 4)}, 'scores': {'values': scores},
         'anchors': {'values': np.stack((y, x, height, width), axis=1)},
         'boxes': {'shape': (1, 50, 4)}, 'classes': {'shape': (1, 50)},
         'best': {'shape': (1, 50)}, 'count': {'shape': (1,)}},
        [('TFLite_Detection_PostProcess', 'codes scores anchors', 'boxes classes best count',
          options)], 'codes', 'boxes classes best count')
    theirs, = layout_named('tflite_detections').decoder(300, 300)(
        open_session(path).run(codes), 0, .25)
    ours, = layout_named('ssd_anchors').decoder(300, 300)([codes, scores], 0, .25)
    ours = suppressed(ours, .6, 50)
    assert 10 < len(ours.scores) < 40  # some overlap others
    order = np.argsort(-theirs.scores, kind='stable')
    np.testing.assert_allclose(ours.scores, theirs.scores[order], rtol=1e-6)
    np.testing.assert_allclose(ours.boxes_xyxy, theirs.boxes_xyxy[order], atol=1e-2)


def test_detector_reads_anchors_of_a_tflite_file(write_tflite: Callable[..., Path]) -> None:
    boxes = np.zeros((1, EFFICIENTDET_64, 4), np.float32)
    scores = np.zeros((1, EFFICIENTDET_64, 2), np.float32)
    scores[0, 9 * 27, 1] = .8  # the fourth cell of the fourth row: centre (28, 28)
    path = write_tflite(
        {'image': {'shape': (1, 64, 64, 3)}, 'axes': {'values': np.int32([1, 2, 3])},
         'mean': {'shape': (1,)}, 'nothing': {'values': np.float32([0])},
         'zero': {'shape': (1,)}, 'raw_boxes': {'values': boxes},
         'boxes': {'shape': boxes.shape}, 'raw_scores': {'values': scores},
         'scores': {'shape': scores.shape}},
        [('MEAN', 'image axes', 'mean'), ('MUL', 'mean nothing', 'zero'),
         ('ADD', 'raw_boxes zero', 'boxes'), ('ADD', 'raw_scores zero', 'scores')],
        'image', 'scores boxes', labels='bicycle\nperson\n')
    detector = Detector(DetectorConfig(model=str(path)))
    found = detector.detect(np.zeros((32, 64, 3), np.uint8))
    # Twice as wide as high: letterboxed at the top, the lower part of the box lies outside.
    np.testing.assert_allclose(found.boxes_xyxy, [[16, 16, 40, 32]], atol=1e-3)
    np.testing.assert_allclose(found.scores, [.8], rtol=1e-6)
    with pytest.raises(ModelError, match="knows no class 'car'; it knows bicycle, person"):
        Detector(DetectorConfig(model=str(path), class_name='car'))


@pytest.fixture
def efficientdet() -> Detector:
    """Return EfficientDet-Lite0 with its real weights."""
    pytest.importorskip('ai_edge_litert', reason='LiteRT is not installed')
    if state(lookup('efficientdet_lite0')) != 'verified':
        pytest.skip('run: person_tracker models fetch efficientdet_lite0')
    return Detector(DetectorConfig(model='efficientdet_lite0', min_score=0.3))


@pytest.mark.model
def test_real_efficientdet_agrees_with_the_default_detector(efficientdet: Detector,
                                                            shared_data: Path) -> None:
    if state(lookup(DetectorConfig().model)) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {DetectorConfig().model}')
    reference = Detector(DetectorConfig(min_score=0.4, device='cpu'))
    capture = cv2.VideoCapture(str(shared_data / 'video' / 'vtest.avi'))
    images = [capture.read()[1] for _ in range(281)][::70]
    capture.release()
    best = np.concatenate([
        iou(reference.detect(image).boxes_xyxy, efficientdet.detect(image).boxes_xyxy).max(axis=1)
        for image in images])
    # Anchors of four cells instead of three find half of them, in another order a tenth.
    assert (best > 0.5).mean() > 0.8
    assert best[best > 0.5].mean() > 0.75


@pytest.mark.model
def test_real_efficientdet_frames_a_person_who_fills_the_picture(efficientdet: Detector,
                                                                 portrait: np.ndarray) -> None:
    found = efficientdet.detect(portrait)
    # The last level of the pyramid answers, too, and agrees: one box, from head to lower edge.
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes_xyxy[0], [10, 8, 362, 507], atol=15)
