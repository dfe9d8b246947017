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

"""Detectors, encoders and face analysers of several cameras: one network, their own settings."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
import threading
import time
from typing import Any

import cv2
import numpy as np
from person_tracker.core.types import Detections
from person_tracker.models import onnx_session
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.faces import FaceConfig
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
from person_tracker.models.session import Session
from person_tracker.models.session import SharedSessions
import pytest

Write = Callable[..., Path]
_TIMEOUT_S = 30.0


class Runs:
    """
    Records how many rows every run of a network has; while held, a run waits.

    Attributes
    ----------
    sizes
        Rows of the runs since the last `hold`.

    """

    def __init__(self, run: Callable[..., Any]) -> None:
        self.sizes: list[int] = []
        self._run = run
        self._gate = threading.Event()
        self._gate.set()

    def __call__(self, network: Any, name: str, batch: np.ndarray) -> list[np.ndarray]:
        self.sizes.append(len(batch))
        assert self._gate.wait(_TIMEOUT_S)
        return self._run(network, name, batch)

    def together(self, session: Session, *asks: Callable[[], Any]) -> list[Any]:
        """Let the first one run, all others come meanwhile, and return the answers."""
        self.sizes.clear()
        self._gate.clear()
        with ThreadPoolExecutor(len(asks)) as pool:
            asked = []
            for number, ask in enumerate(asks):
                asked.append(pool.submit(ask))
                end_s = time.monotonic() + _TIMEOUT_S
                while len(self.sizes) + len(session._run._waiting) <= number:
                    assert time.monotonic() < end_s
                    time.sleep(0.001)
            self._gate.set()
            return [each.result(_TIMEOUT_S) for each in asked]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Record the runs of all networks opened in this test."""
    recorded = Runs(onnx_session._run)
    monkeypatch.setattr(onnx_session, '_run', recorded)
    return recorded


def picture(red: int, size: tuple[int, int] = (64, 64)) -> np.ndarray:
    image = np.zeros((*size, 3), np.uint8)
    image[:, :, 2] = red
    return image


def assert_same(found: Detections, expected: Detections) -> None:
    assert len(found) == len(expected) > 0
    np.testing.assert_allclose(found.boxes_xyxy, expected.boxes_xyxy, atol=0.01)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-5)


@pytest.fixture
def red_detector(write_mean_network: Write) -> Callable[..., Detector]:
    """Return a function that makes a detector whose score is the red of the image."""
    def make(shared: SharedSessions | None = None, batch_length: int | None = None,
             row: tuple[int, ...] = (1, 6), **settings: Any) -> Detector:
        matrix = np.zeros((3, 6))
        matrix[0, 4] = 1.0
        path = write_mean_network(matrix, np.array([8.0, 8, 40, 40, 0, 0]), row,
                                  (batch_length, 3, 64, 64))
        config = DetectorConfig(model=str(path), device='cpu', **{'min_score': 0.0, **settings})
        return Detector(config, shared)
    return make


@pytest.mark.parametrize('batch_length', [
    None,  # the file takes batches
    1,     # it does not, but can be made to
])
def test_images_of_several_cameras_and_sizes_are_one_batch(
        red_detector: Callable[..., Detector], runs: Runs, batch_length: int | None) -> None:
    shared = SharedSessions()
    cameras = [red_detector(shared, batch_length) for _ in range(4)]
    assert len(shared) == 1
    images = [picture(255), picture(102, (32, 64)), picture(51, (640, 480)), picture(204)]
    alone = [red_detector(None, batch_length).detect(image) for image in images]
    found = runs.together(cameras[0]._session, *(
        lambda camera=camera, image=image: camera.detect(image)
        for camera, image in zip(cameras, images)))
    assert runs.sizes == [1, 3]
    for each, expected in zip(found, alone):
        assert_same(each, expected)


def test_settings_of_one_camera_stay_its_own(red_detector: Callable[..., Detector],
                                             runs: Runs) -> None:
    shared = SharedSessions()
    first, weak, strict = (red_detector(shared) for _ in range(3))
    strict.config = replace(strict.config, min_score=0.5)
    found = runs.together(first._session, *(
        lambda camera=camera: camera.detect(picture(102)) for camera in (first, weak, strict)))
    assert runs.sizes == [1, 2]
    assert [len(each) for each in found] == [1, 1, 0]


def test_camera_that_ends_leaves_the_network_to_the_others(
        red_detector: Callable[..., Detector]) -> None:
    shared = SharedSessions()
    cameras = [red_detector(shared) for _ in range(2)]
    del cameras[0]
    assert len(shared) == 1 and len(cameras[0].detect(picture(255))) == 1
    del cameras[0]
    assert len(shared) == 0


def test_cameras_with_another_input_size_share_the_network_but_no_batch(
        write_mean_network: Write, runs: Runs) -> None:
    matrix, bias = np.zeros((3, 6)), np.array([0.0, 0, 32, 32, 0.5, 0])
    path = write_mean_network(matrix, bias, (1, 6), (None, 3, None, None))
    shared = SharedSessions()
    cameras = [Detector(DetectorConfig(model=str(path), device='cpu', input_size=size), shared)
               for size in (64, 64, 128, 64)]
    assert len(shared) == 1
    found = runs.together(cameras[0]._session, *(
        lambda camera=camera: camera.detect(picture(0, (256, 256))) for camera in cameras))
    assert runs.sizes == [1, 2, 1]
    assert [each.boxes_xyxy[0, 2] for each in found] == pytest.approx([128, 128, 64, 128])


def test_network_that_mixes_images_up_is_run_for_each_alone(write_network: Write) -> None:
    # Its answer is a constant: of one image, however many are given.
    path = write_network({'dets': np.array([[[16, 8, 32, 24, 0.75]]], np.float32),
                          'labels': np.zeros((1, 1), np.int64)})
    shared = SharedSessions()
    cameras = [Detector(DetectorConfig(model=str(path), device='cpu'), shared) for _ in range(2)]
    assert len(shared) == 1
    assert [len(each) for each in cameras[0].detect_batch([picture(0)] * 3)] == [1, 1, 1]


def test_network_that_is_no_detector_is_refused_as_without_sharing(
        write_network: Write, tmp_path: Path) -> None:
    path = write_network({'logits': np.zeros((1, 1000), np.float32)})
    for model, settings, text in (
            (path, {}, r'tiny: outputs of shape \(1, 1000\) .* no layout known'),
            (path, {'input_size': 128}, 'fixed input of 64x64'),
            (tmp_path / 'absent.onnx', {}, 'does not exist')):
        with pytest.raises(ModelError, match=text):
            Detector(DetectorConfig(model=str(model), device='cpu', **settings), SharedSessions())


def test_crops_of_several_cameras_are_one_batch(write_mean_network: Write, runs: Runs) -> None:
    path = write_mean_network(np.eye(3), np.zeros(3), (3,), (None, 3, 64, 32))
    config = ReidConfig(model=str(path), device='cpu', min_quality=0.0)
    shared = SharedSessions()
    cameras = [ReidEncoder(config, shared) for _ in range(3)]
    assert len(shared) == 1
    image = np.random.default_rng(0).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    boxes = [np.float32([[0, 0, 30, 60]]), np.float32([[5, 5, 50, 100], [60, 0, 90, 90]]),
             np.float32([[100, 10, 140, 110], [0, 0, 1, 1], [20, 20, 60, 110]])]
    alone = ReidEncoder(config)
    found = runs.together(cameras[0]._embedder._session, *(
        lambda camera=camera, some=some: camera.encode(image, some)
        for camera, some in zip(cameras, boxes)))
    assert runs.sizes == [1, 4]
    for each, some in zip(found, boxes):
        expected = alone.encode(image, some)
        np.testing.assert_allclose(each.embeddings, expected.embeddings, atol=1e-6)
        np.testing.assert_array_equal(each.qualities, expected.qualities)


def test_faces_of_several_cameras_are_found_by_the_same_networks(
        write_face_detector: Write, write_mean_network: Write) -> None:
    encoder = write_mean_network(np.eye(3), np.zeros(3), (3,), (1, 3, 112, 112))
    config = FaceConfig(detector=str(write_face_detector()), encoder=str(encoder), device='cpu',
                        threads=1, min_quality=0.0, min_size_px=8.0)
    shared = SharedSessions()
    cameras = [FaceAnalyser(config, shared) for _ in range(2)]
    assert len(shared) == 2
    cameras[1].config = replace(config, min_score=1.0)
    image = np.zeros((64, 64, 3), np.uint8)
    image[24:32, 24:32, 0] = 200
    assert len(cameras[0].in_frame(image).scores) > 0 == len(cameras[1].in_frame(image).scores)
    cameras.clear()
    assert len(shared) == 0


def needs(*models: str) -> None:
    for model in models:
        if state(lookup(model)) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {model}')


@pytest.fixture(scope='module')
def street(shared_data: Path) -> list[np.ndarray]:
    """Return frames of a real video, as cameras of several sizes would give them."""
    capture = cv2.VideoCapture(str(shared_data / 'video' / 'vtest.avi'))
    frames = [capture.read()[1] for _ in range(400)][::100]
    capture.release()
    return [frames[0], cv2.resize(frames[1], (640, 480)), frames[2][:, 100:500], frames[3]]


@pytest.mark.model
@pytest.mark.parametrize('model', ['yolox_tiny_humanart', 'yolox_nano'])
def test_real_detector_finds_the_same_people_in_a_batch(
        street: list[np.ndarray], runs: Runs, model: str) -> None:
    needs(model)
    config = DetectorConfig(model=model, device='cpu')
    shared = SharedSessions()
    cameras = [Detector(config, shared) for _ in street]
    alone = Detector(config)
    found = runs.together(cameras[0]._session, *(
        lambda camera=camera, image=image: camera.detect(image)
        for camera, image in zip(cameras, street)))
    assert runs.sizes == [1, 3]
    for each, image in zip(found, street):
        assert_same(each, alone.detect(image))


@pytest.mark.model
def test_int8_detector_whose_scales_span_a_batch_looks_at_each_image_alone(
        shared_models: Path, street: list[np.ndarray], runs: Runs) -> None:
    config = DetectorConfig(model=str(shared_models / 'yolov8n_int8.onnx'), device='cpu')
    camera = Detector(config, SharedSessions())
    runs.sizes.clear()
    found = camera.detect_batch(street[:2])
    assert runs.sizes == [1, 1]
    for each, image in zip(found, street):
        assert_same(each, Detector(config).detect(image))


@pytest.mark.model
@pytest.mark.parametrize('model', ['mobilenet_v3_small_bands', 'osnet_x0_25_msmt17_boxmot.onnx'])
def test_real_encoder_describes_the_same_in_a_batch(
        street: list[np.ndarray], shared_models: Path, runs: Runs, model: str) -> None:
    if model.endswith('.onnx'):
        model = str(shared_models / model)
    else:
        needs(model)
    config = ReidConfig(model=model, device='cpu')
    shared = SharedSessions()
    cameras = [ReidEncoder(config, shared) for _ in street]
    boxes = np.float32([[10, 20, 70, 180], [100, 30, 160, 200]])
    alone = ReidEncoder(config)
    found = runs.together(cameras[0]._embedder._session, *(
        lambda camera=camera, image=image: camera.encode(image, boxes)
        for camera, image in zip(cameras, street)))
    assert runs.sizes == [2, 4, 2] and len(shared) == 1  # four rows at once on a CPU
    for each, image in zip(found, street):
        np.testing.assert_allclose(
            each.embeddings, alone.encode(image, boxes).embeddings, atol=1e-5)
