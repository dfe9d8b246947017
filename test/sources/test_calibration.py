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

"""Calibration files, right and wrong."""

from pathlib import Path

import numpy as np
from person_tracker.sources.calibration import CalibrationError
from person_tracker.sources.calibration import read_calibration
import pytest
import yaml

CONTENT = """\
image_width: 640
image_height: 480
camera_name: head
camera_matrix:
  rows: 3
  cols: 3
  data: [500, 0, 320.5, 0, 510, 240.5, 0, 0, 1]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: [0.1, -0.2, 0.001, 0.002, 0]
rectification_matrix:
  rows: 3
  cols: 3
  data: [1, 0, 0, 0, 1, 0, 0, 0, 1]
projection_matrix:
  rows: 3
  cols: 4
  data: [490, 0, 321, 0, 0, 500, 241, 0, 0, 0, 1, 0]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / 'camera.yaml'
    path.write_text(text)
    return path


def test_file_of_camera_calibration_is_read(tmp_path):
    camera = read_calibration(write(tmp_path, CONTENT))
    assert (camera.width, camera.height, camera.distortion_model) == (640, 480, 'plumb_bob')
    np.testing.assert_array_equal(camera.distortion, [0.1, -0.2, 0.001, 0.002, 0])
    np.testing.assert_array_equal(camera.K, [[500, 0, 320.5], [0, 510, 240.5], [0, 0, 1]])
    np.testing.assert_array_equal(camera.R, np.eye(3))
    np.testing.assert_array_equal(
        camera.P, [[490, 0, 321, 0], [0, 500, 241, 0], [0, 0, 1, 0]])


@pytest.mark.parametrize('key', [
    'image_width', 'image_height', 'camera_matrix', 'distortion_model',
    'distortion_coefficients', 'rectification_matrix', 'projection_matrix'])
def test_missing_key_is_named(tmp_path, key):
    content = yaml.safe_load(CONTENT)
    del content[key]
    path = write(tmp_path, yaml.safe_dump(content))
    with pytest.raises(CalibrationError, match=f'{path}: key {key} is missing'):
        read_calibration(path)


@pytest.mark.parametrize(('key', 'value', 'message'), [
    ('image_width', 'wide', "image_width must be a positive whole number .* got 'wide'"),
    ('image_height', -1, 'image_height must be a positive whole number of pixels, got -1'),
    ('image_height', True, 'image_height must be a positive whole number of pixels, got True'),
    ('distortion_model', 'round', 'distortion_model must be one of plumb_bob, .*, got .round'),
    ('distortion_model', ['plumb_bob'], 'distortion_model must be one of'),
    ('camera_matrix', {'data': [1, 2]}, r'camera_matrix must have data with 9 numbers \(3 x 3\)'),
    ('camera_matrix', {'data': ['a'] * 9}, 'camera_matrix must have data with 9 numbers'),
    ('camera_matrix', [1] * 9, 'camera_matrix must have data with 9 numbers'),
    ('camera_matrix', {'data': [0] * 9}, 'focal lengths in K must be positive, got 0 and 0'),
    ('camera_matrix', {'data': [float('nan')] * 9}, 'K must be finite'),
    ('distortion_coefficients', {'data': [0] * 4}, 'must have data with 5 numbers'),
    ('projection_matrix', {'data': None}, 'projection_matrix must have data with 12 numbers'),
])
def test_wrong_value_is_named_with_what_is_expected(tmp_path, key, value, message):
    content = yaml.safe_load(CONTENT)
    content[key] = value
    with pytest.raises(CalibrationError, match=message):
        read_calibration(write(tmp_path, yaml.safe_dump(content)))


@pytest.mark.parametrize(('text', 'message'), [
    ('', 'must hold keys such as image_width'),  # empty
    ('- 1\n- 2\n', 'must hold keys such as image_width'),  # a list
    ('a: [1', 'is no valid YAML'),  # broken
])
def test_other_text_is_refused(tmp_path, text, message):
    with pytest.raises(CalibrationError, match=message):
        read_calibration(write(tmp_path, text))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(CalibrationError, match='none.yaml cannot be read: No such file'):
        read_calibration(tmp_path / 'none.yaml')
