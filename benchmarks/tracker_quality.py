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
Measure how well people are followed, beside the peers and with each technique switched over.

Run `python benchmarks/tracker_quality.py --data FOLDER`; the tables go into `docs/benchmarks.md`
and `docs/tracker.md`.
"""

from pathlib import Path
import sys

if __name__ == '__main__':
    # The tree that this file belongs to, whatever else is installed.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from benchmarks.quality import main
    sys.exit(main())
