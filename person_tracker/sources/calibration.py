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

"""Read the YAML file that ROS's camera_calibration writes."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.geometry import CameraModel
from person_tracker.core.geometry import DISTORTION_SIZES
import yaml


class CalibrationError(ValueError):
    """A calibration file is missing or wrong; the text names file, key and what is expected."""


def read_calibration(path: str | Path) -> CameraModel:
    """
    Return the camera that a calibration file describes.

    Parameters
    ----------
    path
        YAML with `image_width`, `image_height`, `camera_matrix`, `distortion_model`,
        `distortion_coefficients`, `rectification_matrix`, `projection_matrix`.

    Raises
    ------
    CalibrationError
        The file cannot be read, a key is missing, or a value is not what it must be.

    """
    content = _load(Path(path))
    try:
        model = _distortion_model(content)
        return CameraModel(
            width=_whole_number(content, 'image_width'),
            height=_whole_number(content, 'image_height'),
            distortion_model=model,
            distortion=_matrix(
                content, 'distortion_coefficients', 1, DISTORTION_SIZES[model])[0],
            K=_matrix(content, 'camera_matrix', 3, 3),
            R=_matrix(content, 'rectification_matrix', 3, 3),
            P=_matrix(content, 'projection_matrix', 3, 4))
    except ValueError as error:
        raise CalibrationError(f'{path}: {error}') from None


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise CalibrationError(f'{path} cannot be read: {error.strerror}') from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace('\n', ' ')
        raise CalibrationError(f'{path} is no valid YAML: {reason}') from None
    if not isinstance(content, dict):
        raise CalibrationError(
            f'{path} must hold keys such as image_width and camera_matrix, as the '
            'camera_calibration tool writes them')
    return content


def _value(content: dict[str, Any], key: str) -> Any:
    if key not in content:
        raise ValueError(f'key {key} is missing')
    return content[key]


def _whole_number(content: dict[str, Any], key: str) -> int:
    value = _value(content, key)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f'{key} must be a positive whole number of pixels, got {value!r}')
    return value


def _distortion_model(content: dict[str, Any]) -> str:
    model = _value(content, 'distortion_model')
    if not isinstance(model, str) or model not in DISTORTION_SIZES:
        raise ValueError(
            f'distortion_model must be one of {", ".join(DISTORTION_SIZES)}, got {model!r}')
    return model


def _matrix(content: dict[str, Any], key: str, rows: int, columns: int) -> NDArray[np.float64]:
    value = _value(content, key)
    data = value.get('data') if isinstance(value, dict) else None
    try:
        array = np.array(data, np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.shape != (rows * columns,):
        raise ValueError(
            f'{key} must have data with {rows * columns} numbers ({rows} x {columns}), '
            f'got {value!r}')
    return array.reshape(rows, columns)
