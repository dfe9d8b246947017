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

"""Tables in Markdown, and documents of which a part is generated."""

from collections.abc import Sequence
from pathlib import Path


class DocumentError(RuntimeError):
    """A document has not the marks that a generated part needs; the text names them."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """Return a table; the first columns are texts, the others are numbers at the right."""
    rule = ['---' if number < texts else '---:' for number in range(len(headings))]
    return '\n'.join(f'| {" | ".join(row)} |' for row in (headings, rule, *rows))


def with_section(document: str, name: str, text: str) -> str:
    """
    Return a document with one generated part replaced, all else as it was.

    Raises
    ------
    DocumentError
        The marks of that part are not there, each once and in order.

    """
    begin, end = _marks(name)
    if document.count(begin) != 1 or document.count(end) != 1:
        raise DocumentError(f'the marks {begin!r} and {end!r} must be there, each once')
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise DocumentError(f'{begin!r} must stand before {end!r}')
    return f'{before}{begin}\n\n{text.strip()}\n\n{end}{after}'


def section(document: str, name: str) -> str:
    """Return a generated part as it stands, without its marks."""
    begin, end = _marks(name)
    return document.partition(begin)[2].partition(end)[0].strip()


def replace_section(path: Path, name: str, text: str) -> None:
    """
    Replace one generated part of a file.

    Raises
    ------
    DocumentError
        The marks of that part are not there, each once and in order.

    """
    document = path.read_text(encoding='utf-8')
    try:
        path.write_text(with_section(document, name, text), encoding='utf-8')
    except DocumentError as error:
        raise DocumentError(f'{path}: {error}') from None


def _marks(name: str) -> tuple[str, str]:
    return f'<!-- begin generated: {name} -->', f'<!-- end generated: {name} -->'
