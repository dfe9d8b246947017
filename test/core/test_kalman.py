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

"""
Laws of the filters: they are the full Kalman filter of the literature, for all boxes at once.

The textbook's filter is written out below, one 8 x 8 covariance per box, to compare with.
"""

from hypothesis import example
from hypothesis import given
from hypothesis import strategies
import numpy as np
from person_tracker.core.kalman import BRIDGE_STEPS
from person_tracker.core.kalman import GATE_4_DOF
from person_tracker.core.kalman import KalmanBank
from person_tracker.core.kalman import LONGEST_STEP_S
from person_tracker.core.kalman import MotionConfig
from person_tracker.core.kalman import REFERENCE_INTERVAL_S
import pytest
from scipy.stats import chi2

SEEDS = strategies.integers(0, 2**32 - 1)
NOISES = strategies.floats(0.001, 1.0)
CONFIGS = strategies.builds(
    MotionConfig, form=strategies.sampled_from(['xywh', 'xyah']), position_noise=NOISES,
    size_noise=NOISES, velocity_noise=NOISES, use_score_noise=strategies.booleans())
FORMS = pytest.mark.parametrize('form', ['xywh', 'xyah'])
# arXiv:1703.07402 and its code, where sizes are measured like places
DEEPSORT = MotionConfig(
    form='xyah', position_noise=1 / 20, size_noise=1 / 20, velocity_noise=1 / 160)
BLOCKS = ('values', 'rates', 'value_variance', 'covariance', 'rate_variance')
H = np.eye(4, 8)


class Textbook:
    """One box; its state is the four values and then their four rates."""

    def __init__(self, box, config):
        self.config = config
        self.has_aspect = config.form == 'xyah'
        self.x = np.concatenate((self.z(box), np.zeros(4)))
        drift, change = self.process_noise()
        drift, change = 2 * drift, 10 * change
        if self.has_aspect:
            drift[2], change[2] = 0.01, 1e-5 / REFERENCE_INTERVAL_S
        self.P = np.diag(np.concatenate((drift, change)) ** 2)

    def z(self, box):
        """Return a box, given as centre, width, height, in the form of the filter."""
        x, y, width, height = box
        return np.array([x, y, width / height if self.has_aspect else width, height])

    def box(self):
        x, y, third, height = self.x[:4]
        return np.array([x, y, third * height if self.has_aspect else third, height])

    def scale(self):
        if self.has_aspect:
            return np.full(4, max(self.x[3], 1.0))
        return np.tile(np.maximum(self.x[2:4], 1.0), 2)

    def process_noise(self):
        drift = self.config.position_noise * self.scale()
        change = self.config.velocity_noise * self.scale() / REFERENCE_INTERVAL_S
        if self.has_aspect:
            drift[2], change[2] = 0.01, 1e-5 / REFERENCE_INTERVAL_S
        return drift, change

    def predict(self, step_s):
        F = np.eye(8) + step_s * np.eye(8, k=4)
        noise = np.concatenate(self.process_noise())
        Q = np.diag(noise ** 2) * step_s / REFERENCE_INTERVAL_S
        self.x = F @ self.x
        # No box is smaller than a pixel.
        self.x[2:4] = np.maximum(self.x[2:4], (0.001 if self.has_aspect else 1.0, 1.0))
        self.P = F @ self.P @ F.T + Q

    def R(self, score=0.0):
        noise = np.repeat((self.config.position_noise, self.config.size_noise), 2) * self.scale()
        if self.has_aspect:
            noise[2] = 0.1
        trust = max(1.0 - score, 0.1) if self.config.use_score_noise else 1.0
        return np.diag(trust * noise ** 2)

    def update(self, box, score=0.0):
        R = self.R(score)
        K = self.P @ H.T @ np.linalg.inv(H @ self.P @ H.T + R)
        self.x = self.x + K @ (self.z(box) - H @ self.x)
        left = np.eye(8) - K @ H
        self.P = left @ self.P @ left.T + K @ R @ K.T  # Joseph's form

    def move(self, zoom, shift):
        zooms = np.full(8, zoom)
        if self.has_aspect:
            zooms[[2, 6]] = 1.0
        self.x = zooms * self.x
        self.x[:2] += shift
        self.P = np.diag(zooms) @ self.P @ np.diag(zooms)

    def squared_distance(self, box):
        residual = self.z(box) - H @ self.x
        return residual @ np.linalg.inv(H @ self.P @ H.T + self.R()) @ residual


def random_boxes(random, count):
    """Return boxes in centre form, as people are seen in a large image."""
    return np.hstack((random.uniform(0, 2000, (count, 2)), random.uniform(40, 400, (count, 2))))


def covariances(bank):
    """Return the full covariance of each box, shape (N, 8, 8)."""
    full = np.zeros((len(bank), 8, 8))
    value, rate = np.arange(4), np.arange(4, 8)
    full[:, value, value] = bank.value_variance
    full[:, value, rate] = full[:, rate, value] = bank.covariance
    full[:, rate, rate] = bank.rate_variance
    return full


def affine(zoom=1.0, shift=(0.0, 0.0), roll_rad=0.0):
    cosine, sine = zoom * np.cos(roll_rad), zoom * np.sin(roll_rad)
    return np.array([[cosine, -sine, shift[0]], [sine, cosine, shift[1]]])


def live_through(random, bank, others=(), count=5):
    """Let a bank, and one filter of the textbook per row, see and move alike."""
    for _ in range(count):
        zoom, shift = random.uniform(0.95, 1.05), random.normal(0, 20, 2)
        bank.move_with_camera(affine(zoom, shift))
        step_s = random.uniform(0.001, 0.3)
        bank.predict(step_s)
        rows = np.flatnonzero(random.random(len(bank)) < 0.7)
        boxes = bank.boxes_cxcywh()[rows] * random.normal(1.0, 0.02, (len(rows), 4))
        scores = random.uniform(0.0, 1.0, len(rows))
        bank.update(rows, boxes, scores)
        for other in others:
            other.move(zoom, shift)
            other.predict(step_s)
        for row, box, score in zip(rows, boxes, scores):
            if others:
                others[row].update(box, score)


@given(SEEDS, CONFIGS)
@example(0, DEEPSORT)
def test_bank_equals_the_filter_of_the_textbook(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    boxes = random_boxes(random, 3)
    bank.add(boxes)
    textbook = [Textbook(box, config) for box in boxes]
    live_through(random, bank, textbook)
    states = np.hstack((bank.values, bank.rates))
    np.testing.assert_allclose(states, [one.x for one in textbook], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        bank.boxes_cxcywh(), [one.box() for one in textbook], rtol=1e-9, atol=1e-9)
    expected = np.array([one.P for one in textbook])
    scale = np.sqrt(np.einsum('nii->ni', expected))  # each entry by its own deviations
    scale = scale[:, :, None] * scale[:, None, :]
    np.testing.assert_allclose(covariances(bank) / scale, expected / scale, rtol=0, atol=1e-9)


def test_deepsort_filter_starts_and_measures_with_the_noise_of_its_paper():
    bank = KalmanBank(DEEPSORT)
    bank.add(np.array([[300.0, 200.0, 80.0, 160.0]]))
    per_frame = np.sqrt(bank.rate_variance) * REFERENCE_INTERVAL_S
    np.testing.assert_allclose(bank.values, [[300.0, 200.0, 0.5, 160.0]])
    np.testing.assert_allclose(np.sqrt(bank.value_variance), [[16.0, 16.0, 0.01, 16.0]])
    np.testing.assert_allclose(per_frame, [[10.0, 10.0, 1e-5, 10.0]])
    measured = np.array([[308.0, 200.0, 120.0, 160.0]])  # a width beside, the aspect 1.5 times
    expected = 8.0 ** 2 / (16.0 ** 2 + 8.0 ** 2) + 0.25 ** 2 / (0.01 ** 2 + 0.1 ** 2)
    np.testing.assert_allclose(bank.squared_distances(measured), [[expected]])


@given(SEEDS, CONFIGS)
def test_squared_distances_are_those_of_mahalanobis(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    boxes = random_boxes(random, 3)
    bank.add(boxes)
    textbook = [Textbook(box, config) for box in boxes]
    live_through(random, bank, textbook)
    others = np.vstack((random_boxes(random, 4), bank.boxes_cxcywh()[:1]))
    expected = [[one.squared_distance(box) for box in others] for one in textbook]
    np.testing.assert_allclose(bank.squared_distances(others), expected, rtol=1e-6, atol=1e-4)


def test_squared_distances_do_not_suffer_from_a_huge_box_among_them():
    bank = KalmanBank()
    boxes = np.array([[100.0, 100.0, 40.0, 100.0], [110.0, 105.0, 42.0, 98.0]])
    bank.add(boxes)
    huge = np.array([[0.0, 0.0, 2e6, 2e6]])
    np.testing.assert_allclose(
        bank.squared_distances(np.vstack((huge, boxes)))[:, 1:], bank.squared_distances(boxes),
        rtol=1e-3, atol=1e-3)


@given(SEEDS, CONFIGS)
@example(1, MotionConfig(position_noise=1.0, size_noise=0.03125, velocity_noise=1.0))  # gain 1
@example(2, DEEPSORT)
def test_covariance_stays_symmetric_positive_through_anything(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    bank.add(random_boxes(random, 4))
    for _ in range(30):
        deed = random.integers(5)
        if deed == 0:
            bank.predict(10.0 ** random.uniform(-9, 5))
        elif deed == 1:
            rows = np.flatnonzero(random.random(4) < 0.5)
            bank.update(rows, random_boxes(random, len(rows)), random.random(len(rows)))
        elif deed == 2:
            bank.move_with_camera(affine(random.uniform(0.5, 2.0), random.normal(0, 100, 2),
                                         random.uniform(-0.5, 0.5)))
        elif deed == 3:
            rows = np.flatnonzero(random.random(4) < 0.5)
            bank.bridge(rows, bank.subset(rows), random_boxes(random, len(rows)),
                        10.0 ** random.uniform(-9, 5, len(rows)))
        else:
            bank.hold_size(random.random(4) < 0.5)
        assert (bank.value_variance > 0).all()
        assert (bank.rate_variance > 0).all()
        determinant = bank.value_variance * bank.rate_variance - bank.covariance ** 2
        assert (determinant > 0).all()
        assert np.isfinite(bank.values).all() and np.isfinite(bank.rates).all()
        assert (bank.values[:, 2:] > 0).all()


def assert_same_state(first, second, rtol=0.0):
    for name in BLOCKS:
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol, atol=0.0)


@given(SEEDS, CONFIGS)
def test_rows_do_not_influence_each_other(seed, config):
    random = np.random.default_rng(seed)
    boxes, seen = random_boxes(random, 3), random_boxes(random, 3)
    together, alone = KalmanBank(config), KalmanBank(config)
    together.add(boxes)
    alone.add(boxes[1:2])
    for bank, row in ((together, 1), (alone, 0)):
        rows = np.array([row])
        bank.predict(0.1)
        bank.update(rows, seen[1:2], np.array([0.7]))
        bank.predict(0.5)
        bank.bridge(rows, bank.subset(rows), boxes[1:2], np.array([0.5]))
    together.update(np.array([2, 0]), seen[[2, 0]])
    together.keep(np.array([False, True, False]))
    assert_same_state(together, alone)


@FORMS
@pytest.mark.parametrize('rate_hz', [5, 10, 30, 100])
def test_velocity_in_pixels_per_second_is_found_at_any_rate(rate_hz, form):
    bank = KalmanBank(MotionConfig(form=form))
    bank.add(np.array([[0.0, 300.0, 50.0, 120.0]]))
    for step in range(1, 3 * rate_hz + 1):
        bank.predict(1 / rate_hz)
        bank.update(np.array([0]), np.array([[80.0 * step / rate_hz, 300.0, 50.0, 120.0]]))
    np.testing.assert_allclose(bank.rates, [[80.0, 0.0, 0.0, 0.0]], atol=4.0)


@given(strategies.floats(1e-6, LONGEST_STEP_S / 2), strategies.floats(1e-6, LONGEST_STEP_S / 2))
def test_place_predicted_does_not_depend_on_the_images_in_between(first_s, second_s):
    once, twice = KalmanBank(), KalmanBank()
    for bank in (once, twice):
        bank.add(np.array([[500.0, 300.0, 50.0, 120.0]]))
        bank.rates[:] = [[-30.0, 4.0, 2.0, 1.0]]
    once.predict(first_s + second_s)
    twice.predict(first_s)
    twice.predict(second_s)
    np.testing.assert_allclose(once.values, twice.values)


@given(SEEDS, CONFIGS)
def test_time_may_be_one_for_all_or_one_for_each(seed, config):
    random = np.random.default_rng(seed)
    together, times_s = KalmanBank(config), random.uniform(0.001, 20.0, 3)
    together.add(random_boxes(random, 3))
    together.rates[:] = random.normal(0.0, 30.0, (3, 4))
    each = [together.subset(np.array([row])) for row in range(3)]
    together.predict(times_s)
    for row, time_s in enumerate(times_s):
        each[row].predict(time_s)
        assert_same_state(together.subset(np.array([row])), each[row])


@pytest.mark.parametrize('gap_s', [10.0, 60.0, 7200.0, 1e9])
def test_nothing_runs_away_in_a_long_gap(gap_s):
    bank = KalmanBank()
    bank.add(np.array([[500.0, 300.0, 50.0, 120.0]]))
    bank.rates[:] = [[30.0, 0.0, -60.0, 0.0]]
    bank.predict(gap_s)
    np.testing.assert_array_equal(
        bank.values, [[500.0 + 30.0 * LONGEST_STEP_S, 300.0, 1.0, 120.0]])


@pytest.mark.parametrize('use_score_noise', [True, False])
def test_less_trusted_sighting_moves_less_where_scores_count(use_score_noise):
    moved = []
    for score in (1.0, 0.8, 0.5, 0.0):
        bank = KalmanBank(MotionConfig(use_score_noise=use_score_noise))
        bank.add(np.array([[0.0, 0.0, 50.0, 120.0]]))
        bank.update(np.array([0]), np.array([[20.0, 0.0, 50.0, 120.0]]), np.array([score]))
        moved.append(bank.values[0, 0])
    assert 20 > moved[0] and moved[-1] > 0
    assert (np.diff(moved) < 0).all() if use_score_noise else len(set(moved)) == 1


def test_sighting_without_a_score_is_trusted_as_one_of_score_0():
    banks = KalmanBank(MotionConfig(use_score_noise=True)), KalmanBank()
    for bank in banks:
        bank.add(np.array([[0.0, 0.0, 50.0, 120.0]]))
        bank.update(np.array([0]), np.array([[20.0, 0.0, 50.0, 120.0]]))
    assert_same_state(*banks)


@given(SEEDS)
def test_camera_at_rest_moves_nothing(seed):
    random = np.random.default_rng(seed)
    moved, still = KalmanBank(), KalmanBank()
    boxes = random_boxes(random, 3)
    for bank in (moved, still):
        bank.add(boxes)
    moved.move_with_camera(affine())
    assert_same_state(moved, still)


@FORMS
def test_zoom_of_the_camera_scales_boxes_in_every_form(form):
    bank = KalmanBank(MotionConfig(form=form))
    bank.add(np.array([[10.0, 20.0, 50.0, 120.0]]))
    bank.move_with_camera(affine(zoom=2.0))
    np.testing.assert_allclose(bank.boxes_cxcywh(), [[20.0, 40.0, 100.0, 240.0]])


def test_roll_of_the_camera_turns_places_and_velocities():
    bank = KalmanBank()
    bank.add(np.array([[10.0, 0.0, 50.0, 120.0]]))
    bank.rates[:, :2] = [[5.0, 0.0]]
    bank.move_with_camera(affine(roll_rad=np.pi / 2))
    np.testing.assert_allclose(bank.values, [[0.0, 10.0, 50.0, 120.0]], atol=1e-12)
    np.testing.assert_allclose(bank.rates[:, :2], [[0.0, 5.0]], atol=1e-12)


@given(SEEDS, CONFIGS)
def test_bridge_is_the_filter_along_the_straight_path(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    bank.add(random_boxes(random, 3))
    live_through(random, bank)
    rows, seen, gaps_s = np.array([2, 0]), random_boxes(random, 2), random.uniform(0.1, 5.0, 2)
    sightings, untouched = bank.subset(rows), bank.subset(np.array([1]))
    walkers = [sightings.subset(np.array([row])) for row in range(2)]
    for walker, there, gap_s in zip(walkers, seen, gaps_s):
        here = walker.boxes_cxcywh()[0]
        for part in np.arange(1, BRIDGE_STEPS + 1) / BRIDGE_STEPS:
            walker.predict(gap_s / BRIDGE_STEPS)
            if part < 1.0:  # where it is seen now is left to `update`
                walker.update(np.array([0]), (here + part * (there - here))[None])
    bank.predict(gaps_s.max())
    untouched.predict(gaps_s.max())
    bank.bridge(rows, sightings, seen, gaps_s)
    for row, walker in zip(rows, walkers):
        assert_same_state(bank.subset(np.array([row])), walker, rtol=1e-9)
    assert_same_state(bank.subset(np.array([1])), untouched)


def test_bridged_track_has_the_velocity_of_the_path_and_not_the_one_before():
    bank = KalmanBank()
    bank.add(np.array([[0.0, 300.0, 50.0, 120.0]]))
    for step in range(1, 31):  # to the right, 60 px/s
        bank.predict(0.1)
        bank.update(np.array([0]), np.array([[6.0 * step, 300.0, 50.0, 120.0]]))
    sighting, back = bank.subset(np.array([0])), np.array([[120.0, 300.0, 50.0, 120.0]])
    bank.predict(1.0)  # meanwhile she came back to the left, 60 px/s
    bridged = bank.subset(np.array([0]))
    bridged.bridge(np.array([0]), sighting, back, np.array([1.0]))
    for one in (bank, bridged):
        one.update(np.array([0]), back)
    assert bridged.rates[0, 0] < -40.0
    assert abs(bank.rates[0, 0] + 60.0) > abs(bridged.rates[0, 0] + 60.0)


def test_held_size_keeps_its_value_and_place_keeps_its_velocity():
    bank = KalmanBank()
    bank.add(np.full((2, 4), 100.0))
    bank.rates[:] = 10.0
    bank.hold_size(np.array([True, False]))
    bank.predict(1.0)
    np.testing.assert_array_equal(bank.values, [[110, 110, 100, 100], [110, 110, 110, 110]])


@given(SEEDS)
def test_subset_is_a_copy_and_assigning_it_takes_its_state_over(seed):
    random = np.random.default_rng(seed)
    bank = KalmanBank(MotionConfig(form='xyah'))
    bank.add(random_boxes(random, 3))
    live_through(random, bank)
    before, part = bank.subset(np.arange(3)), bank.subset(np.array([2, 0]))
    part.predict(1.0)
    assert_same_state(bank, before)
    bank.assign(np.array([0, 1]), part)
    assert_same_state(bank.subset(np.array([0, 1])), part)
    assert_same_state(bank.subset(np.array([2])), before.subset(np.array([2])))
    part.predict(1.0)
    assert_same_state(bank.subset(np.array([2])), before.subset(np.array([2])))


def test_gate_is_the_quantile_it_says():
    assert abs(GATE_4_DOF - chi2.ppf(0.95, 4)) < 1e-4


def test_empty_bank_takes_every_call():
    bank = KalmanBank()
    bank.predict(1.0)
    bank.move_with_camera(affine(2.0))
    bank.hold_size(np.empty(0, np.bool_))
    bank.update(np.empty(0, np.intp), np.empty((0, 4)))
    bank.bridge(np.empty(0, np.intp), bank.subset(np.empty(0, np.intp)), np.empty((0, 4)),
                np.empty(0))
    assert bank.boxes_cxcywh().shape == (0, 4)
    bank.keep(np.empty(0, np.bool_))
    bank.add(np.empty((0, 4)))
    assert len(bank) == 0
    assert bank.squared_distances(np.ones((3, 4))).shape == (0, 3)
    bank.add(np.ones((2, 4)))
    assert bank.squared_distances(np.empty((0, 4))).shape == (2, 0)


def test_settings_changed_on_the_way_count_from_then_on():
    bank, other = KalmanBank(), KalmanBank()
    for one in (bank, other):
        one.add(np.array([[0.0, 0.0, 50.0, 120.0]]))
    bank.config = MotionConfig(position_noise=0.5)
    for one in (bank, other):
        one.predict(0.1)
    assert (bank.value_variance > other.value_variance).all()
    np.testing.assert_array_equal(bank.rate_variance, other.rate_variance)


@FORMS
def test_arrays_given_are_never_changed_and_those_handed_out_are_the_callers(form):
    boxes, motion, scores = np.full((2, 4), 50.0), affine(1.1, (3, 4)), np.ones(2)
    rows, gaps_s = np.arange(2), np.full(2, 0.3)
    for array in (boxes, motion, scores, rows, gaps_s):
        array.setflags(write=False)
    bank = KalmanBank(MotionConfig(form=form, use_score_noise=True))
    bank.add(boxes)
    bank.move_with_camera(motion)
    bank.predict(gaps_s)
    bank.update(rows, boxes, scores)
    bank.bridge(rows, bank.subset(rows), boxes, gaps_s)
    bank.squared_distances(boxes)
    state = bank.subset(rows)
    bank.boxes_cxcywh()[:] = 0.0
    assert_same_state(bank, state)
    bank.keep(np.array([True, False]))
