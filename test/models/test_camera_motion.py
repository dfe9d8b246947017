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

"""The camera's motion is found in the background, and never made up."""

import cv2
import numpy as np
from person_tracker.core.settings import SettingError
from person_tracker.models.camera_motion import CameraMotion
from person_tracker.models.camera_motion import CameraMotionConfig
import pytest

WIDTH, HEIGHT = 640, 360
NOBODY = np.empty((0, 4), np.float32)
STILL = np.eye(2, 3)


def texture(seed=1, width=WIDTH, height=HEIGHT):
    """Return an image with blobs of many sizes."""
    random = np.random.default_rng(seed)
    grey = np.zeros((height, width), np.float32)
    for cell in (4, 8, 16, 32):
        noise = random.uniform(0, 255, (height // cell + 1, width // cell + 1))
        grey += cv2.resize(
            noise.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC) / 4
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def similarity(right=0.0, down=0.0, turn_deg=0.0, zoom=1.0):
    """Return a map that turns and zooms about the middle and then shifts, pixels."""
    affine = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), turn_deg, zoom)
    affine[:, 2] += right, down
    return affine


def moved(image, affine):
    """Return what a camera sees after the motion."""
    return cv2.warpAffine(image, affine, image.shape[1::-1], flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_REFLECT)


def largest_error_px(found, true):
    """Return by how much two maps differ at the worst corner of the image."""
    corners = np.array([[0, WIDTH, 0, WIDTH], [0, 0, HEIGHT, HEIGHT], [1, 1, 1, 1]])
    return np.linalg.norm((found - true) @ corners, axis=0).max()


def between(first, second, boxes_xyxy=NOBODY, **config):
    """Return the motion from one image to another."""
    motion = CameraMotion(CameraMotionConfig(**config))
    assert motion.estimate(first, boxes_xyxy) is None
    return motion.estimate(second, boxes_xyxy)


@pytest.mark.parametrize('true', [
    similarity(right=8),                                          # pan: one axis alone
    similarity(down=-5),                                          # tilt
    similarity(right=-30, down=12),                               # fast
    similarity(right=0.7, down=0.7),                              # slow
    similarity(turn_deg=1.5),                                     # roll
    similarity(zoom=1.04),                                        # towards
    similarity(zoom=0.96),                                        # away
    similarity(right=6, down=-4, turn_deg=-1.0, zoom=1.02),       # all of it
])
def test_a_known_motion_is_found_within_a_fraction_of_a_pixel(true):
    found = between(texture(), moved(texture(), true))
    assert largest_error_px(found, true) < 0.4


def test_every_image_is_compared_with_the_one_before():
    motion, image = CameraMotion(), texture()
    steps = [similarity(right=3), similarity(down=4), similarity(right=-6, zoom=1.01)]
    motion.estimate(image, NOBODY)
    for true in steps:
        image = moved(image, true)
        assert largest_error_px(motion.estimate(image, NOBODY), true) < 0.4


def test_a_camera_at_rest_is_exactly_at_rest():
    noise = np.random.default_rng(2).normal(0.0, 2.0, (HEIGHT, WIDTH, 3))
    noisy = np.clip(texture() + noise, 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(between(texture(), texture()), STILL)
    np.testing.assert_array_equal(between(texture(), noisy), STILL)


@pytest.mark.parametrize('share', [0.1, 0.2, 0.4])
def test_a_pan_is_found_although_a_part_of_the_image_stays(share):
    # Of a pan, half of all coordinates do not change, and those of a burnt-in caption never do.
    true = similarity(right=8)
    seen = moved(texture(), true)
    seen[:int(share * HEIGHT)] = texture()[:int(share * HEIGHT)]
    assert largest_error_px(between(texture(), seen), true) < 0.6


def with_people(image, boxes, seed):
    """Return the image with a texture of its own in each box."""
    image = image.copy()
    for number, (x_min, y_min, x_max, y_max) in enumerate(np.asarray(boxes, int)):
        image[y_min:y_max, x_min:x_max] = texture(seed + number, x_max - x_min, y_max - y_min)
    return image


def test_people_who_all_walk_the_same_way_do_not_move_the_camera():
    start = np.array([[20 + 80 * number, 40, 80 + 80 * number, 340] for number in range(7)])
    first = with_people(texture(), start, seed=10)
    second = with_people(texture(), start + [8, 0, 8, 0], seed=10)
    assert largest_error_px(between(first, second, start), STILL) < 1.0
    # They fill the picture: without their boxes they would count.
    assert largest_error_px(between(first, second), STILL) > 4.0


@pytest.mark.parametrize('box', [
    [-50, -50, -10, -10],              # beside the image
    [-500, 100, 20, 5000],             # far beyond it
    [300, 200, 300, 200],              # no area
    [300, 200, 200, 100],              # inside out
    [np.nan, 100, 200, 300],           # no number
    [100, 100, np.inf, 300],
    [-np.inf, -np.inf, np.inf, np.inf],
    [-1e38, 0, 1e38, 100],             # too large for whole numbers
])
@pytest.mark.filterwarnings('error')
def test_boxes_that_are_odd_leave_the_background(box):
    true = similarity(right=8, down=3)
    found = between(texture(), moved(texture(), true), np.array([box], np.float32))
    assert largest_error_px(found, true) < 0.4


def test_a_person_who_fills_the_image_leaves_nothing_known():
    everywhere = np.array([[0, 0, WIDTH, HEIGHT]], np.float32)
    assert between(texture(), moved(texture(), similarity(right=8)), everywhere) is None


@pytest.mark.parametrize('other', [
    np.zeros((HEIGHT, WIDTH, 3), np.uint8),               # black
    np.full((HEIGHT, WIDTH, 3), 200, np.uint8),           # a wall
    texture(width=WIDTH // 2, height=HEIGHT // 2),        # the same picture, half the size
    texture(width=HEIGHT, height=WIDTH),                  # upright
])
def test_nothing_is_known_of_an_image_that_cannot_be_compared_and_all_is_of_the_next(other):
    motion, true = CameraMotion(), similarity(right=4)
    assert motion.estimate(texture(), NOBODY) is None
    assert motion.estimate(other, NOBODY) is None
    assert motion.estimate(texture(), NOBODY) is None
    assert largest_error_px(motion.estimate(moved(texture(), true), NOBODY), true) < 0.4


def test_a_strong_zoom_or_another_scene_is_never_made_up():
    for zoom in (0.3, 0.6, 1.5, 3.0):
        assert between(texture(), moved(texture(), similarity(zoom=zoom))) is None
    for seed in range(2, 22):
        found = between(texture(), texture(seed))
        if found is not None:
            assert 0.8 <= np.hypot(found[0, 0], found[0, 1]) <= 1.25


def test_a_smaller_width_and_fewer_points_still_find_it_and_may_change_at_any_time():
    motion, true = CameraMotion(), similarity(right=6, down=2)
    motion.estimate(texture(), NOBODY)
    motion.config = CameraMotionConfig(width=160, max_points=30)
    assert motion.estimate(texture(), NOBODY) is None  # of another size inside
    found = motion.estimate(moved(texture(), true), NOBODY)
    assert largest_error_px(found, true) < 1.5


def test_with_fewer_points_than_asked_for_nothing_is_known():
    assert between(texture(), moved(texture(), similarity(right=8)),
                   max_points=40, min_points=41) is None


def test_two_cameras_know_nothing_of_each_other():
    first, second = CameraMotion(), CameraMotion()
    first.estimate(texture(), NOBODY)
    assert second.estimate(texture(), NOBODY) is None


def test_images_and_boxes_are_not_changed():
    image, box = texture(), np.array([[10, 10, 90, 200]], np.float32)
    image.setflags(write=False)
    box.setflags(write=False)
    between(image, image, box)


@pytest.mark.parametrize(('values', 'complaint'), [
    ({'origin': 'gyroscope'}, 'origin must be one of image, odometry, none'),
    ({'width': 63}, r'width must be in \[64, 1920\] px, got 63'),
    ({'width': 320.0}, 'width must be a whole number'),
    ({'max_points': 7}, r'max_points must be in \[8, 2000\]'),
    ({'min_points': 3}, r'min_points must be in \[4, 2000\]'),
])
def test_settings_are_checked(values, complaint):
    with pytest.raises(SettingError, match=complaint):
        CameraMotionConfig(**values)
