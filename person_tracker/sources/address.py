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

"""Read a source's address: its scheme, and a form that may be shown."""

import re

# user:password@ or user@ between the scheme and the host.
_CREDENTIALS = re.compile(r'(?<=://)[^/?#]*@')
_SCHEME = re.compile(r'([A-Za-z][A-Za-z0-9+.-]*)://')


def scheme_of(address: str) -> str:
    """Return the scheme of a URL in lower case, empty for a path."""
    match = _SCHEME.match(address)
    return match.group(1).lower() if match else ''


def redacted(address: str) -> str:
    """Return the address without user name, password and query, for messages and logs."""
    if not scheme_of(address):
        return address
    shown, question_mark, _ = address.partition('?')
    return _CREDENTIALS.sub('', shown) + ('?...' if question_mark else '')
