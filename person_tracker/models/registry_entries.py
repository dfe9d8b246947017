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

"""What the registry knows of one network: its files, where they are, licences and input."""

from dataclasses import dataclass

from person_tracker.core.evidence import Calibration
from person_tracker.models.preprocessing import InputFormat

KINDS = ('detector', 'one_shot', 'reid', 'face_detector', 'face_encoder')


@dataclass(frozen=True)
class ModelFile:
    """
    One file of a model.

    Attributes
    ----------
    name
        Its name in the models folder.
    sha256
        Hashes of every accepted copy, lower case; the n-th belongs to the n-th of the model's
        other files.

    """

    name: str
    sha256: tuple[str, ...]


@dataclass(frozen=True)
class UrlSource:
    """
    A file on a server.

    Attributes
    ----------
    url
        The file itself, or an archive of files.
    members
        Path in the archive of each of the model's files, in their order; a bare name stands for
        the only member of that name. Empty where the URL is the file itself.

    """

    url: str
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the URL."""
        return self.url


@dataclass(frozen=True)
class PackageSource:
    """
    A released Python package that carries the files; `members` as in `UrlSource`.

    Attributes
    ----------
    package, version
        Name and exact version.
    members
        Path in the package of each of the model's files, in their order.

    """

    package: str
    version: str
    members: tuple[str, ...]

    def __str__(self) -> str:
        """Return the requirement."""
        return f'package {self.package}=={self.version}'


@dataclass(frozen=True)
class UrlsSource:
    """
    A server that has each of the model's files by itself.

    Attributes
    ----------
    urls
        One for each file, in their order.

    """

    urls: tuple[str, ...]

    def __str__(self) -> str:
        """Return the URLs."""
        return ' and '.join(self.urls)


Source = UrlSource | UrlsSource | PackageSource


@dataclass(frozen=True)
class ModelEntry:
    """
    What is known of one network.

    Attributes
    ----------
    name
        Its name in settings and on the command line.
    kind
        One of `KINDS`.
    summary
        One sentence for a list.
    files
        The first is the one that is opened; the others lie beside it.
    sources
        Where to get the files, tried in order; empty where only a folder of one's own has them.
    licence_code, licence_weights, licence_note
        Licences by SPDX name, and what else binds a user.
    input_format
        How images are brought in.
    decoder
        How the outputs are read.
    classes
        Names of a detector's classes in the order of their numbers; empty: those of COCO, people
        alone, or named in the file.
    calibration
        What similarities of an encoder's embeddings are worth; None: not measured, or no encoder.

    """

    name: str
    kind: str
    summary: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]
    licence_code: str
    licence_weights: str
    licence_note: str
    input_format: InputFormat
    decoder: str
    classes: tuple[str, ...] = ()
    calibration: Calibration | None = None
