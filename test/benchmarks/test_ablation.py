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

"""Every switch of the tracker is measured and explained."""

from pathlib import Path

from benchmarks.ablation import ablations
from benchmarks.ablation import switch_text
from benchmarks.document import section
from person_tracker.core.settings import updated
from person_tracker.core.settings import walk
from person_tracker.core.tracker import TrackerConfig
import pytest

DOCS = Path(__file__).resolve().parents[2] / 'docs'


def switches():
    """Return every setting with a few values only, and each value that is not the default."""
    for name, value, about in walk(TrackerConfig()):
        others = (not value,) if isinstance(value, bool) else about.choices
        yield from ((name, other) for other in others if other != value)


def test_each_ablation_is_another_configuration_that_the_tracker_takes():
    default = TrackerConfig()
    configs = [updated(default, entry.options) for entry in ablations()]
    assert configs[0] == default
    for number, config in enumerate(configs[1:], start=1):
        assert config not in configs[:number], ablations()[number].label


def test_one_thing_is_changed_at_a_time():
    assert all(len(entry.options) == 1 for entry in ablations()[1:])


@pytest.mark.parametrize('name, value', list(switches()))
def test_every_switch_is_measured_the_other_way(name, value):
    assert {name: value} in [entry.options for entry in ablations()]


@pytest.mark.parametrize('entry', ablations()[1:], ids=switch_text)
def test_what_is_measured_is_explained(entry):
    text = (DOCS / 'tracker.md').read_text(encoding='utf-8').partition('## Switches')[2]
    by_hand = text.partition('<!-- begin generated')[0]
    assert all(f'`{name}`' in by_hand for name in entry.options)


@pytest.mark.parametrize('document, name', [
    ('benchmarks.md', 'tracker_speed'),
    ('benchmarks.md', 'tracker_quality'),
    ('tracker.md', 'tracker_ablation'),
])
def test_documents_hold_the_figures(document, name):
    assert '| person_tracker |' in section((DOCS / document).read_text(encoding='utf-8'), name)


def test_a_switch_is_written_as_on_the_command_line():
    texts = [switch_text(entry) for entry in ablations()]
    assert texts[:2] == ['', '`use_low_scores=false`']
