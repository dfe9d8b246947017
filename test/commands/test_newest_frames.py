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


"""Newest first, never a queue; and an error of the reading thread is not lost."""

import threading

import numpy as np
from person_tracker.commands.newest_frames import NewestFrames
from person_tracker.core.types import Frame
import pytest

IMAGE = np.zeros((2, 2, 3), np.uint8)


def burst(count, more):
    """Give frames at once, tell that they are out, then wait for leave to go on."""
    for index in range(count):
        yield Frame(IMAGE, index, index)
    more.out.set()
    assert more.go_on.wait(10)
    yield Frame(IMAGE, count, count)


class Signals:
    """Events between a test and the frames it reads."""

    def __init__(self):
        self.out, self.go_on = threading.Event(), threading.Event()


def test_who_is_late_gets_the_newest_and_the_others_are_counted():
    signals = Signals()
    newest = NewestFrames(burst(5, signals), threading.Event())
    assert signals.out.wait(10)
    frames = iter(newest)
    assert next(frames).index == 4
    assert newest.dropped == 4
    signals.go_on.set()
    assert [frame.index for frame in frames] == [5]
    assert newest.dropped == 4


def test_an_error_comes_after_the_last_frame():
    def failing():
        yield Frame(IMAGE, 0, 0)
        raise RuntimeError('unplugged')
    frames = iter(NewestFrames(failing(), threading.Event()))
    with pytest.raises(RuntimeError, match='unplugged'):
        for frame in frames:
            assert frame.index == 0


def test_close_ends_the_reading_thread():
    stop = threading.Event()

    def endless():
        while not stop.wait(.001):
            yield Frame(IMAGE, 0, 0)
    newest = NewestFrames(endless(), stop)
    next(iter(newest))
    before = threading.active_count()
    newest.close()
    assert threading.active_count() == before - 1
