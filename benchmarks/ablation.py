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

"""Each technique of the tracker switched over, one at a time."""

from benchmarks.comparison import OURS
from benchmarks.worker_process import Entry

_ALTERNATIVES = (
    ('no second pass over low scores', {'use_low_scores': False}),
    ('no camera motion', {'use_camera_motion': False}),
    ('box as centre, aspect, height', {'motion.form': 'xyah'}),
    ('noise by score', {'motion.use_score_noise': True}),
    ('observation-centric re-update', {'motion.use_bridging': True}),
    ('matching cascade', {'matching.order': 'cascade'}),
    ('fusion: minimum', {'matching.fusion': 'minimum'}),
    ('fusion: gated', {'matching.fusion': 'gated'}),
    ('fusion: looks alone', {'matching.appearance_weight': 1.0}),
    ('overlap without score', {'matching.use_score': False}),
    ('overlap without height', {'matching.use_height': False}),
    ('clear pairs without looks', {'matching.use_clear_pairs': True}),
    ('duplicates dropped', {'max_duplicate_iou': 0.8}),
    ('fixed limit of looks', {'appearance.use_stranger_scale': False}),
    ('no veto by looks', {'appearance.veto_after_s': 600.0}),
    ('nearest of the last 50 looks', {'appearance.memory': 'nearest'}),
    ('no re-entry', {'reentry.is_on': False}),
    ('re-entry after walking out', {'reentry.after_exit': True}),
)


def ablations() -> list[Entry]:
    """Return the tracker as it is, and once for each alternative."""
    changed = [Entry(name, OURS.kind, options, use_looks=True) for name, options in _ALTERNATIVES]
    return [OURS, *changed]


def switch_text(entry: Entry) -> str:
    """Return what an entry changes, as it is written on the command line."""
    return ', '.join(f'`{name}={str(value).lower()}`' for name, value in entry.options.items())
