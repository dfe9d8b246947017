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

"""Recordings reach the tracker as they are, and sequences are joined without mixing people."""

from pathlib import Path
import sys

from benchmarks.comparison import OURS
from benchmarks.recording import joined
from benchmarks.recording import read_recording
from benchmarks.suite import followed
from benchmarks.suite import Suite
import numpy as np
from person_tracker.evaluation.motchallenge import GroundTruthRows
from person_tracker.evaluation.motchallenge import TrackRows
import pytest


def truth(frames, ids):
    count = len(frames)
    return GroundTruthRows(np.array(frames), np.array(ids), np.tile([1.0, 2.0, 30.0, 40.0],
                           (count, 1)), np.ones(count, bool), None)


def tracks(frames, ids):
    return TrackRows(np.array(frames, int), np.array(ids, int),
                     np.zeros((len(frames), 4)), np.ones(len(frames)))


def test_joined_sequences_share_neither_frames_nor_ids():
    whole, followed_ = joined([
        (truth([1, 2, 3], [1, 1, 2]), tracks([1, 4], [9, 9])),
        (truth([1, 1], [1, 2]), tracks([], [])),
        (truth([2], [1]), tracks([2], [9]))])
    np.testing.assert_array_equal(whole.frames, [1, 2, 3, 5, 5, 7])
    np.testing.assert_array_equal(followed_.frames, [1, 4, 7])
    assert len(np.unique(whole.track_ids)) == 5
    assert len(np.unique(followed_.track_ids)) == 2
    assert whole.classes is None


@pytest.fixture
def sequence(tmp_path):
    """Return the folder of a short sequence: one person walks, scores are per cent."""
    folder = tmp_path / 'STREET'
    for name in ('det', 'gt'):
        (folder / name).mkdir(parents=True)
    (folder / 'seqinfo.ini').write_text('[Sequence]\nname=STREET\nframeRate=10\n')
    rows = [(frame, 1, 10 + 2 * frame, 20, 30, 80) for frame in range(1, 31)]
    (folder / 'gt' / 'gt.txt').write_text(''.join(
        f'{frame},{person},{x},{y},{width},{height},1,1,1\n'
        for frame, person, x, y, width, height in rows))
    (folder / 'det' / 'det.txt').write_text(''.join(
        f'{frame},-1,{x},{y},{width},{height},90\n' for frame, _, x, y, width, height in rows))
    (folder / 'camera_motion.txt').write_text('2 1 0 0 0 1 0\n')
    return folder


def test_a_sequence_is_read_with_unit_scores_and_camera_motion(sequence):
    recording = read_recording(sequence, 'det.txt')
    assert recording.rate_hz == 10.0
    np.testing.assert_allclose(recording.detections.scores, 0.9)
    assert list(recording.motion) == [2]
    assert recording.embeddings is None


def test_one_who_walks_in_plain_sight_is_followed(sequence, tmp_path):
    pytest.importorskip('trackeval')
    suite = Suite('street', [read_recording(sequence, 'det.txt')]).saved(tmp_path)
    figures = followed(Path(sys.executable), OURS, [suite])['street']
    assert figures.IDSW == 0
    assert figures.track_ids == 1
    assert figures.MOTA > 90.0  # all but the images before a track is believed
