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

"""Configurations of the core as ROS parameters: declared once, checked always, some live."""

from collections.abc import Callable
from typing import Any
from typing import TypeVar

from person_tracker.core.settings import Setting
from person_tracker.core.settings import SettingError
from person_tracker.core.settings import updated
from person_tracker.core.settings import walk
from rcl_interfaces.msg import FloatingPointRange
from rcl_interfaces.msg import IntegerRange
from rcl_interfaces.msg import ParameterDescriptor
from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

Config = TypeVar('Config')
_OF_RCLPY = ('use_sim_time', 'qos_overrides.', 'start_type_description_service')
_LARGEST = 1e300
_LARGEST_INTEGER = 2 ** 62


def declare_config(node: Node, config_class: type[Config],
                   apply: Callable[[Config], None] | None = None) -> Config:
    """
    Declare every setting of a configuration on a node and return what was given there.

    Parameters
    ----------
    node
        The node; its parameters get the names of the settings, groups joined by dots.
    config_class
        A configuration with a default for every setting.
    apply
        Called with the whole configuration after a live setting changed; None: nothing is live.

    Raises
    ------
    SettingError
        A value given to the node is not allowed, or a name given to it is unknown.

    """
    defaults = config_class()
    config = updated(defaults, _given(node, defaults))
    for name, value, about in walk(config):
        descriptor = _descriptor(value, about, live=about.live and apply is not None)
        node.declare_parameter(name, _to_ros(value), descriptor, ignore_override=True)
    if apply is not None:
        _Live(node, config, apply)
    return config


class _Live:
    """Keeps a node's configuration in step with its parameters."""

    def __init__(self, node: Node, config: Any, apply: Callable[[Any], None]) -> None:
        self._config = config
        self._names = {name for name, _, _ in walk(config)}
        self._apply = apply
        node.add_on_set_parameters_callback(self._check)
        if hasattr(node, 'add_post_set_parameters_callback'):
            node.add_post_set_parameters_callback(self._take)
            self._check_only = True
        else:  # Humble has no callback after the set
            self._check_only = False

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        try:
            config = self._with(parameters)
        except SettingError as error:
            return SetParametersResult(successful=False, reason=str(error))
        if not self._check_only:
            self._use(config)
        return SetParametersResult(successful=True)

    def _take(self, parameters: list[Parameter]) -> None:
        self._use(self._with(parameters))

    def _with(self, parameters: list[Parameter]) -> Any:
        changes = {item.name: item.value for item in parameters if item.name in self._names}
        return updated(self._config, changes)

    def _use(self, config: Any) -> None:
        if config != self._config:
            self._config = config
            self._apply(config)


def _given(node: Node, defaults: Any) -> dict[str, Any]:
    """Return the values given to the node at its start, by command line, file or launch."""
    known = {name: value for name, value, _ in walk(defaults)}
    # rclpy takes no notice of a given name that nobody declares: a typing error would go unseen.
    overrides = node._parameter_overrides
    unknown = [name for name in overrides
               if name not in known and not name.startswith(_OF_RCLPY)]
    if unknown:
        raise SettingError(
            f'unknown parameter {unknown[0]!r} of node {node.get_name()}; '
            f'known are {", ".join(sorted(known))}')
    return {name: _as_text(item.value) if isinstance(known[name], str) else item.value
            for name, item in overrides.items() if name in known}


def _as_text(value: Any) -> Any:
    # `-p source.uri:=0` means the camera with that number, and YAML reads a number.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _descriptor(value: Any, about: Setting, *, live: bool) -> ParameterDescriptor:
    allowed = about.allowed()
    descriptor = ParameterDescriptor(
        description=about.description, read_only=not live,
        additional_constraints=allowed if about.choices or about.exclusive_minimum else '')
    if isinstance(value, bool) or (about.minimum is None and about.maximum is None):
        return descriptor
    if isinstance(value, int):
        descriptor.integer_range = [IntegerRange(
            from_value=int(_or(about.minimum, -_LARGEST_INTEGER)),
            to_value=int(_or(about.maximum, _LARGEST_INTEGER)))]
    elif isinstance(value, float):
        # A whole number is a number too: `-p max_lost_s:=3` must not fail for want of a point.
        descriptor.dynamic_typing = True
        descriptor.floating_point_range = [FloatingPointRange(
            from_value=float(_or(about.minimum, -_LARGEST)),
            to_value=float(_or(about.maximum, _LARGEST)))]
    return descriptor


def _or(bound: float | None, otherwise: float) -> float:
    return otherwise if bound is None else bound


def _to_ros(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
