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

"""Laws of settings: declared once, checked always, read from text."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies
from person_tracker.core.identity import IdentityConfig
from person_tracker.core.settings import from_texts
from person_tracker.core.settings import group
from person_tracker.core.settings import Setting
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.core.settings import validate
from person_tracker.core.settings import walk
from person_tracker.core.tracker import TrackerConfig
import pytest


@dataclass(frozen=True)
class Wheels:
    count: int = setting(4, 'how many', minimum=2, maximum=18)
    width_m: float = setting(0.2, 'how wide', minimum=0.0, exclusive_minimum=True, unit='m')

    def __post_init__(self):
        validate(self)
        if self.count == 13:
            raise SettingError('count must not be 13')


@dataclass(frozen=True)
class Cart:
    colour: str = setting('red', 'how it looks', choices=('red', 'blue', ''))
    owner: str = setting('', 'whose it is')
    braked: bool = setting(True, 'whether it stays', live=False)
    load_kg: float = setting(0.0, 'what it carries', maximum=10.0)
    width_part: float = setting(0.5, 'how full', minimum=0.0, maximum=1.0, exclusive_minimum=True)
    stops: tuple[str, ...] = setting(('mill', 'market'), 'where it goes')
    wheels: Wheels = group(Wheels)

    def __post_init__(self):
        validate(self)


@pytest.mark.parametrize('values, message', [
    ({'colour': 'green'}, "colour must be one of red, blue, '', got 'green'"),
    ({'colour': 3}, 'colour must be a text, got 3'),
    ({'braked': 1}, 'braked must be true or false, got 1'),
    ({'load_kg': 10.5}, 'load_kg must be <= 10, got 10.5'),
    ({'load_kg': True}, 'load_kg must be a number, got True'),
    ({'load_kg': float('nan')}, 'load_kg must be <= 10, got nan'),
    ({'load_kg': float('-inf')}, 'load_kg must be <= 10, got -inf'),
    ({'width_part': 0.0}, 'width_part must be in (0, 1], got 0.0'),  # an end that is excluded
    ({'stops': ('mill', 3)}, "stops must be a list of texts, got ('mill', 3)"),
    ({'stops': 7}, 'stops must be a list of texts, got 7'),
    ({'wheels.count': 1}, 'wheels.count must be in [2, 18], got 1'),
    ({'wheels.count': 4.0}, 'wheels.count must be a whole number, got 4.0'),
    ({'wheels.count': 13}, 'wheels.count must not be 13'),  # a rule of the group itself
    ({'wheels.width_m': 0.0}, 'wheels.width_m must be > 0 m, got 0.0'),
    ({'wheels.width_m': '-1'}, 'wheels.width_m must be > 0 m, got -1.0'),  # as a text
    ({'wheels.width_m': float('inf')}, 'wheels.width_m must be > 0 m, got inf'),
])
def test_value_that_is_not_allowed_is_refused_with_name_value_and_range(values, message):
    with pytest.raises(SettingError) as caught:
        updated(Cart(), values)
    assert str(caught.value) == message


def test_configuration_is_checked_however_it_is_made():
    with pytest.raises(SettingError, match='count must be'):
        Wheels(count=0)
    with pytest.raises(SettingError, match='colour must be'):
        Cart(colour='green')


@pytest.mark.parametrize('values', [
    {'colour': ''},  # an empty text among the choices
    {'load_kg': 10.0},  # the end of a range
    {'load_kg': -1e300},  # the side that is open
    {'wheels.count': 2},
    {'wheels.count': 18},
    {'wheels.width_m': 1e-300},  # next to an end that is excluded
    {'stops': ()},
    {},
])
def test_allowed_value_is_kept_and_the_rest_stays(values):
    known = {name: value for name, value, _ in walk(Cart())}
    changed = {name: value for name, value, _ in walk(updated(Cart(), values))}
    assert changed == {**known, **values}


@pytest.mark.parametrize('name, text, value', [
    ('braked', 'off', False),
    ('braked', 'True', True),
    ('braked', '0', False),
    ('load_kg', '-2.5e1', -25.0),
    ('load_kg', '3', 3.0),
    ('wheels.count', '6', 6),
    ('owner', '007', '007'),  # a text stays one
    ('owner', '', ''),
    ('stops', 'mill, inn ,', ('mill', 'inn')),
    ('stops', '', ()),
    ('owner', 'a=b', 'a=b'),  # only the first = separates
])
def test_text_is_read_as_the_type_of_its_setting(name, text, value):
    config = from_texts(Cart(), [f' {name} = {text}'])
    read = next(current for known, current, _ in walk(config) if known == name)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize('text, message', [
    ('wheels.count=many', "wheels.count must be a whole number, got 'many'"),
    ('wheels.count=2.5', "wheels.count must be a whole number, got '2.5'"),
    ('load_kg=', "load_kg must be a number, got ''"),
    ('load_kg=nan', 'load_kg must be <= 10, got nan'),
    ('braked=perhaps', "braked must be true or false, got 'perhaps'"),
    ('braked', "expected name=value, got 'braked'"),
])
def test_text_that_cannot_be_read_is_refused(text, message):
    with pytest.raises(SettingError) as caught:
        from_texts(Cart(), [text])
    assert str(caught.value) == message


def test_later_text_wins():
    assert from_texts(Cart(), ['owner=Ann', 'owner=Bob']).owner == 'Bob'


@pytest.mark.parametrize('name', ['wheel', 'wheels', 'count', 'wheels.', 'Owner', ''])
def test_unknown_name_is_refused_and_the_known_ones_are_listed(name):
    with pytest.raises(SettingError, match=f'unknown setting {name!r}; known are braked, colour'):
        updated(Cart(), {name: 1})


def test_whole_number_is_taken_where_a_number_is_wanted():
    load = updated(Cart(), {'load_kg': 3}).load_kg
    assert load == 3.0
    assert type(load) is float


def test_list_is_taken_where_a_tuple_is_wanted():
    assert updated(Cart(), {'stops': ['inn']}).stops == ('inn',)


def test_configuration_given_is_never_changed():
    config, values = Cart(), {'wheels.count': 6, 'load_kg': '2'}
    updated(config, values)
    assert config == Cart()
    assert values == {'wheels.count': 6, 'load_kg': '2'}


def test_settings_that_depend_on_each_other_change_together():
    config = updated(TrackerConfig(), {'low_score': 0.8, 'high_score': 0.9})
    assert (config.low_score, config.high_score) == (0.8, 0.9)


def test_walk_names_every_setting_in_order_of_declaration():
    names = [name for name, _, _ in walk(Cart())]
    assert names == ['colour', 'owner', 'braked', 'load_kg', 'width_part', 'stops',
                     'wheels.count', 'wheels.width_m']
    live = {name: about.live for name, _, about in walk(Cart())}
    assert [name for name, changes in live.items() if not changes] == ['braked']


@pytest.mark.parametrize('config', [TrackerConfig(), IdentityConfig()])
def test_every_setting_says_what_it_causes_and_can_be_written_as_text(config):
    for name, value, about in walk(config):
        assert about.description, name
        assert from_texts(config, [f'{name}={value}']) == config


@given(strategies.floats(), strategies.floats(-10, 10), strategies.floats(0, 10),
       strategies.booleans())
def test_exactly_the_values_of_the_range_are_allowed(value, minimum, size, exclusive):
    about = Setting('', minimum=minimum, maximum=minimum + size, exclusive_minimum=exclusive)
    inside = minimum < value if exclusive else minimum <= value
    assert about.allows(value) == (inside and value <= minimum + size)


def test_setting_without_bounds_allows_every_finite_number_and_says_nothing():
    assert Setting('').allowed() == ''
    assert Setting('').allows(-1e300)
    assert not Setting('').allows(float('inf'))
