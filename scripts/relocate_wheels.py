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

"""
Point the ROS wheels' CMake files at this interpreter's headers.

The wheels export the include folders of Python and NumPy as they were on the machine that built
them. Run by `scripts/setup` with the interpreter of the virtual environment; a second run finds
nothing to do.
"""

from pathlib import Path
import re
import sys
import sysconfig

import numpy as np

PYTHON_HEADERS = re.compile(r'/opt/python/cp\d+-cp\d+/include/python3\.\d+')
NUMPY_HEADERS = re.compile(
    r'/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/_?core/include')


def relocated(text: str, python_headers: str, numpy_headers: str) -> str:
    """Return a CMake file's text with both include folders replaced."""
    text = NUMPY_HEADERS.sub(lambda _: numpy_headers, text)
    return PYTHON_HEADERS.sub(lambda _: python_headers, text)


def main() -> None:
    """Rewrite every exported CMake file below the environment's `share` that needs it."""
    changed = 0
    for file in Path(sys.prefix, 'share').glob('*/cmake/*.cmake'):
        before = file.read_text(encoding='utf-8')
        after = relocated(before, sysconfig.get_path('include'), np.get_include())
        if after != before:
            file.write_text(after, encoding='utf-8')
            changed += 1
    print(f'include folders rewritten in {changed} CMake files')


if __name__ == '__main__':
    main()
