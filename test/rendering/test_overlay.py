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

"""Laws of what is drawn on images."""

import time

import numpy as np
from person_tracker.core.tracks import TrackState
from person_tracker.rendering.colours import colour_of
from person_tracker.rendering.overlay import draw_people
from person_tracker.rendering.overlay import paint
from person_tracker.rendering.overlay import PersonMark
import pytest

NAN = float('nan')


def black(width=320, height=240):
    return np.zeros((height, width, 3), np.uint8)


def has_colour(image, colour):
    return bool((image == colour).all(axis=2).any())


def outline(image, box):
    """Return which pixels of a box's left edge are lit."""
    x, top, _, bottom = box
    return image[top:bottom, x].max(axis=1) > 100


def test_input_stays_as_it_is():
    image = black()
    drawn = draw_people(image, [PersonMark(1, (10, 40, 60, 200), 'Ana')], status='camera')
    assert not image.any()
    assert drawn.any()
    assert drawn.shape == image.shape


def test_nobody_and_no_status_give_an_equal_copy():
    image = black()
    drawn = draw_people(image, [])
    np.testing.assert_array_equal(drawn, image)
    assert not np.shares_memory(drawn, image)


@pytest.mark.parametrize('box', [
    (-50, -50, -10, -10),  # outside, upper left
    (400, 50, 500, 90),  # outside, right
    (-60, 50, 0, 90),  # touches the left edge from outside
    (10, 50, 10, 90),  # no width
    (60, 90, 10, 50),  # reversed
    (NAN, 50, 60, 90),  # not a number
    (10, 50, np.inf, 90),  # infinite
])
def test_box_that_cannot_be_seen_draws_nothing(box):
    assert not draw_people(black(), [PersonMark(1, box, 'Ana')]).any()


@pytest.mark.parametrize('box', [
    (-50, -50, 100, 100),  # partly outside
    (-1e9, -1e9, 1e9, 1e9),  # far larger than the image
    (300, 230, 319.6, 239.6),  # in the corner
    (0, 0, 320, 240),  # the whole image
    (5.2, 5.2, 5.9, 5.9),  # less than a pixel
])
@pytest.mark.parametrize('state', list(TrackState))
def test_box_at_any_place_is_drawn_in_any_state(box, state):
    trail = np.array([[-1e9, 5], [50, 60], [1e9, 70], [NAN, 1]], np.float32)
    mark = PersonMark(1, box, 'a long label of somebody', state, trail=trail)
    draw_people(black(), [mark], status='x' * 200)


def test_confirmed_is_solid_occluded_dashed_tentative_grey():
    box = (100, 60, 180, 220)
    images = {
        state: draw_people(black(), [PersonMark(3, box, 'Ana', state)]) for state in TrackState}
    assert outline(images[TrackState.CONFIRMED], box)[:-2].all()
    dashed = outline(images[TrackState.OCCLUDED], box)
    assert 0.3 < dashed.mean() < 0.7
    assert has_colour(images[TrackState.OCCLUDED], colour_of('3'))
    for state in (TrackState.UNKNOWN, TrackState.TENTATIVE, TrackState.LOST):
        assert outline(images[state], box).any()
        assert (images[state].max(axis=2) == images[state].min(axis=2)).all()
        assert not images[state][:59].any()  # no label


def test_colour_follows_the_person_over_tracks():
    box = (100, 60, 180, 220)
    one = draw_people(black(), [PersonMark(3, box, colour_key='p7')])
    other = draw_people(black(), [PersonMark(8, box, colour_key='p7')])
    np.testing.assert_array_equal(one, other)
    assert has_colour(one, colour_of('p7'))


def test_trail_fades_towards_its_oldest_point():
    trail = np.array([[x, 120] for x in range(20, 300, 10)], np.float32)
    drawn = draw_people(black(), [PersonMark(3, (NAN,) * 4, trail=trail)])
    row = drawn[120].max(axis=1).astype(int)
    assert 0 < row[25] < row[150] < row[280]
    assert row[299] == 0


def test_labels_of_people_at_one_place_do_not_hide_each_other():
    boxes = [(100, 100, 200, 200), (102, 100, 204, 202)]
    drawn = draw_people(
        black(), [PersonMark(number, box, 'Ana Maria') for number, box in enumerate(boxes, 1)])
    for number in (1, 2):
        filled = (drawn == colour_of(str(number))).all(axis=2).sum(axis=1)
        assert filled.max() > 20  # a row of the plate beside its letters


def test_label_at_the_edge_stays_inside():
    drawn = draw_people(black(), [PersonMark(2, (290, 1, 319, 100), 'Ana Maria Luisa')])
    # The plate is as wide as its text and would reach beyond the right edge.
    plate = (drawn == colour_of('2')).all(axis=2)
    assert plate[:, :250].any()


def test_status_is_in_the_upper_left_corner():
    drawn = draw_people(np.full((240, 320, 3), 200, np.uint8), [], status='camera')
    assert drawn[:20, :40].min() < 100
    assert (drawn[100:] == 200).all()


def test_lines_grow_with_the_image():
    def line_px(scale):
        drawn = draw_people(
            black(640 * scale, 480 * scale),
            [PersonMark(3, (50 * scale, 50 * scale, 90 * scale, 400 * scale))])
        return int((drawn[200 * scale, :70 * scale].max(axis=1) > 100).sum())
    assert line_px(4) > 2 * line_px(1)


@pytest.mark.parametrize('image', [
    np.zeros((20, 30), np.uint8), np.zeros((20, 30, 4), np.uint8), np.zeros((20, 30, 3))])
def test_other_images_are_refused(image):
    with pytest.raises(ValueError, match=r'image must have shape \(H, W, 3\) and type uint8'):
        draw_people(image, [])


def test_smallest_image_is_drawn_on():
    assert draw_people(black(1, 1), [PersonMark(1, (0, 0, 1, 1), 'Ana')], status='x').any()


def test_view_of_an_array_may_be_drawn_on():
    image = black(64, 48)[:, ::-1]
    assert draw_people(image, [PersonMark(1, (5, 20, 30, 40))]).flags.c_contiguous


def test_paint_mixes_by_share_and_leaves_out_what_lies_outside():
    image = np.full((4, 4, 3), 100, np.uint8)
    paint(image, np.array([[255, 255], [255, 51]], np.uint8), (200, 0, 100), -1, -1)
    assert image[0, 0].tolist() == [120, 80, 100]
    assert (image.reshape(-1, 3)[1:] == 100).all()


def test_ten_people_on_720p_take_a_few_milliseconds():
    trail = np.cumsum(np.full((90, 2), 2.0), axis=0).astype(np.float32)
    marks = [PersonMark(k, (100 * k, 200, 100 * k + 80, 420), f'person {k}', trail=trail + 90 * k)
             for k in range(10)]
    image = black(1280, 720)
    durations = []
    for _ in range(15):
        started = time.process_time()
        draw_people(image, marks, status='camera  10.0 s  10 people')
        durations.append(time.process_time() - started)
    # About 2 ms; the bound leaves room for a slower machine.
    assert min(durations) < 0.01
