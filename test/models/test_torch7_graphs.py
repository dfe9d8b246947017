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

"""Torch7's layers compute in ONNX what they compute in Torch."""

from collections.abc import Callable
import math
from typing import Any

import numpy as np
from person_tracker.models import torch7_layers
from person_tracker.models.errors import ModelError
from person_tracker.models.session import open_session
from person_tracker.models.torch7_files import TorchObject
from person_tracker.models.torch7_graphs import graph_of
import pytest

Array = np.ndarray
# Two images, 3 channels, 7 high and 6 wide.
IMAGES = np.random.default_rng(3).normal(0, 1, (2, 3, 7, 6)).astype(np.float32)
POSITIVE = np.abs(IMAGES)


def layer(kind: str, *parts: TorchObject, **fields: Any) -> TorchObject:
    if parts:
        fields['modules'] = dict(enumerate(parts, 1))
    return TorchObject(f'nn.{kind}', fields)


def answer(network: TorchObject, images: Array = IMAGES) -> Array:
    content = graph_of(network, images.shape[3], images.shape[2]).SerializeToString()
    return open_session(content, device='cpu', threads=1).run(images)[0]


def convolved(images: Array, weight: Array, strides: tuple, pads: tuple) -> Array:
    padded = np.pad(images, ((0, 0), (0, 0), (pads[0],) * 2, (pads[1],) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    return np.einsum('nchwij,dcij->ndhw', windows[:, :, ::strides[0], ::strides[1]], weight)


@pytest.mark.parametrize('strides', [(1, 1), (2, 3)])
@pytest.mark.parametrize('pads', [(0, 0), (2, 1)])
@pytest.mark.parametrize('has_bias', [False, True])
@pytest.mark.parametrize('kind', ['SpatialConvolution', 'SpatialConvolutionMM'])
def test_convolution(strides: tuple, pads: tuple, has_bias: bool, kind: str) -> None:
    generator = np.random.default_rng(0)
    weight, bias = generator.normal(0, 1, (4, 3, 3, 2)), generator.normal(0, 1, 4)
    # `MM` keeps each kernel as a row.
    kept = weight.reshape(4, -1) if kind.endswith('MM') else weight
    found = answer(layer(
        kind, nInputPlane=3.0, nOutputPlane=4.0, kH=3.0, kW=2.0, dH=strides[0], dW=strides[1],
        padH=pads[0], padW=pads[1], weight=kept, bias=bias if has_bias else None))
    expected = convolved(IMAGES, weight, strides, pads)
    np.testing.assert_allclose(found, expected + has_bias * bias[:, None, None], atol=1e-5)


@pytest.mark.parametrize('shape', [(3, 7, 6), (126,)])
@pytest.mark.parametrize('is_affine', [False, True])
@pytest.mark.parametrize('is_old', [False, True])
def test_batch_normalisation(shape: tuple, is_affine: bool, is_old: bool) -> None:
    generator = np.random.default_rng(1)
    mean, variance, weight, bias = generator.uniform(0.5, 2, (4, shape[0]))
    # Older files keep the inverse of the deviation.
    spread = {'running_std': (variance + 0.1) ** -0.5} if is_old else {'running_var': variance}
    kind = 'SpatialBatchNormalization' if len(shape) == 3 else 'BatchNormalization'
    found = answer(layer(
        'Sequential', layer('View', size=np.array(shape)),
        layer(kind, running_mean=mean, eps=0.1, weight=weight if is_affine else None,
              bias=bias if is_affine else None, **spread)))
    mean, variance, weight, bias = (
        each.reshape(-1, *[1] * (len(shape) - 1)) for each in (mean, variance, weight, bias))
    expected = (IMAGES.reshape(2, *shape) - mean) / np.sqrt(variance + 0.1)
    np.testing.assert_allclose(found, expected * weight + bias if is_affine else expected,
                               atol=1e-5)


def pooled(images: Array, options: dict, reduce: Callable) -> Array:
    """Return what `reduce` makes of each window: of its part within the image."""
    counts = []
    for axis, length in zip('HW', images.shape[2:]):
        size, step, pad = (options[f'{name}{axis}'] for name in ('k', 'd', 'pad'))
        count = (length + 2 * pad - size) / step + 1
        count = math.ceil(count) if options['ceil_mode'] else math.floor(count)
        last = (count - 1) * step - pad  # where the last window begins
        counts.append([(max(0, at), min(length, at + size)) for at in range(-pad, last + 1, step)
                       if at < length])
    return np.array([[reduce(images[:, :, top:bottom, left:right]) for left, right in counts[1]]
                     for top, bottom in counts[0]]).transpose(2, 3, 0, 1)


# Height and width: size, step and padding of the windows; whether a part of one counts.
@pytest.mark.parametrize(('sizes', 'steps', 'pads', 'rounds_up'), [
    ((3, 2), (2, 2), (0, 0), False),
    ((3, 3), (2, 2), (1, 1), False),    # the windows of the width leave a row of padding over
    ((3, 3), (1, 2), (1, 0), False),
    ((2, 4), (2, 4), (0, 0), True),     # half a window at the end
    ((2, 2), (3, 3), (1, 1), True),     # no window in the padding alone
    ((7, 6), (1, 1), (0, 0), False),    # one
])
def test_largest_of_windows(sizes: tuple, steps: tuple, pads: tuple, rounds_up: bool) -> None:
    options = window(sizes, steps, pads, ceil_mode=rounds_up)
    np.testing.assert_array_equal(answer(layer('SpatialMaxPooling', **options)), pooled(
        IMAGES, options, lambda part: part.max(axis=(2, 3))))


def window(sizes: tuple, steps: tuple, pads: tuple, **options: object) -> dict:
    return {**dict(zip(('kH', 'kW', 'dH', 'dW', 'padH', 'padW'), (*sizes, *steps, *pads))),
            **options}


@pytest.mark.parametrize('divides', [False, True])
@pytest.mark.parametrize('counts_padding', [False, True])
@pytest.mark.parametrize('pads', [(0, 0), (1, 1)])
def test_mean_of_windows(pads: tuple, counts_padding: bool, divides: bool) -> None:
    options = window((3, 2), (2, 2), pads, ceil_mode=False)
    found = answer(layer('SpatialAveragePooling', **options, divide=divides,
                         count_include_pad=counts_padding))
    means = pooled(IMAGES, options, lambda part: part.mean(axis=(2, 3)))
    sums = pooled(IMAGES, options, lambda part: part.sum(axis=(2, 3)))
    expected = sums / 6 if counts_padding else means
    np.testing.assert_allclose(found, expected * (1 if divides else 6), atol=1e-5)


def test_length_of_windows_is_a_chain_of_its_own() -> None:
    options = window((3, 3), (3, 3), (0, 0))
    found = answer(layer(
        'SpatialLPPooling', layer('Square'), layer('SpatialAveragePooling', **options),
        layer('MulConstant', constant_scalar=9.0), layer('Sqrt', eps=0.0), **options))
    expected = pooled(IMAGES, {**options, 'ceil_mode': False},
                      lambda part: np.sqrt((part ** 2).sum(axis=(2, 3))))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_responses_are_normalised_over_neighbouring_channels() -> None:
    images = np.random.default_rng(2).normal(0, 9, (2, 3, 4, 5)).astype(np.float32)
    found = answer(layer('SpatialCrossMapLRN', size=3.0, alpha=0.6, beta=0.75, k=2.0), images)
    squares = np.pad(images ** 2, ((0, 0), (1, 1), (0, 0), (0, 0)))
    near = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    np.testing.assert_allclose(found, images / (2.0 + 0.6 / 3 * near) ** 0.75, rtol=1e-4)


@pytest.mark.parametrize(('part', 'expected'), [
    (layer('ReLU'), np.maximum(IMAGES, 0)),
    (layer('LeakyReLU', negval=0.2), np.where(IMAGES > 0, IMAGES, 0.2 * IMAGES)),
    (layer('Tanh'), np.tanh(IMAGES)),
    (layer('Sigmoid'), 1 / (1 + np.exp(-IMAGES))),
    (layer('Square'), IMAGES ** 2),
    (layer('AddConstant', constant_scalar=-3.0), IMAGES - 3),
    (layer('Sequential', layer('Square'), layer('Power', pow=1.5)), POSITIVE ** 3),
    (layer('Sequential', layer('Identity'), layer('Contiguous'), layer('Tanh')), np.tanh(IMAGES)),
    (layer('Sequential', layer('Dropout', p=0.4, v2=True), layer('Square')), IMAGES ** 2),
    (layer('Dropout', p=0.4, v2=False), 0.6 * IMAGES),
    (layer('Dropout', p=0.4), 0.6 * IMAGES),   # files older than the second version
    (layer('SpatialZeroPadding', pad_t=1.0, pad_b=0.0, pad_l=2.0, pad_r=3.0),
     np.pad(IMAGES, ((0, 0), (0, 0), (1, 0), (2, 3)))),
])
def test_layer_without_weights(part: TorchObject, expected: Array) -> None:
    np.testing.assert_allclose(answer(part), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize('kind', ['View', 'Reshape'])
@pytest.mark.parametrize(('size', 'shape'), [
    ((126,), (126,)),
    ((6, 21), (6, 21)),
    ((-1,), (126,)),
    ((-1, 126), (126,)),    # the open length is the batch
    ((-1, 42), (3, 42)),
    ((42, -1), (42, 3)),
])
def test_images_in_another_shape(kind: str, size: tuple, shape: tuple) -> None:
    found = answer(layer(kind, size=np.array(size)))
    np.testing.assert_array_equal(found, IMAGES.reshape(2, *shape))


@pytest.mark.parametrize('bias', [None, np.arange(5.0)])
def test_linear_and_normalised(bias: Array | None) -> None:
    weight = np.random.default_rng(4).normal(0, 1, (5, 126))
    found = answer(layer('Sequential', layer('View', size=np.array([126])),
                         layer('Linear', weight=weight, bias=bias),
                         layer('Normalize', p=2.0, eps=0.5)))
    rows = IMAGES.reshape(2, -1) @ weight.T + (0 if bias is None else bias)
    expected = rows / np.sqrt((rows ** 2).sum(axis=1, keepdims=True) + 0.5)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_smaller_branches_lie_in_the_middle_of_zeros() -> None:
    whole, small = layer('Identity'), layer('SpatialMaxPooling', kH=3, kW=2, dH=2, dW=2)
    found = answer(layer('Inception', layer('DepthConcat', whole, small, dimension=2.0)))
    largest = pooled(IMAGES, window((3, 2), (2, 2), (0, 0), ceil_mode=False),
                     lambda part: part.max(axis=(2, 3)))
    assert largest.shape[2:] == (3, 3)
    # Of three columns one is before it.
    centred = np.pad(largest, ((0, 0), (0, 0), (2, 2), (1, 2)))
    np.testing.assert_array_equal(found, np.concatenate((IMAGES, centred), axis=1))


def test_branches_of_one_size_are_joined() -> None:
    found = answer(layer('Concat', layer('Square'), layer('ReLU'), dimension=2.0))
    np.testing.assert_allclose(
        found, np.concatenate((IMAGES ** 2, np.maximum(IMAGES, 0)), axis=1))


FLAT = layer('View', size=np.array([126]))
POOL = window((2, 2), (2, 2), (0, 0))
CONVOLUTION = {'nInputPlane': 3, 'nOutputPlane': 2, 'kH': 2, 'kW': 2, 'weight': np.zeros((2, 12))}


@pytest.mark.parametrize(('network', 'message'), [
    (layer('LSTM'), r'layer nn.LSTM is not known here; known are .*Linear.*: export the network'),
    (layer('Sequential'), 'modules of a Torch7 nn.Sequential must be a list of layers, got None'),
    (layer('SpatialConvolution', **{**CONVOLUTION, 'nInputPlane': 4}),
     r'must get images of shape \(4, any, any\), got \(3, 7, 6\)'),
    (layer('SpatialConvolution', **{**CONVOLUTION, 'kH': 3}), 'weight of .* must be numbers of'),
    (layer('SpatialConvolution', **{**CONVOLUTION, 'kW': 0}), 'kW of .* from 1 to 65536, got 0.0'),
    (layer('SpatialMaxPooling', **{**POOL, 'kH': 8}), 'kH of a Torch7 .* must be 1 to 7, got 8'),
    (layer('SpatialMaxPooling', **{**POOL, 'padH': 65536, 'padW': 65536}),
     r'must give 1 to 134217728 numbers per image, got shape \(3, 65539, 65539\)'),
    (layer('SpatialAveragePooling', **window((2, 4), (2, 4), (0, 0), ceil_mode=True)),
     'whose last window reaches over the padding is not known here'),
    (layer('Sequential', FLAT, layer('SpatialMaxPooling', **POOL)),
     r'shape \(any, any, any\), got \(126,\)'),
    (layer('SpatialCrossMapLRN', size=4), 'size of a Torch7 .* must be odd, got 4'),
    (layer('Linear', weight=np.zeros((2, 126))), r'of shape \(any\), got \(3, 7, 6\)'),
    (layer('Sequential', FLAT, layer('Linear', weight=np.zeros((2, 736)))), 'numbers of shape'),
    (layer('Sequential', FLAT, layer('Linear', weight=np.zeros((0, 126)))), r'got shape \(0,\)'),
    (layer('Sequential', FLAT, layer('Normalize', p=1.0)), 'p of .* must be 2, got 1.0'),
    (layer('View', size=np.array([736])),
     r'to \[736\] must get as many numbers, got shape \(3, 7, 6\): is .* another size'),
    (layer('View', size=np.array([-1, -1])), 'must get as many numbers'),
    (layer('View', size=np.array([0, -1])), 'must get as many numbers'),
    (layer('SpatialBatchNormalization', running_mean=np.zeros(4), running_var=np.ones(4)),
     r'running_var .* numbers of shape \(3,\), got \(4,\)'),
    (layer('BatchNormalization', running_mean=np.zeros(3), running_var=np.full(3, -1.0)),
     'variances of a Torch7 nn.BatchNormalization must be above 0'),
    (layer('Concat', layer('ReLU'), dimension=3), 'dimension .* must be 2, the channels, got 3'),
    (layer('Concat', layer('ReLU'), layer('SpatialMaxPooling', **POOL), dimension=2),
     r'images of one size, got \(3, 7, 6\), \(3, 3, 3\)'),
    (layer('DepthConcat', layer('ReLU'), FLAT, dimension=2), 'images of one size'),
])
def test_network_that_cannot_be_made_is_refused_with_the_layer(network: TorchObject,
                                                               message: str) -> None:
    with pytest.raises(ModelError, match=message):
        graph_of(network, 6, 7)


def test_network_that_contains_itself_is_refused() -> None:
    loop = layer('Sequential', layer('ReLU'))
    loop.fields['modules'][2] = loop
    with pytest.raises(ModelError, match='at most 10000 nodes, 40 deep; a nn.ReLU is beyond'):
        graph_of(loop, 6, 7)


def test_small_file_that_says_much_is_refused() -> None:
    network = layer('Tanh')
    for _ in range(20):
        network = layer('Sequential', network, network)
    with pytest.raises(ModelError, match='at most 10000 nodes, 40 deep; a nn.Tanh is beyond'):
        graph_of(network, 6, 7)


def test_more_weights_than_an_onnx_file_can_hold_are_refused(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch7_layers, '_MOST_BYTES', 150)
    one = layer('SpatialConvolution', **{**CONVOLUTION, 'nOutputPlane': 3,
                                         'weight': np.zeros((3, 12))})
    graph_of(one, 6, 7)
    with pytest.raises(ModelError, match='must be at most 150 bytes, got 288 or more'):
        graph_of(layer('Sequential', one, one), 6, 7)
