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

"""Settings of identity: every one has bounds, and nonsense is refused by its dotted name."""

from person_tracker.core.identity_config import IdentityConfig
from person_tracker.core.settings import updated
from person_tracker.core.settings import walk
import pytest


def test_defaults_are_within_their_bounds():
    for name, value, setting in walk(IdentityConfig()):
        assert setting.description.endswith('.'), name
        assert setting.minimum is None or value >= setting.minimum, name
        assert setting.maximum is None or value <= setting.maximum, name


@pytest.mark.parametrize('name, value', [
    ('rule', 'best'),
    ('mean.threshold', 1.1),              # no cosine
    ('forget_track_s', 0.0),              # no track would outlast its image
    ('forget_track_s', float('inf')),     # and none would ever end
    ('accept_log_odds', -1.0),            # to believe what is unlikely
    ('min_margin', -0.1),
    ('reject_log_odds', float('nan')),
    ('face.min_quality', 1.1),
    ('face.max_looks', 0),                # nobody could be known by face
    ('face.max_looks', 17),               # more than are searched
    ('body.max_looks', 17),
    ('body.memory_s', -1.0),
    ('body.carry_name_s', -1.0),
    ('body.carry_log_odds', -1.0),        # a name for clothes that are not even believed
    ('body.min_looks', 0),                # somebody would be recognised by nothing
    ('body.min_looks', 9),                # more than a track remembers
    ('body.max_tracks', 0),               # nobody's body would be looked at
    ('geometry.spread_m', 0.0),           # no camera is calibrated so well
    ('geometry.area_m2', 0.0),
    ('geometry.memory_s', 0.0),
    ('geometry.speed_mps', 0.0),
    ('geometry.max_speed_mps', 0.0),      # nobody could leave the spot
    ('geometry.stray_s', -1.0),
    ('geometry.max_skew_s', -0.1),
    ('geometry.max_skew_s', 10.1),        # nobody waits so long for a camera
    ('geometry.max_skew_s', float('nan')),
    ('learning.decide_s', 61.0),
    ('learning.pause_s', -1.0),
    ('retention.anonymous_s', -1.0),
    ('retention.max_anonymous', -1),
])
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=name.rpartition('.')[2]):
        updated(IdentityConfig(), {name: value})


def test_clothes_carry_a_name_no_longer_than_they_are_remembered():
    config = IdentityConfig()
    assert config.body.carry_name_s <= config.body.memory_s


def test_a_name_needs_more_of_clothes_than_being_recognised():
    assert IdentityConfig().body.carry_log_odds > 0.0


def test_nobody_is_usually_as_fast_as_people_can_be():
    config = IdentityConfig().geometry
    assert config.speed_mps < config.max_speed_mps


def test_a_late_camera_is_not_waited_for_longer_than_a_stranger_takes():
    config = IdentityConfig()
    assert config.geometry.max_skew_s < config.learning.decide_s
