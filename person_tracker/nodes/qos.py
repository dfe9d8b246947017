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

"""Qualities of service, one per kind of topic."""

from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

# Only the newest image counts. Reliable, because lost fragments of a large image lose all of it;
# `qos_overrides` lets an image subscription go along with a best-effort driver.
IMAGE = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
# Small and all of them wanted, in order.
RESULT = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
# Of drivers of any kind: a best-effort subscription hears reliable publishers as well.
SENSOR = QoSProfile(depth=50, reliability=ReliabilityPolicy.BEST_EFFORT)
# What tf2 itself uses for `/tf`, and for `/tf_static`, which late listeners hear as well.
MOVING_FRAMES = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
FIXED_FRAMES = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE,
                          durability=DurabilityPolicy.TRANSIENT_LOCAL)
