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

"""The peers' environment: what is pinned, and what is said where it cannot be made."""

from benchmarks import peer_environment
import pytest


def test_every_peer_is_pinned():
    assert {'deep-sort-realtime', 'norfair', 'supervision', 'trackers'} <= set(
        peer_environment.pinned())


def test_what_cannot_be_installed_is_named_and_tried_again(tmp_path, monkeypatch):
    requirements = tmp_path / 'requirements.txt'
    requirements.write_text('--no-index\nno-such-tracker==1.0\n')
    monkeypatch.setattr(peer_environment, 'REQUIREMENTS', requirements)
    monkeypatch.setattr(peer_environment, 'FOLDER', tmp_path / 'environment')
    for _ in range(2):
        with pytest.raises(peer_environment.PeerEnvironmentError, match='no-such-tracker'):
            peer_environment.peer_python()
