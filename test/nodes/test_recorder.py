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

"""Node `recorder`: video, tracks, contact sheet and figures of one camera, finished at the end."""

from builtin_interfaces.msg import Time
import cv2
from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
import numpy as np
from person_tracker.core.types import Frame
from person_tracker.nodes.conversions import box_to_msg
from person_tracker.nodes.images import frame_to_msg
from person_tracker.nodes.recorder import RecorderNode
from person_tracker.nodes.recording import Recording
from person_tracker_msgs.msg import CameraImage
from person_tracker_msgs.msg import TrackedPerson
from person_tracker_msgs.msg import TrackedPersonArray
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import Header

FIRST_NS = 1_700_000_000_500_000_000
TENTH_NS = 100_000_000


def recording_of(folder, *, images: int = 0, people: int = 0, published: int = 0) -> list[str]:
    """Record at 10 Hz, one person walking, and return the names of the files."""
    recording = Recording(folder, 'gate', 10.0)
    for number in range(people):
        recording.add_people(
            FIRST_NS + number * TENTH_NS, FIRST_NS, 0.02, np.array([4]),
            np.array([[number, 10, number + 20, 50]], np.float32), np.array([0.5], np.float32))
    for number in range(images):
        image = np.full((48, 64, 3), number % 250, np.uint8)
        recording.add_image(Frame(image, FIRST_NS + number * TENTH_NS), FIRST_NS)
    nodes = {'detector': {'latency_median_s': '0.010', 'latency_p95_s': '0.020',
                          'processed': '7', 'dropped': '2'}, 'camera': {}}
    return [path.name for path in recording.close(published, nodes)]


def test_recording_keeps_video_tracks_sheet_and_figures(tmp_path):
    names = recording_of(tmp_path, images=30, people=30, published=32)
    assert names == ['gate_tracked.mp4', 'tracks.txt', 'summary.md', 'gate_sheet.png']
    video = cv2.VideoCapture(str(tmp_path / 'gate_tracked.mp4'))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 30
    rows = (tmp_path / 'tracks.txt').read_text().splitlines()
    assert rows[0] == '1,4,0.00,10.00,20.00,40.00,0.5000,-1,-1,-1'
    assert [int(row.split(',')[0]) for row in rows] == list(range(1, 31))
    summary = (tmp_path / 'summary.md').read_text()
    assert '| detector | 10.0 | 20.0 | 7 | 2 |' in summary
    assert 'nan' in summary.splitlines()[-1]  # the camera did not say how late it was


def test_recording_of_nothing_still_ends_with_a_summary(tmp_path):
    assert recording_of(tmp_path / 'new' / 'folder') == ['tracks.txt', 'summary.md']


def test_images_left_out_keep_their_number(tmp_path):
    recording = Recording(tmp_path, 'gate', 10.0)
    for number in (0, 1, 5):
        recording.add_people(
            FIRST_NS + number * TENTH_NS + 3_000_000, FIRST_NS, 0.02, np.array([1]),
            np.array([[0, 0, 5, 5]], np.float32), np.array([0.5], np.float32))
    recording.close(6, {})
    rows = (tmp_path / 'tracks.txt').read_text().splitlines()
    assert [row.split(',')[0] for row in rows] == ['1', '2', '6']


@pytest.mark.parametrize('images', [1, 11, 12, 13, 100])
def test_sheet_shows_moments_of_the_whole_run(tmp_path, images):
    recording_of(tmp_path, images=images)
    sheet = cv2.imread(str(tmp_path / 'gate_sheet.png'))
    assert sheet is not None
    brightest = sheet.reshape(-1, 3).min(axis=1)
    if images > 6:  # late images are on it
        assert (brightest >= images // 2).sum() > 500


def test_recorder_writes_what_it_heard_when_it_ends(ros, tmp_path):
    recorder = ros.make(RecorderNode, {
        'output': str(tmp_path / 'out'), 'name': 'gate', 'camera': 'left'})
    people, images, diagnostics = (
        ros.speaker(kind, topic) for kind, topic in (
            (TrackedPersonArray, '/camera/people'), (Image, '/camera/image_annotated'),
            (DiagnosticArray, '/diagnostics')))
    for number in range(5):
        stamp_ns = FIRST_NS + number * TENTH_NS
        header = Header(stamp=Time(sec=stamp_ns // 10 ** 9, nanosec=stamp_ns % 10 ** 9))
        pictures = [CameraImage(header=header, camera='left')]
        people.publish(TrackedPersonArray(images=pictures, people=[
            TrackedPerson(track_id=number_of, camera=camera, state=state, score=0.5,
                          bbox=box_to_msg(np.array([20.0, 20, 10, 30])))
            for number_of, camera, state in [
                (1, 'left', TrackedPerson.CONFIRMED), (2, 'left', TrackedPerson.OCCLUDED),
                (1, 'right', TrackedPerson.CONFIRMED)]]))
        people.publish(TrackedPersonArray(  # answers no image of this camera
            images=[CameraImage(header=header, camera='right')]))
        images.publish(frame_to_msg(Frame(np.zeros((48, 64, 3), np.uint8), stamp_ns)))
    values = {'first_stamp_ns': FIRST_NS - 2 * TENTH_NS, 'processed': 9}
    diagnostics.publish(DiagnosticArray(status=[DiagnosticStatus(
        name='left/camera', values=[KeyValue(key=key, value=str(value))
                                    for key, value in values.items()])]))
    ros.spin(0.5)
    ros.destroy(recorder)
    rows = (tmp_path / 'out' / 'tracks.txt').read_text().splitlines()
    # Two images went by before the first of these; only people seen by the left camera count.
    assert [row.split(',')[:2] for row in rows] == [[str(number), '1'] for number in range(3, 8)]
    video = cv2.VideoCapture(str(tmp_path / 'out' / 'gate_tracked.mp4'))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    assert '| camera |' in (tmp_path / 'out' / 'summary.md').read_text()
