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

"""One network finds people and what they look like, on blobs of known colour."""

import numpy as np
from person_tracker.core.settings import SettingError
from person_tracker.models.errors import ModelError
from person_tracker.models.fetching import own_space
from person_tracker.models.one_shot import needed_entry
from person_tracker.models.one_shot import OneShot
from person_tracker.models.one_shot import OneShotConfig
from person_tracker.models.session import SharedSessions
import pytest

RED, GREEN = (0, 0, 255), (0, 255, 0)  # blue, green, red


def opened(path, **settings):
    """Return what runs a network on one thread."""
    settings = {'min_score': 0.5, 'min_quality': 0.0, **settings}
    return OneShot(OneShotConfig(model=str(path), threads=1, **settings))


def striped(image):
    """Return an image of something to see: what has one colour only counts as blurred."""
    image = image.copy()
    image[::2] //= 2
    return image


@pytest.mark.parametrize('heat', ['logits', 'probabilities'])
@pytest.mark.parametrize('sides', [2, 4])
def test_people_are_where_the_blobs_are_and_look_like_them(
        blob_network, blob_image, sides, heat):
    network = opened(blob_network(sides=sides, heat=heat))
    image = blob_image((8, 16, RED), (61, 50, GREEN))
    detections, looks = network.look(image)
    np.testing.assert_allclose(
        detections.boxes_xyxy, [[8, 16, 24, 48], [61, 50, 77, 82]], atol=1e-3)
    # Heat is 12 * (mean - .5); the second blob is 1 px right and 2 px down of the nearest cell.
    means = np.array([1.0, 15 / 16 * 30 / 32])
    np.testing.assert_allclose(
        detections.scores, 1 / (1 + np.exp(-12 * (means - 0.5))), atol=1e-5)
    mix = np.random.default_rng(5).normal(size=(128, 3))  # of red, green, blue
    expected = mix[:, :2].T / np.linalg.norm(mix[:, :2], axis=0)[:, None]
    np.testing.assert_allclose(looks.embeddings, expected, atol=1e-5)
    assert looks.model == network.name and network.dimension == 128
    np.testing.assert_array_equal(network.detect(image).embeddings, looks.embeddings)


@pytest.mark.parametrize(('backend', 'package'), [('openvino', 'openvino'), ('opencv', 'cv2')])
@pytest.mark.parametrize('sides', [2, 4])
def test_every_back_end_finds_the_same_people(blob_network, blob_image, backend, package, sides):
    pytest.importorskip(package)
    image = blob_image((8, 16, RED), (61, 50, GREEN))
    path = blob_network(sides=sides)
    expected, found = (opened(path, backend=each).detect(image)
                       for each in ('onnxruntime', backend))
    np.testing.assert_allclose(found.boxes_xyxy, expected.boxes_xyxy, atol=0.1)
    assert np.sum(found.embeddings * expected.embeddings, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_nobody_is_found_in_an_empty_image(blob_network, blob_image):
    detections, looks = opened(blob_network()).look(blob_image())
    assert len(detections) == 0 and looks.embeddings.shape == (0, 128)


def test_boxes_are_in_pixels_of_the_image_whatever_its_size(blob_network, blob_image):
    image = blob_image((8, 16, RED), (64, 48, GREEN)).repeat(3, axis=0).repeat(3, axis=1)
    detections, _ = opened(blob_network()).look(image)
    np.testing.assert_allclose(
        detections.boxes_xyxy[np.argsort(detections.boxes_xyxy[:, 0])],
        [[24, 48, 72, 144], [192, 144, 240, 240]], atol=0.5)


def test_boxes_end_at_the_edge_of_the_image_and_count_for_less_there(blob_network, blob_image):
    image = blob_image((24, 16, RED), (72, 40, RED))[:, 32:]  # half of the first is outside
    image = striped(np.pad(image, ((0, 0), (0, 32), (0, 0))))
    detections, looks = opened(blob_network(), min_score=0.01).look(image)
    whole, half = np.argsort(-detections.boxes_xyxy[:, 0])
    assert detections.boxes_xyxy[half][[0, 1, 3]] == pytest.approx([0, 16, 48], abs=0.5)
    assert looks.qualities[half] < looks.qualities[whole]


def test_who_is_seen_badly_has_no_look(blob_network, blob_image):
    image = striped(blob_image((8, 16, RED)))
    _, seen = opened(blob_network()).look(image)
    assert 0.0 < seen.qualities[0] < 1.0
    _, unseen = opened(blob_network(), min_quality=float(seen.qualities[0]) + 0.01).look(image)
    assert not unseen.embeddings.any() and not unseen.qualities.any()


def test_live_settings_apply_to_the_next_image(blob_network, blob_image):
    network = opened(blob_network())
    image = blob_image((8, 16, RED), (61, 50, GREEN))
    network.config = OneShotConfig(min_score=0.99)
    assert len(network.detect(image)) == 1
    network.config = OneShotConfig(min_score=0.5, max_detections=1)
    assert len(network.detect(image)) == 1
    network.config = OneShotConfig(min_score=0.5)
    assert len(network.detect(image)) == 2


def test_heat_may_be_told_where_it_cannot_be_seen(blob_network, blob_image):
    taken = opened(blob_network(heat='probabilities'), heat='logits', min_score=0.0)
    scores = taken.detect(blob_image((8, 16, RED))).scores
    assert scores.max() == pytest.approx(1 / (1 + np.exp(-1 / (1 + np.exp(-6)))))
    assert 'heat as logits' in taken.description


@pytest.mark.parametrize('count', [1, None])
def test_cameras_share_one_network(blob_network, blob_image, count):
    shared = SharedSessions()
    config = OneShotConfig(model=str(blob_network(count=count)), threads=1, min_score=0.5)
    first, second = OneShot(config, shared), OneShot(config, shared)
    assert len(shared) == 1
    image = blob_image((8, 16, RED))
    np.testing.assert_array_equal(
        first.detect(image).boxes_xyxy, second.detect(image).boxes_xyxy)


def test_embeddings_of_other_weights_under_the_same_name_are_of_another_space(blob_network):
    first, second = (blob_network(sides=sides) for sides in (2, 4))
    assert opened(first).name == own_space(first) != own_space(second)


def test_a_network_that_is_no_fairmot_is_refused(block_detector):
    with pytest.raises(ModelError, match='input size of block_detector|not those of FairMOT'):
        opened(block_detector)


@pytest.mark.parametrize(('settings', 'complaint'), [
    ({'input_width': 256}, 'has a fixed input of 128x96, so input_width must be 0, got 256'),
    ({'input_height': 64}, 'has a fixed input of 128x96, so input_height must be 0, got 64'),
])
def test_a_size_that_the_network_does_not_take_is_refused(blob_network, settings, complaint):
    with pytest.raises(ModelError, match=complaint):
        opened(blob_network(), **settings)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match='model file .*gone.onnx does not exist'):
        opened(tmp_path / 'gone.onnx')


def test_the_default_says_how_to_make_a_network_known(tmp_path):
    config = OneShotConfig(models_folder=str(tmp_path))
    for start in (OneShot, needed_entry):
        with pytest.raises(ModelError, match='models add fairmot.onnx --kind one_shot '):
            start(config)


def test_what_is_not_an_image_is_refused(blob_network):
    with pytest.raises(ValueError, match='an image must have shape'):
        opened(blob_network()).look(np.zeros((96, 128), np.uint8))


def test_settings_are_checked():
    with pytest.raises(SettingError, match='heat must be one of auto, logits, probabilities'):
        OneShotConfig(heat='hot')
