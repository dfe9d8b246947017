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

"""From an image and its tracks to faces: found, measured, described, each given to its track."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from person_tracker.core.faces import Faces
from person_tracker.core.settings import SettingError
from person_tracker.models.errors import ModelError
from person_tracker.models.face_detector import FaceDetector
from person_tracker.models.face_detector import FoundFaces
from person_tracker.models.face_straightening import straightened
from person_tracker.models.faces import FaceAnalyser
from person_tracker.models.faces import FaceConfig
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import state
import pytest

Write = Callable[..., Path]
Analyse = Callable[..., FaceAnalyser]
# Two people side by side, and the boxes of their faces: squares of 32 px around a blue cell.
BODIES = np.array([[26, 26, 126, 226], [154, 26, 254, 226]], np.float32)
FACES = np.array([[60, 28, 92, 60], [188, 28, 220, 60]], np.float32)
# Longest side of where their faces are looked for: one pixel there is one of the image, and the
# blue cells are whole cells of the network.
CROP_PX = 120
IDS = np.array([7, 9])


@pytest.fixture
def analyse(write_face_detector: Write, write_mean_network: Write) -> Analyse:
    """Return a function that makes an analyser of a tiny detector and a tiny encoder."""
    detector = write_face_detector()
    encoder = write_mean_network(np.eye(3), np.zeros(3), (3,), (None, 3, 112, 112))

    def make(**settings: object) -> FaceAnalyser:
        return FaceAnalyser(FaceConfig(**{
            'detector': str(detector), 'encoder': str(encoder), 'device': 'cpu', 'threads': 1,
            'crop_size_px': CROP_PX, 'straighten': False, **settings}))

    return make


def scene(faces: np.ndarray = FACES, blue: int = 255) -> np.ndarray:
    """Return a picture of red and green noise, with a blue cell in the middle of each face."""
    image = np.random.default_rng(0).integers(60, 256, (240, 264, 3)).astype(np.uint8)
    image[:, :, 0] = 0
    for left, top, _, _ in faces.astype(int):
        image[top + 12:top + 20, left + 12:left + 20, 0] = blue
    return image


def in_frame(analyser: FaceAnalyser, image: np.ndarray, **tracks: object) -> Faces:
    """Return what is found, from left to right."""
    faces = analyser.in_frame(image, **tracks)
    order = np.argsort(faces.boxes_xyxy[:, 0])
    return Faces(**{key: value[order] if isinstance(value, np.ndarray) else value
                    for key, value in vars(faces).items()})


def test_every_face_of_an_image_is_described(analyse: Analyse) -> None:
    analyser = analyse()
    faces = in_frame(analyser, scene())
    np.testing.assert_allclose(faces.boxes_xyxy, FACES, atol=0.1)
    assert faces.track_ids.tolist() == [0, 0]
    assert faces.model == analyser.name
    np.testing.assert_allclose(np.linalg.norm(faces.embeddings, axis=1), 1.0, atol=1e-5)
    for measure in (faces.qualities, faces.sharpnesses, faces.brightnesses, faces.frontalities):
        assert ((measure > 0.0) & (measure <= 1.0)).all()


def test_faces_of_a_frame_are_given_to_tracks_where_they_fit(analyse: Analyse) -> None:
    faces = in_frame(analyse(), scene(), boxes_xyxy=BODIES[1:], track_ids=IDS[1:])
    assert faces.track_ids.tolist() == [0, 9]


@pytest.mark.parametrize(('order', 'expected'), [([0, 1], [7, 9]), ([1, 0], [9, 7])])
def test_faces_of_tracks_come_in_the_order_of_the_tracks(
        analyse: Analyse, order: list, expected: list) -> None:
    faces = analyse().in_tracks(scene(), BODIES[order], IDS[order])
    assert faces.track_ids.tolist() == expected
    np.testing.assert_allclose(faces.boxes_xyxy, FACES[order], atol=0.1)


def test_a_box_beyond_the_image_is_looked_at_inside_it(analyse: Analyse) -> None:
    body = np.float32([[-1e9, -1e9, 1e9, 1e9]])
    faces = analyse(crop_size_px=264).in_tracks(scene(FACES[:1]), body, IDS[:1])
    np.testing.assert_allclose(faces.boxes_xyxy, FACES[:1], atol=0.1)


def test_only_wanted_tracks_are_looked_at_and_a_neighbours_face_stays_the_neighbours(
        analyse: Analyse) -> None:
    analyser = analyse(min_score=0.2)
    image = scene(FACES[:1])
    beside = np.array([BODIES[0], BODIES[0] + [30, 4, 30, 4]], np.float32)
    alone = analyser.in_tracks(image, beside[1:], IDS[1:])
    assert alone.track_ids.tolist() == [9]
    both = analyser.in_tracks(image, beside, IDS, np.array([False, True]))
    assert both.track_ids.tolist() == []
    own = analyser.in_tracks(image, beside, IDS, np.array([True, False]))
    assert own.track_ids.tolist() == [7]


@pytest.mark.parametrize(('settings', 'change'), [
    ({'min_size_px': 40.0}, lambda image: image),  # too small
    ({'min_quality': 0.99}, lambda image: image),  # too poor
    ({'min_quality': 0.0}, lambda image: image * np.uint8([1, 0, 0])),  # black but for the blue
])
def test_a_face_too_poor_is_reported_without_an_embedding(
        analyse: Analyse, settings: dict, change: Callable) -> None:
    faces = analyse(**settings).in_frame(change(scene(FACES[:1])))
    assert len(faces) == 1
    assert not faces.embeddings.any()
    assert faces.qualities.tolist() == [0.0]
    assert 0.0 < faces.frontalities[0] <= 1.0


@pytest.mark.parametrize(('boxes', 'ids'), [
    (np.empty((0, 4), np.float32), np.empty(0, np.int64)),  # nobody
    (np.empty(0, np.float32), np.empty(0, np.int64)),  # nobody, another shape
    (np.full((1, 4), np.nan, np.float32), np.array([1])),  # not a box
    (np.float32([[500, 500, 600, 700]]), np.array([1])),  # outside the image
    (np.float32([[60, 20, 60, 20]]), np.array([1])),  # without area
])
def test_boxes_without_a_face_give_none(
        analyse: Analyse, boxes: np.ndarray, ids: np.ndarray) -> None:
    faces = analyse().in_tracks(scene(), boxes, ids)
    assert len(faces) == 0
    assert faces.embeddings.shape == (0, 3)


@pytest.mark.parametrize(('image', 'boxes', 'ids', 'message'), [
    (np.zeros((9, 9), np.uint8), BODIES, IDS, 'an image must have shape'),
    (scene(), BODIES[:, :3], IDS, r'boxes_xyxy must have shape \(N, 4\)'),
    (scene(), BODIES, IDS[:1], r'track_ids must have shape \(2,\), got \(1,\)'),
])
def test_what_does_not_fit_is_refused(
        analyse: Analyse, image: np.ndarray, boxes: np.ndarray, ids: np.ndarray,
        message: str) -> None:
    with pytest.raises(ValueError, match=message):
        analyse().in_tracks(image, boxes, ids)


@pytest.mark.parametrize('batch_size', [1, 2, 8])
def test_batches_do_not_change_what_is_said(analyse: Analyse, batch_size: int) -> None:
    expected = analyse().in_frame(scene())
    found = analyse(batch_size=batch_size).in_frame(scene())
    np.testing.assert_allclose(found.embeddings, expected.embeddings, atol=1e-6)


def test_live_settings_apply_to_the_next_image_and_choose_where_to_look(analyse: Analyse) -> None:
    analyser = analyse(search='frame')
    assert len(analyser.find(scene(), BODIES[:0], IDS[:0])) == 2
    analyser.config = replace(analyser.config, search='tracks')
    assert len(analyser.find(scene(), BODIES[:0], IDS[:0])) == 0
    analyser.config = replace(analyser.config, search='frame', min_score=0.99)
    assert len(analyser.find(scene(blue=240), BODIES, IDS)) == 0


@pytest.mark.parametrize(('settings', 'message'), [
    ({'search': 'everywhere'}, 'search must be one of tracks, frame'),
    ({'upper_part': 0.0}, r'upper_part must be in \[0.1, 1\]'),
    ({'min_quality': -0.1}, r'min_quality must be in \[0, 1\]'),
])
def test_settings_out_of_range_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        FaceConfig(**settings)


def test_needed_models_are_those_of_the_registry_and_none_of_ones_own() -> None:
    names = [entry.name for entry, _ in needed_face_models(FaceConfig(models_folder='there'))]
    assert names == ['yunet', 'sface']
    assert {folder for _, folder in needed_face_models(FaceConfig(models_folder='there'))} == {
        'there'}
    assert needed_face_models(FaceConfig(detector='a.onnx', encoder='b.t7')) == []
    with pytest.raises(ModelError, match="unknown face_encoder model 'yunet'"):
        needed_face_models(FaceConfig(encoder='yunet'))


def test_a_face_not_found_again_keeps_its_landmarks(write_face_detector: Write) -> None:
    landmarks = np.arange(10, dtype=np.float32).reshape(1, 5, 2)
    faces = FoundFaces(FACES[:1], landmarks, np.ones(1, np.float32))
    detector = FaceDetector(write_face_detector(), 'cpu', 1)
    again = straightened(np.zeros((240, 264, 3), np.uint8), faces, detector)
    np.testing.assert_array_equal(again.landmarks, landmarks)
    none = straightened(np.zeros((240, 264, 3), np.uint8), faces[np.array([], int)], detector)
    assert none.landmarks.shape == (0, 5, 2)


@pytest.fixture(scope='module')
def real() -> FaceAnalyser:
    """Return the default chain; skip, loudly, where it was not fetched."""
    for entry, folder in needed_face_models(FaceConfig()):
        if state(entry, folder) != 'verified':
            pytest.skip(f'run: person_tracker models fetch {entry.name}')
    return FaceAnalyser(FaceConfig(device='cpu', threads=1))


def leaned(image: np.ndarray, angle_deg: float) -> np.ndarray:
    """Return a portrait turned about its face."""
    turn = cv2.getRotationMatrix2D((225.0, 125.0), angle_deg, 1.0)
    return cv2.warpAffine(image, turn, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.model
def test_a_real_portrait_has_one_good_face_where_it_is(
        real: FaceAnalyser, portrait: np.ndarray) -> None:
    faces = real.in_frame(portrait)
    assert len(faces) == 1
    left, top, right, bottom = faces.boxes_xyxy[0]
    assert 160 < left < 205 < 245 < right < 290
    assert 45 < top < 90 < 160 < bottom < 205
    assert faces.qualities[0] > 0.7
    assert faces.frontalities[0] > 0.5


@pytest.mark.model
@pytest.mark.parametrize('angle_deg', [-40, -25, 25, 40])
def test_a_leaned_head_is_the_same_person(
        real: FaceAnalyser, portrait: np.ndarray, angle_deg: float) -> None:
    upright = real.in_frame(portrait).embeddings[0]
    faces = real.in_frame(leaned(portrait, angle_deg))
    best = faces.scores.argmax()
    assert real.calibration.log_odds(faces.embeddings[best] @ upright) > 6.0


@pytest.mark.model
def test_a_small_face_in_a_track_is_the_same_person(
        real: FaceAnalyser, portrait: np.ndarray) -> None:
    upright = real.in_frame(portrait).embeddings[0]
    image = np.full((400, 600, 3), 90, np.uint8)
    image[100:300, 250:450] = cv2.resize(portrait, (200, 200), interpolation=cv2.INTER_AREA)
    body = np.float32([[290, 115, 390, 300]])
    faces = real.in_tracks(image, body, np.array([3]))
    assert faces.track_ids.tolist() == [3]
    assert real.calibration.log_odds(faces.embeddings[0] @ upright) > 6.0


@pytest.mark.model
def test_a_blurred_face_is_trusted_less(real: FaceAnalyser, portrait: np.ndarray) -> None:
    qualities = [real.in_frame(cv2.GaussianBlur(portrait, (0, 0), sigma)).qualities[0]
                 for sigma in (0.5, 2.0, 4.0)]
    assert qualities == sorted(qualities, reverse=True)
    assert qualities[-1] < 0.5 * qualities[0]


@pytest.mark.model
def test_a_network_of_ones_own_tells_people_apart(
        real: FaceAnalyser, portrait: np.ndarray, shared_models: Path) -> None:
    analyser = FaceAnalyser(replace(
        real.config, encoder=str(shared_models / 'mobilefacenet_pixamatch.onnx')))
    assert analyser.name == 'mobilefacenet_pixamatch-e72a5710'
    upright = analyser.in_frame(portrait).embeddings[0]
    faces = analyser.in_frame(leaned(portrait, 30))
    assert faces.embeddings[faces.scores.argmax()] @ upright > 0.5
