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

"""Generated parts of documents, and tables."""

from benchmarks.document import DocumentError
from benchmarks.document import replace_section
from benchmarks.document import section
from benchmarks.document import table
from benchmarks.document import with_section
import pytest

DOCUMENT = """# Title

By hand.

<!-- begin generated: one -->
old
<!-- end generated: one -->

More by hand.

<!-- begin generated: two -->
stays
<!-- end generated: two -->
"""


def test_only_the_named_part_is_replaced():
    changed = with_section(DOCUMENT, 'one', 'new\nlines\n')
    assert section(changed, 'one') == 'new\nlines'
    assert section(changed, 'two') == 'stays'
    assert changed.replace('\n\nnew\nlines\n\n', '\nold\n') == DOCUMENT


def test_replacing_by_the_same_changes_nothing():
    once = with_section(DOCUMENT, 'one', 'new')
    assert with_section(once, 'one', 'new') == once


@pytest.mark.parametrize('document', [
    'no marks at all',
    '<!-- begin generated: one -->',  # no end
    '<!-- end generated: one -->\n<!-- begin generated: one -->',  # the wrong way round
    DOCUMENT + DOCUMENT,  # twice
])
def test_missing_marks_are_named_and_the_file_stays(tmp_path, document):
    path = tmp_path / 'document.md'
    path.write_text(document)
    with pytest.raises(DocumentError, match='document.md: .*begin generated: one'):
        replace_section(path, 'one', 'new')
    assert path.read_text() == document


def test_a_table_has_texts_at_the_left_and_numbers_at_the_right():
    assert table(('name', 'n'), [('a', '1'), ('b', '2')]) == (
        '| name | n |\n| --- | ---: |\n| a | 1 |\n| b | 2 |')
