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

"""A file is recognised for what it is, tried out as it will be used, and described."""

import numpy as np
from person_tracker.core.boxes import iou
from person_tracker.models.detector import Detector
from person_tracker.models.detector import DetectorConfig
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import own_space
from person_tracker.models.inspection import drawn_person
from person_tracker.models.inspection import inspect
from person_tracker.models.inspection import Request
from person_tracker.models.one_shot import OneShot
from person_tracker.models.one_shot import OneShotConfig
from person_tracker.models.own_registry import add_network
from person_tracker.models.reid import ReidConfig
from person_tracker.models.reid import ReidEncoder
import pytest


@pytest.fixture
def picture():
    """Return a white block on black."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[16:48, 20:36] = 255
    return image


def test_a_detector_is_recognised_and_finds_the_block(block_detector, picture):
    inspection = inspect(block_detector, Request('detector'), picture)
    entry = inspection.entry
    assert (entry.name, entry.kind, entry.decoder) == ('block_detector', 'detector', 'dets_labels')
    assert (entry.input_format.width, entry.input_format.fit) == (64, 'letterbox_top_left')
    assert inspection.files == (block_detector,)
    about, sees, finds = inspection.seen
    assert 'onnxruntime' in about and '64x64, dets_labels' in about
    assert sees == 'sees bgr, mean 0 0 0, std 1 1 1, letterbox_top_left'
    assert finds == 'finds 1 in the picture, scores 0.90 to 0.90'


def test_an_empty_picture_is_told_from_one_with_people(block_detector, picture):
    *_, finds = inspect(block_detector, Request('detector'), 0 * picture).seen
    assert finds.startswith('finds nobody in the picture; if somebody is there')


def test_how_images_are_seen_may_be_told_and_is_what_is_tried(block_detector, picture):
    request = Request('detector', input_changes={'colour': 'rgb', 'mean': (200.0, 200.0, 200.0)})
    inspection = inspect(block_detector, request, picture)
    assert inspection.seen[1] == 'sees rgb, mean 200 200 200, std 1 1 1, letterbox_top_left'
    assert inspection.seen[2].startswith('finds nobody')  # white is 55, and bright is above 128


def test_a_one_shot_network_is_recognised_and_finds_the_blob(blob_network, blob_image):
    path = blob_network(sides=4)
    inspection = inspect(path, Request('one_shot', 'fairmot'), blob_image((8, 16, (0, 0, 255))))
    assert (inspection.entry.name, inspection.entry.decoder) == ('fairmot', 'fairmot')
    assert '128x96, fairmot of 128 numbers, heat as logits' in inspection.seen[0]
    assert inspection.seen[-1] == 'finds 1 in the picture, scores 1.00 to 1.00'


def test_an_encoder_is_named_after_its_content_and_compares_pictures(block_encoder, picture):
    inspection = inspect(block_encoder, Request('reid'), picture)
    assert inspection.entry.name == own_space(block_encoder)
    assert inspection.entry.calibration is None
    assert '32x64, 3 numbers' in inspection.seen[0]
    assert 'to its mirror image 1.00' in inspection.seen[2]


def test_what_was_inspected_works_by_name(
        block_detector, block_encoder, blob_network, blob_image, picture, tmp_path):
    folder = str(tmp_path)
    for path, request in ((block_detector, Request('detector', 'd')),
                          (block_encoder, Request('reid', 'r')),
                          (blob_network(), Request('one_shot', 'fairmot'))):
        inspection = inspect(path, request, picture)
        add_network(inspection.entry, inspection.files, folder)
    detector = Detector(DetectorConfig(model='d', models_folder=folder))
    np.testing.assert_allclose(detector.detect(picture).boxes_xyxy, [[20, 16, 36, 48]])
    encoder = ReidEncoder(ReidConfig(model='r', models_folder=folder))
    assert (encoder.name, encoder.dimension) == ('r', 3)
    one_shot = OneShot(OneShotConfig(models_folder=folder, min_score=0.5))  # `fairmot` by default
    assert one_shot.name == 'fairmot'
    assert len(one_shot.detect(blob_image((8, 16, (0, 0, 255))))) == 1


def test_weights_beside_a_file_belong_to_it(blob_network, blob_image, tmp_path):
    onnx = pytest.importorskip('onnx')
    path = tmp_path / 'split.onnx'
    onnx.save(onnx.load(str(blob_network())), str(path), save_as_external_data=True,
              location='split.onnx.data', size_threshold=64)
    image = blob_image((8, 16, (0, 0, 255)))
    inspection = inspect(path, Request('one_shot', 'split'), image)
    weights = tmp_path / 'split.onnx.data'
    assert inspection.files == (path, weights)
    add_network(inspection.entry, inspection.files, tmp_path / 'models')
    path.unlink()
    weights.unlink()
    config = OneShotConfig(model='split', models_folder=str(tmp_path / 'models'), min_score=0.5)
    assert len(OneShot(config).detect(image)) == 1


@pytest.mark.parametrize(('network', 'kind', 'other'), [
    ('blob_network', 'detector', 'one_shot'), ('block_detector', 'reid', 'detector'),
    ('block_encoder', 'detector', 'reid')])
def test_a_network_of_another_kind_is_refused_with_the_kind_that_it_is(
        request, picture, network, kind, other):
    path = request.getfixturevalue(network)
    with pytest.raises(ModelError, match=f'; it would do as --kind {other}$'):
        inspect(path() if callable(path) else path, Request(kind), picture)


@pytest.mark.parametrize(('file', 'content', 'complaint'), [
    ('gone.onnx', None, 'model file .*gone.onnx does not exist'),
    ('notes.md', 'text', 'notes.md must be a network file, .onnx, .xml'),
    ('face.t7', 'text', 'face.t7 is read as a face_encoder only, got kind'),
    ('broken.onnx', 'text', 'broken is not a network that onnxruntime can load'),
])
@pytest.mark.parametrize('kind', ['detector', 'one_shot', 'reid'])
def test_what_is_no_network_is_refused(tmp_path, picture, file, content, complaint, kind):
    if content:
        (tmp_path / file).write_text(content)
    with pytest.raises(ModelError, match=complaint) as caught:
        inspect(tmp_path / file, Request(kind), picture)
    assert '--kind' not in str(caught.value)


def test_a_name_must_be_one_that_settings_can_hold(block_detector, picture):
    with pytest.raises(ModelError, match="letters, digits, _ and -, got 'a/b'"):
        inspect(block_detector, Request('detector', 'a/b'), picture)


@pytest.mark.model
def test_the_default_detector_sees_somebody_in_the_drawing():
    try:
        detector = Detector(DetectorConfig(min_score=0.3))
    except ModelError as error:
        pytest.skip(str(error))
    found = detector.detect(drawn_person()).boxes_xyxy
    assert iou(found, np.array([[262, 71, 378, 443]])) == pytest.approx(0.8, abs=0.2)
