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
Fetch the sample video and print where it is.

It is OpenCV's `vtest.avi`: people who walk over a square, 768x576, 795 images, 10 per second. It
comes from OpenCV's repository or out of Debian's package `opencv-doc`, whichever answers first,
and is kept in the user's cache folder.
"""

import gzip
import hashlib
import os
from pathlib import Path
import subprocess
import sys
import tarfile
import tempfile
from urllib.request import urlopen

URL = 'https://raw.githubusercontent.com/opencv/opencv/4.x/samples/data/vtest.avi'
PACKAGE = 'opencv-doc'
MEMBERS = ('vtest.avi', 'vtest.avi.gz')
SHA256 = '45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf'
TIMEOUT_S = 20.0


class FetchError(RuntimeError):
    """No source gave the video; the text says what went wrong with each."""


def cache_folder() -> Path:
    """Return the folder that keeps what was fetched."""
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base, 'person_tracker')


def sample_path() -> Path:
    """Return where the video is once it was fetched."""
    return cache_folder() / 'vtest.avi'


def from_url() -> bytes:
    """Return the file as OpenCV's repository has it."""
    with urlopen(URL, timeout=TIMEOUT_S) as answer:
        return answer.read()


def from_package() -> bytes:
    """Return the file out of the Debian package, which is downloaded but not installed."""
    with tempfile.TemporaryDirectory() as folder:
        download_package(Path(folder))
        package = next(Path(folder).glob(f'{PACKAGE}_*.deb'))
        unpacking = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', str(package)],
                                     stdout=subprocess.PIPE)
        with unpacking, tarfile.open(fileobj=unpacking.stdout, mode='r|') as archive:
            for member in archive:
                if member.isfile() and Path(member.name).name in MEMBERS:
                    data = archive.extractfile(member).read()
                    unpacking.kill()
                    return gzip.decompress(data) if member.name.endswith('.gz') else data
    raise FetchError(f'the package {PACKAGE} does not contain {MEMBERS[0]}')


def download_package(folder: Path) -> None:
    """Put the package's file into a folder; fresh machines need apt's lists first."""
    try:
        apt_get(folder, 'download', PACKAGE)
    except subprocess.CalledProcessError:
        # Lists of our own, so that no root is needed.
        own = (f'-oDir::State::lists={folder}/lists', f'-oDir::Cache={folder}/cache')
        for part in ('lists/partial', 'cache/archives/partial'):
            Path(folder, part).mkdir(parents=True)
        apt_get(folder, *own, 'update')
        apt_get(folder, *own, 'download', PACKAGE)


def apt_get(folder: Path, *arguments: str) -> None:
    """Run apt-get quietly in a folder."""
    subprocess.run(['apt-get', '-qq', *arguments], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, capture_output=True, text=True)


def fetched() -> bytes:
    """
    Return the video from the first source that has the right file.

    Raises
    ------
    FetchError
        No source did.

    """
    failures = []
    for source, place in ((from_url, URL), (from_package, f'Debian package {PACKAGE}')):
        try:
            data = source()
        except subprocess.CalledProcessError as error:
            failures.append(f'{place}: {error.stderr.strip() or error}')
            continue
        except (OSError, FetchError, StopIteration) as error:
            failures.append(f'{place}: {error}')
            continue
        if hashlib.sha256(data).hexdigest() == SHA256:
            return data
        failures.append(f'{place}: a different file (sha256 does not match)')
    raise FetchError('cannot fetch the sample video; ' + '; '.join(failures))


def main() -> int:
    """Fetch the video unless it is there, and print its path."""
    video = sample_path()
    if not video.is_file() or hashlib.sha256(video.read_bytes()).hexdigest() != SHA256:
        try:
            data = fetched()
        except FetchError as error:
            print(f'error: {error}', file=sys.stderr)
            return 1
        video.parent.mkdir(parents=True, exist_ok=True)
        partial = video.with_suffix('.partial')
        partial.write_bytes(data)
        partial.replace(video)
    print(video)
    return 0


if __name__ == '__main__':
    sys.exit(main())
