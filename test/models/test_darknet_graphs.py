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

"""Darknet's two files become the network that they describe."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from person_tracker.models.darknet_graphs import read_darknet
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import models_folder
from person_tracker.models.fetching import state
from person_tracker.models.registry import lookup
from person_tracker.models.session import open_session
import pytest

Array = np.ndarray
IMAGE = np.random.default_rng(5).normal(0, 1, (4, 6, 8)).astype(np.float32)
YOLO = '[yolo]\nmask=0\nanchors=8,16\nclasses=2\n'


def written(folder: Path, cfg: str, *weights: Array, version: tuple = (0, 2, 5),
            names: str = '') -> Path:
    """Write both files and return the .weights."""
    path = folder / 'tiny.weights'
    path.with_suffix('.cfg').write_text(cfg)
    if names:
        path.with_suffix('.names').write_text(names)
    seen = np.zeros(2 if version >= (0, 2) else 1, '<i4')
    path.write_bytes(np.array(version, '<i4').tobytes() + seen.tobytes() + b''.join(
        np.asarray(each, '<f4').tobytes() for each in weights))
    return path


def summed(folder: Path, layers: str, channels: int, *weights: Array) -> Array:
    """Return the sum over the channels of what some layers make of the image, shape (H, W)."""
    cfg = (f'[net]\nchannels=4\nheight=6\nwidth=8\n{layers}\n'
           f'[convolutional]\nfilters=7\nsize=1\nactivation=linear\n{YOLO}')
    kernel = np.zeros((7, channels))
    kernel[4] = 0.1  # the objectness, whose sigmoid is undone below; far out it is but 1
    path = written(folder, cfg, *weights, np.zeros(7), kernel)
    session = open_session(path, backend='onnxruntime', device='cpu', threads=1)
    rows, = session.run(IMAGE[None])
    likely = rows[0, :, 4].astype(np.float64)
    return 10.0 * np.log(likely / (1.0 - likely))


def convolved(image: Array, kernel: Array, stride: int, padding: int) -> Array:
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, kernel.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum('chwij,ncij->nhw', windows, kernel)


def pooled(image: Array, size: int, stride: int, before: int, after: int) -> Array:
    padded = np.pad(image, ((0, 0), (before, after), (before, after)), constant_values=-np.inf)
    return sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride].max(
        axis=(3, 4))


def sigmoid(values: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-values))


@pytest.mark.parametrize(('layers', 'channels', 'expected'), [
    ('[maxpool]\nsize=2\nstride=2', 4, pooled(IMAGE, 2, 2, 0, 0)),
    ('[maxpool]\nsize=2\nstride=1', 4, pooled(IMAGE, 2, 1, 0, 1)),   # the last row counts alone
    ('[maxpool]\nsize=5\nstride=1', 4, pooled(IMAGE, 5, 1, 2, 2)),
    ('[upsample]\nstride=2', 4, IMAGE.repeat(2, axis=1).repeat(2, axis=2)),
    ('[upsample]\nstride=1\n[route]\nlayers=-1\ngroups=2\ngroup_id=1', 2, IMAGE[2:]),
    ('[upsample]\nstride=1\n[maxpool]\nsize=3\nstride=1\n[route]\nlayers=-1,0', 8,
     np.concatenate((pooled(IMAGE, 3, 1, 1, 1), IMAGE))),
    ('[upsample]\nstride=1\n[maxpool]\nsize=3\nstride=1\n[shortcut]\nfrom=-2', 4,
     pooled(IMAGE, 3, 1, 1, 1) + IMAGE),
])
def test_layer_without_weights_computes_what_darknet_does(
        tmp_path: Path, layers: str, channels: int, expected: Array) -> None:
    np.testing.assert_allclose(summed(tmp_path, layers, channels), expected.sum(axis=0).ravel(),
                               atol=1e-4)


@pytest.mark.parametrize(('name', 'activation'), [
    ('linear', lambda x: x),
    ('leaky', lambda x: np.where(x > 0, x, 0.1 * x)),
    ('relu', lambda x: np.maximum(x, 0)),
    ('logistic', sigmoid),
    ('swish', lambda x: x * sigmoid(x)),
    ('mish', lambda x: x * np.tanh(np.log1p(np.exp(x)))),
])
@pytest.mark.parametrize('stride', [1, 2])
def test_convolution_normalises_and_activates(tmp_path: Path, name: str, activation: Callable,
                                              stride: int) -> None:
    generator = np.random.default_rng(1)
    bias, scale, mean, variance = generator.uniform(0.5, 2, (4, 3)).astype(np.float32)
    kernel = generator.normal(0, 0.3, (3, 4, 3, 3)).astype(np.float32)
    layers = ('[convolutional]\nbatch_normalize=1\nfilters=3\nsize=3\npad=1\n'
              f'stride={stride}  # comments are skipped\nactivation={name}')
    plain = convolved(IMAGE, kernel, stride, 1)
    shaped = [each[:, None, None] for each in (bias, scale, mean, variance)]
    normal = (plain - shaped[2]) / np.sqrt(shaped[3]) * shaped[1] + shaped[0]
    np.testing.assert_allclose(
        summed(tmp_path, layers, 3, bias, scale, mean, variance, kernel),
        activation(normal).sum(axis=0).ravel(), atol=1e-3)


@pytest.fixture
def bright_cells(tmp_path: Path) -> Path:
    """
    Return a network whose first anchor finds bright cells of 16 px, alone and in groups of four.

    Its centre is .75 of a cell from the corner, before stretching by 1.05; its size is the
    anchor's.
    """
    bias, kernel = np.zeros(21), np.zeros((21, 3, 16, 16))
    bias[[0, 1]] = np.log(3.0)        # sigmoid .75
    bias[[4, 11, 18]] = -20.0         # nobody
    bias[5:7] = np.log([4.0, 0.25])   # classes .8 and .2
    kernel[4] = 40.0 / (3 * 16 * 16)  # where all is 1
    anchors = 'anchors=8,16, 9,9, 9,9, 24,20, 9,9, 9,9\nclasses=2\nscale_x_y=1.05\n'
    cfg = ('[net]\nwidth=64\nheight=32\nchannels=3\n'
           '[convolutional]\nfilters=21\nsize=16\nstride=16\nactivation=linear\n'
           f'[yolo]\nmask=0,1,2\n{anchors}'
           f'[route]\nlayers=0\n[maxpool]\nsize=2\nstride=2\n[yolo]\nmask=3,4,5\n{anchors}')
    return written(tmp_path, cfg, bias, kernel, names='cat\nperson\n')


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino', 'opencv', 'auto'])
@pytest.mark.parametrize('suffix', ['.weights', '.cfg'])
def test_detector_finds_what_a_darknet_network_shows(bright_cells: Path, backend: str,
                                                     suffix: str) -> None:
    if backend == 'openvino':
        pytest.importorskip('openvino', reason='run: pip install openvino')
    image = np.zeros((64, 128, 3), np.uint8)
    image[32:, 64:96] = 255  # cell (2, 1), coarse cell (1, 0)
    config = DetectorConfig(model=str(bright_cells.with_suffix(suffix)), backend=backend,
                            device='cpu', class_name='cat')
    found = Detector(config).detect(image)
    share = 0.75 * 1.05 - 0.025
    fine = 2 * np.array([(2 + share) * 16, (1 + share) * 16] * 2) + [-8, -16, 8, 16]
    coarse = 2 * np.array([(1 + share) * 32, share * 32] * 2) + [-24, -20, 24, 20]
    expected = np.clip([fine, coarse], 0, [128, 64, 128, 64])
    order = np.argsort(found.boxes_xyxy[:, 0])
    np.testing.assert_allclose(found.boxes_xyxy[order], expected[[1, 0]][
        np.argsort(expected[[1, 0], 0])], rtol=1e-4)
    np.testing.assert_allclose(found.scores, 0.8, rtol=1e-4)
    person = Detector(DetectorConfig(model=str(bright_cells), backend=backend, device='cpu'))
    np.testing.assert_allclose(person.detect(image).scores, 0.2, rtol=1e-4)


@pytest.mark.parametrize('version', [(0, 1, 0), (0, 2, 0), (0, 2, 5)])
def test_header_of_old_and_newer_files_is_skipped(tmp_path: Path, version: tuple) -> None:
    cfg = ('[net]\nwidth=8\nheight=8\nchannels=3\n'
           f'[convolutional]\nfilters=7\nsize=8\nstride=8\nactivation=linear\n{YOLO}')
    bias = np.arange(7.0)
    path = written(tmp_path, cfg, bias, np.zeros((7, 3, 8, 8)), version=version)
    rows, = open_session(path, backend='onnxruntime').run(np.zeros((2, 3, 8, 8), np.float32))
    likely = sigmoid(bias[4:])
    expected = [sigmoid(0.0), sigmoid(1.0), np.exp(2.0), 2 * np.exp(3.0), likely[0],
                likely[1] * likely[0], likely[2] * likely[0]]
    np.testing.assert_allclose(rows, [[expected], [expected]], rtol=1e-5)


NET = '[net]\nwidth=8\nheight=8\nchannels=3\n'
HEAD = '[convolutional]\nfilters=7\nsize=8\nstride=8\nactivation=linear\n'


@pytest.mark.parametrize(('cfg', 'numbers', 'text'), [
    ('', 0, r'tiny\.cfg is not a Darknet network: it must begin with \[net\]'),
    ('[convolutional]\nfilters=7\n', 0, r'must begin with \[net\]'),
    (NET + HEAD + YOLO, 1350, r'has 1350 numbers, its \.cfg wants more; take both'),
    (NET + HEAD + YOLO, 1352, r'has 1352 numbers, its \.cfg wants 1351; take both'),
    (NET + HEAD, 1351, r'must have a \[yolo\] layer'),
    (NET + '[lstm]\n', 0, r'layer \[lstm\] is not known here; known are convolutional, .*ONNX'),
    (NET + HEAD.replace('linear', 'selu') + YOLO, 1351, "activation 'selu' is not known here"),
    (NET + HEAD + YOLO + 'new_coords=1\n', 1351, r'new_coords=1 are not known here'),
    (NET + HEAD + YOLO.replace('classes=2', 'classes=3'), 1351, r'wants 8 channels, got 7'),
    (NET + '[route]\nlayers=5\n', 0, r'tiny\.cfg is not a network that can be read'),
    (NET + '[convolutional]\nfilters=many\n', 0, r"can be read: .*'many'"),
])
def test_files_that_cannot_be_used_are_refused_with_the_reason(
        tmp_path: Path, cfg: str, numbers: int, text: str) -> None:
    path = written(tmp_path, cfg, np.zeros(numbers))
    with pytest.raises(ModelError, match=text):
        read_darknet(path)


@pytest.mark.parametrize('missing', ['.weights', '.cfg'])
def test_missing_half_is_named(bright_cells: Path, missing: str) -> None:
    bright_cells.with_suffix(missing).unlink()
    with pytest.raises(ModelError, match=rf'two files of one name, and .*tiny\{missing} does not'):
        read_darknet(bright_cells)


@pytest.mark.model
def test_real_network_computes_what_opencv_reads_in_it() -> None:
    read = getattr(cv2.dnn, 'readNetFromDarknet', None)
    if read is None:
        pytest.skip("OpenCV 5 reads no Darknet files; run: pip install 'opencv-python-headless<5'")
    if state(lookup('yolov4_tiny')) != 'verified':
        pytest.skip('run: person_tracker models fetch yolov4_tiny')
    path = models_folder() / 'yolov4-tiny.weights'
    net = read(str(path.with_suffix('.cfg')), str(path))
    image = np.random.default_rng(0).uniform(0, 1, (1, 3, 416, 416)).astype(np.float32)
    net.setInput(image)
    theirs = sorted(net.forward(net.getUnconnectedOutLayersNames()), key=len)
    ours = sorted(open_session(path, backend='onnxruntime').run(image), key=np.size)
    for one, other in zip(ours, theirs):
        np.testing.assert_allclose(one[0, :, :5], other[:, :5], atol=1e-4)
