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

"""What all sources share: settings, numbers, stamps, loops, limits."""

import math

import numpy as np
from person_tracker.core.settings import SettingError
from person_tracker.sources.source import RawFrame
from person_tracker.sources.source import Source
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
import pytest

DAMAGED = None


class ListReader:
    """Frames of grey levels at 10 Hz, held in a list; a `SourceError` in it is raised."""

    frame_rate_hz = 10.0
    description = 'the list'

    def __init__(self, levels, is_live=False):
        self.is_live = is_live
        self.frame_count = len(levels)
        self.is_open = True
        self._items = enumerate(levels)

    def read(self):
        number, level = next(self._items, (0, 'end'))
        if isinstance(level, SourceError):
            raise level
        if level == 'end':
            return None
        image = None if level is DAMAGED else np.full((6, 8, 3), level, np.uint8)
        return RawFrame(image, number * 100_000_000)

    def close(self):
        self.is_open = False


def source_of(levels, is_live=False, clock=lambda: 0.0, **settings):
    return Source(lambda: ListReader(levels, is_live), SourceConfig(**settings), clock=clock)


def levels(frames):
    return [int(frame.image[0, 0, 0]) for frame in frames]


@pytest.mark.parametrize(('settings', 'message'), [
    ({'skip_frames': -1}, 'skip_frames must be >= 0, got -1'),
    ({'flip': 'sideways'}, "flip must be one of none, .* got 'sideways'"),
    ({'open_timeout_s': 0.0}, 'open_timeout_s must be > 0 s, got 0.0'),
    ({'max_rate_hz': math.nan}, 'max_rate_hz must be >= 0 Hz, got nan'),
    ({'capture_width': 640}, 'must be set together, got 640 and 0'),
    ({'min_backoff_s': 5.0, 'max_backoff_s': 1.0}, r'at least min_backoff_s \(5 s\), got 1'),
])
def test_wrong_setting_is_refused(settings, message):
    with pytest.raises(SettingError, match=message):
        SourceConfig(**settings)


def test_frames_are_numbered_and_stamped_from_zero():
    frames = list(source_of([5, 6, 7]))
    assert levels(frames) == [5, 6, 7]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [frame.stamp_ns for frame in frames] == [0, 100_000_000, 200_000_000]


def test_skipped_frames_count_for_nothing():
    source = source_of([5, 6, 7], skip_frames=2)
    assert source.frame_count == 1
    frames = list(source)
    assert (levels(frames), frames[0].index, frames[0].stamp_ns) == ([7], 0, 0)


def test_loop_repeats_with_rising_stamps_and_numbers_and_skips_every_time():
    source = source_of([5, 6, 7], skip_frames=1, loop=True)
    frames = [source.read() for _ in range(5)]
    assert levels(frames) == [6, 7, 6, 7, 6]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [round(10 * frame.time_s, 6) for frame in frames] == [0, 1, 2, 3, 4]
    assert source.frame_count is None


def test_rate_limit_leaves_frames_out_but_keeps_their_numbers_and_times():
    frames = list(source_of(range(10), max_rate_hz=5.0))
    assert [frame.index for frame in frames] == [0, 2, 4, 6, 8]
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_rate_limit_of_live_frames_goes_by_their_arrival():
    arrivals = iter([3.0, 3.01, 3.02, 3.25])
    source = source_of(range(4), is_live=True, max_rate_hz=5.0, clock=lambda: next(arrivals))
    assert [frame.index for frame in source] == [0, 3]


def test_damaged_frames_are_left_out_and_counted():
    source = source_of([5, DAMAGED, 7, DAMAGED])
    frames = list(source)
    assert [frame.index for frame in frames] == [0, 2]
    assert source.corrupt_frames == 2


def test_live_frames_have_no_stamp_and_do_not_loop():
    source = source_of([5, 6], is_live=True, loop=True)
    assert [frame.stamp_ns for frame in source] == [-1, -1]
    assert source.read() is None


def test_flip_and_size_limit_change_every_frame():
    source = source_of([5, 6], flip='rotate_90', max_width=4)
    assert [frame.image.shape for frame in source] == [(4, 3, 3)] * 2


@pytest.mark.parametrize(('content', 'settings', 'message'), [
    ([], {}, 'the list has no frame; check that the file is complete'),
    ([DAMAGED] * 3, {}, r'the list has no frame that can be decoded \(3 damaged\)'),
    ([5, 6], {'skip_frames': 2}, 'no frame after the first 2; lower skip_frames'),
    ([5, 6], {'skip_frames': 9}, 'no frame after the first 9; lower skip_frames'),
])
def test_source_without_a_frame_is_refused_and_closed(content, settings, message):
    reader = ListReader(content)
    with pytest.raises(SourceError, match=message):
        Source(lambda: reader, SourceConfig(**settings))
    assert not reader.is_open


def test_failing_medium_is_reported_after_the_frames_before_it():
    source = source_of([5, SourceError('the disk broke')])
    assert source.read() is not None
    with pytest.raises(SourceError, match='the disk broke'):
        source.read()


def test_leaving_the_context_closes_the_medium():
    reader = ListReader([5])
    with Source(lambda: reader, SourceConfig()) as source:
        assert source.read() is not None
    assert not reader.is_open
