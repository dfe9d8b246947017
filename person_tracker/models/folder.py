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

"""Where model files are."""

import os
from pathlib import Path

FOLDER_VARIABLE = 'PERSON_TRACKER_MODELS'


def models_folder(folder: str | Path = '') -> Path:
    """
    Return the folder of models.

    Parameters
    ----------
    folder
        One of the user's own; where empty, the environment variable `PERSON_TRACKER_MODELS`, and
        where that is unset, `person_tracker/models` in the user's cache.

    """
    chosen = str(folder) or os.environ.get(FOLDER_VARIABLE, '')
    if chosen:
        return Path(chosen).expanduser()
    cache = os.environ.get('XDG_CACHE_HOME') or '~/.cache'
    return Path(cache).expanduser() / 'person_tracker' / 'models'
