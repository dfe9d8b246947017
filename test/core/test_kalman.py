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
    MotionConfig, position_noise=NOISES, size_noise=NOISES, velocity_noise=NOISES)
H = np.eye(4, 8)


class Textbook:
    """One box; its state is the four values and then their four rates."""

    def __init__(self, box, config):
        self.config = config
        self.x = np.concatenate((box, np.zeros(4)))
        position = 2 * config.position_noise * self.scale()
        rate = 10 * config.velocity_noise / REFERENCE_INTERVAL_S * self.scale()
        self.P = np.diag(np.concatenate((position, rate)) ** 2)

    def scale(self):
        return np.tile(np.maximum(self.x[2:4], 1.0), 2)

    def predict(self, step_s):
        F = np.eye(8) + step_s * np.eye(8, k=4)
        position = self.config.position_noise * self.scale()
        rate = self.config.velocity_noise / REFERENCE_INTERVAL_S * self.scale()
        Q = np.diag(np.concatenate((position, rate)) ** 2) * step_s / REFERENCE_INTERVAL_S
        self.x = F @ self.x
        self.x[2:4] = np.maximum(self.x[2:4], 1.0)  # no box is smaller than a pixel
        self.P = F @ self.P @ F.T + Q

    def R(self, factor=1.0):
        noise = np.repeat((self.config.position_noise, self.config.size_noise), 2)
        return np.diag((factor * noise * self.scale()) ** 2)

    def update(self, box, factor=1.0):
        R = self.R(factor)
        K = self.P @ H.T @ np.linalg.inv(H @ self.P @ H.T + R)
        self.x = self.x + K @ (box - H @ self.x)
        left = np.eye(8) - K @ H
        self.P = left @ self.P @ left.T + K @ R @ K.T  # Joseph's form

    def move(self, zoom, shift):
        self.x = zoom * self.x
        self.x[:2] += shift
        self.P = zoom ** 2 * self.P

    def squared_distance(self, box):
        residual = box - H @ self.x
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
        boxes = bank.values[rows] * random.normal(1.0, 0.02, (len(rows), 4))
        factors = random.uniform(0.5, 2.0, len(rows))
        bank.update(rows, boxes, factors)
        for other in others:
            other.move(zoom, shift)
            other.predict(step_s)
        for row, box, factor in zip(rows, boxes, factors):
            if others:
                others[row].update(box, factor)


@given(SEEDS, CONFIGS)
def test_bank_equals_the_filter_of_the_textbook(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    boxes = random_boxes(random, 3)
    bank.add(boxes)
    textbook = [Textbook(box, config) for box in boxes]
    live_through(random, bank, textbook)
    states = np.hstack((bank.values, bank.rates))
    np.testing.assert_allclose(states, [one.x for one in textbook], rtol=1e-9, atol=1e-9)
    expected = np.array([one.P for one in textbook])
    np.testing.assert_allclose(covariances(bank), expected, rtol=1e-9, atol=1e-9 * expected.max())


@given(SEEDS, CONFIGS)
def test_squared_distances_are_those_of_mahalanobis(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    boxes = random_boxes(random, 3)
    bank.add(boxes)
    textbook = [Textbook(box, config) for box in boxes]
    live_through(random, bank, textbook)
    others = np.vstack((random_boxes(random, 4), bank.values[:1]))
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
def test_covariance_stays_symmetric_positive_through_anything(seed, config):
    random = np.random.default_rng(seed)
    bank = KalmanBank(config)
    bank.add(random_boxes(random, 4))
    for _ in range(30):
        deed = random.integers(4)
        if deed == 0:
            bank.predict(10.0 ** random.uniform(-9, 5))
        elif deed == 1:
            rows = np.flatnonzero(random.random(4) < 0.5)
            bank.update(rows, random_boxes(random, len(rows)))
        elif deed == 2:
            bank.move_with_camera(affine(random.uniform(0.5, 2.0), random.normal(0, 100, 2),
                                         random.uniform(-0.5, 0.5)))
        else:
            bank.hold_size(random.random(4) < 0.5)
        assert (bank.value_variance > 0).all()
        assert (bank.rate_variance > 0).all()
        determinant = bank.value_variance * bank.rate_variance - bank.covariance ** 2
        assert (determinant > 0).all()
        assert np.isfinite(bank.values).all() and np.isfinite(bank.rates).all()
        assert (bank.values[:, 2:] > 0).all()


@given(SEEDS)
def test_rows_do_not_influence_each_other(seed):
    random = np.random.default_rng(seed)
    boxes, sightings = random_boxes(random, 3), random_boxes(random, 3)
    together, alone = KalmanBank(), KalmanBank()
    together.add(boxes)
    alone.add(boxes[1:2])
    for bank, row in ((together, 1), (alone, 0)):
        bank.predict(0.1)
        bank.update(np.array([row]), sightings[1:2])
    together.update(np.array([2, 0]), sightings[[2, 0]])
    together.keep(np.array([False, True, False]))
    for name in ('values', 'rates', 'value_variance', 'covariance', 'rate_variance'):
        np.testing.assert_array_equal(getattr(together, name), getattr(alone, name))


@pytest.mark.parametrize('rate_hz', [5, 10, 30, 100])
def test_velocity_in_pixels_per_second_is_found_at_any_rate(rate_hz):
    bank = KalmanBank()
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


@pytest.mark.parametrize('gap_s', [10.0, 60.0, 7200.0, 1e9])
def test_nothing_runs_away_in_a_long_gap(gap_s):
    bank = KalmanBank()
    bank.add(np.array([[500.0, 300.0, 50.0, 120.0]]))
    bank.rates[:] = [[30.0, 0.0, -60.0, 0.0]]
    bank.predict(gap_s)
    np.testing.assert_array_equal(
        bank.values, [[500.0 + 30.0 * LONGEST_STEP_S, 300.0, 1.0, 120.0]])


def test_less_trusted_sighting_moves_less():
    moved = []
    for factor in (0.5, 1.0, 3.0):
        bank = KalmanBank()
        bank.add(np.array([[0.0, 0.0, 50.0, 120.0]]))
        bank.update(np.array([0]), np.array([[20.0, 0.0, 50.0, 120.0]]), np.array([factor]))
        moved.append(bank.values[0, 0])
    assert 20 > moved[0] > moved[1] > moved[2] > 0


@given(SEEDS)
def test_camera_at_rest_moves_nothing(seed):
    random = np.random.default_rng(seed)
    moved, still = KalmanBank(), KalmanBank()
    boxes = random_boxes(random, 3)
    for bank in (moved, still):
        bank.add(boxes)
    moved.move_with_camera(affine())
    for name in ('values', 'rates', 'value_variance', 'covariance', 'rate_variance'):
        np.testing.assert_array_equal(getattr(moved, name), getattr(still, name))


def test_roll_of_the_camera_turns_places_and_velocities():
    bank = KalmanBank()
    bank.add(np.array([[10.0, 0.0, 50.0, 120.0]]))
    bank.rates[:, :2] = [[5.0, 0.0]]
    bank.move_with_camera(affine(roll_rad=np.pi / 2))
    np.testing.assert_allclose(bank.values, [[0.0, 10.0, 50.0, 120.0]], atol=1e-12)
    np.testing.assert_allclose(bank.rates[:, :2], [[0.0, 5.0]], atol=1e-12)


def test_held_size_keeps_its_value_and_place_keeps_its_velocity():
    bank = KalmanBank()
    bank.add(np.full((2, 4), 100.0))
    bank.rates[:] = 10.0
    bank.hold_size(np.array([True, False]))
    bank.predict(1.0)
    np.testing.assert_array_equal(bank.values, [[110, 110, 100, 100], [110, 110, 110, 110]])


def test_gate_is_the_quantile_it_says():
    assert abs(GATE_4_DOF - chi2.ppf(0.95, 4)) < 1e-4


def test_empty_bank_takes_every_call():
    bank = KalmanBank()
    bank.predict(1.0)
    bank.move_with_camera(affine(2.0))
    bank.hold_size(np.empty(0, np.bool_))
    bank.update(np.empty(0, np.intp), np.empty((0, 4)))
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


def test_arrays_given_are_never_changed():
    boxes, motion, factors = np.full((2, 4), 50.0), affine(1.1, (3, 4)), np.ones(2)
    rows = np.arange(2)
    for array in (boxes, motion, factors, rows):
        array.setflags(write=False)
    bank = KalmanBank()
    bank.add(boxes)
    bank.move_with_camera(motion)
    bank.predict(0.1)
    bank.update(rows, boxes, factors)
    bank.squared_distances(boxes)
    bank.keep(np.array([True, False]))
