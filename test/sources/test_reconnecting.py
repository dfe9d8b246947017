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

"""Live sources that stall, disappear and come back; files that simply end."""

import threading
import time

import numpy as np
from person_tracker.core.types import Frame
from person_tracker.sources.opening import open_source
from person_tracker.sources.reconnecting import Backoff
from person_tracker.sources.reconnecting import ReconnectingSource
from person_tracker.sources.source import SourceConfig
from person_tracker.sources.source import SourceError
import pytest

FAST = {'min_backoff_s': 0.01, 'max_backoff_s': 0.02, 'open_timeout_s': 2.0,
        'read_timeout_s': 0.3}
PICTURES = [np.full((48, 64, 3), level, np.uint8) for level in (50, 100, 150)]


class ScriptedSource:
    """A live source that gives so many frames and then fails or ends."""

    is_live = True
    description = 'the camera'
    corrupt_frames = 1

    def __init__(self, frames, error=None, is_live=True):
        self.is_live = is_live
        self.is_open = True
        self._frames = iter(range(frames))
        self._error = error

    def read(self):
        index = next(self._frames, None)
        if index is None and self._error:
            raise SourceError(self._error)
        return None if index is None else Frame(PICTURES[0], -1, index)

    def close(self):
        self.is_open = False


class Script:
    """Opens one entry after the other; a text is a failure to open."""

    def __init__(self, *entries):
        self._entries = iter(entries)

    def __call__(self, config):
        entry = next(self._entries)
        if isinstance(entry, str):
            raise SourceError(entry)
        return entry


class CountedWaits(threading.Event):
    """A stop event that notes how long it was asked to wait, without waiting."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        return self.is_set()


@pytest.mark.parametrize(('attempt', 'delay'), [
    (1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (6, 10.0), (1_000_000, 10.0)])
def test_waits_double_up_to_the_longest(attempt, delay):
    assert Backoff(0.5, 10.0).delay_s(attempt) == delay


def test_lost_source_is_reopened_with_growing_waits_and_numbers_go_on():
    clock = iter(range(100))
    stop = CountedWaits()
    script = Script(
        ScriptedSource(2, 'cable pulled'), 'no camera', 'still no camera', ScriptedSource(2),
        ScriptedSource(1))
    source = ReconnectingSource(
        SourceConfig(min_backoff_s=1, max_backoff_s=8), open_source=script, stop=stop,
        clock=lambda: next(clock))
    assert not source.connection.is_connected
    indices = []
    indices += [source.read().index for _ in range(2)]
    assert source.connection.is_connected
    indices += [source.read().index for _ in range(3)]
    assert indices == [0, 1, 2, 3, 4]
    assert stop.waits == [1, 2, 4, 1]
    assert source.corrupt_frames == 3
    connection = source.connection
    assert (connection.is_connected, connection.attempts, connection.losses) == (True, 0, 2)
    assert connection.last_error == 'the camera ended'


def test_state_tells_of_the_loss_while_it_lasts():
    stop = CountedWaits()
    seen = []

    def fail(config):
        seen.append(source.connection)
        if len(seen) == 3:
            source.stop()
        raise SourceError(f'failure {len(seen)}')

    openers = iter([lambda config: ScriptedSource(1, 'cable pulled')] + [fail] * 3)
    source = ReconnectingSource(
        SourceConfig(), open_source=lambda config: next(openers)(config), stop=stop,
        clock=lambda: 5.0)
    assert source.read() is not None
    assert source.read() is None
    assert [state.attempts for state in seen] == [1, 2, 3]
    assert [state.last_error for state in seen] == ['cable pulled', 'failure 1', 'failure 2']
    assert {(state.is_connected, state.since_s, state.losses) for state in seen} == {
        (False, 5.0, 1)}
    assert source.source is None


def test_source_that_opens_but_gives_nothing_is_waited_for_longer_each_time():
    stop = CountedWaits()
    script = Script(*[ScriptedSource(0, 'nothing') for _ in range(4)], ScriptedSource(1))
    source = ReconnectingSource(
        SourceConfig(min_backoff_s=1, max_backoff_s=100), open_source=script, stop=stop)
    assert source.read().index == 0
    assert stop.waits == [1, 2, 4, 8]


def test_every_lost_source_is_closed():
    lost = [ScriptedSource(1), ScriptedSource(1), ScriptedSource(1)]
    with ReconnectingSource(
            SourceConfig(), open_source=Script(*lost), stop=CountedWaits()) as source:
        for _ in range(3):
            source.read()
        assert [entry.is_open for entry in lost] == [False, False, True]
    assert not lost[2].is_open


def test_first_failure_is_raised_unless_retry_is_asked_for():
    with pytest.raises(SourceError, match='no camera'):
        ReconnectingSource(SourceConfig(), open_source=Script('no camera'))
    source = ReconnectingSource(
        SourceConfig(retry_first_open=True), stop=CountedWaits(),
        open_source=Script('no camera', 'no camera', ScriptedSource(1)))
    assert source.connection.last_error == 'no camera'
    assert source.read().index == 0


def test_file_ends_and_its_errors_are_raised():
    source = ReconnectingSource(
        SourceConfig(), open_source=Script(ScriptedSource(1, is_live=False)))
    assert source.read().index == 0
    assert source.read() is None
    source = ReconnectingSource(
        SourceConfig(), open_source=Script(ScriptedSource(0, 'disk broke', is_live=False)))
    with pytest.raises(SourceError, match='disk broke'):
        source.read()


def test_stop_ends_a_wait_at_once():
    source = ReconnectingSource(
        SourceConfig(min_backoff_s=60, max_backoff_s=60, retry_first_open=True),
        open_source=Script('no camera'))
    threading.Timer(0.05, source.stop).start()
    started = time.monotonic()
    assert source.read() is None
    assert time.monotonic() - started < 5.0


def test_stream_that_disappears_and_comes_back_goes_on(server):
    server.live_images = PICTURES * 5
    with ReconnectingSource(SourceConfig(uri=f'{server.url}/live', **FAST)) as source:
        first = [source.read() for _ in range(15)]
        server.stop()
        threading.Timer(0.2, server.start).start()
        second = [source.read() for _ in range(5)]
        assert source.connection.losses == 1
    assert [frame.index for frame in first + second] == list(range(20))
    assert {frame.stamp_ns for frame in first + second} == {-1}
    assert [round(float(frame.image.mean()), -1) for frame in second[:3]] == [50, 100, 150]


def test_stream_that_falls_silent_is_given_up_and_reopened(server):
    server.live_images, server.stalls = PICTURES * 4, True
    with ReconnectingSource(SourceConfig(uri=f'{server.url}/live', **FAST)) as source:
        frames = [source.read() for _ in range(20)]
        assert source.connection.losses == 1
        assert 'sent nothing for 0.3 s' in source.connection.last_error
        assert 'raise read_timeout_s' in source.connection.last_error
    assert [frame.index for frame in frames] == list(range(20))


def test_frame_size_may_change_in_a_live_stream(server):
    server.live_images = [PICTURES[0]] * 8 + [np.zeros((31, 47, 3), np.uint8)] * 4
    with open_source(SourceConfig(uri=f'{server.url}/live', **FAST)) as source:
        assert source.is_live
        shapes = [source.read().image.shape for _ in range(12)]
    assert shapes == [(48, 64, 3)] * 8 + [(31, 47, 3)] * 4


def test_rtsp_camera_is_read_until_it_falls_silent(rtsp_server):
    frames = []
    with open_source(SourceConfig(uri=rtsp_server.url, **FAST)) as source:
        assert source.is_live
        with pytest.raises(SourceError, match='sent nothing for 0.3 s'):
            for frame in source:
                frames.append(frame)
    assert len(frames) >= 20  # the first ones are dropped, for the delay's sake
    assert {frame.image.shape for frame in frames} == {(48, 64, 3)}
    assert {frame.stamp_ns for frame in frames} == {-1}


def test_refresh_reopens_a_live_source_that_nobody_read_for_long_and_counts_on():
    times = iter([0.0, 0.0, 0.1, 0.2, 0.5, 5.0])
    first, second = ScriptedSource(9), ScriptedSource(9)
    source = ReconnectingSource(
        SourceConfig(uri='0', **FAST), open_source=Script(first, second),
        clock=lambda: next(times, 6.0))
    assert source.read().index == 0
    source.refresh()
    assert first.is_open  # read a moment ago
    source.refresh()
    assert not first.is_open
    assert source.read().index == 1
    assert source.connection.losses == 0


def test_refresh_leaves_a_file_alone():
    file = ScriptedSource(9, is_live=False)
    source = ReconnectingSource(
        SourceConfig(uri='a.mp4', **FAST), open_source=Script(file),
        clock=iter(range(100)).__next__)
    source.read()
    source.refresh()
    assert file.is_open
