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

"""Recorded embeddings find the boxes that they belong to."""

import numpy as np
from person_tracker.evaluation.embeddings import networks_of
from person_tracker.evaluation.embeddings import read_embeddings
from person_tracker.evaluation.motchallenge import DetectionRows
from person_tracker.evaluation.motchallenge import read_detections
from person_tracker.evaluation.number_rows import FileFormatError
import pytest

FRAMES = np.array([1, 1, 2, 3])
BOXES = np.array([[10, 10, 30, 80], [100.3, 10, 30, 80], [10, 10, 30, 80], [12, 10, 30, 80]])
DETECTIONS = DetectionRows(FRAMES, BOXES, np.array([.9, .8, .05, .7]))
VECTORS = np.eye(4, 6)
DET = np.column_stack((FRAMES, BOXES, DETECTIONS.scores))


def archive(tmp_path, **arrays):
    """Write an archive and return its path."""
    path = tmp_path / 'embeddings.npz'
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize('rows', [
    [0, 1, 2, 3],      # the same rows
    [3, 1, 0, 2],      # in another order
    [0, 1, 3],         # without the box of low score
    [],                # none at all
])
def test_each_box_gets_its_own_embedding_and_zeros_where_there_is_none(tmp_path, rows):
    path = archive(tmp_path, det=DET[rows].astype(np.float32), net=VECTORS[rows])
    expected = np.zeros((4, 6))
    expected[rows] = VECTORS[rows]
    found = read_embeddings(path, 'net', DETECTIONS)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


def test_embeddings_are_normalised_after_their_half_precision(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(4, 512)).astype(np.float16)
    vectors[1] = 0
    found = read_embeddings(archive(tmp_path, det=DET, net=vectors), 'net', DETECTIONS)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 0, 1, 1], atol=1e-6)


def test_a_box_of_another_frame_is_another_box(tmp_path):
    later = DET[1:2] + [[1, 0, 0, 0, 0, 0]]
    with pytest.raises(FileFormatError, match='1 of its 1 boxes are not among them, first frame 2 '
                                              'box 100.3, 10.0, 30.0, 80.0'):
        read_embeddings(archive(tmp_path, det=later, net=VECTORS[1:2]), 'net', DETECTIONS)


def test_a_rounded_box_is_the_same_box_and_a_moved_one_is_not(tmp_path):
    det = DET.copy()
    det[:, 1] += .05
    assert read_embeddings(archive(tmp_path, det=det, net=VECTORS), 'net', DETECTIONS).any(1).all()
    det[2, 4] += .2
    with pytest.raises(FileFormatError, match='does not belong to these detections: 1 of its 4'):
        read_embeddings(archive(tmp_path, det=det, net=VECTORS), 'net', DETECTIONS)


def test_embeddings_without_any_detection_are_refused(tmp_path):
    nobody = DetectionRows(FRAMES[:0], BOXES[:0], DETECTIONS.scores[:0])
    with pytest.raises(FileFormatError, match='4 of its 4 boxes'):
        read_embeddings(archive(tmp_path, det=DET, net=VECTORS), 'net', nobody)


@pytest.mark.parametrize(('arrays', 'complaint'), [
    # wrong key
    ({'det': DET, 'other': VECTORS, 'third': VECTORS},
     "has no array 'net'; it holds det, other, third"),
    # no boxes
    ({'net': VECTORS}, "has no array 'det'; it holds net"),
    # fewer rows than boxes
    ({'det': DET, 'net': VECTORS[:3]},
     r'net must have shape \(4, D\), one row for each row of det, got \(3, 6\)'),
    # boxes without frame
    ({'det': BOXES, 'net': VECTORS}, r'det must have shape \(N, 5\) or wider, got \(4, 4\)'),
    # not finite
    ({'det': DET, 'net': np.full((4, 6), np.nan)}, 'net holds values that are not finite numbers'),
    # not numbers
    ({'det': DET, 'net': VECTORS.astype(str)}, 'net holds values that are not finite numbers'),
    # pickled objects are never loaded
    ({'det': DET, 'net': VECTORS.astype(object)}, 'is damaged'),
])
def test_an_archive_of_another_form_is_refused(tmp_path, arrays, complaint):
    with pytest.raises(FileFormatError, match=complaint):
        read_embeddings(archive(tmp_path, **arrays), 'net', DETECTIONS)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    path = tmp_path / 'det.txt'
    path.write_text('1,-1,5,6,7,8,.9\n')
    with pytest.raises(FileFormatError, match='is not an .npz archive'):
        read_embeddings(path, 'net', DETECTIONS)


def test_a_truncated_archive_is_refused(tmp_path):
    path = archive(tmp_path, det=DET, net=VECTORS)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(FileFormatError, match='is not an .npz archive'):
        read_embeddings(path, 'net', DETECTIONS)


@pytest.mark.parametrize(('folder', 'text', 'name', 'least'), [
    ('PETS09-S2L1', 'det.txt', 'public_embeddings.npz', 0.),
    ('mot17_first_half/MOT17-09', 'yolox_x.txt', 'yolox_x_embeddings.npz', .1),
])
def test_real_embeddings_cover_every_box_from_a_score_on(shared_data, folder, text, name, least):
    folder = shared_data / folder / 'det'
    rows = read_detections(folder / text)
    found = read_embeddings(folder / name, 'osnet_x0_25_msmt17', rows)
    assert found.shape == (len(rows), 512)
    assert found[rows.scores >= least].any(1).all()


def test_an_archive_tells_its_networks(tmp_path):
    assert networks_of(archive(tmp_path, det=DET, net=VECTORS, other=VECTORS)) == ['net', 'other']
    assert networks_of(archive(tmp_path, det=DET)) == []


def test_what_is_no_archive_has_no_networks(tmp_path):
    (tmp_path / 'text.npz').write_text('1,2,3')
    with pytest.raises(FileFormatError, match='is not an .npz archive'):
        networks_of(tmp_path / 'text.npz')
