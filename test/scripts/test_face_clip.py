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

"""The clip of `scripts/demo faces`: who is shown when, and on which side."""

import face_clip
import numpy as np
from person_tracker.sources.opening import open_source
from person_tracker.sources.source import SourceConfig
import pytest

RED, GREEN = (0, 0, 255), (0, 255, 0)


def portrait(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((512, 512, 3), colour, np.uint8)


@pytest.fixture(scope='module')
def images() -> list[np.ndarray]:
    """Return the clip of two portraits of one colour each."""
    return list(face_clip.clip_images(portrait(RED), portrait(GREEN)))


def share_of(image: np.ndarray, channel: int) -> tuple[float, float]:
    """Return how much of the left and right half has a colour of this channel."""
    others = np.delete(image, channel, axis=2).max(axis=2)
    coloured = image[..., channel].astype(int) - others > 100
    middle = image.shape[1] // 2
    return float(coloured[:, :middle].mean()), float(coloured[:, middle:].mean())


@pytest.mark.parametrize('time_s, red_is_there, green_is_there', [
    (0.0, False, False),
    (5.0, True, False),
    (11.0, False, True),  # she has left, the other has come
    (17.0, True, True),  # she is back
    (23.0, True, False),
])
def test_one_stays_on_the_left_the_other_on_the_right(
        images, time_s, red_is_there, green_is_there):
    image = images[round(time_s * face_clip.RATE_HZ)]
    red, green = share_of(image, 2), share_of(image, 1)
    assert (red[0] > 0.3, green[1] > 0.3) == (red_is_there, green_is_there)
    assert red[1] < 0.15 and green[0] < 0.15


def test_file_has_every_image_at_its_rate(tmp_path, images):
    path = tmp_path / 'faces.mp4'
    face_clip.write_clip(path, portrait(RED), portrait(GREEN))
    with open_source(SourceConfig(uri=str(path))) as source:
        assert source.frame_rate_hz == pytest.approx(face_clip.RATE_HZ)
        read = [frame.image for frame in source]
    assert len(read) == len(images) == face_clip.DURATION_S * face_clip.RATE_HZ
    assert np.abs(read[50].astype(int) - images[50]).mean() < 10
