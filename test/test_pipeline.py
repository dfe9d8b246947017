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


"""One camera's chain as plain calls, on a tiny world."""

import numpy as np
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.core.types import Frame
from person_tracker.models.errors import ModelError
from person_tracker.models.registry import load_registry
from person_tracker.pipeline import needed_models
from person_tracker.pipeline import Pipeline
from person_tracker.pipeline import PipelineConfig
import pytest


@pytest.fixture
def config(block_detector, block_encoder):
    """Return settings for the networks of the tiny world."""
    return updated(PipelineConfig(), {
        'detector.model': str(block_detector), 'detector.threads': 1,
        'reid.model': str(block_encoder), 'reid.threads': 1, 'reid.min_quality': 0.0})


def frame(number):
    """Return frame k of the walking block, 10 Hz; nobody is there in frames 6 and 7."""
    image = np.zeros((64, 64, 3), np.uint8)
    if number not in (6, 7):
        image[16:48, 4 + number:20 + number] = 255
    return Frame(image, number * 100_000_000, number)


def test_a_walker_is_found_described_and_keeps_one_id_through_a_gap(config):
    pipeline = Pipeline(config)
    results = [pipeline.process(frame(number)) for number in range(15)]
    assert [len(result.detections) for result in results] == [1] * 6 + [0] * 2 + [1] * 7
    people = [result.tracks.confirmed() for result in results]
    assert {track_id for each in people for track_id in each.track_ids.tolist()} == {1}
    np.testing.assert_allclose(people[-1].boxes_xyxy, [[18, 16, 34, 48]], atol=1.5)
    white = (255 - np.array([123.675, 116.28, 103.53])) / [58.395, 57.12, 57.375]
    np.testing.assert_allclose(
        results[0].detections.embeddings, [white / np.linalg.norm(white)], atol=1e-3)


def test_every_step_is_timed(config):
    durations_s = Pipeline(config).process(frame(0)).durations_s
    assert list(durations_s) == ['detect', 'motion', 'reid', 'track']
    assert all(0 < value < 10 for value in durations_s.values())


def test_without_appearance_nothing_is_described(config):
    pipeline = Pipeline(updated(config, {'use_appearance': False}))
    result = pipeline.process(frame(0))
    assert result.detections.embeddings is None
    assert list(result.durations_s) == ['detect', 'motion', 'track']
    assert len(pipeline.descriptions) == 1


def walking(number):
    """Return frame k of a block that walks without a break."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[16:48, 4 + number:20 + number] = 255
    return Frame(image, number * 100_000_000, number)


@pytest.mark.parametrize('every', range(1, 11))
def test_a_walker_has_one_id_and_a_box_in_every_frame_however_seldom_it_is_looked_for(
        config, every):
    pipeline = Pipeline(updated(config, {'detect_every': every}))
    results = [pipeline.process(walking(number)) for number in range(45)]
    assert [len(result.detections) for result in results] == [
        int(number % every == 0) for number in range(45)]
    assert ['detect' in result.durations_s for result in results] == [
        number % every == 0 for number in range(45)]
    people = [result.tracks.confirmed() for result in results]
    first = 2 * every  # the third detection makes sure
    assert [tracks.track_ids.tolist() for tracks in people] == (
        [[]] * first + [[1]] * (45 - first))
    for number in range(2 * first, 45):
        assert people[number].boxes_xyxy[0, 0] == pytest.approx(4 + number, abs=2.0)


def test_looks_of_somebody_alone_are_computed_now_and_then_and_the_id_stays(config):
    pipeline = Pipeline(updated(config, {'looks.is_on': True, 'looks.refresh_s': 0.95}))
    results = [pipeline.process(walking(number)) for number in range(40)]
    looked = [number for number, result in enumerate(results)
              if result.detections.embeddings.any()]
    assert looked == [0, 1, 2, 3, 13, 23, 33]  # until it is sure, then every second
    assert {track_id for result in results for track_id in result.tracks.track_ids.tolist()} == {1}


def shaken(number):
    """Return frame k of a block that stands before a wall, from a camera that is jerked about."""
    cells = np.random.default_rng(0).integers(0, 110, (40, 60), np.uint8)  # darker than people
    wall = cells.repeat(6, axis=0).repeat(6, axis=1)
    wall[80:160, 150:190] = 255
    left, top = [(50, 40), (95, 45), (40, 50), (80, 38)][number % 4 if number > 5 else 0]
    image = np.repeat(wall[top:top + 160, left:left + 160, None], 3, axis=2)
    return Frame(image, number * 100_000_000, number)


@pytest.mark.parametrize(('origin', 'every', 'is_kept'), [
    ('image', 1, True), ('image', 3, True), ('none', 1, False)])
def test_somebody_who_stands_keeps_the_id_while_the_camera_is_jerked_about(
        config, origin, every, is_kept):
    pipeline = Pipeline(updated(config, {
        'use_appearance': False, 'detect_every': every, 'camera_motion.origin': origin,
        'tracker.confirm_hits': 1}))
    results = [pipeline.process(shaken(number)) for number in range(24)]
    ids = {track_id for result in results for track_id in result.tracks.track_ids.tolist()}
    assert (ids == {1}) == is_kept
    assert all(('motion' in result.durations_s) == (origin == 'image') for result in results)
    if is_kept:
        person = np.array([result.tracks.boxes_xyxy[0] for result in results])
        left = [[50, 95, 40, 80][number % 4 if number > 5 else 0] for number in range(24)]
        np.testing.assert_allclose(person[:, 0], 150 - np.array(left), atol=6)


def test_odometry_is_for_robots_alone():
    with pytest.raises(SettingError, match='camera_motion.origin must be image or none here'):
        updated(PipelineConfig(), {'camera_motion.origin': 'odometry'})


RED, GREEN = (0, 0, 255), (0, 255, 0)  # blue, green, red


@pytest.fixture
def one_shot_config(blob_network):
    """Return settings for one network that finds blobs and their colours."""
    return updated(PipelineConfig(), {
        'use_one_shot': True, 'one_shot.model': str(blob_network(sides=4)), 'one_shot.threads': 1,
        'one_shot.min_quality': 0.0, 'camera_motion.origin': 'none'})


@pytest.fixture
def meeting(blob_image):
    """Return a function that gives frame k: two blobs change places, unseen in frames 20 to 25."""
    def draw(number):
        blobs = [(8 + 3 * number, 8, RED), (101 - 3 * number, 52, GREEN)]
        if number > 25:  # each now where the other was heading
            blobs = [(left, 60 - top, colour) for left, top, colour in blobs]
        return Frame(blob_image(*([] if 20 <= number <= 25 else blobs)), number * 40_000_000,
                     number)
    return draw


@pytest.mark.parametrize('use_appearance', [True, False])
def test_by_its_looks_from_one_network_each_blob_keeps_its_id_while_they_change_places(
        one_shot_config, meeting, use_appearance):
    pipeline = Pipeline(updated(one_shot_config, {'use_appearance': use_appearance}))
    results = [pipeline.process(meeting(number)) for number in range(31)]
    assert all(list(result.durations_s) == ['detect', 'track'] for result in results)
    ids = []
    for number in (19, 30):
        people = results[number].tracks.confirmed()
        tops = {8: 0, 52: 1} if number == 19 else {52: 0, 8: 1}
        colours = [tops[min(tops, key=lambda top: abs(top - box[1]))]
                   for box in people.boxes_xyxy]
        ids.append(dict(zip(colours, people.track_ids.tolist())))
    assert len(set(ids[0].values())) == 2
    assert (ids[0] == ids[1]) == use_appearance


def test_without_appearance_one_network_gives_places_alone(one_shot_config, meeting):
    pipeline = Pipeline(updated(one_shot_config, {'use_appearance': False}))
    detections = pipeline.process(meeting(0)).detections
    np.testing.assert_allclose(
        sorted(detections.boxes_xyxy.tolist()), [[8, 8, 24, 40], [101, 52, 117, 84]], atol=1e-3)
    assert detections.embeddings is None


def test_one_network_is_all_that_is_needed_and_described(one_shot_config, tmp_path):
    assert needed_models(one_shot_config) == []
    (line,) = Pipeline(one_shot_config).descriptions
    assert 'blobs' in line and 'fairmot of 128 numbers' in line
    with pytest.raises(ModelError, match='models add fairmot.onnx --kind one_shot'):
        needed_models(updated(PipelineConfig(), {
            'use_one_shot': True, 'one_shot.models_folder': str(tmp_path)}))


def test_descriptions_name_both_networks(config):
    detector, encoder = Pipeline(config).descriptions
    assert 'block_detector' in detector
    assert 'block_encoder' in encoder


def test_two_pipelines_know_nothing_of_each_other(config):
    first, second = Pipeline(config), Pipeline(config)
    for number in range(5):
        first.process(frame(number))
    result = second.process(frame(0))
    assert result.tracks.track_ids.tolist() == [1]
    assert len(result.tracks.confirmed()) == 0


def test_settings_are_checked():
    with pytest.raises(SettingError, match='use_appearance must be true or false, got 3'):
        PipelineConfig(use_appearance=3)
    with pytest.raises(SettingError, match='tracker.max_lost_s must be'):
        updated(PipelineConfig(), {'tracker.max_lost_s': -1.0})


def test_networks_of_the_registry_are_needed_and_own_files_are_not(config, tmp_path):
    folder = str(tmp_path)
    known = updated(PipelineConfig(), {
        'detector.models_folder': folder, 'reid.models_folder': folder})
    assert [entry.kind for entry, _ in needed_models(known)] == ['detector', 'reid']
    assert {place for _, place in needed_models(known)} == {folder}
    assert all(entry.sources for entry, _ in needed_models(known))
    assert [entry.kind for entry, _ in needed_models(
        updated(known, {'use_appearance': False}))] == ['detector']
    assert needed_models(config) == []


def test_the_first_encoder_of_the_registry_that_is_present_is_taken(tmp_path):
    config = updated(PipelineConfig(), {'reid.models_folder': str(tmp_path)})
    known = [entry for entry in load_registry().values() if entry.kind == 'reid']
    assert needed_models(config)[1][0] == known[-1]
    for entry in reversed(known):
        for file in entry.files:
            (tmp_path / file.name).touch()
        assert needed_models(config)[1][0] == entry


def test_an_unknown_network_is_refused():
    with pytest.raises(ModelError, match="unknown detector model 'yolo99'"):
        needed_models(updated(PipelineConfig(), {'detector.model': 'yolo99'}))
    with pytest.raises(ModelError, match="unknown reid model 'yolox_nano'"):
        needed_models(updated(PipelineConfig(), {'reid.model': 'yolox_nano'}))
