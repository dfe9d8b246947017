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

"""Stamps and headers of messages to nanoseconds, seconds and frames, and back."""

from builtin_interfaces.msg import Time
from person_tracker.core.types import Frame
from person_tracker.core.types import NANOSECONDS
from std_msgs.msg import Header


def nanoseconds(stamp: Time) -> int:
    """Return a stamp in nanoseconds, exactly."""
    return stamp.sec * NANOSECONDS + stamp.nanosec


def seconds(stamp: Time) -> float:
    """Return a stamp in seconds; exact to under a microsecond."""
    return nanoseconds(stamp) / NANOSECONDS


def stamp_from_nanoseconds(time_ns: int) -> Time:
    """Return the stamp of a time in nanoseconds."""
    return Time(sec=time_ns // NANOSECONDS, nanosec=time_ns % NANOSECONDS)


def stamp_from_seconds(time_s: float) -> Time:
    """Return the stamp of a time in seconds."""
    return stamp_from_nanoseconds(round(time_s * NANOSECONDS))


def header_of(frame: Frame) -> Header:
    """Return the header that everything computed from a frame carries."""
    return Header(stamp=stamp_from_nanoseconds(frame.stamp_ns), frame_id=frame.frame_id)
