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

"""Settings of the core are parameters of a node: declared once, checked always."""

from collections.abc import Callable
from dataclasses import dataclass
import math

from person_tracker.core.settings import group
from person_tracker.core.settings import setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import validate
from person_tracker.nodes.parameters import declare_config
import pytest
from rcl_interfaces.msg import ParameterType
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter


@dataclass(frozen=True)
class LensConfig:
    focus_m: float = setting(2.0, 'where it is sharp', minimum=0.0, exclusive_minimum=True,
                             unit='m')
    steps: int = setting(4, 'positions of the motor', minimum=1, maximum=9)

    def __post_init__(self) -> None:
        validate(self)


@dataclass(frozen=True)
class EyeConfig:
    uri: str = setting('', 'what it looks at', live=False)
    side: str = setting('left', 'which one it is', choices=('left', 'right'))
    is_open: bool = setting(True, 'whether it sees')
    gain: float = setting(1.0, 'amplification', minimum=0.0, maximum=10.0)
    offset: float = setting(0.0, 'without any limit')
    friends: tuple[str, ...] = setting(('nose', 'ear'), 'who is told', live=False)
    lens: LensConfig = group(LensConfig)

    def __post_init__(self) -> None:
        validate(self)
        if not self.is_open and self.gain > 5.0:
            raise SettingError(f'gain must be <= 5 with is_open off, got {self.gain:g}')


@pytest.fixture
def make_node(ros) -> Callable[..., Node]:
    """Return a function that makes a node which was given some values at its start."""
    def make(*arguments: str, **values: object) -> Node:
        overrides = [Parameter(name.replace('__', '.'), value=value)
                     for name, value in values.items()]
        return ros.add(rclpy.create_node(
            'eye', parameter_overrides=overrides, use_global_arguments=False,
            cli_args=['--ros-args', *arguments] if arguments else []))
    return make


def changed(node: Node, name: str, value: object) -> str:
    """Return why a change was refused, empty where it was not."""
    result = node.set_parameters([Parameter(name, value=value)])[0]
    return '' if result.successful else result.reason


def test_node_without_given_values_has_the_defaults(make_node):
    node = make_node()
    assert declare_config(node, EyeConfig) == EyeConfig()
    assert node.get_parameter('lens.focus_m').value == 2.0
    assert list(node.get_parameter('friends').value) == ['nose', 'ear']


def test_every_setting_is_described_with_its_range(make_node):
    node = make_node()
    declare_config(node, EyeConfig, lambda config: None)
    gain, focus, steps, side, uri, offset = (node.describe_parameter(name) for name in (
        'gain', 'lens.focus_m', 'lens.steps', 'side', 'uri', 'offset'))
    assert gain.description == 'amplification'
    assert (gain.floating_point_range[0].from_value, gain.floating_point_range[0].to_value) == (
        0.0, 10.0)
    assert (steps.integer_range[0].from_value, steps.integer_range[0].to_value) == (1, 9)
    assert focus.additional_constraints == '> 0 m'
    assert focus.floating_point_range[0].to_value > 1e100
    assert side.additional_constraints == 'one of left, right'
    assert offset.floating_point_range == [] and uri.integer_range == []
    assert [item.read_only for item in (gain, side, uri)] == [False, False, True]
    assert node.describe_parameter('is_open').type == ParameterType.PARAMETER_BOOL


def test_given_values_are_taken_and_shown(make_node):
    node = make_node(side='right', lens__steps=7, friends=['mouth'], is_open=False)
    config = declare_config(node, EyeConfig)
    assert config == EyeConfig(side='right', lens=LensConfig(steps=7), friends=('mouth',),
                               is_open=False)
    assert node.get_parameter('lens.steps').value == 7
    assert list(node.get_parameter('friends').value) == ['mouth']


@pytest.mark.parametrize('argument, name, expected', [
    ('gain:=3', 'gain', 3.0),  # a whole number is a number
    ('gain:=3.5', 'gain', 3.5),
    ('uri:=0', 'uri', '0'),  # camera 0, which YAML reads as a number
    ('uri:=/dev/video0', 'uri', '/dev/video0'),
    ('uri:=rtsp://host:8554/a?b=c', 'uri', 'rtsp://host:8554/a?b=c'),
    ('is_open:=false', 'is_open', False),
    ('friends:=[mouth]', 'friends', ('mouth',)),
])
def test_command_line_is_read_as_the_settings_type(make_node, argument, name, expected):
    value = getattr(declare_config(make_node('-p', argument), EyeConfig), name)
    assert value == expected and type(value) is type(expected)


@pytest.mark.parametrize('given, said', [
    ({'gain': 11.0}, r'gain must be in \[0, 10\], got 11'),
    ({'gain': math.nan}, r'gain must be in \[0, 10\], got nan'),
    ({'lens__focus_m': 0.0}, r'lens.focus_m must be > 0 m, got 0'),
    ({'lens__steps': 10}, r'lens.steps must be in \[1, 9\], got 10'),
    ({'lens__steps': 2.5}, r'lens.steps must be a whole number, got 2.5'),
    ({'side': 'middle'}, r"side must be one of left, right, got 'middle'"),
    ({'is_open': 1}, r'is_open must be true or false, got 1'),
    ({'gain': 'much'}, r"gain must be a number, got 'much'"),
    ({'is_open': False, 'gain': 6.0}, r'gain must be <= 5 with is_open off, got 6'),
    ({'gian': 1.0}, r"unknown parameter 'gian' of node eye; known are .*gain, is_open.*uri"),
    ({'lens__fokus_m': 1.0}, r"unknown parameter 'lens.fokus_m' of node eye; known .*lens.focus_"),
])
def test_node_refuses_to_start_with_what_is_not_allowed(make_node, given, said):
    with pytest.raises(SettingError, match=said) as refusal:
        declare_config(make_node(**given), EyeConfig)
    assert '\n' not in str(refusal.value)


def test_parameters_of_ros_itself_are_not_taken_for_typing_errors(make_node):
    node = make_node(use_sim_time=True)
    assert declare_config(node, EyeConfig) == EyeConfig()
    assert node.get_parameter('use_sim_time').value is True


def test_live_change_reaches_the_node_once_and_whole(make_node):
    node, seen = make_node(), []
    declare_config(node, EyeConfig, seen.append)
    assert changed(node, 'lens.focus_m', 5.0) == ''
    assert changed(node, 'gain', 2) == ''  # a whole number is a number here too
    assert changed(node, 'gain', 2.0) == ''  # which changes nothing
    assert seen == [EyeConfig(lens=LensConfig(focus_m=5.0)),
                    EyeConfig(lens=LensConfig(focus_m=5.0), gain=2.0)]


@pytest.mark.parametrize('name, value, parts', [
    ('gain', 11.0, ('gain', '11.0', '10')),
    ('gain', -0.5, ('gain', '-0.5', '0')),
    ('gain', math.nan, ('gain', 'nan', '10')),
    ('gain', 'much', ('gain', 'much', 'a number')),
    ('lens.focus_m', 0.0, ('lens.focus_m', '0.0', '> 0 m')),  # ROS knows closed ranges only
    ('lens.steps', 0, ('lens.steps', '0', '1', '9')),
    ('side', 'middle', ('side', 'middle', 'left, right')),
    ('is_open', 'no', ('STRING', 'BOOL')),  # ROS itself refuses it
])
def test_live_change_to_what_is_not_allowed_is_refused_and_changes_nothing(
        make_node, name, value, parts):
    node, seen = make_node(), []
    declare_config(node, EyeConfig, seen.append)
    before = node.get_parameter(name).value
    reason = changed(node, name, value)
    for part in parts:
        assert part in reason
    assert node.get_parameter(name).value == before and seen == []


def test_two_settings_that_belong_together_change_at_once(make_node):
    node, seen = make_node(gain=6.0), []
    declare_config(node, EyeConfig, seen.append)
    assert 'gain must be <= 5' in changed(node, 'is_open', False)
    result = node.set_parameters_atomically(
        [Parameter('is_open', value=False), Parameter('gain', value=4.0)])
    assert result.successful
    assert seen == [EyeConfig(is_open=False, gain=4.0)]


@pytest.mark.parametrize('name, value', [('uri', 'other'), ('friends', ['mouth'])])
def test_setting_that_is_not_live_is_read_only(make_node, name, value):
    node, seen = make_node(), []
    declare_config(node, EyeConfig, seen.append)
    assert 'read-only' in changed(node, name, value)
    assert seen == []


def test_nothing_is_live_where_nobody_applies_it(make_node):
    node = make_node()
    declare_config(node, EyeConfig)
    assert 'read-only' in changed(node, 'gain', 2.0)


def test_two_nodes_do_not_notice_each_other(ros):
    nodes, seen = [ros.add(rclpy.create_node(name)) for name in ('one', 'two')], ([], [])
    for node, apply in zip(nodes, seen):
        declare_config(node, EyeConfig, apply.append)
    assert changed(nodes[0], 'gain', 2.0) == ''
    assert len(seen[0]) == 1 and seen[1] == []
    assert nodes[1].get_parameter('gain').value == 1.0
