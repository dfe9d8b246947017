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

"""Downloads, and their progress on the terminal."""

from collections.abc import Iterable
import sys
from types import TracebackType

from person_tracker.models.fetching import fetch
from person_tracker.models.fetching import state
from person_tracker.models.registry_entries import ModelEntry
from tqdm import tqdm


class FetchProgress:
    """A bar on stderr that appears with the first byte; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def report(self, done: int, total: int | None, message: str) -> None:
        """Show bytes done of bytes in all (None where unknown) and what is going on."""
        if self._bar is None:
            if not sys.stderr.isatty():
                print(message, file=sys.stderr)
            self._bar = tqdm(unit='B', unit_scale=True, disable=None, leave=False)
        self._bar.total = total
        self._bar.set_description(message, refresh=False)
        self._bar.n = done
        self._bar.refresh()

    def __enter__(self) -> 'FetchProgress':
        """Return the progress itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def fetch_missing(needed: Iterable[tuple[ModelEntry, str]]) -> None:
    """Get the networks whose files are missing, each into its folder."""
    for entry, folder in needed:
        if state(entry, folder) == 'missing':
            with FetchProgress() as progress:
                fetch(entry, folder, progress.report)
            print(licence_of(entry), file=sys.stderr)


def licence_of(entry: ModelEntry) -> str:
    """Say what binds a user of a network's weights."""
    return f'{entry.name}: weights under {entry.licence_weights}; {entry.licence_note}'
