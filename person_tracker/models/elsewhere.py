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

"""Networks that nobody offers in a form that runs here, and how to get them all the same."""

from pathlib import Path
from string import Template

import yaml


def networks_elsewhere() -> dict[str, str]:
    """Return the kind of each of these networks by its name."""
    return {name: about['kind'] for name, about in _known().items()}


def how_to_get(name: str, kind: str | None = None) -> str:
    """
    Say how somebody gets a network that cannot be fetched.

    Parameters
    ----------
    name
        What settings call it.
    kind
        What it is wanted for, as in the registry; any kind where None.

    Returns
    -------
    str
        One sentence with what is missing, where it is and what to do; empty where nothing is
        known of such a network.

    """
    about = _known().get(name)
    if about is None or kind not in (None, about['kind']):
        return ''
    return Template(' '.join(about['how'].split())).substitute(name=name, kind=about['kind'])


def _known() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name('elsewhere.yaml')
    known: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding='utf-8'))
    return known
