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

"""Networks of every layout give people in the pixels of the image."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from person_tracker.core.settings import SettingError
from person_tracker.core.types import Detections
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
import pytest

Write = Callable[..., Path]
CELLS_64 = 8 * 8 + 4 * 4 + 2 * 2
IMAGE = np.zeros((60, 120, 3), np.uint8)


def outputs(layout: str) -> dict[str, np.ndarray]:
    """Return 64x64 outputs with a person at x 16..32, y 8..24, and one of another class."""
    if layout == 'yolox_grid':
        rows = np.zeros((1, CELLS_64, 7), np.float32)
        rows[0, 64 + 4 * 1 + 1] = (0.5, 0.0, 0.0, 0.0, 1.0, 0.75, 0.0)
        rows[0, 70] = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.9)
        return {'output': rows}
    if layout == 'yolo_rows':
        rows = np.zeros((1, 3 * CELLS_64, 7), np.float32)
        rows[0, 3] = (24, 16, 16, 16, 1.0, 0.75, 0.0)
        rows[0, 4] = (40, 40, 16, 16, 1.0, 0.0, 0.9)
        return {'output0': rows}
    if layout == 'ssd_rows':
        rows = [(0, 1, 0.75, 16 / 64, 8 / 64, 32 / 64, 24 / 64), (0, 2, 0.9, 0.5, 0.5, 0.8, 0.8),
                (-1, 0, 0, 0, 0, 0, 0)]
        return {'detection_out': np.array([[rows]], np.float32)}
    if layout == 'darknet_regions':
        coarse, fine = np.zeros((1, 12, 7), np.float32), np.zeros((1, 48, 7), np.float32)
        coarse[0, 3] = (24 / 64, 16 / 64, 16 / 64, 16 / 64, 1.0, 0.75, 0.0)
        fine[0, 40] = (40 / 64, 40 / 64, 16 / 64, 16 / 64, 1.0, 0.0, 0.9)
        return {'yolo_1': coarse, 'yolo_2': fine}
    if layout == 'yolo_columns':
        columns = np.zeros((1, 6, CELLS_64), np.float32)
        columns[0, :, 3] = (24, 16, 16, 16, 0.75, 0.0)
        columns[0, :, 4] = (40, 40, 16, 16, 0.0, 0.9)
        return {'output0': columns}
    if layout == 'dets_labels':
        dets = [[[16, 8, 32, 24, 0.75], [40, 40, 50, 50, 0.9]]]
        return {'dets': np.array(dets, np.float32), 'labels': np.array([[0, 1]], np.int64)}
    rows = [[[16, 8, 32, 24, 0.75, 0], [40, 40, 50, 50, 0.9, 1]]]
    return {'output0': np.array(rows, np.float32)}


def detector(path: Path, **settings: object) -> Detector:
    return Detector(DetectorConfig(model=str(path), device='cpu', threads=1, **settings))


@pytest.mark.parametrize(('layout', 'padding_top'), [
    ('yolox_grid', 0.0),       # the letterbox pads below
    ('dets_labels', 0.0),
    ('yolo_rows', 16.0),       # the letterbox pads above and below
    ('yolo_columns', 16.0),
    ('end_to_end', 16.0),
])
def test_boxes_are_in_the_pixels_of_the_image(write_network: Write, layout: str,
                                              padding_top: float) -> None:
    found = detector(write_network(outputs(layout))).detect(IMAGE)
    scale = 64 / 120
    expected = np.array([[16, 8 - padding_top, 32, 24 - padding_top]]) / scale
    np.testing.assert_allclose(found.boxes_xyxy, np.maximum(expected, 0.0), rtol=1e-5)
    np.testing.assert_allclose(found.scores, [0.75])


@pytest.mark.parametrize('layout', ['ssd_rows', 'darknet_regions'])
def test_boxes_of_a_network_that_sees_images_stretched_are_stretched_back(
        write_network: Write, layout: str) -> None:
    found = detector(write_network(outputs(layout))).detect(IMAGE)
    np.testing.assert_allclose(
        found.boxes_xyxy, [[16 * 120 / 64, 8 * 60 / 64, 32 * 120 / 64, 24 * 60 / 64]], rtol=1e-5)
    np.testing.assert_allclose(found.scores, [0.75])


def test_boxes_are_cut_at_the_border_and_dropped_outside(write_network: Write) -> None:
    dets = [[[-20, -5, 20, 30, 0.9], [50, 40, 90, 60, 0.8], [70, 1, 90, 9, 0.7],
             [10, 10, 10, 20, 0.6], [np.nan, 0, 9, 9, 0.5]]]
    path = write_network({'dets': np.array(dets, np.float32),
                          'labels': np.zeros((1, 5), np.int64)})
    found = detector(path).detect(np.zeros((64, 64, 3), np.uint8))
    np.testing.assert_allclose(found.boxes_xyxy, [[0, 0, 20, 30], [50, 40, 64, 60]])


def test_detections_come_best_first_without_doubles(write_network: Write) -> None:
    dets = [[[0, 0, 10, 10, 0.3], [20, 20, 40, 40, 0.5], [21, 20, 41, 40, 0.9],
             [50, 0, 60, 9, 0.7]]]
    path = write_network({'dets': np.array(dets, np.float32),
                          'labels': np.zeros((1, 4), np.int64)})
    image = np.zeros((64, 64, 3), np.uint8)
    one = detector(path, max_iou=0.5)
    np.testing.assert_allclose(one.detect(image).scores, [0.9, 0.7, 0.3], rtol=1e-6)
    one.config = replace(one.config, max_iou=0.95, min_score=0.4)
    np.testing.assert_allclose(one.detect(image).scores, [0.9, 0.7, 0.5], rtol=1e-6)
    one.config = replace(one.config, max_detections=1)
    np.testing.assert_allclose(one.detect(image).scores, [0.9], rtol=1e-6)


def test_nobody_is_an_empty_result(write_network: Write) -> None:
    path = write_network({'dets': np.zeros((1, 0, 5), np.float32),
                          'labels': np.zeros((1, 0), np.int64)})
    found = detector(path).detect(IMAGE)
    assert isinstance(found, Detections)
    assert found.boxes_xyxy.shape == (0, 4)


@pytest.fixture
def red_detector(write_mean_network: Write) -> Callable[..., Detector]:
    """Return a function that makes a detector of redness: the score is the red of the image."""
    def make(**options: object) -> Detector:
        matrix = np.zeros((3, 6))
        matrix[0, 4] = 1.0
        path = write_mean_network(matrix, np.array([8.0, 8, 40, 40, 0, 0]), (1, 6), **options)
        return detector(path, min_score=0.0)

    return make


def picture(red: int, size: tuple[int, int] = (64, 64)) -> np.ndarray:
    image = np.zeros((*size, 3), np.uint8)
    image[:, :, 2] = red
    return image


def test_network_sees_red_as_red_between_0_and_1(red_detector: Callable[..., Detector]) -> None:
    np.testing.assert_allclose(red_detector().detect(picture(51)).scores, [0.2], rtol=1e-4)


@pytest.mark.parametrize('batch_length', [None, 1])
def test_batch_gives_what_single_images_give(red_detector: Callable[..., Detector],
                                             batch_length: int | None) -> None:
    one = red_detector(shape=(batch_length, 3, 64, 64))
    images = [picture(0), picture(255), picture(102, (32, 64)), picture(51, (640, 480))]
    together = one.detect_batch(images)
    assert [len(each) for each in together] == [1, 1, 1, 1]
    for found, image in zip(together, images):
        alone = one.detect(image)
        np.testing.assert_allclose(found.scores, alone.scores, rtol=1e-5)
        np.testing.assert_allclose(found.boxes_xyxy, alone.boxes_xyxy)
    assert one.detect_batch([]) == []


def test_open_input_size_is_the_wanted_one(write_mean_network: Write) -> None:
    matrix, bias = np.zeros((3, 6)), np.array([0.0, 0, 32, 32, 0.5, 0])
    path = write_mean_network(matrix, bias, (1, 6), shape=(1, 3, None, None))
    found = detector(path, input_size=128).detect(np.zeros((256, 256, 3), np.uint8))
    np.testing.assert_allclose(found.boxes_xyxy, [[0, 0, 64, 64]])
    assert '128x128' in detector(path, input_size=128).description


@pytest.mark.parametrize(('metadata', 'wanted', 'score'), [
    ({}, 'person', 0.75),                                    # no names: the first
    ({}, '1', 0.9),                                          # by number
    ({'names': "{0: 'car', 1: 'person'}"}, 'person', 0.9),   # by name
    ({'names': "['person', 'car']"}, 'car', 0.9),            # a list of names
    ({'names': 'broken {'}, 'person', 0.75),
])
def test_class_is_chosen_by_name_or_number(write_network: Write, metadata: dict, wanted: str,
                                           score: float) -> None:
    path = write_network(outputs('yolo_columns'), metadata=metadata)
    np.testing.assert_allclose(detector(path, class_name=wanted).detect(IMAGE).scores, [score])


@pytest.mark.parametrize(('metadata', 'wanted', 'text'), [
    ({'names': "{0: 'car', 1: 'bus'}"}, 'person', "knows no class 'person'; it knows car, bus"),
    ({}, 'dog', 'does not name its classes'),
    ({}, '7', 'has 2 classes'),
])
def test_class_that_is_not_there_is_refused(write_network: Write, metadata: dict, wanted: str,
                                            text: str) -> None:
    path = write_network(outputs('yolo_columns'), metadata=metadata)
    with pytest.raises(ModelError, match=text):
        detector(path, class_name=wanted)


def test_network_that_is_no_detector_is_refused_with_its_shapes(write_network: Write) -> None:
    path = write_network({'logits': np.zeros((1, 1000), np.float32)})
    with pytest.raises(ModelError, match=r'tiny: outputs of shape \(1, 1000\) .* no layout known'):
        detector(path)


@pytest.mark.parametrize(('shape', 'settings', 'text'), [
    ((1, 3, 64, 64), {'input_size': 128}, 'fixed input of 64x64, so input_size must be 0'),
    ((1, 1, 64, 64), {}, r'images of shape \(N, 3, height, width\), got \(1, 1, 64, 64\)'),
    ((1, 3, 64), {}, r'got \(1, 3, 64\)'),
])
def test_input_that_does_not_fit_is_refused(write_network: Write, shape: tuple, settings: dict,
                                            text: str) -> None:
    path = write_network(outputs('end_to_end'), shape)
    with pytest.raises(ModelError, match=text):
        detector(path, **settings)


@pytest.mark.parametrize('shape', [(1, 3, 300, 300), (1, 3, 320, 544), (1, 3, 60, 62)])
def test_input_of_fixed_size_may_have_any(write_network: Write, shape: tuple) -> None:
    height, width = shape[2:]
    found = detector(write_network(outputs('ssd_rows'), shape)).detect(IMAGE)
    np.testing.assert_allclose(found.boxes_xyxy, [[30, 7.5, 60, 22.5]], rtol=1e-5)
    assert f'{width}x{height}' in detector(write_network(outputs('ssd_rows'), shape)).description


def test_missing_model_says_which_file_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'needs .*\.onnx, .*run: person_tracker models fetch'):
        Detector(DetectorConfig(models_folder=str(tmp_path)))
    with pytest.raises(ModelError, match=r'model file .*absent\.onnx does not exist'):
        detector(tmp_path / 'absent.onnx')
    with pytest.raises(ModelError, match="unknown detector model 'yolo99'; known are yolox_tiny"):
        Detector(DetectorConfig(model='yolo99'))


def test_model_with_a_wrong_hash_is_refused(tmp_path: Path) -> None:
    name = lookup('yolox_nano').files[0].name
    (tmp_path / name).write_bytes(b'something else')
    with pytest.raises(ModelError, match='has sha256 .*, expected .*fetch yolox_nano --force'):
        Detector(DetectorConfig(model='yolox_nano', models_folder=str(tmp_path)))


@pytest.mark.parametrize('image', [
    np.zeros((64, 64), np.uint8),         # grey
    np.zeros((64, 64, 3), np.uint16),     # 16 bits
])
def test_image_of_another_type_is_refused(write_network: Write, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match='uint8'):
        detector(write_network(outputs('end_to_end'))).detect(image)


@pytest.mark.parametrize(('name', 'value'), [
    ('min_score', 1.5), ('max_iou', -0.1), ('max_detections', 0), ('device', 'abacus'),
    ('backend', 'tensorflow'),
])
def test_setting_out_of_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=name):
        DetectorConfig(**{name: value})


@pytest.fixture(scope='module')
def street(shared_data: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return a frame of a real video, and the people in it."""
    capture = cv2.VideoCapture(str(shared_data / 'video' / 'vtest.avi'))
    _, image = capture.read()
    capture.release()
    rows = np.loadtxt(shared_data / 'PETS09-S2L1' / 'gt' / 'gt.txt', delimiter=',')
    boxes = rows[rows[:, 0] == 1, 2:6]
    boxes[:, 2:] += boxes[:, :2]
    return image, boxes


def missed(found: Detections, people: np.ndarray) -> int:
    """Return how many people no detection above 0.3 has its centre in."""
    boxes = found.boxes_xyxy[found.scores > 0.3]
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((centres[:, None] > people[:, :2]) & (centres[:, None] < people[:, 2:])).all(axis=2)
    return int((~inside.any(axis=0)).sum())


@pytest.mark.model
@pytest.mark.parametrize('name', ['yolox_nano.onnx', 'yolov8n_int8.onnx'])
def test_real_network_finds_the_people_in_a_real_frame(
        shared_models: Path, street: tuple[np.ndarray, np.ndarray], name: str) -> None:
    image, people = street
    found = detector(shared_models / name, class_name='person').detect(image)
    assert missed(found, people) == 0
    assert (found.scores > 0.3).sum() <= len(people) + 5  # not everybody is annotated


@pytest.mark.model
def test_default_network_finds_the_people_in_a_real_frame(
        street: tuple[np.ndarray, np.ndarray]) -> None:
    if state(lookup(DetectorConfig().model)) != 'verified':
        pytest.skip(f'run: person_tracker models fetch {DetectorConfig().model}')
    image, people = street
    found = Detector(DetectorConfig(device='cpu')).detect(image)
    assert missed(found, people) == 0
