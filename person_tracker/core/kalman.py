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

In the form `xyah` of that paper the third value is the aspect ratio, width over height, with its
constant noise, and all noise is proportional to the height.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from person_tracker.core.settings import setting
from person_tracker.core.settings import validate

REFERENCE_INTERVAL_S = 1.0 / 30.0
GATE_4_DOF = 9.4877  # 0.95 quantile, chi-square, 4 degrees of freedom
LONGEST_STEP_S = 10.0  # after this long without an image nothing is known but the place
BRIDGE_STEPS = 8  # points on the path between two sightings
_FIELDS = ('values', 'rates', 'value_variance', 'covariance', 'rate_variance')
_ASPECT_MEASURED, _ASPECT_DRIFT, _ASPECT_RATE = 0.1, 0.01, 1e-5  # arXiv:1703.07402, its code
_LEAST_NOISE = 0.1  # of what a detection without a score is trusted with


@dataclass(frozen=True)
class MotionConfig:
    """How people are expected to move in the image."""

    form: str = setting(
        'xywh', 'Values that are filtered: centre, width, height; or centre, aspect, height.',
        choices=('xywh', 'xyah'), live=False)
    position_noise: float = setting(
        0.1, 'Noise of a position, as a part of the box size; larger trusts detections less.',
        minimum=0.0, maximum=1.0, exclusive_minimum=True)
    size_noise: float = setting(
        0.3, 'Noise of a measured size, likewise; larger makes steadier boxes.',
        minimum=0.0, maximum=1.0, exclusive_minimum=True)
    velocity_noise: float = setting(
        0.00625, 'Change of velocity per 1/30 s, as a part of the box size; larger follows turns '
        'sooner.', minimum=0.0, maximum=1.0, exclusive_minimum=True)
    use_score_noise: bool = setting(
        False, 'Trust a detection the more the higher its score (arXiv:2103.04147).')
    use_bridging: bool = setting(
        False, 'When somebody is seen again, filter anew along the straight path between the two '
        'sightings (observation-centric re-update, arXiv:2203.14360).')

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        validate(self)


class KalmanBank:
    """
    Filters of all tracks of one camera, row i being track i of the caller.

    Attributes
    ----------
    config
        The settings in force; all but the form may be replaced at any time.
    values, rates
        Shape (N, 4): centre x, centre y, width (or aspect), height, and their change per second.
    value_variance, covariance, rate_variance
        Shape (N, 4): the entries p, c and r of each axis' covariance.

    """

    def __init__(self, config: MotionConfig | None = None) -> None:
        self.config = config or MotionConfig()
        self._has_aspect = self.config.form == 'xyah'
        self.values = np.empty((0, 4))
        self.rates = np.empty((0, 4))
        self.value_variance = np.empty((0, 4))
        self.covariance = np.empty((0, 4))
        self.rate_variance = np.empty((0, 4))

    def __len__(self) -> int:
        """Return the number of filters."""
        return len(self.values)

    def boxes_cxcywh(self) -> NDArray[np.float64]:
        """Return the filtered boxes, shape (N, 4), pixels."""
        boxes: NDArray[np.float64] = self.values.copy()
        if self._has_aspect:
            boxes[:, 2] *= boxes[:, 3]
        return boxes

    def add(self, boxes_cxcywh: NDArray[np.float64]) -> None:
        """Start filters at rest at the boxes, shape (M, 4); they become the last rows."""
        values = self._in_form(boxes_cxcywh)
        # Twice the position noise and ten times the velocity noise (arXiv:1703.07402).
        position = 2.0 * self._position_noise(values)
        rate = 10.0 * self._rate_noise(values)
        if self._has_aspect:
            position[:, 2], rate[:, 2] = _ASPECT_DRIFT, _ASPECT_RATE / REFERENCE_INTERVAL_S
        zeros = np.zeros_like(position)
        for name, rows in zip(_FIELDS, (values, zeros, position ** 2, zeros, rate ** 2)):
            setattr(self, name, np.concatenate((getattr(self, name), rows)))

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Drop the filters that are not chosen, shape (N,)."""
        for name in _FIELDS:
            setattr(self, name, getattr(self, name)[chosen])

    def subset(self, rows: NDArray[np.intp]) -> 'KalmanBank':
        """Return copies of some filters as a bank of their own."""
        bank = KalmanBank(self.config)
        for name in _FIELDS:
            setattr(bank, name, getattr(self, name)[rows])
        return bank

    def assign(self, rows: NDArray[np.intp], others: 'KalmanBank') -> None:
        """Let some filters take over the states of others, row by row."""
        for name in _FIELDS:
            getattr(self, name)[rows] = getattr(others, name)

    def predict(self, interval_s: float | NDArray[np.float64]) -> None:
        """Move every filter forward by a time in seconds, one for all or shape (N,)."""
        if not len(self):
            return
        step = np.minimum(interval_s, LONGEST_STEP_S)
        if np.ndim(step):
            step = step[:, None]
        frames = step / REFERENCE_INTERVAL_S
        drift, rate_noise = self._position_noise(self.values), self._rate_noise(self.values)
        self.values += step * self.rates
        self._keep_positive()
        self.value_variance += step * (2.0 * self.covariance + step * self.rate_variance)
        self.value_variance += frames * drift ** 2
        self.covariance += step * self.rate_variance
        self.rate_variance += frames * rate_noise ** 2

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
        zoom = np.full(4, np.sqrt(abs(np.linalg.det(linear))))
        if self._has_aspect:
            zoom[2] = 1.0
        self.values[:, 2:] *= zoom[2:]
        self.rates[:, 2:] *= zoom[2:]
        for block in (self.value_variance, self.covariance, self.rate_variance):
            block *= zoom * zoom

    def update(self, rows: NDArray[np.intp], boxes_cxcywh: NDArray[np.float64],
               scores: NDArray[np.floating] | None = None) -> None:
        """
        Correct filters by what was seen.

        Parameters
        ----------
        rows
            Shape (K,): the filters, each at most once.
        boxes_cxcywh
            Shape (K, 4): their boxes in this image.
        scores
            Shape (K,), in [0, 1]: how sure the detector was; used where the settings say so.

        """
        if not len(rows):
            return
        p, c, r = self.value_variance[rows], self.covariance[rows], self.rate_variance[rows]
        measurement_variance = self._measurement_variance(self.values[rows], scores)
        innovation_variance = p + measurement_variance
        residual = self._in_form(boxes_cxcywh) - self.values[rows]
        gain_value = p / innovation_variance
        gain_rate = c / innovation_variance
        self.values[rows] += gain_value * residual
        self.rates[rows] += gain_rate * residual
        # R / (p + R) is 1 - gain, but never rounds to zero.
        left = measurement_variance / innovation_variance
        self.value_variance[rows] = p * left
        self.covariance[rows] = c * left
        self.rate_variance[rows] = r - gain_rate * c

    def bridge(self, rows: NDArray[np.intp], sightings: 'KalmanBank',
               boxes_cxcywh: NDArray[np.float64], gaps_s: NDArray[np.float64]) -> None:
        """
        Replace predictions by what a straight path from the last sighting would have led to.

        Parameters
        ----------
        rows
            Shape (K,): filters that are seen again.
        sightings
            K filters: their states when they were last seen.
        boxes_cxcywh
            Shape (K, 4): where they are seen now.
        gaps_s
            Shape (K,): time since then, seconds.

        """
        start = sightings.boxes_cxcywh()
        everyone = np.arange(len(rows))
        for step in range(1, BRIDGE_STEPS):
            sightings.predict(gaps_s / BRIDGE_STEPS)
            sightings.update(everyone, start + step / BRIDGE_STEPS * (boxes_cxcywh - start))
        sightings.predict(gaps_s / BRIDGE_STEPS)
        self.assign(rows, sightings)

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
        weights = 1.0 / (self.value_variance + self._measurement_variance(self.values, None))
        # sum of w (b - z)^2 as one matrix product; an origin among the boxes keeps it exact.
        seen = self._in_form(boxes_cxcywh)
        values, boxes = self.values - seen[:1], seen - seen[:1]
        left = np.concatenate((weights, -2.0 * weights * values), axis=1)
        right = np.concatenate((boxes * boxes, boxes), axis=1)
        squared: NDArray[np.float64] = left @ right.T
        squared += np.sum(weights * values * values, axis=1)[:, None]
        return np.maximum(squared, 0.0, out=squared)

    def _in_form(self, boxes_cxcywh: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self._has_aspect:
            return boxes_cxcywh
        values: NDArray[np.float64] = boxes_cxcywh.copy()
        values[:, 2] /= np.maximum(values[:, 3], 1e-6)
        return values

    def _keep_positive(self) -> None:
        least = self.values[:, 2:]
        np.maximum(least, (1e-3, 1.0) if self._has_aspect else 1.0, out=least)

    def _measurement_variance(self, values: NDArray[np.float64],
                              scores: NDArray[np.floating] | None) -> NDArray[np.float64]:
        deviation = self._scale(values)
        deviation[:, :2] *= self.config.position_noise
        deviation[:, 2:] *= self.config.size_noise
        if self._has_aspect:
            deviation[:, 2] = _ASPECT_MEASURED
        variance: NDArray[np.float64] = deviation * deviation
        if scores is not None and self.config.use_score_noise:
            variance *= np.maximum(1.0 - scores, _LEAST_NOISE)[:, None]
        return variance

    def _position_noise(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how much each value wanders in 1/30 s, shape (N, 4)."""
        noise = self.config.position_noise * self._scale(values)
        if self._has_aspect:
            noise[:, 2] = _ASPECT_DRIFT
        return noise

    def _rate_noise(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how much each rate changes in 1/30 s, shape (N, 4), per second."""
        noise: NDArray[np.float64] = self.config.velocity_noise * self._scale(values)
        if self._has_aspect:
            noise[:, 2] = _ASPECT_RATE
        noise /= REFERENCE_INTERVAL_S
        return noise

    def _scale(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the length that noise is proportional to, shape (N, 4)."""
        sizes = np.maximum(values[:, 2:], 1.0)
        if self._has_aspect:
            sizes = np.repeat(sizes[:, 1:], 2, axis=1)
        scale: NDArray[np.float64] = np.concatenate((sizes, sizes), axis=1)
        return scale
