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

"""Presets: every shipped one is of use to both commands, and any other is refused clearly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from person_tracker.commands.multicamera import MulticameraConfig
from person_tracker.commands.people_config import PeopleConfig
from person_tracker.commands.presets import with_preset
from person_tracker.commands.run import RunConfig
from person_tracker.commands.track import TrackCommandConfig
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import walk
from person_tracker.core.tracker import Tracker
from person_tracker.core.types import Detections
from person_tracker.models.errors import ModelError
from person_tracker.models.faces import needed_face_models
from person_tracker.models.fetching import verify
from person_tracker.pipeline import needed_models
from person_tracker.pipeline import PipelineConfig
from person_tracker.presets import preset_names
import pytest

CONFIG = Path(__file__).resolve().parents[2] / 'config'
COMMANDS = [RunConfig, TrackCommandConfig]


def written(path, text):
    """Write a file of parameters of the node `tracker`."""
    path.write_text(f'/**/tracker:\n  ros__parameters:\n    {text}\n', encoding='utf-8')
    return str(path)


def changes(config, preset):
    """Return the settings that a preset changes, by name."""
    before = {name: value for name, value, _ in walk(config)}
    return {name: value for name, value, _ in walk(with_preset(config, preset))
            if value != before[name]}


@pytest.mark.parametrize('command', COMMANDS)
@pytest.mark.parametrize('preset', preset_names())
def test_every_preset_changes_what_both_commands_do(command, preset):
    assert changes(command(), preset)


def test_tracking_is_the_same_in_both_commands():
    for preset in preset_names():
        assert (with_preset(RunConfig(), preset).tracker
                == with_preset(TrackCommandConfig(), preset).tracker)


@pytest.mark.parametrize('preset', preset_names())
def test_every_network_of_a_preset_can_be_had_or_it_is_said_how(preset, tmp_path):
    faces = with_preset(PeopleConfig(), preset).face
    for networks in (lambda: needed_models(with_preset(PipelineConfig(), preset)),
                     lambda: needed_face_models(replace(faces, models_folder=str(tmp_path)))):
        try:
            entries = networks()
        except ModelError as error:
            assert 'onnx is missing: ' in str(error) and 'models add' in str(error)
            continue
        for entry, _ in entries:
            assert entry.sources, entry.name
            with pytest.raises(ModelError, match='which does not exist; run: person_tracker'):
                verify(entry, tmp_path)


def test_yolov8_with_facenet_follows_by_place_and_names_by_faces_alone():
    config = with_preset(RunConfig(), 'yolov8_facenet')
    assert (config.detector.model, config.use_appearance) == ('yolov8n', False)
    people = with_preset(PeopleConfig(), 'yolov8_facenet')
    assert people.face.encoder == 'facenet512_casia'
    assert not people.identity.learning.strangers and people.identity.body.carry_name_s == 0.0


def test_fairmot_is_one_network_with_the_settings_of_its_tracker():
    config = with_preset(RunConfig(), 'fairmot')
    assert config.use_one_shot and config.use_appearance and config.one_shot.model == 'fairmot'
    assert (config.one_shot.min_score, config.one_shot.max_detections) == (0.4, 500)
    tracker = config.tracker
    assert (tracker.appearance.max_distance, tracker.appearance.mean_weight) == (0.4, 0.9)
    assert (tracker.matching.appearance_weight, tracker.matching.max_iou_distance) == (0.98, 0.5)
    assert tracker.motion.form == 'xyah' and tracker.max_lost_s == 1.0


def test_faces_of_the_edge_device_are_told_by_machines_over_openface():
    config = with_preset(RunConfig(), 'coral_openface_svm')
    assert config.detector.model == 'ssd_mobilenet_v2_coco_edgetpu'
    assert (config.detector.backend, config.detector.device) == ('litert', 'edgetpu')
    people = with_preset(PeopleConfig(), 'coral_openface_svm')
    assert people.face.encoder == 'openface_nn4_small2'
    assert people.identity.classifier == 'svm'


def test_deep_sort_has_the_settings_of_its_system():
    config = with_preset(RunConfig(), 'openvino_deepsort')
    assert config.detector.model == 'person-detection-0202'
    assert config.reid.model == 'person-reidentification-retail-0287'
    assert config.detector.backend == config.reid.backend == 'openvino'
    tracker = config.tracker
    assert tracker.appearance.max_distance == 0.6
    assert (tracker.appearance.memory, tracker.appearance.budget) == ('nearest', 100)
    assert tracker.matching.max_iou_distance == 0.7
    assert tracker.matching.order == 'cascade'
    assert tracker.confirm_hits == 3
    assert tracker.max_lost_s == pytest.approx(70 / 30, abs=1e-3)
    assert not tracker.use_low_scores


def test_the_multi_camera_system_has_its_settings():
    config = with_preset(RunConfig(), 'multicamera_youtu')
    assert (config.detector.model, config.detector.backend) == ('yolov4_tiny', 'opencv')
    assert config.reid.model == 'person_reid_youtu_2021nov'
    assert config.detect_every == with_preset(
        TrackCommandConfig(), 'multicamera_youtu').detect_every == 3
    assert config.looks.is_on
    assert config.tracker.matching.use_clear_pairs
    assert config.tracker.appearance.max_distance == 0.5
    assert (config.tracker.appearance.memory, config.tracker.appearance.mean_weight) == (
        'mean', 0.9)


def test_the_multi_camera_system_joins_cameras_by_its_own_rule():
    config = with_preset(MulticameraConfig(), 'multicamera_youtu')
    identity = config.identity
    assert identity.rule == 'mean'
    assert (identity.mean.threshold, identity.mean.momentum) == (0.5, 0.9)
    assert (identity.body.interval_s, identity.body.min_quality) == (0.0, 0.0)  # every look
    assert config.tracker == with_preset(TrackCommandConfig(), 'multicamera_youtu').tracker
    assert MulticameraConfig().identity.rule == 'evidence'


@pytest.mark.parametrize(('frames_away', 'ids'), [(69, {1}), (72, {1, 2})])
def test_deep_sort_keeps_whom_it_does_not_see_for_70_frames(frames_away, ids):
    tracker = Tracker(with_preset(TrackCommandConfig(), 'openvino_deepsort').tracker)
    seen = Detections(np.array([[100, 50, 140, 150]]), np.array([0.9]), np.eye(1, 16))
    found = set()
    for frame in range(20 + frames_away):
        is_away = 10 <= frame < 9 + frames_away
        tracks = tracker.update(Detections.empty() if is_away else seen, frame / 30)
        found |= set(tracks.confirmed().track_ids.tolist())
    assert found == ids


@pytest.mark.parametrize('command', COMMANDS)
def test_without_a_preset_nothing_changes(command):
    assert with_preset(command(), None) == command()


@pytest.mark.parametrize('command', COMMANDS)
@pytest.mark.parametrize('name', ['tracker.yaml', 'demo.yaml'])
def test_the_files_of_the_nodes_can_be_given_too(command, name):
    with_preset(command(), str(CONFIG / name))
    if name == 'tracker.yaml':  # which shows the defaults
        assert with_preset(command(), str(CONFIG / name)) == command()


@pytest.mark.parametrize('text', [
    'matching.max_iou_distance: 0.65',          # as nodes call it
    'matching:\n      max_iou_distance: 0.65',  # maps in maps, as ROS takes and dumps them
    'matching: {max_iou_distance: 0.65}\n    camera: left\n    listens_to: detections',
])
@pytest.mark.parametrize('node', ['/**/tracker', 'tracker', '/camera/tracker'])
def test_a_file_of_ones_own_works(tmp_path, node, text):
    path = written(tmp_path / 'own.yml', text)
    Path(path).write_text(Path(path).read_text().replace('/**/tracker', node))
    for command in COMMANDS:
        assert changes(command(), path) == {'tracker.matching.max_iou_distance': 0.65}


def test_parameters_of_nodes_that_a_command_does_without_are_left_out(tmp_path):
    path = tmp_path / 'own.yaml'
    path.write_text('reid: {ros__parameters: {min_quality: 0.5, camera_motion.mount_yaw_deg: 9.0, '
                    'camera_motion.origin: none}}\n'
                    'visualiser: {ros__parameters: {trail_s: 9.0}}\n'
                    'detector: {ros__parameters: {every: 4}}\n')
    assert changes(TrackCommandConfig(), str(path)) == {'detect_every': 4}
    assert changes(RunConfig(), str(path)) == {
        'detect_every': 4, 'reid.min_quality': 0.5, 'camera_motion.origin': 'none'}


@pytest.mark.parametrize('preset', ['', 'deepsort', '../tracker', 'openvino_deepsort.yml2'])
def test_an_unknown_preset_is_refused_and_the_known_ones_named(preset):
    with pytest.raises(SettingError) as refused:
        with_preset(RunConfig(), preset)
    assert str(refused.value) == (
        f'unknown preset {preset!r}; known are {", ".join(preset_names())}, or the path of a '
        '.yaml file')


@pytest.mark.parametrize(('text', 'complaint'), [
    ('max_lost_s: -1.0', r'preset .*own.yaml: tracker.max_lost_s must be in \(0, 3600\] s'),
    ('max_lost_s: soon', "tracker.max_lost_s must be a number, got 'soon'"),
    ('confirm_hits:', 'tracker.confirm_hits must be a whole number, got None'),
    ('confirm_hits: [3]', r'tracker.confirm_hits must be a whole number, got \[3\]'),
    ('confirm_hits: 2.5', 'tracker.confirm_hits must be a whole number, got 2.5'),
    ('speed: 3', r"preset .*own.yaml: unknown setting 'tracker.speed'; known are detect_every"),
    ('matching: {sequence: cascade}', "unknown setting 'tracker.matching.sequence'"),
])
def test_unknown_names_and_values_are_refused(tmp_path, text, complaint):
    with pytest.raises(SettingError, match=complaint):
        with_preset(TrackCommandConfig(), written(tmp_path / 'own.yaml', text))
