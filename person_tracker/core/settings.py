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
Settings declared once: default, bounds, unit and description beside the field that holds them.

A configuration is a frozen dataclass whose fields are made by `setting` (a value) or hold another
configuration (a group). Its `__post_init__` calls `validate`. Command line, ROS parameters and the
documentation's tables are all read from these fields, so that no default is written anywhere else.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import MISSING
from dataclasses import replace
import math
from typing import Any
from typing import TypeVar

Config = TypeVar('Config')
_KEY = 'person_tracker.setting'
_TRUE = ('true', 'yes', 'on', '1')
_FALSE = ('false', 'no', 'off', '0')


class SettingError(ValueError):
    """A setting's name is unknown or its value is not allowed; the text names all three."""


@dataclass(frozen=True)
class Setting:
    """
    What is known of one setting besides its default.

    Attributes
    ----------
    description
        One sentence: what the setting causes.
    minimum, maximum
        Allowed range, both ends included; None where that side is open.
    exclusive_minimum
        The minimum itself is not allowed.
    choices
        Allowed strings; empty where any is.
    unit
        Unit of the value, empty where it has none.
    live
        It may change while the system runs.

    """

    description: str
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ''
    live: bool = True

    def allowed(self) -> str:
        """Return the allowed values in words, empty where every value is allowed."""
        if self.choices:
            return 'one of ' + ', '.join(choice or "''" for choice in self.choices)
        unit = f' {self.unit}' if self.unit else ''
        if self.minimum is not None and self.maximum is not None:
            opening = '(' if self.exclusive_minimum else '['
            return f'in {opening}{self.minimum:g}, {self.maximum:g}]{unit}'
        if self.minimum is not None:
            sign = '>' if self.exclusive_minimum else '>='
            return f'{sign} {self.minimum:g}{unit}'
        return f'<= {self.maximum:g}{unit}' if self.maximum is not None else ''

    def allows(self, value: Any) -> bool:
        """Tell whether a value of the right type lies in the allowed range."""
        if self.choices:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return True
        if not math.isfinite(value):
            return False
        if self.minimum is not None:
            too_low = value <= self.minimum if self.exclusive_minimum else value < self.minimum
            if too_low:
                return False
        return self.maximum is None or value <= self.maximum


def setting(default: Any, description: str, **options: Any) -> Any:
    """
    Declare one field of a configuration; options are those of `Setting`.

    Tuples of strings are the only sequences allowed.
    """
    return field(default=default, metadata={_KEY: Setting(description, **options)})


def group(config_class: type) -> Any:
    """Declare a field that holds another configuration with its defaults."""
    return field(default_factory=config_class)


def validate(config: Any) -> None:
    """
    Refuse a configuration with a value of the wrong type or out of range.

    Raises
    ------
    SettingError
        Names the setting, the value given and what is allowed.

    """
    for item in fields(config):
        about = item.metadata.get(_KEY)
        if about is None:
            continue
        value = getattr(config, item.name)
        if not _has_type_of(value, item.default):
            raise SettingError(
                f'{item.name} must be {_type_name(item.default)}, got {value!r}')
        if not about.allows(value):
            raise SettingError(f'{item.name} must be {about.allowed()}, got {value!r}')


def walk(config: Any, prefix: str = '') -> Iterator[tuple[str, Any, Setting]]:
    """
    Give every setting of a configuration, groups joined by dots.

    Yields
    ------
    tuple
        Dotted name, current value, `Setting`.

    """
    for item in fields(config):
        value = getattr(config, item.name)
        if _KEY in item.metadata:
            yield prefix + item.name, value, item.metadata[_KEY]
        elif is_dataclass(value):
            yield from walk(value, f'{prefix}{item.name}.')


def updated(config: Config, values: Mapping[str, Any]) -> Config:
    """
    Return a copy with some settings replaced; the given configuration stays as it is.

    Parameters
    ----------
    config
        A configuration.
    values
        Values by dotted name. Strings are read as the setting's own type.

    Raises
    ------
    SettingError
        A name is unknown, a text cannot be read as the setting's type, or a value is not allowed.

    """
    known = {name: value for name, value, _ in walk(config)}
    for name in values:
        if name not in known:
            raise SettingError(f'unknown setting {name!r}; known are {", ".join(sorted(known))}')
    parsed = {name: _parse(name, value, known[name]) for name, value in values.items()}
    changed: Config = _rebuilt(config, parsed, '')
    return changed


def from_texts(config: Config, texts: list[str]) -> Config:
    """
    Return a copy with settings replaced as given on a command line.

    Parameters
    ----------
    config
        A configuration.
    texts
        Entries of the form `name=value`; a later one wins.

    Raises
    ------
    SettingError
        As `updated`, and for an entry without `=`.

    """
    values = {}
    for text in texts:
        name, separator, value = text.partition('=')
        if not separator:
            raise SettingError(f'expected name=value, got {text!r}')
        values[name.strip()] = value.strip()
    return updated(config, values)


def _rebuilt(config: Any, values: Mapping[str, Any], prefix: str) -> Any:
    changes = {}
    for item in fields(config):
        name = prefix + item.name
        if _KEY in item.metadata:
            if name in values:
                changes[item.name] = values[name]
        elif any(key.startswith(f'{name}.') for key in values):
            changes[item.name] = _rebuilt(getattr(config, item.name), values, f'{name}.')
    try:
        return replace(config, **changes)
    except SettingError as error:
        raise SettingError(f'{prefix}{error}') from None


def _parse(name: str, value: Any, example: Any) -> Any:
    if isinstance(example, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(example, tuple) and isinstance(value, (list, tuple)):
        return tuple(value)
    if not isinstance(value, str) or isinstance(example, str):
        return value
    try:
        return _parse_text(value, example)
    except ValueError:
        raise SettingError(f'{name} must be {_type_name(example)}, got {value!r}') from None


def _parse_text(text: str, example: Any) -> Any:
    if isinstance(example, bool):
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        raise ValueError(text)
    if isinstance(example, tuple):
        return tuple(part.strip() for part in text.split(',') if part.strip())
    return type(example)(text)


def _has_type_of(value: Any, example: Any) -> bool:
    if example is MISSING:
        return True
    if isinstance(example, tuple):
        return isinstance(value, tuple) and all(isinstance(part, str) for part in value)
    if isinstance(example, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(example, bool)
    if isinstance(example, float):
        return isinstance(value, (int, float))
    return isinstance(value, type(example))


def _type_name(example: Any) -> str:
    names = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'a text',
             tuple: 'a list of texts'}
    return names.get(type(example), type(example).__name__)
