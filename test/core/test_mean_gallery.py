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

"""The plain rule for several cameras does what it says, and nothing more."""

import numpy as np
from person_tracker.core.mean_gallery import MeanGallery
from person_tracker.core.mean_gallery import MeanGalleryConfig
from person_tracker.core.settings import SettingError
import pytest


def looks(*angles_deg):
    radians = np.radians(angles_deg)
    return np.column_stack((np.cos(radians), np.sin(radians))).astype(np.float32)


@pytest.mark.parametrize('angle, person', [
    (0.0, 1),  # the same look
    (59.0, 1),  # cosine just above .5
    (61.0, 2),  # just below
    (180.0, 2),  # opposite
])
def test_a_new_track_is_who_is_near_enough(angle, person):
    gallery = MeanGallery()
    assert gallery.identify('door', [7], looks(0.0)).tolist() == [1]
    assert gallery.identify('hall', [7], looks(angle)).tolist() == [person]


def test_the_nearest_wins():
    gallery = MeanGallery()
    gallery.identify('door', [1, 2], looks(0.0, 70.0))
    assert gallery.identify('hall', [1, 2], looks(40.0, 30.0)).tolist() == [2, 1]


def test_a_track_keeps_its_person_whatever_it_looks_like():
    gallery = MeanGallery()
    gallery.identify('door', [1], looks(0.0))
    assert gallery.identify('door', [1], looks(180.0)).tolist() == [1]


def test_a_track_that_is_over_is_looked_up_anew():
    gallery = MeanGallery()
    gallery.identify('door', [1], looks(0.0))
    gallery.forget_tracks('door', [1, 5])
    assert gallery.identify('door', [1], looks(120.0)).tolist() == [2]


def test_the_mean_moves_by_a_tenth():
    gallery = MeanGallery(MeanGalleryConfig(threshold=0.9999))
    gallery.identify('door', [1], looks(0.0))  # the first look is the mean
    gallery.identify('door', [1], looks(90.0))
    mean_deg = np.degrees(np.arctan2(0.1, 0.9))
    assert gallery.identify('hall', [1, 2], looks(mean_deg, 0.0)).tolist() == [1, 2]


def test_a_look_that_is_unknown_names_nobody_and_teaches_nothing():
    gallery = MeanGallery()
    nothing = np.zeros((1, 2), np.float32)
    assert gallery.identify('door', [1], nothing).tolist() == [0]
    assert gallery.identify('door', [1], looks(0.0)).tolist() == [1]
    assert gallery.identify('door', [1], nothing).tolist() == [1]
    assert len(gallery) == 1


def test_galleries_do_not_notice_each_other():
    one, other = MeanGallery(), MeanGallery()
    one.identify('door', [1, 2], looks(0.0, 90.0))
    assert other.identify('door', [1], looks(180.0)).tolist() == [1]
    assert other.identify('door', [], np.empty((0, 2), np.float32)).tolist() == []


@pytest.mark.parametrize('values', [{'threshold': 1.1}, {'momentum': -0.1}])
def test_settings_out_of_range_are_refused(values):
    with pytest.raises(SettingError, match=next(iter(values))):
        MeanGalleryConfig(**values)
