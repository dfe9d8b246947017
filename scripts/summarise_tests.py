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

"""Print the closing line of a test run, as pytest words it, from its JUnit results."""

from pathlib import Path
import sys
from xml.etree import ElementTree


def totals(results: Path) -> dict[str, int]:
    """Return how many tests ended which way, over all suites of a JUnit file."""
    suites = list(ElementTree.parse(results).iter('testsuite'))
    count = {name: sum(int(suite.get(name, 0)) for suite in suites)
             for name in ('tests', 'failures', 'errors', 'skipped')}
    passed = count['tests'] - count['failures'] - count['errors'] - count['skipped']
    return {'passed': passed, 'failed': count['failures'], 'errors': count['errors'],
            'skipped': count['skipped']}


def main() -> int:
    """Print the line for the file named on the command line; fail where a test did or none ran."""
    results = Path(sys.argv[1])
    if not results.is_file():
        print(f'0 passed, 1 failed: {results} was not written', file=sys.stderr)
        return 1
    count = totals(results)
    seconds = sum(float(suite.get('time', 0))
                  for suite in ElementTree.parse(results).iter('testsuite'))
    print(', '.join(f'{number} {name}' for name, number in count.items()), f'in {seconds:.1f}s')
    return int(count['passed'] == 0 or count['failed'] + count['errors'] > 0)


if __name__ == '__main__':
    sys.exit(main())
