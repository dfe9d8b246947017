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

"""Embeddings computed beforehand for the boxes of a detection file, in one `.npz` archive."""

from pathlib import Path
import zipfile

import numpy as np
from numpy.typing import NDArray
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.number_rows import FileFormatError
from scipy.spatial import cKDTree

BOX_TOLERANCE_PX = 0.1  # archives hold float32, detection files often one decimal
_BOXES = 'det'


def read_embeddings(path: Path, key: str, detections: DetectionRows) -> NDArray[np.float32]:
    """
    Read the embeddings of detections.

    The archive holds `det`, shape (M, 5) or wider, `frame, x, y, width, height`, and one array of
    shape (M, D) per network. Its rows may be fewer than the detections and in another order; they
    are joined by frame and box.

    Parameters
    ----------
    path
        The archive.
    key
        Name of the network's array.
    detections
        The detections that want embeddings.

    Returns
    -------
    NDArray
        Shape (N, D), L2-normalised; a row of zeros where the archive has no such box.

    Raises
    ------
    FileFormatError
        It is no such archive, has no such key, its arrays have not the same rows, or it holds a
        box that is not among the detections.

    """
    boxes, embeddings = _read_arrays(path, key)
    sources = _rows_by_box(path, boxes, detections)
    joined = np.zeros((len(detections), embeddings.shape[1]), np.float32)
    known = sources < len(boxes)
    joined[known] = embeddings[sources[known]]
    lengths = np.linalg.norm(joined, axis=1, keepdims=True)
    np.divide(joined, lengths, out=joined, where=lengths > 0)
    return joined


def networks_of(path: Path) -> list[str]:
    """
    Return the names of the networks whose embeddings an archive holds.

    Raises
    ------
    FileFormatError
        It is no archive.

    """
    _require_archive(path)
    with np.load(path, allow_pickle=False) as archive:
        return [name for name in archive.files if name != _BOXES]


def _read_arrays(path: Path, key: str) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    boxes, embeddings = _load(path, (_BOXES, key))
    if boxes.ndim != 2 or boxes.shape[1] < 5:
        raise FileFormatError(
            f'{path}: {_BOXES} must have shape (N, 5) or wider, got {boxes.shape}')
    if embeddings.ndim != 2 or len(embeddings) != len(boxes):
        raise FileFormatError(
            f'{path}: {key} must have shape ({len(boxes)}, D), one row for each row of {_BOXES}, '
            f'got {embeddings.shape}')
    for name, array in ((_BOXES, boxes), (key, embeddings)):
        if array.dtype.kind not in 'fiu' or not np.isfinite(array).all():
            raise FileFormatError(f'{path}: {name} holds values that are not finite numbers')
    return boxes[:, :5].astype(np.float64), embeddings.astype(np.float32)


def _load(path: Path, names: tuple[str, ...]) -> list[NDArray[np.generic]]:
    _require_archive(path)
    with np.load(path, allow_pickle=False) as archive:
        for name in names:
            if name not in archive.files:
                raise FileFormatError(
                    f'{path} has no array {name!r}; it holds {", ".join(archive.files)}')
        try:
            return [archive[name] for name in names]
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise FileFormatError(f'{path} is damaged: {error}') from None


def _require_archive(path: Path) -> None:
    with open(path, 'rb') as file:
        if not zipfile.is_zipfile(file):
            raise FileFormatError(f'{path} is not an .npz archive')


def _rows_by_box(path: Path, boxes: NDArray[np.float64],
                 detections: DetectionRows) -> NDArray[np.intp]:
    """Return for each detection its row in the archive, shape (N,); their number for none."""
    if not len(boxes):
        return np.zeros(len(detections), np.intp)
    wanted = np.column_stack((detections.frames, detections.boxes_xywh))
    limits = {'p': np.inf, 'distance_upper_bound': BOX_TOLERANCE_PX}
    if not len(wanted):
        strangers = np.ones(len(boxes), bool)
    else:
        strangers = cKDTree(wanted).query(boxes, **limits)[1] == len(wanted)
    if strangers.any():
        frame, *box = boxes[strangers][0]
        raise FileFormatError(
            f'{path} does not belong to these detections: {np.count_nonzero(strangers)} of its '
            f'{len(boxes)} boxes are not among them, first frame {frame:g} box '
            f'{", ".join(f"{value:.1f}" for value in box)}; frames and boxes must be the same in '
            'both')
    rows: NDArray[np.intp] = cKDTree(boxes).query(wanted, **limits)[1]
    return rows
