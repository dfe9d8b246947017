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

"""The summary of a run adds up what it was given and reads no clock."""

from person_tracker.evaluation.summary import RunRecord
import pytest


def recorded():
    """Return a record of 100 images; stage durations 1..100 ms, people 1 and 2 in turn."""
    record = RunRecord()
    for number in range(100):
        record.add({'detect': (number + 1) / 1e3, 'track': .0005}, [1] if number % 2 else [1, 7])
    return record


def test_figures_add_up():
    summary = recorded().summary(elapsed_s=4.0, dropped=3)
    assert (summary.frames, summary.dropped, summary.fps) == (100, 3, 25.0)
    assert (summary.mean_people, summary.most_people, summary.ids) == (1.5, 2, 2)
    assert list(summary.durations) == ['detect', 'track']
    detect = summary.durations['detect']
    assert (detect.median_s, detect.p95_s, detect.count) == pytest.approx((.0505, .09505, 100))


def test_the_table_speaks_in_milliseconds():
    assert recorded().summary(elapsed_s=4.0, dropped=3).to_markdown() == """\
| run | value |
|---|---:|
| frames | 100 |
| frames dropped | 3 |
| frames per second | 25.0 |
| people per frame, mean | 1.5 |
| people per frame, most | 2 |
| ids | 2 |

| stage | median ms | p95 ms |
|---|---:|---:|
| detect | 50.5 | 95.0 |
| track | 0.5 | 0.5 |"""


def test_a_run_without_an_image_has_a_summary_too():
    summary = RunRecord().summary(elapsed_s=0.0)
    assert (summary.frames, summary.fps, summary.mean_people, summary.ids) == (0, 0, 0, 0)
    assert 'stage' not in summary.to_markdown()


def test_a_stage_that_runs_at_times_only_counts_when_it_ran():
    record = RunRecord()
    record.add({'detect': .1}, [])
    record.add({'detect': .1, 'reid': .2}, ['p1', 'p2'])
    summary = record.summary(elapsed_s=1.0)
    assert summary.durations['reid'].count == 1
    assert summary.ids == 2
    assert len(record) == 2
