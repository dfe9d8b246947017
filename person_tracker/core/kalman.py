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

r"""
Constant-velocity Kalman filters of all boxes at once.

State per track and axis a of `z = (centre x, centre y, width, height)`: value and rate, in pixels
and pixels per second. Process noise Q and measurement noise R are diagonal, so the four axes never
correlate and the 8 x 8 covariance P of the literature is four 2 x 2 blocks

    P_a = [[p, c], [c, r]],    F = [[1, dt], [0, 1]],    H = [1, 0],

kept as three arrays of shape (N, 4). The arithmetic is that of the full filter (Kalman 1960; the
box model of Wojke, Bewley, Paulus 2017, arXiv:1703.07402), at a fraction of its cost. Noise is
proportional to the size of the box, as there; process noise is that of 1/30 s and grows with the
time between images. Sizes are measured with more noise than positions: arms and legs swing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

REFERENCE_INTERVAL_S = 1.0 / 30.0
GATE_4_DOF = 9.4877  # 0.95 quantile, chi-square, 4 degrees of freedom
LONGEST_STEP_S = 10.0  # after this long without an image nothing is known but the place
_FIELDS = ('values', 'rates', 'value_variance', 'covariance', 'rate_variance')


@dataclass(frozen=True)
class MotionConfig:
    """How people are expected to move in the image."""

    position_noise: float = setting(
        0.1, 'Noise of a position, as a part of the box size; larger trusts detections less.',
        minimum=0.0, maximum=1.0, exclusive_minimum=True)
    size_noise: float = setting(
        0.3, 'Noise of a measured size, likewise; larger makes steadier boxes.',
        minimum=0.0, maximum=1.0, exclusive_minimum=True)
    velocity_noise: float = setting(
        0.00625, 'Change of velocity per 1/30 s, as a part of the box size; larger follows turns '
        'sooner.', minimum=0.0, maximum=1.0, exclusive_minimum=True)

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class KalmanBank:
    """
    Filters of all tracks of one camera, row i being track i of the caller.

    Attributes
    ----------
    config
        The settings in force; they may be replaced at any time.
    values, rates
        Shape (N, 4): centre x, centre y, width, height in pixels, and their change per second.
    value_variance, covariance, rate_variance
        Shape (N, 4): the entries p, c and r of each axis' covariance.

    """

    def __init__(self, config: MotionConfig | None = None) -> None:
        self.config = config or MotionConfig()
        self.values = np.empty((0, 4))
        self.rates = np.empty((0, 4))
        self.value_variance = np.empty((0, 4))
        self.covariance = np.empty((0, 4))
        self.rate_variance = np.empty((0, 4))

    def __len__(self) -> int:
        """Return the number of filters."""
        return len(self.values)

    def add(self, boxes_cxcywh: NDArray[np.float64]) -> None:
        """Start filters at rest at the boxes, shape (M, 4); they become the last rows."""
        scale = _scale(boxes_cxcywh)
        # Twice the position noise and ten times the velocity noise (arXiv:1703.07402).
        position = (2.0 * self.config.position_noise * scale) ** 2
        rate = (10.0 * self.config.velocity_noise / REFERENCE_INTERVAL_S * scale) ** 2
        zeros = np.zeros_like(position)
        for name, rows in zip(_FIELDS, (boxes_cxcywh, zeros, position, zeros, rate)):
            setattr(self, name, np.concatenate((getattr(self, name), rows)))

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Drop the filters that are not chosen, shape (N,)."""
        for name in _FIELDS:
            setattr(self, name, getattr(self, name)[chosen])

    def predict(self, interval_s: float) -> None:
        """Move every filter forward by the time since the last image, in seconds."""
        if not len(self):
            return
        step = min(interval_s, LONGEST_STEP_S)
        frames = step / REFERENCE_INTERVAL_S
        scale = _scale(self.values) ** 2
        self.values += step * self.rates
        np.maximum(self.values[:, 2:], 1.0, out=self.values[:, 2:])
        self.value_variance += step * (2.0 * self.covariance + step * self.rate_variance)
        self.value_variance += (self.config.position_noise ** 2 * frames) * scale
        self.covariance += step * self.rate_variance
        velocity_noise = self.config.velocity_noise / REFERENCE_INTERVAL_S
        self.rate_variance += (velocity_noise ** 2 * frames) * scale

    def hold_size(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> None:
        """Let the size of these boxes stay as it is: unseen, its rate is only noise."""
        self.rates[rows, 2:] = 0.0

    def move_with_camera(self, affine: NDArray[np.float64]) -> None:
        """
        Carry every filter into the new image.

        Parameters
        ----------
        affine
            Shape (2, 3): maps pixels of the last image to pixels of this one.

        """
        linear = affine[:, :2]
        self.values[:, :2] = self.values[:, :2] @ linear.T + affine[:, 2]
        self.rates[:, :2] = self.rates[:, :2] @ linear.T
        # The camera's roll between two images is small: sizes and spreads only scale.
        zoom = float(np.sqrt(abs(np.linalg.det(linear))))
        self.values[:, 2:] *= zoom
        self.rates[:, 2:] *= zoom
        for block in (self.value_variance, self.covariance, self.rate_variance):
            block *= zoom * zoom

    def update(self, rows: NDArray[np.intp], boxes_cxcywh: NDArray[np.float64],
               noise_factors: NDArray[np.floating] | None = None) -> None:
        """
        Correct filters by what was seen.

        Parameters
        ----------
        rows
            Shape (K,): the filters, each at most once.
        boxes_cxcywh
            Shape (K, 4): their boxes in this image.
        noise_factors
            Shape (K,), positive: factor on the standard deviation of each measurement; 1 if None.

        """
        if not len(rows):
            return
        p, c, r = self.value_variance[rows], self.covariance[rows], self.rate_variance[rows]
        measurement_variance = self._measurement_variance(rows, noise_factors)
        innovation_variance = p + measurement_variance
        residual = boxes_cxcywh - self.values[rows]
        gain_value = p / innovation_variance
        gain_rate = c / innovation_variance
        self.values[rows] += gain_value * residual
        self.rates[rows] += gain_rate * residual
        # R / (p + R) is 1 - gain, but never rounds to zero.
        left = measurement_variance / innovation_variance
        self.value_variance[rows] = p * left
        self.covariance[rows] = c * left
        self.rate_variance[rows] = r - gain_rate * c

    def squared_distances(self, boxes_cxcywh: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Return squared Mahalanobis distances of boxes from the predictions.

        Parameters
        ----------
        boxes_cxcywh
            Shape (M, 4).

        Returns
        -------
        ndarray
            Shape (N, M), to compare with `GATE_4_DOF`.

        """
        if not len(self) or not len(boxes_cxcywh):
            return np.zeros((len(self), len(boxes_cxcywh)))
        everyone = np.arange(len(self))
        weights = 1.0 / (self.value_variance + self._measurement_variance(everyone, None))
        # sum of w (b - z)^2 as one matrix product; an origin among the boxes keeps it exact.
        origin = boxes_cxcywh[:1]
        values, boxes = self.values - origin, boxes_cxcywh - origin
        left = np.concatenate((weights, -2.0 * weights * values), axis=1)
        right = np.concatenate((boxes * boxes, boxes), axis=1)
        squared: NDArray[np.float64] = left @ right.T
        squared += np.sum(weights * values * values, axis=1)[:, None]
        return np.maximum(squared, 0.0, out=squared)

    def _measurement_variance(
            self, rows: NDArray[np.intp],
            noise_factors: NDArray[np.floating] | None) -> NDArray[np.float64]:
        deviation = _scale(self.values[rows])
        deviation[:, :2] *= self.config.position_noise
        deviation[:, 2:] *= self.config.size_noise
        if noise_factors is not None:
            deviation = deviation * noise_factors[:, None]
        return deviation * deviation


def _scale(boxes_cxcywh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the length that noise is proportional to, shape (N, 4): width, height, twice."""
    sizes = np.maximum(boxes_cxcywh[:, 2:], 1.0)
    return np.concatenate((sizes, sizes), axis=1)
