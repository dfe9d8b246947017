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

"""Laws of addresses."""

from person_tracker.sources.address import redacted
from person_tracker.sources.address import scheme_of
import pytest


@pytest.mark.parametrize(('address', 'scheme', 'shown'), [
    ('/video/a.mp4', '', '/video/a.mp4'),  # path
    ('a@b?c.mp4', '', 'a@b?c.mp4'),  # path with odd letters
    ('RTSP://host/x', 'rtsp', 'RTSP://host/x'),  # capitals
    ('rtsp://user:word@host:554/x', 'rtsp', 'rtsp://host:554/x'),  # password
    ('rtsp://user:p@w/d@host/x', 'rtsp', 'rtsp://w/d@host/x'),  # @ inside, / ends the host part
    ('rtsp://user:p@w@host/x', 'rtsp', 'rtsp://host/x'),  # @ in the password
    ('http://host/x?user=a&pwd=b', 'http', 'http://host/x?...'),  # password in the query
    ('http://host/a@b', 'http', 'http://host/a@b'),  # @ in the path
])
def test_scheme_is_found_and_secrets_are_left_out(address, scheme, shown):
    assert scheme_of(address) == scheme
    assert redacted(address) == shown
