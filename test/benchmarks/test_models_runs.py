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

"""What is measured of networks and chains, on a tiny world."""

import os

from benchmarks.models_pictures import Face
from benchmarks.models_runs import alone
from benchmarks.models_runs import BATCHES
from benchmarks.models_runs import CROPS
from benchmarks.models_runs import described_bodies
from benchmarks.models_runs import described_faces
from benchmarks.models_runs import detected
from benchmarks.models_runs import followed
from benchmarks.models_runs import until
import numpy as np
from person_tracker.core.settings import updated
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.network_config import NetworkConfig
from person_tracker.models.reid import ReidConfig
from person_tracker.models.session import open_session
from person_tracker.pipeline import PipelineConfig
import pytest


def image_of(column):
    """Return an image of a block."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[16:48, column:column + 16] = 255
    return image


def truth_of(frames):
    """Return where the block of `block_video` is, frames from 1."""
    numbers = np.arange(1, frames + 1)
    boxes = np.column_stack((numbers + 3, *np.tile([[16], [16], [32]], frames))).astype(float)
    return GroundTruthRows(numbers, np.ones(frames, np.int64), boxes, np.ones(frames, bool), None)


def test_what_a_function_returns_or_raises_comes_from_its_own_process(tmp_path):
    assert alone(os.getpid) != os.getpid()
    with pytest.raises(ModelError, match='nowhere.onnx does not exist'):
        alone(open_session, tmp_path / 'nowhere.onnx')


def test_a_process_that_dies_is_told():
    with pytest.raises(ModelError, match='ended without an answer'):
        alone(os._exit, 3)


@pytest.mark.parametrize('count', [1, 10, 11, 23])
def test_a_detector_looks_at_every_image_once(block_detector, count):
    run = detected(DetectorConfig(model=str(block_detector), threads=1),
                   [image_of(number) for number in range(count)])
    assert [each.boxes_xyxy[0, 0] for each in run.detections] == list(range(count))
    assert len(run.whole_s) == len(run.bare_s) == count
    assert min(run.whole_s + run.bare_s) > 0


def test_an_encoder_describes_every_crop_in_every_size_of_batch(block_encoder):
    boxes = np.tile(np.float32([[0, 0, 16, 32]]), (CROPS, 1))
    boxes[:, ::2] += np.arange(CROPS)[:, None]
    run = described_bodies(ReidConfig(model=str(block_encoder), threads=1), image_of(40), boxes, 2)
    assert {size: len(durations_s) for size, durations_s in run.per_crop_s.items()} == {
        size: 2 * CROPS // size for size in BATCHES}
    assert run.embeddings.shape == (CROPS, 3)
    assert run.embeddings.any(axis=1).all()  # bad crops too


def test_faces_are_described_as_they_lie(tmp_path):
    onnx = pytest.importorskip('onnx')
    helper = onnx.helper
    graph = helper.make_graph(
        [helper.make_node('ReduceMean', ['x'], ['y'], axes=[2, 3], keepdims=0)], 'means',
        [helper.make_tensor_value_info('x', onnx.TensorProto.FLOAT, ('n', 3, 112, 112))],
        [helper.make_tensor_value_info('y', onnx.TensorProto.FLOAT, ('n', 3))])
    path = tmp_path / 'means.onnx'
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7),
              str(path))
    landmarks = np.float32([[20, 20], [44, 20], [32, 32], [24, 44], [40, 44]])
    picture = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    run = described_faces(str(path), NetworkConfig(threads=1), [Face(picture, landmarks)] * CROPS,
                          1)
    assert run.embeddings.shape == (CROPS, 3)
    np.testing.assert_allclose(run.embeddings, np.tile(run.embeddings[:1], (CROPS, 1)), atol=1e-6)


def test_a_chain_is_measured_on_the_first_images(block_video, block_detector, block_encoder,
                                                 tmp_path):
    pytest.importorskip('trackeval', reason='evaluation needs TrackEval')
    config = updated(PipelineConfig(), {
        'detector.model': str(block_detector), 'reid.model': str(block_encoder),
        'tracker.confirm_hits': 1})
    run = followed(config, block_video(tmp_path / 'walk.mp4', 20), truth_of(30), 12)
    assert run.frames == 12
    assert run.metrics.ground_truth_boxes == 12  # the images that were not looked at do not count
    assert run.metrics.IDF1 == 100
    assert run.elapsed_s > 0 and run.processor_s > 0
    assert [each.partition(':')[0] for each in run.descriptions] == [
        'block_detector', 'block_encoder']


def test_a_ground_truth_is_cut_in_all_its_columns():
    classes = np.arange(1, 6)
    truth = truth_of(5)
    cut = until(GroundTruthRows(*list(vars(truth).values())[:4], classes), 3)
    assert len(cut) == 3
    assert [len(column) for column in vars(cut).values()] == [3] * 5
    assert until(truth, 9).frames.tolist() == truth.frames.tolist()
